# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# KTAP for tests in shell. Source it, call check, skip and same, end with
# finish.

ktap_number=0
ktap_failed=0
ktap_stderr=$(mktemp)

echo "TAP version 13"

# ktap_result OK DESCRIPTION...
ktap_result() {
	local verdict=$1
	shift
	ktap_number=$((ktap_number + 1))
	echo "$verdict $ktap_number - $*"
	[[ $verdict == ok ]] || ktap_failed=1
}

# check DESCRIPTION COMMAND...: the command succeeds.
check() {
	local what=$1
	shift
	if "$@"; then
		ktap_result ok "$what"
	else
		ktap_result "not ok" "$what"
		echo "# failed: $*"
	fi
}

# same DESCRIPTION GOT WANTED
same() {
	if [[ $2 == "$3" ]]; then
		ktap_result ok "$1"
	else
		ktap_result "not ok" "$1"
		printf '%s\n' "got: $2" "wanted: $3" | sed 's/^/# /'
	fi
}

# matches DESCRIPTION GOT REGEX
matches() {
	if [[ $2 =~ $3 ]]; then
		ktap_result ok "$1"
	else
		ktap_result "not ok" "$1"
		printf '%s\n' "got: $2" "wanted a match of: $3" | sed 's/^/# /'
	fi
}

# status DESCRIPTION WANTED COMMAND...: output goes to $out, errors to $err.
# shellcheck disable=SC2034
status() {
	local wanted=$2 got=0
	ktap_asked=$1
	shift 2
	out=$("$@" 2>"$ktap_stderr") || got=$?
	err=$(<"$ktap_stderr")
	same "$ktap_asked" "$got" "$wanted"
}

skip() {
	ktap_result ok "$1 # SKIP $2"
}

finish() {
	! declare -F json_judge >/dev/null || json_judge
	rm -f "$ktap_stderr"
	echo "1..$ktap_number"
	exit "$ktap_failed"
}

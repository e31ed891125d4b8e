# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# KTAP for tests in shell. Source it, call check, same, matches, status and skip, and
# end with finish.

ktap_number=0
ktap_failed=0
ktap_stderr=$(mktemp)

echo "TAP version 13"

# ktap_result STATUS DESCRIPTION...: STATUS is "ok" or "not ok".
ktap_result() {
	local result=$1
	shift
	ktap_number=$((ktap_number + 1))
	echo "$result $ktap_number - $*"
	[[ $result == ok ]] || ktap_failed=1
}

# check DESCRIPTION COMMAND...: COMMAND succeeds.
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

# same DESCRIPTION GOT EXPECTED
same() {
	if [[ $2 == "$3" ]]; then
		ktap_result ok "$1"
	else
		ktap_result "not ok" "$1"
		printf '%s\n' "got: $2" "expected: $3" | sed 's/^/# /'
	fi
}

# matches DESCRIPTION GOT REGEX
matches() {
	if [[ $2 =~ $3 ]]; then
		ktap_result ok "$1"
	else
		ktap_result "not ok" "$1"
		printf '%s\n' "got: $2" "expected a match of: $3" | sed 's/^/# /'
	fi
}

# status DESCRIPTION EXPECTED COMMAND...: the exit status of COMMAND. Sets $out and $err
# to its output.
# shellcheck disable=SC2034
status() {
	local expected=$2 got=0
	ktap_asked=$1
	shift 2
	out=$("$@" 2>"$ktap_stderr") || got=$?
	err=$(<"$ktap_stderr")
	same "$ktap_asked" "$got" "$expected"
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

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
#	together.sh VICTIM...
#
# All layouts at once, so that every kind of layout there is stands before the
# oracle.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"
# shellcheck source=tests/selftests/oracle.sh
. "$(dirname "$0")/oracle.sh"

begun=$SECONDS
layouts=0
names=()
for layout; do
	name=${layout##*/}
	arguments=()
	case $name in
	migration) continue ;; # does not hold still
	# pagemap is read whole, so that the largest would take minutes. A million
	# pages there are to be, though, of whatever size.
	reserved) arguments=(16) ;;
	many_vmas) arguments=(2000) ;;
	esac
	names+=("$name")
	start_layout "$name" "${arguments[@]}"
done
# By name: the last of them may not even have made its file yet.
for name in "${names[@]}"; do
	await_layout "$name"
	case $? in
	0) layouts=$((layouts + 1)) ;;
	4) skip "$name" "$why" ;;
	*) check "$name sets up its layout" false ;;
	esac
done
check "at least twenty layouts are ready" test "$layouts" -ge 20
echo "# all are ready after $((SECONDS - begun)) s"
ask_oracle "$layouts layouts"

finish

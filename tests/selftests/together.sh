#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
#	together.sh VICTIM...
#
# All victims at once, so that every kind of layout there is stands before the
# oracle.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/victims.sh
. "$(dirname "$0")/victims.sh"
# shellcheck source=tests/selftests/oracle.sh
. "$(dirname "$0")/oracle.sh"

begun=$SECONDS
victims=0
names=()
for victim; do
	name=${victim##*/}
	arguments=()
	case $name in
	migration) continue ;; # does not hold still
	# pagemap is read whole, so that the largest would take minutes. A million
	# pages there are to be, though, of whatever size.
	reserved) arguments=(16) ;;
	many_vmas) arguments=(2000) ;;
	esac
	names+=("$name")
	start_victim "$name" "${arguments[@]}"
done
# By name: the last of them may not even have made its file yet.
for name in "${names[@]}"; do
	await_victim "$name"
	case $? in
	0) victims=$((victims + 1)) ;;
	4) skip "$name" "$why" ;;
	*) check "$name sets up its layout" false ;;
	esac
done
check "at least twenty victims are ready" test "$victims" -ge 20
echo "# all are ready after $((SECONDS - begun)) s"
ask_oracle "$victims victims"

finish

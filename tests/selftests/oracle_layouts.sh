#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Starts all layouts at once and runs the oracle over all processes.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"
# shellcheck source=tests/selftests/layouts.sh
. "$(dirname "$0")/layouts.sh"
# shellcheck source=tests/selftests/oracle.sh
. "$(dirname "$0")/oracle.sh"

begun=$SECONDS
ready=0
names=()
for name in $(list_layouts); do
	count=()
	case $name in
	migration*) continue ;; # its pages never stay the same
	# The oracle reads all of pagemap, which takes minutes for the full size.
	reserved) count=(16) ;;
	many_vmas) count=(2000) ;;
	esac
	names+=("$name")
	start_layout "$name" "${count[@]}"
done
for name in "${names[@]}"; do
	await_layout "$name"
	case $? in
	0) ready=$((ready + 1)) ;;
	4) skip "$name" "$why" ;;
	*) check "$name: setup" false ;;
	esac
done
check "at least 20 layouts are ready" test "$ready" -ge 20
echo "# all are ready after $((SECONDS - begun)) s"
run_oracle "$ready layouts"

finish

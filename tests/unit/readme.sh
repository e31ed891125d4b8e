#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# README has the table of who may look at whom as the test of that has it.

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/selftests/ktap.sh
. tests/selftests/ktap.sh

table=$(build/tests/selftests/who table)
header=$(head -n 1 <<<"$table")
# Nothing would be like nothing.
check "the test tells its table" test -n "$header"
same "README's table of who may look" \
	"$(awk -v header="$header" '$0 == header { inside = 1 } inside && !/^\|/ { exit } inside' README.md)" \
	"$table"

finish

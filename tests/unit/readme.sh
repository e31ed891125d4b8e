#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The documentation has the table of access rights that selftests/permissions.c tests.

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/selftests/ktap.sh
. tests/selftests/ktap.sh
shopt -s nullglob

table=$(build/tests/selftests/permissions table)
header=$(head -n 1 <<<"$table")
check "permissions prints the table" test -n "$header"
same "README or docs: table of access rights" \
	"$(awk -v header="$header" '$0 == header { inside = 1 } inside && !/^\|/ { exit } inside' \
		README.md docs/*.md)" "$table"

finish

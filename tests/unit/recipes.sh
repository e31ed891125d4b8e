#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The recipes of docs/architecture.md: adds a census counter, a verb and a flag to a copy
# of the tree in as many steps as they have, and builds it.

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/selftests/ktap.sh
. tests/selftests/ktap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -c --exclude=./build --exclude=./.git . | tar -x -C "$work"
cd "$work" || exit 1
git -c init.defaultBranch=main init -q && git add -A &&
	git -c user.name=test -c user.email=test@localhost commit -q -m copy

# changed: prints the files that a recipe changed and that are not generated.
changed() {
	git status --short | awk '{ print $2 }' | grep -vE \
		'^(module/uapi/|userspace/lib/ptscope_census.h|userspace/cli/spec_|userspace/completion/)'
}

# builds: generated files are those of the spec, and everything builds.
builds() {
	scripts/gen-spec && scripts/gen-spec --check && make -s userspace &&
		scripts/build-module 6.1 >/dev/null
}

# after PATTERN FILE TEXT: inserts lines behind the first line that matches.
after() {
	TEXT=$3 perl -0pi -e "s/(^[^\n]*$1[^\n]*\n)/\$1\$ENV{TEXT}\n/m" "$2"
}

client=build/userspace/cli/ptscope

# A counter: the spec and module/census.c.
perl -0pi -e 's/(\n  -\n    name: table\n)/\n      -\n        name: dummy\n        doc: of res, for a test\n        type: uint$1/' \
	module/spec/ptscope.yaml
after 'PTSCOPE_FLAG_ZERO, PTSCOPE_A_CENSUS_ZERO' module/census.c \
	$'\t{ PTSCOPE_FLAG_EXEC, PTSCOPE_A_CENSUS_DUMMY },'
check "a counter: builds" builds
matches "a counter: a column of maps" "$($client maps --list-columns)" 'dummy +of res, for a test'
matches "a counter: a row of the manual" "$(<userspace/man/ptscope.8)" $'\ndummy\|'
same "a counter: no other file is written by hand" "$(changed | tr '\n' ' ')" \
	"module/census.c module/spec/ptscope.yaml userspace/man/ptscope.8 "
git checkout -q .

# A flag: the spec, the policies, module/entry.c.
perl -0pi -e 's/(        name: cont\n        doc: [^\n]*entries with the contiguous hint\n)/$1      -\n        name: dummy\n        doc: for a test\n/' \
	module/spec/ptscope.yaml
sed -i 's/0xffff)/0x1ffff)/' module/netlink.c
after 'if \(pte_young\(pte\)\)' module/entry.c $'\t\tflags |= PTSCOPE_FLAG_DUMMY;\n\tif (pte_young(pte))'
check "a flag: builds" builds
matches "a flag: a value of --flags" "$($client pages --flags '?' self 2>&1)" 'dummy'
same "a flag: no other file is written by hand" "$(changed | tr '\n' ' ')" \
	"module/entry.c module/netlink.c module/spec/ptscope.yaml userspace/man/ptscope.8 "
git checkout -q .

# A verb: its file, and a section of the manual.
sed -e 's/huge/dummy/g' userspace/cli/huge.c >userspace/cli/dummy.c
perl -0pi -e 's/(\n\.SS ptscope walk)/\n.SS ptscope dummy\nFor a test.$1/' userspace/man/ptscope.8
check "a verb: builds" builds
matches "a verb: listed" "$($client --help)" '  dummy  '
matches "a verb: has columns" "$($client dummy --list-columns)" 'coverage'
same "a verb: no other file is written by hand" "$(changed | tr '\n' ' ')" \
	"userspace/man/ptscope.8 userspace/cli/dummy.c "

finish

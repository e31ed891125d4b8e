#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# libptscope exports what its header declares, and keeps its ABI and its licence.

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/selftests/ktap.sh
. tests/selftests/ktap.sh

lib=build/userspace/lib

# Without inline functions.
declared=$(grep -v '^static inline' userspace/lib/ptscope.h |
	grep -oE '\bptscope_[a-z_]+\(' | tr -d '(' | sort -u)
exported=$(nm -D --defined-only "$lib/libptscope.so" | awk '$2 == "T" { print $3 }' |
	sed 's/@.*//' | sort -u)
same "libptscope.so exports what ptscope.h declares" "$exported" "$declared"
same "ptscope is linked statically with libptscope" \
	"$(ldd build/userspace/cli/ptscope | grep -c libptscope)" 0

# A program that uses the installed files only.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
make -s install-userspace DESTDIR="$root" prefix=/usr >/dev/null
cat >"$root/user.c" <<-'END'
	#include <ptscope.h>
	#include <stdio.h>
	int main(void)
	{
		struct ptscope *ps = ptscope_new();
		int err = ptscope_connect(ps);

		printf("%s %d\n", ptscope_version(), err);
		ptscope_free(ps);
		return 0;
	}
END
flags=$(PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/pkgconfig:$(
	pkg-config --variable pc_path pkg-config) pkg-config --cflags --libs ptscope)
# shellcheck disable=SC2086
check "a program builds with the installed library" \
	cc -I"$root/usr/include" -L"$root/usr/lib" -o "$root/user" "$root/user.c" $flags
matches "the program runs with it" "$(LD_LIBRARY_PATH=$root/usr/lib "$root/user")" '^[0-9.]+ -?[0-9]+$'
# lgpl_headers FILE...: fails and prints those that have no licence compatible with the LGPL.
lgpl_headers() {
	local file bad=0
	for file; do
		grep -qE 'SPDX-License-Identifier: .*(LGPL-2.1-or-later|BSD-3-Clause)' "$file" ||
			{ echo "# $file"; bad=1; }
	done
	return "$bad"
}
read -ra flags_of_libnl < <(pkg-config --cflags libnl-genl-3.0)
# Headers of the system begin with a slash.
headers=$(cc -std=gnu11 -D_GNU_SOURCE -Imodule/uapi -Iuserspace/lib "${flags_of_libnl[@]}" \
	-MM userspace/lib/*.c | grep -oE '(^|[[:space:]])[^/[:space:]][^:[:space:]]*\.[ch]' | sort -u)
# shellcheck disable=SC2086
check "the library includes no GPL-only header" lgpl_headers $headers

# built_library TAG: builds the library of a release, and prints its path.
built_library() {
	mkdir "$root/old" && git archive "$1" | tar -x -C "$root/old" &&
		make -s -C "$root/old" BUILD=build userspace >/dev/null &&
		realpath "$root/old/build/userspace/lib/libptscope.so"
}
# abi_kept TAG: fails if a program that was linked with the release may break.
abi_kept() {
	local old status=0
	scripts/deps abigail-tools && old=$(built_library "$1") || return 1
	abidiff --no-added-syms --suppressions tests/unit/abi.suppr --headers-dir1 "$root/old/userspace/lib" \
		--headers-dir2 userspace/lib "$old" "$lib/libptscope.so" | sed 's/^/# /'
	status=${PIPESTATUS[0]}
	return "$status"
}
tag=$(git describe --tags --abbrev=0 2>/dev/null)
if [[ $tag ]]; then
	check "the ABI of $tag is kept" abi_kept "$tag"
else
	skip "the ABI of the last release is kept" "nothing has been released"
fi

check "the manual is free of warnings" test -z "$(man --warnings -l \
	"$root/usr/share/man/man8/ptscope.8" 2>&1 >/dev/null)"

finish

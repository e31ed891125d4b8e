#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# libptscope exports what its header declares.

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
check "the manual is free of warnings" test -z "$(man --warnings -l \
	"$root/usr/share/man/man8/ptscope.8" 2>&1 >/dev/null)"

finish

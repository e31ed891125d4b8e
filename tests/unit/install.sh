#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "make install" and "make uninstall", with and without DESTDIR. Instead of a kernel's
# build system there is one that installs a file in the same place.

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/selftests/ktap.sh
. tests/selftests/ktap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
release=0.0-ptscope-test
mkdir -p "$work/kdir/include/generated" "$work/bin"
echo "#define UTS_RELEASE \"$release\"" >"$work/kdir/include/generated/utsrelease.h"
cat >"$work/kdir/Makefile" <<END
at = \$(INSTALL_MOD_PATH)/lib/modules/$release/extra/module
modules clean:
modules_install: ; mkdir -p \$(at) && touch \$(at)/ptscope.ko.xz
END
# What would change this machine is only noted.
for tool in depmod ldconfig; do
	printf '#!/bin/sh\necho "%s $*" >>%s/ran\n' "$tool" "$work" >"$work/bin/$tool"
	chmod +x "$work/bin/$tool"
done

# Apart from this run's settings, those of whoever called are not ours.
build() {
	env -u prefix -u PREFIX -u DESTDIR -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		PATH="$work/bin:$PATH" make -s KDIR="$work/kdir" "$@"
}

files() {
	(cd "$1" && find . ! -type d | sort)
}

for variable in prefix PREFIX; do
	root=$work/$variable
	mkdir "$root"
	echo other >"$root/other"
	status "make install $variable=/opt/it" 0 build install DESTDIR="$root" "$variable=/opt/it"
	check "installs the command there" test -x "$root/opt/it/bin/ptscope"
	check "and the module" test -e "$root/lib/modules/$release/extra/module/ptscope.ko.xz"
	same "nothing elsewhere" "$(files "$root" | grep -vE '^\./(opt/it/|lib/modules/|other$)')" ""
	status "make uninstall $variable=/opt/it" 0 build uninstall DESTDIR="$root" \
		"$variable=/opt/it"
	same "removes all of it, and nothing else" "$(files "$root")" ./other
	check "no cache of this machine is updated" test ! -e "$work/ran"
done

# Nothing is installed there, so that nothing is removed.
status "make uninstall without DESTDIR" 0 build uninstall prefix="$work/none"
same "updates the caches of that kernel and of this machine" "$(cat "$work/ran")" \
	"depmod $release"$'\n'"ldconfig "
status "make help" 0 build help
for target in install uninstall clean; do
	matches "lists $target" "$out" "(^|"$'\n'")make $target "
done

finish

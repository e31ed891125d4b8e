#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "make install" and "make uninstall", with and without DESTDIR. A makefile that
# installs one file stands in for the kernel's build system.

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
# Commands that would change this machine are only logged.
for tool in depmod ldconfig; do
	printf '#!/bin/sh\necho "%s $*" >>%s/ran\n' "$tool" "$work" >"$work/bin/$tool"
	chmod +x "$work/bin/$tool"
done

# Variables of the calling make must not be inherited.
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
	check "make install $variable=/opt/it: command" test -x "$root/opt/it/bin/ptscope"
	check "make install $variable=/opt/it: module" test -e "$root/lib/modules/$release/extra/module/ptscope.ko.xz"
	same "make install $variable=/opt/it: nothing elsewhere" "$(files "$root" | grep -vE '^\./(opt/it/|lib/modules/|other$)')" ""
	status "make uninstall $variable=/opt/it" 0 build uninstall DESTDIR="$root" \
		"$variable=/opt/it"
	same "make uninstall $variable=/opt/it: removes these files only" "$(files "$root")" ./other
	check "with DESTDIR depmod and ldconfig do not run" test ! -e "$work/ran"
done

# Without DESTDIR only uninstall is tested: nothing is installed there.
status "make uninstall without DESTDIR" 0 build uninstall prefix="$work/none"
same "make uninstall without DESTDIR: depmod and ldconfig run" "$(cat "$work/ran")" \
	"depmod $release"$'\n'"ldconfig "
status "make help" 0 build help
for target in install uninstall clean; do
	matches "make help lists $target" "$out" "(^|"$'\n'")make $target "
done

finish

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# After "make uninstall", modprobe finds no module.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

for tool in make depmod modprobe; do
	if ! type -P "$tool" >/dev/null; then
		skip "make uninstall" "this guest has no $tool"
		finish
	fi
done
# Where ptscope is the only module: depmod reads all of them.
modules=/lib/modules/$(uname -r)
check "there is a place for one module" mount -t tmpfs none "$modules"
# ldconfig reads all libraries, which takes minutes on an emulated processor.
work=$(mktemp -d)
ln -s /bin/true "$work/ldconfig"
trap 'umount "$modules"; rm -r "$work"' EXIT
install -D -m 644 "$PTSCOPE_KO" "$modules/updates/module/ptscope.ko"
touch "$modules"/modules.{order,builtin,builtin.modinfo}
depmod
status "modprobe of an installed module" 0 modprobe --dry-run ptscope
status "make uninstall" 0 env PATH="$work:$PATH" make -s -C "$PTSCOPE_SRC" uninstall \
	BUILD="$work" prefix=/opt/none
status "modprobe of one that is uninstalled" 1 modprobe --dry-run ptscope
matches "finds none" "$err" 'ptscope not found'

finish

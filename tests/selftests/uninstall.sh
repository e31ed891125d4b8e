#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# After "make uninstall" modprobe finds no module.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

for tool in make depmod modprobe; do
	if ! type -P "$tool" >/dev/null; then
		skip "make uninstall" "this guest has no $tool"
		finish
	fi
done
# In a directory without other modules, because depmod reads all of them.
modules=/lib/modules/$(uname -r)
check "a tmpfs for the module" mount -t tmpfs none "$modules"
# ldconfig takes minutes on an emulated CPU.
work=$(mktemp -d)
ln -s /bin/true "$work/ldconfig"
trap 'umount "$modules"; rm -r "$work"' EXIT
install -D -m 644 "$PTSCOPE_KO" "$modules/updates/module/ptscope.ko"
touch "$modules"/modules.{order,builtin,builtin.modinfo}
depmod
status "modprobe after installation" 0 modprobe --dry-run ptscope
status "make uninstall" 0 env PATH="$work:$PATH" make -s -C "$PTSCOPE_SRC" uninstall \
	BUILD="$work" prefix=/opt/none
status "modprobe after make uninstall fails" 1 modprobe --dry-run ptscope
matches "modprobe after make uninstall: message" "$err" 'ptscope not found'

finish

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What AppArmor forbids, and what it cannot: SECURITY.md describes it. A profile decides on
# capabilities that the module asks for. It does not decide on ptrace, since the hook for
# that is not exported to modules.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

omit() {
	skip "profiles of AppArmor" "$1"
	finish
}

type -P apparmor_parser >/dev/null || omit "this guest has no apparmor_parser"
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security
[[ -d /sys/kernel/security/apparmor ]] || omit "this kernel does not use AppArmor"

# profile NAME RULE...
profile() {
	local name=$1
	shift
	printf 'abi <abi/3.0>,\nprofile ptscope-%s flags=(attach_disconnected) {\n' "$name"
	printf '%s,\n' capability file network signal unix "$@"
	echo '}'
}

# confined NAME COMMAND...
confined() {
	local name=$1
	shift
	aa-exec -p "ptscope-$name" -- "$@"
}

sleep 1000 &
pid=$!
trap 'kill $pid' EXIT
until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.1; done

for name in open ptrace capability netlink; do
	case $name in
	open) rules=(ptrace) ;;
	ptrace) rules=("deny ptrace") ;;
	capability) rules=(ptrace "deny capability sys_ptrace") ;;
	netlink) rules=(ptrace "deny network netlink") ;;
	esac
	profile "$name" "${rules[@]}" | apparmor_parser -K -r ||
		omit "apparmor_parser loads no profile"
done

status "smaps under a profile that forbids nothing" 0 confined open head -n 1 "/proc/$pid/smaps"
status "ptscope under one that forbids nothing" 0 confined open ptscope maps "$pid"
# Debian 12's parser does not know every rule of a kernel that is newer than itself.
if confined ptrace head -n 1 "/proc/$pid/smaps" >/dev/null; then
	skip "smaps under one that denies ptrace" "the rule has no effect on this kernel"
else
	check "smaps under one that denies ptrace is denied" true
fi
status "ptscope under one that denies ptrace: it cannot ask that hook" 0 confined ptrace ptscope maps "$pid"
status "smaps under one that denies the capability" 0 confined capability head -n 1 "/proc/$pid/smaps"
status "ptscope under one that denies the capability" 1 confined capability ptscope maps "$pid"
matches "is denied in words" "$err" 'needs CAP_SYS_PTRACE'
status "smaps under one that denies netlink" 0 confined netlink head -n 1 "/proc/$pid/smaps"
status "ptscope under one that denies netlink" 1 confined netlink ptscope maps "$pid"

finish

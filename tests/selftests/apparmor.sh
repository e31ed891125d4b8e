#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# AppArmor profiles and ptscope, as described in SECURITY.md: a profile decides on the
# capabilities that the module checks. It does not decide on ptrace, because that LSM
# hook is not exported to modules.

set -u
# shellcheck source=tests/selftests/ktap.sh
. "$(dirname "$0")/ktap.sh"

omit() {
	skip "AppArmor" "$1"
	finish
}

type -P apparmor_parser >/dev/null || omit "this guest has no apparmor_parser"
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security
[[ -d /sys/kernel/security/apparmor ]] || omit "AppArmor is not enabled"

# profile NAME RULE...: prints a profile.
profile() {
	local name=$1
	shift
	printf 'abi <abi/3.0>,\nprofile ptscope-%s flags=(attach_disconnected) {\n' "$name"
	printf '%s,\n' capability file network signal unix "$@"
	echo '}'
}

# confined NAME COMMAND...: runs COMMAND under a profile.
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
		omit "apparmor_parser cannot load a profile"
done

status "profile without a deny rule: smaps" 0 confined open head -n 1 "/proc/$pid/smaps"
status "profile without a deny rule: ptscope" 0 confined open ptscope maps "$pid"
# Debian 12's parser does not know each rule of a newer kernel.
if confined ptrace head -n 1 "/proc/$pid/smaps" >/dev/null; then
	skip "deny ptrace: smaps fails" "the rule has no effect on this kernel"
else
	check "deny ptrace: smaps fails" true
fi
status "deny ptrace: ptscope succeeds" 0 confined ptrace ptscope maps "$pid"
status "deny capability sys_ptrace: smaps" 0 confined capability head -n 1 "/proc/$pid/smaps"
status "deny capability sys_ptrace: ptscope fails" 1 confined capability ptscope maps "$pid"
matches "deny capability sys_ptrace: message" "$err" 'needs CAP_SYS_PTRACE'
status "deny network netlink: smaps" 0 confined netlink head -n 1 "/proc/$pid/smaps"
status "deny network netlink: ptscope fails" 1 confined netlink ptscope maps "$pid"

finish

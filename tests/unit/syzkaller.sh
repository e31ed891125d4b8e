#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The description for syzkaller agrees with the module's policies and the UAPI header.

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/selftests/ktap.sh
. tests/selftests/ktap.sh

description=tests/torture/socket_netlink_generic_ptscope.txt
header=module/uapi/linux/ptscope.h

same "all commands" \
	"$(grep -oE '^sendmsg[$]PTSCOPE_CMD_[A-Z_]+' "$description" | cut -d '$' -f 2)" \
	"$(grep -oE '\bPTSCOPE_CMD_[A-Z]+_GET\b' "$header")"
for command in proc vma run walk; do
	same "${command}_get attributes of the policy" \
		"$(sed -n "/^ptscope_${command}_get_policy \[/,/^\]/s/^\t\(PTSCOPE_[A-Z_]*\).*/\1/p" "$description")" \
		"$(sed -n "/ ptscope_${command}_get_nl_policy\[/,/^};/s/^\t\[\(PTSCOPE_[A-Z_]*\)\].*/\1/p" \
			module/netlink.c)"
done
for list in flags:FLAG details:DETAIL; do
	same "all ${list%:*}" \
		"$(sed -n "s/^ptscope_${list%:*} = //p" "$description" | tr -d ',' | tr ' ' '\n')" \
		"$(grep -oE "^\s+PTSCOPE_${list#*:}_[A-Z_]+ = [0-9]+,$" "$header" | grep -oE 'PTSCOPE_[A-Z_]+')"
done
states=$(sed -n 's/.*TARGET_STATES, int32\[0:\(0x[0-9a-f]*\)\].*/\1/p' "$description")
same "all states" "$((states + 1))" \
	"$((1 << $(grep -cE '^\s+PTSCOPE_STATE_[A-Z_]+,$' "$header")))"

finish

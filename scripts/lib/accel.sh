# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which accelerator QEMU is to use. That /dev/kvm can be opened does not mean
# that a kernel boots under it (nested virtualisation may hang), so it is tried
# once, and the answer remembered for this host, this QEMU and this kernel.

kvm_boots() {
	local image=$1 initramfs=$2 said
	said=$(timeout --kill-after=1 8 "${QEMU[@]}" -nodefaults -no-user-config \
		-display none -no-reboot -accel kvm -cpu max -m 512 \
		-kernel "$image" -initrd "$initramfs" \
		-append 'console=ttyS0 quiet panic=-1 ptscope.probe' \
		-serial stdio -monitor none </dev/null 2>/dev/null) || :
	[[ $said == *ptscope-probe-ok* ]]
}

choose_accel() {
	local arch=$1 image=$2 initramfs=$3 id=$4 answer
	if ! arch_native "$arch"; then
		echo tcg
		return
	fi
	case ${PTSCOPE_ACCEL:-} in
	tcg | kvm) echo "$PTSCOPE_ACCEL"; return ;;
	'') ;;
	*) say "PTSCOPE_ACCEL is neither tcg nor kvm: $PTSCOPE_ACCEL"; return 1 ;;
	esac
	if ! { : <>/dev/kvm; } 2>/dev/null; then
		echo tcg
		return
	fi
	answer=$PTSCOPE_CACHE/accel/$(printf '%s\n' "$(uname -r)" \
		"$("${QEMU[@]}" --version)" "$id" | sha256sum | cut -c 1-16)
	if [[ ! -s $answer ]]; then
		mkdir -p "$PTSCOPE_CACHE/accel"
		if kvm_boots "$image" "$initramfs"; then
			echo kvm >"$answer.$$"
		else
			echo tcg >"$answer.$$"
		fi
		mv "$answer.$$" "$answer"
	fi
	cat "$answer"
}

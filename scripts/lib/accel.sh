# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Chooses QEMU's accelerator. A /dev/kvm that can be opened does not mean that a kernel
# boots with it (nested virtualisation may hang). So it is tried once, and the result
# is cached for this host, this QEMU and this kernel.

kvm_boots() {
	local image=$1 initramfs=$2 output
	output=$(timeout --kill-after=1 8 "${QEMU[@]}" -nodefaults -no-user-config \
		-display none -no-reboot -accel kvm -cpu max -m 512 \
		-kernel "$image" -initrd "$initramfs" \
		-append 'console=ttyS0 quiet panic=-1 ptscope.probe' \
		-serial stdio -monitor none </dev/null 2>/dev/null) || :
	[[ $output == *ptscope-probe-ok* ]]
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
	*) say "invalid PTSCOPE_ACCEL: '$PTSCOPE_ACCEL'; use tcg or kvm"; return 1 ;;
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

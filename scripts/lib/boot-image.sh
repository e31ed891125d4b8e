# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Chooses the file that QEMU boots. An emulated processor needs seconds to unpack a
# bzImage, so the host does it once, and QEMU enters the unpacked kernel by PVH.

# Prints SIZE bytes at OFFSET of FILE as one decimal number, little-endian.
field() {
	od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# Prints the kernel inside a bzImage, by the offsets that its header gives.
inner_kernel() {
	local image=$1 start length unpack
	[[ $(field "$image" $((0x202)) 2) -ge $((0x208)) ]] || return 1
	start=$((($(field "$image" $((0x1f1)) 1) + 1) * 512 + $(field "$image" $((0x248)) 4)))
	# The last four bytes are the size of the unpacked kernel.
	length=$(($(field "$image" $((0x24c)) 4) - 4))
	case $(field "$image" "$start" 4) in
	1484404733) unpack='xz -dcq' ;;
	4247762216) unpack='zstd -dcq' ;;
	*) unpack='gzip -dcq' ;;
	esac
	# shellcheck disable=SC2086
	tail -c "+$((start + 1))" "$image" 2>/dev/null | head -c "$length" | $unpack 2>/dev/null
	[[ ${PIPESTATUS[2]} -eq 0 ]]
}

# Prints the file to boot of the kernel in DIR: the unpacked kernel if it supports PVH,
# otherwise the image. Five-level paging is switched on by the code that unpacks the
# image, so a processor with five levels needs the image.
boot_image() {
	local dir=$1 arch=$2 cpu=$3 bare=$1/boot/vmlinux
	if [[ ",$cpu," != *,la57=off,* ]]; then
		echo "$dir/boot/vmlinuz"
		return
	fi
	if [[ $arch == x86_64 && ! -e $bare ]] &&
		grep -q '^CONFIG_PVH=y' "$dir/boot/config" 2>/dev/null; then
		if inner_kernel "$dir/boot/vmlinuz" >"$bare.$$"; then
			mv "$bare.$$" "$bare"
		else
			rm -f "$bare.$$"
		fi
	fi
	if [[ -e $bare ]]; then
		echo "$bare"
	else
		echo "$dir/boot/vmlinuz"
	fi
}

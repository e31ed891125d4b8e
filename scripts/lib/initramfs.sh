# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's first file system: a part that is the same for all runs of a
# kernel and is cached beside it, and a small part for one run behind it. The
# kernel unpacks archives that stand one behind the other.

# What reaching the host's files and ports takes, before what it depends on.
GUEST_MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay virtio_blk)

pack() {
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --null --create --format=newc --owner=0:0 --quiet | gzip -1)
}

# Copies the modules of a kernel, and those they need, in the order of loading.
gather_modules() {
	local dir=$1 release=$2 into=$3 module path file
	mkdir -p "$into"
	for module in "${GUEST_MODULES[@]}"; do
		PATH=$PATH:/usr/sbin:/sbin modprobe -d "$dir" -S "$release" \
			--ignore-install --show-depends "$module" || return 1
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$into/paths"
	while IFS= read -r path; do
		file=${path##*/}
		case $path in
		*.xz) file=${file%.xz}; xz -dc "$path" >"$into/$file" ;;
		*.gz) file=${file%.gz}; gzip -dc "$path" >"$into/$file" ;;
		*.zst) file=${file%.zst}; zstd -qdc "$path" >"$into/$file" ;;
		*) cp "$path" "$into/$file" ;;
		esac
		echo "$file" >>"$into/order"
	done <"$into/paths"
	rm "$into/paths"
	touch "$into/order"
}

# Prints the path of the part that is common to all runs of a kernel.
base_initramfs() {
	local dir=$1 release=$2 busybox hash base root applet
	busybox=$(command -v busybox) || { say "there is no busybox; run scripts/deps"; return 1; }
	hash=$(cat "$PTSCOPE_LIB"/{initramfs.sh,guest-init,splats} "$busybox" | sha256sum)
	base=$dir/initramfs-${hash:0:16}.gz
	if [[ ! -e $base ]]; then
		root=$(mktemp -d)
		mkdir -p "$root"/{bin,proc,sys,dev,rig,host,layer,upper,new}
		chmod 755 "$root"
		cp "$busybox" "$root/bin/busybox"
		for applet in $(busybox --list); do
			[[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
		done
		cp "$PTSCOPE_LIB/guest-init" "$root/init"
		chmod 755 "$root/init"
		cp "$PTSCOPE_LIB/splats" "$root/rig/splats"
		if ! gather_modules "$dir" "$release" "$root/modules" ||
			! pack "$root" >"$base.$$"; then
			rm -rf "$root" "$base.$$"
			return 1
		fi
		rm -rf "$root"
		rm -f "$dir"/initramfs-*.gz
		mv "$base.$$" "$base"
	fi
	echo "$base"
}

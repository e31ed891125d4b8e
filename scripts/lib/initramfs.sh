# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Creates the guest's initramfs: a part that is the same for all runs of a kernel and is
# cached with it, followed by a small part for one run. The kernel unpacks concatenated
# archives.

# Modules for the ports, and for the host's files by 9p or virtiofs.
GUEST_MODULES=(virtio_pci virtio_console overlay virtio_blk)
declare -A SHARE_MODULES=([9p]='9pnet_virtio 9p' [virtiofs]='virtiofs')

pack() {
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --null --create --format=newc --owner=0:0 --quiet | gzip -1)
}

# Copies modules and their dependencies, and lists them in the order of loading.
gather_modules() {
	local dir=$1 release=$2 into=$3 module path file
	mkdir -p "$into"
	# shellcheck disable=SC2086
	for module in "${GUEST_MODULES[@]}" ${SHARE_MODULES[$4]}; do
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

# base_initramfs DIR RELEASE SHARE BUSYBOX: prints the path of the part that all runs of
# a kernel share. BUSYBOX is of the kernel's architecture.
base_initramfs() {
	local dir=$1 release=$2 share=$3 busybox=$4 hash base root applet
	hash=$(cat "$PTSCOPE_LIB"/{initramfs.sh,guest-init,splats} "$busybox" | sha256sum)
	base=$dir/initramfs-${hash:0:16}.gz
	if [[ ! -e $base ]]; then
		root=$(mktemp -d)
		mkdir -p "$root"/{bin,proc,sys,dev,rig,shares,upper,new}
		chmod 755 "$root"
		cp "$busybox" "$root/bin/busybox"
		# From the machine's busybox, because BUSYBOX may not run here.
		for applet in $(busybox --list); do
			[[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
		done
		cp "$PTSCOPE_LIB/guest-init" "$root/init"
		chmod 755 "$root/init"
		cp "$PTSCOPE_LIB/splats" "$root/rig/splats"
		if ! gather_modules "$dir" "$release" "$root/modules" "$share" ||
			! pack "$root" >"$base.$$"; then
			rm -rf "$root" "$base.$$"
			return 1
		fi
		rm -rf "$root"
		# Other trees may share the cache, so recent parts stay.
		find "$dir" -maxdepth 1 -name 'initramfs-*.gz' -mtime +7 -delete
		mv "$base.$$" "$base"
	fi
	echo "$base"
}

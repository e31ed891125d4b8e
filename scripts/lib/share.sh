# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shares files of the host with the guest, read-only: by 9p, which QEMU implements, or by
# virtiofs for kernels without 9p.
#
# Uses of scripts/vm: tmp memory qemu_arguments helpers.
# shellcheck disable=SC2154

# share_kind DIR: prints the best kind that the kernel in DIR supports.
share_kind() {
	if grep -q '^CONFIG_9P_FS=' "$1/boot/config"; then
		echo 9p
	elif grep -q '^CONFIG_VIRTIO_FS=' "$1/boot/config"; then
		echo virtiofs
	else
		say "the kernel supports neither 9p nor virtiofs"
		return 1
	fi
}

# share TAG DIRECTORY
share() {
	"share_$share" "$@"
}

share_9p() {
	qemu_arguments+=(
		-fsdev "local,id=$1,path=$2,readonly=on,multidevs=remap,security_model=none"
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1"
	)
}

# The daemon of QEMU 7.2, in Debian 12. It has no read-only mode, so it gets a read-only
# mount of the directory, in a mount namespace that ends with it.
share_virtiofs() {
	local daemon=/usr/lib/qemu/virtiofsd tries=500
	local -a own=(--mount --propagation private)
	[[ $EUID -eq 0 ]] || own+=(--map-root-user)
	[[ -x $daemon ]] || "$PTSCOPE_REPO/scripts/deps" qemu-system-common
	[[ -x $daemon ]] || die "the kernel needs $daemon, which is part of QEMU 7.2"
	# The daemon needs access to the guest's memory.
	[[ " ${qemu_arguments[*]} " == *" memory-backend=memory "* ]] ||
		qemu_arguments+=(
			-object "memory-backend-memfd,id=memory,size=${memory}M,share=on"
			-machine memory-backend=memory
		)
	mkdir -p "$tmp/share-$1"
	rm -f "$tmp/$1.socket"
	# shellcheck disable=SC2016
	setpriv --pdeathsig TERM unshare "${own[@]}" bash -ec '
		view=$1 directory=$2 daemon=$3 socket=$4
		mount --rbind "$directory" "$view"
		findmnt --submounts --noheadings --raw -o TARGET "$view" |
			while IFS= read -r mounted; do
				printf -v mounted %b "$mounted"
				mount -o remount,bind,ro "$mounted"
			done
		exec "$daemon" --socket-path="$socket" -o source="$view" \
			-o cache=always -o sandbox=chroot -f
	' virtiofsd "$tmp/share-$1" "$2" "$daemon" "$tmp/$1.socket" \
		</dev/null >"$tmp/$1.err" 2>&1 &
	helpers+=($!)
	until [[ -S $tmp/$1.socket ]] || ! alive "${helpers[-1]}" || ((tries-- == 0)); do
		sleep 0.02
	done
	[[ -S $tmp/$1.socket ]] || { tail -n 5 "$tmp/$1.err" >&2; die "virtiofsd does not start"; }
	qemu_arguments+=(
		-chardev "socket,id=share-$1,path=$tmp/$1.socket"
		-device "vhost-user-fs-pci,chardev=share-$1,tag=$1"
	)
}

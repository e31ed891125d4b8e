# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How the guest sees files of the host without being able to change them: by
# 9p, which QEMU speaks itself, or by virtiofs for kernels that lack it.
#
# Uses of scripts/vm: tmp memory qemu_arguments helpers.
# shellcheck disable=SC2154

# The kinds of share that the kernel in DIR can mount: prints the best.
share_kind() {
	if grep -q '^CONFIG_9P_FS=' "$1/boot/config"; then
		echo 9p
	elif grep -q '^CONFIG_VIRTIO_FS=' "$1/boot/config"; then
		echo virtiofs
	else
		say "this kernel has neither 9p nor virtiofs"
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

# The daemon that QEMU 7.2 came with, as Debian 12 has it. It cannot be told to only read, so it gets
# a view of the directory that nothing can be written through, in a mount name
# space that ends with it.
share_virtiofs() {
	local daemon=/usr/lib/qemu/virtiofsd tries=500
	local -a own=(--mount --propagation private)
	[[ $EUID -eq 0 ]] || own+=(--map-root-user)
	[[ -x $daemon ]] || "$PTSCOPE_REPO/scripts/deps" qemu-system-common
	[[ -x $daemon ]] || die "this kernel takes $daemon, which QEMU 7.2 still had"
	# The guest's memory must be such that the daemon can reach it.
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

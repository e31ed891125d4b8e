# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Emulated persistent memory, in RAM. It needs a guest with -m 4096 and memmap=512M!1G
# on the kernel command line. Source this file.

# mount_pmem DIRECTORY: mounts a file system with DAX; its allocations are aligned to
# PMD leaves.
mount_pmem() {
	grep -q 'Persistent Memory' /proc/iomem || return
	modprobe -q nd_e820
	modprobe -q nd_pmem
	modprobe -q ext4
	local tries
	for tries in {1..50}; do
		[[ ! -b /dev/pmem0 ]] || break
		[[ $tries -lt 50 ]] || return
		sleep 0.1
	done
	mkdir -p "$1" &&
		mkfs.ext4 -q -F -b 4096 -E stride=512,stripe_width=512 /dev/pmem0 &&
		mount -o dax=always /dev/pmem0 "$1"
}

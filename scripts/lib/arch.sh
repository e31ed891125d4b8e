# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the rig knows of the architectures of its kernels. arch_facts ARCH, as
# in uname -m, sets
#   arch_debian   what Debian calls it
#   arch_triplet  what the compiler calls it (with no _ in names of packages)
#   arch_suite    the Debian whose user space a guest gets, where that cannot
#                 be the machine's own
#   arch_cpu      the processor, unless told otherwise
#   arch_bench_cpu  the processor that speed is measured on
#   arch_console  the device of the serial console
#   arch_qemu     QEMU's arguments
#   arch_needs    the packages that QEMU takes
#
# shellcheck disable=SC2034

arch_facts() {
	case $1 in
	x86_64)
		arch_debian=amd64 arch_triplet=x86_64-linux-gnu arch_suite=bookworm
		arch_cpu=max,la57=off arch_console=ttyS0
		# Processors with ERMS and FSRM copy strings by the cache line. QEMU
		# claims both, and copies byte by byte: the copy would be all that is
		# measured. Without them the kernel and the C library copy by words.
		# They go together: 6.1's memmove is broken where FSRM comes alone.
		arch_bench_cpu=$arch_cpu,erms=off,fsrm=off
		arch_qemu=() arch_needs=(qemu-system-x86)
		;;
	aarch64)
		arch_debian=arm64 arch_triplet=aarch64-linux-gnu arch_suite=bookworm
		# The architecture's own way to sign pointers takes an emulator long.
		arch_cpu=max,pauth-impdef=on arch_bench_cpu=$arch_cpu arch_console=ttyAMA0
		arch_qemu=(-machine virt) arch_needs=(qemu-system-arm)
		;;
	riscv64)
		arch_debian=riscv64 arch_triplet=riscv64-linux-gnu arch_suite=forky
		# Blocks of 64K are an extension that QEMU's processor has if it is told so.
		arch_cpu=rv64,svnapot=on arch_bench_cpu=$arch_cpu arch_console=ttyS0
		# With the older interrupt controller and two nodes, devices are not heard.
		arch_qemu=(-machine "virt,aia=aplic") arch_needs=(qemu-system-misc opensbi)
		;;
	*)
		say "the rig knows no architecture $1"
		return 1
		;;
	esac
}

# True if programs for ARCH run on this machine, so that the guest of such a
# kernel can have the machine's own files.
arch_native() {
	[[ $1 == "$(uname -m)" ]]
}

# hugetlb_sizes ARCH CONFIG: prints the sizes that hugetlb pages have under a
# kernel of that configuration. There, an entry of some level maps them, or a
# block of entries.
hugetlb_sizes() {
	case $1 in
	x86_64) echo 1G 2M ;;
	riscv64) echo 1G 2M 64K ;;
	aarch64)
		if grep -q '^CONFIG_ARM64_64K_PAGES=y' "$2"; then
			echo 16G 512M 2M
		elif grep -q '^CONFIG_ARM64_16K_PAGES=y' "$2"; then
			echo 1G 32M 2M
		else
			echo 1G 32M 2M 64K
		fi
		;;
	esac
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Architectures of the rig's kernels. arch_facts ARCH, as in uname -m, sets
#   arch_debian   Debian's name of it
#   arch_triplet  the compiler's name (names of packages have - for _)
#   arch_suite    Debian suite of a guest that cannot use the host's files
#   arch_cpu      default processor
#   arch_bench_cpu  processor of the benchmarks
#   arch_console  device of the serial console
#   arch_qemu     arguments of QEMU
#   arch_needs    packages of QEMU
#
# shellcheck disable=SC2034

arch_facts() {
	case $1 in
	x86_64)
		arch_debian=amd64 arch_triplet=x86_64-linux-gnu arch_suite=bookworm
		arch_cpu=max,la57=off arch_console=ttyS0
		# Processors with ERMS and FSRM copy strings by cache lines. QEMU reports
		# both but copies byte by byte, so that the benchmarks would measure that
		# copy. Without them the kernel and the C library copy words. Both have to
		# be off: memmove() of 6.1 fails with FSRM alone.
		arch_bench_cpu=$arch_cpu,erms=off,fsrm=off
		arch_qemu=() arch_needs=(qemu-system-x86)
		;;
	aarch64)
		arch_debian=arm64 arch_triplet=aarch64-linux-gnu arch_suite=bookworm
		# Emulating the architecture's algorithm for pointer authentication is slow.
		arch_cpu=max,pauth-impdef=on arch_bench_cpu=$arch_cpu arch_console=ttyAMA0
		arch_qemu=(-machine virt) arch_needs=(qemu-system-arm)
		;;
	riscv64)
		arch_debian=riscv64 arch_triplet=riscv64-linux-gnu arch_suite=forky
		# Blocks of 64K are an optional extension.
		arch_cpu=rv64,svnapot=on arch_bench_cpu=$arch_cpu arch_console=ttyS0
		# With the older interrupt controller and two nodes, interrupts of devices are lost.
		arch_qemu=(-machine "virt,aia=aplic") arch_needs=(qemu-system-misc opensbi)
		;;
	*)
		say "unsupported architecture: $1"
		return 1
		;;
	esac
}

# True if programs for ARCH run on this machine, so that its guest can use the
# machine's files.
arch_native() {
	[[ $1 == "$(uname -m)" ]]
}

# hugetlb_sizes ARCH CONFIG: prints the sizes of hugetlb pages of a kernel with that
# configuration. An entry of some level, or a contiguous block, maps each.
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

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest that most tests run in: memory, swap, hugetlb pages, and QEMU's monitor.

# shellcheck source=arch.sh
. "$PTSCOPE_LIB/arch.sh"

# Prints the kernel's command line: hugetlb pages and secret memory for the tests.
boot_arguments() {
	local size config
	config=$("$PTSCOPE_REPO/scripts/kernel" "$1")/boot/config || return
	for size in $(hugetlb_sizes "$("$PTSCOPE_REPO/scripts/kernel" "$1" --arch)" "$config"); do
		case $size in
		1G) echo -n "hugepagesz=$size hugepages=2 " ;;
		32M) echo -n "hugepagesz=$size hugepages=16 " ;;
		2M | 64K) echo -n "hugepagesz=$size hugepages=64 " ;;
		esac
	done
	echo secretmem.enable=1
}

# Prints options for scripts/vm: the packages of the workloads.
workload_options() {
	local -a packages=(apparmor redis-server bsh default-jre-headless git memcached nginx
		nodejs perl postgresql python3 sqlite3)
	[[ $("$PTSCOPE_REPO/scripts/kernel" "$1" --arch) != x86_64 ]] || packages+=(chromium)
	printf -- '--with\n%s\n' "${packages[@]}"
}

# run_in_test_guest KERNEL OPTION... -- COMMAND...: the options are scripts/vm's.
run_in_test_guest() {
	local kernel=$1 boot timeout=3600
	shift
	boot=$(boot_arguments "$kernel") || return
	# Kernels with debugging options are slow.
	"$PTSCOPE_REPO/scripts/kernel" --packaged | grep -qxF "$kernel" || timeout=10800
	"$PTSCOPE_REPO/scripts/vm" -k "$kernel" -m 6144 --swap 1024 --timeout "$timeout" \
		--append "$boot" --monitor "$@"
}

# The same, in a guest with the packages of the workloads.
run_with_workloads() {
	local kernel=$1 with
	shift
	mapfile -t with < <(workload_options "$kernel")
	run_in_test_guest "$kernel" "${with[@]}" "$@"
}

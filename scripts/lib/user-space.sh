# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of a guest: those of this machine, or, on another architecture, those of a
# small Debian in the cache.

# shellcheck source=root.sh
. "$PTSCOPE_LIB/root.sh"

# Packages for the tests, the demo and the build.
GUEST_PACKAGES=(busybox-static bsdutils hostname jq kmod less libc-bin
	man-db ncurses-base perl procps redis-server
	libc6-dev libnl-3-dev libnl-genl-3-dev libsmartcols-dev libyajl-dev)

# Prints the root of the small Debian, and creates it if needed.
# shellcheck disable=SC2154 # set by arch_facts
guest_root() {
	extracted_root "$arch_suite" "$arch_debian" guest "${GUEST_PACKAGES[@]}"
}

# Prints the directory of packages to stack below the guest's root, or nothing.
# Uses of scripts/vm: arch root.
# shellcheck disable=SC2154
guest_layer() {
	arch_native "$arch" ||
		suite_apt "$arch_suite" "$arch_debian" "$root/var/lib/dpkg/status" || return 1
	layer "$@"
}

# programs_directory ARCH BUILD: prints the output directory of programs for ARCH.
programs_directory() {
	if arch_native "$1"; then
		echo "$2"
	else
		echo "$2/$arch_debian"
	fi
}

# Shares a directory beside the root, unless another share contains it or the guest has
# a directory of that name.
share_also() {
	local other
	[[ -d $1 && ! -d $root$1 ]] || return 0
	for other in "${shared[@]}"; do
		[[ $1/ != "$other"/* ]] || return 0
	done
	shared+=("$1")
}

# Uses of scripts/vm: arch build modules PWD. Sets root, shared, programs and
# busybox.
# shellcheck disable=SC2034,SC2154
set_user_space() {
	shared=()
	programs=$(programs_directory "$arch" "$build")
	if arch_native "$arch"; then
		root=/
		busybox=$(command -v busybox) || die "busybox is not installed; run scripts/deps"
		return
	fi
	root=$(guest_root) || die "cannot create a Debian root for $arch"
	busybox=$root/usr/bin/busybox
	share_also "$PTSCOPE_REPO"
	share_also "${PTSCOPE_SRC:-$PTSCOPE_REPO}"
	share_also "$build"
	share_also "$modules"
	share_also "$PWD"
}

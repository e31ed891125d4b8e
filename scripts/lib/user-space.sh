# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a guest has around its kernel: this machine's own files, or, on another
# architecture, those of a small Debian that is kept in the cache.

# shellcheck source=root.sh
. "$PTSCOPE_LIB/root.sh"

# What the tests and the demonstration run, and what building ptscope takes.
GUEST_PACKAGES=(busybox-static bsdutils hostname jq kmod less libc-bin
	man-db ncurses-base perl procps redis-server
	libc6-dev libnl-3-dev libnl-genl-3-dev libsmartcols-dev libyajl-dev)

# Prints the root of the small Debian, making it if need be.
# shellcheck disable=SC2154 # set by arch_facts
guest_root() {
	extracted_root "$arch_suite" "$arch_debian" guest "${GUEST_PACKAGES[@]}"
}

# Prints the directory of packages to stack below the guest's root, if any.
# Uses of scripts/vm: arch root.
# shellcheck disable=SC2154
guest_layer() {
	arch_native "$arch" ||
		suite_apt "$arch_suite" "$arch_debian" "$root/var/lib/dpkg/status" || return 1
	layer "$@"
}

# Where programs for ARCH are built, below BUILD.
programs_directory() {
	if arch_native "$1"; then
		echo "$2"
	else
		echo "$2/$arch_debian"
	fi
}

# Adds a directory to those that are shared beside the root, unless it is in
# one of them or the guest has a directory of that name.
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
		busybox=$(command -v busybox) || die "there is no busybox; run scripts/deps"
		return
	fi
	root=$(guest_root) || die "cannot make a Debian for $arch"
	busybox=$root/usr/bin/busybox
	share_also "$PTSCOPE_REPO"
	share_also "${PTSCOPE_SRC:-$PTSCOPE_REPO}"
	share_also "$build"
	share_also "$modules"
	share_also "$PWD"
}

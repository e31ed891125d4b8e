# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches a kernel that the machine's own apt sources carry: the image and the
# headers are downloaded and unpacked, never installed.
#
# A fetcher gives two functions, called with the arguments of its table line:
#   fetch_latest ARGS...      prints the newest version; fails if it knows none
#   fetch_into DIR ARGS...    fills DIR with boot/vmlinuz, lib/modules/RELEASE
#                             and a link kdir to what modules build against
# and fetch_stale STAMP ARGS..., true if a newer version than at STAMP may be known.

# shellcheck source=debian-kernel.sh
. "$PTSCOPE_LIB/debian-kernel.sh"

fetch_stale() {
	local lists
	eval "$(apt-config shell lists Dir::State::lists/d)"
	[[ $lists -nt $1 ]]
}

fetch_latest() {
	local image
	image=$(apt_depends "$1" 'linux-image-.*')
	[[ $image ]] || {
		say "apt knows no $1; updating its lists"
		as_root apt-get update -q >&2 || return 1
		image=$(apt_depends "$1" 'linux-image-.*')
	}
	[[ $image ]] || { say "apt has no package $1"; return 1; }
	apt_version "$image"
}

fetch_into() {
	local dir=$1 image headers release
	local -a packages
	image=$(apt_depends "$2" 'linux-image-.*')
	headers=$(apt_depends "$3" 'linux-headers-.*')
	[[ $image && $headers ]] || { say "apt has no $2 or no $3"; return 1; }
	release=${headers#linux-headers-}
	[[ ${image#linux-image-} == "$release" ]] || {
		say "$2 is ${image#linux-image-}, but $3 is $release"
		return 1
	}
	mapfile -t packages < <(kernel_parts "$image" "$headers" | sort -u)

	say "fetching ${image} and what its modules build against"
	mkdir "$dir/deb"
	apt_download "$dir/deb" "${packages[@]}" || {
		# The lists may name a version that the archive has replaced.
		as_root apt-get update -q >&2 && apt_download "$dir/deb" "${packages[@]}"
	} || return 1
	unpack_kernel "$dir" "$release"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches a kernel from the machine's apt sources: image and headers are downloaded and
# unpacked, not installed. Arguments: the packages that depend on the newest image and
# on its headers.
#
# A fetcher has three functions, which get the arguments of its line in the table:
#   fetch_latest ARGS...       prints the newest version, or fails
#   fetch_into DIR ARGS...     fills DIR with boot/vmlinuz, lib/modules/RELEASE and a
#                              link kdir to the tree to build modules against
#   fetch_stale STAMP ARGS...  true if there may be a newer version than at STAMP

# shellcheck source=debian-kernel.sh
. "$PTSCOPE_LIB/debian-kernel.sh"

fetch_stale() {
	local lists
	eval "$(apt-config shell lists Dir::State::lists/d)"
	[[ $lists -nt $1 ]]
}

# apt_kernel META: prints the package linux-image-* or linux-headers-* that META depends
# on. Debian 13 has 6.12 as linux-image-amd64, Debian 12 as linux-image-6.12-amd64.
apt_kernel() {
	local kind series flavour package
	IFS=- read -r _ kind series flavour <<<"$1"
	package=$(apt_depends "$1" "linux-$kind-.*")
	[[ $package ]] ||
		package=$(apt_depends "linux-$kind-$flavour" "linux-$kind-${series//./\\.}\..*")
	echo "$package"
}

fetch_latest() {
	local image
	image=$(apt_kernel "$1")
	[[ $image ]] || {
		say "apt does not know $1; updating its lists"
		as_root apt-get update -q >&2 || return 1
		image=$(apt_kernel "$1")
	}
	[[ $image ]] || { say "apt has no package $1"; return 1; }
	apt_version "$image"
}

fetch_into() {
	local dir=$1 image headers release
	local -a packages
	image=$(apt_kernel "$2")
	headers=$(apt_kernel "$3")
	[[ $image && $headers ]] || { say "apt does not have $2 or $3"; return 1; }
	release=${headers#linux-headers-}
	[[ ${image#linux-image-} == "$release" ]] || {
		say "$2 is ${image#linux-image-}, but $3 is $release"
		return 1
	}
	mapfile -t packages < <(kernel_parts "$image" "$headers" | sort -u)

	say "fetching $image and its headers"
	mkdir "$dir/deb"
	apt_download "$dir/deb" "${packages[@]}" || {
		# The lists may name a version that the archive has replaced.
		as_root apt-get update -q >&2 && apt_download "$dir/deb" "${packages[@]}"
	} || return 1
	unpack_kernel "$dir" "$release"
}

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
# and fetch_stale STAMP, true if a newer version than at STAMP may be known.

fetch_stale() {
	local lists
	eval "$(apt-config shell lists Dir::State::lists/d)"
	[[ $lists -nt $1 ]]
}

# Prints the packages of one kind that the candidate of a package depends on.
apt_depends() {
	LC_ALL=C apt-cache depends --important "$1" 2>/dev/null |
		sed -n "s/^ *|\\{0,1\\}Depends: \\($2\\)\$/\\1/p"
}

apt_version() {
	LC_ALL=C apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Version: //p'
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

# apt drops its rights to a user who may not enter a private cache directory,
# and warns of it; what is fetched is checked against signed sums either way.
apt_download() {
	(cd "$1" && apt-get download -q -o APT::Sandbox::User=root "${@:2}" >&2)
}

fetch_into() {
	local dir=$1 image headers release deb
	local -a packages
	image=$(apt_depends "$2" 'linux-image-.*')
	headers=$(apt_depends "$3" 'linux-headers-.*')
	[[ $image && $headers ]] || { say "apt has no $2 or no $3"; return 1; }
	release=${headers#linux-headers-}
	[[ ${image#linux-image-} == "$release" ]] || {
		say "$2 is ${image#linux-image-}, but $3 is $release"
		return 1
	}
	mapfile -t packages < <(apt_depends "$headers" 'linux-\(headers\|kbuild\)-.*')

	say "fetching ${image} and what its modules build against"
	mkdir "$dir/deb" "$dir/boot" "$dir/headers"
	apt_download "$dir/deb" "$image" "$headers" "${packages[@]}" || {
		# The lists may name a version that the archive has replaced.
		as_root apt-get update -q >&2 &&
			apt_download "$dir/deb" "$image" "$headers" "${packages[@]}"
	} || return 1

	for deb in "$dir"/deb/*.deb; do
		case ${deb##*/} in
		linux-image-*)
			dpkg -x "$deb" "$dir/image" || return 1
			mv "$dir/image/boot/vmlinuz-$release" "$dir/boot/vmlinuz"
			mv "$dir/image/boot/config-$release" "$dir/boot/config"
			if [[ -d $dir/image/usr/lib/modules ]]; then
				mv "$dir/image/usr/lib" "$dir/lib"
			else
				mv "$dir/image/lib" "$dir/lib"
			fi
			rm -rf "$dir/image"
			;;
		*)
			dpkg -x "$deb" "$dir/headers" || return 1
			;;
		esac
	done
	rm -rf "$dir/deb" "$dir/headers/lib" "$dir/headers/usr/share"
	ln -s "headers/usr/src/linux-headers-$release" "$dir/kdir"

	# The headers expect to stand in /usr/src, and say so in a Makefile. Named
	# relative to that Makefile they can stand anywhere, and be moved.
	# shellcheck disable=SC2016
	sed -i 's|^include /usr/src/|include $(dir $(realpath $(lastword $(MAKEFILE_LIST))))../|' \
		"$dir/kdir/Makefile"
	if grep -q /usr/src "$dir/kdir/Makefile"; then
		say "the headers' Makefile still names /usr/src"
		return 1
	fi

	# The image's own postinst would have made modules.dep.
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$dir" "$release"
}

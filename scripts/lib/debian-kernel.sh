# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Finds the packages of a Debian kernel, and unpacks them instead of installing them.

# apt_depends PACKAGE PATTERN: prints the dependencies of PACKAGE that match. apt prints
# names without a package in <>.
apt_depends() {
	LC_ALL=C apt-cache depends --important "$1" 2>/dev/null | tr -d '<>' |
		sed -n "s/^ *|\\{0,1\\}Depends: \\($2\\)\$/\\1/p"
}

apt_version() {
	LC_ALL=C apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Version: //p'
}

# apt warns that its unprivileged user cannot enter a private cache directory. Downloads
# are verified either way.
apt_download() {
	(cd "$1" && apt-get download -q -o APT::Sandbox::User=root "${@:2}" >&2)
}

# Prints the packages that an image and headers consist of, including these two: newer
# kernels split image, modules and configuration.
kernel_parts() {
	local -A seen=()
	local -a todo=("$@")
	local package
	while [[ ${#todo[@]} -gt 0 ]]; do
		package=${todo[0]}
		todo=("${todo[@]:1}")
		[[ ! ${seen[$package]:-} ]] || continue
		seen[$package]=1
		echo "$package"
		mapfile -t -O "${#todo[@]}" todo < <(
			apt_depends "$package" 'linux-[a-z]*-[0-9].*' |
				grep -E '^linux-(base|binary|modules|headers|kbuild)-' || :)
	done
}

# mv_one TO FILE...: moves the first file that exists.
mv_one() {
	local file
	for file in "${@:2}"; do
		[[ ! -e $file ]] || { mv "$file" "$1"; return; }
	done
	say "the packages do not contain ${1##*/}"
	return 1
}

# unpack_kernel DIR RELEASE: unpacks the packages in DIR/deb.
unpack_kernel() {
	local dir=$1 release=$2 deb
	mkdir -p "$dir/boot" "$dir/headers" || return 1
	for deb in "$dir"/deb/*.deb; do
		case ${deb##*/} in
		linux-headers-* | linux-kbuild-*) dpkg -x "$deb" "$dir/headers" ;;
		*) dpkg -x "$deb" "$dir/image" ;;
		esac || return 1
	done
	if [[ -d $dir/image/usr/lib/modules ]]; then
		mv "$dir/image/usr/lib" "$dir/lib"
	else
		mv "$dir/image/lib" "$dir/lib"
	fi
	# An image that is not compressed is called vmlinux. Newer packages have it in
	# the directory of the modules.
	mv_one "$dir/boot/vmlinuz" "$dir"/image/boot/vmlinu[xz]-"$release" \
		"$dir/lib/modules/$release"/vmlinu[xz] &&
		mv_one "$dir/boot/config" "$dir/image/boot/config-$release" \
			"$dir/lib/modules/$release/config" || return 1
	rm -rf "$dir/deb" "$dir/image" "$dir/headers/lib" "$dir/headers/usr/share"
	ln -s "headers/usr/src/linux-headers-$release" "$dir/kdir"

	# The Makefile of the headers has absolute paths in /usr/src. With relative ones
	# the headers can be anywhere.
	# shellcheck disable=SC2016
	sed -i -e '1 i here := $(patsubst %/,%,$(dir $(realpath $(lastword $(MAKEFILE_LIST)))))' \
		-e "s|^KBUILD_OUTPUT *=.*/linux-headers-$release\$|KBUILD_OUTPUT := \$(here)|" \
		-e 's|^include /usr/src/|include $(here)/../|' \
		"$dir/kdir/Makefile" || return 1
	if grep -q /usr/src "$dir/kdir/Makefile"; then
		say "the Makefile of the headers still contains /usr/src"
		return 1
	fi

	# The postinst script of the image creates modules.dep otherwise.
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$dir" "$release"
}

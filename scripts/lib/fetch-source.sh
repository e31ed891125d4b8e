# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds a kernel from Debian's source package, with debugging options that Debian's
# kernels do not have. Arguments: the source package, and files in config/. See
# fetch-apt.sh for the functions.

# shellcheck source=fetch-apt.sh
. "$PTSCOPE_LIB/fetch-apt.sh"

# Prints the options of all files.
source_config() {
	local name
	for name in "$@"; do
		grep -v '^#' "$PTSCOPE_LIB/config/$name" || return 1
	done
}

# The configuration is part of the version.
fetch_latest() {
	local version
	version=$(apt_version "$1")
	[[ $version ]] || {
		as_root apt-get update -q >&2 || return 1
		version=$(apt_version "$1")
	}
	[[ $version ]] || { say "apt has no package $1"; return 1; }
	echo "$version-$(config_sum "${@:2}")"
}

config_sum() {
	source_config "$@" | sha256sum | cut -c 1-8
}

# Trees with different configurations may share the cache, so the last build may have
# another configuration.
fetch_stale() {
	local lists
	eval "$(apt-config shell lists Dir::State::lists/d)"
	[[ $lists -nt $1 || $(readlink "${1%/*}/current") != *-$(config_sum "${@:3}") ]]
}

# It is an error if an option does not get the requested value, because of another
# one: a debugging option would be missing unnoticed.
configure() {
	local tree=$1 line bad=
	source_config "${@:2}" >"$tree/all.config" || return 1
	make -s -C "$tree" KCONFIG_ALLCONFIG="$tree/all.config" allnoconfig >&2 || return 1
	while IFS= read -r line; do
		if [[ $line == *=n ]]; then
			! grep -q "^${line%n}" "$tree/.config"
		else
			grep -qxF -e "$line" "$tree/.config"
		fi || { say "the configuration does not have $line"; bad=1; }
	done <"$tree/all.config"
	[[ ! $bad ]]
}

# Building modules needs headers and makefiles only.
prune() {
	(
		cd "$1" || exit 1
		rm -rf Documentation LICENSES block certs crypto drivers fs init io_uring ipc \
			kernel lib mm net rust samples security sound usr virt vmlinux* all.config \
			System.map modules.builtin.ranges
		find arch tools -mindepth 1 -maxdepth 1 ! -path arch/x86 ! -path tools/objtool \
			-exec rm -rf {} +
		find . -name .git -o -type f \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \
			-o -name '*.[cS]' \) ! -path './scripts/*' ! -path './include/*' -exec rm -f {} +
	)
}

fetch_into() {
	local dir=$1 source=$2 tree=$1/build release
	shift 2
	"$PTSCOPE_REPO/scripts/deps" bc bison flex libelf-dev xz-utils cpio || return 1
	say "fetching $source, to build a kernel with the configuration $*"
	mkdir "$dir/deb" "$tree" "$dir/boot"
	apt_download "$dir/deb" "$source" || {
		as_root apt-get update -q >&2 && apt_download "$dir/deb" "$source"
	} || return 1
	dpkg-deb --fsys-tarfile "$dir/deb/$source"_*.deb |
		tar -xO --wildcards './usr/src/*.tar.xz' | xz -dc -T0 |
		tar -x -C "$tree" --strip-components=1 || return 1
	rm -rf "$dir/deb"
	(
		unset MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS ARCH CROSS_COMPILE O M C W CC LD CFLAGS
		configure "$tree" "$@" || exit 1
		say "building the kernel; this takes some minutes"
		make -s -C "$tree" "-j$(nproc)" bzImage modules >"$dir/log" 2>&1 &&
			make -s -C "$tree" INSTALL_MOD_PATH="$dir" modules_install >>"$dir/log" 2>&1 ||
			{ tail -n 30 "$dir/log" >&2; exit 1; }
	) || return 1
	release=$(make -s -C "$tree" kernelrelease) || return 1
	cp "$tree/arch/x86/boot/bzImage" "$dir/boot/vmlinuz"
	cp "$tree/.config" "$dir/boot/config"
	prune "$tree" || return 1
	rm -f "$dir/lib/modules/$release"/{build,source}
	ln -s build "$dir/kdir"
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$dir" "$release"
}

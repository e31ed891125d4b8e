# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Root file systems of other suites and architectures, in the cache. Packages are
# unpacked and their scripts do not run, so creating a root needs neither root's rights
# nor a processor of that architecture. mmdebstrap --variant=extract takes as long (9 s
# for arm64), and leaves an empty dpkg status, which layer.sh needs.

# shellcheck source=suite.sh
. "$PTSCOPE_LIB/suite.sh"

# Needed in every root, and not a dependency of other packages.
ROOT_BASE=(base-files base-passwd bash coreutils dash debianutils diffutils
	findutils grep gzip mawk sed tar util-linux)

# extracted_root SUITE ARCH KEY PACKAGE...: creates a root if needed, and prints its
# directory. Each KEY has a root of its own.
extracted_root() {
	local suite=$1 arch=$2 key=$3 roots=$PTSCOPE_CACHE/roots hash dir
	shift 3
	hash=$(printf '%s\n' "$suite $arch $key" "$@" | cat - "$PTSCOPE_LIB/root.sh" |
		sha256sum | cut -c 1-16)
	dir=$roots/$suite-$arch-$hash
	if [[ ! -d $dir ]]; then
		(
			lock "$roots/$suite-$arch.lock"
			[[ -d $dir ]] && exit
			rm -rf "$roots/.incoming-$suite-$arch"
			# Delete roots that were not used for a month.
			find "$roots" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} +
			say "creating a root of $suite for $arch"
			make_root "$roots/.incoming-$suite-$arch" "$suite" "$arch" "$@" &&
				mv -T "$roots/.incoming-$suite-$arch" "$dir"
		) || return 1
	fi
	# The time of the directory is that of its last use.
	touch "$dir"
	echo "$dir"
}

make_root() {
	local dir=$1 suite=$2 arch=$3 deb status=$1/var/lib/dpkg/status
	shift 3
	suite_apt "$suite" "$arch" && suite_update || return 1
	mkdir -p "$dir/deb/partial" || return 1
	local -a get=(apt-get install -d -qq -y -o Debug::NoLocking=1
		-o Dir::Cache::archives="$dir/deb" "${ROOT_BASE[@]}" "$@")
	# The lists may name a version that the archive has replaced.
	"${get[@]}" >&2 || { suite_update now && "${get[@]}" >&2; } || return 1

	merged_usr "$dir"
	for deb in "$dir"/deb/*.deb; do
		unpack "$deb" "$dir" || return 1
		# So that apt knows the installed packages.
		mkdir -p "${status%/*}"
		{ dpkg-deb -f "$deb" && printf 'Status: install ok installed\n\n'; } >>"$status" ||
			return 1
	done
	rm -rf "$dir/deb"

	# What the scripts of the packages do otherwise, as far as it is needed.
	[[ -e $dir/bin/sh ]] || ln -s dash "$dir/bin/sh"
	[[ -e $dir/bin/awk ]] || ln -s mawk "$dir/bin/awk"
	[[ -e $dir/bin/which ]] || ln -s which.debianutils "$dir/bin/which"
	cp "$dir/usr/share/base-passwd/passwd.master" "$dir/etc/passwd"
	cp "$dir/usr/share/base-passwd/group.master" "$dir/etc/group"
	mkdir -p "$dir"/{proc,sys,dev,run,tmp,root,ptscope/kernel,ptscope/module}
	chmod 1777 "$dir/tmp"
}

# in_root ROOT KERNEL MODULE COMMAND...: runs COMMAND in ROOT, with the directories as
# /ptscope/kernel and /ptscope/module. The mounts are in a namespace of their own and
# end with the command.
in_root() {
	local -a own=(--mount --propagation private)
	[[ $EUID -eq 0 ]] || own+=(--map-root-user)
	# shellcheck disable=SC2016
	unshare "${own[@]}" sh -ec '
		root=$1 kernel=$2 module=$3
		shift 3
		PATH=$PATH:/usr/sbin:/sbin
		mount --rbind /proc "$root/proc"
		mount --rbind /dev "$root/dev"
		mount --bind "$kernel" "$root/ptscope/kernel"
		mount --bind "$module" "$root/ptscope/module"
		exec chroot "$root" "$@"
	' in_root "$@"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Root file systems of other suites and architectures, kept in the cache. They
# are packages unpacked, no more: none of their scripts is run, so making one
# takes neither root's rights nor a processor of that architecture.

# shellcheck source=suite.sh
. "$PTSCOPE_LIB/suite.sh"

# What any root wants, and apt would not bring by itself.
ROOT_BASE=(base-files base-passwd bash coreutils dash debianutils diffutils
	findutils grep gzip mawk sed tar util-linux)

# extracted_root SUITE ARCH KEY PACKAGE...: prints the directory, making it if
# need be. A root of another KEY is another root.
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
			# Those that nothing has used for a month will not be missed.
			find "$roots" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} +
			say "making a root of Debian's $suite for $arch"
			make_root "$roots/.incoming-$suite-$arch" "$suite" "$arch" "$@" &&
				mv -T "$roots/.incoming-$suite-$arch" "$dir"
		) || return 1
	fi
	# Roots in use bear the time of their last use.
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
		# So that apt can tell what is there and what is not.
		mkdir -p "${status%/*}"
		{ dpkg-deb -f "$deb" && printf 'Status: install ok installed\n\n'; } >>"$status" ||
			return 1
	done
	rm -rf "$dir/deb"

	# The little that the packages' scripts would have done and that is missed.
	[[ -e $dir/bin/sh ]] || ln -s dash "$dir/bin/sh"
	[[ -e $dir/bin/awk ]] || ln -s mawk "$dir/bin/awk"
	[[ -e $dir/bin/which ]] || ln -s which.debianutils "$dir/bin/which"
	cp "$dir/usr/share/base-passwd/passwd.master" "$dir/etc/passwd"
	cp "$dir/usr/share/base-passwd/group.master" "$dir/etc/group"
	mkdir -p "$dir"/{proc,sys,dev,run,tmp,root,ptscope/kernel,ptscope/module}
	chmod 1777 "$dir/tmp"
}

# in_root ROOT KERNEL MODULE COMMAND...: runs COMMAND in ROOT, with the one
# directory as /ptscope/kernel and the other as /ptscope/module. The mounts are
# in a name space of their own: they end with the command, however it ends.
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

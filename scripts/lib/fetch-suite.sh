# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches a kernel of another Debian suite or architecture than the machine's.
# Arguments: the suite, the architecture as Debian names it, the packages that
# depend on the newest image and on its headers, and the series of kernels that
# is meant, where the suite moves from one to the next. See fetch-apt.sh for what
# a fetcher gives. Beside that, this one leaves two files for build-module:
#   needs/suite     the Debian to build in (none: this machine can)
#   needs/packages  what the build takes there, one on a line
#   needs/key       what makes a root fit for it, or not
#
# Uses of scripts/kernel: arch.
# shellcheck disable=SC2154

# shellcheck source=suite.sh
. "$PTSCOPE_LIB/suite.sh"
# shellcheck source=debian-kernel.sh
. "$PTSCOPE_LIB/debian-kernel.sh"
# shellcheck source=arch.sh
. "$PTSCOPE_LIB/arch.sh"

fetch_stale() {
	[[ ! $(find "$1" -mmin -1440) ]]
}

# current_package SUITE META KIND SERIES: prints the package linux-KIND-... that
# META depends on. If that has left the series, those of the series may still be
# there; then it is the newest of them.
current_package() {
	local suite=$1 meta=$2 kind=linux-$3 series=$4 package release older
	package=$(apt_depends "$meta" "$kind-[0-9].*")
	[[ $package ]] || { say "Debian's $suite has no package $meta"; return 1; }
	release=${package#"$kind-"}
	if [[ $series && $release != "$series".* ]]; then
		# The same but for the digits: of its flavour, and built for this suite.
		older=$(apt-cache pkgnames "$kind-$series." | sort -V |
			awk -v kind="$kind-" -v release="$release" '
				function rest(name) { sub(/^[0-9.]*/, "", name); return name }
				rest(substr($0, length(kind) + 1)) == rest(release)' | tail -n 1)
		[[ $older ]] || {
			say "Debian's $suite has moved from $series to $release: scripts/lib/kernels names what is gone"
			return 1
		}
		package=$older
	fi
	echo "$package"
}

fetch_latest() {
	local image
	suite_apt "$1" "$2" && suite_update || return 1
	image=$(current_package "$1" "$3" image "${5:-}") || return 1
	apt_version "$image"
}

# Prints what the build takes: the compiler that the headers want, and what the
# kernel's build tools are linked with.
build_needs() {
	local headers=$1 kbuild=$2 compiler
	compiler=$(apt_depends "$headers" '\(gcc\|linux-compiler-gcc\)-[0-9].*' |
		sed -n 's/^\(linux-compiler-\)\{0,1\}\(gcc-[0-9]*\).*/\2/p' | head -n 1)
	[[ $compiler ]] || { say "$headers names no compiler"; return 1; }
	if ! arch_native "$arch"; then
		compiler+=-${arch_triplet//_/-}
	fi
	echo "$compiler"
	echo make
	# Only type information takes pahole, and modules are built without.
	apt_depends "$kbuild" '.*' | sed 's/:.*//' | grep -v -e '^linux-' -e '^pahole$'
}

# builds_here PACKAGES KEY: true if this machine's own apt has the compiler, which
# the file PACKAGES names in its first line, and what the kernel's build tools
# depend on, which is in the file KEY.
builds_here() {
	local compiler
	read -r compiler <"$1"
	(
		unset APT_CONFIG
		apt-get satisfy -s -qq -o Debug::NoLocking=1 "$compiler, $(<"$2")" >/dev/null 2>&1
	)
}

fetch_into() {
	local dir=$1 suite=$2 debian=$3 image headers release kbuild native
	local -a packages
	suite_apt "$suite" "$debian" || return 1
	arch_facts "$arch"
	native=$(dpkg --print-architecture)
	image=$(current_package "$suite" "$4" image "${6:-}") &&
		headers=$(current_package "$suite" "$5" headers "${6:-}") || return 1
	release=${headers#linux-headers-}
	[[ ${image#linux-image-} == "$release" ]] || {
		say "$4 is ${image#linux-image-}, but $5 is $release"
		return 1
	}
	mapfile -t packages < <(kernel_parts "$image" "$headers" | sort -u)
	kbuild=$(printf '%s\n' "${packages[@]}" | sed -n '/^linux-kbuild-/p')
	[[ $kbuild ]] || { say "$headers names no linux-kbuild"; return 1; }
	# The tools run here, whatever machine they build for.
	if [[ $debian != "$native" ]]; then
		kbuild=${kbuild%:*}:$native
		mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sed "s/^linux-kbuild-.*/$kbuild/")
	fi

	say "fetching $image and what its modules build against"
	mkdir "$dir/deb" "$dir/needs"
	apt_download "$dir/deb" "${packages[@]}" || {
		# The lists may name a version that the archive has replaced.
		suite_update now && apt_download "$dir/deb" "${packages[@]}"
	} || return 1
	build_needs "$headers" "$kbuild" >"$dir/needs/packages" || return 1
	apt-cache show --no-all-versions "$kbuild" |
		sed -n 's/^Depends: //p' >"$dir/needs/key"
	if [[ ${suite%-backports} != "$(host_suite)" ]] &&
		! builds_here "$dir/needs/packages" "$dir/needs/key"; then
		echo "${suite%-backports}" >"$dir/needs/suite"
	fi
	unpack_kernel "$dir" "$release"
}

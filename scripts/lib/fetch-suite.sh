# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches a kernel of another Debian suite or architecture than the machine's.
# Arguments: suite, Debian's name of the architecture, the packages that depend on the
# newest image and on its headers, and the series of the kernel if the suite moves
# from one to the next. See fetch-apt.sh for the functions. This fetcher also writes
# files for build-module:
#   needs/suite     suite of the root to build in; absent if this machine can build
#   needs/packages  packages for the build, one per line
#   needs/key       dependencies that identify a suitable root
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

# current_package SUITE META KIND SERIES: prints the package linux-KIND-... that META
# depends on. If that is of another series, prints the newest one of SERIES that is
# still in the archive.
current_package() {
	local suite=$1 meta=$2 kind=linux-$3 series=$4 package release older
	package=$(apt_depends "$meta" "$kind-[0-9].*")
	[[ $package ]] || { say "$suite has no package $meta"; return 1; }
	release=${package#"$kind-"}
	if [[ $series && $release != "$series".* ]]; then
		# Names that differ in digits only: the same flavour, built for this suite.
		older=$(apt-cache pkgnames "$kind-$series." | sort -V |
			awk -v kind="$kind-" -v release="$release" '
				function rest(name) { sub(/^[0-9.]*/, "", name); return name }
				rest(substr($0, length(kind) + 1)) == rest(release)' | tail -n 1)
		[[ $older ]] || {
			say "$suite has $release and no kernel $series any more; update scripts/lib/kernels"
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

# Prints the packages for a build: the compiler that the headers ask for, make, and the
# libraries of the kernel's build tools.
build_needs() {
	local headers=$1 kbuild=$2 compiler
	compiler=$(apt_depends "$headers" '\(gcc\|linux-compiler-gcc\)-[0-9].*' |
		sed -n 's/^\(linux-compiler-\)\{0,1\}\(gcc-[0-9]*\).*/\2/p' | head -n 1)
	[[ $compiler ]] || { say "$headers does not depend on a compiler"; return 1; }
	if ! arch_native "$arch"; then
		compiler+=-${arch_triplet//_/-}
	fi
	echo "$compiler"
	echo make
	# pahole is needed for BTF only, and modules are built without.
	apt_depends "$kbuild" '.*' | sed 's/:.*//' | grep -v -e '^linux-' -e '^pahole$'
}

# builds_here PACKAGES KEY: true if this machine's apt has the compiler in the first
# line of the file PACKAGES, and the dependencies in the file KEY.
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
	[[ $kbuild ]] || { say "$headers does not depend on linux-kbuild"; return 1; }
	# The build tools run on this machine.
	if [[ $debian != "$native" ]]; then
		kbuild=${kbuild%:*}:$native
		mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sed "s/^linux-kbuild-.*/$kbuild/")
	fi

	say "fetching $image and its headers"
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

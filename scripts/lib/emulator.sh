# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Chooses the QEMU. Before 8.1 it did not protect a page of code against changes while it
# translated it. A kernel that patches its own code could then hit its breakpoint
# forever, once in several hundred boots. If Debian has only such a version, the one
# of backports is unpacked in the cache; nothing is installed.
#
# PTSCOPE_QEMU is a directory with emulators to use instead.

# shellcheck source=layer.sh
. "$PTSCOPE_LIB/layer.sh"
# shellcheck source=debian-kernel.sh
. "$PTSCOPE_LIB/debian-kernel.sh"

EMULATOR_OLDEST=8.1

recent_enough() {
	dpkg --compare-versions "$1" ge "$EMULATOR_OLDEST"
}

# Prints the version of a command, or fails.
emulator_version() {
	"$@" --version 2>/dev/null | sed -n '1s/.* version \([0-9.]*\).*/\1/p' | grep .
}

# True if apt can install a recent enough version.
emulator_offered() {
	local version
	version=$(apt_version "$1")
	[[ $version ]] || {
		as_root apt-get update -q >&2 || :
		version=$(apt_version "$1")
	}
	[[ $version ]] && recent_enough "${version#*:}"
}

# Prints the directory of an unpacked emulator, or fails.
unpacked_emulator() {
	local dir
	dir=$(cat "$PTSCOPE_CACHE/emulator/$1" 2>/dev/null) && [[ -d $dir ]] && echo "$dir"
}

# True if backports were checked for a newer version within a day.
emulator_fresh() {
	[[ $(find "$PTSCOPE_CACHE/emulator/$1" -mmin -1440 2>/dev/null) ]] &&
		unpacked_emulator "$1" >/dev/null
}

# Prints the status of the installed packages without QEMU.
without_qemu() {
	awk -v RS= -v ORS='\n\n' '!/^Package: (qemu-|ipxe-qemu|seabios|opensbi)/' \
		/var/lib/dpkg/status
}

# unpack_emulator NAME PACKAGE...: unpacks it if needed. Without a network the one in
# the cache is used.
unpack_emulator() (
	emulators=$PTSCOPE_CACHE/emulator known=$PTSCOPE_CACHE/emulator/$1
	lock "$emulators/lock"
	emulator_fresh "$1" && exit
	without_qemu >"$emulators/status"
	if suite_apt "$(host_suite)-backports" "$(dpkg --print-architecture)" "$emulators/status" &&
		suite_update && dir=$(layer "${@:2}") && [[ $dir ]]; then
		echo "$dir" >"$known.new"
		mv "$known.new" "$known"
	else
		unpacked_emulator "$1" >/dev/null
	fi
)

# choose_emulator ARCH PACKAGE...: sets QEMU to the command of the emulator of ARCH,
# which the packages contain.
choose_emulator() {
	local name=qemu-system-$1 version dir libraries
	shift
	if [[ ${PTSCOPE_QEMU:-} ]]; then
		QEMU=("$PTSCOPE_QEMU/$name")
		emulator_version "${QEMU[@]}" >/dev/null ||
			{ say "no working $name in $PTSCOPE_QEMU"; return 1; }
		return
	fi
	QEMU=("$name")
	if version=$(emulator_version "$name") && recent_enough "$version"; then
		return
	fi
	if ! emulator_fresh "$name"; then
		if emulator_offered "$1"; then
			"$PTSCOPE_REPO/scripts/deps" "$@"
			return
		fi
		unpack_emulator "$name" "$@" ||
			{ say "$name $EMULATOR_OLDEST or newer is not available"; return 1; }
	fi
	dir=$(unpacked_emulator "$name")
	# Debian's QEMU searches the directories of an installed one.
	libraries=$dir/usr/lib/$(uname -m)-linux-gnu
	QEMU=(env "LD_LIBRARY_PATH=$libraries" "QEMU_MODULE_DIR=$libraries/qemu"
		"$dir/usr/bin/$name" -L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios"
		-L "$dir/usr/lib/ipxe/qemu")
	emulator_version "${QEMU[@]}" >/dev/null ||
		{ say "$dir/usr/bin/$name does not run"; return 1; }
}

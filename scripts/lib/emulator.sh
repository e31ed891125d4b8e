# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which QEMU runs a machine. Before 8.1 it translated a page of code without
# keeping others from changing it meanwhile; a kernel that patches itself could
# then meet its own breakpoint for ever, once in some hundred boots. Where the
# machine's Debian has only such a QEMU, the one that its backports have is
# unpacked in the cache: nothing of the machine's own is replaced.
#
# PTSCOPE_QEMU names a directory whose emulators are to be used instead.

# shellcheck source=layer.sh
. "$PTSCOPE_LIB/layer.sh"
# shellcheck source=debian-kernel.sh
. "$PTSCOPE_LIB/debian-kernel.sh"

EMULATOR_OLDEST=8.1

recent_enough() {
	dpkg --compare-versions "$1" ge "$EMULATOR_OLDEST"
}

# Prints the version that a command says it has, or fails.
emulator_version() {
	"$@" --version 2>/dev/null | sed -n '1s/.* version \([0-9.]*\).*/\1/p' | grep .
}

# True if apt would install one that is recent enough.
emulator_offered() {
	local version
	version=$(apt_version "$1")
	[[ $version ]] || {
		as_root apt-get update -q >&2 || :
		version=$(apt_version "$1")
	}
	[[ $version ]] && recent_enough "${version#*:}"
}

# Prints the directory in which an emulator was unpacked, if that is to be used.
unpacked_emulator() {
	local dir
	dir=$(cat "$PTSCOPE_CACHE/emulator/$1" 2>/dev/null) && [[ -d $dir ]] && echo "$dir"
}

# Backports are asked for a newer one once a day.
emulator_fresh() {
	[[ $(find "$PTSCOPE_CACHE/emulator/$1" -mmin -1440 2>/dev/null) ]] &&
		unpacked_emulator "$1" >/dev/null
}

# To apt, the machine has what it has but for its QEMU.
without_qemu() {
	awk -v RS= -v ORS='\n\n' '!/^Package: (qemu-|ipxe-qemu|seabios|opensbi)/' \
		/var/lib/dpkg/status
}

# unpack_emulator NAME PACKAGE...: unpacks it, unless that was done. An old one is
# better than none: a machine may be away from the net.
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

# choose_emulator ARCH PACKAGE...: sets QEMU to the words that start the emulator
# of that architecture, which is in the packages.
choose_emulator() {
	local name=qemu-system-$1 version dir libraries
	shift
	if [[ ${PTSCOPE_QEMU:-} ]]; then
		QEMU=("$PTSCOPE_QEMU/$name")
		emulator_version "${QEMU[@]}" >/dev/null ||
			{ say "there is no $name that runs in $PTSCOPE_QEMU"; return 1; }
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
			{ say "no $name of version $EMULATOR_OLDEST or newer can be had"; return 1; }
	fi
	dir=$(unpacked_emulator "$name")
	# Debian's looks for what it needs where it would have been installed.
	libraries=$dir/usr/lib/$(uname -m)-linux-gnu
	QEMU=(env "LD_LIBRARY_PATH=$libraries" "QEMU_MODULE_DIR=$libraries/qemu"
		"$dir/usr/bin/$name" -L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios"
		-L "$dir/usr/lib/ipxe/qemu")
	emulator_version "${QEMU[@]}" >/dev/null ||
		{ say "$dir/usr/bin/$name does not run"; return 1; }
}

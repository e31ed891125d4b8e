# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Provides Debian packages without installing them: those that a root lacks are
# downloaded and unpacked into a directory, which a guest stacks below that root. Their
# scripts do not run. The root is the host's, unless suite_apt was called before.

# shellcheck source=suite.sh
. "$PTSCOPE_LIB/suite.sh"

# Prints the archive files that an installation of the packages needs, or fails.
lacking() {
	LC_ALL=C apt-get install --print-uris -qq -y --no-install-recommends \
		--no-upgrade -o Debug::NoLocking=1 \
		-o Dir::Cache::archives="$1" "${@:2}"
}

# Prints the directory to stack below the root, or nothing if the root has all packages.
layer() {
	local layers=$PTSCOPE_CACHE/layers files hash incoming deb name
	mkdir -p "$layers/none/partial"
	files=$(lacking "$layers/none" "$@") || {
		say "apt cannot resolve the packages; updating its lists"
		if [[ ${APT_CONFIG:-} ]]; then
			suite_update now || return 1
		else
			as_root apt-get update -q >&2 || return 1
		fi
		files=$(lacking "$layers/none" "$@") || return 1
	}
	files=$(awk '/^\x27/ { print $2 }' <<<"$files" | LC_ALL=C sort)
	[[ $files ]] || return 0
	hash=$(sha256sum <<<"$files" | cut -c 1-16)
	# Two runs must not download the same packages at the same time.
	[[ -d $layers/$hash ]] || lock "$layers/$hash.lock"
	if [[ ! -d $layers/$hash ]]; then
		say "fetching, without installing: ${files//$'\n'/ }"
		incoming=$(mktemp -d "$layers/.incoming.XXXXXX")
		chmod 755 "$incoming"
		mkdir -p "$incoming/deb/partial" "$incoming/root/usr"
		for name in bin sbin lib lib32 lib64 libx32; do
			[[ ! -L /$name ]] || {
				mkdir -p "$incoming/root/usr/$name"
				ln -s "usr/$name" "$incoming/root/$name"
			}
		done
		apt-get install -d -qq -y --no-install-recommends --no-upgrade \
			-o Debug::NoLocking=1 -o APT::Sandbox::User=root \
			-o Dir::Cache::archives="$incoming/deb" "$@" >&2 ||
			{ rm -rf "$incoming"; return 1; }
		for deb in "$incoming"/deb/*.deb; do
			unpack "$deb" "$incoming/root" || { rm -rf "$incoming"; return 1; }
		done
		mv -T "$incoming/root" "$layers/$hash"
		rm -rf "$incoming"
	fi
	echo "$layers/$hash"
}

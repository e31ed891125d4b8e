# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs apt for other Debian suites and architectures, with lists and settings of its own.
# It does not change those of the machine, and needs no root's rights.

SUITE_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

host_suite() {
	# shellcheck disable=SC1091
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# Prints the archives of the machine's suite and of its updates and security updates: an
# address and a suite per line, the main one first.
host_sources() {
	local tries sources suite
	suite=$(host_suite)
	for tries in 1 2; do
		# shellcheck disable=SC2016 # apt fills these in
		sources=$(unset APT_CONFIG
			apt-get indextargets --format \
				'$(CREATED_BY) $(ORIGIN) $(COMPONENT) $(CODENAME) $(REPO_URI)' |
				awk -v suite="$suite" '$1 == "Packages" && $2 == "Debian" &&
					$3 == "main" && ($4 == suite || index($4, suite "-") == 1) {
					print ($4 == suite ? 0 : 1), $5, $4 }' |
				sort -k 1,1n -s | uniq | cut -d ' ' -f 2-)
		[[ ! $sources ]] || break
		# Without lists apt does not know the names of suites.
		[[ $tries == 2 ]] ||
			(unset APT_CONFIG; as_root apt-get update -q >&2) || return 1
	done
	[[ $sources ]] || { say "apt has no archive of $suite"; return 1; }
	echo "$sources"
}

# Prints sources.list of a suite. All suites are in the archive of the machine's own
# suite. Backports are used together with the suite that they are made for.
suite_sources() {
	local sources address name own
	own=$(host_suite)
	[[ -e $SUITE_KEYRING ]] ||
		"$PTSCOPE_REPO/scripts/deps" debian-archive-keyring || return 1
	sources=$(host_sources) || return 1
	if [[ $1 != "$own" ]]; then
		read -r address name <<<"$sources"
		echo "deb [signed-by=$SUITE_KEYRING] $address $1 main"
	fi
	if [[ ${1%-backports} == "$own" ]]; then
		while read -r address name; do
			echo "deb [signed-by=$SUITE_KEYRING] $address $name main"
		done <<<"$sources"
	fi
}

# Writes standard input to FILE, unless the content is the same.
replace() {
	local text
	text=$(cat)
	[[ "$(cat "$1" 2>/dev/null)" == "$text" ]] || {
		printf '%s\n' "$text" >"$1.$$" && mv "$1.$$" "$1"
	}
}

# suite_apt SUITE ARCH [STATUS]: makes apt in this shell use that suite for that
# architecture (and for tools of the machine's own). The installed packages are those in
# the file STATUS, or none.
suite_apt() {
	local home=$PTSCOPE_CACHE/suites/$1-$2 status=${3:-} conf sources
	conf=$home/apt.conf${3:+.$(sha256sum <<<"$3" | cut -c 1-16)}
	mkdir -p "$home"/{state/lists/partial,cache/archives/partial} || return 1
	suite_stamp=$home/updated
	# The archives of the machine change rarely: look once a day.
	if [[ ! -s $home/sources.list ]] || ! suite_fresh; then
		sources=$(suite_sources "$1") || [[ -s $home/sources.list ]] || return 1
		[[ ! $sources ]] || replace "$home/sources.list" <<<"$sources"
	fi
	: >>"$home/status"
	replace "$conf" <<-END
	Dir::Etc::sourcelist "$home/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferences "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	Dir::State "$home/state";
	Dir::State::lists "$home/state/lists";
	Dir::State::status "${status:-$home/status}";
	Dir::Cache "$home/cache";
	Dir::Cache::archives "$home/cache/archives";
	APT::Architecture "$2";
	APT::Architectures { "$2"; "$(dpkg --print-architecture)"; };
	APT::Sandbox::User "root";
	APT::Install-Recommends "false";
	Acquire::Languages "none";
	Acquire::http::Timeout "15";
	Acquire::https::Timeout "15";
	$([[ $1 != *-backports ]] || echo "APT::Default-Release \"$1\";")
	END
	export APT_CONFIG=$conf
}

# True if the lists were updated within a day.
suite_fresh() {
	[[ -e $suite_stamp && $(find "$suite_stamp" -mmin -1440) ]]
}

# Updates the lists of the suite once a day, or always with "now". Without a network the
# old lists are used.
suite_update() {
	[[ ${1:-} == now ]] || ! suite_fresh || return 0
	(
		lock "$suite_stamp.lock"
		[[ ${1:-} == now ]] || ! suite_fresh || exit 0
		if apt-get update -q -o APT::Update::Error-Mode=any >&2; then
			touch "$suite_stamp"
		elif [[ -e $suite_stamp && ${1:-} != now ]]; then
			say "cannot update the lists of packages; using the old ones"
		else
			exit 1
		fi
	)
}

# Unpacks a package below a directory with /bin, /lib and others as links into /usr. A
# directory in the package must not replace such a link.
unpack() {
	dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink
}

merged_usr() {
	local name
	for name in bin sbin lib lib64; do
		mkdir -p "$1/usr/$name"
		ln -s "usr/$name" "$1/$name"
	done
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's other suites and architectures, seen through an apt of their own:
# the machine's lists, sources and packages are neither used nor touched, and
# nothing takes root's rights.

SUITE_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

host_suite() {
	# shellcheck disable=SC1091
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# Prints where the machine's own apt finds its main suite, and what belongs to
# it (updates, security): an address and a suite on a line, the main one first.
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
		# Without its lists apt cannot tell which suite is which.
		[[ $tries == 2 ]] ||
			(unset APT_CONFIG; as_root apt-get update -q >&2) || return 1
	done
	[[ $sources ]] || { say "apt knows no archive of Debian's $suite"; return 1; }
	echo "$sources"
}

# Prints what sources.list says of a suite. All suites of Debian are in one
# archive, the one that serves the machine's own. What backports have for the
# machine's own suite is made for use with that.
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

# Writes standard input to FILE, unless that is what it says already.
replace() {
	local text
	text=$(cat)
	[[ "$(cat "$1" 2>/dev/null)" == "$text" ]] || {
		printf '%s\n' "$text" >"$1.$$" && mv "$1.$$" "$1"
	}
}

# suite_apt SUITE ARCH [STATUS]: from here on, apt in this shell means that
# suite for that architecture (and tools of the machine's own), with the
# packages installed that the file STATUS tells of, or none.
suite_apt() {
	local home=$PTSCOPE_CACHE/suites/$1-$2 status=${3:-} conf sources
	conf=$home/apt.conf${3:+.$(sha256sum <<<"$3" | cut -c 1-16)}
	mkdir -p "$home"/{state/lists/partial,cache/archives/partial} || return 1
	suite_stamp=$home/updated
	# Asked anew when there may be something new, and not in each run.
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

# True if the archive was asked within a day.
suite_fresh() {
	[[ -e $suite_stamp && $(find "$suite_stamp" -mmin -1440) ]]
}

# Brings the lists of the suite up to date, once a day unless told "now". Old
# lists are better than none: a machine may be away from the net.
suite_update() {
	[[ ${1:-} == now ]] || ! suite_fresh || return 0
	(
		lock "$suite_stamp.lock"
		[[ ${1:-} == now ]] || ! suite_fresh || exit 0
		if apt-get update -q -o APT::Update::Error-Mode=any >&2; then
			touch "$suite_stamp"
		elif [[ -e $suite_stamp && ${1:-} != now ]]; then
			say "cannot look for newer packages; going by what was known"
		else
			exit 1
		fi
	)
}

# Unpacks a package below a directory that has /bin, /lib and their like as
# links into /usr; a directory of that name must not take a link's place.
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

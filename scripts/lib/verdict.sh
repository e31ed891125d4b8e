# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The host's half of the verdict: waits for what the guest says of the run, and
# looks at the console itself. A guest that says nothing has failed.
#
# Uses of scripts/vm: tmp timeout qemu relays helpers verdict_fd.
# shellcheck disable=SC2154

splat_patterns() {
	grep -v '^#' "$PTSCOPE_LIB/splats"
}

has_splat() {
	[[ -e $1 ]] && grep -aqE -f <(splat_patterns) "$1"
}

# Shows where a log first goes wrong, with what led there.
show_splat() {
	local count
	grep -aE -m 1 -B 5 -A 50 -f <(splat_patterns) "$1" | tr -d '\r' >&2
	count=$(grep -acE -f <(splat_patterns) "$1")
	[[ $count -lt 2 ]] || say "($count such lines in all)"
}

show_tail() {
	[[ ! -s $tmp/qemu.err ]] || {
		say "QEMU's last messages:"
		tail -n 20 "$tmp/qemu.err" >&2
	}
	[[ ! -s $tmp/console ]] || {
		say "the kernel's console ended with:"
		tail -n 40 "$tmp/console" | tr -d '\r' >&2
	}
}

# Shows why a machine may have ended: the kernel's complaint, or else the last
# messages of QEMU and of the kernel.
show_end() {
	if has_splat "$tmp/console"; then
		show_splat "$tmp/console"
	else
		show_tail
	fi
}

# Reads one line of the verdict port into the variable named, waiting a short
# time; fails if there is none yet. What came of an unfinished line is kept.
verdict_part=
read_verdict() {
	local part
	if IFS= read -r -t 0.1 -u "$verdict_fd" part; then
		printf -v "$1" %s "$verdict_part$part"
		verdict_part=
		return 0
	fi
	verdict_part+=$part
	return 1
}

alive() {
	kill -0 "$1" 2>/dev/null
}

# A reader of our output that goes away ends the run, as it would end a
# command that runs here.
check_relays() {
	local relay status
	for relay in "${relays[@]}"; do
		alive "$relay" && continue
		status=0
		wait "$relay" || status=$?
		[[ $status -ne 141 ]] || exit 141
	done
}

# Waits until all that the command wrote has been passed on. The reader may
# take its time, as a pager does.
finish_relays() {
	local total relay
	for total in "$@"; do
		echo "${total#*=}" >"$tmp/total.new"
		mv "$tmp/total.new" "$tmp/${total%%=*}.total"
	done
	for relay in "${relays[@]}"; do
		while alive "$relay" && alive "$qemu"; do
			sleep 0.02
		done
	done
	check_relays
}

# Sets qemu_status, and qemu_end to a description of how QEMU ended.
describe_end() {
	qemu_status=0
	wait "$qemu" || qemu_status=$?
	if [[ $qemu_status -gt 128 ]]; then
		qemu_end="QEMU was killed by signal $((qemu_status - 128)) ($(kill -l "$qemu_status"))"
	else
		qemu_end="QEMU exited with status $qemu_status"
	fi
	if grep -qs '^Triple fault' "$tmp/qemu.log"; then
		qemu_end+=" after a triple fault of the guest"
	fi
}

# Emulated processors that run side by side can, once in some hundreds of boots,
# trip over the kernel patching its own code, or lose the interrupt that one of
# them waits for. A kernel that dies, or is stuck, before anything of ours was in
# it says nothing about us, and gets one more chance; after that moment a death
# counts.
died_young() {
	[[ ! $ours && ! $rebooted ]] && has_splat "$tmp/console" &&
		! grep -aqE 'Modules linked in:.* ptscope' "$tmp/console"
}

# True if QEMU ended by itself early enough to be started once more: it crashed
# before the command started, or the guest reset or switched off before the module
# was loaded. A QEMU that refuses its arguments (status 1) would refuse them again.
# QEMU 10.0 aborts in iotlb_to_section(), once in some dozens of boots on a busy
# machine, when a processor uses a device while another one has the kernel look for
# PCI devices, which moves what the memory map holds.
ended_young() {
	[[ ! $began && ! $rebooted && $qemu_status -ne 1 ]] && ! has_splat "$tmp/console" &&
		[[ ! $ours || $qemu_status -gt 128 ]]
}

# boot_again WHY
boot_again() {
	rebooted=1 ours='' verdict_part=
	restore_terminal
	show_end
	say "$1; booting once more"
	local pid
	kill -9 "$qemu" 2>/dev/null || :
	# No command has written anything yet. A relay waits for ever for a QEMU
	# that died before it opened the FIFO.
	kill "${relays[@]}" 2>/dev/null || :
	# The helpers end with the machine.
	for pid in "$qemu" "${relays[@]}" "${helpers[@]}"; do
		wait "$pid" 2>/dev/null || :
	done
	relays=() helpers=()
	# Nothing here must take the first machine's messages for the second's.
	rm -f "$tmp/console" "$tmp/qemu.log"
	set_qemu_arguments
	start_qemu
	begin_waiting
}

# Uses of await_verdict: deadline next_look no_end.
begin_waiting() {
	deadline=$((SECONDS + timeout)) next_look=0
	no_end="no end after $timeout seconds"
}

# The run has failed once its kernel has said that it is stuck; a processor that
# comes round shall end it in its own way, and one that does not shall not take
# all the time that there is.
: "${PTSCOPE_VM_STUCK:=300}"
hasten_if_stuck() {
	# Nothing in a boot takes as long as a test may.
	local patience=$((ours || PTSCOPE_VM_STUCK < 60 ? PTSCOPE_VM_STUCK : 60))
	local soon=$((SECONDS + patience))
	((SECONDS >= next_look)) || return 0
	next_look=$((SECONDS + 5))
	if ((soon < deadline)) && has_splat "$tmp/console"; then
		deadline=$soon next_look=$soon
		no_end="no end for $patience seconds after the kernel complained"
	fi
}

# Waits for the end of the run and sets status to what scripts/vm exits with.
ours='' began='' rebooted=''
await_verdict() {
	local line="" word command_status out err reason qemu_status qemu_end
	local dead="THE KERNEL DIED WHILE IT BOOTED, before the module and the command"
	local deadline next_look no_end
	begin_waiting
	while :; do
		if read_verdict line; then
			read -r word command_status out err reason <<<"$line"
			case $word in
			ours) ours=1 ;;
			start) began=1; started ;;
			ok | bad) break ;;
			broken)
				restore_terminal
				say "the guest could not be set up: ${line#broken }"
				show_tail
				status=125
				return
				;;
			esac
			continue
		fi
		check_relays
		if ! alive "$qemu"; then
			# Its last lines may have come between the two looks.
			while read_verdict line; do
				read -r word command_status out err reason <<<"$line"
				case $word in
				ours) ours=1 ;;
				start) began=1 ;;
				ok | bad) break 2 ;;
				esac
			done
			describe_end
			if died_young; then
				boot_again "$dead"
				continue
			elif ended_young; then
				boot_again "THE MACHINE ENDED WHILE IT BOOTED, before the command: $qemu_end"
				continue
			fi
			word=gone
			break
		fi
		hasten_if_stuck
		if ((SECONDS >= deadline)); then
			if died_young; then
				boot_again "$dead"
				continue
			fi
			restore_terminal
			say "$no_end; the machine was stopped"
			if has_splat "$tmp/console"; then
				show_splat "$tmp/console"
			fi
			status=124
			return
		fi
	done

	restore_terminal
	if [[ $word == gone ]]; then
		say "the machine ended without a verdict: $qemu_end"
		show_end
		status=125
		return
	fi

	finish_relays out="$out" err="$err"
	status=$command_status
	if [[ $word == bad ]]; then
		say "the run failed, whatever the command said (status $command_status): $reason"
		if has_splat "$tmp/dmesg"; then
			show_splat "$tmp/dmesg"
		elif [[ -s $tmp/dmesg ]]; then
			tail -n 20 "$tmp/dmesg" >&2
		fi
		status=125
	elif has_splat "$tmp/console"; then
		say "the guest saw nothing wrong, but its console did"
		show_splat "$tmp/console"
		status=125
	fi
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The host's part of the verdict: waits for the guest's report, and checks the console. A
# guest that does not report has failed.
#
# Uses of scripts/vm: tmp timeout qemu relays helpers verdict_fd.
# shellcheck disable=SC2154

splat_patterns() {
	grep -v '^#' "$PTSCOPE_LIB/splats"
}

has_splat() {
	[[ -e $1 ]] && grep -aqE -f <(splat_patterns) "$1"
}

# Shows the first fault in a log, with the lines around it.
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

# Shows why a machine may have ended: a fault of the kernel, or the last messages of
# QEMU and of the kernel.
show_end() {
	if has_splat "$tmp/console"; then
		show_splat "$tmp/console"
	else
		show_tail
	fi
}

# read_verdict NAME: reads a line of the verdict port into the variable NAME, or fails
# after a short time. A part of a line is kept.
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

# If the reader of our output is gone, the run ends, as a command on the host would.
check_relays() {
	local relay status
	for relay in "${relays[@]}"; do
		alive "$relay" && continue
		status=0
		wait "$relay" || status=$?
		[[ $status -ne 141 ]] || exit 141
	done
}

# Waits until the output of the command is copied. The reader may be slow, as a pager
# is.
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

# Once in several hundred boots, emulated processors fail when the kernel patches its own
# code, or lose an interrupt. A kernel that dies or hangs before the module was loaded
# is booted once more. After that a death is a failure.
died_young() {
	[[ ! $ours && ! $rebooted ]] && has_splat "$tmp/console" &&
		! grep -aqE 'Modules linked in:.* ptscope' "$tmp/console"
}

# True if QEMU ended early enough to be started once more: it crashed before the command
# started, or the guest reset or switched off before the module was loaded. A QEMU that
# rejects its arguments (status 1) would do so again. QEMU 10.0 aborts in
# iotlb_to_section(), once in several dozen boots on a busy machine, when a processor
# uses a device while the kernel scans for PCI devices, which changes the memory map.
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
	# No command has written anything yet. A relay waits forever for a QEMU that
	# died before it opened the FIFO.
	kill "${relays[@]}" 2>/dev/null || :
	# The helpers end with the machine.
	for pid in "$qemu" "${relays[@]}" "${helpers[@]}"; do
		wait "$pid" 2>/dev/null || :
	done
	relays=() helpers=()
	# The messages of the first machine must not count for the second one.
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

# A kernel that has reported a hang has failed the run. It gets some time to end by
# itself, but not all of the timeout.
: "${PTSCOPE_VM_STUCK:=300}"
hasten_if_stuck() {
	# A boot is shorter than a test.
	local patience=$((ours || PTSCOPE_VM_STUCK < 60 ? PTSCOPE_VM_STUCK : 60))
	local soon=$((SECONDS + patience))
	((SECONDS >= next_look)) || return 0
	next_look=$((SECONDS + 5))
	if ((soon < deadline)) && has_splat "$tmp/console"; then
		deadline=$soon next_look=$soon
		no_end="no end for $patience seconds after the kernel reported a fault"
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
				say "cannot set up the guest: ${line#broken }"
				show_tail
				status=125
				return
				;;
			esac
			continue
		fi
		check_relays
		if ! alive "$qemu"; then
			# Its last lines may have arrived after the last read.
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
		say "the run failed (status of the command: $command_status): $reason"
		if has_splat "$tmp/dmesg"; then
			show_splat "$tmp/dmesg"
		elif [[ -s $tmp/dmesg ]]; then
			tail -n 20 "$tmp/dmesg" >&2
		fi
		status=125
	elif has_splat "$tmp/console"; then
		say "the guest reported no fault, but its console shows one"
		show_splat "$tmp/console"
		status=125
	fi
}

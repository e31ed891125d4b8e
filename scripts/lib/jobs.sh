# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs jobs side by side, and shows their progress: on a terminal one line for
# each running job, elsewhere a line when a job starts and when it ends.
#
# A job is a name. run_job NAME, a function of the caller, does the work; its output is
# written to LOGS/NAME.tap, and then its exit status and duration to LOGS/NAME.end.

# Process and start time of the running jobs, by name.
declare -A job_pid=() job_begun=()
job_lines=0

# Prints how many checks in the KTAP FILE passed, failed and were skipped.
job_counts() {
	awk '/^ok .*# SKIP/ { skipped++; next } /^ok( |$)/ { passed++ } /^not ok( |$)/ { failed++ }
		END { print passed + 0, failed + 0, skipped + 0 }' "$1"
}

# Prints the current test, as tests/run-guest names it, or the last line of the log.
job_now() {
	awk '/^# test: .* took [0-9]+ s$/ { test = "" }
		/^# test: / && !/ took [0-9]+ s$/ { test = substr($0, 9) }
		NF { line = $0 }
		END { print test != "" ? test : line }' "$1"
}

erase_job_lines() {
	while [[ $job_lines -gt 0 ]]; do
		printf '\033[1A\033[2K'
		job_lines=$((job_lines - 1))
	done
}

draw_job_lines() {
	local job columns passed failed skipped
	read -r _ columns < <(stty size <&"$live" 2>/dev/null) || columns=0
	[[ $columns -gt 0 ]] || columns=80
	erase_job_lines
	for job in "${!job_pid[@]}"; do
		read -r passed failed skipped < <(job_counts "$logs/$job.tap")
		printf '%-16s %4d s  %4d passed, %d failed  %s\n' "$job" \
			$((SECONDS - job_begun[$job])) "$passed" "$failed" "$(job_now "$logs/$job.tap")" |
			tr -d '\r\033' | cut -c "1-$((columns - 1))"
		job_lines=$((job_lines + 1))
	done
}

start_job() {
	job_begun[$1]=$SECONDS
	: >"$logs/$1.tap"
	run_job "$1" </dev/null >"$logs/$1.tap" 2>&1 &
	job_pid[$1]=$!
	[[ $live ]] || echo "$1: started"
}

# Ends a job that has stopped running. A job that fails without a failed check, or
# checks nothing, counts as a failed check.
end_job() {
	local job=$1 status=0 seconds=$((SECONDS - job_begun[$1])) passed failed skipped
	wait "${job_pid[$job]}" || status=$?
	unset "job_pid[$job]"
	read -r passed failed skipped < <(job_counts "$logs/$job.tap")
	if [[ $failed -eq 0 && ( $status -ne 0 || $((passed + skipped)) -eq 0 ) ]]; then
		echo "not ok - $job ended with status $status" >>"$logs/$job.tap"
		failed=1
	fi
	echo "$status $seconds" >"$logs/$job.end"
	[[ ! $live ]] || erase_job_lines
	echo "$job: ended after $seconds s: $passed passed, $failed failed, $skipped skipped"
}

# run_jobs LOGS N JOB...: runs at most N jobs at a time, and starts them in this order.
run_jobs() {
	local logs=$1 most=$2 job live=
	shift 2
	[[ ! -t 1 || ${TERM:-dumb} == dumb ]] || exec {live}>&1
	while [[ $# -gt 0 || ${#job_pid[@]} -gt 0 ]]; do
		while [[ $# -gt 0 && ${#job_pid[@]} -lt $most ]]; do
			start_job "$1"
			shift
		done
		[[ ! $live ]] || draw_job_lines
		sleep 0.5
		for job in "${!job_pid[@]}"; do
			kill -0 "${job_pid[$job]}" 2>/dev/null || end_job "$job"
		done
	done
}

# Parents first: a parent that lost a child could start another.
kill_tree() {
	local children child
	children=$(pgrep -P "$1") || :
	kill "$1" 2>/dev/null || :
	for child in $children; do
		kill_tree "$child"
	done
}

# Stops running jobs. An interrupt of a script does not reach its background processes.
stop_jobs() {
	local job
	for job in "${!job_pid[@]}"; do
		kill_tree "${job_pid[$job]}"
	done
}

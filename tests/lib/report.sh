# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The output of a run: one KTAP line for each test as it ends, the place of a failure's
# logs, the table of times, and the totals. Callers set run (a directory for
# NAME.verdict and NAME.seconds) and RESULTS.

number=0 passed=0 failed=0 skipped=0
failures=() left_out=()

# One KTAP line; for a failure also the subtests and the place of the logs.
report()
{
	local name=$1 dir=$RESULTS/$1 result seconds

	result=$(cat "$run/$name.verdict" 2>/dev/null || echo "fail the runner died")
	seconds=$(cat "$run/$name.seconds" 2>/dev/null || echo '?')
	number=$((number + 1))
	case $result in
	pass)
		passed=$((passed + 1))
		echo "ok $number - $name ($seconds s)"
		;;
	skip*)
		skipped=$((skipped + 1))
		[[ $result != *SMMUX_DEADLINE* ]] || left_out+=("$name")
		echo "ok $number - $name # SKIP ${result#skip }"
		;;
	*)
		failed=$((failed + 1))
		failures+=("$name")
		echo "not ok $number - $name ($seconds s): ${result#fail }"
		show_failure "$dir"
		;;
	esac
}

show_failure()
{
	local dir=$1

	if [ -e "$dir/output" ]; then
		tail -n 15 "$dir/output" | sed 's/^/  # /'
	else
		grep -vE '^ok ' "$dir/results" 2>/dev/null | head -n 20 | sed 's/^/  # /' || true
		head -n 5 "$dir/bad-lines" 2>/dev/null | sed 's/^/  # log: /' || true
		grep -m1 'error:' "$dir/vm.log" 2>/dev/null | sed 's/^/  # /' || true
	fi
	echo "  # logs: ${dir#"$SMMUX_TOP"/}"
}

# A test that fails once and then passes is a defect, too; it counts as failed.
report_again()
{
	case $(cat "$run/$1.verdict" 2>/dev/null) in
	pass) echo "# unsteady: $1 failed, and passed in a second run; logs of the first run: ${RESULTS#"$SMMUX_TOP"/}/$1.first" ;;
	*) echo "# $1 failed again" ;;
	esac
}

# The closing lines.
report_sums()
{
	[ ${#left_out[@]} -eq 0 ] ||
		echo "# left out for lack of time, first in the next run: ${left_out[*]}"
	echo "$passed passed, $failed failed, $skipped skipped"
}

# --- times ---

readonly TIMES=$RESULTS/times

# phase_add PHASE SECONDS [WHAT]
phase_add()
{
	printf '%s\t%s\t%s\n' "$1" "$2" "${3:-}" >>"$TIMES"
}

# timed PHASE COMMAND...
timed()
{
	local phase=$1 start rc=0
	shift

	start=$(date +%s.%N)
	"$@" || rc=$?
	phase_add "$phase" "$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')"
	return "$rc"
}

# phases_of NAME: records boot and body, from its machine's status file, and the rest.
phases_of()
{
	local name=$1 seconds boot body

	seconds=$(cat "$run/$name.seconds" 2>/dev/null || echo 0)
	case $name in
	host-*) phase_add "host checks" "$seconds" "$name" && return ;;
	dkms-*) phase_add "DKMS in the guest" "$seconds" "$name" && return ;;
	esac
	boot=$(sed -n 's/^boot //p' "$RESULTS/$name/status" 2>/dev/null)
	body=$(sed -n 's/^body //p' "$RESULTS/$name/status" 2>/dev/null)
	phase_add boots "${boot:-0}" "$name"
	phase_add "test bodies" "${body:-0}" "$name"
	phase_add "around a machine" "$(awk -v a="$seconds" -v b="${boot:-0}" -v c="${body:-0}" \
		'BEGIN { d = a - b - c; printf "%.1f", d < 0 ? 0 : d }')" "$name"
}

# The last run's table.
show_times()
{
	[ -e "$TIMES" ] || die "no run has left times yet"
	awk -F '\t' '
		$1 == "run" { wall = $2; jobs = $3; next }
		{ sum[$1] += $2; n[$1]++; all += $2 }
		$3 != "" { test[$3] += $2 }
		END {
			printf "%-20s %8s %7s %6s\n", "phase", "seconds", "parts", "share"
			for (p in sum)
				printf "%-20s %8.0f %7d %5.0f%%\n", p, sum[p], n[p], 100 * sum[p] / all | "sort -k1,1"
			close("sort -k1,1")
			printf "%-20s %8.0f %7s %6s\n", "all parts", all, "", "100%"
			printf "%-20s %8.0f   (%s parts at a time)\n\n", "the whole run took", wall, jobs
			print "the longest tests"
			for (t in test)
				printf "%8.0f  %s\n", test[t], t | "sort -rn | head -n 15"
		}' "$TIMES"
}

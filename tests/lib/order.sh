# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The order of tests, and the time that they will take: long ones first, so that two jobs
# end at the same time. Seconds come from this machine's last runs (in the cache), else from
# tests/costs, scaled by the machine's factor.

readonly SECONDS_HERE=$SMMUX_CACHE/seconds
readonly REFERENCE_MS=620	# of reference_loop, on the machine where tests/costs was measured

# reference_loop: CPU time and elapsed time, in ms, of a fixed amount of work.
reference_loop()
{
	in_tree python3 -c '
import time
cpu, wall = time.process_time(), time.monotonic()
x = 1
for i in range(3000000):
    x = (x * 1103515245 + 12345) & 0x7fffffff
print(round(1000 * (time.process_time() - cpu)), round(1000 * (time.monotonic() - wall)))'
}

# Sets factor, this machine's time for a fixed amount of work in per cent of the
# reference's, and patience, the multiplier of all time limits: they must detect hangs only,
# not a machine that is slow or busy.
measure_machine()
{
	local cpu wall

	read -r cpu wall < <(reference_loop)
	factor=$((100 * cpu / REFERENCE_MS))
	patience=$((wall / REFERENCE_MS + 1))
	[ "$patience" -ge 3 ] || patience=3
	[ "$patience" -le 20 ] || patience=20
}

# with_costs: names on standard input, "SECONDS NAME" on standard output. A test without a
# measurement gets a typical value; an emulated compiler takes half an hour.
with_costs()
{
	awk -v factor="${factor:-100}" '
		FILENAME == ARGV[1] { cost[$1] = $2 * factor / 100; next }
		FILENAME == ARGV[2] { cost[$1] = $2; next }
		$1 in cost { print cost[$1], $1; next }
		{ print ($1 ~ /^dkms-/ ? 1800 : $1 ~ /\.(debug|race|rt64k)-/ ? 160 : 40) * factor / 100, $1 }' \
		"$SMMUX_TOP/tests/costs" <(cat "$SECONDS_HERE" 2>/dev/null) -
}

# Sorts names, the longest test first.
by_cost()
{
	with_costs | sort -k1,1rn -k2 | cut -d' ' -f2
}

# estimate NAME...: minutes with two jobs.
estimate()
{
	printf '%s\n' "$@" | with_costs |
		awk -v jobs="$jobs" '{ s += $1; if ($1 > most) most = $1 }
			END { s /= jobs; if (s < most) s = most; printf "%d\n", s / 60 + 1 }'
}

# half TURN WANTED: the names on standard input that belong to that half (0 or 1). Each
# lane's tests alternate between the halves, so that both have the same number of each.
half()
{
	sort | awk -v turn="$1" -v wanted="$2" '
		{ lane = $1; sub(/^[^.]*\.?/, "", lane); sub(/-.*/, "", lane) }
		(n[lane]++ + turn) % 2 == wanted'
}

# keep_seconds: stores the times of this run, for the order and estimate of the next. A
# check that was skipped because it passed before keeps its old time.
keep_seconds()
{
	local new

	new=$(mktemp "$SMMUX_CACHE/seconds.XXXXXX")
	for name in "$@"; do
		[ "$(cat "$run/$name.verdict" 2>/dev/null)" != pass ] ||
			grep -qsF "$PASSED_BEFORE" "$RESULTS/$name/output" ||
			echo "$name $(cat "$run/$name.seconds")"
	done | cat - <(cat "$SECONDS_HERE" 2>/dev/null) | awk '!seen[$1]++' >"$new"
	mv "$new" "$SECONDS_HERE"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# In which order tests run, and how long they will take: long ones first, so that two
# jobs end together. Seconds come from this machine's last runs (in the cache), else from
# tests/costs, which the machine's factor is applied to.

readonly SECONDS_HERE=$SMMUX_CACHE/seconds
readonly REFERENCE_MS=620	# of reference_loop, where tests/costs was measured

# reference_loop: user time in ms of a fixed amount of work, and ms that it took.
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
# reference's, and patience, by which all limits are multiplied: they are for hangs, and a
# machine that is slow, or busy with other things, has none.
measure_machine()
{
	local cpu wall

	read -r cpu wall < <(reference_loop)
	factor=$((100 * cpu / REFERENCE_MS))
	patience=$((wall / REFERENCE_MS + 1))
	[ "$patience" -ge 3 ] || patience=3
	[ "$patience" -le 20 ] || patience=20
}

# with_costs: names on standard input, "SECONDS NAME" on standard output. What was never
# measured counts as much as most tests take; an emulated compiler takes half an hour.
with_costs()
{
	awk -v factor="${factor:-100}" '
		FILENAME == ARGV[1] { cost[$1] = $2 * factor / 100; next }
		FILENAME == ARGV[2] { cost[$1] = $2; next }
		$1 in cost { print cost[$1], $1; next }
		{ print ($1 ~ /^dkms-/ ? 1800 : $1 ~ /\.(debug|race|rt64k)-/ ? 160 : 40) * factor / 100, $1 }' \
		"$SMMUX_TOP/tests/costs" <(cat "$SECONDS_HERE" 2>/dev/null) -
}

# The longest first.
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

# half TURN WANTED: of the names on standard input those of that half (0 or 1). Each lane's
# tests are dealt out in turn, so that both halves have as much of each.
half()
{
	sort | awk -v turn="$1" -v wanted="$2" '
		{ lane = $1; sub(/^[^.]*\.?/, "", lane); sub(/-.*/, "", lane) }
		(n[lane]++ + turn) % 2 == wanted'
}

# keep_seconds: what this run took, for the next one's order and estimate. A check that was
# only remembered took what it took before.
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

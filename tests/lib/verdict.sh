# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The verdict on a finished machine. To pass, every subtest passed, their number matches the
# plan, the machine powered off by itself, and the kernel log has no bad message.

# Kernel messages that fail a test wherever they appear.
readonly SPLATS='WARNING: |BUG: |Oops|Call trace:|Kernel panic|Internal error|Unable to handle'
readonly STALLS='rcu: INFO|detected stall|soft lockup|hard LOCKUP|blocked for more than'
readonly CHECKERS='circular locking|recursive locking|inconsistent lock state|suspicious RCU|KASAN|KCSAN|UBSAN|kmemleak: [0-9]+ new|refcount_t:|while atomic|sleeping function|list_(add|del) corruption|bad page'
readonly IO_ERRORS='I/O error|nvme[0-9n]+: .*(timeout|I/O|abort)|I/O tag .* timeout|NETDEV WATCHDOG|messages dropped|callbacks suppressed'
readonly OTHERS='arm-smmu-v3 .*(event|timeout|error|failed)|enqueued on deprecated|iommu.*failed'

# The driver logs one line for each SMMU; every other line of it is unexpected.
readonly SMMUX_SAYS='smmux( [^ ]+)?: '
readonly SMMUX_USUAL='smmux: (loading out-of-tree|module verification failed)|smmux [^ ]+: SMMUv3\.[0-9]+: '

# Removes reports that an overloaded host provokes before any module of the tests is
# loaded: a WARNING of the deadline server's timer. The whole report goes, from its first
# line to its "end trace".
without_host_noise()
{
	awk '/ cut here / { report = $0; noise = 0; next }
		report == "" { print; next }
		{ report = report "\n" $0 }
		/WARNING: .*kernel\/time\/hrtimer\.c.*hrtimer_forward/ { noise = 1 }
		/---\[ end trace / { if (!noise) print report; report = "" }
		END { if (report != "") print report }'
}

# bad_lines CONSOLE EXPECTED...: lines that no test may produce, except the
# expected ones. Lines that the test itself logged do not count.
bad_lines()
{
	local console=$1 expected='^$' regexp
	shift

	for regexp in "$@"; do
		expected+="|$regexp"
	done
	tr -d '\r' <"$console" | without_host_noise | grep -avE '\] test: ' |
		grep -aE "$SPLATS|$STALLS|$CHECKERS|$IO_ERRORS|$OTHERS|$SMMUX_SAYS" |
		grep -vE "$SMMUX_USUAL|$expected" || true
}

# verdict DIR EXPECTED...: prints "pass", "skip REASON" or "fail REASON".
verdict()
{
	local dir=$1 bad passed failed plan status reason
	shift

	[ -s "$dir/console.log" ] || { echo "fail no console output" && return; }
	bad=$(bad_lines "$dir/console.log" "$@")
	if [ -n "$bad" ]; then
		printf '%s\n' "$bad" >"$dir/bad-lines"
		echo "fail kernel log: $(head -n 1 <<<"$bad" | cut -c1-140)"
		return
	fi
	reason=$(sed -n 's/^1\.\.0 # SKIP //p' "$dir/results" 2>/dev/null)
	[ -z "$reason" ] || { echo "skip $reason" && return; }
	failed=$(grep -c '^not ok ' "$dir/results" || true)
	if [ "$failed" != 0 ]; then
		echo "fail $(grep -m1 '^not ok ' "$dir/results" | sed 's/^not ok [0-9]* - //')"
		return
	fi
	status=$(head -n 1 "$dir/status" 2>/dev/null || echo "no status")
	[ "$status" = "done" ] || { echo "fail machine: $status" && return; }
	passed=$(grep -c '^ok ' "$dir/results" || true)
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$dir/results")
	if [ -z "$plan" ]; then
		echo "fail the test did not come to its end"
	elif [ "$plan" != "$passed" ] || [ "$plan" = 0 ]; then
		echo "fail $passed of $plan subtests reported"
	else
		echo pass
	fi
}

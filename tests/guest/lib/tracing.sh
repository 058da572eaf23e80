# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A tracefs instance as an independent count for tests of tools, and functions for bpftrace
# scripts: start several on the same load and compare their results.

readonly TRACING=/sys/kernel/tracing
readonly OTHER=$TRACING/instances/other

# tracing_start EVENT...: traces these events of smmux, for seen().
tracing_start()
{
	[ -e $TRACING/events ] || mount -t tracefs tracefs $TRACING
	mkdir $OTHER && echo 16384 >$OTHER/buffer_size_kb
	for event in "$@"; do
		echo 1 >"$OTHER/events/smmux/$event/enable" || return 1
	done
}

tracing_reset()
{
	echo >$OTHER/trace
}

# seen EVENT [REGEXP]: the number of such events in the instance.
seen()
{
	grep -cE " $1: .*${2:-}" $OTHER/trace
}

# seen_values EVENT FIELD: this field's decimal values, one a line.
seen_values()
{
	sed -nE "s/.* $1: (.* )?$2=([0-9]+).*/\2/p" $OTHER/trace
}

# seen_sum EVENT FIELD: their sum.
seen_sum()
{
	seen_values "$@" | awk '{ n += $1 } END { print n + 0 }'
}

# seen_most EVENT FIELD: the largest of them.
seen_most()
{
	seen_values "$@" | sort -n | tail -n 1
}

# True if the instance's buffers lost no event.
seen_all()
{
	! grep -hE '^(overrun|dropped events|commit overrun): [1-9]' $OTHER/per_cpu/cpu*/stats
}

# counter NAME: a counter of the SMMU's command queue
counter()
{
	value_of "$SMMUX_DEBUG/$smmu/cmdq/counters" "$1"
}

quiet()
{
	local before

	before=$(value_of "$SMMUX_DEBUG/$smmu/cmdq/state" reserved)
	sleep 0.5
	[ "$before" = "$(value_of "$SMMUX_DEBUG/$smmu/cmdq/state" reserved)" ]
}

# bt_start NAME [ARGUMENT...]: runs scripts/bt/NAME.bt in the background; its output is in
# /tmp/bt.NAME. Each script prints a line at its start, after "Attaching".
bt_start()
{
	local name=$1
	shift

	: >"/tmp/bt.$name"
	bpftrace -B line "/smmux/$name.bt" "$@" >"/tmp/bt.$name" 2>&1 &
	bt_pid["$name"]=$!
}

# bt_ready NAME: its BEGIN has run. Its probes are attached some time after that.
bt_ready()
{
	grep -qE '^(TIME_MS|Watching)' "/tmp/bt.$1"
}

# bt_probes PID...: the number of probes; each is an open file.
bt_probes()
{
	local pid

	for pid in "$@"; do
		ls -l "/proc/$pid/fd"
	done | grep -cE 'bpf|perf_event'
}

# bt_attached PID...: they have probes, and their number no longer grows.
bt_attached()
{
	local before

	before=$(bt_probes "$@")
	sleep 1
	[ "$before" -gt 0 ] && [ "$before" = "$(bt_probes "$@")" ]
}

# bt_end NAME [LINES]: waits for its end, after the signal, and checks its output.
bt_end()
{
	check_job "$1 ends" "${bt_pid[$1]}"
	while IFS= read -r line; do note "$1: $line"; done < <(grep . "/tmp/bt.$1" | tail -n "${2:-30}")
	check "$1 prints no error" bt_clean "$1"
}

# bt_lost NAME: the number of counts that it reports as lost. If two CPUs add a new key at the
# same time, bpftrace 0.23 loses one count and prints a warning.
bt_lost()
{
	grep -c 'WARNING: File exists' "/tmp/bt.$1"
}

bt_clean()
{
	! grep -iE 'warning|error|lost|failed' "/tmp/bt.$1" | grep -vE ' error -|WARNING: File exists' &&
		[ "$(bt_lost "$1")" -le 4 ]
}

# bt_equal TOOL WHAT EXPECTED GOT [MOST]: equal, except for counts that the tool reports as
# lost, each at most MOST (default 1).
bt_equal()
{
	local lost

	lost=$(($(bt_lost "$1") * ${5:-1}))
	if [ "$lost" -gt 0 ] && [ "$4" -lt "$3" ] && [ "$4" -ge $(($3 - lost)) ]; then
		pass "$1: $2, except $(($3 - $4)) that it lost"
	else
		check_equal "$1: $2" "$3" "$4"
	fi
}

# bt_sum NAME REGEXP: the sum of the values in matching lines "@map[key]: value".
bt_sum()
{
	grep -E "^@$2: [0-9]+$" "/tmp/bt.$1" | awk '{ n += $NF } END { print n + 0 }'
}

# bt_hist NAME REGEXP: the sum of the counts in matching histograms.
bt_hist()
{
	MAP="^@$2(\\[.*\\])?: *$" awk '$0 ~ ENVIRON["MAP"] { on = 1; next } /^@/ || NF == 0 { on = 0 }
		on && match($0, /[0-9]+ [|]/) { n += substr($0, RSTART, RLENGTH - 2) } END { print n + 0 }' \
		"/tmp/bt.$1"
}

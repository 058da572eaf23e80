#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: perf and trace-cmd decode the trace events without headers: the same lines as a tracefs instance, the same numbers as the counters
# ALSO: lane=stable,backports
# DEVICES: nvme blk testdev
# WITH: perf
# TIMEOUT: 600
# EXPECT: smmux .*(event|F_TRANSLATION|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/tracing.sh
. /smmux/tracing.sh

# The load for each tool: unmaps on two CPUs, stray accesses of one device, and a domain
# change of a device without a driver.
write_load()
{
	local evtq=$SMMUX_DEBUG/$smmu/evtq

	cat >/tmp/load <<-EOF
	#!/bin/bash
	echo "storm 2 128" >$dir/command
	for i in {1..5}; do
		echo "stray 0xdead0000" >$dir/command
	done
	echo identity >/sys/bus/pci/devices/$nvme_bdf/iommu_group/type
	echo DMA >/sys/bus/pci/devices/$nvme_bdf/iommu_group/type
	# Events are handled some time after they occurred.
	until [ "\$(sed -n 's/^prod_register: //p' $evtq/state)" = "\$(sed -n 's/^cons_register: //p' $evtq/state)" ]; do
		sleep 0.1
	done
	sleep 1
	EOF
	chmod 755 /tmp/load
}

count_begins()
{
	must "$1: the queue is idle" wait_for 60 quiet
	tracing_reset
	echo 1 >$OTHER/tracing_on
	syncs=$(counter syncs)
	events=$(value_of "$SMMUX_DEBUG/$smmu/evtq/counters" events)
}

# count_ends NAME: writes the instance's events to /tmp/seen, as lines "event: text".
count_ends()
{
	must "$1: the queue is idle again" wait_for 60 quiet
	echo 0 >$OTHER/tracing_on
	syncs=$(($(counter syncs) - syncs))
	events=$(($(value_of "$SMMUX_DEBUG/$smmu/evtq/counters" events) - events))
	check "$1: the instance has all events" seen_all
	sed -nE 's/^[^#]* [0-9]+\.[0-9]+: ([a-z_]+: .*)/\1/p' $OTHER/trace | sort >/tmp/seen
	check_less "$1: events of the instance" 500 "$(wc -l </tmp/seen)"
}

# told EVENT: how many of them the tool printed.
told()
{
	grep -c "^$1: " /tmp/told
}

# as_seen NAME: the tool's events in /tmp/told equal the instance's in /tmp/seen.
as_seen()
{
	local event

	cut -d: -f1 /tmp/seen | sort -u >/tmp/events
	while read -r event; do
		check_equal "$1: $event: number" "$(grep -c "^$event: " /tmp/seen)" "$(told "$event")"
		check "$1: $event: the same lines" cmp <(grep "^$event: " /tmp/seen) <(grep "^$event: " /tmp/told) ||
			note "$(diff <(grep "^$event: " /tmp/seen) <(grep "^$event: " /tmp/told) | head -n 6)"
	done </tmp/events
	check_equal "$1: cmdq_sync: as many as the driver counts" "$syncs" "$(told cmdq_sync)"
	check_equal "$1: event: as many as the driver counts" "$events" "$(told event)"
	check_equal "$1: two attaches" 2 "$(told attach)"
}

with_perf_record()
{
	count_begins "perf record"
	check "perf record" perf record -q -a -m 2048 -e 'smmux:*' -o /tmp/perf.data /tmp/load
	count_ends "perf record"
	perf script -i /tmp/perf.data -F event,trace 2>/dev/null |
		sed -nE 's/^ *smmux:([a-z_]+: )/\1/p' | sed -E 's/ +$//' | sort >/tmp/told
	as_seen "perf record"
	rm /tmp/perf.data
}

with_perf_stat()
{
	count_begins "perf stat"
	check "perf stat" perf stat -x, -a -e smmux:cmdq_sync,smmux:event -o /tmp/stat /tmp/load
	count_ends "perf stat"
	check_equal "perf stat: cmdq_sync" "$syncs" "$(awk -F, '$3 == "smmux:cmdq_sync" { print $1 }' /tmp/stat)"
	check_equal "perf stat: event" "$events" "$(awk -F, '$3 == "smmux:event" { print $1 }' /tmp/stat)"
}

# perf trace prints fields by name and leaves out those that are 0.
with_perf_trace()
{
	count_begins "perf trace"
	check "perf trace" perf trace -a -m 2048 --no-syscalls -e 'smmux:event,smmux:attach,smmux:cmdq_sync' \
		-o /tmp/trace /tmp/load
	count_ends "perf trace"
	check_equal "perf trace: cmdq_sync" "$syncs" "$(grep -c smmux:cmdq_sync /tmp/trace)"
	check_equal "perf trace: event" "$events" "$(grep -c smmux:event /tmp/trace)"
	check_equal "perf trace: attach" 2 "$(grep -c smmux:attach /tmp/trace)"
	# The storm has events at other addresses.
	check_equal "perf trace: the fields of event" 5 "$(grep -cE "smmux:event\(iaddr: 0xdead0000,.* sid: [1-9][0-9]*,.* id: 16,.* smmu: \"$smmu\", dev: \"${dir##*/}\"\)" /tmp/trace)"
	check "perf trace: the fields of attach" grep -E \
		"smmux:attach\(domain: [1-9][0-9]*, dev: \"$nvme_bdf\", kind: \"s1\", smmu: \"$smmu\"\)" /tmp/trace
}

with_trace_cmd()
{
	count_begins "trace-cmd"
	check "trace-cmd record" trace-cmd record -q -b 16384 -e smmux -o /tmp/trace.dat /tmp/load
	count_ends "trace-cmd"
	trace-cmd report -q -i /tmp/trace.dat 2>/dev/null |
		sed -nE 's/^.* [0-9]+\.[0-9]+: ([a-z_]+:) +/\1 /p' | sed -E 's/ +$//' | sort >/tmp/told
	as_seen "trace-cmd"
}

start_all
start_client
smmu=$(bound_smmus)
dir=$(client_dirs "$TESTDEV")
nvme_bdf=$(pci_of /sys/class/nvme/nvme0)
echo "$nvme_bdf" >/sys/bus/pci/drivers/nvme/unbind
write_load
[ -e $TRACING/events ] || mount -t tracefs tracefs $TRACING
# shellcheck disable=SC2046
must "an instance to compare with" tracing_start $(find $TRACING/events/smmux/ -mindepth 1 -type d -exec basename {} \;)
note "$(perf --version), $(trace-cmd --version 2>&1 | grep -m1 version)"
with_perf_record
with_perf_stat
with_perf_trace
with_trace_cmd

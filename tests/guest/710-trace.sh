#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: trace events, counters, queue positions and registers agree
# MATRIX: lane=backports
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme blk testdev
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/events.sh
. /smmux/events.sh

tracing=/sys/kernel/tracing

value()
{
	value_of "$SMMUX_DEBUG/$smmu/$1" "$2"
}

# traced EVENT [REGEXP]: the number of these events in the buffer.
traced()
{
	grep -cE " $1: .*${2:-}" "$tracing/trace"
}

quiet()
{
	local before

	before=$(value cmdq/state reserved)
	sleep 0.5
	[ "$before" = "$(value cmdq/state reserved)" ]
}

snapshot()
{
	reserved=$(value cmdq/state reserved)
	while read -r name n; do
		name=${name%:}
		counted[${name//./_}]=$n
	done <"$SMMUX_DEBUG/$smmu/cmdq/counters"
}

# lengths EVENT [REGEXP]: the sum of their "num" fields.
lengths()
{
	sed -nE "s/.* $1: .* num=([0-9]+)${2:-}.*/\1/p" "$tracing/trace" | awk '{ n += $1 } END { print n + 0 }'
}

# Compares the commands of some I/O in counters, trace events, positions and registers.
compare_io()
{
	local -A counted first
	local reserved start name

	must "the queue is idle" wait_for 60 quiet
	snapshot
	start=$reserved
	for name in "${!counted[@]}"; do
		first[$name]=${counted[$name]}
	done
	echo 1 >$tracing/events/smmux/enable
	dd if="$nvme" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
	must "the queue is idle again" wait_for 60 quiet
	echo 0 >$tracing/events/smmux/enable
	snapshot

	check_less "commands sent" 60 $((reserved - start))
	check_equal "counters count the reserved commands" $((reserved - start)) $((counted[commands] - first[commands]))
	check_equal "cmd traces the reserved commands" $((reserved - start)) "$(traced cmd)"
	check_equal "cmd.SYNC counts the SYNCs" "$(traced cmd ' SYNC ')" \
		$((counted[cmd_SYNC] - first[cmd_SYNC]))
	check_equal "each SYNC has one waiter" "$(traced cmdq_sync)" "$(traced cmd ' SYNC ')"
	check_equal "syncs counts the waiters" "$(traced cmdq_sync)" $((counted[syncs] - first[syncs]))
	check_equal "lists counts the reservations" "$(traced cmdq_issue)" $((counted[lists] - first[lists]))
	check_equal "no wait failed" 0 "$(traced cmdq_sync 'ret=-')"
	check_equal "cmdq_sync has the lengths of the lists" "$(lengths cmdq_issue ' sync=1')" "$(lengths cmdq_sync)"
	check_equal "cmdq_issue has the lengths of the lists" $((reserved - start)) \
		"$(lengths cmdq_issue)"
	check_equal "registers: CONS equals PROD" "$(value cmdq/state prod_register)" \
		"$(value cmdq/state cons_register)"
	check_equal "registers: PROD is the position" $((reserved % (2 * $(value cmdq/state size)))) \
		$(($(value cmdq/state prod_register | cut -d' ' -f1)))
	check_equal "entries end at the position" $((reserved - 1)) \
		"$(tail -n 1 "$SMMUX_DEBUG/$smmu/cmdq/entries" | cut -d' ' -f1)"
	check "the last entry is the last traced command" last_entry
}

last_entry()
{
	local w0

	w0=$(grep ' cmd: ' "$tracing/trace" | sort -t= -k2 -n | tail -n 1 | sed 's/.* w0=\([^ ]*\) .*/\1/')
	[ "$(tail -n 1 "$SMMUX_DEBUG/$smmu/cmdq/entries" | awk '{ print $4 }')" = "$w0" ]
}

# A client is unbound, changes its domain and is bound again.
trace_attach()
{
	local driver=/sys/bus/pci/drivers/nvme bdf

	bdf=$(pci_of "/sys/class/nvme/nvme0")
	echo >$tracing/trace
	echo 1 >$tracing/events/smmux/enable
	echo "$bdf" >$driver/unbind
	echo identity >"/sys/bus/pci/devices/$bdf/iommu_group/type"
	echo DMA >"/sys/bus/pci/devices/$bdf/iommu_group/type"
	echo "$bdf" >$driver/bind
	echo 0 >$tracing/events/smmux/enable
	check "attach to identity" traced attach "$bdf.*kind=identity"
	check "attach to stage 1" traced attach "$bdf domain=[1-9][0-9]* ssid=0 kind=s1 smmu=$smmu"
	check "detach" traced detach "$bdf domain=[1-9]"
	check "ste_write" traced ste_write "sid=0x[1-9a-f].*phases=[123] breaking=[01]"
	check "cd_write" traced cd_write "$bdf"
	check "domain_alloc" traced domain_alloc "stage=1"
	check "domain_free" traced domain_free
	check "invs_update" traced invs_update
	check "inv_range" traced inv_range "size=0x[1-9a-f]"
	check_equal "masters/$bdf/info has the last attached domain" \
		"$(grep -E " attach: $bdf " $tracing/trace | tail -n 1 | sed 's/.*domain=\([0-9]*\).*/\1/')" \
		"$(sed -n 's/^domain: //p' "$SMMUX_DEBUG/masters/$bdf/info")"
}

trace_event()
{
	local dir bdf

	start_client
	dir=$(client_dirs "$TESTDEV")
	bdf=${dir##*/}
	echo >$tracing/trace
	echo 1 >$tracing/events/smmux/enable
	client_run "$dir" "stray 0xdead0000"
	wait_for 60 traced event
	echo 0 >$tracing/events/smmux/enable
	check "event has the access" traced event "$bdf F_TRANSLATION .*flags=write class=2 iaddr=0xdead0000 "
	check "fault has the access" traced fault "$bdf domain=[1-9][0-9]* iova=0xdead0000 access=write stall=0"
	check "evtq/recent has the event" grep -E "F_TRANSLATION.*dead0000" "$SMMUX_DEBUG/$smmu/evtq/recent"
	check_equal "evtq/counters counts it" "$(traced event)" "$(value evtq/counters evt.F_TRANSLATION)"
	check_equal "the device's faults file has the same event" "$(head -n 2 "$SMMUX_DEBUG/$smmu/evtq/recent")" \
		"$(head -n 2 "$SMMUX_DEBUG/masters/$bdf/faults" | sed 's/; tables: .*//')"
	check_equal "no other device has a fault" 1 "$(awk 'FNR == 2 { print FILENAME }' "$SMMUX_DEBUG"/masters/*/faults | wc -l)"
	check_equal "the device's info counts it" "$(traced event)" "$(sed -n 's/^faults: //p' "$SMMUX_DEBUG/masters/$bdf/info")"
}

# perf, trace-cmd and bpftrace read these formats and need every field by its name.
formats()
{
	local file number=0

	for file in "$tracing"/events/smmux/*/format; do
		grep -q '^print fmt: ' "$file" && grep -q 'field:' "$file" || return 1
		! grep '^print fmt: ' "$file" | grep -E 'smmux_|FIELD_|\(\(\(1UL' || return 1
		number=$((number + 1))
	done
	[ "$number" -ge 24 ]
}

# The fields' names, types, sizes and order are an interface.
shapes()
{
	local file

	golden_events >/tmp/golden
	for file in "$tracing"/events/smmux/*/format; do
		event_shape "$file"
	done >/tmp/shapes
	diff_lines /tmp/golden /tmp/shapes
}

start_all
smmu=$(bound_smmus)
mount -t tracefs tracefs $tracing
echo 8192 >$tracing/buffer_size_kb
check "events have formats that tools can parse" formats
check "event fields are those of the ABI" shapes
compare_io
trace_attach
trace_event

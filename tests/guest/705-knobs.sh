#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: settings in sysfs, histograms, the ring of recent commands, the summary in the log
# MATRIX: lane=backports
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme blk testdev
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION|summary: )

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# value FILE NAME, of this SMMU
value()
{
	value_of "$SMMUX_DEBUG/$smmu/$1" "$2"
}

knob()
{
	cat "$knobs/$1"
}

turn()
{
	echo "$2" >"$knobs/$1"
}

# refused KNOB VALUE ERRNO-TEXT: the write fails with that error and changes nothing.
refused()
{
	local before

	before=$(knob "$1")
	! printf '%s' "$2" >"$knobs/$1" 2>/tmp/error && grep -q "$3" /tmp/error && [ "$(knob "$1")" = "$before" ]
}

io()
{
	dd if="$nvme" of=/dev/null bs=4k count="${1:-64}" iflag=direct 2>/dev/null
}

bad_values()
{
	local name bad

	for name in stats latency recent; do
		for bad in ' ' 1 onn 'on off' ON "$(printf 'o%.0s' {1..5000})"; do
			check "$name refuses '${bad:0:8}'" refused $name "$bad" 'Invalid'
		done
	done
	for bad in ' ' msis automatic 0; do
		check "sync_wait refuses '$bad'" refused sync_wait "$bad" 'Invalid'
	done
	for bad in ' ' 0 65537 -1 4294967297 many 0x; do
		check "full_inv_threshold refuses '$bad'" refused full_inv_threshold "$bad" 'Invalid'
	done
}

# A sync mode that the SMMU lacks is refused. Each other mode is used, with I/O.
sync_modes()
{
	local mode used

	for mode in poll wfe msi auto; do
		if turn sync_wait $mode 2>/dev/null; then
			used=$(value cmdq/state sync_mode)
			[ $mode = auto ] || check_equal "sync_wait $mode is used" $mode "$used"
			check_equal "sync_wait shows $mode" $mode "$(knob sync_wait)"
			check "I/O with $mode" io 256
		else
			check "sync_wait refuses $mode as not supported" refused sync_wait $mode 'not supported'
			check "caps show that $mode is missing" lacks $mode
		fi
	done
	check_equal "auto selects the best mode" "$best" "$(value cmdq/state sync_mode)"
}

# caps do not show wfe: the CPU may lack the event stream.
lacks()
{
	[ "$1" = wfe ] || grep -qE '^feature.MSI: off' "$SMMUX_DEBUG/$smmu/caps"
}

# sync_wait changes while other CPUs wait for SYNCs.
modes_under_load()
{
	local n

	for n in {1..60}; do
		turn sync_wait poll && turn sync_wait auto || return
		sleep 0.03
	done
}

at_rest()
{
	[ "$(value cmdq/state used)" = 0 ]
}

counters_stand_still()
{
	local before

	must "stats off" turn stats off
	before=$(value cmdq/counters commands)
	io 128
	check_equal "commands are no longer counted" "$before" "$(value cmdq/counters commands)"
	check_less "the queue still takes commands" "$reserved" "$(value cmdq/state reserved)"
	must "stats on" turn stats on
	io 128
	check_less "commands are counted again" "$before" "$(value cmdq/counters commands)"
}

# slots NAME: the sum of a histogram's slots. Each slot must begin at a power of two.
slots()
{
	awk -v name="$1" '$1 == name { sum += $4
		if ($2 > 1 && $3 != 2 * $2 - 1) { bad = 1 } }
		END { print bad ? "odd slots" : sum + 0 }' "$SMMUX_DEBUG/$smmu/cmdq/latency"
}

# The slots add up to "count", and "sum" lies within the bounds of the slots.
histogram_fits()
{
	awk -v name="$1" 'index($0, name ".count: ") == 1 { count = $2 }
		index($0, name ".sum: ") == 1 { sum = $2 }
		$1 == name { low += $2 * $4; high += $3 * $4; num += $4 }
		END { exit !(count == num && sum >= low && sum <= high) }' "$SMMUX_DEBUG/$smmu/cmdq/latency"
}

histograms()
{
	local syncs lists name

	check_equal "nothing is recorded at first" "off 0" \
		"$(value cmdq/latency recording) $(value cmdq/latency sync_wait_ns.count)"
	must "reset" sh -c "echo 1 >$control/reset_stats"
	must "latency on" turn latency on
	fio_verify "$nvme" 8 2
	io 4096
	must "latency off" turn latency off
	must "the queue is idle" wait_for 60 at_rest
	for name in sync_wait_ns atc_wait_ns full_wait_ns list_cmds range_bytes map_life_ns; do
		check "$name: count and sum agree with the slots" histogram_fits $name
		check_equal "$name: slots are powers of two" "$(slots $name)" "$(value cmdq/latency $name.count)"
	done
	syncs=$(value cmdq/counters syncs)
	lists=$(value cmdq/counters lists)
	note "$syncs syncs, $(value cmdq/latency sync_wait_ns.count) sampled; lifetimes: $(value cmdq/latency map_life_ns.count)"
	check_less "syncs" 2000 "$syncs"
	# About one in 16 of several thousand waits is sampled.
	check_less "sync_wait_ns.count is not far below the number of SYNCs" $((syncs * 7 / 10)) "$(value cmdq/latency sync_wait_ns.count)"
	check_less "sync_wait_ns.count is not far above it" "$(value cmdq/latency sync_wait_ns.count)" $((syncs * 13 / 10))
	check_less "list_cmds.count is not far below the number of lists" $((lists * 7 / 10)) "$(value cmdq/latency list_cmds.count)"
	check_less "lifetimes of mappings" 0 "$(value cmdq/latency map_life_ns.count)"
	check_equal "without an ATC there is no wait for one" 0 "$(value cmdq/latency atc_wait_ns.count)"
	syncs=$(value cmdq/latency list_cmds.count)
	io 512
	check_equal "nothing is recorded when off" "$syncs" "$(value cmdq/latency list_cmds.count)"
}

resets()
{
	must "reset of histograms" sh -c "echo latency >$control/reset_stats"
	check_equal "the histograms are empty" 0 "$(value cmdq/latency list_cmds.count)"
	check_less "the counters keep their values" 1000 "$(value cmdq/counters commands)"
	must "latency on" turn latency on
	io 4096
	must "latency off" turn latency off
	must "reset of counters" sh -c "echo counters >$control/reset_stats"
	check_less "the counters restart" "$(value cmdq/counters commands)" 1000
	check_less "the histograms keep their values" 0 "$(value cmdq/latency list_cmds.count)"
}

newest_first()
{
	awk 'NR > 1 { if (NR > 2 && $2 >= last) { print; bad = 1 } last = $2
		if ($3 !~ /^[0-9]+$/ || $6 !~ /^0x/ || NF < 8) { print; bad = 1 } }
		END { exit bad || NR < 50 }' "$1"
}

# Each command that is in both the ring and the queue has the same words in both.
same_in_queue()
{
	awk 'NR == FNR { if (FNR > 1) queue[$1] = $4 " " $5; next }
		FNR > 1 && $2 in queue { num++; if (queue[$2] != $6 " " $7) { print; bad = 1 } }
		END { print num " compared"; exit bad || num < 50 }' "$SMMUX_DEBUG/$smmu/cmdq/entries" /tmp/recent
}

# A process with a known PID unmaps, so that its commands can be found in the ring.
by_whom()
{
	sh -c "echo \$\$ >/tmp/whom; echo race 3 >$(client_dirs "$TESTDEV")/command"
}

ring()
{
	check_equal "nothing is recorded before" 1 "$(wc -l <"$SMMUX_DEBUG/$smmu/cmdq/recent")"
	must "recent on" turn recent on
	io 512
	must "a shell makes a device map and unmap" by_whom
	must "recent off" turn recent off
	must "the queue is idle" wait_for 60 at_rest
	cat "$SMMUX_DEBUG/$smmu/cmdq/recent" >/tmp/recent
	check "the ring is in order, newest first" newest_first /tmp/recent
	check_equal "the last command is a SYNC" SYNC "$(awk 'NR == 2 { print $8 }' /tmp/recent)"
	check "the queue has the same commands" same_in_queue
	check "the shell's commands are recorded with its PID" awk -v whom="$(cat /tmp/whom)" \
		'NR > 1 && $4 == whom && $5 == "sh" { n[$8]++ } END { exit n["TLBI_NH_VA"] < 3 || n["SYNC"] < 3 }' /tmp/recent
	io 128
	check "switching off keeps the recorded commands" cmp /tmp/recent "$SMMUX_DEBUG/$smmu/cmdq/recent"
}

more_events()
{
	[ "$(value evtq/counters events)" -gt "$1" ]
}

# The summary has the power state, the queue's positions and past events.
summary()
{
	local marks events

	marks=$(log_count "smmux $smmu: summary: ")
	check "dump_now refuses another value" eval '! echo 2 2>/dev/null >"$control/dump_now"'
	check_equal "a refused write logs nothing" "$marks" "$(log_count "smmux $smmu: summary: ")"
	must "dump_now" sh -c "echo 1 >$control/dump_now"
	check_equal "the summary with the queue is logged" $((marks + 1)) \
		"$(log_count "smmux $smmu: summary: power on, gate open, cmdq reserved [0-9]+ published [0-9]+ consumed")"
	events=$(value evtq/counters events)
	client_run "$(client_dirs "$TESTDEV")" "stray 0xdead0000"
	check "an event is counted" wait_for 60 more_events "$events"
	check "the panic notifiers are called" eval '! insmod /smmux/smmux_test_panic.ko 2>/dev/null'
	check_equal "a panic logs the queue" $((marks + 2)) \
		"$(log_count "smmux $smmu: summary: power on, gate open")"
	check_less "a panic logs the event" 0 "$(log_count "smmux $smmu: summary: event [0-9]+ of [0-9]+ at [0-9]+ ns: F_TRANSLATION")"
}

start_all
start_client
smmu=$(bound_smmus)
knobs=/sys/bus/platform/devices/$smmu/smmux
control=$SMMUX_DEBUG/$smmu/control
must "the SMMU has settings in sysfs" test -d "$knobs"
best=$(value cmdq/state sync_mode)
reserved=$(value cmdq/state reserved)
check_equal "settings after load" "on off off auto 512 quarantine" \
	"$(knob stats) $(knob latency) $(knob recent) $(knob sync_wait) $(knob full_inv_threshold) $(knob recovery_policy)"
bad_values
check "full_inv_threshold takes 64" eval 'turn full_inv_threshold 64 && [ "$(knob full_inv_threshold)" = 64 ]'
sync_modes
disk_load_begin "$nvme" 2
check "modes change under load" modes_under_load
load_end "traffic meanwhile"
counters_stand_still
histograms
resets
ring
summary

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: injected errors are handled like real ones; a fault is logged with its table walk; poll() on events
# MATRIX: lane=stable
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme blk testdev
# MODULE: enable_inject=1 allow_unbind=1
# WITH: news
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION|F_PERMISSION|command error|CMD_SYNC|lost invalidations)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# value FILE NAME, of this SMMU
value()
{
	value_of "$SMMUX_DEBUG/$smmu/$1" "$2"
}

# inject FILE TEXT
inject()
{
	echo "$2" >"$SMMUX_DEBUG/$smmu/inject/$1"
}

# refused FILE TEXT: the write fails with EINVAL, and nothing is armed.
refused()
{
	! inject "$1" "$2" 2>/tmp/error && grep -q Invalid /tmp/error && [ -z "$(armed)" ]
}

armed()
{
	cat "$SMMUX_DEBUG/$smmu/inject/armed"
}

io()
{
	dd if="$nvme" of=/dev/null bs=4k count=64 iflag=direct 2>/dev/null
}

refusals()
{
	local bad

	for bad in '' ' ' x -1 4294967296 '1 1' 0x; do
		for file in sync_timeout cmd_illegal evtq_hold_ms event; do
			check "$file refuses '$bad'" refused $file "$bad"
		done
	done
	check "cmd_illegal refuses 65" refused cmd_illegal 65
	check "evtq_hold_ms refuses 10001" refused evtq_hold_ms 10001
	check "event refuses five words" refused event "1 2 3 4 5"
	check "event refuses a number above 64 bits" refused event "0x10 0 0 0x10000000000000000"
	check "event refuses a stall" refused event "0x10 0x80000000 0 0"
	check_equal "none of these events was handled" 0 "$(value evtq/counters events)"
	check_equal "none of these commands was sent" 0 "$(value cmdq/counters error.CERROR_ILL)"
}

illegal()
{
	check "three illegal commands are sent" inject cmd_illegal 3
	check_equal "each is counted" 3 "$(value cmdq/counters error.CERROR_ILL)"
	check_equal "each is counted as a global error" 3 "$(value gerror CMDQ_ERR)"
	check "I/O works afterwards" io
}

timeouts()
{
	local before

	before=$(value cmdq/counters sync_timeouts)
	check "two SYNC timeouts are armed" inject sync_timeout 2
	check_equal "armed shows them" "sync_timeout: 2" "$(armed)"
	check "I/O has no error" io
	check_equal "both timeouts are counted" $((before + 2)) "$(value cmdq/counters sync_timeouts)"
	check_equal "none is armed any more" '' "$(armed)"
	check "the log says that they were injected" sh -c "dmesg | grep -q 'CMD_SYNC (injected)'"
	inject sync_timeout 5
	inject sync_timeout 0
	check_equal "writing 0 disarms" '' "$(armed)"
}

# sid_of DEVICE
sid_of()
{
	value_of "$SMMUX_DEBUG/masters/$1/info" sids
}

# event_of DEVICE IOVA: injects an F_TRANSLATION for a read.
event_of()
{
	inject event "$(printf '0x%x00000010 0x20800000000 %s 0' "$(sid_of "$1")" "$2")"
}

# newest DEVICE: its newest fault
newest()
{
	sed -n 2p "$SMMUX_DEBUG/masters/$1/faults"
}

walks()
{
	local disk page

	check "a real access outside all mappings" client_run "$dir" "stray 0xdead0000"
	wait_for 60 sh -c "grep -q dead0000 $SMMUX_DEBUG/masters/$bdf/faults"
	note "$(newest "$bdf")"
	check "its walk ends at an invalid entry, with level and address" grep -qE \
		"iova 0xdead0000 .*; tables: F_TRANSLATION: not mapped, stage 1 level [0-3], 0x0 at 0x[1-9a-f][0-9a-f]*$" \
		<<<"$(newest "$bdf")"
	disk=$(pci_of "/sys/class/nvme/nvme0")
	page=$(awk '$1 ~ /^0x/ { print $1; exit }' \
		"$SMMUX_DEBUG/domains/$(value_of "$SMMUX_DEBUG/masters/$disk/info" domain)/ranges")
	check "an injected fault at a mapped page" event_of "$disk" "$page"
	note "$(newest "$disk")"
	check "its walk gives the same address as translate" \
		grep -qF "; tables: translated to $(translated "$disk" "$page"), " <<<"$(newest "$disk")"
	check "an injected event without an address" inject event "$(printf '0x%x00000004 0 0 0' "$(sid_of "$disk")")"
	check "it has no table walk" grep -q 'C_BAD_STE sid 0x[0-9a-f]*$' <<<"$(newest "$disk")"
	check_equal "both events are counted" 2 "$(value_of "$SMMUX_DEBUG/masters/$disk/info" faults)"
	check "the event is logged" sh -c "dmesg | grep -q '$disk: C_BAD_STE'"
}

# waits FILE [SECONDS]: polls FILE in the background, with output to /tmp/news. Calls that
# must not be woken use few seconds. On a slow machine they detect less.
waits()
{
	# Before the poller starts: the last one's "waiting" must not count.
	: >/tmp/news
	/smmux/news "$1" "${2:-$(patient 60)}" >/tmp/news 2>&1 &
	sleeper=$!
	wait_for 60 grep -q waiting /tmp/news
}

# said WORD DESCRIPTION: the poll ended with WORD.
said()
{
	wait "$sleeper"
	check_equal "$2" "$1" "$(tail -n 1 /tmp/news)"
}

news()
{
	local file=$SMMUX_DEBUG/masters/$bdf/faults

	waits "$file" 1
	said nothing "faults: without an event, poll() times out"
	waits "$file"
	event_of "$bdf" 0x1000
	said news "faults: an event of the device wakes the poller"
	waits "$file" 2
	inject event "0xfff0000000010 0 0x1000 0"
	said nothing "faults: an event of another stream does not"
	waits "$SMMUX_DEBUG/$smmu/evtq/recent"
	inject event "0xfff0000000010 0 0x2000 0"
	said news "evtq/recent: any event wakes the poller"
}

hold()
{
	local before

	before=$(value evtq/counters events)
	inject evtq_hold_ms 10000
	check "armed shows the hold and its time" grep -qE '^evtq_hold_ms: [0-9]+$' <<<"$(armed)"
	check "a stray access while events are held" client_run "$dir" "stray 0xbeef0000"
	check_equal "its event is not counted" "$before" "$(value evtq/counters events)"
	check "its event stays in the queue" sh -c "[ \"$(value evtq/state prod_register)\" != \"$(value evtq/state cons_register)\" ]"
	inject evtq_hold_ms 0
	check "writing 0 ends the hold" wait_for 60 sh -c "grep -q beef0000 $SMMUX_DEBUG/masters/$bdf/faults"
}

goes()
{
	waits "$SMMUX_DEBUG/masters/$bdf/faults"
	remove_all_functions
	said gone "faults: removal of the device wakes the poller"
}

start_all
start_client
smmu=$(bound_smmus)
dir=$(client_dirs "$TESTDEV")
bdf=${dir##*/}
refusals
illegal
timeouts
walks
news
hold
goes

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The bench's guest part. Results are lines "value NAME NUMBER"; QEMU's logs go to files on
# the host. Settings: MODE (count, sleep, load, readers, profile), SIZES in bytes, OUT (a
# directory on the host). MODE count: ROUNDS, TRACED, ATS for a device that has it, KNOBS of
# the driver to change. MODE sleep: MAPPINGS. MODE load: THREADS, SLICES, MS. MODE readers:
# SLICES, MS.

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh

# shellcheck source=tests/guest/lib/power.sh
. /smmux/power.sh

readonly BENCH=/sys/kernel/debug/smmux_bench
readonly EVENTS=trace:smmuv3_cmdq_opcode,trace:smmuv3_read_mmio,trace:smmuv3_write_mmio

bench()
{
	echo "$*" >"$BENCH/command"
}

report()
{
	local name number

	while IFS=': ' read -r name number; do
		say "value $1.$name $number"
	done <"$BENCH/result"
}

# Runs a command of QEMU's monitor that prints nothing on success. There is no time limit
# except the machine's: with counted instructions an idle guest's clock leaps ahead, and
# qmp's limit would end before the host has answered.
monitor()
{
	local answer

	printf '@qmp {"execute": "human-monitor-command", "arguments": {"command-line": "%s"}}\n' \
		"$*" >&3
	read -r answer <&3
	[[ $answer == *'"return": ""'* ]]
}

# watched FILE WHAT COMMAND...: QEMU logs WHAT to FILE while the command runs.
watched()
{
	local file=$OUT/$1 what=$2 rc=0
	shift 2

	monitor "logfile $file" && monitor "log $what" || return 1
	"$@" || rc=$?
	monitor log none && monitor logfile /dev/null && return "$rc"
}

mode_count()
{
	local bytes

	for bytes in $SIZES; do
		must "instructions of $bytes bytes" bench count "$bytes" "$ROUNDS"
		report "$bytes"
		must "accesses of $bytes bytes" watched "trace.$bytes" "$EVENTS" \
			bench repeat "$bytes" "$TRACED"
	done
	[ -z "${KNOBS:-}" ] || count_knobs
}

turn()
{
	echo "$1" >"$2"
}

# The cost of the smallest size with a changed knob of the driver: KNOBS are words NAME=VALUE.
count_knobs()
{
	local dir=/sys/bus/platform/devices/$SMMU_NAME/smmux knob was

	for knob in $KNOBS; do
		was=$(cat "$dir/${knob%=*}")
		must "knob $knob" turn "${knob#*=}" "$dir/${knob%=*}"
		must "instructions with $knob" bench count 4096 "$ROUNDS"
		report "$knob"
		must "knob ${knob%=*} back" turn "$was" "$dir/${knob%=*}"
	done
}

# The device is idle until the SMMU is suspended, then becomes active again.
one_sleep()
{
	echo "$device" >"$POWER/rest" && wait_for 10 is_asleep && echo "$device" >"$POWER/work"
}

# The clock counts instructions here.  A resume waits for nothing, so all are the driver's.
mode_sleep()
{
	local n dir _

	for dir in /sys/bus/pci/devices/*; do
		echo auto >"$dir/power/control"
	done
	echo 0 >"/sys/bus/platform/devices/$SMMU_NAME/power/autosuspend_delay_ms"
	for n in $MAPPINGS; do
		must "$n mappings" bench hold "$n"
		for _ in {1..10}; do
			must "suspend and resume" one_sleep
		done
		say "value $n.wake $(awk '$2 == "resume" { print $4 }' \
			"$SMMUX_DEBUG/$SMMU_NAME/pm/history" | head -n 10 | sort -n | head -n 1)"
		must "suspended" eval 'echo "$device" >"$POWER/rest" && wait_for 10 is_asleep'
		must "accesses with $n mappings" watched "trace.$n" "$EVENTS" \
			eval 'echo "$device" >"$POWER/work"'
	done
}

rate()
{
	local name number pairs=0 ns=0

	while IFS=': ' read -r name number; do
		printf -v "$name" %s "$number"
	done <"$BENCH/result"
	echo $((pairs * 1000000 / (ns / 1000)))
}

# keep_best NAME: sets this variable to the best rate so far, including the last slice.
keep_best()
{
	local now

	now=$(rate)
	printf -v "$1" %s $((now > $1 ? now : $1))
}

# The best of some slices: other load of the host can only make a slice slower.
mode_load()
{
	local n bytes slice best

	for bytes in $SIZES; do
		for n in $THREADS; do
			best=0
			for slice in $(seq "$SLICES"); do
				bench threads "$bytes" "$n" "$MS" ||
					must "$n threads, $bytes bytes, slice $slice" false
				keep_best best
			done
			say "value $bytes.$n.rate $best"
			pass "$n threads, $bytes bytes"
		done
	done
}

# slice_beside DIRECTORY: a slice while a process on the last CPU reads all files there in a
# loop. It is a single process: in an emulator the end of a process flushes the TLBs of all
# CPUs, which costs more than any file.
slice_beside()
{
	local reader

	touch /tmp/read
	taskset 8 /smmux/reread "$1" /tmp/read >>"/tmp/rounds.${1##*/}" &
	reader=$!
	sleep 0.1
	must "slice $slice, while $1 is read" bench threads 4096 1 "$MS"
	rm -f /tmp/read
	wait "$reader"
}

# The cost of readers: adjacent slices with one thread; alone, while another CPU reads files
# of the kernel, and while it reads files of smmux.
mode_readers()
{
	local slice alone=0 other=0 ours=0

	for slice in $(seq "$SLICES"); do
		must "slice $slice, alone" bench threads 4096 1 "$MS"
		keep_best alone
		slice_beside /sys/module
		keep_best other
		slice_beside "$SMMUX_DEBUG"
		keep_best ours
	done
	say "value alone.rate $alone"
	say "value other.rate $other"
	say "value read.rate $ours"
	say "value read.rounds $(awk '{ n += $2 } END { print n }' "/tmp/rounds.${SMMUX_DEBUG##*/}")"
}

mode_profile()
{
	local bytes

	must "symbols" test "$(head -n 1 /proc/kallsyms | cut -c1-16)" != 0000000000000000
	for bytes in $SIZES; do
		must "warm up" bench repeat "$bytes" 100
		must "one instruction at a time" monitor one-insn-per-tb on
		must "instructions of $bytes bytes" watched "exec.$bytes" exec,nochain \
			bench repeat "$bytes" 20
		must "back to normal" monitor one-insn-per-tb off
	done
	# Not through say(): the console is slow.
	awk '$2 ~ /[tT]/ { print "symbol", $1, $3, $4 }' /proc/kallsyms >&3
}

# Waits until ten seconds after boot: the kernel's boot work uses the CPU until then.
settle()
{
	local up

	read -r up _ </proc/uptime
	sleep $((10 - ${up%.*} > 0 ? 10 - ${up%.*} : 0))
}

# take_ats_device BDF: binds the bench to the device with ATS.
take_ats_device()
{
	local dir=/sys/bus/pci/devices/$1

	[ ! -e "$dir/driver" ] || echo "$1" >"$dir/driver/unbind"
	echo smmux_bench >"$dir/driver_override" && echo "$1" >/sys/bus/pci/drivers_probe &&
		[ -e "/sys/bus/pci/drivers/smmux_bench/$1" ]
}

[ -z "${ATS:-}" ] || must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
[ "$MODE" != sleep ] || must "power domain" insmod /smmux/smmux_test_power.ko
must "driver loads" load_driver
must "an SMMU is bound" wait_for 10 sh -c "[ -n \"\$(ls -d $(platform_driver)/*[0-9]* 2>/dev/null)\" ]"
must "bench client loads" insmod /smmux/smmux_bench.ko
if [ -n "${ATS:-}" ]; then
	device=$(pci_by_id 1af4:1044)
	must "the bench binds the device" take_ats_device "$device"
	must "its ATS is on" grep -qx 'ats: on' "$SMMUX_DEBUG/masters/$device/info"
else
	device=$(pci_by_id 1b36:0005)
fi
must "the device is in a strict DMA group" test "$(group_type "$device")" = DMA
settle
"mode_$MODE"

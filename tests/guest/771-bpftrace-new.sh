#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: test 770 with the newest bpftrace of Debian testing and unstable; which raw tracepoints exist without the module's BTF
# ALSO: lane=stable,backports
# DEVICES: nvme blk net testdev ats
# MODULE: cmdq_log2=1 ats=on
# WITH: bpftrace bpftrace-new no-btf
# TIMEOUT: 600
# EXPECT: smmux .*(event|F_TRANSLATION|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/bpftrace.sh
. /smmux/bpftrace.sh

old=/usr/bin/bpftrace
PATH=/opt/bpftrace:$PATH

# raw_events BPFTRACE: how many of the driver's events it finds as raw tracepoints.
raw_events()
{
	"$1" -l 'rawtracepoint:*' | sed -nE 's/^rawtracepoint:(smmux:)?//p' |
		grep -cxFf <(ls $TRACING/events/smmux)
}

# names_all MASTERS FILE...: each file names each master.
names_all()
{
	local dev file

	for file in "${@:2}"; do
		for dev in $1; do
			grep -q "$dev" "$file" || return
		done
	done
}

# removals_told NAME [PROGRAM]: removes all functions. The tracefs events name each of them;
# so does attachsnoop, if PROGRAM runs it.
removals_told()
{
	local masters pid=() dev files=(/tmp/bt.events)

	masters=$(find "$SMMUX_DEBUG/masters" -mindepth 1 -maxdepth 1 -type d -name '*:*' -exec basename {} \; | sort)
	bpftrace -B line -e 'BEGIN { printf("TIME_MS\n"); } tracepoint:smmux:master_remove
		{ printf("gone %s of %s: %d\n", str(args.dev), str(args.smmu), args.num_sids); }' >/tmp/bt.events 2>&1 &
	pid+=($!)
	must "$1: bpftrace starts" wait_for 120 bt_ready events
	if [ -n "${2:-}" ]; then
		"$2" -B line /smmux/attachsnoop.bt >/tmp/bt.attachsnoop 2>&1 &
		pid+=($!)
		files+=(/tmp/bt.attachsnoop)
		must "$1: attachsnoop starts with $("$2" --version)" wait_for 120 bt_ready attachsnoop
	fi
	must "$1: probes are attached" wait_for 120 bt_attached "${pid[@]}"
	must "$1: all PCI functions are removed" remove_all_functions
	wait_for 60 names_all "$masters" "${files[@]}"
	kill -INT "${pid[@]}"
	wait "${pid[@]}"
	check "$1: some functions were removed" test -n "$masters"
	check_equal "$1: tracepoint: names each" "$(for dev in $masters; do echo "gone $dev of 9050000.smmuv3: 1"; done)" \
		"$(grep ^gone /tmp/bt.events | sort)"
	[ -z "${2:-}" ] ||
		check_equal "$1: rawtracepoint: names each" "$masters" \
			"$(awk '$4 == "remove" { print $5 }' /tmp/bt.attachsnoop | sort)"
}

# A build without pahole has no BTF. Then the newer bpftrace finds no raw tracepoints.
without_btf()
{
	# shellcheck disable=SC2086
	must "a driver without BTF" insmod /smmux/smmux-no-btf.ko $MODULE_PARAMS
	check "the module has no BTF" test ! -e /sys/kernel/btf/smmux
	[ -e $TRACING/events ] || mount -t tracefs tracefs $TRACING
	check_equal "without BTF, bpftrace 0.23 finds raw tracepoints" \
		"$(find $TRACING/events/smmux/ -mindepth 1 -type d | wc -l)" "$(raw_events $old)"
	check_equal "without BTF, the newest finds none" 0 "$(raw_events bpftrace)"
	removals_told "without BTF" $old
	must "the driver unloads" rmmod smmux
	echo 1 >/sys/bus/pci/rescan
}

with_btf()
{
	check "with Debian's headers and pahole the module has BTF" test -s /sys/kernel/btf/smmux
	check_equal "bpftrace finds all events as raw tracepoints" \
		"$(find $TRACING/events/smmux/ -mindepth 1 -type d | wc -l)" "$(raw_events bpftrace)"
	check "recovery.bt attaches" timeout "$(patient 120)" bpftrace --dry-run /smmux/recovery.bt
	check "pmwatch.bt attaches" timeout "$(patient 120)" bpftrace --dry-run /smmux/pmwatch.bt "$smmu"
	removals_told "with BTF"
}

without_btf
bt_compare_all
with_btf

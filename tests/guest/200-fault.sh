#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: an access outside all mappings is blocked, is logged as a decoded event, and does not disturb other devices
# MATRIX: lane=backports fw=acpi
# FULL: lane=stable fw=dt
# ALSO: lane=debug
# ALSO: lane=stable,backports fw=dt,acpi
# DEVICES: nvme blk net edu testdev
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

traces()
{
	grep -c "$1" /sys/kernel/tracing/trace
}

start_all
start_client
mount -t tracefs tracefs /sys/kernel/tracing
events="iommu/io_page_fault"
[ "$DRIVER" != smmux ] || events+=" smmux/event"
for event in $events; do
	must "trace event $event exists" sh -c "echo 1 >/sys/kernel/tracing/events/$event/enable"
done

disk_load_begin "$nvme" 2
for dir in $(client_dirs "$EDU" "$TESTDEV"); do
	bdf=${dir##*/}
	for iova in 0xdead0000 0x12345678000 0; do
		check "$bdf: access to $iova ends" client_run "$dir" "stray $iova"
		check_equal "$bdf: access to $iova does not land" 0 "$(client_value "$dir" landed)"
	done
	check "$bdf: the log names it with the event" wait_for 60 sh -c \
		"dmesg | grep -v test: | grep -E '(F_TRANSLATION|0x10)' | grep -q '$bdf'"
done
check "the log has the faulting address" sh -c "dmesg | grep -v test: | grep -qi dead0000"
if [ "$DRIVER" = smmux ]; then
	check "io_page_fault was traced with its address" traces "io_page_fault.*0x0*dead0000"
	check "smmux:event was traced" traces " event: "
fi
load_end "NVMe traffic was not disturbed"
for dir in $(client_dirs "$EDU" "$TESTDEV"); do
	check "${dir##*/}: still works" client_run "$dir" "race 2"
	check_equal "${dir##*/}: mapped accesses land" 2 "$(client_value "$dir" mapped_landed)"
done

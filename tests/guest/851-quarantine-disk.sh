#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a disk in use whose ATC does not answer is quarantined and reset, and continues by the reset handlers of its stock driver; data stays correct
# FULL: lane=backports
# DEVICES: nvme ats-blk
# MODULE: enable_inject=1 ats=on
# TIMEOUT: 180
# EXPECT: 0000:01:00.0: ATC (invalidation not answered|answers again)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh

readonly ROUNDS=5

# A short direct read and write.
io()
{
	dd if="$disk" of=/tmp/block bs=64k count=1 iflag=direct 2>/dev/null &&
		dd if=/tmp/block of="$disk" bs=64k count=1 oflag=direct 2>/dev/null
}

recovered()
{
	[ "$(recovery recovered)" = "$1" ] && in_state healthy
}

# The disk's driver in 6.12 has no reset handlers. In 7.x it stops the queue before a reset
# and sets up the device again after it.
must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
start_all
disk=/dev/vda
rehearse_device 1af4:1042
check "policy: the device is reset" sh -c "echo reset >/sys/bus/pci/devices/$bdf/smmux/recovery_policy"

disk_load_begin "$disk" 1
disk_load_begin "$nvme" 1
for n in $(seq $ROUNDS); do
	check "$n: its next invalidation is not answered" sh -c "echo '$sid 1' >$inject"
	check "$n: the device recovers" wait_for 60 recovered "$n"
	check "$n: EATS is set" grep -q 'eats=full' "$SMMUX_DEBUG/masters/$bdf/ste"
	writes=$(writes_of "$disk")
	check "$n: writes continue" wait_for 60 wrote_since "$disk" "$writes"
done
check_equal "each round has one timeout, one quarantine, one reset" "$ROUNDS $ROUNDS $ROUNDS 0" \
	"$(recovery timeouts) $(recovery quarantined) $(recovery resets) $(recovery resets_failed)"
load_end "data is correct"
check_equal "no I/O error was logged" 0 "$(log_count 'I/O error|timeout, |timed out')"
check "the disk works" io

# All resets fail under load: the device is blocked. A user's reset ends that.
check "no answers: 1000 timeouts are armed" sh -c "echo '$sid 1000' >$inject"
io &
job=$!
check "no answers: the device is blocked" wait_for 60 in_state blocked
echo "$sid 0" >"$inject"
check_job "no answers: the disk works without ATS" "$job"
check "answers again: reset" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/reset"
check "answers again: the device is healthy" wait_for 60 in_state healthy
check "answers again: the disk works" io
check_equal "no event occurred" 0 "$(value_of "$SMMUX_DEBUG/$smmu/evtq/counters" events)"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a disk whose ATC does not answer, in use: it is cut off, reset, and goes on, by the reset handlers of its stock driver; what was written is what is read
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

# Disk I/O of a moment, direct, in both directions.
io()
{
	dd if="$disk" of=/tmp/block bs=64k count=1 iflag=direct 2>/dev/null &&
		dd if=/tmp/block of="$disk" bs=64k count=1 oflag=direct 2>/dev/null
}

recovered()
{
	[ "$(recovery recovered)" = "$1" ] && in_state healthy
}

# The driver that 6.12 has for it knows nothing of resets; 7.x' stops the queue before
# one, and sets the device up again behind it.
must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
start_all
disk=/dev/vda
rehearse_device 1af4:1042
check "its resets are left to it" sh -c "echo reset >/sys/bus/pci/devices/$bdf/smmux/recovery_policy"

disk_load_begin "$disk" 1
disk_load_begin "$nvme" 1
for n in $(seq $ROUNDS); do
	check "$n: its next invalidation is not answered" sh -c "echo '$sid 1' >$inject"
	check "$n: it is back, by itself" wait_for 60 recovered "$n"
	check "$n: EATS is set" grep -q 'eats=full' "$SMMUX_DEBUG/masters/$bdf/ste"
	writes=$(writes_of "$disk")
	check "$n: it goes on" wait_for 60 wrote_since "$disk" "$writes"
done
check_equal "each was one timeout, one cut, one reset" "$ROUNDS $ROUNDS $ROUNDS 0" \
	"$(recovery timeouts) $(recovery quarantined) $(recovery resets) $(recovery resets_failed)"
load_end "what was written is what was read"
check_equal "no error came of it" 0 "$(log_count 'I/O error|timeout, |timed out')"
check "the disk works" io

# In vain, under load: given up, and cut off for good; a reset of the user's ends it.
check "deaf" sh -c "echo '$sid 1000' >$inject"
io &
job=$!
check "deaf: given up" wait_for 60 in_state blocked
echo "$sid 0" >"$inject"
check_job "deaf: the disk works without ATS" "$job"
check "deaf: a reset, when it hears" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/reset"
check "deaf: it is back" wait_for 60 in_state healthy
check "deaf: and works" io
check_equal "no event came of all that" 0 "$(value_of "$SMMUX_DEBUG/$smmu/evtq/counters" events)"

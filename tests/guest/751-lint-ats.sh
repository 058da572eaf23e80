#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: lint checks EATS of an STE against ATS and quarantine of the device; no findings while a device is quarantined and reset
# FULL: lane=backports
# ALSO: lane=stable
# DEVICES: nvme blk net-virtio ats
# MODULE: enable_inject=1 ats=on
# TIMEOUT: 240
# EXPECT: 0000:01:00.0: ATC (invalidation not answered|answers again)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh
# shellcheck source=tests/guest/lib/plant.sh
. /smmux/plant.sh

readonly EATS=0x10000000

# found FINDING FIELD: a toggled EATS gives two findings: one for its meaning, one for the
# field.
found()
{
	echo "ste $sid 1 $EATS" >$PLANT
	cat "$lint" >/tmp/lint
	echo back >$PLANT
	cat /tmp/lint
	grep -qE "^error +sid $sid +STE: $1$" /tmp/lint &&
		grep -qE "^error +sid $sid +STE: EATS is $2$" /tmp/lint && lint_clean
}

rehearse_start
lint=$SMMUX_DEBUG/$smmu/lint
must "plant" insmod /smmux/smmux_test_plant.ko smmu="$(value_of "${lint%lint}caps" address)"
must "lint has no findings before" lint_clean
check "EATS is off while ATS is on: found" found "EATS is 0, but ATS of the device is on" "0x0, not 0x1"
one_timeout "quarantine" quarantined
check "quarantine: lint has no findings" lint_clean
check "quarantine: EATS is on: found" found "EATS is set, but the device is cut off" "0x1, not 0x0"
keep_linting &
linter=$!
for n in 1 2 3; do
	check "$n: reset" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/reset"
	check "$n: the device is healthy" wait_for 60 in_state healthy
	check "$n: its driver is bound again" rebind
	check "$n: the device works" use_device
	one_timeout "$n" quarantined
done
lint_ends "$linter"

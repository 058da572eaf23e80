#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the registers of QEMU's SMMU after suspend and resume, with arbitrary values written at power loss, against hand-written values
# MATRIX: lane=backports
# ALSO: lane=stable
# DEVICES: nvme blk net-virtio
# DTB: -c @ /smmux-power
# DTB: -t s @ /smmux-power compatible smmux,test-power
# DTB: -t x @ /smmux-power #power-domain-cells 0
# DTB: -t x @ /smmux-power phandle 7777
# DTB: -t x @ /smmuv3@9050000 power-domains 7777
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/power.sh
. /smmux/power.sh
# shellcheck source=tests/guest/lib/golden.sh
. /smmux/golden.sh

power_start
must "plant" insmod /smmux/smmux_test_plant.ko
qemu_registers "after probe"
check "all devices are idle" all_rest
check "the SMMU is suspended" wait_for 20 is_asleep
check "all devices are active" all_work
qemu_registers "after runtime suspend"
echo 1 >/sys/module/suspend/parameters/pm_test_delay
echo platform >/sys/power/pm_test
offs=$(value_of $POWER/state offs)
channel_away
check "the system suspends and resumes" eval "echo mem >/sys/power/state"
channel_back
check_less "the SMMU was without power" "$offs" "$(value_of $POWER/state offs)"
qemu_registers "after system sleep"
power_well

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a device tree with too few register bytes: one clear message, nothing is bound, the machine works
# FULL: lane=backports
# ALSO: lane=stable,debug
# DEVICES: nvme
# DTB: -t x @ /smmuv3@9050000 reg 0 9050000 0 1000
# TIMEOUT: 180
# EXPECT: smmux .*bytes needed
# EXPECT: smmux .*: probe with driver smmux failed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh

said_something()
{
	[ "$(log_count 'smmux .*bytes needed')" -gt 0 ]
}

load_driver || note "insmod ended with $?"
wait_for 60 said_something
check_equal "the message is logged once" 1 "$(log_count 'smmux .*bytes needed')"
check "no SMMU is bound" test -z "$(bound_smmus)"
load_clients nvme
# On a slow machine this detects less.
sleep 2
check "no client does DMA without the SMMU" sh -c '! ls /dev/nvme0n1 2>/dev/null'
check "the module can be unloaded" rmmod smmux

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a device tree without the SMMU's interrupts: logged once, I/O works, a fault is still logged
# FULL: lane=stable
# ALSO: lane=backports,debug
# DEVICES: nvme blk net testdev
# DTB: -d @ /smmuv3@9050000 interrupts
# DTB: -d @ /smmuv3@9050000 interrupt-names
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION)
# EXPECT: smmux .*no (eventq|evtq|event queue|gerror|global error) interrupt
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

start_all
start_client
check "the log names the missing interrupts" sh -c "dmesg | grep -v test: | grep 'smmux .*interrupt'"
check_less "lines about them, at most two" "$(log_count 'smmux .*no .*interrupt')" 3
check "NVMe" fio_verify "$nvme" 3 1
check "virtio-blk" fio_verify /dev/vda 3 1
dir=$(client_dirs "$TESTDEV")
check "a stray access ends" client_run "$dir" "stray dead0000"
check_equal "it does not land" 0 "$(client_value "$dir" landed)"
check "it is logged without interrupts" wait_for 60 sh -c "dmesg | grep -v test: | grep -q 'smmux .*dead0000'"

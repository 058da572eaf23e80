#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: if the built-in driver is active, smmux binds nothing and logs the parameter to set
# MATRIX: lane=backports fw=acpi driver=builtin
# FULL: lane=stable fw=dt driver=builtin
# ALSO: lane=stable,backports fw=dt,acpi driver=builtin
# DEVICES: nvme blk
# TIMEOUT: 180
# EXPECT: smmux.*(initcall_blacklist|built-in)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

said_something()
{
	[ "$(log_count 'smmux.*initcall_blacklist')" -gt 0 ]
}

start_all
smmus=$(bound_smmus | sort)
check "the built-in driver has the SMMU" test -n "$smmus"
insmod /smmux/smmux.ko || note "insmod ended with $?"
wait_for 60 said_something
# No further message may follow; on a slow machine this detects less.
sleep 1
dmesg | grep -v 'test: ' | grep smmux >/tmp/said
while IFS= read -r line; do note "log: $line"; done </tmp/said
check "the message names initcall_blacklist" grep -q initcall_blacklist=arm_smmu_driver_init /tmp/said
check_equal "it is logged once" 1 "$(grep -c initcall_blacklist /tmp/said)"
check "smmux has bound nothing" test -z "$(DRIVER=smmux bound_smmus 2>/dev/null)"
check_equal "the built-in driver still has the SMMU" "$smmus" "$(bound_smmus | sort)"
check "NVMe works" fio_verify "$nvme" 3 1
check "virtio-blk works" fio_verify /dev/vda 3 1

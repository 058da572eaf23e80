#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: short checked traffic of NVMe, virtio-blk and network, one after the other
# MATRIX: lane=stable fw=dt
# MATRIX: lane=backports fw=acpi
# FULL: lane=backports fw=dt smmu=1,nested
# FULL: lane=stable fw=dt smmu=2
# ALSO: lane=stable,backports fw=dt,acpi
# ALSO: lane=backports fw=dt smmu=2
# ALSO: lane=debug
# DEVICES: nvme blk net edu testdev
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

start_all
check "NVMe: data is correct" fio_verify "$nvme" 8 1
note "NVMe $(fio_amount "$nvme")"
check "virtio-blk: data is correct" fio_verify /dev/vda 8 1
note "virtio-blk $(fio_amount /dev/vda)"
must "network comes up" net_up
check "network: virtio-net to igb" net_send 1 2 1
check "network: igb to virtio-net" net_send 2 1 1

start_client
for dir in $(client_dirs "$EDU" "$TESTDEV"); do
	check "${dir##*/}: unmap race, 3 tries" client_run "$dir" "race 3"
	check_equal "${dir##*/}: mapped accesses land" 3 "$(client_value "$dir" mapped_landed)"
	check_equal "${dir##*/}: unmapped accesses do not" 0 "$(client_value "$dir" unmapped_landed)"
done

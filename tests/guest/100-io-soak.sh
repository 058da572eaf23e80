#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: NVMe and virtio-blk by four verifying jobs each, and checked network traffic, all at once (12 s, soak 60 s)
# FULL: lane=stable fw=dt strict=1
# FULL: lane=backports fw=acpi strict=0
# ALSO: lane=stable,backports fw=dt,acpi strict=1,0
# ALSO: lane=debug
# DEVICES: nvme blk net
# TIMEOUT: 240

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

seconds=$((SOAK > 1 ? 60 : 12))
start_all
must "network comes up" net_up
expected=DMA
[ "$STRICT" = 1 ] || expected=DMA-FQ
for bdf in $(clients_in_groups); do
	check_equal "$bdf: domain type" "$expected" "$(group_type "$bdf")"
done

fio_verify "$nvme" "$seconds" 4 &
nvme_job=$!
fio_verify /dev/vda "$seconds" 4 &
blk_job=$!
net_traffic "$seconds" &
net_job=$!
check_job "NVMe" "$nvme_job"
check_job "virtio-blk" "$blk_job"
check_job "network" "$net_job"
note "NVMe $(fio_amount "$nvme"), virtio-blk $(fio_amount /dev/vda), network $(cat /tmp/net-rounds) x 8 MiB"

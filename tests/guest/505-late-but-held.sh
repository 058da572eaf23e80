#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: with deferred_probe_timeout=-1 clients wait for a driver that is loaded 12 seconds late
# FULL: lane=stable fw=dt
# FULL: lane=backports fw=acpi
# ALSO: lane=stable,backports fw=dt,acpi
# ALSO: lane=debug
# DEVICES: nvme blk net
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

load_clients nvme virtio_blk virtio_net igb
# Without the parameter the kernel stops waiting after ten seconds of its own clock.
sleep 12
check "no disk without the driver" sh -c '! ls /dev/nvme0n1 /dev/vda 2>/dev/null'
start_all
check "NVMe works" fio_verify "$nvme" 3 1
check "virtio-blk works" fio_verify /dev/vda 3 1

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: if devices already do DMA when the driver is loaded, it refuses with one clear message, and the devices keep working
# MATRIX: lane=stable fw=dt
# FULL: lane=backports fw=acpi
# ALSO: lane=backports fw=dt
# ALSO: lane=debug
# DEVICES: nvme blk net
# CMDLINE: deferred_probe_timeout=0
# TIMEOUT: 180
# EXPECT: smmux .*(DMA|already|failed with error)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

said_something()
{
	dmesg | tail -n +$((before + 1)) | grep -v 'test: ' | grep -qE 'smmux .*(initramfs|deferred_probe_timeout)'
}

must "clients work without an IOMMU" load_clients nvme virtio_blk virtio_net igb e1000e
must "disks exist" wait_for 60 disks_ready
nvme=/dev/$(nvme_disk smmux-nvme)
check "no client is in a group" test -z "$(clients_in_groups)"
check "NVMe works before" fio_verify "$nvme" 3 1

before=$(dmesg | wc -l)
load_driver || note "insmod ended with $?"
check "the driver logs a message" wait_for 60 said_something
# No further message may follow; on a slow machine this detects less.
sleep 1
check "no SMMU is bound" test -z "$(bound_smmus)"
dmesg | tail -n +$((before + 1)) | grep -v 'test: ' | grep smmux >/tmp/said
while IFS= read -r line; do note "log: $line"; done </tmp/said
check "the message names a device" grep -qE '0000:0[0-9]:[0-9a-f]{2}\.[0-9]|virtio[0-9]' /tmp/said
check "the message names the remedy" grep -qE 'initramfs|deferred_probe_timeout' /tmp/said
check "the message is not repeated" test "$(grep -cE 'initramfs|deferred_probe_timeout' /tmp/said)" = 1
check "NVMe works after" fio_verify "$nvme" 3 1
check "virtio-blk works after" fio_verify /dev/vda 3 1
must "network works after" net_up
check "network data is correct" net_send 1 2 2

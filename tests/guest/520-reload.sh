#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: unload is refused while a client exists and works after the last one is removed; then load works again
# MATRIX: lane=stable fw=dt
# ALSO: lane=backports fw=dt
# ALSO: lane=debug
# FULL: lane=backports fw=acpi
# DEVICES: nvme blk net
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

[ "$DRIVER" = smmux ] || skip_all "the built-in driver cannot be unloaded"

no_module()
{
	! grep -q '^smmux ' /proc/modules
}

traffic()
{
	check "$1: NVMe" fio_verify "$nvme" 3 1
	check "$1: virtio-blk" fio_verify /dev/vda 3 1
}

start_all
traffic "first load"
for round in 1 2 3; do
	check "round $round: unload is refused while clients exist" sh -c '! rmmod smmux'
	must "round $round: all PCI functions are removed" remove_all_functions
	must "round $round: unload" rmmod smmux
	check "round $round: its debugfs directory is gone" test ! -e "$SMMUX_DEBUG"
	check "round $round: no IOMMU is registered" test -z "$(ls /sys/class/iommu)"
	must "round $round: load" load_driver
	echo 1 >/sys/bus/pci/rescan
	must "round $round: disks are back" wait_for 60 disks_ready
	nvme=/dev/$(nvme_disk smmux-nvme)
	check "round $round: an SMMU is bound" test -n "$(bound_smmus)"
done
traffic "after $round reloads"

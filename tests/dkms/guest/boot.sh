#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phases "boot" and "boot-dt": the root file system is on an NVMe disk behind
# smmux. Each prepares the machine for the next phase, NEXT.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

firmware_tables_are()
{
	case $1 in
	*-dt) [ ! -e /sys/firmware/acpi/tables/IORT ] && ls -d /proc/device-tree/*smmu* ;;
	*) [ -e /sys/firmware/acpi/tables/IORT ] ;;
	esac
}

# Simulates an upgrade that loses the initramfs hook, so that the next image has no smmux.
# The module is moved away meanwhile: if the root disk has a device link to its SMMU,
# initramfs-tools finds the module without the hook.
lose_initramfs_entry()
{
	local module

	module=$(modinfo -k "$KERNEL" -n smmux)
	rm /etc/initramfs-tools/hooks/smmux
	mv "$module" /root/ && depmod "$KERNEL" || return
	update-initramfs -u -k "$KERNEL" >/tmp/update.log 2>&1
	mv "/root/${module##*/}" "$module" && depmod "$KERNEL" || return
	tail -n 5 /tmp/update.log
	[ "$(grep -c "$KERNEL has no smmux in its initramfs: the menu uses the built-in driver" /tmp/update.log)" = 1 ]
}

must "the firmware tables are those of this phase" firmware_tables_are "$PHASE"
must "the command line disables the built-in driver" command_line_has "$BLACKLIST"
must "smmux drives every SMMU" smmus_driven_by smmux
check "root is on NVMe, in an IOMMU group of type DMA" root_is_nvme_with_dma_domain
check "the file from the first boot is unchanged" kept_file_is_whole
check "the disk keeps data" disk_keeps_data
check "the kernel log has no errors" no_bad_messages
check "status: healthy" status_is 0 smmux-setup
case $NEXT in
fallback) check "choose the fall-back entry for the next boot" grub-reboot 'smmux-fallback>0' ;;
lost) check "an initramfs without smmux: one message states the consequence" lose_initramfs_entry ;;
esac

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "boot": the root file system is on an NVMe disk behind smmux.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

must "the command line leaves the SMMU to smmux" command_line_has "$BLACKLIST"
must "smmux drives every SMMU" smmus_driven_by smmux
check "root is on NVMe, in an IOMMU group of type DMA" root_is_nvme_with_dma_domain
check "the file kept from before is whole" kept_file_is_whole
check "the disk keeps data" disk_keeps_data
check "the kernel log has no complaint" no_bad_messages
check "status: healthy" status_is 0 smmux-setup
check "choose the fall-back entry for the next boot" grub-reboot 'smmux-fallback>0'

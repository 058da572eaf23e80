#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "lost": the initramfs has lost smmux, so the menu starts the built-in driver.
# The machine works, status names the error, and a second install repairs it.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

initramfs_has_no_smmux()
{
	! lsinitramfs "/boot/initrd.img-$KERNEL" | grep 'smmux\.ko'
}

status_names_the_image()
{
	smmux-setup status | grep -F "! initramfs:" | grep -F "$KERNEL: smmux is missing"
}

must "the initramfs has no smmux" initramfs_has_no_smmux
must "the command line does not disable the built-in driver" command_line_lacks "$BLACKLIST"
must "the built-in driver drives the SMMU" smmus_driven_by arm-smmu-v3
check "root is on NVMe, in an IOMMU group of type DMA" root_is_nvme_with_dma_domain
check "the file from the first boot is unchanged" kept_file_is_whole
check "status: inconsistent" status_is 2 smmux-setup
check "status names the image" status_names_the_image
must "smmux-setup install repairs it" smmux-setup install
check "status: healthy" status_is 0 smmux-setup

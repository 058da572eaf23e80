#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "clean": as if smmux had never been here.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

# The kernel's own gsmmux.h is about mobile phones.
no_smmux_file()
{
	! find / -xdev -iname '*smmux*' ! -name gsmmux.h ! -path '/opt/smmux-test*' ! -path '/tmp/*' ! -path '/run/*' | grep .
}

no_smmux_in_boot()
{
	! grep smmux /boot/grub/grub.cfg | grep -v init=/opt/smmux-test || return 1
	! grep -F "$BLACKLIST" /boot/grub/grub.cfg || return 1
	! lsinitramfs "/boot/initrd.img-$KERNEL" | grep smmux
}

no_smmux_in_modules()
{
	! grep -r smmux "/lib/modules/$KERNEL"/modules.{dep,alias,symbols} || return 1
	! modinfo smmux
}

must "the command line is the old one" command_line_lacks "$BLACKLIST"
must "the built-in driver has the SMMU" smmus_driven_by arm-smmu-v3
check "root is on NVMe, in an IOMMU group of type DMA" root_is_nvme_with_dma_domain
check "the file kept from before is whole" kept_file_is_whole
check "no file of smmux is left" no_smmux_file
check "nor a trace in initramfs and menu" no_smmux_in_boot
check "nor in the module database" no_smmux_in_modules
check "dkms knows nothing of it" test -z "$(dkms status -m smmux)"

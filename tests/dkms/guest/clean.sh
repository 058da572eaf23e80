#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "clean": after uninstall no trace of smmux is left.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

# The kernel's own gsmmux.h has no relation to smmux.
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

must "the command line does not disable the built-in driver" command_line_lacks "$BLACKLIST"
must "the built-in driver drives the SMMU" smmus_driven_by arm-smmu-v3
check "root is on NVMe, in an IOMMU group of type DMA" root_is_nvme_with_dma_domain
check "the file from the first boot is unchanged" kept_file_is_whole
check "no smmux file is left" no_smmux_file
check "no trace is left in initramfs and menu" no_smmux_in_boot
check "no trace is left in the module database" no_smmux_in_modules
check "dkms does not list smmux" test -z "$(dkms status -m smmux)"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "fallback": the fall-back entry of the menu boots with the built-in driver.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

must "the fall-back entry does not disable the built-in driver" command_line_lacks "$BLACKLIST"
must "the built-in driver drives the SMMU" smmus_driven_by arm-smmu-v3
check "root is on NVMe, in an IOMMU group of type DMA" root_is_nvme_with_dma_domain
check "the file from the first boot is unchanged" kept_file_is_whole
check "status: healthy" status_is 0 smmux-setup

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "fallback": the menu's way back boots with the built-in driver.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

must "the fall-back entry has no part of ours" command_line_lacks "$BLACKLIST"
must "the built-in driver has the SMMU" smmus_driven_by arm-smmu-v3
check "root is on NVMe, in an IOMMU group of type DMA" root_is_nvme_with_dma_domain
check "the file kept from before is whole" kept_file_is_whole
check "status: healthy" status_is 0 smmux-setup

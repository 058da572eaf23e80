#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "first": what the packages' maintainer scripts would have left behind.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

must "initramfs of the system's own" update-initramfs -c -k "$KERNEL"
must "boot menu" grub-mkconfig -o /boot/grub/grub.cfg
check "file that later boots find again" keep_file
check "the built-in driver has the SMMU" smmus_driven_by arm-smmu-v3

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "uninstall": the fall-back was for one boot; smmux drives again and is uninstalled.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

must "smmux drives every SMMU" smmus_driven_by smmux
check "the file from the first boot is unchanged" kept_file_is_whole
cp -r "/usr/src/smmux-$VERSION" /tmp/release
must "smmux-setup uninstall" smmux-setup uninstall
check "status: not installed" status_is 1 /tmp/release/scripts/smmux-setup
check "a second uninstall succeeds" /tmp/release/scripts/smmux-setup uninstall
check "the disk keeps data while smmux still runs" disk_keeps_data

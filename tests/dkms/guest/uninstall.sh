#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "uninstall": the fall-back was for one boot; smmux drives again and goes.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

must "smmux drives every SMMU" smmus_driven_by smmux
check "the file kept from before is whole" kept_file_is_whole
cp -r "/usr/src/smmux-$VERSION" /tmp/release
must "smmux-setup uninstall" smmux-setup uninstall
check "status: not installed" status_is 1 /tmp/release/scripts/smmux-setup
check "a second uninstall has nothing to do" /tmp/release/scripts/smmux-setup uninstall
check "the disk keeps data under the driver that still runs" disk_keeps_data

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: with Debian 13's bpftrace, the tools of scripts/bt count the same as the driver and a tracefs instance
# FULL: lane=stable
# FULL: lane=stable,backports
# DEVICES: nvme blk net testdev ats
# MODULE: cmdq_log2=1 ats=on
# WITH: bpftrace
# TIMEOUT: 600
# EXPECT: smmux .*(event|F_TRANSLATION|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/bpftrace.sh
. /smmux/bpftrace.sh

bt_compare_all

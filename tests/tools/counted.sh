#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Host part of 715-counted: compares the commands in QEMU's trace with the driver's counters.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

seen=$(sed -n 's/^smmuv3_cmdq_opcode <--- SMMU_CMD_//p' "$1/trace.log" | sort | uniq -c |
	awk '{ print $2 ": " $1 }' | sort)
counted=$(sed -n 's/^# counted cmd\.\([^:]*: [1-9]\)/\1/p' "$1/results" | sort)
[ -n "$seen" ] || die "QEMU saw no command"
rm -f "$1/trace.log"
diff <(echo "$seen") <(echo "$counted") || die "QEMU saw '$(tr '\n' ' ' <<<"$seen")', the driver counted '$(tr '\n' ' ' <<<"$counted")'"
echo "all agree: $(tr '\n' ' ' <<<"$seen")"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Of 715-counted: what QEMU saw, by command, against what the driver counted.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

seen=$(sed -n 's/^smmuv3_cmdq_opcode <--- SMMU_CMD_//p' "$1/trace.log" | sort | uniq -c |
	awk '{ print $2 ": " $1 }' | sort)
counted=$(sed -n 's/^# counted cmd\.\([^:]*: [1-9]\)/\1/p' "$1/results" | sort)
[ -n "$seen" ] || die "QEMU saw no command"
rm -f "$1/trace.log"
diff <(echo "$seen") <(echo "$counted") || die "QEMU saw '$(tr '\n' ' ' <<<"$seen")', counted is '$(tr '\n' ' ' <<<"$counted")'"
echo "all agree: $(tr '\n' ' ' <<<"$seen")"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-setup on a fake machine: every step of an install fails once and is
# interrupted once; nothing may stay changed.

set -euo pipefail
cd "$(dirname "$0")/../.."

output=$(tests/dkms/setup-logic.sh) || {
	grep -A3 '^not ok' <<<"$output"
	echo "smmux-setup: $(grep -c '^not ok' <<<"$output") of $(grep -c '^\(not \)\?ok' <<<"$output") checks fail"
	exit 1
}
echo "smmux-setup: $(grep -c '^ok' <<<"$output") checks passed"

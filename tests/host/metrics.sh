#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-metrics, smmux-top and the summary of smmux-snapshot over recorded trees, and over
# thousands of broken ones: promtool and the reference parser of OpenMetrics are content,
# the numbers are the files', no secret gets through, and no awk complains.  SMMUX_SOAK=N
# makes it N times as long, SMMUX_SEED=N repeats one.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

tests/rig/promtool.sh
seed=${SMMUX_SEED:-$RANDOM}
echo "seed $seed"
in_tree env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$SMMUX_BUILD/promtool/python" \
	python3 tests/host/metrics.py "$seed" "$((250 * ${SMMUX_SOAK:-1}))"

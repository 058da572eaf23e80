#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-metrics, smmux-top and the summary of smmux-snapshot on recorded trees, and on
# hundreds of damaged ones: promtool and the reference parser of OpenMetrics accept the
# output, the numbers are those of the files, no secret is printed, and no awk reports an
# error.  SMMUX_SOAK=N makes it N times as long, SMMUX_SEED=N repeats a run.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

tests/rig/promtool.sh
seed=${SMMUX_SEED:-$RANDOM}
echo "seed $seed"
in_tree env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$SMMUX_BUILD/promtool/python" \
	python3 tests/host/metrics.py "$seed" "$((250 * ${SMMUX_SOAK:-1}))"

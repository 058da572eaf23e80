#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-crash on generated dumps: known contents, refused dumps, and hundreds of damaged
# ones.  SMMUX_SOAK=N makes it N times as long, SMMUX_SEED=N repeats a run.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

seed=${SMMUX_SEED:-$RANDOM}
echo "seed $seed"
in_tree python3 tests/host/crash.py "$seed" "$((700 * ${SMMUX_SOAK:-1}))"

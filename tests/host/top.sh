#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-top in a terminal, on a recorded tree, key by key.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

in_tree env PYTHONDONTWRITEBYTECODE=1 python3 tests/host/top.py

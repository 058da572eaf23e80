#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A file of module/ includes only its own folder and those below it, and includes have no
# circle. Also proves that the check detects violations. The rules are in layers.py.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

in_tree python3 tests/host/layers.py

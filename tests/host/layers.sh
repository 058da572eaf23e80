#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A file of module/ includes its own folder and those below it, and nothing in a circle;
# and the check notices a file that does not. The rules: layers.py.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

in_tree python3 tests/host/layers.py

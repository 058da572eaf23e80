#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The models of the command queue's gate and of quarantine, all their states, and known wrong
# variants: see tests/model.  A soak also checks two rounds of the gate.

set -euo pipefail
[ "${SMMUX_SOAK:-1}" = 1 ] || set -- -l
exec "$(dirname "$0")/../model/run.sh" "$@"

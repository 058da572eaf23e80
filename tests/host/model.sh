#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The protocol of the command queue's gate, all its states, and the ways to get it
# wrong: see tests/model.  In a soak with more submitters.

set -euo pipefail
[ "${SMMUX_SOAK:-1}" = 1 ] || set -- -l
exec "$(dirname "$0")/../model/run.sh" "$@"

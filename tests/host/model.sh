#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The protocol of the command queue's gate, all its states, and the ways to get it
# wrong: see tests/model.

set -euo pipefail
exec "$(dirname "$0")/../model/run.sh"

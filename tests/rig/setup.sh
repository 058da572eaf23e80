#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All that a machine needs before the first test, in order. Each step knows by
# itself whether there is anything to do; with all stamps fresh this needs no
# network and takes no time.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

case ${1:-} in
-h | --help)
	echo "usage: ${0##*/} [-h]: makes the tool tree, kernels and guest under build/"
	exit 0
	;;
?*) usage_error "unknown argument '$1'" ;;
esac
need_root
for part in tree kernels guest; do
	"$SMMUX_TOP/tests/rig/$part.sh"
done

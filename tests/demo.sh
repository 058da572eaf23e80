#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Demonstrates smmux: boots an unmodified Debian kernel in a VM whose devices are
# behind an SMMUv3, binds smmux to it, moves checked data through it, and shows
# the driver's debugfs files.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=tests/lib/payload.sh
. "$(dirname "$0")/lib/payload.sh"
# shellcheck source=tests/lib/verdict.sh
. "$(dirname "$0")/lib/verdict.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-h] [LANE [dt|acpi]]
LANE is backports (default) or stable. The console log is in build/demo.
Exit code: 0 all data was correct, 1 otherwise, 2 usage error.
EOF
}

[[ ${1:-} != -h && ${1:-} != --help ]] || { usage && exit 0; }
lane=${1:-backports} fw=${2:-dt} out=$SMMUX_BUILD/demo
[[ $lane =~ ^(backports|stable)$ && $fw =~ ^(dt|acpi)$ ]] || usage_error "unknown lane or firmware"
"$SMMUX_TOP/tests/rig/setup.sh" "$lane"
payload_modules "$lane" driver
rm -rf "$out"
payload_make "$out/payload" "$lane" "$SMMUX_TOP/tests/guest/demo.sh" \
	FW="$fw" SMP=4 SMMU=machine STRICT=1 DRIVER=smmux MODULE_PARAMS=
step "booting Linux $(cat "$SMMUX_BUILD/kernels/$lane/version") ($fw) with an SMMUv3, about 40 seconds"
"$SMMUX_TOP/tests/rig/vm.sh" --out "$out" --payload "$out/payload" --lane "$lane" --fw "$fw" \
	--devices "nvme blk net" --timeout 240 --echo || true
result=$(verdict "$out")
step "logs are in build/demo"
if [ "$result" = pass ]; then
	echo "demo: all data passed through smmux unchanged"
else
	[ ! -e "$out/bad-lines" ] || head -n 5 "$out/bad-lines"
	echo "demo: ${result}"
	exit 1
fi

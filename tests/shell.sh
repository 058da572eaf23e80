#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A shell in the machine of docs/tour.md: a stock kernel whose devices are behind smmux.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=tests/lib/payload.sh
. "$(dirname "$0")/lib/payload.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-h] [LANE]
LANE is backports (default) or stable. Boots in half a minute, then connects the terminal
to a shell in the machine; "exit" powers it off. Without a terminal, the shell reads commands
from standard input. The console log is in build/shell.
Exit code: 0 success, 1 the machine did not come up or did not power off, 2 usage error.
EOF
}

[[ ${1:-} != -h && ${1:-} != --help ]] || { usage && exit 0; }
lane=${1:-backports} out=$SMMUX_BUILD/shell
[[ $lane =~ ^(backports|stable)$ ]] || usage_error "unknown lane '$lane'"
"$SMMUX_TOP/tests/rig/setup.sh" "$lane" </dev/null
"$SMMUX_TOP/tests/rig/extra.sh" bpftrace </dev/null
payload_modules "$lane" driver client </dev/null
rm -rf "$out"
payload_make "$out/payload" "$lane" "$SMMUX_TOP/tests/guest/shell.sh" \
	FW=dt SMP=4 SMMU=machine STRICT=1 DRIVER=smmux MODULE_PARAMS='enable_inject=1 ats=on' </dev/null
step "booting Linux $(cat "$SMMUX_BUILD/kernels/$lane/version") with an SMMUv3, about 30 seconds"
"$SMMUX_TOP/tests/rig/vm.sh" --out "$out" --payload "$out/payload" --lane "$lane" \
	--devices "nvme blk net testdev ats" --timeout 86400 --with bpftrace --mem 2G \
	--qemu -chardev --qemu "socket,id=shell,path=$out/socket,server=on,wait=off" \
	--qemu -device --qemu virtconsole,chardev=shell </dev/null >"$out/vm.log" 2>&1 &
machine=$!
in_tree python3 "$SMMUX_TOP/tests/rig/term.py" "$out/socket" || true
wait "$machine" || { step "error: the machine did not power off (logs in build/shell)"; exit 1; }
grep -q '^ok .* the shell has ended' "$out/results" ||
	{ step "error: the machine did not come up (logs in build/shell)"; exit 1; }
echo "shell: the machine is off"

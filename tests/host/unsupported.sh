#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A build for a kernel outside the supported range fails with one clear message. The test
# uses a header set with a changed version.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

version=$(head -n 1 "$SMMUX_BUILD/kernels/headers")
header=$SMMUX_TREE/usr/src/linux-headers-$version/include/generated/uapi/linux/version.h
work=$SMMUX_BUILD/unsupported
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/linux"
echo >"$work/empty.c"

# refusal MAJOR MINOR: the message of compat.h for this version. It is included as in the
# build but without a configuration, so other errors may follow.
refusal()
{
	sed "s/^#define LINUX_VERSION_CODE .*/#define LINUX_VERSION_CODE $(($1 << 16 | $2 << 8))/" \
		"$header" >"$work/linux/version.h"
	in_tree aarch64-linux-gnu-gcc -E -D__KERNEL__ -I"$work" \
		-include "$SMMUX_TOP/module/compat/compat.h" "$work/empty.c" 2>&1 >/dev/null |
		sed -n 's/.*#error "\(smmux supports.*\)"/\1/p' | head -n 1
}

[ -s "$header" ] || { echo "no version.h in the headers of $version" && exit 1; }
failed=0
for kernel in '6 11' '5 10' '7 4' '9 0'; do
	# shellcheck disable=SC2086
	message=$(refusal $kernel || true)
	echo "${kernel/ /.}: ${message:-not refused}"
	[ -n "$message" ] || failed=1
done
for kernel in '6 12' '7 2' '7 3'; do
	# shellcheck disable=SC2086
	message=$(refusal $kernel || true)
	echo "${kernel/ /.}: ${message:-accepted}"
	[ -z "$message" ] || failed=1
done
[ "$failed" = 0 ] || echo "the accepted kernels are not 6.12 to 7.3"
exit "$failed"

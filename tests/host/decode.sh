#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-decode gives the known answers, decodes the driver's output as the driver does, and
# accepts any input without failing.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

readonly SEED=${SMMUX_SEED:-$RANDOM}
readonly CASES=$((10000 * ${SMMUX_SOAK:-1}))
mkdir -p "$SMMUX_BUILD"
work=$(mktemp -d -p "$SMMUX_BUILD" decode.XXXXXX)
trap 'rm -rf "$work"' EXIT

decode_test()
{
	in_tree python3 tests/tools/decode_test.py "$@"
}

# Builds the driver's decoders as a program, with empty kernel headers.
make_driver_text()
{
	local header

	mkdir -p "$work/include/linux"
	for header in bits bitfield bitops types kernel string; do
		: >"$work/include/linux/$header.h"
	done
	in_tree gcc -O1 -Wall -Wno-unused-function -I"$work/include" -Imodule -o "$work/driver_text" \
		tests/tools/driver_text.c
}

tar -xzf tests/tools/fixtures/snapshot.tar.gz -C "$work" --strip-components=1
mapfile -t files < <(find "$work/debugfs" -type f \
	\( -name strtab -o -name entries -o -name recent -o -name ste -o -name cds -o -name gerror \
	-o -name caps \) | sort)
decode_test golden tests/tools/decode.golden
decode_test find tests/tools/find.golden
decode_test agree 90 "${files[@]}" "$work/dmesg" tests/tools/fixtures/trace
make_driver_text
decode_test same "$CASES" "$SEED" "$work/driver_text"
decode_test fuzz "$CASES" "$SEED" tests/tools/find.golden "${files[@]}" tests/tools/fixtures/trace
tests/rig/in.sh scripts/smmux-decode --help | grep -q 'Exit codes:'
! tests/rig/in.sh scripts/smmux-decode -s cmd 0x3046 0 >"$work/out" ||
	{ echo "--strict accepts reserved bits" && exit 1; }

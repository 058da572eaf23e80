#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Host part of 765-record: its result lines "# tree HEX" become files again. smmux-decode must
# decode the driver's words to the driver's text, and smmux-report must make pages of them.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

readonly TREE=$1/tree
mkdir -p "$TREE"
# The lines move out of the results, which people read.
grep '^# tree ' "$1/results" >"$1/tree.hex" || die "the results have no '# tree' lines"
sed -i '/^# tree /d' "$1/results"
in_tree python3 -c 'import sys
for line in sys.stdin:
    sys.stdout.buffer.write(bytes.fromhex(line[7:]))' <"$1/tree.hex" | tar -xzf - -C "$TREE"

rm -rf "$1/recording"
mv "$TREE/rec" "$1/recording"

mapfile -t files < <(find "$TREE/debugfs" -type f \
	\( -name strtab -o -name entries -o -name recent -o -name ste -o -name cds -o -name gerror \
	-o -name caps \) | sort)
in_tree python3 tests/tools/decode_test.py agree 1000 "${files[@]}" "$TREE/dmesg" "$TREE/trace"
grep -l F_TRANSLATION "$TREE"/debugfs/*/evtq/recent >/dev/null || die "no event in it"
in_tree python3 tests/tools/report_test.py page "$1/recording" "3 samples" "commands per second"
in_tree python3 tests/tools/report_test.py page "$TREE" F_TRANSLATION "Command queue"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Files have at most 700 lines, functions at most 60; no source has an unfinished note, and
# every source has a licence line. In the driver, a tenth to a quarter of the lines are
# comments, and half of the functions have less than 15 lines.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

sources()
{
	git ls-files -co --exclude-standard -- '*.[ch]' '*.sh' '*.py' '*.bt' \
		Makefile Kbuild .ci/run scripts | grep -v '^build/' | sort -u |
		while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

# Prints "LINES FILE:LINE" for each function: the lines between a { and a } in column 0. A
# comment "long: reason" inside says why a function is long; it has "excused" in addition.
functions()
{
	awk 'FNR == 1 { open = 0 }
		/^[{]/ { open = FNR; excused = "" }
		open && /long: [a-z]/ { excused = " excused" }
		/^[}]/ { if (open) print FNR - open - 1, FILENAME ":" open excused; open = 0 }' "$@"
}

long_functions()
{
	functions "$@" | awk '$1 > 60 && !$3 { print $2 ": function of " $1 " lines" }'
}

# The share of lines with a comment, in percent.
comment_share()
{
	awk '{ comment = open }
		/\/\*/ { comment = open = 1 }
		/\*\// { open = 0 }
		/^[ \t]*\/\// { comment = 1 }
		comment { comments++ }
		END { printf "%.1f\n", 100 * comments / NR }' "$@"
}

# The median of the lines of functions.
median_function()
{
	functions "$@" | sort -n | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}

mapfile -t files < <(sources)
mapfile -t driver < <(printf '%s\n' "${files[@]}" | grep -E '^(module|debugfs)/.*\.[ch]$')
share=$(comment_share "${driver[@]}")
median=$(median_function "${driver[@]}")
shape="the driver: $share % of lines have comments, the median function has $median lines"
mapfile -t code < <(printf '%s\n' "${files[@]}" | grep -E '\.(c|h|sh)$|^scripts/smmux-[a-z]+$|^\.ci/run$')
[ ${#files[@]} -gt 20 ] || { echo "only ${#files[@]} files found" && exit 1; }

# The words are split, or this file itself would match.
left="TO""DO|FIX""ME|XX""X"
found=$(
	wc -l "${files[@]}" | awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines" }'
	long_functions "${code[@]}"
	grep -nwE "$left" "${files[@]}" || true
	awk -v share="$share" -v median="$median" \
		'BEGIN { exit !(share >= 10 && share <= 25 && median < 15) }' || echo "$shape"
	grep -L 'SPDX-License-Identifier: ' "${code[@]}" | sed 's/$/: no licence line/' || true
)
if [ -n "$found" ]; then
	echo "$found"
	echo "$(wc -l <<<"$found") places over a limit"
	exit 1
fi
echo "${#files[@]} files within their limits; $shape"

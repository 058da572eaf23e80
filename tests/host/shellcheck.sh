#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All shell scripts pass shellcheck. The result is cached by the hash of all of them.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

mapfile -t scripts < <(
	git ls-files -co --exclude-standard | while read -r file; do
		[ -f "$file" ] || continue
		case $file in
		build/*) ;;
		*.sh) echo "$file" ;;
		*) if head -c 64 "$file" | head -n 1 | tr -d '\0' | grep -qE '^#!.*\b(ba)?sh\b'; then echo "$file"; fi ;;
		esac
	done
)
[ ${#scripts[@]} -gt 10 ] || { echo "only ${#scripts[@]} scripts found" && exit 1; }
hash=$(stamp_of "$(cache_hash "$SMMUX_TREE")" "$(sha256sum "${scripts[@]}")")
! known_good shellcheck "$hash" || exit 0

# Excluded: A && B || C where C handles both, single quotes for another shell, files that
# only exist in the guest, and functions with optional arguments.
readonly EXCLUDED=SC2015,SC2016,SC1091,SC2119

# A library's variables come from, or are for, the script that sources it.
mapfile -t libraries < <(printf '%s\n' "${scripts[@]}" | grep /lib/)
mapfile -t programs < <(printf '%s\n' "${scripts[@]}" | grep -v /lib/)
rc=0
in_tree shellcheck -x -e "$EXCLUDED" "${programs[@]}" || rc=1
in_tree shellcheck -x -e "$EXCLUDED,SC2034,SC2153,SC2154" "${libraries[@]}" || rc=1
[ "$rc" = 0 ] || { echo "shellcheck has remarks" && exit 1; }
keep_good shellcheck "$hash"
echo "${#scripts[@]} scripts are clean"

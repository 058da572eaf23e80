#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rewrites the mutants that no longer apply after a change of the driver. Each is applied to
# the driver of an earlier commit; its change is then merged into the current driver.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/mutants/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$SMMUX_TOP"
readonly WORK=$SMMUX_BUILD/mutants/follow

usage()
{
	cat <<EOF
usage: ${0##*/} COMMIT [NAME...]
Rewrites those mutants of tests/mutants (all, or those named) that applied to COMMIT and do
not apply now. Afterwards review the diff and run tests/host/mutants.sh.
Exit code: 0 all apply now, 1 some do not (they are listed), 2 usage error.
EOF
}

# applies_now PATCH
applies_now()
{
	mutant_apply "$SMMUX_TOP/$1" "$SMMUX_TOP" --dry-run >/dev/null 2>&1
}

# follow PATCH: false if it does not apply to the commit, or if the two changes conflict.
follow()
{
	local patch=$1 file files new=$WORK/patch

	rm -rf "$WORK"
	mkdir -p "$WORK/before" "$WORK/mutant"
	mapfile -t files < <(sed -n 's,^+++ b/,,p' "$patch")
	for file in "${files[@]}"; do
		mkdir -p "$WORK/before/${file%/*}" "$WORK/mutant/${file%/*}"
		git show "$commit:$file" >"$WORK/before/$file" 2>/dev/null || return 1
		cp "$WORK/before/$file" "$WORK/mutant/$file"
	done
	mutant_apply "$SMMUX_TOP/$patch" "$WORK/mutant" >/dev/null 2>&1 || return 1
	sed '/^---/,$d' "$patch" >"$new"
	for file in "${files[@]}"; do
		in_tree tests/mutants/follow.py "$WORK/before/$file" "$WORK/mutant/$file" "$file" \
			>"$WORK/merged" || return 1
		diff -u --label "a/$file" --label "b/$file" "$file" "$WORK/merged" >>"$new" || true
	done
	cp "$new" "$patch"
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
'' | -*) usage_error "no commit given" ;;
esac
commit=$(git rev-parse --verify --quiet "$1^{commit}") || usage_error "no commit '$1'"
shift
need_root
patches=("${@/%/.patch}")
patches=("${patches[@]/#/tests/mutants/}")
[ $# -gt 0 ] || patches=(tests/mutants/*.patch)
rewritten=0 failed=0
for patch in "${patches[@]}"; do
	[ -e "$patch" ] || usage_error "no mutant '$(basename "$patch" .patch)'"
	! applies_now "$patch" || continue
	if follow "$patch" && applies_now "$patch"; then
		rewritten=$((rewritten + 1))
	else
		echo "$patch: needs a rewrite by hand"
		failed=$((failed + 1))
	fi
done
rm -rf "$WORK"
echo "$rewritten of ${#patches[@]} mutants rewritten, $failed need a rewrite by hand"
[ "$failed" = 0 ]

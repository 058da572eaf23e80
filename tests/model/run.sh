#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Checks the models of the gate and of quarantine, and the litmus tests of the gate's memory
# order. Unchanged they must be correct; each known deliberate error must be found.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
readonly HERE=$SMMUX_TOP/tests/model
readonly OUT=$SMMUX_BUILD/model
failed=0
long=''

usage()
{
	cat <<EOF
usage: ${0##*/} [-l]
Checks tests/model with spin and herd7, unless it passed before on the same inputs.
  -l  also checks the gate with two rounds: takes 11 GB of memory and about ten minutes
Exit code: 0 all checks passed, 1 some failed, 2 usage error.
EOF
}

# verify MODEL BREAK [SUBMITTERS ROUNDS CYCLES]: searches all states; prints spin's first
# finding, or "right".
verify()
{
	local model=$1 break=$2 dir found
	shift 2
	dir=$OUT/$model.$break.$(IFS=. && echo "$*")

	rm -rf "$dir"
	mkdir -p "$dir"
	cp "$HERE/$model.pml" "$dir/"
	(cd "$dir" && in_tree sh -c "spin ${1:+-DSUBMITTERS=$1 -DROUNDS=$2 -DCYCLES=$3} -DBREAK_$break -a $model.pml &&
		gcc -w -O2 -DSAFETY -DCOLLAPSE -DMEMLIM=12000 -o pan pan.c" >build.log 2>&1) || { echo "no verifier: $dir/build.log" && return; }
	(cd "$dir" && in_tree ./pan -m1000000 -w26 >pan.log 2>&1) || true
	found=$(sed -n 's/^pan:1: \(.*\) (at depth.*/\1/p' "$dir/pan.log")
	if ! grep -q 'errors: [0-9]' "$dir/pan.log" || grep -qE 'not completed|too small' "$dir/pan.log"; then
		found=${found:-'gave up'}
	fi
	echo "${found:-right} ($(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1 states/p' "$dir/pan.log"))"
}

# must_be_right SUBMITTERS ROUNDS CYCLES
must_be_right()
{
	local found

	found=$(verify gate nothing "$@")
	echo "gate (submitters $1, unmaps of each $2, sleeps $3): $found"
	[[ $found == "right ("* ]] || failed=1
}

# must_be_wrong MODEL [SUBMITTERS ROUNDS CYCLES]: spin must find each of its BREAK_ variants.
must_be_wrong()
{
	local model=$1 breaks break found
	shift

	mapfile -t breaks < <(sed -nE 's/^#ifn?def BREAK_([A-Z_]+)$/\1/p' "$HERE/$model.pml" | sort -u)
	[ ${#breaks[@]} -gt 0 ] || die "$HERE/$model.pml has no BREAK_ variants"
	for break in "${breaks[@]}"; do
		found=$(verify "$model" "$break" "$@")
		case $found in
		right* | 'gave up'* | 'no verifier'*)
			echo "$model, $break: not found wrong ($found)" && failed=1 ;;
		*) echo "$model, $break: $found" ;;
		esac
	done
}

# observe NAME EXPECTED WHAT [SED]: whether the litmus test's condition can occur (Never,
# Sometimes), after SED has changed its text.
observe()
{
	local file=$OUT/$1.litmus seen

	sed "${4:-}" "$HERE/$1.litmus" >"$file"
	if [ -n "${4:-}" ] && cmp -s "$file" "$HERE/$1.litmus"; then
		echo "$1, $3: the sed script changes nothing"
		failed=1
		return
	fi
	seen=$("$SMMUX_TOP/tests/rig/herd.sh" "$file" 2>&1 | sed -n "s/^Observation $1 \([A-Z][a-z]*\) .*/\1/p")
	echo "$1, $3: ${seen:-nothing observed}"
	[ "$seen" = "$2" ] || failed=1
}

case ${1:-} in
'') ;;
-l) long=1 ;;
-h | --help) usage && exit 0 ;;
*) usage_error "unknown argument '$1'" ;;
esac
# These inputs alone decide the result, which takes minutes.
hash=$(stamp_of "$HERE"/*.{pml,litmus,sh} "$SMMUX_TOP/tests/rig/herd.sh" \
	"$(cache_hash "$SMMUX_TREE")" "$SMMUX_BUILD/kernels/backports/version")
[ -n "$long" ] || ! known_good models "$hash" || exit 0
must_be_right 3 1 1
if [ -n "$long" ]; then
	must_be_right 2 2 1
	must_be_right 3 1 2
fi
found=$(verify cut nothing)
echo "cut: $found"
[[ $found == "right ("* ]] || failed=1
must_be_wrong gate 2 1 1
must_be_wrong cut

observe elide Never "as it is"
observe elide Sometimes "no barrier in unmap" '0,/smp_mb();/s/smp_mb();//'
observe elide Sometimes "no barrier in waking up" '/gate, 0/,$s/smp_mb();//'
observe stop Never "as it is"
observe stop Sometimes "a relaxed exchange closes the gate" 's/atomic_fetch_add(/atomic_fetch_add_relaxed(/'
observe power Never "as it is"
observe power Sometimes "no grace period" '/synchronize_rcu/d'
observe power Sometimes "no read-side section" '/rcu_read_/d'
[ "$failed" = 1 ] || keep_good models "$hash"
exit "$failed"

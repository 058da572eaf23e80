#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The driver and the test client build without a warning against every header
# set that we have, with make W=1, and pass sparse against the oldest. Debian's
# sparse cannot parse the headers of 7.x, so it says nothing about those.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# Warnings about the kernel's own headers are not ours to mend.
our_warnings()
{
	grep -aE '(warning|error):|^WARNING: modpost' "$1" | COPY=$2 awk '
		index($0, ENVIRON["COPY"]) || /^(\.\/)?(module|debugfs|[a-z]+\.[ch])|WARNING: modpost/' || true
}

build()
{
	local version=$1 what=$2 log=$3
	shift 3

	rm -rf "$SMMUX_COPY"
	SMMUX_VERBOSE=1 "$SMMUX_TOP/tests/rig/module.sh" "$version" "$what" "$@" >"$log" 2>&1 ||
		{ tail -n 15 "$log" && echo "$what does not build for $version" && return 1; }
	warnings=$(our_warnings "$log" "$SMMUX_COPY" | sort -u)
	[ -z "$warnings" ] || { head -n 20 <<<"$warnings" &&
		echo "$what for $version: $(wc -l <<<"$warnings") warnings" && return 1; }
}

# The header packages lack the script that looks for sparse, hence the second
# variable; each file that was checked leaves a line.
sparse_ran()
{
	local checked sources

	checked=$(grep -c '^ *CHECK ' "$1" || true)
	sources=$(find "$SMMUX_COPY" -name '*.c' ! -name '*.mod.c' | wc -l)
	[ "$checked" -ge "$sources" ] ||
		{ echo "sparse looked at $checked of $sources files" && return 1; }
}

failed=0 oldest=''
while read -r version; do
	oldest=${oldest:-$version}
	for what in driver client; do
		log=$SMMUX_LOGS/check-$version-$what.log
		export SMMUX_COPY=$SMMUX_BUILD/mod/$version/check-$what
		mkdir -p "$SMMUX_LOGS"
		if [ "$version" = "$oldest" ]; then
			if build "$version" "$what" "$log" W=1 C=2 KBUILD_CHECKSRC=2 &&
				sparse_ran "$log"; then
				echo "$what for $version: clean, with sparse"
			else
				failed=1
			fi
		elif build "$version" "$what" "$log" W=1; then
			echo "$what for $version: clean (no sparse: it cannot parse these headers)"
		else
			failed=1
		fi
		rm -rf "$SMMUX_COPY"
	done
done <"$SMMUX_BUILD/kernels/headers"
[ "$failed" = 0 ] || echo "the build is not clean"
exit "$failed"

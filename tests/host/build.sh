#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The driver and the test modules build without warnings against every header set, with
# make W=1, and pass sparse against the oldest. Debian's sparse cannot parse the headers of
# 7.x. A clean result is cached by the hash of its inputs.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# Ignores warnings about the kernel's own headers.
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

# Each checked file leaves a line in the log. (The header packages lack the script that
# detects sparse, hence KBUILD_CHECKSRC.)
sparse_ran()
{
	local checked sources

	checked=$(grep -c '^ *CHECK ' "$1" || true)
	sources=$(find "$SMMUX_COPY" -name '*.c' ! -name '*.mod.c' | wc -l)
	[ "$checked" -ge "$sources" ] ||
		{ echo "sparse checked only $checked of $sources files" && return 1; }
}

# inputs VERSION: the hash of all sources, of the kernel's headers and of the tools.
inputs()
{
	{
		find Kbuild VERSION module debugfs tests/guest/mod tests/mod -type f \
			! -name '*.o' ! -name '.*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
		sha256sum tests/rig/module.sh tests/host/build.sh
		echo "$1 $(cache_hash "$SMMUX_TREE")"
	} | sha256sum | cut -c1-20
}

# check VERSION WHAT WITH-SPARSE
check()
{
	local version=$1 what=$2 log=$SMMUX_LOGS/check-$1-$2.log

	export SMMUX_COPY=$SMMUX_BUILD/mod/$version/check-$what
	if [ -n "$3" ]; then
		build "$version" "$what" "$log" W=1 C=2 KBUILD_CHECKSRC=2 && sparse_ran "$log" &&
			echo "$what for $version: clean, with sparse"
	else
		build "$version" "$what" "$log" W=1 &&
			echo "$what for $version: clean (no sparse: it cannot parse these headers)"
	fi
}

cd "$SMMUX_TOP"
mkdir -p "$SMMUX_LOGS"
failed=0 oldest=''
while read -r version; do
	oldest=${oldest:-$version}
	hash=$(inputs "$version")
	! known_good "build-$version" "$hash" || continue
	sparse=''
	[ "$version" != "$oldest" ] || sparse=1
	good=1
	for what in driver client; do
		check "$version" "$what" "$sparse" || good=''
		rm -rf "$SMMUX_BUILD/mod/$version/check-$what"
	done
	if [ -n "$good" ]; then
		keep_good "build-$version" "$hash"
	else
		failed=1
	fi
done <"$SMMUX_BUILD/kernels/headers"
[ "$failed" = 0 ] || echo "the build is not clean"
exit "$failed"

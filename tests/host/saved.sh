#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The hash that names a saved machine changes with everything that decides how the machine is
# when it waits for a test, and with nothing else. A test that continued from the wrong machine
# would say nothing. Works on a copy of the rig and on products that are names only.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/top" "$dir/build/kernels" "$dir/build/guest" "$dir/products"
cp -r "$SMMUX_TOP/tests" "$dir/top/"

# product LINK NAME: LINK of the build folder leads to a product of this name.
product()
{
	mkdir -p "$dir/products/$2"
	ln -sfn "$dir/products/$2" "$dir/build/$1"
}

product tree tree-1
product kernels/backports kernel-1
product kernels/stable kernel-2
product guest/base.cpio base-1
product guest/backports.cpio guest-1
product guest/stable.cpio guest-2
product guest/perf.cpio perf-1

# edit FILE: in the copy of the tests.
edit()
{
	echo "# changed" >>"$dir/top/tests/$1"
}

# hash OUT OPTION...
hash()
{
	local out=$dir/$1
	shift

	SMMUX_BUILD=$dir/build "$dir/top/tests/rig/vm.sh" --saved-hash --out "$out" \
		--payload "$dir/payload" "$@"
}

readonly MACHINE=(--smp 2 --mem 1G --smmu 1 --devices "rng,nvme")
first=$(hash out "${MACHINE[@]}")
failed=0 tried=0

# differs WORDS OPTION...: the hash of another machine, or of the same after a change.
differs()
{
	local words=$1 now
	shift

	tried=$((tried + 1))
	now=$(hash out "${MACHINE[@]}" "$@")
	[ "$now" = "$first" ] || return 0
	echo "$words: the hash is the same"
	failed=$((failed + 1))
}

# changed WORDS COMMAND...: after the command the hash differs; it is the first one from there.
changed()
{
	local words=$1
	shift

	"$@"
	differs "$words"
	first=$(hash out "${MACHINE[@]}")
}

[[ $first =~ ^[0-9a-f]{20}$ ]] || { echo "not a hash: '$first'" && exit 1; }
for each in "other --timeout 9" "out --timeout 9" "out --echo" "out --devices rng"; do
	# shellcheck disable=SC2086
	set -- $each
	[ "$(hash "$1" "${MACHINE[@]}" "${@:2}")" = "$first" ] ||
		{ echo "$each: the hash differs" && failed=$((failed + 1)); }
done
differs "CPUs" --smp 3
differs "memory" --mem 2G
differs "SMMU" --smmu 2
differs "no SMMU" --smmu none
differs "firmware" --fw acpi
differs "driver" --driver builtin
differs "lane" --lane stable
differs "command line" --append nosmp
differs "saved devices" --devices "rng,rng,nvme"
differs "overlay" --with perf
differs "QEMU argument" --qemu -S
changed "tool tree" product tree tree-2
changed "kernel" product kernels/backports kernel-3
changed "guest" product guest/backports.cpio guest-3
changed "base" product guest/base.cpio base-2
changed "init" edit guest/lib/init.sh
changed "channel" edit guest/lib/channel.sh
[ "$failed" = 0 ] || { echo "$failed wrong hashes" && exit 1; }
echo "the saved machine's hash follows $tried changes, and 4 that do not matter leave it"

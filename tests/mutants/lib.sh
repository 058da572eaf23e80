# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A mutant's patch: reads the "KEY: value" lines before the diff, and applies the patch.

# mutant_says KEY FILE
mutant_says()
{
	sed -n "/^---/q; s/^$1: *//p" "$2" | head -n 1
}

# mutant_apply FILE DIR [OPTION...]: applies it to the driver's sources in DIR, without fuzz
mutant_apply()
{
	in_tree patch --quiet --force --fuzz=0 --strip=1 --directory="$2" --input="$1" "${@:3}"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A mutant's patch: the "KEY: value" lines above the diff, and how it is applied.

# mutant_says KEY FILE
mutant_says()
{
	sed -n "/^---/q; s/^$1: *//p" "$2" | head -n 1
}

# mutant_apply FILE DIR [OPTION...]: to the driver's sources in DIR, exactly or not at all
mutant_apply()
{
	in_tree patch --quiet --force --fuzz=0 --strip=1 --directory="$2" --input="$1" "${@:3}"
}

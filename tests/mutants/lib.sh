# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What a mutant's patch says of itself, in "KEY: value" lines above the diff.

# mutant_says KEY FILE
mutant_says()
{
	sed -n "/^---/q; s/^$1: *//p" "$2" | head -n 1
}

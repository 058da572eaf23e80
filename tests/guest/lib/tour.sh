# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The machine of docs/tour.md: its devices, and the tools in the path.

# Needs DEVICES "nvme blk net testdev ats" and MODULE "enable_inject=1 ats=on".
tour_machine()
{
	local tool

	for tool in recovery record top metrics snapshot; do
		printf '#!/bin/sh\nexec %s /smmux/smmux-%s "$@"\n' \
			"$([ $tool = recovery ] && echo bash || echo sh)" $tool >/usr/bin/smmux-$tool
		chmod 755 /usr/bin/smmux-$tool
	done
	rehearse_start
	start_client
}

# blocks FILE: the text between "```console" and "```", with a line "@" before each block.
blocks()
{
	awk '/^```console$/ { inside = 1; print "@"; next } /^```/ { inside = 0 } inside' "$1"
}

# Replaces numbers, which differ on each machine, and the width of spaces.
plain()
{
	sed -E 's/0x[0-9a-f]+/H/g; s/[0-9]+(\.[0-9]+)?/N/g; s/-N/N/g; s/ +/ /g; s/ $//'
}

# like EXPECTED GOT: compares line by line, except numbers; "..." matches any lines.
like()
{
	plain <"$1" >/tmp/tour.expected
	plain <"$2" >/tmp/tour.got
	awk 'NR == FNR { want[++n] = $0; next }
		{ got[++m] = $0 }
		function fits(i, j,	k) {
			if (i > n)
				return j > m
			if (want[i] == "...") {
				for (k = j; k <= m + 1; k++)
					if (fits(i + 1, k))
						return 1
				return 0
			}
			return j <= m && want[i] == got[j] && fits(i + 1, j + 1)
		}
		END { exit !fits(1, 1) }' /tmp/tour.expected /tmp/tour.got && return
	echo "in the document:"
	cat /tmp/tour.expected
	echo "in this run:"
	cat /tmp/tour.got
	return 1
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Wrong bits, put into an SMMU's registers and tables by the test module smmux_test_plant,
# and what lint says of them. $lint is the file, or a pattern for those of all SMMUs.

readonly PLANT=/sys/kernel/debug/smmux_test_plant/command

# A survey, in /tmp/lint. Is nothing in it, and nothing left out?
lint_clean()
{
	# shellcheck disable=SC2086
	cat $lint >/tmp/lint || return
	cat /tmp/lint
	grep -q '^findings: 0$' /tmp/lint && ! grep '^findings: ' /tmp/lint | grep -v ' 0$'
}

nothing_moves()
{
	! grep '^checked: ' /tmp/lint | grep -v ', 0 moving$'
}

# planted COMMAND SEVERITY PLACE FINDING: it is found, by itself, and no more when it is
# as it was; FINDING is a regular expression for all of the line's end.
planted()
{
	local rc=0

	echo "$1" >$PLANT || { echo "cannot be planted" && return 1; }
	cat "$lint" >/tmp/lint
	echo back >$PLANT
	cat /tmp/lint
	grep -qE "^$2 +$3 +$4\$" /tmp/lint && [ "$(tail -n 1 /tmp/lint)" = "findings: 1" ] || rc=1
	lint_clean || rc=1
	return $rc
}

# plant_all: lines of COMMAND | SEVERITY | PLACE | FINDING from standard input, counted in
# $PLANTED.
plant_all()
{
	local command place finding severity

	while IFS='|' read -r command severity place finding; do
		read -r command <<<"$command"
		read -r severity <<<"$severity"
		read -r place <<<"$place"
		read -r finding <<<"$finding"
		[ -n "$command" ] || continue
		check "$command: $severity, $place, ${finding//\\/}" planted "$command" "$severity" "$place" "$finding"
		PLANTED=$((PLANTED + 1))
	done
}

# Survey after survey, until somebody has enough; the first that found something ends it.
keep_linting()
{
	local n=0 still=0

	while [ ! -e /tmp/stop ]; do
		lint_clean >/tmp/lint.out || { cp /tmp/lint.out /tmp/lint.bad && return 1; }
		! nothing_moves || still=$((still + 1))
		n=$((n + 1))
		echo "$n $still" >/tmp/lint.rounds
		sleep 0.1
	done
}

# linted SURVEYS STILL: at least so many, and so many that left nothing out; or it has ended.
linted()
{
	local n=0 still=0

	[ ! -e /tmp/lint.bad ] || return 0
	read -r n still 2>/dev/null </tmp/lint.rounds
	# Nothing is in it at the moment it is written.
	[ "${n:-0}" -ge "$1" ] && [ "${still:-0}" -ge "$2" ]
}

# lint_ends PID: of keep_linting, when it has seen enough.
lint_ends()
{
	wait_for 120 linted 2 1
	touch /tmp/stop
	check_job "nothing was found meanwhile" "$1"
	[ ! -e /tmp/lint.bad ] || while IFS= read -r line; do note "$line"; done </tmp/lint.bad
	note "surveys, and those that left nothing out: $(cat /tmp/lint.rounds)"
	check_less "surveys meanwhile" 1 "$(cut -d' ' -f1 /tmp/lint.rounds)"
	check_less "of these without anything left out" 0 "$(cut -d' ' -f2 /tmp/lint.rounds)"
	check "nothing is found after" lint_clean
	note "$(tail -n 2 /tmp/lint)"
}

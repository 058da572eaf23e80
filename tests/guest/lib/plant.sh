# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The test module smmux_test_plant writes wrong bits into an SMMU's registers and tables;
# lint must find them. $lint is the file, or a pattern for the files of all SMMUs.

readonly PLANT=/sys/kernel/debug/smmux_test_plant/command

# Reads lint to /tmp/lint; true if it has no findings.
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

# planted COMMAND SEVERITY PLACE FINDING: lint has exactly this finding, and none after the
# bits are restored; FINDING is a regular expression for the rest of the line.
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

# plant_all: one check for each line COMMAND | SEVERITY | PLACE | FINDING of standard input;
# their number is in $PLANTED.
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

# Reads lint repeatedly until /tmp/stop exists; a finding ends it.
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

# linted SURVEYS STILL: at least so many reads, and so many without a moving part; or it has
# ended.
linted()
{
	local n=0 still=0

	[ ! -e /tmp/lint.bad ] || return 0
	read -r n still 2>/dev/null </tmp/lint.rounds
	# The file is empty while it is being written.
	[ "${n:-0}" -ge "$1" ] && [ "${still:-0}" -ge "$2" ]
}

# lint_ends PID: ends keep_linting after enough reads.
lint_ends()
{
	wait_for 120 linted 2 1
	touch /tmp/stop
	check_job "lint has no findings meanwhile" "$1"
	[ ! -e /tmp/lint.bad ] || while IFS= read -r line; do note "$line"; done </tmp/lint.bad
	note "lint runs, and those without moving parts: $(cat /tmp/lint.rounds)"
	check_less "lint runs meanwhile" 1 "$(cut -d' ' -f1 /tmp/lint.rounds)"
	check_less "lint runs without moving parts" 0 "$(cut -d' ' -f2 /tmp/lint.rounds)"
	check "lint has no findings afterwards" lint_clean
	note "$(tail -n 2 /tmp/lint)"
}

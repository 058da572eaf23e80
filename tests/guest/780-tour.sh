#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: each command of docs/tour.md prints what the page shows
# MATRIX: lane=backports
# DEVICES: nvme blk net testdev ats
# MODULE: enable_inject=1 ats=on
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION|summary:)
# EXPECT: 0000:01:00.0: ATC (invalidation not answered|answers again)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh
# shellcheck source=tests/guest/lib/tour.sh
. /smmux/tour.sh

# Runs a command in this shell, so that "cd" and "exec" last, as in a user's shell.
run_command()
{
	eval "$1" >/tmp/tour.out 2>&1 || echo "(exit code $?)" >>/tmp/tour.out
}

# Prints the output, for the author of the page.
tell_output()
{
	local line

	note "tour # $command"
	while IFS= read -r line; do
		note "tour $line"
	done </tmp/tour.out
}

end_command()
{
	[ -n "$command" ] || return 0
	run_command "$command"
	tell_output
	check "$command" like /tmp/tour.want /tmp/tour.out
	number=$((number + 1))
}

tour_machine
blocks /smmux/tour.md >/tmp/tour.blocks
command='' number=0
: >/tmp/tour.want
while IFS= read -r row <&4; do
	case $row in
	'# '* | @)
		end_command
		command=${row#@}
		command=${command#\# }
		: >/tmp/tour.want
		;;
	*) printf '%s\n' "$row" >>/tmp/tour.want ;;
	esac
done 4</tmp/tour.blocks
end_command
check_less "commands on the page" 30 "$number"

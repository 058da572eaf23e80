#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the KUnit suites over the pure layer, each case a subtest
# FULL: lane=debug
# TIMEOUT: 900

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/suites.sh
. /smmux/suites.sh

readonly MARK="kunit suites start here"

# KUnit's report is in the kernel log whether or not its debugfs files are built:
# there are no others' lines in it but those that a failing test provokes. Should
# these have pushed the mark out, then all that is left is of the suites.
report()
{
	dmesg | sed -E 's/^(<[0-9]+>)?\[ *[0-9.]+\] //' | awk -v mark="$MARK" '
		$0 == mark { lines = 0; next }
		{ line[lines++] = $0 }
		END { for (i = 0; i < lines; i++) print line[i] }'
}

# Lines "pass NAME", "skip NAME", "fail NAME", "why TEXT" behind a fail, "plan
# SUITE PLANNED REPORTED", "suite NAME" for what ends well.
results()
{
	report | awk '
		/^    # Subtest: / { suite = $3; planned = seen = lines = 0; next }
		/^    1\.\.[0-9]+$/ { planned = substr($1, 4); next }
		/^    (not )?ok [0-9]+ / {
			seen++
			name = $1 == "not" ? $4 : $3
			verdict = $1 == "not" ? "fail" : /# SKIP/ ? "skip" : "pass"
			print verdict, suite "." name
			for (i = 0; verdict == "fail" && i < lines && i < 12; i++)
				print "why", why[i]
			lines = 0
			next
		}
		/^(not )?ok [0-9]+ / { print "plan", suite, planned, seen }
		/^ok [0-9]+ / { print "suite", $3 }
		/^ +# / { why[lines++] = $0 }
		/^        / { why[lines++] = $0 }'
}

report_results()
{
	local what name rest

	while read -r what name rest; do
		case $what in
		pass) pass "$name" ;;
		fail) fail "$name" ;;
		skip) skip "$name" "KUnit skipped it" ;;
		why) note "$name $rest" ;;
		plan) check_equal "$name: cases reported" "${rest% *}" "${rest#* }" ;;
		esac
	done < <(results)
}

must "KUnit loads" modprobe kunit enable=1 autorun=1
echo "$MARK" >/dev/kmsg
must "the suites load" insmod /smmux/smmux_kunit.ko
report_results
check_equal "all suites end well" "$(printf '%s\n' "${KUNIT_SUITES[@]}")" \
	"$(results | sed -n 's/^suite //p' | sort)"
check "the suites unload" rmmod smmux_kunit

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the KUnit suites of the pure layer, each case a subtest
# FULL: lane=debug
# TIMEOUT: 900

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/suites.sh
. /smmux/suites.sh

readonly MARK="kunit suites start here"

# KUnit's report is in the kernel log, even if its debugfs files are not built. Other lines
# occur only if a failing test causes them. If these have pushed the mark out of the log,
# all lines that are left belong to the suites.
report()
{
	dmesg | sed -E 's/^(<[0-9]+>)?\[ *[0-9.]+\] //' | awk -v mark="$MARK" '
		$0 == mark { lines = 0; next }
		{ line[lines++] = $0 }
		END { for (i = 0; i < lines; i++) print line[i] }'
}

# Prints lines "pass NAME", "skip NAME", "fail NAME", "why TEXT" after a fail, "plan
# SUITE PLANNED REPORTED", and "suite NAME" for a suite that passes.
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
		skip) skip "$name" "skipped by KUnit" ;;
		why) note "$name $rest" ;;
		plan) check_equal "$name: cases reported" "${rest% *}" "${rest#* }" ;;
		esac
	done < <(results)
}

must "KUnit loads" modprobe kunit enable=1 autorun=1
echo "$MARK" >/dev/kmsg
must "the suites load" insmod /smmux/smmux_kunit.ko
report_results
check_equal "all suites pass" "$(printf '%s\n' "${KUNIT_SUITES[@]}")" \
	"$(results | sed -n 's/^suite //p' | sort)"
check "the suites unload" rmmod smmux_kunit

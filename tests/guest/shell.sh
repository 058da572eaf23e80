#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the guest part of "make shell": the machine of docs/tour.md, and a shell

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh
# shellcheck source=tests/guest/lib/tour.sh
. /smmux/tour.sh

tour_machine
must "a console" wait_for 60 test -c /dev/hvc0
cd /sys/kernel/debug/smmux || exit 1
# Opened before the greeting, or early input would be lost.
exec 6<>/dev/hvc0
printf '\nsmmux drives %s; the tour is docs/tour.md; "exit" powers the machine off\n\n' "$smmu" >&6
PS1='# ' HOME=/root TERM=${TERM:-linux} setsid -c bash --norc -i <&6 >&6 2>&1 3>&-
pass "the shell has ended"

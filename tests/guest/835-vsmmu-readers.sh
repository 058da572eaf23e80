#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: all of debugfs is read in a loop by four while modelled SMMUs sleep and wake, clients map and unmap, SMMUs are unbound and bound, and the driver is loaded again
# ALSO: lane=backports,debug,race,rt64k smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 240
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: |event queue overflow|vclient)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

# Everything that is there; what goes meanwhile fails to open or to read.
reader()
{
	local files n=0

	while [ ! -e /tmp/stop ]; do
		mapfile -t files < <(find "$SMMUX_DEBUG" -type f -perm 0444 2>/dev/null)
		[ ${#files[@]} -eq 0 ] || cat "${files[@]}" >/dev/null 2>&1
		n=$((n + 1))
		echo "$n ${#files[@]}" >"/tmp/reads.$1"
	done
}

rounds_are()
{
	local rounds files

	# Nothing is in it at the moment it is written.
	read -r rounds files 2>/dev/null <"/tmp/reads.$1" && [ "${rounds:-0}" -ge "$2" ]
}

begin()
{
	must "$1: the driver is loaded" load_driver
	must "$1: two SMMUs, one with a power domain" vsmmu_load smmu=aborts+pd,plain client=0:1,0:2,1:1,1:2
	must "$1: clients are bound" wait_for 60 test -e "$(vsmmu_client 3)/command"
	vsmmu_pm_delay 0 0
}

# Sleep and wake-up of one SMMU beside a storm on the other.
work()
{
	local jobs=() n

	for n in 0 1; do
		client_do $n cycle "$(some 20)" &
		jobs+=($!)
	done
	client_do 2 storm 2 30 &
	jobs+=($!)
	check "$1: domains come and go" client_do 3 attach "$(some 6)"
	for n in "${jobs[@]}"; do
		check_job "$1: clients are well" "$n"
	done
	client_tally 2 "$1: the storm"
	check "$1: it slept and woke up" test "$(vsmmu_pm 0 resume)" -ge 5
}

all_go()
{
	local n

	for n in 0 1 2 3; do
		vsmmu_unbind_client $n || return
	done
	for n in 0 1; do
		vsmmu_name $n >"$(platform_driver)/unbind" || return
	done
}

all_come()
{
	local n

	for n in 0 1; do
		vsmmu_name $n >"$(platform_driver)/bind" || return
	done
	for n in 0 1 2 3; do
		vsmmu_bind_client $n || return
	done
	vsmmu_pm_delay 0 0
}

for n in 1 2 3 4; do
	reader $n &
done
for round in 1 2; do
	begin $round
	work $round
	for n in 1 2; do
		check "$round: unbind, $n" all_go
		check "$round: bind, $n" all_come
	done
	# Not before each reader has been through all files twice.
	for n in 1 2 3 4; do
		wait_for 120 rounds_are $n $((2 * round))
	done
	for n in 0 2; do
		check "$round: client $n is well" client_is_well $n 5
	done
	vsmmu_content 0
	vsmmu_content 1
	vsmmu_unload "$round: the model goes"
	# It does not while one of them has a file open.
	check "$round: the driver goes" wait_for 60 unload_driver
done
touch /tmp/stop
wait
for n in 1 2 3 4; do
	check_less "reader $n: rounds" 3 "$(cut -d' ' -f1 /tmp/reads.$n)"
done

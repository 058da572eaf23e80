#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: four readers read all of debugfs in a loop while modelled SMMUs suspend and resume, clients map and unmap, SMMUs are unbound and bound, and the driver is reloaded
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

# Reads every file that exists. A file that disappears meanwhile fails to open or to read.
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

	# The file is empty while it is being written.
	read -r rounds files 2>/dev/null <"/tmp/reads.$1" && [ "${rounds:-0}" -ge "$2" ]
}

begin()
{
	must "$1: driver loads" load_driver
	must "$1: two SMMUs, one with a power domain" vsmmu_load smmu=aborts+pd,plain client=0:1,0:2,1:1,1:2
	must "$1: clients are bound" wait_for 60 test -e "$(vsmmu_client 3)/command"
	vsmmu_pm_delay 0 0
}

# Suspend and resume of one SMMU during a storm on the other.
work()
{
	local jobs=() n

	for n in 0 1; do
		client_do $n cycle "$(some 20)" &
		jobs+=($!)
	done
	client_do 2 storm 2 30 &
	jobs+=($!)
	check "$1: attach: a client changes its domain" client_do 3 attach "$(some 6)"
	for n in "${jobs[@]}"; do
		check_job "$1: a client's program succeeds" "$n"
	done
	client_tally 2 "$1: the storm"
	check "$1: the SMMU was suspended and resumed" test "$(vsmmu_pm 0 resume)" -ge 5
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
	# Each reader has read all files twice in this round.
	for n in 1 2 3 4; do
		wait_for 120 rounds_are $n $((2 * round))
	done
	for n in 0 2; do
		check "$round: client $n works" client_is_well $n 5
	done
	vsmmu_content 0
	vsmmu_content 1
	vsmmu_unload "$round: the model unloads"
	# The driver cannot unload while a reader has a file open.
	check "$round: the driver unloads" wait_for 60 unload_driver
done
touch /tmp/stop
wait
for n in 1 2 3 4; do
	check_less "reader $n: rounds" 3 "$(cut -d' ' -f1 /tmp/reads.$n)"
done

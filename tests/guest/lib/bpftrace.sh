# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the counting tools of scripts/bt at the same time on one load, and compares each with
# a count that does not come from bpftrace: the driver's counters or a tracefs instance.
# Shared by 770 (Debian 13's bpftrace) and 771 (a newer one).

# shellcheck source=tests/guest/lib/tracing.sh
. /smmux/tracing.sh

declare -A bt_pid was now
readonly TOOLS="cmdmix synclat invsize tlbstorm faults attachsnoop fulls"

# The pairs "domain device" for invsize, as its head describes, filled up to eight with a
# domain without a device: the newest bpftrace warns about fewer.
domain_pairs()
{
	{
		awk '/^domain: [0-9]/ { n = split(FILENAME, p, "/"); print $2, p[n - 1] }' \
			"$SMMUX_DEBUG"/masters/[0-9]*[0-9]/info
		printf '0 -\n%.0s' {1..8}
	} | head -n 8
}

# all_counters: lines "name: value" of both queues
all_counters()
{
	cat "$SMMUX_DEBUG/$smmu"/{cmdq,evtq}/counters
}

# Starts the compared interval; count_to() ends it.
count_from()
{
	local name n

	tracing_reset
	while read -r name n; do
		was[$name]=$n
	done < <(all_counters)
}

count_to()
{
	local name n

	kill -INT "${bt_pid[@]}"
	echo 0 >$OTHER/tracing_on
	while read -r name n; do
		now[$name]=$n
	done < <(all_counters)
}

# since NAME: the increase of this counter.
since()
{
	local key=$1:

	echo $((now["$key"] - was["$key"]))
}

# Unmaps on four CPUs, stray accesses of a device, and a device that changes its domain.
bt_load()
{
	local i driver=/sys/bus/pci/drivers/nvme nvme_bdf

	nvme_bdf=$(pci_of /sys/class/nvme/nvme0)
	check "storm" client_run "$dir" "storm 4 250"
	for i in {1..30}; do
		client_run "$dir" "stray 0xdead0000"
	done
	client_run "$dir" "stray 0x12345678000"
	check "a device with ATS" modprobe virtio-rng
	check "ATC_INVs" timeout "$(patient 60)" dd if=/dev/hwrng of=/dev/null bs=64 count=8
	# The kernel's hwrng thread would read at any time.
	pci_by_id 1af4:1044 >/sys/bus/pci/drivers/virtio-pci/unbind
	echo "$nvme_bdf" >$driver/unbind
	echo identity >"/sys/bus/pci/devices/$nvme_bdf/iommu_group/type"
	# It stays without a driver, which would send commands after the count.
	echo DMA >"/sys/bus/pci/devices/$nvme_bdf/iommu_group/type"
}

compare_cmdmix()
{
	local name op

	check_less "cmdmix: commands" 100 "$(since commands)"
	bt_equal cmdmix "all commands" "$(since commands)" "$(bt_sum cmdmix "total\[.*")"
	for name in "${!was[@]}"; do
		[[ $name == cmd.* ]] || continue
		name=${name%:} op=${name#cmd.}
		[ "$(since "$name")" != 0 ] || continue
		bt_equal cmdmix "$op" "$(since "$name")" "$(bt_sum cmdmix "total\[$smmu, $op\]")"
	done
	bt_equal cmdmix "lists" "$(since lists)" "$(bt_sum cmdmix "lists\[$smmu\]")"
	bt_equal cmdmix "lengths of lists" "$(since lists)" "$(bt_hist cmdmix "length")"
	bt_equal cmdmix "with a SYNC" "$(since cmd.SYNC)" "$(bt_sum cmdmix "synced\[$smmu\]")"
	check "cmdmix: commands per second" grep -qE "^@second\[$smmu, TLBI_NH_VA\]: [1-9]" /tmp/bt.cmdmix
	bt_equal cmdmix "percent" $((100 * $(since cmd.SYNC) / $(since commands))) \
		"$(bt_sum cmdmix "sync_percent\[$smmu\]")"
}

compare_synclat()
{
	bt_equal synclat "waits" "$(since syncs)" "$(bt_sum synclat "syncs\[$smmu\]")"
	bt_equal synclat "by SMMU" "$(since syncs)" "$(bt_hist synclat "wait_ns")"
	check_less "synclat: lists with an ATC_INV" 0 "$(since cmd.ATC_INV)"
	bt_equal synclat "their waits, separately" "$(seen cmdq_sync 'atc=[1-9]')" "$(bt_hist synclat "wait_ns\[$smmu, atc\]")"
	check_equal "synclat: cmdq_sync counts ATC_INVs" "$(since cmd.ATC_INV)" "$(seen_sum cmdq_sync atc)"
	bt_equal synclat "by CPU" "$(since syncs)" "$(bt_hist synclat "cpu_ns")"
	check "synclat: the longest wait" grep -qE "^[0-9]+ +$smmu +[0-3] +[1-9][0-9]* +[1-9][0-9]* +0 +0 +" /tmp/bt.synclat
	check "synclat: a stack with the storm" stack_names synclat storm
}

# stack_names TOOL FUNCTION: the tool's stacks contain functions of the driver and FUNCTION.
stack_names()
{
	grep -q "smmux_" "/tmp/bt.$1" && grep -q "$2" "/tmp/bt.$1"
}

compare_invsize()
{
	local domain

	domain=$(value_of "$SMMUX_DEBUG/masters/${dir##*/}/info" domain)
	bt_equal invsize "invalidations" "$(seen inv_range)" "$(bt_sum invsize "invs\[.*")"
	bt_equal invsize "those of the storm's device" "$(seen inv_range "domain=$domain ")" \
		"$(bt_sum invsize "invs\[$domain, ${dir##*/}\]")"
	bt_equal invsize "commands" "$(seen_sum inv_range cmds)" "$(bt_sum invsize "cmds_total\[.*")" \
		"$(seen_most inv_range cmds)"
	bt_equal invsize "their histogram" "$(seen inv_range)" "$(bt_hist invsize "cmds")"
	bt_equal invsize "sizes" "$(seen inv_range 'size=0x[1-9a-f]')" "$(bt_hist invsize "bytes")"
	bt_equal invsize "whole domains" "$(seen inv_range ' size=0x0 ')" "$(bt_sum invsize "whole\[.*")"
}

compare_tlbstorm()
{
	bt_equal tlbstorm "invalidations" "$(seen inv_range)" "$(bt_sum tlbstorm "by_process\[.*")"
	bt_equal tlbstorm "those of the storm" "$(grep -cE '^ *storm/[0-3].* inv_range: ' $OTHER/trace)" \
		"$(bt_sum tlbstorm 'by_process\[storm/[0-3], .*')"
	bt_equal tlbstorm "commands" "$(seen_sum inv_range cmds)" "$(bt_sum tlbstorm "commands\[.*")" \
		"$(seen_most inv_range cmds)"
	check "tlbstorm: a stack with the storm" stack_names tlbstorm storm
}

compare_faults()
{
	local bdf=${dir##*/}

	check_less "faults: events" 30 "$(since events)"
	bt_equal faults "all" "$(since events)" "$(bt_sum faults "events\[$smmu, .*")"
	bt_equal faults "by device and name" "$(since evt.F_TRANSLATION)" \
		"$(bt_sum faults "events\[$smmu, $bdf, F_TRANSLATION\]")"
	check "faults: a line" grep -qE "^[0-9]+ +$smmu +$bdf +0x[0-9a-f]+ +- +F_TRANSLATION +write[+a-z]* +1 +IN +0xdead0000$" \
		/tmp/bt.faults
	check_equal "faults: printed or counted" "$(since events)" "$(awk '/ F_TRANSLATION / && !/^@/ { n++ }
		/ and [0-9]+ more$/ { n += $3 } END { print n }' /tmp/bt.faults)"
	bt_equal faults "pages" "$(seen event 'iaddr=0xdead0')" \
		"$(bt_sum faults "pages\[$bdf, 0xdead0000\]")"
}

# one_story TRACE-EVENT WORD: compares attachsnoop's lines with the instance's.
one_story()
{
	check_equal "attachsnoop: $2" "$(seen "$1")" "$(awk -v word="$2" '$4 == word { n++ } END { print n + 0 }' /tmp/bt.attachsnoop)"
}

compare_attachsnoop()
{
	one_story attach attach
	one_story detach detach
	one_story domain_alloc alloc
	one_story domain_free free
	check_less "attachsnoop: attaches" 1 "$(seen attach)"
	bt_equal attachsnoop "sums" $(($(seen attach) + $(seen detach) + $(seen 'domain_[af][a-z]*'))) \
		"$(bt_sum attachsnoop "did\[.*")"
	check "attachsnoop: process, device, SMMU, domain" grep -qE \
		"^[0-9]+ +bash +$$ +attach +[0-9a-f:.]+ +$smmu +[1-9][0-9]* +s1, ssid 0$" /tmp/bt.attachsnoop
	check "attachsnoop: identity" grep -qE " attach .* $smmu +0 +identity, ssid 0$" /tmp/bt.attachsnoop
}

compare_fulls()
{
	local seconds

	check_less "fulls: the queue was full" 0 "$(since full_waits)"
	bt_equal fulls "waits" "$(since full_waits)" "$(bt_sum fulls "fulls\[$smmu\]")"
	bt_equal fulls "as traced" "$(seen cmdq_full)" "$(bt_sum fulls "fulls\[$smmu\]")"
	bt_equal fulls "times of waits" "$(since full_waits)" "$(bt_hist fulls "wait_ns")"
	check_equal "fulls: timeouts" "$(since full_timeouts)" "$(bt_sum fulls "gave_up\[.*")"
	# Events between printing and clearing a map are missing in the seconds.
	# 0.23: count N, average N, ...; 0.27: { .count = N, ... }
	seconds=$(sed -nE 's/^@second_ns.*: (\{ \.)?count (= )?([0-9]+), .*/\3/p' /tmp/bt.fulls | awk '{ n += $1 } END { print n + 0 }')
	check_less "fulls: per second, some" 0 "$seconds"
	check_less "fulls: per second, not more than all" "$seconds" $(($(since full_waits) + 1))
	check "fulls: a stack with the storm" stack_names fulls storm
}

# The whole test.
bt_compare_all()
{
	local tool before

	must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
	start_all
	start_client
	smmu=$(bound_smmus)
	dir=$(client_dirs "$TESTDEV")
	note "$(bpftrace --version)"
	must "the queue is idle" wait_for 60 quiet
	before=$(value_of "$SMMUX_DEBUG/$smmu/cmdq/state" reserved)
	must "an instance to compare with" tracing_start inv_range attach detach domain_alloc \
		domain_free event cmdq_full cmdq_sync
	for tool in $TOOLS; do
		# shellcheck disable=SC2046
		case $tool in
		invsize) bt_start invsize $(domain_pairs) ;;
		*) bt_start "$tool" ;;
		esac
	done
	for tool in $TOOLS; do
		wait_for 200 bt_ready "$tool" || note "$(head -n 20 "/tmp/bt.$tool")"
		must "$tool starts" bt_ready "$tool"
	done
	must "their probes are attached" wait_for 120 bt_attached "${bt_pid[@]}"
	# The tools count from their attach on, before count_from().
	must "no command was sent meanwhile" test "$before" = \
		"$(value_of "$SMMUX_DEBUG/$smmu/cmdq/state" reserved)"
	count_from
	bt_load
	must "the queue is idle again" wait_for 60 quiet
	count_to
	for tool in $TOOLS; do
		bt_end "$tool"
	done
	check "the instance lost no event" seen_all
	for tool in $TOOLS; do
		"compare_$tool"
	done
}

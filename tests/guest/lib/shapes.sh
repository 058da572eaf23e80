# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The shape of each debugfs file: the names of "name: value" lines in order, and the headings
# of a table in brackets. Tools parse these. Append a new name at the end of its file, or
# before the last column of a table, and add it here; removing a name breaks tools.

# shape FILE
shape()
{
	awk 'function say(word) { out = out (out == "" ? "" : " ") word }
		NR == 1 || last == "" { table = !match($0, /^[A-Za-z0-9_.-]+: /)
			if (table && NF) { gsub(/ +/, " "); sub(/ $/, ""); say("[" $0 "]") } }
		{ last = $0 }
		!table && match($0, /^[A-Za-z0-9_.-]+: /) { say(substr($0, 1, RLENGTH - 2)) }
		END { print out }' "$1"
}

# kinds SMMU: paths below $SMMUX_DEBUG, from standard input, with placeholders for names.
kinds()
{
	sed -E "s|^\./||; s|^$1/|<smmu>/|; s|^masters/[^/]+/|masters/<device>/|; s|^domains/[^/]+/|domains/<id>/|"
}

# shapes SMMU: a line for each kind of file and each shape that it has.
shapes()
{
	local file

	(cd "$SMMUX_DEBUG" && find . -type f -perm 0444 ! -name version) | while read -r file; do
		echo "$(kinds "$1" <<<"$file"): $(shape "$SMMUX_DEBUG/$file")"
	done | sort -u
}

golden_shapes()
{
	# long: a table of text
	awk '/^\t/ { sub(/^\t/, " "); line = line $0; next }
		{ if (line != "") print line; line = $0 }
		END { print line }' <<'EOF' | sort
<smmu>/caps:
	architecture address raw.IDR0 raw.IDR1 raw.IDR2 raw.IDR3 raw.IDR4 raw.IDR5 raw.IIDR raw.AIDR quirks erratum
	ias_bits oas_bits sid_bits ssid_bits asid_bits vmid_bits cmdq_max_log2 evtq_max_log2 priq_max_log2
	pgsizes_bytes stall_model interrupts feature.stage_1 feature.stage_2 feature.nested_stages
	feature.2-level_stream_table feature.2-level_CD_tables feature.coherent_walks feature.MSI feature.SEV
	feature.range_invalidation feature.break-before-make_level_2 feature.ATS feature.PRI feature.stall
	feature.stall_always feature.EL2_tags feature.52-bit_input feature.attribute_override
	feature.stage_2_forced_write-back feature.hardware_access_flag feature.hardware_dirty_state [field value
	state]
<smmu>/cmdq/counters:
	commands cmd.PREFETCH_CONFIG cmd.PREFETCH_ADDR cmd.CFGI_STE cmd.CFGI_STE_RANGE cmd.CFGI_CD cmd.CFGI_CD_ALL
	cmd.TLBI_NH_ALL cmd.TLBI_NH_ASID cmd.TLBI_NH_VA cmd.TLBI_NH_VAA cmd.TLBI_EL3_ALL cmd.TLBI_EL3_VA
	cmd.TLBI_EL2_ALL cmd.TLBI_EL2_ASID cmd.TLBI_EL2_VA cmd.TLBI_EL2_VAA cmd.TLBI_S12_VMALL cmd.TLBI_S2_IPA
	cmd.TLBI_NSNH_ALL cmd.ATC_INV cmd.PRI_RESP cmd.RESUME cmd.STALL_TERM cmd.SYNC cmd.other lists doorbells syncs
	polls full_waits full_timeouts sync_timeouts error.CERROR_NONE error.CERROR_ILL error.CERROR_ABT
	error.CERROR_ATC_INV_SYNC refused ste_hitless ste_breaking cd_hitless cd_breaking
<smmu>/cmdq/entries:
	[position slot state w0 w1 command]
<smmu>/cmdq/latency:
	recording sync_wait_ns.count sync_wait_ns.sum atc_wait_ns.count atc_wait_ns.sum full_wait_ns.count
	full_wait_ns.sum list_cmds.count list_cmds.sum range_bytes.count range_bytes.sum map_life_ns.count
	map_life_ns.sum [histogram from to count]
<smmu>/cmdq/recent:
	[time_ns position cpu pid task w0 w1 command]
<smmu>/cmdq/state:
	reserved published consumed prod_register cons_register error closed dead publishing size used free
	high_water sync_mode
<smmu>/evtq/counters:
	events evt.F_UUT evt.C_BAD_STREAMID evt.F_STE_FETCH evt.C_BAD_STE evt.F_BAD_ATS_TREQ evt.F_STREAM_DISABLED
	evt.F_TRANSL_FORBIDDEN evt.C_BAD_SUBSTREAMID evt.F_CD_FETCH evt.C_BAD_CD evt.F_WALK_EABT evt.F_TRANSLATION
	evt.F_ADDR_SIZE evt.F_ACCESS evt.F_PERMISSION evt.F_TLB_CONFLICT evt.F_CFG_CONFLICT evt.E_PAGE_REQUEST
	evt.F_VMS_FETCH evt.other overflows suppressed stalls_answered
<smmu>/evtq/recent:
	[time_ns w0 w1 w2 w3 cpu event]
<smmu>/evtq/state:
	consumed prod_register cons_register overflow size recorded
<smmu>/gerror:
	service_failure CMDQ_ERR EVENTQ_ABT_ERR PRIQ_ABT_ERR MSI_CMDQ_ABT_ERR MSI_EVENTQ_ABT_ERR MSI_PRIQ_ABT_ERR
	MSI_GERROR_ABT_ERR SFM_ERR CMDQP_ERR reserved_bits [time_ns active cpu causes]
<smmu>/lint:
	[severity place finding] checked findings
<smmu>/pmcg:
	[address perf_pmu known_by]
<smmu>/pm/clients:
	[device runtime keeps_awake]
<smmu>/pm/history:
	[time_ns what cause took_ns errno step cpu]
<smmu>/pm/state:
	state gate runtime_pm refused usage in_on_ns in_stopping_ns in_suspended_ns in_starting_ns in_failed_ns
	suspend suspend_min_ns suspend_mean_ns suspend_max_ns suspend_failed resume resume_min_ns resume_mean_ns
	resume_max_ns resume_failed gbpa_at_resume gbpa_not_aborting elided.TLBI elided.CFGI elided.PREFETCH
	elided.SYNC lost
<smmu>/recovery/counters:
	timeouts asked_again transient quarantined relapses resets resets_failed resets_seen recovered blocked
	removed fail_stops injected
<smmu>/recovery/history:
	[time_ns device sid from to attempt ret cpu cause]
<smmu>/recovery/queue:
	[device sid state policy attempts in_state_ns incident_ns]
<smmu>/regs:
	[offset name raw decoded]
<smmu>/strtab:
	[sid config w0 w1 w2 w3 fields]
domains/<id>/info:
	id stage type ttb pgsizes_bytes aperture_end invs
domains/<id>/invs:
	[smmu kind id ssid users]
domains/<id>/ranges:
	[iova_start iova_end bytes pa_start perms attributes] mapped_bytes pages_4K pages_2M tables_level_0
	tables_level_1 tables_level_2 tables_level_3 complete
features:
	dt acpi ats pasid pm iopf sva nesting recovery page_size_bytes parameter.ats parameter.pm parameter.cmdq_log2
	parameter.allow_unbind parameter.enable_inject parameter.no_msi
help:
	[mode file]
masters/<device>/ats:
	capable wanted cut_off state policy incidents attempts last_sid last_incident_ns last_cut_ns
masters/<device>/cds:
	[ssid valid w0 w1 w2 w3 fields]
masters/<device>/faults:
	[time_ns w0 w1 w2 w3 cpu event]
masters/<device>/info:
	smmu sids state domain ssid_bits pasids ats stall faults
masters/<device>/ste:
	[sid config w0 w1 w2 w3 fields]
EOF
}

# SPDX-License-Identifier: GPL-2.0
#
# smmux-metrics: the tree (tree.awk) as metrics, in the text format of Prometheus or in
# OpenMetrics.  They differ in the name of a counter's family (with _total in the first,
# without in the second), in types and units, and in the end mark.
#
# family() starts a family; it is printed with its first sample.  So a metric that an SMMU or
# this version of the driver does not have is absent.  Counts are passed through as text.
#
# From the command line: open (1: OpenMetrics), up (0: there is no tree).

{ tree_line($0) }

END {
	gauge("smmux_up", "1 if the driver smmux is loaded and its debugfs tree exists, else 0.")
	sample("", up + 0)
	if (up) {
		about_driver()
		about_queue()
		about_latency()
		about_events()
		about_power()
		about_masters()
		about_recovery()
	}
	if (open)
		print "# EOF"
}

# --- families and samples ---

function family(name, type, unit, help)
{
	metric = name
	kind = type
	metric_unit = unit
	metric_help = help
	begun = 0
}

function gauge(name, help)
{
	family(name, "gauge", "", help)
}

function counter(name, help)
{
	family(name, "counter", "", help)
}

function begin(	name, type)
{
	begun = 1
	name = metric
	type = kind
	if (open)
		sub(type == "counter" ? "_total$" : type == "info" ? "_info$" : "^$", "", name)
	else if (type == "info")
		type = "gauge"
	print "# HELP " name " " metric_help
	print "# TYPE " name " " type
	if (open && metric_unit != "")
		print "# UNIT " name " " metric_unit
}

# sample(LABELS, VALUE): prints nothing without a value.
function sample(labels, number)
{
	sample_of("", labels, number)
}

function sample_of(suffix, labels, number)
{
	if (number "" == "")
		return
	if (!begun)
		begin()
	print metric suffix (labels == "" ? "" : "{" labels "}") " " number
}

# Awks do not agree on backslashes in what gsub() puts in.
function label(name, text,	i, c, out)
{
	text = clean(text)
	if (text ~ /["\\]/)
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			out = out (c == "\"" || c == "\\" ? "\\" : "") c
		}
	else
		out = text
	return name "=\"" out "\""
}

# each(FILE): a sample for each SMMU, of one count.
function each(file, name,	i)
{
	for (i = 1; i <= Smmus; i++)
		sample(label("smmu", Smmu[i]), count(Smmu[i] file, name))
}

# each_like(FILE, PREFIX, LABEL): for each count whose name begins so; the rest is the label.
function each_like(file, prefix, name,	i, j, path)
{
	for (i = 1; i <= Smmus; i++) {
		path = Smmu[i] file
		for (j = 1; j <= Names[path]; j++)
			if (index(Name[path, j], prefix) == 1)
				sample(label("smmu", Smmu[i]) "," label(name, substr(Name[path, j], length(prefix) + 1)), \
					count(path, Name[path, j]))
	}
}

function each_yes(file, name,	i, text)
{
	for (i = 1; i <= Smmus; i++) {
		text = value(Smmu[i] file, name)
		if (text == "yes" || text == "no")
			sample(label("smmu", Smmu[i]), text == "yes" ? 1 : 0)
	}
}

function seconds(ns)
{
	return ns == "" ? "" : sprintf("%.9f", ns / 1000000000)
}

# --- what there is ---

function about_driver()
{
	family("smmux_build_info", "info", "", "Version of the driver.")
	if (Row["version", 1] != "")
		sample(label("version", Row["version", 1]), 1)
	gauge("smmux_lint_findings", "Inconsistencies between driver state, tables and registers: findings of the file lint.")
	each("/lint", "findings")
}

function about_queue()
{
	counter("smmux_cmdq_commands_total", "Commands put into the queue, by opcode.")
	each_like("/cmdq/counters", "cmd.", "op")
	counter("smmux_cmdq_lists_total", "Reservations in the queue, each a list of commands.")
	each("/cmdq/counters", "lists")
	counter("smmux_cmdq_syncs_total", "Lists with a CMD_SYNC that the submitter waited for.")
	each("/cmdq/counters", "syncs")
	counter("smmux_cmdq_doorbells_total", "Writes of the register CMDQ_PROD.")
	each("/cmdq/counters", "doorbells")
	counter("smmux_cmdq_polls_total", "Reads of the register CMDQ_CONS after the first one of a wait.")
	each("/cmdq/counters", "polls")
	counter("smmux_cmdq_full_waits_total", "Submissions that found the queue full.")
	each("/cmdq/counters", "full_waits")
	counter("smmux_cmdq_full_timeouts_total", "Waits for queue space that timed out.")
	each("/cmdq/counters", "full_timeouts")
	counter("smmux_cmdq_sync_timeouts_total", "Waits for a CMD_SYNC that timed out.")
	each("/cmdq/counters", "sync_timeouts")
	counter("smmux_cmdq_refused_total", "Submissions refused, because the queue was closed.")
	each("/cmdq/counters", "refused")
	counter("smmux_cmdq_errors_total", "Command errors, by code.")
	each_like("/cmdq/counters", "error.", "error")
	counter("smmux_ste_writes_total", "Rewritten stream table entries: hitless, or breaking (the entry aborts for a moment).")
	each_like("/cmdq/counters", "ste_", "how")
	counter("smmux_cd_writes_total", "Rewritten context descriptors: hitless, or breaking (the descriptor aborts for a moment).")
	each_like("/cmdq/counters", "cd_", "how")
	gauge("smmux_cmdq_size_commands", "Size of the queue.")
	each("/cmdq/state", "size")
	gauge("smmux_cmdq_used_commands", "Commands in the queue now.")
	each("/cmdq/state", "used")
	gauge("smmux_cmdq_high_water_commands", "Largest number of commands in the queue so far.")
	each("/cmdq/state", "high_water")
	gauge("smmux_cmdq_dead", "1 if the queue was closed because the SMMU did not recover, else 0.")
	each_yes("/cmdq/state", "dead")
}

# Buckets are the driver's: powers of two of whole numbers, so less than 2^k means at most
# 2^k - 1.  Empty buckets are printed too: a series that starts late has no rate.
function about_latency()
{
	log2_histogram("sync_wait_ns", "smmux_cmdq_sync_wait_seconds", 8, 33, "seconds", "Durations of waits for a CMD_SYNC.")
	log2_histogram("full_wait_ns", "smmux_cmdq_full_wait_seconds", 8, 33, "seconds", "Durations of waits for queue space.")
	log2_histogram("atc_wait_ns", "smmux_atc_wait_seconds", 8, 33, "seconds", "Durations of waits for ATC invalidations.")
	log2_histogram("map_life_ns", "smmux_map_life_seconds", 10, 40, "seconds", "Times from map to unmap.")
	log2_histogram("range_bytes", "smmux_invalidated_range_bytes", 12, 40, "bytes", "Sizes of invalidated ranges.")
	log2_histogram("list_cmds", "smmux_cmdq_list_commands", 1, 12, "", "Commands per list.")
}

function log2_histogram(name, as, first, last, unit, help,	i, file)
{
	family(as, "histogram", unit, help)
	for (i = 1; i <= Smmus; i++) {
		file = Smmu[i] "/cmdq/latency"
		if (value(file, "recording") == "on" && count(file, name ".count") != "")
			buckets(label("smmu", Smmu[i]), file, name, first, last, unit == "seconds" ? 1000000000 : 1)
	}
}

# Not every awk has powers.
function buckets(labels, file, name, first, last, per,	i, k, n, total, so_far, power)
{
	n = histogram(file, name)
	power = 1
	for (k = 1; k <= last; k++) {
		power *= 2
		if (k < first)
			continue
		for (; i < n && To[i + 1] + 0 < power; i++)
			so_far += Number[i + 1]
		sample_of("_bucket", labels "," label("le", sprintf("%.13g", (power - 1) / per)), sprintf("%.0f", so_far))
	}
	total = so_far
	for (; i < n; i++)
		total += Number[i + 1]
	sample_of("_bucket", labels "," label("le", "+Inf"), sprintf("%.0f", total))
	sample_of("_sum", labels, per == 1 ? count(file, name ".sum") + 0 : seconds(count(file, name ".sum") + 0))
	sample_of("_count", labels, sprintf("%.0f", total))
}

function about_events()
{
	counter("smmux_events_total", "Records of the event queue, by kind: blocked accesses and configuration errors.")
	each_like("/evtq/counters", "evt.", "event")
	counter("smmux_events_suppressed_total", "Events not logged, because of the rate limit.")
	each("/evtq/counters", "suppressed")
	counter("smmux_evtq_overflows_total", "Overflows of the event queue: it was full and lost events.")
	each("/evtq/counters", "overflows")
	counter("smmux_stalls_answered_total", "Stalled transactions that the driver aborted, because the fault had no handler.")
	each("/evtq/counters", "stalls_answered")
	counter("smmux_gerrors_total", "Global errors, by cause.")
	each_gerror()
	gauge("smmux_service_failure", "1 if the driver stopped the SMMU after a failure (all traffic aborted), else 0.")
	each_yes("/gerror", "service_failure")
}

function each_gerror(	i, j, file)
{
	for (i = 1; i <= Smmus; i++) {
		file = Smmu[i] "/gerror"
		for (j = 1; j <= Names[file]; j++)
			if (Name[file, j] != "service_failure")
				sample(label("smmu", Smmu[i]) "," label("cause", Name[file, j]), count(file, Name[file, j]))
	}
}

function about_power(	i, j, n, all, state)
{
	gauge("smmux_power_state", "1 for the SMMU's current state of power management, 0 for the others.")
	n = split("on stopping suspended starting failed", all, " ")
	for (i = 1; i <= Smmus; i++) {
		state = value(Smmu[i] "/pm/state", "state")
		for (j = 1; j <= n && state != ""; j++)
			sample(label("smmu", Smmu[i]) "," label("state", all[j]), state == all[j] ? 1 : 0)
	}
	family("smmux_power_state_seconds_total", "counter", "seconds", "Time spent in each state of power management.")
	for (i = 1; i <= Smmus; i++)
		for (j = 1; j <= n; j++)
			sample(label("smmu", Smmu[i]) "," label("state", all[j]), \
				seconds(count(Smmu[i] "/pm/state", "in_" all[j] "_ns")))
	counter("smmux_pm_transitions_total", "Suspends and resumes of the SMMU.")
	each_transition("")
	counter("smmux_pm_transition_failures_total", "Suspends and resumes that failed.")
	each_transition("_failed")
	counter("smmux_pm_elided_commands_total", "Commands elided while the SMMU was suspended, because resume makes them redundant, by class.")
	each_like("/pm/state", "elided.", "class")
	counter("smmux_pm_lost_commands_total", "Commands lost because the SMMU was suspended.")
	each("/pm/state", "lost")
	counter("smmux_pm_resumes_not_aborting_total", "Resumes with GBPA.ABORT clear: traffic could have passed for a moment.")
	each("/pm/state", "gbpa_not_aborting")
}

function each_transition(suffix,	i)
{
	for (i = 1; i <= Smmus; i++) {
		sample(label("smmu", Smmu[i]) "," label("kind", "suspend"), count(Smmu[i] "/pm/state", "suspend" suffix))
		sample(label("smmu", Smmu[i]) "," label("kind", "resume"), count(Smmu[i] "/pm/state", "resume" suffix))
	}
}

function of_master(i)
{
	return label("device", Master[i]) "," label("smmu", value("masters/" Master[i] "/info", "smmu"))
}

function about_masters(	i, file)
{
	family("smmux_master_info", "info", "", "Devices behind an SMMU: state of their transactions, and of ATS.")
	for (i = 1; i <= Masters; i++) {
		file = "masters/" Master[i] "/info"
		if (value(file, "state") != "")
			sample(of_master(i) "," label("state", value(file, "state")) "," label("ats", value(file, "ats")), 1)
	}
	counter("smmux_master_faults_total", "Events that named one of the device's StreamIDs.")
	for (i = 1; i <= Masters; i++)
		sample(of_master(i), count("masters/" Master[i] "/info", "faults"))
	gauge("smmux_device_quarantined", "1 if a device with ATS is in quarantine, because it did not answer an ATC invalidation, else 0.")
	for (i = 1; i <= Masters; i++)
		if (value("masters/" Master[i] "/ats", "capable") == "yes")
			sample(of_master(i), is_cut_off(Master[i]) ? 1 : 0)
	counter("smmux_device_incidents_total", "Quarantines of a device with ATS.")
	for (i = 1; i <= Masters; i++)
		if (value("masters/" Master[i] "/ats", "capable") == "yes")
			sample(of_master(i), count("masters/" Master[i] "/ats", "incidents"))
}

function about_recovery(	i, n, name, help)
{
	n = split("timeouts asked_again transient quarantined relapses resets resets_failed resets_seen recovered blocked removed fail_stops injected", name, " ")
	split("Lists of ATC invalidations that were not answered.|StreamIDs that were asked again, alone, after a timeout.|Timeouts after which all devices of the list answered.|Incidents: quarantines of devices.|Devices that failed again during recovery.|Resets by smmux.|Resets by smmux that did not end the quarantine.|Resets of a device in quarantine by others.|Incidents that ended with a device that answers.|Devices blocked after their last reset by smmux.|Incidents that ended with the removal of the device.|Quarantines not confirmed by the SMMU: all its traffic was aborted.|Invalidations whose answer an injection discarded.", help, "|")
	for (i = 1; i <= n; i++) {
		counter("smmux_recovery_" name[i] "_total", help[i])
		each("/recovery/counters", name[i])
	}
}

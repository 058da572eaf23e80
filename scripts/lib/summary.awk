# SPDX-License-Identifier: GPL-2.0
#
# smmux-snapshot: makes SUMMARY.txt from the files in the archive (read by tree.awk): the
# machine, the findings, then the key figures.
#
# Files outside the tree: meta, errors, gone (yes: there was no tree).

{ tree_line($0) }

END {
	machine()
	driven()
	wrong()
	figures()
	devices()
}

function machine()
{
	print "smmux snapshot of " value("meta", "hostname") ", " value("meta", "time_utc")
	print ""
	print "Machine:  " dash(value("meta", "machine"))
	print "Kernel:   " value("meta", "kernel_release") " (" value("meta", "architecture") ", " \
		value("meta", "firmware") ", pages of " value("meta", "page_size_bytes") " bytes)"
	print "smmux:    " dash(value("meta", "smmux_version")) ", srcversion " dash(value("meta", "srcversion")) \
		", kernel taint " dash(value("meta", "taint"))
	print "Uptime:   " duration(value("meta", "monotonic_ns"))
}

function dash(text)
{
	return text == "" ? "-" : text
}

function driven(	i, state)
{
	print ""
	if (value("meta", "debugfs") != "copied")
		print "SMMUs:    unknown: " value("meta", "debugfs")
	else if (!Smmus)
		print "SMMUs:    smmux drives none"
	for (i = 1; i <= Smmus; i++) {
		state = value(Smmu[i] "/pm/state", "state")
		print (i == 1 ? "SMMUs:    " : "          ") Smmu[i] " (" dash(value(Smmu[i] "/caps", "architecture")) "), " dash(state) \
			(state == "suspended" ? " for " duration(value(Smmu[i] "/pm/state", "in_suspended_ns")) " in total" : "") \
			", gate " dash(value(Smmu[i] "/pm/state", "gate"))
	}
}

function finding(text)
{
	if (!findings++) {
		print ""
		print "Findings:"
	}
	print "  ! " text
}

function wrong(	i, j, n)
{
	for (i = 1; i <= Smmus; i++) {
		lint(Smmu[i])
		n = troubles(Smmu[i])
		for (j = 1; j <= n; j++)
			finding(Smmu[i] ": " Trouble[j])
		if (value(Smmu[i] "/pm/state", "state") ~ /^(stopping|starting)$/)
			finding(Smmu[i] ": state " value(Smmu[i] "/pm/state", "state") "; stuck if a second snapshot shows the same state")
		trouble_sleep(Smmu[i])
	}
	for (i = 1; i <= Masters; i++)
		wrong_device(Master[i])
	unread()
	if (!findings) {
		print ""
		print "Findings: " (value("meta", "debugfs") == "copied" ? "none" : "unknown, debugfs was not read")
	}
}

# Some files of sysfs always fail: features that the device does not have.
function unread(	i, n)
{
	for (i = 1; i <= Rows["errors"]; i++)
		if (index(Row["errors", i], "debugfs/") == 1)
			n++
	if (n)
		finding(word(n, "file", "files") " of debugfs could not be read, see errors")
}

# The SMMU is suspended although a device is active.
function trouble_sleep(smmu,	i, part, file)
{
	file = smmu "/pm/clients"
	if (value(smmu "/pm/state", "state") != "suspended")
		return
	for (i = 2; i <= Rows[file]; i++)
		if (split(Row[file, i], part, " ") > 2 && part[3] != "no")
			finding(smmu ": suspended, but client " part[1] " needs it powered")
}

function lint(smmu,	i, file)
{
	file = smmu "/lint"
	for (i = 1; i <= Rows[file]; i++)
		if (i > 1 || Row[file, i] !~ /^severity /)
			finding(smmu ": lint: " squeezed(Row[file, i]))
}

function squeezed(text)
{
	gsub(/  +/, " ", text)
	return text
}

function wrong_device(device,	file)
{
	file = "masters/" device "/ats"
	if (is_cut_off(device))
		finding(device ": " ats_state(device) ", ATC invalidation not answered (StreamID " \
			value(file, "last_sid") "), policy " value(file, "policy") ", incidents " value(file, "incidents"))
	else if (count(file, "incidents") + 0)
		finding(device ": past incidents: " count(file, "incidents"))
	if (count("masters/" device "/info", "faults") + 0)
		finding(device ": faults: " count("masters/" device "/info", "faults") last_fault(device))
}

function last_fault(device,	i, file, sids, text)
{
	sids = " " value("masters/" device "/info", "sids") " "
	file = value("masters/" device "/info", "smmu") "/evtq/recent"
	for (i = 2; i <= Rows[file]; i++)
		if (match(Row[file, i], / sid 0x[0-9a-f]+/) && index(sids, substr(Row[file, i], RSTART + 4, RLENGTH - 4) " ")) {
			text = squeezed(Row[file, i])
			sub(/^([^ ]+ )([^ ]+ )([^ ]+ )([^ ]+ )([^ ]+ )([^ ]+ )/, "", text)
			return "; last: " text
		}
	return ""
}

# permission(REASON): of the value "refused" of pm/state.
function permission(reason)
{
	return reason == "-" ? "allowed" : reason == "" ? "unknown" : "refused, " reason
}

function figures(	i, s)
{
	for (i = 1; i <= Smmus; i++) {
		s = Smmu[i]
		print ""
		print s ":"
		print "  queue     " dash(value(s "/cmdq/state", "used")) " of " dash(value(s "/cmdq/state", "size")) \
			" used, high water " dash(value(s "/cmdq/state", "high_water")) ", sync mode " dash(value(s "/cmdq/state", "sync_mode"))
		print "  commands  " dash(count(s "/cmdq/counters", "commands")) ": TLBI " dash(sum(s "/cmdq/counters", "^cmd[.]TLBI_")) \
			", CFGI " dash(sum(s "/cmdq/counters", "^cmd[.]CFGI_")) ", ATC_INV " dash(count(s "/cmdq/counters", "cmd.ATC_INV")) \
			", SYNC " dash(count(s "/cmdq/counters", "cmd.SYNC"))
		print "  events    " dash(count(s "/evtq/counters", "events")) ", global errors " dash(sum(s "/gerror", "^[A-Zr]"))
		print "  power     suspends " dash(count(s "/pm/state", "suspend")) ", resumes " dash(count(s "/pm/state", "resume")) \
			", runtime suspend " permission(value(s "/pm/state", "refused"))
		if (value(s "/cmdq/latency", "recording") == "on" && histogram(s "/cmdq/latency", "sync_wait_ns"))
			print "  CMD_SYNC  50 % of the waits under " duration(quantile(0.5, 64)) ", 99 % under " duration(quantile(0.99, 64))
	}
}

function devices(	i, file)
{
	print ""
	if (Masters)
		printf "%-16s %-18s %-14s %-9s %-7s %-12s %s\n", "DEVICE", "SMMU", "STREAMIDS", "STATE", "DOMAIN", "ATS", "FAULTS"
	for (i = 1; i <= Masters; i++) {
		file = "masters/" Master[i] "/info"
		printf "%-16s %-18s %-14s %-9s %-7s %-12s %s\n", Master[i], dash(value(file, "smmu")), dash(value(file, "sids")), \
			dash(value(file, "state")), dash(value(file, "domain")), dash(value(file, "ats")), dash(value(file, "faults"))
	}
}

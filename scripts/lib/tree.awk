# SPDX-License-Identifier: GPL-2.0
#
# The driver's debugfs tree in memory, for smmux-top, smmux-metrics and smmux-snapshot.
#
# The input is the output of "tail -v -n +1 FILE...", one process for the whole tree.  A
# file has lines "name: value", or columns, or both.
#
#   Value[file, name]                a value, as it stands there
#   Names[file], Name[file, n]       how many values, and their names in order
#   Rows[file], Row[file, n]         the other lines: tables with their headings
#   Smmus, Smmu[n], Masters, Master[n]
#
# Numbers stay text until they are used: count() filters the values of truncated or
# malformed files.  Integers are printed with %.0f, because some awks have 32 bits for %d.
# Runs in POSIX awk: mawk, busybox, gawk.

function tree_clear()
{
	split("", Value); split("", Names); split("", Name)
	split("", Rows); split("", Row)
	split("", Smmu); split("", Master); split("", Seen)
	Smmus = Masters = 0
	File = ""
}

# Terminals, labels and reports get printable characters only.
function clean(text)
{
	gsub(/[^ -~]/, "?", text)
	return text
}

function tree_file(name,	part)
{
	File = clean(substr(name, 1, 2000))
	Names[File] += 0
	Rows[File] += 0
	part = split(File, Part, "/")
	if (part == 3 && Part[1] == "masters") {
		if (!(("M", Part[2]) in Seen))
			Master[++Masters] = Part[2]
		Seen["M", Part[2]] = 1
	} else if (part == 3 && Part[2] ~ /^(pm|cmdq|evtq|recovery)$/) {
		if (!(("S", Part[1]) in Seen))
			Smmu[++Smmus] = Part[1]
		Seen["S", Part[1]] = 1
	}
}

function tree_line(line,	at, name)
{
	if (line ~ /^==> .+ <==$/) {
		tree_file(substr(line, 5, length(line) - 8))
		return
	}
	if (File == "" || line == "")
		return
	# No line of the driver is that long, and awks have limits.
	line = clean(substr(line, 1, 2000))
	at = index(line, ": ")
	name = substr(line, 1, at - 1)
	if (at < 2 || name !~ /^[A-Za-z0-9_.-]+$/) {
		Row[File, ++Rows[File]] = line
		return
	}
	if (!((File, name) in Value))
		Name[File, ++Names[File]] = name
	Value[File, name] = substr(line, at + 2)
}

# read_tree COMMAND: adds its output.
function read_tree(command,	line)
{
	while ((command | getline line) > 0)
		tree_line(line)
	close(command)
}

function is_count(text)
{
	return text ~ /^[0-9]+$/ && length(text) <= 20
}

# value(FILE, NAME): as it stands there, "" if it does not.
function value(file, name)
{
	return (file, name) in Value ? Value[file, name] : ""
}

# count(FILE, NAME): a whole number as text, "" if there is none.
function count(file, name,	text)
{
	text = value(file, name)
	return is_count(text) ? text : ""
}

# sum(FILE, REGEXP): of the counts whose names are like it; "" if there is none.
function sum(file, regexp,	i, total, any)
{
	for (i = 1; i <= Names[file]; i++)
		if (Name[file, i] ~ regexp && count(file, Name[file, i]) != "") {
			total += count(file, Name[file, i])
			any = 1
		}
	return any ? sprintf("%.0f", total) : ""
}

# histogram(FILE, NAME): stores its lines "NAME FROM TO COUNT" in From, To and Number, the
# lowest first, and returns their number.  Malformed lines are left out.
function histogram(file, name,	i, n, part)
{
	n = 0
	split("", From); split("", To); split("", Number)
	for (i = 1; i <= Rows[file]; i++) {
		if (split(Row[file, i], part, " ") != 4 || part[1] != name)
			continue
		if (!is_count(part[2]) || !is_count(part[3]) || !is_count(part[4]))
			continue
		if (part[3] + 0 < part[2] + 0 || n && part[2] + 0 <= To[n] + 0)
			continue
		From[++n] = part[2]
		To[n] = part[3]
		Number[n] = part[4]
	}
	return n
}

function word(n, one, many)
{
	return n == 1 ? "1 " one : sprintf("%.0f %s", n, many)
}

function ats_state(device,	state)
{
	state = value("masters/" device "/ats", "state")
	return state
}

function is_cut_off(device)
{
	return ats_state(device) ~ /^(timed_out|quarantined|resetting|blocked)$/
}

function cut_off_of(smmu,	i, n)
{
	n = 0
	for (i = 1; i <= Masters; i++)
		if (value("masters/" Master[i] "/info", "smmu") == smmu && is_cut_off(Master[i]))
			n++
	return n
}

function trouble_add(grave, text)
{
	Trouble[++Troubles] = text
	Grave[Troubles] = grave
}

function trouble_if(grave, file, name, text)
{
	if (count(file, name) + 0 > 0)
		trouble_add(grave, text ": " count(file, name))
}

# troubles(SMMU): stores the SMMU's problems in Trouble and returns their number.  Grave: the
# problem is present now, not only in the past.
function troubles(smmu,	i, name, file)
{
	Troubles = 0
	if (value(smmu "/pm/state", "state") == "failed")
		trouble_add(1, "resume failed, all traffic aborted; bind the driver again")
	if (value(smmu "/cmdq/state", "dead") == "yes")
		trouble_add(1, "command queue closed after a failure; bind the driver again")
	else if (value(smmu "/pm/state", "gate") == "closed")
		trouble_add(1, "command queue closed; bind the driver again")
	if (value(smmu "/gerror", "service_failure") == "yes")
		trouble_add(1, "SMMU stopped after a failure, all traffic aborted; bind the driver again")
	if (value(smmu "/evtq/state", "overflow") == "yes")
		trouble_add(1, "event queue overflow: events are lost")
	if ((i = cut_off_of(smmu)) > 0)
		trouble_add(1, word(i, "device is", "devices are") " in quarantine (smmux-recovery list)")
	trouble_if(1, smmu "/recovery/counters", "fail_stops", "quarantines not confirmed by the SMMU, all traffic aborted")
	trouble_if(1, smmu "/pm/state", "lost", "commands lost while the SMMU was suspended")
	trouble_if(1, smmu "/pm/state", "gbpa_not_aborting", "resumes with GBPA.ABORT clear, traffic could pass")
	file = smmu "/cmdq/counters"
	for (i = 1; i <= Names[file]; i++) {
		name = Name[file, i]
		if (name ~ /^error\./ && name != "error.CERROR_NONE")
			trouble_if(0, file, name, "command errors " substr(name, 7))
	}
	trouble_if(0, file, "sync_timeouts", "waits for CMD_SYNC timed out")
	trouble_if(0, file, "full_timeouts", "waits for queue space timed out")
	trouble_if(0, file, "refused", "submissions refused, queue closed")
	trouble_gerror(smmu "/gerror")
	trouble_if(0, smmu "/evtq/counters", "overflows", "event queue overflows")
	trouble_if(0, smmu "/pm/state", "suspend_failed", "suspends failed")
	trouble_if(0, smmu "/pm/state", "resume_failed", "resumes failed")
	trouble_if(0, smmu "/evtq/counters", "events", "events (blocked accesses, configuration errors)")
	return Troubles
}

function trouble_gerror(file,	i)
{
	for (i = 1; i <= Names[file]; i++)
		if (Name[file, i] != "service_failure")
			trouble_if(0, file, Name[file, i], "global errors " Name[file, i])
}

# quantile(SHARE): the upper bound of the bucket of Number that it falls into, of N.
function quantile(share, n,	i, total, so_far)
{
	for (i = 1; i <= n; i++)
		total += Number[i]
	if (total <= 0)
		return ""
	for (i = 1; i <= n; i++) {
		so_far += Number[i]
		if (so_far >= share * total)
			return To[i] + 1
	}
	return ""
}

# duration(NANOSECONDS), short
function duration(ns)
{
	ns += 0
	if (ns < 1000)
		return sprintf("%.0fns", ns)
	if (ns < 1000000)
		return short(ns / 1000) "us"
	if (ns < 1000000000)
		return short(ns / 1000000) "ms"
	if (ns < 600000000000)
		return short(ns / 1000000000) "s"
	if (ns < 86400000000000)
		return sprintf("%.0fh%02.0fm", int(ns / 3600000000000), int(ns / 60000000000) % 60)
	return sprintf("%.0fd%02.0fh", int(ns / 86400000000000), int(ns / 3600000000000) % 24)
}

function short(n,	text)
{
	text = n < 9.95 ? sprintf("%.1f", n) : sprintf("%.0f", n)
	sub(/\.0$/, "", text)
	return text
}

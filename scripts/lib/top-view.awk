# SPDX-License-Identifier: GPL-2.0
#
# smmux-top: draws the screen, and prints the plain lines of -b.
#
# The screen has a title, a window of the body's lines and a line of keys.  put() appends to
# the current line and cuts it at the right margin, so nothing wraps; attributes take no
# columns.  Only draw() prints.

function view_start()
{
	Sgr["title"] = "7"; Sgr["chosen"] = "7"; Sgr["head"] = "1"; Sgr["name"] = "1"
	Sgr["quiet"] = "2"; Sgr["warn"] = color ? "33" : "1"; Sgr["bad"] = color ? "1;31" : "1"
	Sgr["good"] = color ? "32" : ""; Sgr["moves"] = color ? "36" : ""
	screen_rows = 24
	screen_columns = 80
	Fields = split("commands lists syncs sum.TLBI sum.CFGI cmd.ATC_INV doorbells polls full_waits sum.errors events", Field, " ")
	split("cmds lists SYNC TLBI CFGI ATC bells polls full errors events", Label, " ")
}

function put(text, attribute)
{
	text = clean(text)
	if (Used + length(text) > screen_columns)
		text = substr(text, 1, screen_columns - Used)
	Used += length(text)
	if (text == "")
		return
	if (Chosen_line)
		attribute = "chosen"
	if (attribute != "" && Sgr[attribute] != "")
		text = "\033[" Sgr[attribute] "m" text "\033[0m"
	Line = Line text
}

function end_line()
{
	if (Chosen_line)
		put(sprintf("%" (screen_columns - Used > 0 ? screen_columns - Used : 0) "s", ""), "chosen")
	Body[++Lines] = Line
	Line = ""
	Used = 0
	Chosen_line = 0
}

function say(text, attribute)
{
	put(text, attribute)
	end_line()
}

# human(RATE): in five columns.
function human(n)
{
	if (n == "-" || n == "")
		return "-"
	if (n < 9.95)
		return n == int(n) ? sprintf("%.0f", n) : sprintf("%.1f", n)
	if (n < 9999.5)
		return sprintf("%.0f", n)
	if (n < 999500)
		return sprintf(n < 99950 ? "%.1fk" : "%.0fk", n / 1000)
	return n < 999500000 ? sprintf("%.1fM", n / 1000000) : sprintf("%.1fG", n / 1000000000)
}

function field_file(smmu, n)
{
	return smmu (Field[n] == "events" ? "/evtq/counters" : "/cmdq/counters")
}

function bound(ns)
{
	return ns == "" ? "-" : "<" duration(ns)
}

function title(	text)
{
	text = " smmux " (Row["version", 1] != "" ? Row["version", 1] : "is not loaded") \
		"   Linux " Row["/proc/sys/kernel/osrelease", 1] "   " value("date", "now") \
		"   every " interval " s" (Paused ? "   PAUSED" : "")
	put(sprintf("%-" screen_columns "s", text), "title")
	end_line()
}

# --- the list ---

function item(name)
{
	Item[++Items] = name
	if (Selected == "")
		Selected = name
	Chosen_line = name == Selected
	if (Chosen_line)
		chosen_at = Lines + 1
}

function state_word(smmu,	state)
{
	state = value(smmu "/pm/state", "state")
	return state == "" ? "-" : state
}

function queue_text(smmu,	file)
{
	file = smmu "/cmdq/state"
	return "queue " dash(count(file, "used")) " used, " dash(count(file, "free")) \
		" free, high water " dash(count(file, "high_water"))
}

function dash(text)
{
	return text == "" ? "-" : text
}

function smmu_head(smmu,	state, gate, mode)
{
	state = state_word(smmu)
	gate = value(smmu "/pm/state", "gate")
	mode = value(smmu "/cmdq/state", "sync_mode")
	put(sprintf("%-16s ", smmu), "name")
	put(state, state == "on" ? "good" : state == "failed" ? "bad" : "quiet")
	put(sprintf("  gate %s  sync %s  ", dash(gate), dash(mode)), state == "suspended" ? "quiet" : "")
	put(queue_text(smmu), state == "suspended" ? "quiet" : "")
	end_line()
}

function cell(label, text, attribute)
{
	put(sprintf(" %-6s", label), "quiet")
	put(sprintf(" %5s", text), attribute)
}

function attention(smmu,	i, n)
{
	n = troubles(smmu)
	for (i = 1; i <= n; i++)
		say("  ! " Trouble[i], Grave[i] ? "bad" : "warn")
}

function smmu_block(smmu,	i, n, per_line)
{
	item("S:" smmu)
	smmu_head(smmu)
	per_line = screen_columns >= 143 ? 11 : screen_columns >= 78 ? 6 : 3
	for (i = 1; i <= Fields; i++) {
		n = rate(field_file(smmu, i), Field[i])
		cell(Label[i], human(n), n == "-" || n == 0 ? "quiet" : Label[i] == "errors" || Label[i] == "full" ? "bad" : \
			Label[i] == "events" ? "warn" : "moves")
		if (i % per_line == 0 && i < Fields)
			end_line()
	}
	if (value(smmu "/cmdq/latency", "recording") == "on") {
		if (Used + 36 > screen_columns)
			end_line()
		put(" waits for SYNC: p50 " bound(latency(smmu, 0.5)) "  p99 " bound(latency(smmu, 0.99)))
	}
	end_line()
	attention(smmu)
}

# One line per SMMU, if there are too many for blocks.
function smmu_rows(	i, j, smmu, n)
{
	say(sprintf("%-16s %-9s %5s %5s %6s %6s %6s %6s %6s %6s  %s", "SMMU", "STATE", "USED", "HIGH", "CMD/s", "SYNC/s", \
		"TLBI/s", "ATC/s", "ERR/s", "EVT/s", "SYNC p99"), "head")
	for (i = 1; i <= Smmus; i++) {
		smmu = Smmu[i]
		item("S:" smmu)
		n = troubles(smmu)
		put(sprintf("%-16s %-9s %5s %5s", smmu, state_word(smmu), dash(count(smmu "/cmdq/state", "used")), \
			dash(count(smmu "/cmdq/state", "high_water"))), n ? Grave[1] ? "bad" : "warn" : "")
		for (j = 1; j <= Fields; j++)
			if (Label[j] ~ /^(cmds|SYNC|TLBI|ATC|errors|events)$/)
				put(sprintf(" %6s", human(rate(field_file(smmu, j), Field[j]))))
		put(sprintf("  %s", bound(latency(smmu, 0.99))))
		put(n ? "  ! " Trouble[1] : "", n && Grave[1] ? "bad" : "warn")
		end_line()
	}
}

function smmu_list(	i)
{
	say("PER SECOND" (Smmus ? "" : ": smmux drives no SMMU"), "head")
	for (i = 1; i <= Smmus; i++)
		smmu_block(Smmu[i])
}

function max_length(what, least,	i, n, text)
{
	n = least
	for (i = 1; i <= Masters; i++) {
		text = what == "" ? Master[i] : value("masters/" Master[i] "/info", what)
		if (length(text) > n)
			n = length(text)
	}
	return n < 24 ? n : 24
}

function ats_word(device,	text)
{
	text = value("masters/" device "/info", "ats")
	if (is_cut_off(device))
		return ats_state(device)
	return text == "not capable" ? "none" : text == "" ? "-" : text
}

# Narrower columns first: a small screen loses the least important columns, on the right.
function master_format()
{
	return "%-" max_length("", 12) "s %-" max_length("smmu", 8) "s %-" max_length("sids", 5) \
		"s %-8s %5s %-" (any_cut_off() ? 11 : 4) "s %5s %6s %5s"
}

function any_cut_off(	i)
{
	for (i = 1; i <= Masters; i++)
		if (is_cut_off(Master[i]))
			return 1
	return 0
}

function master_line(form, device,	file)
{
	file = "masters/" device "/info"
	return sprintf(form, device, dash(value(file, "smmu")), dash(value(file, "sids")), \
		dash(value(file, "state")), dash(value(file, "domain")), ats_word(device), \
		dash(count(file, "pasids")), dash(count(file, "faults")), human(rate(file, "faults")))
}

function marked(name, label)
{
	return Sort[sort_at] == name ? label "*" : label
}

function master_list(	i, form, device, faults)
{
	form = master_format()
	sort_masters()
	say(sprintf(form, marked("device", "DEVICE"), marked("smmu", "SMMU"), "SIDS", "STATE", "DOM", marked("ats", "ATS"), \
		"PASID", marked("faults", "FAULT"), marked("rate", "/s")), "head")
	for (i = 1; i <= Masters; i++) {
		device = Master[i]
		item("M:" device)
		faults = rate("masters/" device "/info", "faults")
		put(master_line(form, device), is_cut_off(device) ? "bad" : faults != "-" && faults > 0 ? "warn" : \
			value("masters/" device "/info", "state") == "paging" ? "" : "quiet")
		end_line()
	}
}

function main_view(	tall, i)
{
	for (i = 1; i <= Smmus; i++)
		tall += 4 + troubles(Smmu[i])
	if (Smmus > 1 && tall > screen_rows / 2)
		smmu_rows()
	else
		smmu_list()
	end_line()
	master_list()
}

# --- one SMMU ---

function counter_cell(file, name,	n)
{
	n = rate(file, name)
	put(sprintf("  %-22s", name), "quiet")
	put(sprintf("%14s", value(file, name)), value(file, name) == "0" ? "quiet" : "")
	put(sprintf("%8s", human(n)), n == "-" || n == 0 ? "quiet" : "moves")
}

# Those that never counted are left out, or the view would be mostly zeros.
function counters(file,	i, n, name)
{
	for (i = 1; i <= Names[file]; i++) {
		name = Name[file, i]
		if (count(file, name) == "" || count(file, name) == 0)
			continue
		if (n && n % (screen_columns >= 92 ? 2 : 1) == 0)
			end_line()
		n++
		counter_cell(file, name)
	}
	if (n)
		end_line()
	else
		say("  all 0", "quiet")
}

function bar_line(from, n, most,	width)
{
	width = screen_columns - 40
	if (width > 60)
		width = 60
	if (width < 1)
		width = 1
	width = int(width * n / most + 0.999)
	put(sprintf("  %12s  %12s  ", from, n))
	put(bar(width), "moves")
	end_line()
}

function bar(width,	text)
{
	text = sprintf("%" width "s", "")
	gsub(/ /, "#", text)
	return text
}

function bars(heading, n, is_time,	i, most)
{
	if (!n)
		return
	say(heading, "head")
	for (i = 1; i <= n; i++)
		if (Number[i] + 0 > most)
			most = Number[i] + 0
	for (i = 1; i <= n; i++)
		bar_line(is_time ? "<" duration(To[i] + 1) : ">=" From[i], Number[i], most ? most : 1)
}

# pm/state has its histograms as NAME_from_N_ns.
function pm_histogram(file, name,	i, n, part)
{
	n = 0
	for (i = 1; i <= Names[file]; i++)
		if (index(Name[file, i], name "_from_") == 1 && count(file, Name[file, i]) != "") {
			split(substr(Name[file, i], length(name) + 7), part, "_")
			From[++n] = part[1]
			To[n] = 2 * part[1] - 1
			Number[n] = count(file, Name[file, i])
		}
	return n
}

function smmu_view(smmu,	file, i, n, part, name)
{
	smmu_head(smmu)
	attention(smmu)
	file = smmu "/pm/state"
	pairs("POWER", file, 10)
	say(sprintf("%-24s%14s%8s", "COMMAND QUEUE", "TOTAL", "PER S"), "head")
	counters(smmu "/cmdq/counters")
	say("EVENTS", "head")
	counters(smmu "/evtq/counters")
	say("RECOVERY", "head")
	counters(smmu "/recovery/counters")
	file = smmu "/cmdq/latency"
	for (i = 1; i <= Names[file]; i++) {
		name = Name[file, i]
		if (sub(/\.count$/, "", name))
			bars(name, histogram(file, name), name ~ /_ns$/)
	}
	file = smmu "/pm/state"
	bars("suspend duration", pm_histogram(file, "suspend"), 1)
	bars("resume duration", pm_histogram(file, "resume"), 1)
	table("POWER HISTORY", smmu "/pm/history", 8)
	table("RECOVERY HISTORY", smmu "/recovery/history", 8)
}

function pm_value(file, name,	text)
{
	text = value(file, name)
	return name ~ /_ns$/ && is_count(text) ? duration(text) : text
}

# --- one master ---

# table(HEADING, FILE, LINES): some of its lines, or nothing if it has none.
function table(heading, file, lines,	i)
{
	if (Rows[file] < 2)
		return
	say(heading, "head")
	for (i = 1; i <= Rows[file] && i <= lines + 1; i++)
		wrapped(Row[file, i], i == 1 ? "quiet" : "")
}

# Long lines continue on the next line, so no text is lost.
function wrapped(text, attribute,	i, n, part, indent)
{
	if (length(text) + 2 <= screen_columns) {
		say("  " text, attribute)
		return
	}
	if (attribute == "quiet")
		return
	n = split(text, part, " ")
	put("  ")
	for (i = 1; i <= n; i++) {
		if (Used > 6 && Used + length(part[i]) > screen_columns) {
			end_line()
			put("      ")
		}
		put(part[i] " ", attribute)
	}
	end_line()
}

function pairs(heading, file, most,	i, n, per_line)
{
	say(heading, "head")
	n = Names[file] < most ? Names[file] : most
	per_line = screen_columns >= 110 ? 3 : screen_columns >= 70 ? 2 : 1
	for (i = 1; i <= n; i++) {
		put(sprintf("  %-17s", Name[file, i]), "quiet")
		put(sprintf("%-16s ", pm_value(file, Name[file, i])), pair_attribute(Name[file, i], value(file, Name[file, i])))
		if (i % per_line == 0 || i == n)
			end_line()
	}
	if (!n)
		say("  no data", "warn")
}

function pair_attribute(name, text)
{
	if (text ~ /^(quarantined|blocked|cut off|timed_out|resetting)$/ || name == "cut_off" && text == "yes")
		return "bad"
	return name == "faults" && text != "0" ? "warn" : ""
}

function master_view(device,	smmu)
{
	smmu = value("masters/" device "/info", "smmu")
	say("DEVICE " device, "name")
	pairs("INFO", "masters/" device "/info", 99)
	pairs("ATS", "masters/" device "/ats", 99)
	table("STREAM TABLE", "masters/" device "/ste", 8)
	table("CONTEXT DESCRIPTORS", "masters/" device "/cds", 16)
	if (Rows["masters/" device "/faults"] > 1)
		table("LAST FAULTS", "masters/" device "/faults", 16)
	else
		events_of(smmu "/evtq/recent", value("masters/" device "/info", "sids"))
}

# Of the SMMU's last events those that name one of the device's StreamIDs.
function events_of(file, sids,	i, n, row)
{
	say("LAST FAULTS", "head")
	for (i = 2; i <= Rows[file] && n < 16; i++)
		if (match(Row[file, i], / sid 0x[0-9a-f]+/) && \
		    index(" " sids " ", " " substr(Row[file, i], RSTART + 5, RLENGTH - 5) " ")) {
			row = Row[file, i]
			sub(/ .*/, "", row)
			wrapped(sprintf("%10.3fs  ", row / 1000000000) event_text(Row[file, i]), "")
			n++
		}
	if (!n)
		say("  none", "quiet")
}

function event_text(row,	part, n, i, text)
{
	n = split(row, part, " ")
	for (i = 7; i <= n; i++)
		text = text part[i] " "
	return text
}

# --- help, and all together ---

function help_view()
{
	say("KEYS", "head")
	say("  q               quit")
	say("  j k, arrows     select a line; in other views: scroll")
	say("  Enter, right    details of the selected SMMU or device")
	say("  Esc, left       back")
	say("  s               sort by the next column; * marks the column")
	say("  d m f r a       sort by device, SMMU, faults, faults per second, ATS")
	say("  + -             longer and shorter interval")
	say("  p               pause")
	say("  h               this help")
	say("WORDS", "head")
	say("  bells   writes of the doorbell (CMDQ_PROD)")
	say("  polls   reads of CMDQ_CONS after the first one of a wait")
	say("  full    waits for queue space")
	say("  errors  command errors, timeouts, refused submissions")
	say("  p50 <2us: half of the waits for CMD_SYNC since the last sample took less")
	say("  -       unknown: no earlier sample, or the counters were reset")
	say("  !       problem; red: present now, yellow: since the last counter reset")
}

# The window moves as little as needed to have the chosen line in it.
function window(high)
{
	if (View == "main" && chosen_at) {
		if (chosen_at < top + 2)
			top = chosen_at == 3 ? 0 : chosen_at - 2
		if (chosen_at > top + high)
			top = chosen_at - high
	}
	if (top > Lines - 1 - high)
		top = Lines - 1 - high
	if (top < 0)
		top = 0
}

function selected_is_gone(	i)
{
	for (i = 1; i <= Items; i++)
		if (Item[i] == Selected)
			return 0
	return 1
}

function body()
{
	Lines = Items = chosen_at = 0
	title()
	if (View == "smmu")
		smmu_view(Shown)
	else if (View == "master")
		master_view(Shown)
	else if (View == "help")
		help_view()
	else
		main_view()
}

function draw(	i, high, text)
{
	body()
	if (View == "main" && selected_is_gone()) {
		Selected = ""
		body()
	}
	high = screen_rows - 2
	window(high)
	text = "\033[H" Body[1] "\033[K\r\n"
	for (i = 1; i <= high; i++)
		text = text (top + 1 + i <= Lines ? Body[top + 1 + i] : "") "\033[K\r\n"
	Line = ""
	Used = 0
	put(footer(high), "quiet")
	printf "%s", text Line "\033[K\033[J"
	Line = ""
	Used = 0
}

function footer(high,	more)
{
	more = Lines - 1 > high ? "  lines " (top + 1) "-" (top + high < Lines - 1 ? top + high : Lines - 1) " of " (Lines - 1) : ""
	if (View == "main")
		return "q quit  h help  Enter details  s sort: " Sort[sort_at] "  p pause  +/- interval" more
	return "q quit  Esc back  j/k scroll  p pause" more
}

# --- -b ---

function number(n)
{
	return n == "-" ? "-" : sprintf("%.1f", n)
}

function joined(text)
{
	gsub(/ /, "_", text)
	return dash(text)
}

function print_smmu(smmu,	i)
{
	printf "%-24s %-10s %-9s %6s %6s %6s", smmu, state_word(smmu), joined(value(smmu "/pm/state", "gate")), \
		dash(count(smmu "/cmdq/state", "used")), dash(count(smmu "/cmdq/state", "free")), \
		dash(count(smmu "/cmdq/state", "high_water"))
	for (i = 1; i <= Fields; i++)
		printf " %10s", number(rate(field_file(smmu, i), Field[i]))
	printf " %8s %8s\n", bound(latency(smmu, 0.5)), bound(latency(smmu, 0.99))
}

function print_master(device,	file)
{
	file = "masters/" device "/info"
	printf "%-24s %-24s %-14s %-9s %-7s %-12s %6s %10s %10s\n", device, joined(value(file, "smmu")), \
		comma(value(file, "sids")), joined(value(file, "state")), joined(value(file, "domain")), \
		joined(ats_word(device)), dash(count(file, "pasids")), dash(count(file, "faults")), number(rate(file, "faults"))
}

function comma(text)
{
	gsub(/ /, ",", text)
	return dash(text)
}

function print_batch(	i, j, n)
{
	printf "time %s uptime_s %s interval_s %s read_in_s %.2f version %s kernel %s\n", joined(value("date", "now")), \
		Uptime == "" ? "-" : sprintf("%.3f", Uptime), (passed > 0 ? sprintf("%.3f", passed) : "-"), took, \
		joined(Row["version", 1]), joined(Row["/proc/sys/kernel/osrelease", 1])
	printf "%-24s %-10s %-9s %6s %6s %6s", "SMMU", "STATE", "GATE", "USED", "FREE", "HIGH"
	for (i = 1; i <= Fields; i++)
		printf " %10s", toupper(Label[i]) "/s"
	printf " %8s %8s\n", "SYNC_P50", "SYNC_P99"
	for (i = 1; i <= Smmus; i++)
		print_smmu(Smmu[i])
	printf "%-24s %-24s %-14s %-9s %-7s %-12s %6s %10s %10s\n", "DEVICE", "SMMU", "SIDS", "STATE", "DOMAIN", \
		"ATS", "PASIDS", "FAULTS", "FAULTS/s"
	sort_masters()
	for (i = 1; i <= Masters; i++)
		print_master(Master[i])
	for (i = 1; i <= Smmus; i++) {
		n = troubles(Smmu[i])
		for (j = 1; j <= n; j++)
			print "! " Smmu[i] ": " Trouble[j]
	}
	print ""
}

# SPDX-License-Identifier: GPL-2.0
#
# smmux-top: samples, rates, and the handling of keys.  top-view.awk draws.
#
# Each line of input is an event from the script: "tick ROWS COLUMNS INTERVAL" (take a
# sample), "key ROWS COLUMNS INTERVAL KEYS" (as they were typed) or "none".
#
# A rate is the difference of two samples divided by the uptime between them.  It is "-" if
# the counter is new, or went back because it was reset.
#
# From the command line: batch, color, sort_key, limit (samples; 0: no end).

BEGIN {
	keys = split("device smmu faults rate ats", Sort, " ")
	for (sort_at = 1; sort_at < keys && Sort[sort_at] != sort_key; sort_at++)
		;
	View = "main"
	where = "cd \"$SMMUX_DEBUGFS\" 2>/dev/null || exit; "
	all = where "echo \"==> date <==\"; date \"+now: %Y-%m-%d %H:%M:%S\"; " \
		"exec tail -v -n +1 -- /proc/uptime /proc/sys/kernel/osrelease version " \
		"*/pm/state */cmdq/state */cmdq/counters */cmdq/latency */evtq/state " \
		"*/evtq/counters */gerror */recovery/counters " \
		"masters/*/info masters/*/ats /proc/uptime 2>/dev/null"
	tree_clear()
	view_start()
}

$1 == "tick" && !Paused {
	sample()
	samples++
}

$1 == "tick" || $1 == "key" {
	screen_rows = $2
	screen_columns = $3
	interval = $4
}

$1 == "key" {
	type_all(substr($0, index($0, " key ") + length($1 " " $2 " " $3 " " $4) + 2))
}

$1 == "tick" || $1 == "key" {
	if (batch)
		print_batch()
	else
		draw()
	fflush()
}

limit && samples >= limit { exit }

# --- samples ---

function sample(	key, i)
{
	split("", Old)
	for (key in Value)
		Old[key] = Value[key]
	keep_buckets()
	old_up = Uptime
	tree_clear()
	read_tree(all)
	Uptime = uptime()
	passed = old_up != "" && Uptime != "" ? Uptime - old_up : 0
	for (i = 1; i <= Smmus; i++) {
		add_sums(Smmu[i] "/cmdq/counters")
		find_reset(Smmu[i] "/cmdq/counters")
		find_reset(Smmu[i] "/cmdq/latency")
		find_reset(Smmu[i] "/evtq/counters")
	}
	read_detail()
}

function keep_buckets(	i, j, n)
{
	split("", Buckets_old)
	for (i = 1; i <= Smmus; i++) {
		n = histogram(Smmu[i] "/cmdq/latency", "sync_wait_ns")
		for (j = 1; j <= n; j++)
			Buckets_old[Smmu[i], From[j]] = Number[j]
	}
}

# The uptime is read before and after the sample, and the mean is used: a busy machine may
# take long in between.
function uptime(	from, to)
{
	from = Row["/proc/uptime", 1]
	to = Row["/proc/uptime", 2]
	if (from !~ /^[0-9]+[.][0-9]+ / || to !~ /^[0-9]+[.][0-9]+ /)
		return ""
	took = to - from
	return (from + to) / 2
}

# What several counters say together, beside them.
function add_sums(file)
{
	if (!Names[file])
		return
	Value[file, "sum.TLBI"] = sum(file, "^cmd[.]TLBI_")
	Value[file, "sum.CFGI"] = sum(file, "^cmd[.]CFGI_")
	Value[file, "sum.errors"] = sum(file, "^(error[.]CERROR_[^N].*|sync_timeouts|full_timeouts|refused)$")
}

# A counter that went back shows that all counters of the file were reset.
function find_reset(file,	i, name)
{
	Was_reset[file] = 0
	for (i = 1; i <= Names[file]; i++) {
		name = Name[file, i]
		if (count(file, name) != "" && (file, name) in Old && count(file, name) + 0 < Old[file, name] + 0)
			Was_reset[file] = 1
	}
}

# rate(FILE, NAME): a second; "-" if it is not known.
function rate(file, name,	now, old)
{
	now = count(file, name)
	old = (file, name) in Old ? Old[file, name] : ""
	if (now == "" || !is_count(old) || passed <= 0 || now + 0 < old + 0 || Was_reset[file])
		return "-"
	return (now - old) / passed
}

# Waits for CMD_SYNC between the two samples: the upper bound of a share of them, in
# nanoseconds; "" if nothing was recorded.
function latency(smmu, share,	file, i, n)
{
	file = smmu "/cmdq/latency"
	if (value(file, "recording") != "on" || !((file, "recording") in Old) || Was_reset[file])
		return ""
	n = histogram(file, "sync_wait_ns")
	for (i = 1; i <= n; i++)
		Number[i] = Number[i] - Buckets_old[smmu, From[i]]
	return quantile(share, n)
}

# --- what more a detailed view needs ---

function quoted(name)
{
	return name ~ /^[A-Za-z0-9_.:,@+-]+$/ ? "\"" name "\"" : ""
}

function read_detail(	name)
{
	name = quoted(Shown)
	if (name == "")
		return
	if (View == "smmu")
		read_tree(where "exec tail -v -n +1 -- " name "/pm/history " name "/recovery/history 2>/dev/null")
	else if (View == "master")
		read_tree(where "exec tail -v -n +1 -- masters/" name "/ste masters/" name "/cds masters/" \
			name "/faults */evtq/recent 2>/dev/null")
}

# --- keys ---

function type_all(text,	c, next2)
{
	while (text != "") {
		c = substr(text, 1, 1)
		next2 = substr(text, 2, 2)
		if (c == "\033" && next2 ~ /^[[O][A-D]$/) {
			type(substr("up   down rightleft ", 5 * (index("ABCD", substr(next2, 2)) - 1) + 1, 5))
			text = substr(text, 4)
			continue
		}
		if (c == "\033" && next2 ~ /^[[O]/) {
			# A key that means nothing here, to its last letter.
			sub(/^.[[O][0-9;]*[A-Za-z~]?/, "", text)
			continue
		}
		type(c)
		text = substr(text, 2)
	}
}

function type(key)
{
	sub(/ +$/, "", key)
	if (key == "p")
		Paused = !Paused
	else if (key == "j" || key == "down")
		move(1)
	else if (key == "k" || key == "up")
		move(-1)
	else if (key == "\033" || key == "left" || View == "help" && (key == "h" || key == "?"))
		go_back()
	else if (key == "h" || key == "?")
		show("help", Shown)
	else if (View == "main")
		type_main(key)
}

function type_main(key,	at)
{
	at = index("dmfra", key)
	if (key == "s")
		sort_at = sort_at % keys + 1
	else if (key == "\r" || key == "right")
		enter()
	else if (at && length(key) == 1)
		sort_at = at
}

function show(view, name)
{
	before = View
	View = view
	Shown = name
	top = 0
	read_detail()
}

function go_back()
{
	View = View == "help" && before != "help" ? before : "main"
	top = 0
}

function enter(	i)
{
	for (i = 1; i <= Items; i++)
		if (Item[i] == Selected)
			show(substr(Selected, 1, 1) == "S" ? "smmu" : "master", substr(Selected, 3))
}

# On the list the selection, by name: order and number may change under it.
function move(by,	i)
{
	if (View != "main") {
		top += by
		return
	}
	for (i = 1; i <= Items; i++)
		if (Item[i] == Selected)
			break
	i += by
	if (i < 1)
		i = 1
	if (i > Items)
		i = Items
	Selected = Item[i]
}

# --- masters in order ---

function sort_value(device,	file)
{
	file = "masters/" device "/info"
	if (Sort[sort_at] == "smmu")
		return value(file, "smmu")
	if (Sort[sort_at] == "faults")
		return -count(file, "faults")
	if (Sort[sort_at] == "rate")
		return -(rate(file, "faults") + 0)
	if (Sort[sort_at] == "ats")
		return is_cut_off(device) ? 0 : value(file, "ats") == "on" ? 1 : 2
	return 0
}

function before_in_order(a, b)
{
	if (Sort_value[a] != Sort_value[b])
		return Sort_value[a] < Sort_value[b]
	return a "" < b ""
}

# Masters come by name from the shell, so that few of them move.
function sort_masters(	i, j, one)
{
	for (i = 1; i <= Masters; i++) {
		one = Master[i]
		Sort_value[one] = sort_value(one)
		for (j = i - 1; j >= 1 && before_in_order(one, Master[j]); j--)
			Master[j + 1] = Master[j]
		Master[j + 1] = one
	}
}

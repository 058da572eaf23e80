# SPDX-License-Identifier: GPL-2.0
#
# smmux-snapshot: removes private data before anything is stored.
#
# what=dmesg  lines of "dmesg -r" that are the kernel's own and about IOMMUs
# what=cmdline  the kernel command line: values only of parameters that are known to be
#             harmless
# what=lspci, what=text  lines as they are
#
# Removed from all of them: MAC and IP addresses, UUIDs, serial numbers, and the values of
# words that look like secrets.  PCI addresses and hexadecimal numbers are kept.

BEGIN {
	harmless = "^(acpi|arm_smmu.*|arm-smmu.*|arm64[.].*|cma|console|coherent_pool|crashkernel|default_hugepagesz|" \
		"deferred_probe_timeout|earlycon|earlyprintk|efi|hugepages|hugepagesz|init|rdinit|initcall_blacklist|initcall_debug|" \
		"iomem|iommu|iommu[.].*|irqaffinity|irqchip[.].*|isolcpus|kasan.*|kpti|kvm.*|log_buf_len|loglevel|lsm|maxcpus|mem|" \
		"memmap|mitigations|module_blacklist|modprobe[.]blacklist|nohz_full|nokaslr|nosmp|nosmt|nr_cpus|numa|oops|panic|" \
		"panic_on_warn|pci|pci[.].*|pcie_.*|preempt|printk[.].*|quiet|rcu_nocbs|rcupdate[.].*|ro|rodata|root|rootfstype|" \
		"rootwait|rw|security|selinux|apparmor|smmux[.](ats|pm|cmdq_log2|no_msi|enable_inject|allow_unbind)|splash|swiotlb|" \
		"sysrq_always_enabled|threadirqs|transparent_hugepage|vfio.*|BOOT_IMAGE|ignore_loglevel|debug)$"
	secret = "(pass[a-z]*|secret|token|psk|credential|auth|login|user|username|cookie|ssh-[a-z0-9]+|key)[a-z0-9_]*[ ]*[=:#][ ]*[^ ,;]+"
	serial = "(serial number|serial no|serial_number|serial)[ =:#]+[^ ,;]+"
}

what == "dmesg" {
	if (!match($0, /^<[0-9]+>/))
		next
	# What user space wrote has another facility than the kernel's, which is 0.
	if (substr($0, 2, RLENGTH - 2) + 0 >= 8)
		next
	$0 = substr($0, RLENGTH + 1)
	if (tolower($0) !~ /smmu|iommu/ || tolower($0) ~ /command line/)
		next
}

what == "cmdline" {
	print cmdline($0)
	next
}

what == "lspci" && (/Serial Number/ || /\[[A-Z][A-Z0-9]\] /) {
	sub(/(Serial Number|\[[A-Z][A-Z0-9]\]).*/, "<redacted>")
}

{ print redacted($0) }

function cmdline(text,	i, c, quoted, one, out)
{
	text = text " "
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "\"")
			quoted = !quoted
		if (c != " " || quoted && i < length(text)) {
			one = one c
			continue
		}
		if (one != "")
			out = out (out == "" ? "" : " ") parameter(one)
		one = ""
	}
	return out
}

function parameter(text,	at, name)
{
	at = index(text, "=")
	name = at ? substr(text, 1, at - 1) : text
	if (name ~ harmless && text !~ /"/)
		return redacted(text)
	if (name !~ /^[A-Za-z0-9_.-]+$/ || !at)
		return "<redacted>"
	return redacted(name) "=<redacted>"
}

# Word by word: a word is what an address can be made of.
function redacted(text,	out, one, gap)
{
	text = values_gone(text)
	while (text != "") {
		match(text, /^[^0-9A-Za-z:.-]*/)
		gap = substr(text, 1, RLENGTH)
		text = substr(text, RLENGTH + 1)
		match(text, /^[0-9A-Za-z:.-]*/)
		one = substr(text, 1, RLENGTH)
		text = substr(text, RLENGTH + 1)
		out = out gap word_redacted(one)
	}
	return out
}

# NAME=VALUE and NAME: VALUE, if NAME sounds like a secret; and serial numbers.
function values_gone(text)
{
	return like_gone(like_gone(text, secret), serial)
}

function like_gone(text, regexp,	out)
{
	while (match(tolower(text), regexp)) {
		out = out substr(text, 1, RSTART - 1) "<redacted>"
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

function word_redacted(one,	tail, parts, part, low)
{
	tail = ""
	while (one ~ /[:.-]$/ && one !~ /::$/) {
		tail = substr(one, length(one)) tail
		one = substr(one, 1, length(one) - 1)
	}
	low = tolower(one)
	if (low ~ /^[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+$/ && length(low) == 36)
		return "<uuid>" tail
	if (low ~ /^([0-9a-f][0-9a-f][:-])+[0-9a-f][0-9a-f]$/) {
		parts = split(low, part, /[:-]/)
		if (parts >= 6)
			return "<mac>" tail
	}
	if (is_ip(low))
		return "<ip>" tail
	return one tail
}

function is_ip(text,	n, part, i)
{
	if (text ~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+(:[0-9]+)?$/) {
		n = split(text, part, /[.:]/)
		for (i = 1; i <= 4; i++)
			if (part[i] + 0 > 255)
				return 0
		return 1
	}
	if (text !~ /^[0-9a-f:.]+$/)
		return 0
	n = split(text, part, ":")
	return n >= 3 && text ~ /::/ || n >= 8
}

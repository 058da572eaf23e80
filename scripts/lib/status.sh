# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-setup status: one line for each part, with '!' before problems.

PARTS=0
FAULTS=0

# show NAME TEXT / fault NAME TEXT / part NAME TEXT (a part of smmux is here)
show()
{
	printf '  %-13s %s\n' "$1:" "$2"
}

part()
{
	PARTS=$((PARTS + 1))
	show "$@"
}

fault()
{
	FAULTS=$((FAULTS + 1))
	printf '! %-13s %s\n' "$1:" "$2"
}

status_dkms()
{
	local line version

	while read -r line; do
		case $line in
		'') ;;
		*': installed'*) part dkms "$line" ;;
		*) PARTS=$((PARTS + 1)) && fault dkms "$line" ;;
		esac
	done < <(dkms_lines)
	version=$(dkms_versions | grep -vxF "$VERSION" | tr '\n' ' ' || true)
	[ -z "$version" ] || show dkms "(this command has version $VERSION)"
	[ -n "$(dkms_lines)" ] || show dkms "not known to DKMS"
}

status_initramfs()
{
	local v config='' wanted=''

	if [ -e "$R$INITRAMFS_TOOLS_HOOK" ] || [ -e "$R$DRACUT_CONF" ]; then
		config=1
	fi
	if [ -n "$config" ] || [ -e "$R$INITRAMFS_TOOLS_CHECK" ]; then
		wanted=1
		PARTS=$((PARTS + 1))
	fi
	for v in "${KERNELS[@]}"; do
		if ! initramfs_has "$v"; then
			[ -n "$wanted" ] && fault initramfs "$v: smmux is missing" ||
				show initramfs "$v: no smmux"
		elif [ -n "$config" ]; then
			show initramfs "$v: has smmux"
		else
			fault initramfs "$v: has smmux, but the next image will not: 'smmux-setup install' again"
		fi
	done
	for v in "${UNFIT[@]}"; do
		show initramfs "$v: kernel not supported"
	done
}

status_boot()
{
	local loader

	loader=$(boot_loader)
	if [ "$loader" != grub ]; then
		show boot "$loader: set the command line by hand"
		return 0
	fi
	if [ ! -e "$R$GRUB_DEFAULT_FILE" ] && [ ! -e "$R$GRUB_FALLBACK_FILE" ]; then
		if grep -c "$BLACKLIST" "$R$GRUB_CFG" >/dev/null 2>&1; then
			fault boot "$R$GRUB_CFG disables the built-in driver, but smmux is not set up there"
		else
			show boot "grub: not set up"
		fi
		return 0
	fi
	PARTS=$((PARTS + 1))
	if ! grub_files_current; then
		fault boot "grub: $R$GRUB_DEFAULT_FILE or $R$GRUB_FALLBACK_FILE differs from this version's"
	elif ! grub_cfg_good; then
		fault boot "grub: $R$GRUB_CFG lacks the command line or the fall-back entry: run update-grub"
	else
		show boot "grub: command line set, fall-back entry present"
	fi
}

# The next boot must not disable the built-in driver without a replacement.
status_safety()
{
	grep -c "$BLACKLIST" "$R$GRUB_CFG" >/dev/null 2>&1 || return 0
	do_ready 2>/dev/null ||
		fault next-boot "DANGER: the built-in driver is disabled, but a kernel has no smmux: run update-grub"
}

status_kdump()
{
	[ -f "$R$KDUMP_FILE" ] || return 0
	if grep -c "^$KDUMP_BEGIN" "$R$KDUMP_FILE" >/dev/null; then
		part kdump "the crash kernel uses the built-in driver"
	elif [ "$PARTS" -gt 0 ]; then
		fault kdump "the crash kernel would get smmux's command line: 'smmux-setup install' again"
	fi
}

# Either of the two drivers is correct now.
status_active()
{
	local all ours theirs

	all=$(smmu_devices | tr '\n' ' ')
	ours=$(bound_to smmux | tr '\n' ' ')
	theirs=$(bound_to arm-smmu-v3 | tr '\n' ' ')
	if [ -z "$all" ]; then
		show active "this machine has no SMMUv3"
	elif [ -n "$ours" ] && [ "$ours" = "$all" ]; then
		show active "smmux drives ${ours% }"
	elif [ -n "$theirs" ] && [ -z "$ours" ]; then
		show active "the built-in driver drives ${theirs% }$(status_pending)"
	else
		fault active "not every SMMU has a driver: ${all% }; smmux: ${ours:-none }; built-in: ${theirs:-none}"
	fi
}

status_pending()
{
	if [ "$PARTS" -gt 0 ]; then
		if grep -c "$BLACKLIST" "$R/proc/cmdline" >/dev/null; then
			echo ' although the command line disables it: wrong kernel?'
		else
			echo ' (smmux from the next boot on)'
		fi
	fi
}

status_cmdline()
{
	if grep -c "$BLACKLIST" "$R/proc/cmdline" >/dev/null; then
		show cmdline "disables the built-in driver"
	else
		show cmdline "does not disable the built-in driver"
	fi
}

do_status()
{
	choose_kernels || true
	status_dkms
	status_initramfs
	status_boot
	status_kdump
	status_safety
	status_cmdline
	status_active
	if [ "$PARTS" = 0 ] && [ "$FAULTS" = 0 ]; then
		info "not installed"
		exit 1
	fi
	if [ "$FAULTS" -gt 0 ]; then
		info "inconsistent: see the lines with '!'"
		exit 2
	fi
	info "healthy"
}

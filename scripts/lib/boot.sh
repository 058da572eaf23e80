# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-setup: the kernel command line, a menu entry without it, and kdump's command
# line, which must not have it.

readonly BLACKLIST=initcall_blacklist=arm_smmu_driver_init
readonly BOOT_ARGS="$BLACKLIST deferred_probe_timeout=-1"
readonly GRUB_DEFAULT_FILE=/etc/default/grub.d/smmux.cfg
readonly GRUB_FALLBACK_FILE=/etc/grub.d/11_smmux
readonly GRUB_CFG=/boot/grub/grub.cfg
readonly KDUMP_FILE=/etc/default/kdump-tools
readonly KDUMP_BEGIN='# smmux: begin' KDUMP_END='# smmux: end'

boot_loader()
{
	if [ -d "$R/etc/grub.d" ] && have update-grub; then
		echo grub
	elif have u-boot-update; then
		echo u-boot-menu
	elif have bootctl && [ -d "$R/boot/efi/loader" ]; then
		echo systemd-boot
	else
		echo unknown
	fi
}

kernel_ready()
{
	module_file "$1" >/dev/null && initramfs_has "$1"
}

# When anything but the newest kernel may be the default, all must be ready.
default_is_newest()
{
	local key value

	while IFS='=' read -r key value; do
		value=${value//[\"\']/}
		case $key=$value in
		GRUB_DEFAULT=0 | GRUB_DEFAULT= | GRUB_TOP_LEVEL= | GRUB_FLAVOUR_ORDER=) ;;
		*) return 1 ;;
		esac
	done < <(cat "$R"/etc/default/grub "$R"/etc/default/grub.d/*.cfg 2>/dev/null |
		grep -E '^(GRUB_DEFAULT|GRUB_TOP_LEVEL|GRUB_FLAVOUR_ORDER)=')
}

do_ready()
{
	local v all=() rc=0

	mapfile -t all < <(boot_kernels)
	[ "${#all[@]}" -gt 0 ] || die "no kernel found in $R/boot"
	for v in "${all[@]}"; do
		kernel_ready "$v" && continue
		if [ "$v" != "${all[0]}" ] && default_is_newest; then
			warn "$v cannot boot with smmux: use the boot menu entry without it"
		else
			warn "$v has no smmux in its initramfs: the menu uses the built-in driver"
			rc=1
		fi
	done
	return "$rc"
}

grub_files_current()
{
	same_file "$FILES/grub-default" "$GRUB_DEFAULT_FILE" &&
		same_file "$FILES/grub-fallback" "$GRUB_FALLBACK_FILE"
}

# Checks the result, not the inputs: other files may set the command line as well.
grub_cfg_good()
{
	local cfg=$R$GRUB_CFG

	[ -r "$cfg" ] || return 1
	grep -cE "^[[:space:]]*linux[[:space:]].*$BLACKLIST" "$cfg" >/dev/null || return 1
	sed -n '/smmux-fallback. {$/,/^}$/p' "$cfg" |
		grep -E '^[[:space:]]*linux[[:space:]]' | grep -vc "$BLACKLIST" >/dev/null
}

grub_undo()
{
	rm -f "$R$GRUB_DEFAULT_FILE" "$R$GRUB_FALLBACK_FILE"
	update-grub
}

boot_put()
{
	[ "$(boot_loader)" = grub ] || return 0
	if grub_files_current && grub_cfg_good; then
		return 0
	fi
	if [ ! -e "$R$GRUB_DEFAULT_FILE" ]; then
		on_undo grub_undo
	fi
	put_file "$FILES/grub-fallback" "$GRUB_FALLBACK_FILE" 755
	put_file "$FILES/grub-default" "$GRUB_DEFAULT_FILE" 644
	run update-grub
	[ -n "$DRY_RUN" ] || grub_cfg_good ||
		die "grub.cfg did not get the command line and a fall-back entry (does another file in /etc/default/grub.d set GRUB_CMDLINE_LINUX_DEFAULT?)"
}

boot_drop()
{
	local keep rc=0

	[ -e "$R$GRUB_DEFAULT_FILE" ] || [ -e "$R$GRUB_FALLBACK_FILE" ] || return 0
	if [ -n "$DRY_RUN" ]; then
		drop_file "$GRUB_DEFAULT_FILE"
		drop_file "$GRUB_FALLBACK_FILE"
		run update-grub
		return 0
	fi
	keep=$(mktemp -d)
	cp -p "$R$GRUB_DEFAULT_FILE" "$R$GRUB_FALLBACK_FILE" "$keep/" 2>/dev/null || true
	drop_file "$GRUB_DEFAULT_FILE"
	drop_file "$GRUB_FALLBACK_FILE"
	run update-grub || rc=1
	if [ "$rc" = 0 ] && grep -c "$BLACKLIST" "$R$GRUB_CFG" >/dev/null 2>&1; then
		warn "$R$GRUB_CFG still has $BLACKLIST: another file sets it"
		rc=1
	fi
	if [ "$rc" != 0 ]; then
		[ ! -e "$keep/smmux.cfg" ] || put_file "$keep/smmux.cfg" "$GRUB_DEFAULT_FILE" 644
		[ ! -e "$keep/11_smmux" ] || put_file "$keep/11_smmux" "$GRUB_FALLBACK_FILE" 755
	fi
	rm -rf "$keep"
	return "$rc"
}

boot_advice()
{
	[ -z "$DRY_RUN" ] || return 0
	if [ "$(boot_loader)" = grub ]; then
		info "installed; smmux drives the SMMUs from the next boot on. The menu entry 'Built-in SMMU driver' boots without smmux."
		return 0
	fi
	info "module and initramfs are ready. One step is left, because the boot loader is not grub ($(boot_loader)). Add to the kernel command line:"
	info "    $BOOT_ARGS"
	case $(boot_loader) in
	u-boot-menu) info "in U_BOOT_PARAMETERS of /etc/default/u-boot, then u-boot-update. Keep a second entry without it in your extlinux.conf." ;;
	systemd-boot) info "in /etc/kernel/cmdline, then: kernel-install add (kernel) (image). First copy an entry of loader/entries without it, to be able to boot without smmux." ;;
	*) info "where your boot loader keeps it. Keep an entry without it, to be able to boot without smmux." ;;
	esac
}

# kdump copies the running command line. The crash kernel uses the built-in driver,
# because that is available before any module.
kdump_block()
{
	cat <<-EOT
	$KDUMP_BEGIN (written by smmux-setup: the crash kernel uses the built-in SMMU driver)
	: "\${KDUMP_CMDLINE:=\$(sed -E 's/(^| )(crashkernel|hugepages|hugepagesz|abm)=[^ ]*//g; s/ *$BOOT_ARGS//; s/"/\\\\\\\\"/' /proc/cmdline)}"
	$KDUMP_END
	EOT
}

kdump_without()
{
	sed "/^$KDUMP_BEGIN/,/^$KDUMP_END/d" "$R$KDUMP_FILE"
}

kdump_put()
{
	local tmp

	[ -f "$R$KDUMP_FILE" ] || return 0
	grep -c "^$KDUMP_BEGIN" "$R$KDUMP_FILE" >/dev/null && return 0
	tmp=$(mktemp)
	cat "$R$KDUMP_FILE" >"$tmp"
	kdump_block >>"$tmp"
	on_undo kdump_drop
	put_file "$tmp" "$KDUMP_FILE" 644
	rm -f "$tmp"
}

kdump_drop()
{
	local tmp

	[ -f "$R$KDUMP_FILE" ] || return 0
	grep -c "^$KDUMP_BEGIN" "$R$KDUMP_FILE" >/dev/null || return 0
	tmp=$(mktemp)
	kdump_without >"$tmp"
	put_file "$tmp" "$KDUMP_FILE" 644
	rm -f "$tmp"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-setup: adds the module to the initramfs, which loads it before the root disk
# is searched. Each generator has a place for a configuration file; initramfs-tools
# also has a hook that runs after an image is complete.

readonly FILES=$SCRIPTS/lib/files
readonly INITRAMFS_TOOLS_HOOK=/etc/initramfs-tools/hooks/smmux
readonly INITRAMFS_TOOLS_CHECK=/etc/initramfs/post-update.d/smmux
readonly DRACUT_CONF=/etc/dracut.conf.d/smmux.conf

initramfs_tool()
{
	if have update-initramfs; then
		echo initramfs-tools
	elif have dracut; then
		echo dracut
	else
		return 1
	fi
}

initramfs_image()
{
	local image

	for image in "$R/boot/initrd.img-$1" "$R/boot/initramfs-$1.img"; do
		[ -f "$image" ] && printf '%s\n' "$image" && return 0
	done
	return 1
}

# initramfs_has KERNEL: checks the image itself, not the configuration.
initramfs_has()
{
	local image list=lsinitramfs

	image=$(initramfs_image "$1") || return 1
	have lsinitramfs || list=lsinitrd
	"$list" "$image" 2>/dev/null | grep -F "/$1/" | grep -cE '/smmux\.ko(\.(xz|zst|gz))?$' >/dev/null
}

# initramfs_make KERNEL...: makes all of them, even if one fails.
initramfs_make()
{
	local v rc=0

	for v in "$@"; do
		case $(initramfs_tool) in
		initramfs-tools)
			if initramfs_image "$v" >/dev/null; then
				run update-initramfs -u -k "$v"
			else
				run update-initramfs -c -k "$v"
			fi
			;;
		dracut) run dracut --quiet --force "$R/boot/initrd.img-$v" "$v" ;;
		esac || rc=1
	done
	return "$rc"
}

initramfs_undo()
{
	rm -f "$R$1" "$R$INITRAMFS_TOOLS_CHECK"
	initramfs_make "${KERNELS[@]}"
}

initramfs_all_have()
{
	local v

	for v in "${KERNELS[@]}"; do
		initramfs_has "$v" || return 1
	done
}

# dracut has no such hook.
check_current()
{
	[ "$(initramfs_tool)" != initramfs-tools ] ||
		same_file "$FILES/initramfs-check" "$INITRAMFS_TOOLS_CHECK"
}

initramfs_put()
{
	local source path mode v

	case $(initramfs_tool) in
	initramfs-tools) source=$FILES/initramfs-hook path=$INITRAMFS_TOOLS_HOOK mode=755 ;;
	dracut) source=$FILES/dracut.conf path=$DRACUT_CONF mode=644 ;;
	esac
	if [ -z "$REBUILT" ] && same_file "$source" "$path" && check_current && initramfs_all_have; then
		return 0
	fi
	if [ ! -e "$R$path" ]; then
		on_undo initramfs_undo "$path"
	fi
	put_file "$source" "$path" "$mode"
	check_current || put_file "$FILES/initramfs-check" "$INITRAMFS_TOOLS_CHECK" 755
	initramfs_make "${KERNELS[@]}" || die "an initramfs could not be created"
	[ -z "$DRY_RUN" ] || return 0
	for v in "${KERNELS[@]}"; do
		initramfs_has "$v" || die "initramfs of $v: smmux.ko is missing"
	done
}

# Also those images that an earlier, failed removal left behind.
initramfs_drop()
{
	local path v configured='' again=()

	if [ -e "$R$INITRAMFS_TOOLS_HOOK" ] || [ -e "$R$DRACUT_CONF" ]; then
		configured=1
	fi
	for v in "${KERNELS[@]}"; do
		if [ -n "$configured" ] || initramfs_has "$v"; then
			again+=("$v")
		fi
	done
	for path in "$INITRAMFS_TOOLS_HOOK" "$INITRAMFS_TOOLS_CHECK" "$DRACUT_CONF"; do
		drop_file "$path"
	done
	initramfs_make "${again[@]}"
}

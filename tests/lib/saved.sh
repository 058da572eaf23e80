# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Machines that have booted. A machine boots once for each kernel, guest and QEMU line. It is
# saved in the cache when its init waits for a test, and each test goes on from there. Devices
# whose state QEMU does not save (NVMe, edu, iommu-testdev) are not in it: they are added to
# the machine that goes on, whose init looks for them. For rig/vm.sh, whose variables are used
# here.
# shellcheck disable=SC2154

# saved_can: not with a count of instructions, another initramfs, or firmware of the test's.
saved_can()
{
	[ -n "$payload" ] && [ -z "$boot$icount$initrd$disk" ] &&
		[ ${#dtb_edits[@]} = 0 ] && [ ${#iort[@]} = 0 ]
}

# saved_make DIR: boots the machine without a test, and saves it.
saved_make()
{
	local dir=$1 each

	rm -rf "$dir"
	mkdir -p "$dir/stage/smmux"
	[ ! -e "$out/blk.img" ] || truncate -s 256M "$dir/blk.img"
	cp "$SMMUX_TOP/tests/guest/lib/init.sh" "$dir/stage/init"
	cp "$SMMUX_TOP/tests/guest/lib/channel.sh" "$dir/stage/smmux"
	chmod 755 "$dir/stage/init"
	{
		cat "$SMMUX_BUILD/guest/base.cpio" "$SMMUX_BUILD/guest/$lane.cpio"
		for each in "${with[@]}"; do
			cat "$SMMUX_BUILD/guest/$each.cpio" || die "no overlay $each"
		done
		pack "$dir/stage"
	} >"$dir/initrd"
	in_tree python3 "$SMMUX_TOP/tests/rig/vmhost.py" --out "$dir" --save "$dir/state" \
		--timeout "$timeout" -- "${qemu[@]//$out/$dir}" -kernel "$kernel" \
		-initrd "$dir/initrd" -append "$(command_line)" ||
		die "a machine could not be saved: $dir/qemu.log and $dir/console.log"
	rm -rf "$dir/initrd" "$dir/stage" "$dir/blk.img"
}

# The hash of what decides how the machine is when it waits for a test.
saved_hash()
{
	local each parts

	parts=("$SMMUX_TOP/tests/guest/lib/init.sh" "$SMMUX_TOP/tests/guest/lib/channel.sh"
		"$(readlink -f "$kernel")" "$(readlink -f "$SMMUX_TREE")" "$(command_line)"
		"${qemu[*]//$out/}")
	for each in base "$lane" "${with[@]}"; do
		parts+=("$(readlink -f "$SMMUX_BUILD/guest/$each.cpio")")
	done
	stamp_of "${parts[@]##*/}"
}

# saved_use: the arguments with which vmhost.py goes on from the saved machine: its state,
# and the test as one file. The log of its boot is the beginning of the console's.
saved_use()
{
	local kept

	kept=$(cache_path "$SMMUX_BUILD/saved" "$(saved_hash)")
	if [ ! -e "$kept.done" ]; then
		long_lock "saved-${kept##*-}"
		[ -e "$kept.done" ] || saved_make "$kept"
		touch "$kept.done"
		long_unlock
	fi
	touch "$kept.done"
	cp "$kept/console.log" "$out/console.log"
	head -c 512 /dev/urandom >"$payload/smmux/seed"
	tar -C "$payload" --owner=0 --group=0 --exclude=./init -cf "$out/payload.tar" .
	scratch+=("$out/payload.tar")
	host_options+=(--give "$out/payload.tar")
	qemu=("${qemu[@]/#file,id=console,/file,append=on,id=console,}" -kernel "$kernel"
		-append "$(command_line)" -incoming "file:$kept/state")
}

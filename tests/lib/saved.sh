# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Saved machines. A machine boots once for each kernel, guest and QEMU line. It is saved in
# the cache when its init waits for a test, and each test continues from that state. Devices
# whose state QEMU does not save (NVMe, edu, iommu-testdev) are not in it: they are added
# before the machine continues, and its init rescans for them. Uses the variables of rig/vm.sh.
# shellcheck disable=SC2154

# saved_can: not with a count of instructions, another kernel or initramfs, or firmware of the
# test's. A root port that is empty as the machine is saved has no power afterwards, so no
# device can be added below one.
saved_can()
{
	local name

	[ -n "$payload" ] && [ -z "$boot$icount$initrd$disk" ] &&
		[ "$kernel" = "$SMMUX_BUILD/kernels/$lane/vmlinuz" ] &&
		[ ${#dtb_edits[@]} = 0 ] && [ ${#iort[@]} = 0 ] || return 1
	for name in ${devices//,/ }; do
		[[ $name != nvme2 && $name != *-far ]] || return 1
	done
}

# The hash of what decides how the machine is when it waits for a test. Products of set-up are
# named by the hashes of their own inputs.
saved_hash()
{
	local each names=()

	for each in "$SMMUX_TREE" "${kernel%/*}" "$SMMUX_BUILD/guest/base.cpio" \
		"$SMMUX_BUILD/guest/$lane.cpio" "${with[@]/#/$SMMUX_BUILD/guest/}"; do
		[ -e "$each" ] || each+=.cpio
		names+=("$(basename "$(readlink -f "$each")")")
	done
	stamp_of "$SMMUX_TOP/tests/guest/lib/init.sh" "$SMMUX_TOP/tests/guest/lib/channel.sh" \
		"${names[*]}" "$(command_line)" "${qemu[*]//"$out"/}"
}

# saved_make DIR: boots the machine without a test, and saves it; false if that fails.
saved_make()
{
	local dir=$1

	rm -rf "$dir"
	mkdir -p "$dir/stage/smmux"
	[ ! -e "$out/blk.img" ] || truncate -s 256M "$dir/blk.img"
	cp "$SMMUX_TOP/tests/guest/lib/init.sh" "$dir/stage/init"
	cp "$SMMUX_TOP/tests/guest/lib/channel.sh" "$dir/stage/smmux"
	chmod 755 "$dir/stage/init"
	{
		guest_archives
		pack "$dir/stage"
	} >"$dir/initrd"
	in_tree python3 "$SMMUX_TOP/tests/rig/vmhost.py" --out "$dir" --save "$dir/state" \
		--timeout "$timeout" -- "${qemu[@]//"$out"/"$dir"}" -kernel "$kernel" \
		-initrd "$dir/initrd" -append "$(command_line)" || return 1
	rm -rf "$dir/initrd" "$dir/stage" "$dir/blk.img"
	# A state that the host lost in a crash would fail each test.
	sync "$dir/state"
}

# saved_use: the arguments with which vmhost.py goes on from the saved machine: its state,
# and the test as one file. The log of its boot is the beginning of the console's. False if
# there is no such machine: then this one boots.
saved_use()
{
	kept=$(cache_path "$SMMUX_BUILD/saved" "$(saved_hash)")
	if [ ! -e "$kept.done" ]; then
		long_lock "saved-${kept##*-}"
		if [ ! -e "$kept.done" ]; then
			if ! saved_make "$kept"; then
				step "the machine could not be saved, it boots: $kept/console.log"
				rm -f "$kept/state"
				long_unlock
				return 1
			fi
			# What it said in its boot fails this test, but not all that follow.
			grep -qaE "$SPLATS|$STALLS|$CHECKERS" "$kept/console.log" || touch "$kept.done"
		fi
		long_unlock
	fi
	[ ! -e "$kept.done" ] || touch "$kept.done"
	cp "$kept/console.log" "$out/console.log"
	head -c 512 /dev/urandom >"$payload/smmux/seed"
	tar -C "$payload" --owner=0 --group=0 --exclude=./init -cf "$out/payload.tar" .
	scratch+=("$out/payload.tar")
	host_options+=(--give "$out/payload.tar")
	qemu=("${qemu[@]/#file,id=console,/file,append=on,id=console,}" -kernel "$kernel"
		-append "$(command_line)" -incoming "file:$kept/state")
}

# saved_failed: if the machine could not go on from its state, nobody uses that again.
saved_failed()
{
	! grep -q 'load of migration failed' "$out/qemu.log" 2>/dev/null || rm -f "$kept.done"
}

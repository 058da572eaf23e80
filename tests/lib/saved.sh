# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Machines that have booted. A machine whose devices QEMU can save boots once for each kernel,
# guest and QEMU line. It is saved in the cache when its init waits for a test, and each test
# goes on from there. For rig/vm.sh, whose variables are used here.
# shellcheck disable=SC2154

# saved_can: QEMU keeps no state of NVMe, edu and iommu-testdev, and a disk has a file of the
# run. What UEFI left in its flash would be another run's.
saved_can()
{
	local name

	[ "$fw" = dt ] && [ -n "$payload" ] || return 1
	[ -z "$boot$icount$trace$initrd$disk" ] && [ ${#dtb_edits[@]} = 0 ] || return 1
	for name in ${devices//,/ }; do
		[[ $name =~ ^(ats|ats2|ats16|rng)$ ]] || return 1
	done
}

# saved_make DIR: boots the machine without a test, and saves it.
saved_make()
{
	local dir=$1 each

	rm -rf "$dir"
	mkdir -p "$dir/stage/smmux"
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
	rm -r "$dir/initrd" "$dir/stage"
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

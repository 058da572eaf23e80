#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-setup on a fake machine: a directory with kernels, a boot menu and tools that can
# fail. Checks cases that a real machine cannot produce: smmux-setup refuses where it must,
# and a failure of any step leaves nothing changed.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
readonly HERE=$SMMUX_TOP/tests/dkms
readonly ARGS='initcall_blacklist=arm_smmu_driver_init deferred_probe_timeout=-1'

usage()
{
	cat <<-EOT
	usage: ${0##*/} [-k]
	Prints KTAP. -k keeps the fake machine and prints its path.
	Exit code: 0 all passed, 1 some failed, 2 usage error.
	EOT
}

# Makes a new fake machine, and records its state before smmux.
make_machine()
{
	local v dev

	rm -rf "$FAKE" "$FAKE".*
	mkdir -p "$FAKE"/{boot/grub,etc/default/grub.d,etc/grub.d,etc/initramfs-tools/hooks,etc/dracut.conf.d} \
		"$FAKE"/{proc,usr/src,usr/local/sbin,sys/bus/platform/devices,sys/bus/platform/drivers/arm-smmu-v3}
	for v in 6.12.9+deb13-arm64 7.2.3+deb13-arm64 6.1.0-30-arm64; do
		echo kernel >"$FAKE/boot/vmlinuz-$v"
		mkdir -p "$FAKE/lib/modules/$v/build"
		echo all: >"$FAKE/lib/modules/$v/build/Makefile"
		PATH=$BIN:$PATH update-initramfs -c -k "$v"
	done
	dev=$FAKE/sys/bus/platform/devices/9050000.smmuv3
	mkdir -p "$dev"
	echo 'of:NsmmuT(null)Carm,smmu-v3' >"$dev/modalias"
	ln -s "$dev" "$FAKE/sys/bus/platform/drivers/arm-smmu-v3/9050000.smmuv3"
	echo 'root=UUID=uuid ro quiet' >"$FAKE/proc/cmdline"
	printf '%s\n' 'GRUB_DEFAULT=0' 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"' >"$FAKE/etc/default/grub"
	printf '%s\n' '# kdump' 'USE_KDUMP=1' >"$FAKE/etc/default/kdump-tools"
	install -m 755 "$HERE/fake/10_linux" "$FAKE/etc/grub.d/10_linux"
	PATH=$BIN:$PATH update-grub
	rm -f "$FAKE.calls"
	: >"$FAKE.calls"
	snapshot >"$FAKE.before"
}

snapshot()
{
	(cd "$FAKE" && find . \( -type f -o -type l \) -printf '%p %m %l ' \
		\( -type f -exec sha256sum {} \; -o -printf '\n' \) | sort)
}

# setup ARGUMENT...: runs smmux-setup; stores its output and exit code for the checks.
setup()
{
	rc=0
	: >"$FAKE.calls"
	PATH=$BIN:$PATH "$SETUP" --root "$FAKE" "$@" >"$FAKE.out" 2>&1 </dev/null || rc=$?
}

result()
{
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $number - $2 (exit code $rc)"
	tail -n 12 "$FAKE.out" | sed 's/^/  # /'
}

unchanged()
{
	diff "$FAKE.before" <(snapshot) >>"$FAKE.out"
}

# refuses NAME REGEXP ARGUMENT...: exit code 1, that message, nothing changed.
refuses()
{
	local name=$1 regexp=$2 bad=0
	shift 2

	setup "$@"
	[ "$rc" = 1 ] && grep -qE "$regexp" "$FAKE.out" && unchanged || bad=1
	result "$bad" "$name"
}

# is NAME COMMAND...: a check that passes if the command succeeds.
is()
{
	local name=$1 bad=0
	shift

	"$@" >>"$FAKE.out" 2>&1 || bad=1
	result "$bad" "$name"
}

status_is()
{
	setup status
	[ "$rc" = "$1" ]
}

refusals()
{
	local var=$FAKE/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c

	make_machine
	USER_ID=1000 refuses "not root" 'needs root' install
	MACHINE=x86_64 refuses "not arm64" 'for arm64.*x86_64' install
	rm -rf "$FAKE/lib/modules/7.2.3+deb13-arm64/build"
	snapshot >"$FAKE.before"
	refuses "no headers" 'apt install linux-headers-7.2.3' install
	make_machine
	echo kernel >"$FAKE/boot/vmlinuz-6.9.0-arm64"
	rm "$FAKE"/boot/*7.2.3* "$FAKE"/boot/*6.12.9*
	snapshot >"$FAKE.before"
	refuses "unsupported kernel" '6.9.0-arm64, is not supported by smmux' install
	make_machine
	rm -r "$FAKE/sys/bus/platform/devices/9050000.smmuv3"
	snapshot >"$FAKE.before"
	refuses "no SMMUv3" 'has no SMMUv3' install
	setup --force install
	result "$rc" "no SMMUv3, but --force"
	make_machine
	mkdir -p "$(dirname "$var")" "$FAKE/var/lib/dkms"
	printf '\6\0\0\0\1' >"$var"
	snapshot >"$FAKE.before"
	refuses "Secure Boot without a key" 'no key yet' install
	echo key >"$FAKE/var/lib/dkms/mok.pub"
	snapshot >"$FAKE.before"
	refuses "Secure Boot with a key that is not enrolled" 'not enrolled' install
	MOK='is already enrolled' refuses "Secure Boot, module left unsigned" 'did not sign' install
	MOK='is already enrolled' SIGNER=me setup install
	result "$rc" "Secure Boot with an enrolled key"
}

grub_lines()
{
	sed -n "/$1/,/^}/p" "$FAKE/boot/grub/grub.cfg" | grep -E '^[[:space:]]*linux'
}

round_trip()
{
	make_machine
	setup --dry-run install
	is "dry run changes nothing" unchanged
	is "status before: not installed" status_is 1
	setup install
	result "$rc" "install"
	is "every supported kernel has the module" test "$(grep -c installed "$FAKE/var/lib/dkms/state")" = 2
	is "the menu's first entry has smmux's parameters" grep -F "$ARGS" <(grub_lines gnulinux-simple)
	is "the fall-back entries do not have them" test "$(grub_lines smmux-fallback-7 | grep -vcF "$ARGS")" = 1
	is "kdump's command line loses smmux's parameters, and only them" kdump_line
	is "the commands are in the path" test -L "$FAKE/usr/local/sbin/smmux-setup" -a -L "$FAKE/usr/local/sbin/smmux-recovery"
	is "status after: healthy" status_is 0
	setup ready
	result "$rc" "ready, although an old kernel has no module"
	cp "$FAKE.before" "$FAKE.first"
	snapshot >"$FAKE.before"
	setup install
	is "a second install changes nothing" unchanged
	is "and calls no program that changes anything" test ! -s "$FAKE.calls"
	mv "$FAKE.first" "$FAKE.before"
	setup --dry-run uninstall
	is "dry run of uninstall leaves it healthy" status_is 0
	setup uninstall
	is "uninstall leaves no trace" unchanged
	is "status at the end: not installed" status_is 1
}

kdump_line()
{
	local line

	line=$(sed "s,/proc/cmdline,$FAKE/kdump-cmdline," "$FAKE/etc/default/kdump-tools")
	echo "root=UUID=uuid ro quiet $ARGS crashkernel=512M x=1" >"$FAKE/kdump-cmdline"
	line=$(bash -c "$line"$'\n''echo "$KDUMP_CMDLINE"')
	rm "$FAKE/kdump-cmdline"
	echo "kdump: '$line'"
	[ "$line" = 'root=UUID=uuid ro quiet x=1' ]
}

# Each call of a good run fails once, and is interrupted once.
each_step_fails()
{
	local steps i

	make_machine
	setup install
	steps=$(wc -l <"$FAKE.calls")
	cp "$FAKE.calls" "$TMP/steps"
	is "install has steps that can fail" test "$steps" -ge 5
	for ((i = 1; i <= steps; i++)); do
		make_machine
		FAIL_AT=$i setup install
		is "install fails when $(sed -n "${i}p" "$TMP/steps") fails" test "$rc" != 0
		is "  nothing is left" unchanged
		make_machine
		KILL_AT=$i setup install
		is "install ends at Ctrl-C in $(sed -n "${i}p" "$TMP/steps")" test "$rc" = 130
		is "  nothing is left" unchanged
	done
}

each_removal_fails()
{
	local steps i

	make_machine
	setup install
	setup uninstall
	steps=$(wc -l <"$FAKE.calls")
	cp "$FAKE.calls" "$TMP/steps"
	for ((i = 1; i <= steps; i++)); do
		make_machine
		setup install
		FAIL_AT=$i setup uninstall
		is "uninstall fails when $(sed -n "${i}p" "$TMP/steps") fails" test "$rc" = 1
		is "  and the next boot is safe" next_boot_safe
		setup uninstall
		is "  and a second uninstall completes it" unchanged
	done
}

# The safety rule: if the menu disables the built-in driver, the initramfs has smmux.
next_boot_safe()
{
	grep -q initcall_blacklist "$FAKE/boot/grub/grub.cfg" || return 0
	grep -c 'updates/dkms/smmux.ko' "$FAKE/boot/initrd.img-7.2.3+deb13-arm64"
}

life_goes_on()
{
	make_machine
	setup install
	echo kernel >"$FAKE/boot/vmlinuz-7.3.1+deb13-arm64"
	mkdir -p "$FAKE/lib/modules/7.3.1+deb13-arm64"
	PATH=$BIN:$PATH update-initramfs -c -k 7.3.1+deb13-arm64
	PATH=$BIN:$PATH update-grub
	is "a new kernel without the module: the menu loses smmux's parameters" \
		test -z "$(grep -F "$ARGS" "$FAKE/boot/grub/grub.cfg")"
	is "  and status is inconsistent" status_is 2
	make_machine
	setup install
	grep -v smmux "$FAKE/boot/initrd.img-7.2.3+deb13-arm64" >"$TMP/initrd"
	cp "$TMP/initrd" "$FAKE/boot/initrd.img-7.2.3+deb13-arm64"
	is "module missing in the initramfs: inconsistent" status_is 2
	is "  and status says DANGER" grep DANGER <(cat "$FAKE.out")
	PATH=$BIN:$PATH update-grub
	is "  and update-grub makes the next boot safe" next_boot_safe
	make_machine
	setup install
	rm "$FAKE/etc/initramfs-tools/hooks/smmux"
	PATH=$BIN:$PATH update-initramfs -u -k 7.2.3+deb13-arm64
	is "initramfs hook lost: a new image makes the next boot safe" \
		test -z "$(grep -F "$ARGS" "$FAKE/boot/grub/grub.cfg")"
	is "  and status is inconsistent" status_is 2
	is "  and names the image" grep -F '7.2.3+deb13-arm64: smmux is missing' <(cat "$FAKE.out")
	setup install
	is "  and another install repairs it" status_is 0
	make_machine
	sed -i 's/^GRUB_DEFAULT=0/GRUB_DEFAULT=saved/' "$FAKE/etc/default/grub"
	snapshot >"$FAKE.before"
	refuses "the menu may start any kernel, and an old one has no module" 'did not get the command line' install
	make_machine
	rm "$BIN/update-initramfs"
	ln -s tool "$BIN/dracut"
	PATH=$BIN:$PATH setup install
	is "dracut: force_drivers is set" grep smmux "$FAKE/etc/dracut.conf.d/smmux.conf"
	is "dracut: healthy" status_is 0
	setup uninstall
	is "dracut: uninstall leaves no trace" unchanged
	rm "$BIN/dracut"
	ln -s tool "$BIN/update-initramfs"
	make_machine
	rm "$BIN/update-grub"
	setup install
	is "no grub: installed, and prints the parameters to add by hand" grep -F "$ARGS" <(cat "$FAKE.out")
	ln -s tool "$BIN/update-grub"
}

main()
{
	local tool

	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	-k) keep=1 ;;
	'') keep='' ;;
	*) usage_error "unknown argument '$1'" ;;
	esac
	number=0 failed=0 rc=0
	TMP=$(mktemp -d)
	[ -n "$keep" ] || trap 'rm -rf "$TMP"' EXIT
	FAKE=$TMP/machine BIN=$TMP/bin SETUP=$TMP/release/scripts/smmux-setup
	export FAKE SETUP
	mkdir -p "$BIN" "$TMP/release/module"
	# The command under test is a copy, so that checks can damage its files.
	cp -r "$SMMUX_TOP"/{VERSION,dkms.conf,scripts} "$TMP/release/"
	echo 'obj-m := smmux.o' >"$TMP/release/Kbuild"
	cp "$HERE/fake/tool" "$BIN/tool"
	for tool in dkms update-initramfs lsinitramfs lsinitrd update-grub modinfo mokutil uname id; do
		ln -s tool "$BIN/$tool"
	done
	ln -s "$(command -v true)" "$BIN/sync"
	echo "KTAP version 1"
	refusals
	round_trip
	each_step_fails
	each_removal_fails
	life_goes_on
	echo "1..$number"
	[ -z "$keep" ] || echo "# kept: $TMP"
	[ "$failed" = 0 ]
}

main "$@"

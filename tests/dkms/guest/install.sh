#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Phase "install": installs smmux from a release archive; the next boot uses it.

# shellcheck source=tests/dkms/guest/checks.sh
. ./checks.sh

readonly ARCHIVE=smmux-$VERSION.tar.gz
readonly SETUP=/usr/src/smmux-$VERSION/scripts/smmux-setup

# Lists the files that smmux-setup may change; a dry run and a failed install must not
# change them.
system_state()
{
	find /etc /usr/src /usr/local /boot /lib/modules/"$KERNEL"/updates /var/lib/dkms \
		-xdev ! -path '*/boot/grub/grubenv' \( -type f -o -type l \) \
		-printf '%p %m %l %s %T@\n' 2>/dev/null | sort
}

dry_run_changes_nothing()
{
	local before

	before=$(system_state)
	"$SETUP" --dry-run "$1" || return 1
	diff <(echo "$before") <(system_state)
}

dkms_state_is()
{
	dkms status -m smmux
	dkms status -m smmux | grep -cE "^smmux/$VERSION.*: $1"
}

module_is_whole()
{
	modinfo smmux || return 1
	[ "$(modinfo -F vermagic smmux | cut -d' ' -f1)" = "$KERNEL" ] || return 1
	[ "$(modinfo -F version smmux)" = "$VERSION" ] || return 1
	modinfo -n smmux | grep '/updates/dkms/smmux\.ko'
}

initramfs_loads_smmux()
{
	local dir=/tmp/initramfs

	rm -rf "$dir"
	unmkinitramfs "/boot/initrd.img-$KERNEL" "$dir" || return 1
	find "$dir" -name 'smmux.ko*' | grep . || return 1
	find "$dir" -path '*/conf/modules' -exec cat {} + | grep -x smmux
}

# entries ID: the kernel lines of the menu entries whose ID starts with this.
entries()
{
	awk -v id="'$1-" 'index($0, "menuentry ") && index($0, id) { on = 1 }
		on && $1 == "linux" { print; on = 0 }' /boot/grub/grub.cfg
}

menu_has_both_ways()
{
	entries gnulinux
	entries smmux-fallback
	entries gnulinux-simple | grep -F "$BLACKLIST" | grep -F deferred_probe_timeout=-1 || return 1
	entries smmux-fallback | grep . || return 1
	! entries smmux-fallback | grep -F "$BLACKLIST"
}

second_install_changes_nothing()
{
	local before

	before=$(system_state)
	smmux-setup install || return 1
	diff <(echo "$before") <(system_state)
}

# Compiling on an emulated processor takes many minutes. If the job contains a module,
# "make modules" copies it for DKMS; all other steps are DKMS's own.
lend_module()
{
	[ -e prebuilt.ko ] || return 0
	cp prebuilt.ko /tmp/prebuilt.ko
	mkdir -p /usr/local/sbin
	cat >/usr/local/sbin/make <<-'EOF'
	#!/bin/sh
	dir='' all=''
	for word; do
		case $word in
		M=*/smmux/*/build) dir=${word#M=} ;;
		modules) all=1 ;;
		esac
	done
	[ -z "$dir" ] || [ -z "$all" ] || {
		echo "prebuilt module" && exec cp /tmp/prebuilt.ko "$dir/smmux.ko"
	}
	exec /usr/bin/make "$@"
	EOF
	chmod 755 /usr/local/sbin/make
}

take_module_back()
{
	local log=/var/lib/dkms/smmux/$VERSION/$KERNEL/aarch64/log/make.log

	[ -e prebuilt.ko ] || return 0
	rm /usr/local/sbin/make
	check "dkms used the module from the job" grep -qx "prebuilt module" "$log"
}

must "boots from its own grub" grep -F init=/opt/smmux-test/init /proc/cmdline
must "the built-in driver drives the SMMU" smmus_driven_by arm-smmu-v3
must "unpack the release archive" tar -x -z -C /usr/src -f "$ARCHIVE"
check "status: not installed" status_is 1 "$SETUP"
check "dry run of install changes nothing" dry_run_changes_nothing install
must "dkms add" dkms add "smmux/$VERSION"
check "dkms status: added" dkms_state_is added
start=$SECONDS
lend_module
if ! check "dkms build" dkms build "smmux/$VERSION"; then
	grep -vE '^(  CC|  LD|$)' "/var/lib/dkms/smmux/$VERSION/build/make.log" | tail -n 20 |
		while IFS= read -r line; do note "$line"; done
	exit 0
fi
take_module_back
note "dkms build took $((SECONDS - start)) s"
must "dkms install" dkms install "smmux/$VERSION"
check "dkms status: installed" dkms_state_is installed
check "the module is for this kernel and of this version" module_is_whole
must "smmux-setup install" "$SETUP" install
check "the initramfs contains smmux and loads it" initramfs_loads_smmux
check "the menu starts smmux, and has a fall-back entry" menu_has_both_ways
check "status: healthy" status_is 0 smmux-setup
check "a second install changes nothing" second_install_changes_nothing

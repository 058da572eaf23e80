# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The overlay of the initramfs for one run: init, library, a test with its
# settings, and the modules built for the lane's kernel.

# payload_modules LANE WHAT...: builds the driver and/or the test client.
payload_modules()
{
	local lane=$1 version what
	shift

	version=$(cat "$SMMUX_BUILD/kernels/$lane/version")
	for what in "$@"; do
		step "building the $what for $version"
		logged "$what-$lane" "$SMMUX_TOP/tests/rig/module.sh" "$version" "$what" ||
			die "the $what does not build for $version"
	done
}

# payload_make DIR LANE TEST-FILE NAME=VALUE...
payload_make()
{
	local dir=$1/smmux lane=$2 test_file=$3 version setting module
	shift 3

	version=$(cat "$SMMUX_BUILD/kernels/$lane/version")
	mkdir -p "$dir/regress"
	cp "$SMMUX_TOP"/tests/regress/*.sh "$dir/regress"
	cp "$SMMUX_TOP/tests/guest/lib/init.sh" "${dir%/smmux}/init"
	chmod 755 "${dir%/smmux}/init"
	cp "$SMMUX_TOP"/tests/guest/lib/*.sh "$SMMUX_TOP"/tests/vsmmu/*.sh "$dir"
	cp "$SMMUX_TOP"/scripts/bt/*.bt "$SMMUX_TOP"/scripts/smmux-{recovery,record,top,metrics,snapshot} "$dir"
	mkdir "$dir/lib"
	cp "$SMMUX_TOP"/scripts/lib/*.awk "$dir/lib"
	cp "$SMMUX_TOP/docs/tour.md" "$dir"
	cp "$test_file" "$dir/test.sh"
	# Without debug information, as DKMS installs them: ten times smaller.
	for module in "$SMMUX_MOD/$version"/{driver,client,kunit/tests/kunit,vsmmu}/*.ko; do
		[ ! -e "$module" ] ||
			in_tree aarch64-linux-gnu-strip -g -o "$dir/${module##*/}" "$module"
	done
	printf 'LANE=%q\n' "$lane" >"$dir/env"
	for setting in "$@"; do
		printf '%s=%q\n' "${setting%%=*}" "${setting#*=}" >>"$dir/env"
	done
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Shared by the scripts that run on the host: where things are, messages with
# the time that has gone by, and stamps that tell whether a cached product is
# still the product of its inputs.

SMMUX_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SMMUX_BUILD=${SMMUX_BUILD:-$SMMUX_TOP/build}
SMMUX_TREE=$SMMUX_BUILD/tree
SMMUX_LOGS=$SMMUX_BUILD/log
# Where modules are built; the driver's sources, if they are not the checkout's,
# are in SMMUX_SOURCE (tests/mutants breaks a copy of them).
SMMUX_MOD=${SMMUX_MOD:-$SMMUX_BUILD/mod}
export SMMUX_TOP SMMUX_BUILD SMMUX_TREE SMMUX_LOGS SMMUX_MOD

# One clock for a whole run, also across the scripts that it calls.
export SMMUX_T0=${SMMUX_T0:-$(date +%s)}

# The project's own kernels: rig/testkernel.sh builds them, each is a lane of its own.
readonly TEST_KERNELS="debug race rt64k"

is_test_kernel()
{
	[[ " $TEST_KERNELS " == *" $1 "* ]]
}

# The other flavours of Debian's kernels: rig/kernels.sh fetches them, lanes as well.
readonly FLAVOURS="rt cloud page16k rt612 cloud612 page16k612"

is_flavour()
{
	[[ " $FLAVOURS " == *" $1 "* ]]
}

step()
{
	printf '[%4ds] %s\n' $(($(date +%s) - SMMUX_T0)) "$*" >&2
}

die()
{
	step "error: $*"
	exit 1
}

usage_error()
{
	printf '%s\n' "$*" "try: ${0##*/} -h" >&2
	exit 2
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "${0##*/} needs root: it makes a chroot and mounts"
}

# Runs a command with its output in a log; shows the log's end if it fails.
logged()
{
	local log=$SMMUX_LOGS/$1.log rc=0
	shift

	mkdir -p "$SMMUX_LOGS"
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	[ "$rc" = 0 ] && return 0
	tail -n 25 "$log" | sed 's/^/    | /' >&2
	step "error: '$1' failed with $rc, its whole output is in ${log#"$SMMUX_TOP"/}"
	return "$rc"
}

# stamp_of FILE-OR-STRING...: one hash over the files' contents and the strings.
stamp_of()
{
	local arg

	for arg in "$@"; do
		if [ -f "$arg" ]; then
			sha256sum <"$arg"
		else
			printf '%s\n' "$arg"
		fi
	done | sha256sum | cut -c1-20
}

# stamp_fresh PRODUCT HASH: the product was finished from exactly these inputs.
stamp_fresh()
{
	[ -e "$1" ] && [ -f "$1.stamp" ] && [ "$(cat "$1.stamp")" = "$2" ]
}

stamp_set()
{
	printf '%s\n' "$2" >"$1.stamp"
}

# Only one set-up at a time in a checkout; the lock goes with the shell.
setup_lock()
{
	[ -z "${SMMUX_LOCKED:-}" ] || return 0
	mkdir -p "$SMMUX_BUILD"
	exec {SMMUX_LOCK_FD}>"$SMMUX_BUILD/.lock"
	if ! flock -n "$SMMUX_LOCK_FD"; then
		step "waiting for another set-up in this checkout"
		flock "$SMMUX_LOCK_FD"
	fi
	export SMMUX_LOCKED=1
}

# Does nothing where the lock is the caller's.
setup_unlock()
{
	[ -n "${SMMUX_LOCK_FD:-}" ] || return 0
	exec {SMMUX_LOCK_FD}>&-
	unset SMMUX_LOCK_FD SMMUX_LOCKED
}

in_tree()
{
	"$SMMUX_TOP/tests/rig/in.sh" "$@"
}

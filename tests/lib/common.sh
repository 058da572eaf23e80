# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For all scripts on the host: paths, messages with the elapsed time, and the cache of
# products.
#
# Products (tool tree, kernels, guests, modules) are outside the checkout, in SMMUX_CACHE,
# by the hash of their inputs; build/ has links to them.  A finished product never changes;
# only headers are added to the tool tree.  So any number of runs and checkouts may use it
# at the same time.  One lock serialises the scripts that make products.

SMMUX_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SMMUX_BUILD=${SMMUX_BUILD:-$SMMUX_TOP/build}
SMMUX_CACHE=${SMMUX_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/smmux}
SMMUX_TREE=$SMMUX_BUILD/tree
SMMUX_LOGS=$SMMUX_BUILD/log
# Where modules are built. SMMUX_SOURCE names the driver's sources if they are not the
# checkout's (tests/mutants patches a copy).
SMMUX_MOD=${SMMUX_MOD:-$SMMUX_BUILD/mod}
export SMMUX_TOP SMMUX_BUILD SMMUX_CACHE SMMUX_TREE SMMUX_LOGS SMMUX_MOD

# The start time of the whole run, shared by all scripts that it calls.
export SMMUX_T0=${SMMUX_T0:-$(date +%s)}

# The project's own kernels: rig/testkernel.sh builds them; each is a lane.
readonly TEST_KERNELS="debug race rt64k"

is_test_kernel()
{
	[[ " $TEST_KERNELS " == *" $1 "* ]]
}

# The other flavours of Debian's kernels: rig/kernels.sh fetches them; each is a lane.
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

# True after SMMUX_DEADLINE seconds, if that is set: nothing more may start.
out_of_time()
{
	[ -n "${SMMUX_DEADLINE:-}" ] && [ "$SECONDS" -ge "$SMMUX_DEADLINE" ]
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "${0##*/} needs root for a chroot and mounts"
}

# logged NAME COMMAND...: writes its output to a log; shows the log's end if it fails.
logged()
{
	local log=$SMMUX_LOGS/$1.log rc=0
	shift

	mkdir -p "$SMMUX_LOGS"
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	[ "$rc" = 0 ] && return 0
	tail -n 25 "$log" | sed 's/^/    | /' >&2
	step "error: '$1' failed with $rc; all of its output is in ${log#"$SMMUX_TOP"/}"
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

# cache_path PRODUCT HASH: the place in the cache of the product build/... of these inputs.
cache_path()
{
	local name=${1#"$SMMUX_BUILD"/}

	echo "$SMMUX_CACHE/${name//\//-}-$2"
}

# cache_has PRODUCT HASH: true if the cache has it, finished from exactly these inputs; then
# PRODUCT, a name in build/, becomes a link to it.
cache_has()
{
	local kept

	kept=$(cache_path "$1" "$2")
	[ -e "$kept.done" ] || return 1
	# Marks it as used, for cache_prune.
	touch "$kept.done"
	[ "$(readlink "$1")" != "$kept" ] || return 0
	rm -rf --one-file-system "$1"
	mkdir -p "${1%/*}"
	ln -sfn "$kept" "$1"
}

# cache_keep PRODUCT HASH: moves the product from build/ into the cache.
cache_keep()
{
	local kept

	kept=$(cache_path "$1" "$2")
	rm -rf --one-file-system "$kept"
	mv -T "$1" "$kept"
	touch "$kept.done"
	cache_has "$1" "$2"
}

# cache_hash PRODUCT: the hash of the product that build/ links to.
cache_hash()
{
	local kept

	kept=$(readlink "$1") || die "no ${1##*/} yet: run tests/rig/setup.sh"
	echo "${kept##*-}"
}

# A check prints this instead of running if it passed before on the same inputs.
readonly PASSED_BEFORE="passed before on the same inputs"

# known_good WHAT HASH: true if this check passed before; only these inputs decide its result.
known_good()
{
	[ -e "$SMMUX_CACHE/good-$1-$2.done" ] || return 1
	touch "$SMMUX_CACHE/good-$1-$2.done"
	echo "$1: $PASSED_BEFORE ($2)"
}

# keep_good WHAT HASH
keep_good()
{
	touch "$SMMUX_CACHE/good-$1-$2.done"
}

# What nobody has begun to use for 30 days goes, and saved machines, of which there are many,
# after two. What was not finished goes after a day.
cache_prune()
{
	local done_file dir

	for dir in "$SMMUX_CACHE"/saved-*/; do
		[ ! -d "$dir" ] || [ -e "${dir%/}.done" ] || [ -z "$(find "$dir" -maxdepth 0 -mtime +1)" ] || rm -rf "$dir"
	done
	find "$SMMUX_CACHE" -maxdepth 1 -name '*.done' \( -mtime +30 -o -name 'saved-*' -mtime +2 \) 2>/dev/null |
		while read -r done_file; do
			rm -f "$done_file"
			rm -rf --one-file-system "${done_file%.done}"
		done
}

# False if another process has the lock.
setup_try_lock()
{
	[ -z "${SMMUX_LOCKED:-}" ] || return 0
	mkdir -p "$SMMUX_BUILD" "$SMMUX_CACHE"
	exec {SMMUX_LOCK_FD}>"$SMMUX_CACHE/.lock"
	flock -n "$SMMUX_LOCK_FD" || return 1
	export SMMUX_LOCKED=1
}

# Only one set-up at a time may use this cache; the lock is released when the shell exits.
setup_lock()
{
	setup_try_lock && return 0
	step "waiting for another set-up that uses $SMMUX_CACHE"
	flock "$SMMUX_LOCK_FD"
	export SMMUX_LOCKED=1
}

# long_lock WHAT: one builder of this at a time; others may set up other products meanwhile.
# Taken before setup_lock; released by long_unlock, or when the shell exits.
long_lock()
{
	mkdir -p "$SMMUX_CACHE"
	exec {SMMUX_LONG_LOCK_FD}>"$SMMUX_CACHE/.lock-$1"
	flock -n "$SMMUX_LONG_LOCK_FD" && return 0
	step "waiting for another build of $1"
	flock "$SMMUX_LONG_LOCK_FD"
}

long_unlock()
{
	exec {SMMUX_LONG_LOCK_FD}>&-
}

# Does nothing if the caller of this script holds the lock.
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

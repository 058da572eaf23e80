# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Shared by the scripts that run on the host: where things are, messages with the
# time that has gone by, and the cache of what set-up makes.
#
# What is made from packages (tool tree, kernels, guests, modules) is kept outside the
# checkout, in SMMUX_CACHE, by the hash of its inputs; build/ has links to it.  A finished
# product is never changed, only added to (headers, in the tool tree), so any number of
# runs and checkouts may use it at a time.  One lock orders those that make products.

SMMUX_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SMMUX_BUILD=${SMMUX_BUILD:-$SMMUX_TOP/build}
SMMUX_CACHE=${SMMUX_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/smmux}
SMMUX_TREE=$SMMUX_BUILD/tree
SMMUX_LOGS=$SMMUX_BUILD/log
# Where modules are built; the driver's sources, if they are not the checkout's,
# are in SMMUX_SOURCE (tests/mutants breaks a copy of them).
SMMUX_MOD=${SMMUX_MOD:-$SMMUX_BUILD/mod}
export SMMUX_TOP SMMUX_BUILD SMMUX_CACHE SMMUX_TREE SMMUX_LOGS SMMUX_MOD

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

# True after SMMUX_DEADLINE seconds, where that is set: nothing more is begun.
out_of_time()
{
	[ -n "${SMMUX_DEADLINE:-}" ] && [ "$SECONDS" -ge "$SMMUX_DEADLINE" ]
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

# cache_path PRODUCT HASH: where the product build/... of these inputs is kept.
cache_path()
{
	local name=${1#"$SMMUX_BUILD"/}

	echo "$SMMUX_CACHE/${name//\//-}-$2"
}

# cache_has PRODUCT HASH: it was finished from exactly these inputs; then PRODUCT, a name
# in build/, is a link to it.
cache_has()
{
	local kept

	kept=$(cache_path "$1" "$2")
	[ -e "$kept.done" ] || return 1
	# For cache_prune: it is in use.
	touch "$kept.done"
	[ "$(readlink "$1")" != "$kept" ] || return 0
	rm -rf --one-file-system "$1"
	mkdir -p "${1%/*}"
	ln -sfn "$kept" "$1"
}

# cache_keep PRODUCT HASH: what was made in build/ moves into the cache.
cache_keep()
{
	local kept

	kept=$(cache_path "$1" "$2")
	rm -rf --one-file-system "$kept"
	mv -T "$1" "$kept"
	touch "$kept.done"
	cache_has "$1" "$2"
}

# cache_hash PRODUCT: the hash of the one that is in use.
cache_hash()
{
	local kept

	kept=$(readlink "$1") || die "no ${1##*/} yet: run tests/rig/setup.sh"
	echo "${kept##*-}"
}

# What a check prints that did not run, since its inputs are those of one that passed.
readonly PASSED_BEFORE="passed before on the same inputs"

# known_good WHAT HASH: a check that these inputs decide alone passed before.
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
		[ -e "${dir%/}.done" ] || [ -z "$(find "$dir" -maxdepth 0 -mtime +1)" ] || rm -rf "$dir"
	done
	find "$SMMUX_CACHE" -maxdepth 1 -name '*.done' \( -mtime +30 -o -name 'saved-*' -mtime +2 \) 2>/dev/null |
		while read -r done_file; do
			rm -f "$done_file"
			rm -rf --one-file-system "${done_file%.done}"
		done
}

# False if somebody else has the lock.
setup_try_lock()
{
	[ -z "${SMMUX_LOCKED:-}" ] || return 0
	mkdir -p "$SMMUX_BUILD" "$SMMUX_CACHE"
	exec {SMMUX_LOCK_FD}>"$SMMUX_CACHE/.lock"
	flock -n "$SMMUX_LOCK_FD" || return 1
	export SMMUX_LOCKED=1
}

# Only one set-up at a time that uses this cache; the lock goes with the shell.
setup_lock()
{
	setup_try_lock && return 0
	step "waiting for another set-up that uses $SMMUX_CACHE"
	flock "$SMMUX_LOCK_FD"
	export SMMUX_LOCKED=1
}

# long_lock WHAT: one builder of this at a time, while others may set up other things.
# Taken before setup_lock; goes with the shell, or with long_unlock.
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

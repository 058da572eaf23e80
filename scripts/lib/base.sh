# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-setup's base: messages, changes that a dry run only prints, and the
# transaction that undoes earlier steps when a later one fails.

R=''
DRY_RUN=''
FORCE=''
UNDO=()

info()
{
	printf 'smmux-setup: %s\n' "$*"
}

warn()
{
	printf 'smmux-setup: %s\n' "$*" >&2
}

die()
{
	printf 'smmux-setup: error: %s\n' "$*" >&2
	exit 1
}

wrong_use()
{
	printf 'smmux-setup: %s\nTry: smmux-setup --help\n' "$*" >&2
	exit 2
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

# Every change goes through one of run, put_file, put_link and drop_file.
run()
{
	if [ -n "$DRY_RUN" ]; then
		info "would run: $*"
		return 0
	fi
	info "$*"
	"$@"
}

# put_file SOURCE PATH MODE: atomic, also on power loss.
put_file()
{
	local source=$1 path=$R$2 mode=$3 tmp

	if [ -n "$DRY_RUN" ]; then
		info "would write $path"
		return 0
	fi
	info "writing $path"
	mkdir -p "$(dirname "$path")"
	# A dot file: programs that read whole directories leave it alone.
	tmp=$(dirname "$path")/.${path##*/}.new
	install -m "$mode" "$source" "$tmp"
	sync "$tmp" 2>/dev/null || true
	mv -f "$tmp" "$path"
}

drop_file()
{
	local path=$R$1

	[ -e "$path" ] || [ -L "$path" ] || return 0
	if [ -n "$DRY_RUN" ]; then
		info "would remove $path"
		return 0
	fi
	info "removing $path"
	rm -rf -- "$path"
}

same_file()
{
	[ -f "$R$2" ] && cmp -s "$1" "$R$2"
}

# on_undo COMMAND...: registers how to undo the next step.
on_undo()
{
	[ -n "$DRY_RUN" ] || UNDO+=("$(printf '%q ' "$@")")
}

transaction_begin()
{
	UNDO=()
	trap 'transaction_abort $?' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

transaction_end()
{
	trap - EXIT HUP INT TERM
	UNDO=()
}

# If one undo fails, the others still run.
transaction_abort()
{
	local rc=$1 i failed=''

	trap - EXIT
	trap '' HUP INT TERM
	set +e
	if [ "${#UNDO[@]}" -gt 0 ]; then
		warn "install failed, undoing its steps"
		for ((i = ${#UNDO[@]} - 1; i >= 0; i--)); do
			(eval "${UNDO[i]}") || {
				failed=1
				warn "could not undo: ${UNDO[i]}"
			}
		done
	fi
	if [ -n "$failed" ]; then
		warn "the machine still boots with the built-in driver; see 'smmux-setup status'"
	else
		warn "nothing was changed"
	fi
	[ "$rc" != 0 ] || rc=1
	exit "$rc"
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every tool has a man page; its --help, its page and its completion have the same options;
# pages are well formed; completion offers the right words.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"
mkdir -p "$SMMUX_BUILD"
work=$(mktemp -d -p "$SMMUX_BUILD" man.XXXXXX)
trap 'rm -rf "$work"' EXIT
# A fake sysfs with devices, for the completion.
SMMUX_SYS=$work/sys
# shellcheck source=scripts/completion/smmux.bash
. scripts/completion/smmux.bash

# Remarks that scdoc's output always causes, and references to pages of other projects.
readonly HABITS='STYLE: input text line longer|STYLE: lower case character in document title|WARNING: skipping paragraph macro|STYLE: referenced manual not found'

fail()
{
	echo "$*"
	failed=1
}

# Options in the text on standard input, one a line.
options()
{
	grep -oE '(^|[][ |,*])(-[a-zA-Z]|--[a-z][a-z-]+)\b' | grep -oE -- '-.*' | sort -u
}

# not_in_both TEXT TEXT: lines that only one of them has.
not_in_both()
{
	printf '%s\n' "$@" | sort | uniq -u | xargs
}

same_options()
{
	local tool=$1 page=$2 in_page in_help in_completion

	in_page=$(grep -oE '\*(-[a-zA-Z]|--[a-z][a-z-]+)\*' "$page" | options)
	in_completion=$(tr ' ' '\n' <<<"${_smmux_options[$tool]:-}" | sort -u)
	[ "$in_page" = "$in_completion" ] ||
		fail "$tool: not in both page and completion: $(not_in_both "$in_page" "$in_completion")"
	[ -e "scripts/$tool" ] || return 0
	in_help=$(in_tree "scripts/$tool" --help | options)
	[ "$in_page" = "$in_help" ] ||
		fail "$tool: not in both page and --help: $(not_in_both "$in_page" "$in_help")"
}

check_options()
{
	local tool page name

	for tool in scripts/smmux-*; do
		name=${tool##*/}
		[ -n "$(find docs/man -name "$name.[18].scd")" ] || fail "$name has no man page"
		grep -qF "*$name*" docs/man/smmux.7.scd || fail "smmux(7) does not name $name"
	done
	for page in docs/man/smmux-*.scd; do
		name=${page##*/}
		same_options "${name%%.*}" "$page"
	done
}

check_pages()
{
	local page

	SCDOC="$SMMUX_TOP/tests/rig/man.sh scdoc" docs/man/build.sh "$work/man" || fail "pages are not well formed"
	[ "$(find "$work/man" -type f | wc -l)" = "$(find docs/man -name '*.scd' | wc -l)" ] ||
		fail "pages are missing"
	for page in "$work/man"/*; do
		[ -e "$page" ] || continue
		! tests/rig/man.sh mandoc -Tlint "$page" | grep -vE "$HABITS" || fail "mandoc has remarks on ${page##*/}"
		[ "$(tests/rig/man.sh mandoc -Tutf8 "$page" | wc -l)" -gt 25 ] || fail "${page##*/} is empty"
	done
}

# References to the project's own pages.
check_references()
{
	local name section

	while IFS='(' read -r name section; do
		[ -e "docs/man/$name.${section%)}.scd" ] || fail "no page for $name($section"
	done < <(grep -hoE '\*smmux[a-z-]*\*\([0-9]\)' docs/man/*.scd | tr -d '*' | sort -u)
}

# offers LINE WORDS: completion at the end of LINE offers exactly WORDS.
offers()
{
	COMP_LINE=$1 COMP_POINT=${#1}
	_smmux "${1%% *}"
	[ "${COMPREPLY[*]}" = "$2" ] || fail "'$1': completion offers '${COMPREPLY[*]}', not '$2'"
}

check_completion()
{
	mkdir -p "$SMMUX_SYS"/bus/platform/drivers/smmux "$SMMUX_SYS"/bus/pci/devices/0000:{01:00.0/smmux,02:00.0}
	ln -s . "$SMMUX_SYS"/bus/platform/drivers/smmux/module
	ln -s . "$SMMUX_SYS"/bus/platform/drivers/smmux/9050000.smmuv3
	offers "smmux-setup " "install uninstall status ready"
	offers "smmux-setup --dry-run un" uninstall
	offers "smmux-setup install " ""
	offers "smmux-recovery pol" policy
	offers "smmux-recovery policy " "9050000.smmuv3 0000:01:00.0"
	offers "smmux-recovery policy 9050000.smmuv3 " "quarantine reset"
	offers "smmux-recovery policy 0000:01:00.0 in" inherit
	offers "smmux-recovery reset 0000:0" "01:00.0"
	offers "smmux-recovery history " 9050000.smmuv3
	offers "smmux-decode -v l1" "l1std l1cd"
	offers "scripts/smmux-decode reg CR1" CR1
	offers "smmux-decode --granule " "4k 16k 64k"
	offers "smmux-decode --level=" "0 1 2 3"
	offers "smmux-decode --st" "--strict --stage"
	offers "smmux-top -s f" faults
	offers "smmux-record -n " ""
	offers "smmux-report doc" docs
	offers "smmux-crash -n " ""
	offers "smmux-crash doc" docs
	[ "$(complete -p | grep -c ' smmux-')" = "${#_smmux_options[@]}" ] || fail "not all tools have a completion"
}

failed=''
check_options
check_pages
check_references
check_completion
[ -z "$failed" ] || { echo "errors in man pages, or they differ from --help or completion" && exit 1; }
echo "$(find docs/man -name '*.scd' | wc -l) pages are correct and agree with the tools"

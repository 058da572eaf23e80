# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-setup: the module's source, its builds, and the user commands.

REBUILT=''
readonly COMMANDS='smmux-setup smmux-recovery smmux-top smmux-metrics smmux-snapshot
	smmux-record smmux-report smmux-decode smmux-crash'
readonly COMMAND_DIR=/usr/local/sbin

# "smmux/VERSION, KERNEL, ARCH: STATE" lines, or "smmux/VERSION: added".
dkms_lines()
{
	have dkms || return 0
	dkms status -m smmux 2>/dev/null | grep '^smmux/' || true
}

dkms_versions()
{
	dkms_lines | sed 's,^smmux/\([^,:]*\).*,\1,' | sort -uV
}

dkms_installed()
{
	dkms_lines | grep -c "^smmux/$VERSION, $1, [^:]*: installed" >/dev/null
}

module_file()
{
	local file

	for file in "$R/lib/modules/$1"/updates/dkms/smmux.ko{,.xz,.zst,.gz}; do
		[ -f "$file" ] && printf '%s\n' "$file" && return 0
	done
	return 1
}

# Compares the release's own files only; a checkout has scratch files beside them.
same_source()
{
	local entry

	for entry in VERSION dkms.conf Kbuild module debugfs scripts; do
		[ -e "$SOURCE/$entry" ] || continue
		diff -rq -x '*.o' -x '.*.cmd' "$SOURCE/$entry" "$1/$entry" >/dev/null 2>&1 || return 1
	done
}

dkms_add()
{
	local tree=$R/usr/src/smmux-$VERSION known

	known=$(dkms_versions | grep -vxF "$VERSION" | tr '\n' ' ' || true)
	[ -z "$known" ] || die "smmux ${known% } is installed: 'smmux-setup uninstall' first (no reboot needed between the two)"
	if dkms_versions | grep -xF "$VERSION" >/dev/null; then
		[ "$SOURCE" -ef "$tree" ] || same_source "$tree" ||
			die "DKMS has another source under the same version $VERSION: 'smmux-setup uninstall' first"
		return 0
	fi
	if [ "$SOURCE" -ef "$tree" ]; then
		on_undo dkms_undo_add
		run dkms add "smmux/$VERSION"
		return 0
	fi
	[ ! -e "$tree" ] || die "$tree exists, but DKMS does not know it: remove it first"
	on_undo rm -rf -- "$tree"
	on_undo dkms_undo_add
	copy_source "$tree"
	run dkms add "smmux/$VERSION"
}

# Undoes a step that failed half-way: removes what exists.
dkms_undo_add()
{
	if dkms_versions | grep -xF "$VERSION" >/dev/null; then
		dkms remove "smmux/$VERSION" --all
	fi
}

dkms_undo_build()
{
	if dkms_lines | grep -F "smmux/$VERSION, $1, " >/dev/null; then
		dkms unbuild "smmux/$VERSION" -k "$1"
	fi
}

# Only what a build and this command need: a checkout may hold gigabytes.
copy_source()
{
	local entry

	if [ -n "$DRY_RUN" ]; then
		info "would copy the source to $1"
		return 0
	fi
	info "copying the source to $1"
	mkdir -p "$1"
	for entry in VERSION COPYING README.md CHANGELOG.md SECURITY.md Kbuild Makefile dkms.conf module debugfs scripts; do
		[ ! -e "$SOURCE/$entry" ] || cp -r "$SOURCE/$entry" "$1/"
	done
	# Objects of a build in the checkout are for another kernel.
	find "$1" -type f \( -name '*.o' -o -name '.*.cmd' \) -delete
}

dkms_put()
{
	local v

	dkms_add
	for v in "${KERNELS[@]}"; do
		dkms_installed "$v" && module_file "$v" >/dev/null && continue
		on_undo dkms_undo_build "$v"
		run dkms install "smmux/$VERSION" -k "$v" --force
		REBUILT=1
		[ -n "$DRY_RUN" ] || check_module "$v"
	done
}

# DKMS can report success for a build that it skipped.
check_module()
{
	local file magic

	file=$(module_file "$1") || die "DKMS did not install the module for $1"
	magic=$(modinfo -F vermagic "$file" | cut -d' ' -f1)
	[ "$magic" = "$1" ] || die "the module for $1 is built for '$magic'"
	if signatures_needed; then
		[ -n "$(modinfo -F signer "$file")" ] || die "DKMS did not sign the module for $1"
	fi
}

dkms_drop()
{
	local version rc=0

	while read -r version; do
		[ -n "$version" ] || continue
		run dkms remove "smmux/$version" --all || rc=1
		drop_source "$R/usr/src/smmux-$version"
	done < <(dkms_versions)
	drop_source "$R/usr/src/smmux-$VERSION"
	return "$rc"
}

drop_source()
{
	[ -e "$1" ] || return 0
	if [ -e "$1/.git" ]; then
		warn "$1 stays: it is a git checkout"
		return 0
	fi
	drop_file "${1#"$R"}"
}

# The commands must work after the unpacked archive is deleted.
command_put()
{
	local name target command

	for name in $COMMANDS; do
		target=/usr/src/smmux-$VERSION/scripts/$name command=$R$COMMAND_DIR/$name
		[ "$(readlink "$command" 2>/dev/null)" != "$target" ] || continue
		[ ! -e "$command" ] || [ -L "$command" ] || die "$command does not belong to smmux"
		on_undo rm -f "$command"
		run mkdir -p "$R$COMMAND_DIR"
		run ln -sfn "$target" "$command"
	done
}

command_drop()
{
	local name rc=0

	for name in $COMMANDS; do
		[ ! -L "$R$COMMAND_DIR/$name" ] || drop_file "$COMMAND_DIR/$name" || rc=1
	done
	return "$rc"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Packages as files: the kernels and the guest's programs are extracted, never
# installed, so that no maintainer script of a foreign architecture runs.

# debs_try ARGUMENT...: apt-get in the tool tree; a second try with new package lists,
# because the archive drops old versions that the cached lists still name.
# DEBS_CONFIG names an apt configuration file, for another archive.
debs_try()
{
	local log=$SMMUX_LOGS/debs.log apt=(env APT_CONFIG="${DEBS_CONFIG:-}" apt-get)

	mkdir -p "$SMMUX_LOGS"
	in_tree "${apt[@]}" "$@" >"$log" 2>&1 && return 0
	in_tree "${apt[@]}" update >>"$log" 2>&1 && in_tree "${apt[@]}" "$@" >>"$log" 2>&1 && return 0
	tail -n 15 "$log" | sed 's/^/    | /' >&2
	return 1
}

# debs_fetch DIR PACKAGE[:ARCH]...: downloads exactly these packages to DIR.
debs_fetch()
{
	local dir=$1
	shift

	mkdir -p "$dir"
	(cd "$dir" && debs_try download -o APT::Sandbox::User=root "$@")
}

# debs_closure DIR ARCH PACKAGE...: downloads these and all their dependencies.
debs_closure()
{
	local dir=$1 arch=$2
	shift 2

	mkdir -p "$dir/partial"
	: >"$dir/none"
	debs_try install --download-only -y --no-install-recommends \
		-o APT::Sandbox::User=root \
		-o Dir::State::status="$dir/none" -o Dir::Cache::archives="$dir" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
		-o APT::Architecture="$arch" -o APT::Architectures::="$arch" "$@"
}

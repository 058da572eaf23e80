# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Packages as files: the kernels and the guest's programs are extracted, never
# installed, so that no maintainer script has to run for a foreign machine.

# debs_try ARGUMENT...: apt-get in the tree; a second try with fresh lists,
# because the archive drops old versions while our lists still name them.
# In DEBS_CONFIG: a configuration file for apt, to have it look at another archive.
debs_try()
{
	local log=$SMMUX_LOGS/debs.log apt=(env APT_CONFIG="${DEBS_CONFIG:-}" apt-get)

	mkdir -p "$SMMUX_LOGS"
	in_tree "${apt[@]}" "$@" >"$log" 2>&1 && return 0
	in_tree "${apt[@]}" update >>"$log" 2>&1 && in_tree "${apt[@]}" "$@" >>"$log" 2>&1 && return 0
	tail -n 15 "$log" | sed 's/^/    | /' >&2
	return 1
}

# debs_fetch DIR PACKAGE[:ARCH]...: exactly these packages, as files in DIR.
debs_fetch()
{
	local dir=$1
	shift

	mkdir -p "$dir"
	(cd "$dir" && debs_try download -o APT::Sandbox::User=root "$@")
}

# debs_closure DIR ARCH PACKAGE...: these and all that they depend on.
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

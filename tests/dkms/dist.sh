#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes the release archive: the files for a DKMS build and for users, without the
# tests. The same sources give the same archive, byte for byte.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<-EOT
	usage: ${0##*/} [FILE]
	Writes FILE (default build/smmux-VERSION.tar.gz) from the working copies of all files
	that git tracks or would add, and prints its name.
	Exit code: 0 success, 1 failure, 2 usage error.
	EOT
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
-*) usage_error "unknown option '$1'" ;;
esac
cd "$SMMUX_TOP"
version=$(cat VERSION)
file=${1:-$SMMUX_BUILD/smmux-$version.tar.gz}
mkdir -p "$(dirname "$file")"

parts=()
for part in VERSION COPYING README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md Kbuild Makefile dkms.conf module debugfs scripts docs; do
	[ ! -e "$part" ] || parts+=("$part")
done
git ls-files -z --cached --others --exclude-standard -- "${parts[@]}" |
	while IFS= read -r -d '' path; do
		[ ! -e "$path" ] || printf '%s\0' "$path"
	done |
	LC_ALL=C sort -zu |
	tar -c --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		--mtime="@$(git log -1 --format=%ct 2>/dev/null || echo 0)" \
		--transform="s,^,smmux-$version/," --no-recursion --null --files-from=- |
	gzip -n >"$file.new"
mv "$file.new" "$file"
echo "${file#"$SMMUX_TOP"/}"

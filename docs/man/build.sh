#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes the man pages of docs/man/*.scd with scdoc: all of them, or none.

set -euo pipefail

usage()
{
	cat <<EOF
usage: ${0##*/} DIR
Makes NAME.SECTION in DIR from each NAME.SECTION.scd here. Needs scdoc (apt install scdoc);
the environment variable SCDOC names another command to run instead.
Exit code: 0 success, 1 failure, 2 usage error.
EOF
}

case $#:${1:-} in
1:-h | 1:--help) usage && exit 0 ;;
1:?*) ;;
*) usage >&2 && exit 2 ;;
esac
read -ra command <<<"${SCDOC:-scdoc}"
command -v "${command[0]}" >/dev/null ||
	{ echo "${0##*/}: no ${command[0]}: apt install scdoc" >&2 && exit 1; }
mkdir -p "$1"
new=$(mktemp -d -p "$1" .new.XXXXXX)
trap 'rm -rf "$new"' EXIT
for page in "$(dirname "$0")"/*.scd; do
	name=${page##*/}
	"${command[@]}" <"$page" >"$new/${name%.scd}" ||
		{ echo "${0##*/}: $page is not well formed" >&2 && exit 1; }
done
mv "$new"/* "$1/"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes the man pages of docs/man/*.scd, with scdoc, all or none.

set -euo pipefail

usage()
{
	cat <<EOF
usage: ${0##*/} DIR
Makes NAME.SECTION in DIR of each NAME.SECTION.scd here. Needs scdoc (apt install scdoc);
SCDOC in the environment is a command to run in its place.
Exit code: 0 done, 1 failed, 2 wrong use.
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

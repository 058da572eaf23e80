#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds a program for the guest from one source file, statically linked.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} NAME
Builds build/prog/NAME from tests/guest/prog/NAME.c, unless the cache has it.
Exit code: 0 success, 1 it does not build, 2 usage error.
EOF
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
'') usage_error "no program given" ;;
esac
source=$SMMUX_TOP/tests/guest/prog/$1.c
out=$SMMUX_BUILD/prog/$1
[ -e "$source" ] || usage_error "no $source"
need_root
mkdir -p "$SMMUX_BUILD/prog"
exec {lock}>"$out.lock"
flock "$lock"
hash=$(stamp_of "$0" "$source" "$(cache_hash "$SMMUX_TREE")")
cache_has "$out" "$hash" && exit 0
rm -f "$out"
logged "program-$1" in_tree aarch64-linux-gnu-gcc -O2 -Wall -Wextra -Werror -static -s \
	-o "$out" "$source" || die "$1 does not build"
cache_keep "$out" "$hash"

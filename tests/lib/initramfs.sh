# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the guest's initramfs and the overlays of it are made with: programs out of
# packages with the libraries that they are linked to, and a tree as one file.

# debs_extract DEBS-DIR DIR: the files of all packages there, in DIR, which is made anew.
debs_extract()
{
	local deb

	rm -rf "$2"
	for deb in "$1"/*.deb; do
		in_tree dpkg -x "$deb" "$2"
	done
}

# copy_with_libraries FROM TO FILE...: each file and, once, all that it is linked to.
copy_with_libraries()
{
	local from=$1 to=$2 todo file lib path
	shift 2
	todo=("$@")

	while [ ${#todo[@]} -gt 0 ]; do
		file=${todo[0]}
		todo=("${todo[@]:1}")
		[ ! -e "$to$file" ] || continue
		mkdir -p "$to${file%/*}"
		cp -L "$from$file" "$to$file"
		while read -r lib; do
			path=$(find "$from/usr/lib" -name "$lib" -print -quit)
			[ -n "$path" ] || die "library $lib of $file is in no package"
			todo+=("${path#"$from"}")
		done < <(in_tree aarch64-linux-gnu-readelf -dl "$to$file" |
			sed -nE -e 's/.*\(NEEDED\).*\[(.*)\]/\1/p' \
				-e 's/.*program interpreter: .*\/([^/]*)\]/\1/p')
	done
}

# pack DIR: as an initramfs, to standard output. Names have no "./" in front: a kernel that
# looks for one before it unpacks anything compares them as they are.
pack()
{
	# shellcheck disable=SC2016
	in_tree sh -c 'cd "$1" && find . ! -name . -printf "%P\n" | LC_ALL=C sort |
		cpio -o -H newc --quiet -R 0:0' pack "$1"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Test headers and what follows from them. A guest test's header has lines
# "# KEY: value":
#   DESCRIPTION  one line
#   MATRIX       key=value,value ...: one configuration for each combination;
#                keys lane fw smp (default 2) smmu strict driver; several lines
#                add up. "make test" runs these
#   FULL         the same, for configurations that only "make test-all" runs
#   ALSO         the same, for configurations that run only by name or lane
#   DEVICES      names that tests/rig/vm.sh knows
#   CMDLINE      more kernel command line      MODULE  parameters of smmux.ko
#   TIMEOUT      seconds for the whole machine (default 120)
#   QEMU         more of its options
#   TRACE        its trace events, into trace.log of the results, for AFTER
#   WITH         bpftrace: it is in this guest; bpftrace-new: the newest is, as
#                /opt/bpftrace/bpftrace; perf: it and trace-cmd are;
#                no-btf: /smmux/smmux-no-btf.ko is, the driver as a build without pahole
#                leaves it; kernel: this kernel is, as /smmux/vmlinuz;
#                burst, ask, news, nobody: /smmux/burst... is, of tests/guest/prog
#   EXPECT       regexp of a kernel message that would else fail the test
#   AFTER        a program in the checkout that looks at what the machine left behind; it is
#                given the directory of the results, and fails the test if it fails
#   DTB          fdtput arguments that change the device tree, the first @ is the file,
#                %smmu the SMMU's phandle
#   IORT         a node more in the IORT (acpi only), an argument of tests/rig/iort.py

# test_load NAME: the test that meta() reads from now on.
test_load()
{
	test_file=$SMMUX_TOP/tests/guest/$1.sh
	[ -e "$test_file" ] || die "no test $1"
}

meta_all()
{
	sed -n "/^[^#]/q; s/^# $1: *//p" "$test_file"
}

# meta KEY [DEFAULT]
meta()
{
	local value

	value=$(meta_all "$1" | head -n 1)
	echo "${value:-${2:-}}"
}

# comes_with WORD: it is among those of WITH.
comes_with()
{
	[[ " $(meta WITH) " == *" $1 "* ]]
}

# expand PREFIX WORD...: all combinations of the words' values.
expand()
{
	local prefix=$1 key value values
	shift

	if [ $# = 0 ]; then
		echo "$prefix"
		return
	fi
	key=${1%%=*}
	IFS=, read -ra values <<<"${1#*=}"
	shift
	for value in "${values[@]}"; do
		expand "$prefix $key=$value" "$@"
	done
}

# config_name "key=value ...": the name under which results are kept; what has
# its usual value is left out of it.
config_name()
{
	local lane=backports fw=dt smp=2 smmu=machine strict=1 driver=smmux name word

	for word in $1; do
		case $word in
		lane=* | fw=* | smp=* | smmu=* | strict=* | driver=*) printf -v "${word%%=*}" %s "${word#*=}" ;;
		*) die "$test_file: unknown MATRIX key in '$word'" ;;
		esac
	done
	name=$lane-$fw
	[ "$smp" = 2 ] || name+=-smp$smp
	[ "$smmu" = machine ] || name+=-smmu$smmu
	[ "$strict" = 1 ] || name+=-lazy
	[ "${2:-$driver}" = smmux ] || name+=-builtin
	echo "$name"
}

# config_load NAME: the other way round, into c_* variables.
config_load()
{
	local word words

	IFS=- read -ra words <<<"$1"
	c_lane=${words[0]} c_fw=${words[1]}
	c_smp=2 c_smmu=machine c_strict=1 c_driver=smmux
	for word in "${words[@]:2}"; do
		case $word in
		smp*) c_smp=${word#smp} ;;
		smmu*) c_smmu=${word#smmu} ;;
		lazy) c_strict=0 ;;
		builtin) c_driver=builtin ;;
		*) die "unknown part '$word' of configuration '$1'" ;;
		esac
	done
	# For whoever called us.
	export c_lane c_fw c_smp c_smmu c_strict c_driver
}

# matrix KEY...: these lines of the test that is loaded, a configuration a line.
matrix()
{
	local key line words

	for key in "$@"; do
		while IFS= read -r line; do
			read -ra words <<<"$line"
			expand '' "${words[@]}"
		done < <(meta_all "$key")
	done
}

# configurations TIER: quick (make test), rest (what make test-all has beside it), all
# (both), asked (all that there are).
configurations()
{
	case $1 in
	quick) matrix MATRIX ;;
	all) matrix MATRIX FULL ;;
	asked) matrix MATRIX FULL ALSO ;;
	rest)
		{
			matrix MATRIX | sed 's/^/-/'
			matrix FULL
		} | awk '/^-/ { skip[substr($0, 2)]; next } !($0 in skip)'
		;;
	esac
}

# plan_all TIER LANE DRIVER: all tests as name.configuration, host tests as host-name,
# the path of DKMS as dkms-lane.
plan_all()
{
	local file lane config

	for file in "$SMMUX_TOP"/tests/host/*.sh; do
		[ -e "$file" ] && [ "$1" != rest ] || continue
		file=${file##*/}
		echo "host-${file%.sh}"
	done
	for lane in stable backports; do
		[ -z "$2" ] || [ "$2" = "$lane" ] || continue
		[ "$1" = quick ] || echo "dkms-$lane"
	done
	for file in "$SMMUX_TOP"/tests/guest/[0-9]*.sh; do
		[ -e "$file" ] || continue
		file=${file##*/}
		test_load "${file%.sh}"
		while IFS= read -r config; do
			config=$(config_name "$config" "${3:-}")
			[ -z "$2" ] || [[ $config == "$2"-* ]] || continue
			echo "${file%.sh}.$config"
		done < <(configurations "$1")
	done | awk '!seen[$0]++'
}

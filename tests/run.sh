#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs tests: host tests (tests/host/*.sh), the DKMS path (tests/dkms/run.sh), then
# guest tests (tests/guest/NNN-*.sh), each in every configuration of its MATRIX
# lines, each in a machine of its own. Prints KTAP and, last, the sums.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=tests/lib/verdict.sh
. "$(dirname "$0")/lib/verdict.sh"
# shellcheck source=tests/lib/plan.sh
. "$(dirname "$0")/lib/plan.sh"
# shellcheck source=tests/lib/payload.sh
. "$(dirname "$0")/lib/payload.sh"

readonly RESULTS=${SMMUX_RESULTS:-$SMMUX_BUILD/results}

usage()
{
	cat <<EOF
usage: ${0##*/} [option...] [PATTERN...]
Runs the tests whose "name.configuration" holds one of the PATTERNs (shell
patterns; if there is none all tests, without the configurations that a header
gives as "ALSO").
Logs: build/results/NAME.CONFIGURATION/. In the environment: SMMUX_SOAK=N makes the
tests with a random part N times as long, SMMUX_SEED=N has them begin with that seed;
after SMMUX_DEADLINE=N seconds no test is begun: the rest is skipped, and says why.
  -l         list, do not run
  -k LANE    only configurations of this kernel lane (stable, backports, debug, race,
             rt64k; rt, cloud, page16k, rt612, cloud612, page16k612)
  -d DRIVER  run with smmux or builtin, whatever the test says
  -g / -H    only guest tests / only host tests
  -j N       machines at a time (default 2)
  -v         show subtests as they come
Exit code: 0 no test failed, 1 some did, 2 wrong use.
EOF
}

parse()
{
	list='' lane='' driver='' only='' jobs=2 verbose=''
	local option

	while getopts :lk:d:gHj:vh option; do
		case $option in
		l) list=1 ;;
		k) lane=$OPTARG ;;
		d) driver=$OPTARG ;;
		g) only=guest ;;
		H) only=host ;;
		j) jobs=$OPTARG ;;
		v) verbose=1 ;;
		h) usage && exit 0 ;;
		*) usage_error "unknown option or missing value: -$OPTARG" ;;
		esac
	done
	shift $((OPTIND - 1))
	patterns=("$@")
}

matches()
{
	local pattern

	[ ${#patterns[@]} -gt 0 ] || return 0
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053
		[[ $1 != *$pattern* ]] || return 0
	done
	return 1
}

# A driver as a build without pahole leaves it.
without_btf()
{
	in_tree aarch64-linux-gnu-objcopy -R .BTF -R .BTF.base "$1/smmux.ko" "$1/smmux-no-btf.ko"
}

make_payload()
{
	payload_make "$1/payload" "$c_lane" "$test_file" FW="$c_fw" SMP="$c_smp" SMMU="$c_smmu" \
		STRICT="$c_strict" DRIVER="$c_driver" MODULE_PARAMS="$(meta MODULE)" \
		SOAK="${SMMUX_SOAK:-1}" SEED="${SMMUX_SEED:-}"
	! comes_with kernel || cp "$SMMUX_BUILD/kernels/$c_lane/vmlinuz" "$1/payload/smmux"
	! comes_with no-btf || without_btf "$1/payload/smmux"
	for program in burst ask nobody news; do
		comes_with $program || continue
		"$SMMUX_TOP/tests/rig/program.sh" $program
		cp "$SMMUX_BUILD/prog/$program" "$1/payload/smmux"
	done
}

# Seconds for this configuration: what the test says, more where all is checked.
time_limit()
{
	local limit

	limit=$(($(meta TIMEOUT 120) * ${SMMUX_SOAK:-1}))
	! is_test_kernel "$c_lane" || limit=$((limit * 4))
	echo "$limit"
}

run_machine()
{
	local dir=$1 edit each arguments=()

	arguments=(--out "$dir" --payload "$dir/payload" --lane "$c_lane" --fw "$c_fw"
		--smp "$c_smp" --smmu "$c_smmu" --driver "$c_driver"
		--devices "$(meta DEVICES)" --timeout "$(time_limit)"
		--append "iommu.strict=$c_strict $(meta CMDLINE)")
	while IFS= read -r edit; do
		[ -z "$edit" ] || arguments+=(--dtb-edit "$edit")
	done < <(meta_all DTB)
	while IFS= read -r edit; do
		[ -z "$edit" ] || arguments+=(--iort "$edit")
	done < <(meta_all IORT)
	for edit in $(meta QEMU); do
		arguments+=(--qemu "$edit")
	done
	[ -z "$(meta WITH)" ] || arguments+=(--mem 2G)
	! comes_with bpftrace || arguments+=(--with bpftrace)
	for each in bpftrace-new perf; do
		comes_with $each || continue
		"$SMMUX_TOP/tests/rig/extra.sh" "$each" || return 1
		arguments+=(--with "$each")
	done
	[ -z "$(meta TRACE)" ] || arguments+=(--trace "$(meta TRACE)")
	[ -z "$verbose" ] || arguments+=(--echo)
	"$SMMUX_TOP/tests/rig/vm.sh" "${arguments[@]}"
}

# What the guest has no tools for is looked at here.
look_after()
{
	local program

	program=$(meta AFTER)
	[ -z "$program" ] || "$SMMUX_TOP/$program" "$1" >"$1/after" 2>&1 ||
		echo "not ok 0 - $program: $(tail -n 1 "$1/after" | cut -c1-140)" >>"$1/results"
}

# One machine, start to verdict, in a process of its own.
run_guest_test()
{
	local name=$1 dir=$RESULTS/$1 expected start=$SECONDS lock

	# Another run in this checkout may be at the same test.
	exec {lock}>"$RESULTS/.$name.lock"
	flock "$lock"
	test_load "${name%%.*}"
	config_load "${name#*.}"
	rm -rf "$dir"
	mkdir -p "$dir"
	make_payload "$dir"
	run_machine "$dir" >"$dir/vm.log" 2>&1 || true
	rm -rf "$dir/payload"
	look_after "$dir"
	mapfile -t expected < <(meta_all EXPECT)
	verdict "$dir" "${expected[@]}" | tee "$dir/verdict" >"$run/$name.verdict"
	echo "$((SECONDS - start))" >"$run/$name.seconds"
}

# A test that is a program of its own: exit code 0, 4 for skipped, or failed.
run_program_test()
{
	local name=$1 dir=$RESULTS/$1 rc=0 start=$SECONDS command limit=$((900 * ${SMMUX_SOAK:-1}))

	command=("$SMMUX_TOP/tests/host/${name#host-}.sh")
	if [[ $name == dkms-* ]]; then
		command=("$SMMUX_TOP/tests/dkms/run.sh" "${name#dkms-}")
		limit=4200
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	timeout "$limit" "${command[@]}" >"$dir/output" 2>&1 || rc=$?
	case $rc in
	0) echo pass ;;
	4) echo "skip $(tail -n 1 "$dir/output")" ;;
	124) echo "fail no end after $limit s" ;;
	*) echo "fail $(tail -n 1 "$dir/output" | cut -c1-140)" ;;
	esac >"$run/$name.verdict"
	echo "$((SECONDS - start))" >"$run/$name.seconds"
}

# Where somebody else would end the whole run, without a sum.
out_of_time()
{
	[ -n "${SMMUX_DEADLINE:-}" ] && [ "$SECONDS" -ge "$SMMUX_DEADLINE" ]
}

run_test()
{
	if out_of_time; then
		echo "skip not begun in $SMMUX_DEADLINE s (SMMUX_DEADLINE)" >"$run/$1.verdict"
		return
	fi
	case $1 in
	host-* | dkms-*) run_program_test "$1" ;;
	*) run_guest_test "$1" ;;
	esac
}

# One KTAP line, and where it failed the subtests and the log's place.
report()
{
	local name=$1 dir=$RESULTS/$1 result seconds

	result=$(cat "$run/$name.verdict" 2>/dev/null || echo "fail the runner died")
	seconds=$(cat "$run/$name.seconds" 2>/dev/null || echo '?')
	number=$((number + 1))
	case $result in
	pass)
		passed=$((passed + 1))
		echo "ok $number - $name ($seconds s)"
		;;
	skip*)
		skipped=$((skipped + 1))
		echo "ok $number - $name # SKIP ${result#skip }"
		;;
	*)
		failed=$((failed + 1))
		echo "not ok $number - $name ($seconds s): ${result#fail }"
		show_failure "$dir"
		;;
	esac
}

show_failure()
{
	local dir=$1

	if [ -e "$dir/output" ]; then
		tail -n 15 "$dir/output" | sed 's/^/  # /'
	else
		grep -vE '^ok ' "$dir/results" 2>/dev/null | head -n 20 | sed 's/^/  # /' || true
		head -n 5 "$dir/bad-lines" 2>/dev/null | sed 's/^/  # log: /' || true
		grep -m1 'error:' "$dir/vm.log" 2>/dev/null | sed 's/^/  # /' || true
	fi
	echo "  # logs: ${dir#"$SMMUX_TOP"/}"
}

# Keeps as many tests going as allowed and reports each as it ends.
run_all()
{
	local pid finished
	local -A running=()

	while [ $# -gt 0 ] || [ ${#running[@]} -gt 0 ]; do
		while [ $# -gt 0 ] && [ ${#running[@]} -lt "$jobs" ]; do
			run_test "$1" &
			running[$!]=$1
			shift
		done
		finished=''
		wait -n -p finished "${!running[@]}" || true
		pid=$finished
		[ -n "$pid" ] || die "lost a running test"
		report "${running[$pid]}"
		unset "running[$pid]"
	done
}

# lane_of NAME.LANE-...
lane_of()
{
	local config=${1#*.}

	echo "${config%%-*}"
}

select_tests()
{
	local name

	host_tests=() guest_tests=() dkms_tests=() shared=() shared_later=() alone=()
	while read -r name; do
		matches "$name" || continue
		case $name in
		host-*) [ "$only" = guest ] || host_tests+=("$name") ;;
		dkms-*) [ -n "$only" ] || dkms_tests+=("$name") ;;
		*) [ "$only" = host ] || guest_tests+=("$name") ;;
		esac
	done < <(plan_all "$lane" "$driver" "${patterns[*]}")
	for name in "${guest_tests[@]}"; do
		if wants_to_be_alone "$name"; then
			alone+=("$name")
		elif is_test_kernel "$(lane_of "$name")"; then
			shared_later+=("$name")
		else
			shared+=("$name")
		fi
	done
	all_tests=("${host_tests[@]}" "${dkms_tests[@]}" "${shared[@]}" "${shared_later[@]}"
		"${alone[@]}")
	[ ${#all_tests[@]} -gt 0 ] || usage_error "no test matches: ${patterns[*]}"
}

# guest_test_like PATTERN: is there one? In a pipe, a grep that has seen enough would
# make its writer fail, now and then.
guest_test_like()
{
	local name

	for name in "${guest_tests[@]}"; do
		# shellcheck disable=SC2053
		[[ $name != $1 ]] || return 0
	done
	return 1
}

lane_is_used()
{
	guest_test_like "*.$1-*"
}

# The other flavours of Debian's kernels.
make_flavours()
{
	local each

	for each in $FLAVOURS; do
		lane_is_used "$each" || continue
		"$SMMUX_TOP/tests/rig/kernels.sh" "$each" || return 1
		"$SMMUX_TOP/tests/rig/guest.sh" "$each" || return 1
	done
}

# The project's own kernels take long, so only for tests that want them, and with
# what processor time the other tests leave.
make_test_kernels()
{
	local each

	for each in $TEST_KERNELS; do
		lane_is_used "$each" || continue
		nice -n 19 "$SMMUX_TOP/tests/rig/testkernel.sh" "$each" || return 1
		"$SMMUX_TOP/tests/rig/guest.sh" "$each" || return 1
	done
}

# end_all PID: it and all that it began.
end_all()
{
	local child

	for child in $(pgrep -P "$1"); do
		end_all "$child"
	done
	kill "$1" 2>/dev/null || true
}

# Waits for the kernels, if need be to the deadline; false if it comes first.
await_test_kernels()
{
	while kill -0 "$kernels" 2>/dev/null; do
		if out_of_time; then
			end_all "$kernels"
			return 1
		fi
		sleep 2
	done
	wait "$kernels" || die "no test kernel"
}

# build_modules LANE...: a driver that does not build fails here, at once, and not in
# every machine.
build_modules()
{
	local each what

	for each in "$@"; do
		lane_is_used "$each" || continue
		what=(client)
		[ "$driver" = builtin ] || what+=(driver)
		[ "$each" != debug ] || what+=(kunit)
		! guest_test_like "8[1234]*.$each-*" || what+=(vsmmu)
		payload_modules "$each" "${what[@]}"
	done
}

main()
{
	number=0 passed=0 failed=0 skipped=0
	parse "$@"
	select_tests
	if [ -n "$list" ]; then
		printf '%s\n' "${all_tests[@]}"
		return 0
	fi
	"$SMMUX_TOP/tests/rig/setup.sh"
	mkdir -p "$RESULTS"
	make_flavours
	# shellcheck disable=SC2086
	build_modules stable backports $FLAVOURS
	run=$(mktemp -d)
	trap 'rm -rf "$run"' EXIT
	trap 'trap - TERM EXIT; rm -rf "$run"; kill 0' INT TERM
	make_test_kernels &
	kernels=$!
	echo "KTAP version 1"
	echo "1..${#all_tests[@]}"
	run_all "${host_tests[@]}" "${dkms_tests[@]}" "${shared[@]}"
	# shellcheck disable=SC2086
	! await_test_kernels || build_modules $TEST_KERNELS
	run_all "${shared_later[@]}"
	jobs=1
	run_all "${alone[@]}"
	step "all tests have run; logs are in build/results"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

main "$@"; exit

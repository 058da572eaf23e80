#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs tests: host tests (tests/host/*.sh), the DKMS path (tests/dkms/run.sh), and
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

readonly GRACE=600		# seconds after the deadline, for tests that were begun before
readonly KERNEL_SECONDS=2400	# that must be left to begin with a kernel of the project's own
readonly RESULTS=${SMMUX_RESULTS:-$SMMUX_BUILD/results}
# shellcheck source=tests/lib/report.sh
. "$(dirname "$0")/lib/report.sh"
# shellcheck source=tests/lib/order.sh
. "$(dirname "$0")/lib/order.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [option...] [PATTERN...]
Runs the tests whose "name.configuration" holds one of the PATTERNs (shell patterns). If
there is none: those of "make test", which each header gives as "MATRIX".
Logs: build/results/NAME.CONFIGURATION/. In the environment: SMMUX_SOAK=N makes the
tests with a random part N times as long, SMMUX_SEED=N has them begin with that seed;
after SMMUX_DEADLINE=N seconds no test is begun: the rest is skipped, and named at the end.
  -a         all: the configurations that a header gives as "FULL", too, and DKMS
  -r         the rest: what -a has and a plain run has not
  -t TURN    with -r: which half comes first, by this number's last bit (CI: of the commit)
  -l         list, do not run
  -k LANE    only configurations of this kernel lane (stable, backports, debug, race,
             rt64k; rt, cloud, page16k, rt612, cloud612, page16k612)
  -d DRIVER  run with smmux or builtin, whatever the test says
  -g / -H    only guest tests / only host tests
  -j N       machines at a time (default 2)
  -v         show subtests as they come
  -1         do not run failed tests again
  --times    where the last run's time went
  --costs    what each test took here last, as tests/costs has it
Exit code: 0 no test failed, 1 some did, 2 wrong use.
EOF
}

parse()
{
	list='' lane='' driver='' only='' jobs=2 verbose='' tier=quick turn=0 again=1
	local option

	case ${1:-} in
	--times) show_times && exit 0 ;;
	--costs) sort "$SECONDS_HERE" && exit 0 ;;
	--help) usage && exit 0 ;;
	esac
	while getopts :art:lk:d:gHj:v1h option; do
		case $option in
		a) tier=all ;;
		r) tier=rest ;;
		t) turn=$OPTARG ;;
		l) list=1 ;;
		k) lane=$OPTARG tier=asked ;;
		d) driver=$OPTARG ;;
		g) only=guest ;;
		H) only=host ;;
		j) jobs=$OPTARG ;;
		v) verbose=1 ;;
		1) again='' ;;
		h) usage && exit 0 ;;
		*) usage_error "unknown option or missing value: -$OPTARG" ;;
		esac
	done
	[[ $jobs =~ ^[1-9][0-9]*$ && $turn =~ ^[0-9]+$ ]] || usage_error "-j and -t want numbers"
	shift $((OPTIND - 1))
	patterns=("$@")
	[ $# = 0 ] || tier=asked
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
		SOAK="${SMMUX_SOAK:-1}" SEED="${SMMUX_SEED:-$((SRANDOM & 0xffffff))}" PATIENCE="$patience" \
		SHARE="$([ "$tier" != quick ] && echo 1 || echo 3)"
	! comes_with kernel || cp "$SMMUX_BUILD/kernels/$c_lane/vmlinuz" "$1/payload/smmux"
	! comes_with no-btf || without_btf "$1/payload/smmux"
	for program in burst ask nobody news; do
		comes_with $program || continue
		"$SMMUX_TOP/tests/rig/program.sh" $program
		cp "$SMMUX_BUILD/prog/$program" "$1/payload/smmux"
	done
}

# capped SECONDS: where the whole run has a deadline, not much beyond it.
capped()
{
	local left

	left=$((${SMMUX_DEADLINE:-$1} + GRACE - SECONDS))
	[ -z "${SMMUX_DEADLINE:-}" ] || [ "$1" -lt "$left" ] || { echo "$left" && return; }
	echo "$1"
}

# Seconds for this configuration, for hangs alone: what the test says, more where all is
# checked, and where the machine is slow or busy.
time_limit()
{
	local limit

	limit=$(($(meta TIMEOUT 120) * ${SMMUX_SOAK:-1} * patience))
	! is_test_kernel "$c_lane" || limit=$((limit * 4))
	capped "$limit"
}

run_machine()
{
	local dir=$1 edit each arguments=()

	arguments=(--saved --out "$dir" --payload "$dir/payload" --lane "$c_lane" --fw "$c_fw"
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
	for each in bpftrace bpftrace-new perf; do
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
	local name=$1 dir=$RESULTS/$1 rc=0 start=$SECONDS command
	local limit=$((900 * ${SMMUX_SOAK:-1} * patience))

	command=("$SMMUX_TOP/tests/host/${name#host-}.sh")
	if [[ $name == dkms-* ]]; then
		command=("$SMMUX_TOP/tests/dkms/run.sh" "${name#dkms-}")
		limit=$((2400 * patience))
	fi
	limit=$(capped "$limit")
	rm -rf "$dir"
	mkdir -p "$dir"
	SMMUX_PATIENCE=$patience timeout "$limit" "${command[@]}" >"$dir/output" 2>&1 || rc=$?
	case $rc in
	0) echo pass ;;
	4) echo "skip $(tail -n 1 "$dir/output")" ;;
	124) echo "fail no end after $limit s" ;;
	*) echo "fail $(tail -n 1 "$dir/output" | cut -c1-140)" ;;
	esac >"$run/$name.verdict"
	echo "$((SECONDS - start))" >"$run/$name.seconds"
}

# fits NAME: it will have ended when capped() would cut it off.
fits()
{
	local cost

	[ -n "${SMMUX_DEADLINE:-}" ] || return 0
	cost=$(with_costs <<<"$1")
	cost=${cost%% *}
	[ $((SECONDS + ${cost%.*} * 3 / 2)) -lt $((SMMUX_DEADLINE + GRACE)) ]
}

# has_kernel NAME: false only where there was no time to build one.
has_kernel()
{
	[[ $1 != *.* || $1 == host-* ]] || [ -e "$SMMUX_BUILD/kernels/$(lane_of "$1")/version" ]
}

run_test()
{
	if out_of_time || ! fits "$1" || ! has_kernel "$1"; then
		echo "skip not begun in $SMMUX_DEADLINE s, or too long for what is left (SMMUX_DEADLINE)" \
			>"$run/$1.verdict"
		return
	fi
	case $1 in
	host-* | dkms-*) run_program_test "$1" ;;
	*) run_guest_test "$1" ;;
	esac
}

# begin NAME: in the background
begin()
{
	run_test "$1" &
	running[$!]=$1
}

# Waits for any of those that are running, and reports it, or for the test kernels.
reap()
{
	local finished='' rc=0 name

	# shellcheck disable=SC2086
	wait -n -p finished "${!running[@]}" $kernels || rc=$?
	[ -n "$finished" ] || die "lost a running test"
	if [ "$finished" = "$kernels" ]; then
		[ "$rc" = 0 ] || die "no test kernel"
		kernels=''
		return 0
	fi
	name=${running[$finished]}
	unset "running[$finished]"
	report "$name"
	[[ $(cat "$run/$name.verdict" 2>/dev/null) == skip* ]] || phases_of "$name"
}

# next_test: into REPLY, and out of todo: the first that can begin now. Tests on a kernel
# that is still being built come later; false if there are no others.
next_test()
{
	local i lane

	for i in "${!todo[@]}"; do
		REPLY=${todo[i]} lane=$(lane_of "${todo[i]}")
		if [ -n "$kernels" ] && is_test_kernel "$lane" && [ ! -e "$run/ready-$lane" ]; then
			continue
		fi
		unset "todo[$i]"
		return 0
	done
	return 1
}

# How many tests may run now.
places()
{
	if [ "$jobs" -gt 1 ] && [ -n "$kernels" ]; then
		echo $((jobs - 1))
	else
		echo "$jobs"
	fi
}

# Keeps as many tests going as allowed and reports each as it ends.
run_all()
{
	local -A running=()
	local todo=("$@")

	while [ ${#todo[@]} -gt 0 ] || [ ${#running[@]} -gt 0 ]; do
		while [ ${#running[@]} -lt "$(places)" ] && next_test; do
			begin "$REPLY"
		done
		if [ ${#running[@]} -gt 0 ]; then
			reap
		else
			await_test_kernels
		fi
	done
}

# Whether those that failed fail again, each for itself.
run_failed_again()
{
	local name most=5

	for name in "${failures[@]}"; do
		[ $((most--)) -gt 0 ] && ! out_of_time || break
		rm -rf "$RESULTS/$name.first"
		mv "$RESULTS/$name" "$RESULTS/$name.first"
		rm -f "$run/$name.verdict"
		run_test "$name" || true
		report_again "$name"
	done
}

# lane_of NAME.LANE-...
lane_of()
{
	local config=${1#*.}

	echo "${config%%-*}"
}

# What there is to run: all_tests in order, and guest_tests of them.
select_tests()
{
	local name

	mapfile -t all_tests < <(
		plan_all "$tier" "$lane" "$driver" | while read -r name; do
			matches "$name" || continue
			case $name in
			host-*) [ "$only" = guest ] || echo "$name" ;;
			dkms-*) [ -n "$only" ] || echo "$name" ;;
			*) [ "$only" = host ] || echo "$name" ;;
			esac
		done
	)
	[ ${#all_tests[@]} -gt 0 ] || usage_error "no test matches: ${patterns[*]}"
	if [ "$tier" = rest ]; then
		mapfile -t all_tests < <(
			printf '%s\n' "${all_tests[@]}" | half "$turn" 0 | by_cost
			printf '%s\n' "${all_tests[@]}" | half "$turn" 1 | by_cost
		)
	else
		mapfile -t all_tests < <(printf '%s\n' "${all_tests[@]}" | by_cost)
	fi
	mapfile -t guest_tests < <(printf '%s\n' "${all_tests[@]}" | grep -vE '^(host|dkms)-')
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
# shellcheck disable=SC2317 # through timed()
make_flavours()
{
	local each

	for each in $FLAVOURS; do
		lane_is_used "$each" || continue
		"$SMMUX_TOP/tests/rig/kernels.sh" "$each" || return 1
		"$SMMUX_TOP/tests/rig/guest.sh" "$each" || return 1
	done
}

# time_for_kernel NAME: it is there, or would be with time left for the tests on it.
time_for_kernel()
{
	"$SMMUX_TOP/tests/rig/testkernel.sh" -q "$1" ||
		[ $((${SMMUX_DEADLINE:-$((SECONDS + KERNEL_SECONDS))} - SECONDS)) -ge "$KERNEL_SECONDS" ]
}

# The project's own kernels take long, so only for tests that want them. Meanwhile they
# take the place of a test. Tests on a kernel may begin before the next one is there.
make_test_kernels()
{
	local each

	for each in $TEST_KERNELS; do
		lane_is_used "$each" || continue
		if time_for_kernel "$each"; then
			timed "kernel builds" "$SMMUX_TOP/tests/rig/testkernel.sh" "$each" || return 1
			timed "set-up" "$SMMUX_TOP/tests/rig/guest.sh" "$each" || return 1
			timed "module builds" build_modules "$each" || return 1
		fi
		touch "$run/ready-$each"
	done
}

begin_test_kernels()
{
	local each

	kernels=''
	for each in $TEST_KERNELS; do
		lane_is_used "$each" || continue
		make_test_kernels &
		kernels=$!
		return 0
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

# Nothing else is left to do. Past the deadline they are not waited for: their tests are
# skipped then.
await_test_kernels()
{
	if out_of_time; then
		end_all "$kernels"
		kernels=''
	elif kill -0 "$kernels" 2>/dev/null; then
		sleep 2
	else
		wait "$kernels" || die "no test kernel"
		kernels=''
	fi
}

# build_modules LANE...: a driver that does not build fails here, at once, and not in
# every machine.
# shellcheck disable=SC2317 # through timed()
build_modules()
{
	local each what

	for each in "$@"; do
		lane_is_used "$each" && [ -e "$SMMUX_BUILD/kernels/$each/version" ] || continue
		what=(client)
		[ "$driver" = builtin ] || what+=(driver)
		[ "$each" != debug ] || what+=(kunit)
		! guest_test_like "8[1234]*.$each-*" || what+=(vsmmu)
		payload_modules "$each" "${what[@]}"
	done
}

# What set-up is asked for: a test on one stock kernel does without the other.
stock_lanes()
{
	echo headers backports
	if lane_is_used stable || [[ " ${all_tests[*]} " == *" host-"* ]]; then
		echo stable
	fi
}

say_what_comes()
{
	step "this machine takes $factor % of the reference's time; limits are $patience times what tests say"
	step "${#all_tests[@]} tests, about $(estimate "${all_tests[@]}") minutes once all is set up"
	[ "$tier" != quick ] || step "make test-all has $(plan_all rest '' '' | wc -l) more: DKMS in the guest, kernels that check everything, all pairs of kernel and firmware"
}

set_up()
{
	# shellcheck disable=SC2046
	timed "set-up" "$SMMUX_TOP/tests/rig/setup.sh" $(stock_lanes)
	timed "set-up" make_flavours
}

# Time goes on in a machine that other load keeps from running. Builds and host checks go
# first as well, or the machines would keep them from running. Where the kernel shares the
# processor between sessions first, it is this session that has to have more.
go_first()
{
	renice -n -15 -p $$ >/dev/null 2>&1 || true
	session_nice=$(sed -n 's/.* nice //p' /proc/self/autogroup 2>/dev/null || true)
	[ -z "$session_nice" ] || echo -15 2>/dev/null >/proc/self/autogroup || session_nice=''
}

# shellcheck disable=SC2317 # through trap
go_as_before()
{
	[ -z "$session_nice" ] || echo "$session_nice" 2>/dev/null >/proc/self/autogroup || true
}

main()
{
	parse "$@"
	select_tests
	if [ -n "$list" ]; then
		printf '%s\n' "${all_tests[@]}" | sort
		return 0
	fi
	run=$(mktemp -d) session_nice=''
	trap 'rm -rf "$run"; go_as_before' EXIT
	trap 'trap - TERM EXIT; rm -rf "$run"; go_as_before; kill 0' INT TERM
	go_first
	mkdir -p "$RESULTS"
	rm -f "$TIMES"
	set_up
	measure_machine
	say_what_comes
	# shellcheck disable=SC2086
	timed "module builds" build_modules stable backports $FLAVOURS
	begin_test_kernels
	echo "KTAP version 1"
	echo "1..${#all_tests[@]}"
	run_all "${all_tests[@]}"
	[ -z "$again" ] || run_failed_again
	keep_seconds "${all_tests[@]}"
	phase_add run "$SECONDS" "$jobs"
	step "all tests have run; logs are in build/results, and where the time went: tests/run.sh --times"
	report_sums
	[ "$failed" = 0 ]
}

main "$@"; exit

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Completion of smmux's tools in bash: source it, or put it into
# /usr/share/bash-completion/completions/ under the name of each tool.
#
# Needs nothing but bash.  What there is on this machine is taken from sysfs, which anybody
# may read; nothing here needs root.

# Options of each tool, as its --help has them (host-man compares).
declare -gA _smmux_options=(
	[smmux-setup]="-n --dry-run -f --force --root -h --help"
	[smmux-recovery]="--all -h --help"
	[smmux-decode]="-v --verbose -j --json -s --strict --oas --granule --level --stage -l --list -h --help"
	[smmux-crash]="-n --count -j --json -h --help"
	[smmux-report]="-o --output --record -i --interval -n --count -h --help"
	[smmux-record]="-i --interval -n --count -h --help"
	[smmux-top]="-b -n -d -s -h --help"
	[smmux-snapshot]="-o --no-dmesg --list -h --help"
	[smmux-metrics]="-o --format -h --help"
)

# Words that an option of a tool takes.
declare -gA _smmux_values=(
	[smmux-decode--granule]="4k 16k 64k"
	[smmux-decode--level]="0 1 2 3"
	[smmux-decode--stage]="1 2"
	[smmux-decode--oas]="32 36 40 42 44 48 52"
	[smmux-top-s]="device smmu faults rate ats"
	[smmux-metrics--format]="prometheus openmetrics"
)

_smmux_sys=${SMMUX_SYS:-/sys}

_smmux_smmus()
{
	local link

	for link in "$_smmux_sys"/bus/platform/drivers/smmux/*; do
		[[ ! -L $link || ${link##*/} == module ]] || echo "${link##*/}"
	done
}

# PCI devices that smmux uses ATS with: those that can be quarantined.
_smmux_devices()
{
	local dir

	for dir in "$_smmux_sys"/bus/pci/devices/*/smmux; do
		[[ ! -d $dir ]] || { dir=${dir%/smmux} && echo "${dir##*/}"; }
	done
}

# _smmux_reply WORDS: those that begin as the word at the cursor. Colons are in names of
# devices, and bash takes them for ends of words: what is typed already is left out.
_smmux_reply()
{
	local each

	COMPREPLY=()
	for each in $1; do
		[[ $each != "$_smmux_word"* ]] || COMPREPLY+=("${each#"$_smmux_typed"}")
	done
}

# _smmux_word: the one at the cursor, whole; _smmux_typed: its part before a colon.
_smmux_find_word()
{
	local line=${COMP_LINE:0:COMP_POINT}

	_smmux_word=${line##*[[:space:]=]}
	_smmux_typed=''
	[[ $COMP_WORDBREAKS != *:* || $_smmux_word != *:* ]] || _smmux_typed=${_smmux_word%:*}:
}

_smmux_files()
{
	mapfile -t COMPREPLY < <(compgen "$1" -- "$_smmux_word")
	compopt -o filenames 2>/dev/null || :
}

# The words before the cursor: those that are no options in _smmux_given, the last one in
# _smmux_last.
_smmux_arguments()
{
	local line=${COMP_LINE:0:COMP_POINT} words each

	line=${line%"$_smmux_word"}
	read -ra words <<<"${line%=}"
	_smmux_given=()
	for each in "${words[@]:1}"; do
		[[ $each == -?* ]] || _smmux_given+=("$each")
	done
	_smmux_last=${words[-1]}
}

_smmux_recovery()
{
	case ${_smmux_given[*]} in
	'') _smmux_reply "list policy reset history" ;;
	policy) _smmux_reply "$(_smmux_smmus; _smmux_devices)" ;;
	"policy "*:*) _smmux_reply "quarantine reset inherit" ;;
	"policy "*) _smmux_reply "quarantine reset" ;;
	reset) _smmux_reply "$(_smmux_devices)" ;;
	history) _smmux_reply "$(_smmux_smmus)" ;;
	esac
}

_smmux_decode()
{
	case ${_smmux_given[*]} in
	'') _smmux_reply "ste cd cmd evt l1std l1cd pte gerror reg -" ;;
	reg) _smmux_reply "$("$_smmux_command" --list 2>/dev/null)" ;;
	esac
}

# What may stand at the cursor where it is no option and no value of one.
_smmux_plain()
{
	case $1:$_smmux_last in
	smmux-report:-o | smmux-report:--output | smmux-snapshot:-o | smmux-metrics:-o) _smmux_files -f ;;
	smmux-setup:--root) _smmux_files -d ;;
	smmux-re[cp]o*:-[in] | smmux-top:-[nd] | smmux-crash:-n | *:--interval | *:--count) ;;
	smmux-setup:*) [[ ${#_smmux_given[@]} -gt 0 ]] || _smmux_reply "install uninstall status ready" ;;
	smmux-recovery:*) _smmux_recovery ;;
	smmux-decode:*) _smmux_decode ;;
	smmux-report:* | smmux-crash:*) _smmux_files -f ;;
	smmux-record:*) _smmux_files -d ;;
	esac
}

# _smmux TOOL: bash calls this.
_smmux()
{
	local tool=${1##*/}

	_smmux_command=$1
	_smmux_find_word
	_smmux_arguments
	COMPREPLY=()
	if [[ -n ${_smmux_values[$tool$_smmux_last]:-} ]]; then
		_smmux_reply "${_smmux_values[$tool$_smmux_last]}"
	elif [[ $_smmux_word == -* ]]; then
		_smmux_reply "${_smmux_options[$tool]}"
	else
		_smmux_plain "$tool"
	fi
}

complete -F _smmux smmux-setup smmux-recovery smmux-decode smmux-report smmux-record smmux-top \
	smmux-snapshot smmux-metrics smmux-crash

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The fields of the trace events, an interface that debugfs/ABI/trace-smmux describes.
# New fields are appended. host-abi checks that the ABI names each of them.

# event_shape FORMAT-FILE: "event: type name size, ..." from the kernel's description.
event_shape()
{
	awk '/^name: / { line = $2 ":" }
		/^\tfield:/ && !/common_/ {
			split($0, part, ";"); field = part[1]; size = part[3]
			sub(/^\tfield:/, "", field); sub(/^\tsize:/, "", size)
			line = line sep " " field " " size; sep = "," }
		END { print line }' "$1"
}

# diff_lines A B: succeeds if they are the same, else prints the lines that only one has.
diff_lines()
{
	cmp -s "$1" "$2" && return
	echo "only in $1:" && grep -vxFf "$2" "$1"
	echo "only in $2:" && grep -vxFf "$1" "$2"
	return 1
}

golden_events()
{
	cat <<-'EOF'
	atc_timeout: u32 sid 4, u32 sids 4, int err 4, __data_loc char[] smmu 4
	attach: u32 domain 4, u32 ssid 4, __data_loc char[] dev 4, __data_loc char[] kind 4, __data_loc char[] smmu 4
	cd_write: u64 old[4] 32, u64 new[4] 32, u32 ssid 4, u32 phases 4, u32 breaking 4, __data_loc char[] dev 4
	cmd: u64 pos 8, u64 w0 8, u64 w1 8, __data_loc char[] smmu 4
	cmdq_error: u64 pos 8, u64 w0 8, u64 w1 8, u32 cerror 4, __data_loc char[] smmu 4
	cmdq_full: u64 pos 8, u64 wait_ns 8, u32 num 4, int ret 4, __data_loc char[] smmu 4
	cmdq_gate: u64 pos 8, u32 num 4, __data_loc char[] smmu 4, __data_loc char[] what 4, __data_loc char[] op 4
	cmdq_issue: u64 pos 8, u32 num 4, u32 sync 4, __data_loc char[] smmu 4
	cmdq_sync: u64 pos 8, u64 wait_ns 8, int ret 4, __data_loc char[] smmu 4, u32 num 4, u32 atc 4
	detach: u32 domain 4, u32 ssid 4, __data_loc char[] dev 4
	domain_alloc: u64 pgsizes 8, u32 id 4, u32 stage 4, u32 ias 4, u32 oas 4
	domain_free: u32 id 4
	event: u64 iaddr 8, u64 ipa 8, u64 fetch 8, u64 raw[4] 32, u32 sid 4, u32 ssid 4, u32 flags 4, u16 stag 2, u16 reason 2, u8 id 1, u8 ssv 1, u8 class 1, u8 has 1, __data_loc char[] smmu 4, __data_loc char[] dev 4
	fault: u64 iova 8, u32 domain 4, u32 flags 4, u32 stall 4, __data_loc char[] dev 4
	gerror: u32 active 4, u32 cerror 4, __data_loc char[] smmu 4
	inv_range: u64 iova 8, u64 size 8, u64 pgsize 8, u32 domain 4, u32 leaf 4, u32 cmds 4
	invs_update: u32 domain 4, u32 num 4, u32 dead 4, __data_loc char[] what 4
	master_add: u32 sid0 4, u32 num_sids 4, __data_loc char[] dev 4, __data_loc char[] smmu 4
	master_remove: u32 sid0 4, u32 num_sids 4, __data_loc char[] dev 4, __data_loc char[] smmu 4
	pm_resume: u64 took_ns 8, int ret 4, u32 gbpa 4, __data_loc char[] smmu 4, __data_loc char[] cause 4
	pm_suspend: u64 took_ns 8, int ret 4, __data_loc char[] smmu 4, __data_loc char[] cause 4, __data_loc char[] step 4
	quarantine: u64 took_ns 8, u32 sid 4, u32 enter 4, u32 cmds 4, __data_loc char[] dev 4, __data_loc char[] smmu 4
	recovery: u32 sid 4, int ret 4, u32 attempt 4, __data_loc char[] dev 4, __data_loc char[] smmu 4, __data_loc char[] from 4, __data_loc char[] to 4, __data_loc char[] cause 4
	ste_write: u64 old[4] 32, u64 new[4] 32, u32 sid 4, u32 phases 4, u32 breaking 4, __data_loc char[] smmu 4
	EOF
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace - the events that a user can enable in /sys/kernel/tracing/events/smmux.
 *
 * The layout is an interface: debugfs/ABI/trace-smmux documents it.  Records hold plain
 * integers, arrays of integers, and strings, so that bpftrace and perf read them
 * without this driver's headers.  Records are decoded when they are printed, and
 * only with constructs that tools can parse (no function calls).
 *
 * TRACE_SYSTEM is the name of the module: bpftrace looks for an event's types
 * in the BTF (BPF type format) of the module of that name.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM smmux

#if !defined(SMMUX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SMMUX_TRACE_H

#include <linux/iommu.h>
#include <linux/tracepoint.h>
#include <linux/trace_events.h>

#include "arch/cmd.h"
#include "arch/regs.h"
#include "pure/evt.h"

#define smmux_show_op(w0)						\
	__print_symbolic((w0) & 0xff,					\
		{ OP_PREFETCH_CONFIG, "PREFETCH_CONFIG" },		\
		{ OP_PREFETCH_ADDR, "PREFETCH_ADDR" },			\
		{ OP_CFGI_STE, "CFGI_STE" },				\
		{ OP_CFGI_STE_RANGE, "CFGI_STE_RANGE" },		\
		{ OP_CFGI_CD, "CFGI_CD" },				\
		{ OP_CFGI_CD_ALL, "CFGI_CD_ALL" },			\
		{ OP_TLBI_NH_ALL, "TLBI_NH_ALL" },			\
		{ OP_TLBI_NH_ASID, "TLBI_NH_ASID" },			\
		{ OP_TLBI_NH_VA, "TLBI_NH_VA" },			\
		{ OP_TLBI_NH_VAA, "TLBI_NH_VAA" },			\
		{ OP_TLBI_EL3_ALL, "TLBI_EL3_ALL" },			\
		{ OP_TLBI_EL3_VA, "TLBI_EL3_VA" },			\
		{ OP_TLBI_EL2_ALL, "TLBI_EL2_ALL" },			\
		{ OP_TLBI_EL2_ASID, "TLBI_EL2_ASID" },			\
		{ OP_TLBI_EL2_VA, "TLBI_EL2_VA" },			\
		{ OP_TLBI_EL2_VAA, "TLBI_EL2_VAA" },			\
		{ OP_TLBI_S12_VMALL, "TLBI_S12_VMALL" },		\
		{ OP_TLBI_S2_IPA, "TLBI_S2_IPA" },			\
		{ OP_TLBI_NSNH_ALL, "TLBI_NSNH_ALL" },			\
		{ OP_ATC_INV, "ATC_INV" },				\
		{ OP_PRI_RESP, "PRI_RESP" },				\
		{ OP_RESUME, "RESUME" },				\
		{ OP_STALL_TERM, "STALL_TERM" },			\
		{ OP_SYNC, "SYNC" })

#define smmux_show_cerror(code)						\
	__print_symbolic(code,						\
		{ CERROR_NONE, "none" },				\
		{ CERROR_ILL, "CERROR_ILL" },				\
		{ CERROR_ABT, "CERROR_ABT" },				\
		{ CERROR_ATC_INV_SYNC, "CERROR_ATC_INV_SYNC" })

#define smmux_show_evt(id)						\
	__print_symbolic(id,						\
		{ EVT_F_UUT, "F_UUT" },					\
		{ EVT_C_BAD_STREAMID, "C_BAD_STREAMID" },		\
		{ EVT_F_STE_FETCH, "F_STE_FETCH" },			\
		{ EVT_C_BAD_STE, "C_BAD_STE" },				\
		{ EVT_F_BAD_ATS_TREQ, "F_BAD_ATS_TREQ" },		\
		{ EVT_F_STREAM_DISABLED, "F_STREAM_DISABLED" },		\
		{ EVT_F_TRANSL_FORBIDDEN, "F_TRANSL_FORBIDDEN" },	\
		{ EVT_C_BAD_SUBSTREAMID, "C_BAD_SUBSTREAMID" },		\
		{ EVT_F_CD_FETCH, "F_CD_FETCH" },			\
		{ EVT_C_BAD_CD, "C_BAD_CD" },				\
		{ EVT_F_WALK_EABT, "F_WALK_EABT" },			\
		{ EVT_F_TRANSLATION, "F_TRANSLATION" },			\
		{ EVT_F_ADDR_SIZE, "F_ADDR_SIZE" },			\
		{ EVT_F_ACCESS, "F_ACCESS" },				\
		{ EVT_F_PERMISSION, "F_PERMISSION" },			\
		{ EVT_F_TLB_CONFLICT, "F_TLB_CONFLICT" },		\
		{ EVT_F_CFG_CONFLICT, "F_CFG_CONFLICT" },		\
		{ EVT_E_PAGE_REQUEST, "E_PAGE_REQUEST" },		\
		{ EVT_F_VMS_FETCH, "F_VMS_FETCH" })

#define smmux_show_evt_flags(flags)					\
	__print_flags(flags, "|",					\
		{ SMMUX_TRACE_EVT_SSV, "ssv" },				\
		{ SMMUX_TRACE_EVT_STALL, "stall" },			\
		{ SMMUX_TRACE_EVT_RNW, "read" },			\
		{ SMMUX_TRACE_EVT_IND, "instruction" },			\
		{ SMMUX_TRACE_EVT_PNU, "privileged" },			\
		{ SMMUX_TRACE_EVT_S2, "stage2" },			\
		{ SMMUX_TRACE_EVT_NSIPA, "nsipa" },			\
		{ SMMUX_TRACE_EVT_TTRNW, "table_read" },		\
		{ SMMUX_TRACE_EVT_WRITE, "write" },			\
		{ SMMUX_TRACE_EVT_TTD, "ttd" },				\
		{ SMMUX_TRACE_EVT_CD, "cd" })

#define smmux_show_gerror(bits)						\
	__print_flags(bits, "|",					\
		{ 0x001, "CMDQ_ERR" },					\
		{ 0x004, "EVENTQ_ABT_ERR" },				\
		{ 0x008, "PRIQ_ABT_ERR" },				\
		{ 0x010, "MSI_CMDQ_ABT_ERR" },				\
		{ 0x020, "MSI_EVENTQ_ABT_ERR" },			\
		{ 0x040, "MSI_PRIQ_ABT_ERR" },				\
		{ 0x080, "MSI_GERROR_ABT_ERR" },			\
		{ 0x100, "SFM_ERR" },					\
		{ 0x200, "CMDQP_ERR" })

/* A command was written to the queue, at position pos. */
TRACE_EVENT(cmd,
	TP_PROTO(const char *smmu, u64 pos, u64 w0, u64 w1),
	TP_ARGS(smmu, pos, w0, w1),
	TP_STRUCT__entry(
		__field(u64, pos)
		__field(u64, w0)
		__field(u64, w1)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->pos = pos;
		__entry->w0 = w0;
		__entry->w1 = w1;
		__assign_str(smmu);
	),
	TP_printk("%s pos=%llu %s w0=0x%016llx w1=0x%016llx", __get_str(smmu),
		  __entry->pos, smmux_show_op(__entry->w0), __entry->w0, __entry->w1)
);

/* A list of commands has reserved its slots in the queue. */
TRACE_EVENT(cmdq_issue,
	TP_PROTO(const char *smmu, u64 pos, u32 num, u32 sync),
	TP_ARGS(smmu, pos, num, sync),
	TP_STRUCT__entry(
		__field(u64, pos)
		__field(u32, num)
		__field(u32, sync)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->pos = pos;
		__entry->num = num;
		__entry->sync = sync;
		__assign_str(smmu);
	),
	TP_printk("%s pos=%llu num=%u sync=%u", __get_str(smmu), __entry->pos,
		  __entry->num, __entry->sync)
);

/* A wait for a SYNC has ended; atc of the num commands (SYNC included) were ATC_INVs. */
TRACE_EVENT(cmdq_sync,
	TP_PROTO(const char *smmu, u64 pos, u64 wait_ns, int ret, u32 num, u32 atc),
	TP_ARGS(smmu, pos, wait_ns, ret, num, atc),
	TP_STRUCT__entry(
		__field(u64, pos)
		__field(u64, wait_ns)
		__field(int, ret)
		__string(smmu, smmu)
		__field(u32, num)
		__field(u32, atc)
	),
	TP_fast_assign(
		__entry->pos = pos;
		__entry->wait_ns = wait_ns;
		__entry->ret = ret;
		__assign_str(smmu);
		__entry->num = num;
		__entry->atc = atc;
	),
	TP_printk("%s pos=%llu wait_ns=%llu ret=%d num=%u atc=%u", __get_str(smmu),
		  __entry->pos, __entry->wait_ns, __entry->ret, __entry->num, __entry->atc)
);

/* A submitter that found the queue full got its slots, up to pos, or gave up. */
TRACE_EVENT(cmdq_full,
	TP_PROTO(const char *smmu, u64 pos, u32 num, u64 wait_ns, int ret),
	TP_ARGS(smmu, pos, num, wait_ns, ret),
	TP_STRUCT__entry(
		__field(u64, pos)
		__field(u64, wait_ns)
		__field(u32, num)
		__field(int, ret)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->pos = pos;
		__entry->wait_ns = wait_ns;
		__entry->num = num;
		__entry->ret = ret;
		__assign_str(smmu);
	),
	TP_printk("%s pos=%llu num=%u wait_ns=%llu ret=%d", __get_str(smmu),
		  __entry->pos, __entry->num, __entry->wait_ns, __entry->ret)
);

/*
 * The gate of the queue changed (what: stop or open), or it elided a list of num
 * commands, of which op is the first.
 */
TRACE_EVENT(cmdq_gate,
	TP_PROTO(const char *smmu, const char *what, u64 pos, u32 num, const char *op),
	TP_ARGS(smmu, what, pos, num, op),
	TP_STRUCT__entry(
		__field(u64, pos)
		__field(u32, num)
		__string(smmu, smmu)
		__string(what, what)
		__string(op, op)
	),
	TP_fast_assign(
		__entry->pos = pos;
		__entry->num = num;
		__assign_str(smmu);
		__assign_str(what);
		__assign_str(op);
	),
	TP_printk("%s what=%s pos=%llu num=%u op=%s", __get_str(smmu), __get_str(what),
		  __entry->pos, __entry->num, __get_str(op))
);

/* The SMMU was suspended, or suspend failed at step. */
TRACE_EVENT(pm_suspend,
	TP_PROTO(const char *smmu, const char *cause, u64 took_ns, int ret, const char *step),
	TP_ARGS(smmu, cause, took_ns, ret, step),
	TP_STRUCT__entry(
		__field(u64, took_ns)
		__field(int, ret)
		__string(smmu, smmu)
		__string(cause, cause)
		__string(step, step)
	),
	TP_fast_assign(
		__entry->took_ns = took_ns;
		__entry->ret = ret;
		__assign_str(smmu);
		__assign_str(cause);
		__assign_str(step);
	),
	TP_printk("%s cause=%s took_ns=%llu ret=%d step=%s", __get_str(smmu),
		  __get_str(cause), __entry->took_ns, __entry->ret, __get_str(step))
);

/* The SMMU was resumed, or resume failed; gbpa is the value of GBPA after power-up. */
TRACE_EVENT(pm_resume,
	TP_PROTO(const char *smmu, const char *cause, u64 took_ns, int ret, u32 gbpa),
	TP_ARGS(smmu, cause, took_ns, ret, gbpa),
	TP_STRUCT__entry(
		__field(u64, took_ns)
		__field(int, ret)
		__field(u32, gbpa)
		__string(smmu, smmu)
		__string(cause, cause)
	),
	TP_fast_assign(
		__entry->took_ns = took_ns;
		__entry->ret = ret;
		__entry->gbpa = gbpa;
		__assign_str(smmu);
		__assign_str(cause);
	),
	TP_printk("%s cause=%s took_ns=%llu ret=%d gbpa=0x%x", __get_str(smmu),
		  __get_str(cause), __entry->took_ns, __entry->ret, __entry->gbpa)
);

/* The SMMU reported a command error. */
TRACE_EVENT(cmdq_error,
	TP_PROTO(const char *smmu, u64 pos, u32 cerror, u64 w0, u64 w1),
	TP_ARGS(smmu, pos, cerror, w0, w1),
	TP_STRUCT__entry(
		__field(u64, pos)
		__field(u64, w0)
		__field(u64, w1)
		__field(u32, cerror)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->pos = pos;
		__entry->w0 = w0;
		__entry->w1 = w1;
		__entry->cerror = cerror;
		__assign_str(smmu);
	),
	TP_printk("%s pos=%llu cerror=%s %s w0=0x%016llx w1=0x%016llx",
		  __get_str(smmu), __entry->pos, smmux_show_cerror(__entry->cerror),
		  smmux_show_op(__entry->w0), __entry->w0, __entry->w1)
);

/* Translations of a range of a domain are invalidated. */
TRACE_EVENT(inv_range,
	TP_PROTO(u32 domain, u64 iova, u64 size, u64 pgsize, u32 leaf, u32 cmds),
	TP_ARGS(domain, iova, size, pgsize, leaf, cmds),
	TP_STRUCT__entry(
		__field(u64, iova)
		__field(u64, size)
		__field(u64, pgsize)
		__field(u32, domain)
		__field(u32, leaf)
		__field(u32, cmds)
	),
	TP_fast_assign(
		__entry->iova = iova;
		__entry->size = size;
		__entry->pgsize = pgsize;
		__entry->domain = domain;
		__entry->leaf = leaf;
		__entry->cmds = cmds;
	),
	TP_printk("domain=%u iova=0x%llx size=0x%llx pgsize=0x%llx leaf=%u cmds=%u",
		  __entry->domain, __entry->iova, __entry->size,
		  __entry->pgsize, __entry->leaf, __entry->cmds)
);

/* A domain's invalidation array has changed. */
TRACE_EVENT(invs_update,
	TP_PROTO(u32 domain, const char *what, u32 num, u32 dead),
	TP_ARGS(domain, what, num, dead),
	TP_STRUCT__entry(
		__field(u32, domain)
		__field(u32, num)
		__field(u32, dead)
		__string(what, what)
	),
	TP_fast_assign(
		__entry->domain = domain;
		__entry->num = num;
		__entry->dead = dead;
		__assign_str(what);
	),
	TP_printk("domain=%u what=%s num=%u dead=%u", __entry->domain,
		  __get_str(what), __entry->num, __entry->dead)
);

/* A domain was attached to a device; kind is identity, blocked, s1 or s2. */
TRACE_EVENT(attach,
	TP_PROTO(const char *dev, u32 domain, u32 ssid, const char *kind, const char *smmu),
	TP_ARGS(dev, domain, ssid, kind, smmu),
	TP_STRUCT__entry(
		__field(u32, domain)
		__field(u32, ssid)
		__string(dev, dev)
		__string(kind, kind)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->domain = domain;
		__entry->ssid = ssid;
		__assign_str(dev);
		__assign_str(kind);
		__assign_str(smmu);
	),
	TP_printk("%s domain=%u ssid=%u kind=%s smmu=%s", __get_str(dev),
		  __entry->domain, __entry->ssid, __get_str(kind), __get_str(smmu))
);

TRACE_EVENT(detach,
	TP_PROTO(const char *dev, u32 domain, u32 ssid),
	TP_ARGS(dev, domain, ssid),
	TP_STRUCT__entry(
		__field(u32, domain)
		__field(u32, ssid)
		__string(dev, dev)
	),
	TP_fast_assign(
		__entry->domain = domain;
		__entry->ssid = ssid;
		__assign_str(dev);
	),
	TP_printk("%s domain=%u ssid=%u", __get_str(dev), __entry->domain,
		  __entry->ssid)
);

/*
 * An STE or a CD was rewritten: the first four words before and after (the
 * driver sets no others), the number of phases, and whether the entry aborted
 * in between (breaking).
 */
TRACE_EVENT(ste_write,
	TP_PROTO(const char *smmu, u32 sid, const u64 *old, const u64 *new,
		 u32 phases, u32 breaking),
	TP_ARGS(smmu, sid, old, new, phases, breaking),
	TP_STRUCT__entry(
		__array(u64, old, 4)
		__array(u64, new, 4)
		__field(u32, sid)
		__field(u32, phases)
		__field(u32, breaking)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		memcpy(__entry->old, old, sizeof(__entry->old));
		memcpy(__entry->new, new, sizeof(__entry->new));
		__entry->sid = sid;
		__entry->phases = phases;
		__entry->breaking = breaking;
		__assign_str(smmu);
	),
	TP_printk("%s sid=0x%x phases=%u breaking=%u old=%s new=%s",
		  __get_str(smmu), __entry->sid, __entry->phases,
		  __entry->breaking, __print_array(__entry->old, 4, 8),
		  __print_array(__entry->new, 4, 8))
);

TRACE_EVENT(cd_write,
	TP_PROTO(const char *dev, u32 ssid, const u64 *old, const u64 *new,
		 u32 phases, u32 breaking),
	TP_ARGS(dev, ssid, old, new, phases, breaking),
	TP_STRUCT__entry(
		__array(u64, old, 4)
		__array(u64, new, 4)
		__field(u32, ssid)
		__field(u32, phases)
		__field(u32, breaking)
		__string(dev, dev)
	),
	TP_fast_assign(
		memcpy(__entry->old, old, sizeof(__entry->old));
		memcpy(__entry->new, new, sizeof(__entry->new));
		__entry->ssid = ssid;
		__entry->phases = phases;
		__entry->breaking = breaking;
		__assign_str(dev);
	),
	TP_printk("%s ssid=0x%x phases=%u breaking=%u old=%s new=%s",
		  __get_str(dev), __entry->ssid, __entry->phases,
		  __entry->breaking, __print_array(__entry->old, 4, 8),
		  __print_array(__entry->new, 4, 8))
);

/*
 * A record of the event queue; dev is "-" if the StreamID belongs to no device.
 * Fields that the kind of event does not have are 0 (bits of "has" show which it has).
 * The most important values are plain arguments too, for programs at the raw tracepoint,
 * which do not know struct smmux_evt.  stream: the StreamID in the low, the SubstreamID in
 * the high 32 bits.  Seven arguments and the data pointer of every tracepoint fill the
 * registers; bpftrace 0.27 on arm64 does not support events with more.
 *
 * The kernel has functions (un)register_trace_event() with another meaning.  Those of
 * this tracepoint, which this driver never calls, get other names.
 */
#define register_trace_event	smmux_register_trace_event
#define unregister_trace_event	smmux_unregister_trace_event
TRACE_EVENT(event,
	TP_PROTO(const char *smmu, const char *dev, const struct smmux_evt *evt, u32 id,
		 u64 stream, u32 flags, u64 iaddr),
	TP_ARGS(smmu, dev, evt, id, stream, flags, iaddr),
	TP_STRUCT__entry(
		__field(u64, iaddr)
		__field(u64, ipa)
		__field(u64, fetch)
		__array(u64, raw, 4)
		__field(u32, sid)
		__field(u32, ssid)
		__field(u32, flags)
		__field(u16, stag)
		__field(u16, reason)
		__field(u8, id)
		__field(u8, ssv)
		__field(u8, class)
		__field(u8, has)
		__string(smmu, smmu)
		__string(dev, dev)
	),
	TP_fast_assign(
		__entry->iaddr = iaddr;
		__entry->ipa = evt->ipa;
		__entry->fetch = evt->fetch;
		memcpy(__entry->raw, evt->raw, sizeof(__entry->raw));
		__entry->sid = lower_32_bits(stream);
		__entry->ssid = upper_32_bits(stream);
		__entry->flags = flags;
		__entry->stag = evt->stag;
		__entry->reason = evt->reason;
		__entry->id = id;
		__entry->ssv = evt->ssv;
		__entry->class = evt->class;
		__entry->has = evt->has;
		__assign_str(smmu);
		__assign_str(dev);
	),
	TP_printk("%s %s %s sid=0x%x ssid=0x%x flags=%s class=%u iaddr=0x%llx ipa=0x%llx fetch=0x%llx stag=0x%x reason=0x%x raw=%s",
		  __get_str(smmu), __get_str(dev), smmux_show_evt(__entry->id),
		  __entry->sid, __entry->ssid, smmux_show_evt_flags(__entry->flags),
		  __entry->class, __entry->iaddr, __entry->ipa,
		  __entry->fetch, __entry->stag, __entry->reason,
		  __print_array(__entry->raw, 4, 8))
);
#undef register_trace_event
#undef unregister_trace_event

/* A fault of a paging domain; flags are those of report_iommu_fault(). */
TRACE_EVENT(fault,
	TP_PROTO(const char *dev, u32 domain, u64 iova, u32 flags, u32 stall),
	TP_ARGS(dev, domain, iova, flags, stall),
	TP_STRUCT__entry(
		__field(u64, iova)
		__field(u32, domain)
		__field(u32, flags)
		__field(u32, stall)
		__string(dev, dev)
	),
	TP_fast_assign(
		__entry->iova = iova;
		__entry->domain = domain;
		__entry->flags = flags;
		__entry->stall = stall;
		__assign_str(dev);
	),
	TP_printk("%s domain=%u iova=0x%llx access=%s stall=%u",
		  __get_str(dev), __entry->domain, __entry->iova,
		  __print_symbolic(__entry->flags & IOMMU_FAULT_WRITE,
				   { IOMMU_FAULT_READ, "read" },
				   { IOMMU_FAULT_WRITE, "write" }),
		  __entry->stall)
);

/* Global errors were pending; cerror is valid only if CMDQ_ERR is one of them. */
TRACE_EVENT(gerror,
	TP_PROTO(const char *smmu, u32 active, u32 cerror),
	TP_ARGS(smmu, active, cerror),
	TP_STRUCT__entry(
		__field(u32, active)
		__field(u32, cerror)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->active = active;
		__entry->cerror = cerror;
		__assign_str(smmu);
	),
	TP_printk("%s active=%s cerror=%s", __get_str(smmu),
		  smmux_show_gerror(__entry->active), smmux_show_cerror(__entry->cerror))
);

/*
 * A list of ATC_INVs got no answer: err -EIO from the device, -ETIMEDOUT from the SMMU.
 * sids: number of StreamIDs in the list; if not 1, sid is the last, not the cause.
 */
TRACE_EVENT(atc_timeout,
	TP_PROTO(const char *smmu, u32 sid, u32 sids, int err),
	TP_ARGS(smmu, sid, sids, err),
	TP_STRUCT__entry(
		__field(u32, sid)
		__field(u32, sids)
		__field(int, err)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->sid = sid;
		__entry->sids = sids;
		__entry->err = err;
		__assign_str(smmu);
	),
	TP_printk("%s sid=0x%x sids=%u err=%d", __get_str(smmu), __entry->sid,
		  __entry->sids, __entry->err)
);

/*
 * A device enters quarantine (enter 1; cmds: number of commands, took_ns: from the report
 * to their SYNC), or leaves it or is removed (enter 0; took_ns: the whole incident).
 */
TRACE_EVENT(quarantine,
	TP_PROTO(const char *dev, const char *smmu, u32 sid, u32 enter, u32 cmds, u64 took_ns),
	TP_ARGS(dev, smmu, sid, enter, cmds, took_ns),
	TP_STRUCT__entry(
		__field(u64, took_ns)
		__field(u32, sid)
		__field(u32, enter)
		__field(u32, cmds)
		__string(dev, dev)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->took_ns = took_ns;
		__entry->sid = sid;
		__entry->enter = enter;
		__entry->cmds = cmds;
		__assign_str(dev);
		__assign_str(smmu);
	),
	TP_printk("%s smmu=%s sid=0x%x enter=%u cmds=%u took_ns=%llu", __get_str(dev),
		  __get_str(smmu), __entry->sid, __entry->enter, __entry->cmds,
		  __entry->took_ns)
);

/*
 * A step of a device's recovery; attempt counts this driver's resets.  stream: the StreamID
 * in the low, attempt in the high 32 bits, to stay within seven arguments (see event).
 */
TRACE_EVENT(recovery,
	TP_PROTO(const char *dev, const char *smmu, u64 stream, const char *from,
		 const char *to, const char *cause, int ret),
	TP_ARGS(dev, smmu, stream, from, to, cause, ret),
	TP_STRUCT__entry(
		__field(u32, sid)
		__field(int, ret)
		__field(u32, attempt)
		__string(dev, dev)
		__string(smmu, smmu)
		__string(from, from)
		__string(to, to)
		__string(cause, cause)
	),
	TP_fast_assign(
		__entry->sid = lower_32_bits(stream);
		__entry->ret = ret;
		__entry->attempt = upper_32_bits(stream);
		__assign_str(dev);
		__assign_str(smmu);
		__assign_str(from);
		__assign_str(to);
		__assign_str(cause);
	),
	TP_printk("%s smmu=%s sid=0x%x from=%s to=%s cause=\"%s\" ret=%d attempt=%u",
		  __get_str(dev), __get_str(smmu), __entry->sid, __get_str(from),
		  __get_str(to), __get_str(cause), __entry->ret, __entry->attempt)
);

DECLARE_EVENT_CLASS(smmux_master_class,
	TP_PROTO(const char *dev, const char *smmu, u32 sid0, u32 num_sids),
	TP_ARGS(dev, smmu, sid0, num_sids),
	TP_STRUCT__entry(
		__field(u32, sid0)
		__field(u32, num_sids)
		__string(dev, dev)
		__string(smmu, smmu)
	),
	TP_fast_assign(
		__entry->sid0 = sid0;
		__entry->num_sids = num_sids;
		__assign_str(dev);
		__assign_str(smmu);
	),
	TP_printk("%s smmu=%s sid0=0x%x num_sids=%u", __get_str(dev),
		  __get_str(smmu), __entry->sid0, __entry->num_sids)
);

DEFINE_EVENT(smmux_master_class, master_add,
	TP_PROTO(const char *dev, const char *smmu, u32 sid0, u32 num_sids),
	TP_ARGS(dev, smmu, sid0, num_sids)
);

DEFINE_EVENT(smmux_master_class, master_remove,
	TP_PROTO(const char *dev, const char *smmu, u32 sid0, u32 num_sids),
	TP_ARGS(dev, smmu, sid0, num_sids)
);

/* A paging domain's tables were allocated; ias and oas in bits, stage 1 or 2. */
TRACE_EVENT(domain_alloc,
	TP_PROTO(u32 id, u32 stage, u64 pgsizes, u32 ias, u32 oas),
	TP_ARGS(id, stage, pgsizes, ias, oas),
	TP_STRUCT__entry(
		__field(u64, pgsizes)
		__field(u32, id)
		__field(u32, stage)
		__field(u32, ias)
		__field(u32, oas)
	),
	TP_fast_assign(
		__entry->pgsizes = pgsizes;
		__entry->id = id;
		__entry->stage = stage;
		__entry->ias = ias;
		__entry->oas = oas;
	),
	TP_printk("domain=%u stage=%u pgsizes=0x%llx ias=%u oas=%u",
		  __entry->id, __entry->stage, __entry->pgsizes, __entry->ias,
		  __entry->oas)
);

TRACE_EVENT(domain_free,
	TP_PROTO(u32 id),
	TP_ARGS(id),
	TP_STRUCT__entry(
		__field(u32, id)
	),
	TP_fast_assign(
		__entry->id = id;
	),
	TP_printk("domain=%u", __entry->id)
);

#endif /* SMMUX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH trace
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

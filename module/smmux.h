/* SPDX-License-Identifier: GPL-2.0 */
/*
 * smmux - the objects that the rooms share: SMMU, StreamID, master and domain.
 *
 * Locks, outermost first:
 *   IOMMU group mutex (the core's)     every attach and detach of a master
 *   smmux_domain.lock                  the domain's invalidation array and tags
 *   smmux_recovery.mutex               steps of the recovery worker, release of a master
 *   smmux_master.ats_mutex             ATS of a master: on, off, cut off, restored
 *   smmux_evtq.drain_lock              one drain of the event queue
 *   smmux_device.streams_lock          StreamID -> masters, from one step to the next
 *   smmux_strtab.lock                  growing the stream table
 *   smmux_invs.ats_lock                readers: invalidation; writers: detach
 *   smmux_device.ste_lock              every STE write, and cutting a device off
 *   smmux_recovery.lock                states, history
 *   smmux_evtq.ring_lock               rings of events
 *   smmux_gerror.lock (raw)            GERROR, and the handling of its errors
 *   walk_lock of readers.c (raw)       readers of tables against freeing of tables
 * The command queue takes no lock (see cmdq.c).  Each other lock is taken in one file only:
 * irq.c, pm.c, crash.c, probe.c, knobs.c, stats.c, recent.c, inject.c, recovery.c
 * (masters_lock, outer to smmux_recovery.mutex).
 *
 * A file that needs the whole device includes this header.  This header includes the
 * headers of the structures that it embeds.  That gives no access to the functions of a
 * room: a caller includes the header of the room (tests/host/layers.sh).
 */
#ifndef SMMUX_H
#define SMMUX_H

#include <linux/device.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>

#include "arch/regs.h"
#include "core/pm.h"
#include "core/recovery_queue.h"
#include "hw/cdtab.h"
#include "hw/cmdq.h"
#include "hw/evtq.h"
#include "hw/gerror.h"
#include "hw/irq.h"
#include "hw/strtab.h"
#include "params.h"
#include "pure/caps.h"
#include "trace/recent.h"
#include "trace/stats.h"

struct smmux_crash_smmu;
struct smmux_inv;
struct smmux_invs;

/* Software MSI window, in IOVA: the place that arm64 user space expects. */
#define SMMUX_MSI_IOVA		0x08000000UL
#define SMMUX_MSI_BYTES		0x00100000UL

#define SMMUX_TIMEOUT_US	1000000	/* limit of every wait for the hardware */

/**
 * struct smmux_device - one SMMU
 * @dev:     the platform device
 * @page0:   register page 0; use smmux_readl() and friends
 * @page1:   register page 1, biased so that offsets count as in arch/regs.h
 * @pa:      physical address of page 0
 * @order:   number unique among SMMUs, sorts invalidation arrays
 * @caps:    capabilities; constant after probe
 * @hints:   description by firmware; constant after probe
 * @params:  the module parameters, as they were at load
 * @asids, @vmids: tags in use on this SMMU
 * @streams: StreamID -> struct smmux_stream
 * @streams_lock: guards @streams and, with @ste_lock, the masters lists: a reader
 *           holds either lock, a writer holds both
 * @ste_lock: every STE write up to its SYNC, and EATS against attribution; taken in
 *           contexts that may invalidate, so interrupts are off (not with PREEMPT_RT)
 * @num_masters: masters probed and not released; under @streams_lock
 * @full_inv_threshold: without range invalidation (RIL), a range with more leaves than
 *           this becomes one invalidation of the whole tag; knob, READ_ONCE and WRITE_ONCE
 * @powered: registers may be accessed
 * @written: last written values of registers that are stored nowhere else; set by the
 *           writer of the register (the PM core's callbacks, fail_stop()), READ_ONCE
 */
struct smmux_device {
	struct device *dev;
	void __iomem *page0, *page1;
	phys_addr_t pa;
	u32 order;
	struct smmux_caps caps;
	struct smmux_fw_hints hints;
	struct smmux_params params;

	struct smmux_cmdq cmdq;
	struct smmux_stats stats;
	struct smmux_recent recent;
	u32 full_inv_threshold;
	bool powered;
	struct smmux_written {
		u32 cr0, cr1, cr2, irq_ctrl;
	} written;

	struct smmux_strtab strtab;
	struct smmux_evtq evtq;
	struct smmux_gerror gerror;
	struct smmux_irqs irqs;
	struct smmux_pm pm;
	struct smmux_recovery recovery;
	bool has_rmr;			/* reserved memory ranges bypass; constant after probe */

	struct ida asids, vmids;
	struct xarray streams;
	struct mutex streams_lock;
	spinlock_t ste_lock;
	unsigned int num_masters;
	u32 refused_sid;		/* last StreamID without room; logged once */

	struct iommu_device iommu;
	struct list_head node;		/* probe's: not registered with the core yet */
	bool published;
	struct notifier_block panic_nb;	/* of summary.c */
	struct smmux_crash_smmu *crash;	/* its entry; under the lock of crash.c */
	struct dentry *dbg;		/* the control plane's */
};

static inline bool smmux_has(const struct smmux_device *smmu, enum smmux_feat feat)
{
	return smmu->caps.feats & BIT(feat);
}

/* Page 1 registers carry SMMUX_PAGE1 in their offset. */
static inline void __iomem *smmux_reg(const struct smmux_device *smmu, u32 off)
{
	return off >= SMMUX_PAGE1 ? smmu->page1 + (off - SMMUX_PAGE1) :
				    smmu->page0 + off;
}

/**
 * struct smmux_stream - one StreamID that at least one master uses
 * @sid:     the StreamID
 * @masters: struct smmux_stream_use.node of its masters.  Devices that share the
 *           StreamID (PCI aliases) are all on the list, and in one IOMMU group.
 * @cut:     ATC_INV is not sent.  None is needed: EATS is off, and the SMMU has confirmed
 *           that.  Written under smmux_device.ste_lock, with release; read by walkers
 * @no_eats: EATS stays off, also if attach wants it.  Under ste_lock; set before @cut
 * @eats_wanted: the value that attach wants.  Under ste_lock
 * @cutters: masters of this stream that are cut off.  Under ste_lock
 * @rcu:     invalidation arrays point here: walkers may read it until a grace period
 *           after the last master left
 * @faults:  number of events with this StreamID
 * @log:     the last of these events
 * @limit:   rate limit of their log lines
 */
struct smmux_stream {
	u32 sid;
	struct list_head masters;
	bool cut, no_eats, eats_wanted;
	unsigned int cutters;
	struct rcu_head rcu;
	atomic64_t faults;
	struct smmux_stream_log log;
	struct smmux_evtq_limit limit;	/* of log lines; the event queue's */
};

struct smmux_stream_use {
	struct smmux_stream *stream;
	struct smmux_master *master;
	struct list_head node;
};

/* Treatment of a master's transactions without SubstreamID. */
enum smmux_rid_state { SMMUX_RID_BLOCKED, SMMUX_RID_IDENTITY, SMMUX_RID_PAGING };

/**
 * struct smmux_master - one device behind an SMMU
 *
 * @rid, @domain, @pasids, @cdtab are written under the group's mutex.  @domain
 * is set when @rid is SMMUX_RID_PAGING.  @pasids maps SubstreamIDs to domains.
 *
 * @rid, @domain and @tag are written under @smmu's streams_lock as well.  A holder of
 * that lock may read them, and @domain is not freed meanwhile: attach must take the lock
 * again to leave the domain.  The xa_lock of @pasids protects @pasids in the same way.
 */
struct smmux_master {
	struct smmux_device *smmu;
	struct device *dev;
	unsigned int num_streams;
	struct smmux_stream_use *streams;
	enum smmux_rid_state rid;
	struct smmux_domain *domain;
	u32 tag;			/* of @domain on this SMMU: ASID or VMID */
	u32 domain_id;			/* of @domain, 0: none; for readers without the lock */
	u32 turn;			/* odd while attach makes changes; see master.h */
	struct xarray pasids;
	struct smmux_cdtab cdtab;
	struct smmux_inv *scratch;	/* num_streams + 1; under the group's mutex */
	u8 ssid_bits;			/* SubstreamIDs it may use, 0: none */
	bool stall;			/* faults of this master stall */
	bool ats_capable;
	bool ats_on;			/* attach wants ATS; under @ats_mutex */
	bool cut;			/* cut off nevertheless; under ste_lock, READ_ONCE */
	struct mutex ats_mutex;
	struct smmux_rec rec;
	bool linked;			/* there is a device link to the SMMU */
	bool keeps_awake;		/* it holds a usage count of the SMMU */
	bool has_knobs;			/* sysfs attributes */
	bool leaving;			/* being released: others keep shared streams */
	struct dentry *dbg;
};

enum smmux_stage { SMMUX_STAGE_1, SMMUX_STAGE_2 };

/**
 * struct smmux_domain - one paging domain
 * @iommu:   the core's part
 * @id:      name in debugfs and trace events
 * @stage:   stage of its tables
 * @ops:     io-pgtable
 * @granule: log2 of the smallest page
 * @invs:    the invalidation array; RCU, written under @lock
 * @lock:    attach and detach
 *
 * A domain belongs to no SMMU.  Its tags (ASID, VMID) are per SMMU, in @invs.  Its
 * page tables fit every SMMU that attach accepts.
 */
struct smmux_domain {
	struct iommu_domain iommu;
	u32 id;
	enum smmux_stage stage;
	u8 granule;
	bool coherent;
	u8 oas;
	struct io_pgtable_ops *ops;
	struct smmux_invs __rcu *invs;
	struct mutex lock;
	struct smmux_cd_s1 cd;		/* template, without ASID */
	struct smmux_ste_s2 s2;		/* template, without VMID */
	struct dentry *dbg;
};

#define to_smmux_domain(d) container_of(d, struct smmux_domain, iommu)

static inline u32 smmux_readl(const struct smmux_device *smmu, u32 off)
{
	return readl(smmux_reg(smmu, off));
}

static inline void smmux_writel(const struct smmux_device *smmu, u32 val, u32 off)
{
	writel(val, smmux_reg(smmu, off));
}

static inline u64 smmux_readq(const struct smmux_device *smmu, u32 off)
{
	return readq(smmux_reg(smmu, off));
}

static inline void smmux_writeq(const struct smmux_device *smmu, u64 val, u32 off)
{
	writeq(val, smmux_reg(smmu, off));
}

/*
 * Wait until the @mask bits of a register are @want.  Spins: any context.  0, or
 * -ETIMEDOUT after @us by the clock.  The kernel's atomic polls count tries instead: a
 * million tries took two minutes with emulated registers.
 */
static inline int smmux_poll(const struct smmux_device *smmu, u32 off, u32 mask,
			     u32 want, u32 us)
{
	u64 end = ktime_get_mono_fast_ns() + us * 1000ULL;
	bool late;

	for (;;) {
		late = ktime_get_mono_fast_ns() > end;
		if ((readl_relaxed(smmux_reg(smmu, off)) & mask) == want)
			return 0;
		if (late)
			return -ETIMEDOUT;
		cpu_relax();
	}
}

/*
 * Write a register that the SMMU takes over after a delay, and wait until the register
 * @ack confirms the value.  Spins: any context.  0 or -ETIMEDOUT.
 */
static inline int smmux_write_ack(const struct smmux_device *smmu, u32 val,
				  u32 off, u32 ack)
{
	smmux_writel(smmu, val, off);
	return smmux_poll(smmu, ack, U32_MAX, val, SMMUX_TIMEOUT_US);
}

#endif /* SMMUX_H */

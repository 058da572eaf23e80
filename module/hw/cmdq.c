// SPDX-License-Identifier: GPL-2.0
/*
 * cmdq - reservation and publication of commands.  cmdq_wait.c has the waits and the
 * errors, cmdq_gate.c has admission: open, closed, or elided during sleep.
 *
 * A list of commands goes through four steps, none of which takes a lock:
 *
 *  reserve  one cmpxchg advances @resv by the length of the list.  It is refused
 *           while the list would end beyond @cons plus the queue's size (then
 *           wait for room), and while SMMUX_RESV_CLOSED is set in the same word.
 *  fill     the submitter owns the slots and writes its commands.
 *  stamp    @stamp[first slot] = position and length, after the commands.
 *  publish  the CPU that raises @pub from 0 is the publisher.  It follows the
 *           stamps from @published on, and writes PROD once for all lists that
 *           it found.  Other CPUs leave after their stamp: the publisher cannot
 *           set @pub back to 0 without seeing their increments.
 *
 * Interrupts are off from reserve to publish (a few dozen instructions), so no
 * preemption leaves a reservation unpublished.  Waits for room or for a SYNC run
 * with the caller's own interrupt state.
 *
 * A stamp is "position << 8 | length".  Positions never repeat, so a stamp of
 * an earlier lap never matches a position of this lap; nothing is cleared.
 * The same array holds error marks.  When a published command is in error,
 * "position << 8 | STAMP_ERROR | code" is stored in its slot, and the submitter
 * of that position finds the mark after its wait (cmdq_wait.c).
 *
 * The race between publication and leaving; why no list is missed:
 *
 *   submitter                         publisher
 *   ---------                         ---------
 *   stamp = ...                       scan stamps, write PROD
 *   pub++ (full barrier)              pub: seen -> 0, or look again
 *     was 0: become publisher
 *     else:  leave
 *
 * If the increment comes first, the publisher's exchange fails.  It scans again
 * after a read barrier that pairs with the increment, so it sees the stamp.  If
 * the increment comes second, the submitter finds 0 and publishes the list itself.
 *
 * Memory order towards the SMMU: writes of page tables and commands; dma_wmb();
 * the stamp; the publisher's acquire of the stamp; writel() of PROD.
 *
 * cmdq, cmdq_wait, cmdq_gate and gerror call each other: the only circle that
 * tests/host/layers.py allows.  A submitter that waits for its SYNC must handle a
 * GERROR itself, because its CPU may keep the interrupt off.  A GERROR of the command
 * queue is charged to a list, is only acknowledged (a failed fetch, which the SMMU repeats),
 * or closes the queue.  A closed queue ends waits.
 */
#include "hw/cmdq.h"

#include <linux/dma-mapping.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/rcupdate.h>
#include <asm/cpufeature.h>
#include <asm/hwcap.h>

#include "hw/cmdq_wait.h"
#include "smmux.h"
#include "trace/clock.h"
#include "trace/inject.h"
#include "trace/recent.h"
#include "trace/stats.h"
#include "trace/trace.h"

#define LIST_MAX	64	/* keeps the time with interrupts off short */

static __always_inline int reserve(struct smmux_cmdq *cq, u32 num, u64 *pos)
{
	u64 at = atomic64_read(&cq->resv);
	s64 used;

	do {
		if (unlikely(at & SMMUX_RESV_CLOSED))
			return -ENODEV;
		/* Acquire: the last reader of the slots is done before they are written. */
		used = at + num - atomic64_read_acquire(&cq->cons);
		if (unlikely(used > (s64)cq->q.mask + 1)) {
			*pos = at;
			return -EAGAIN;
		}
	} while (!atomic64_try_cmpxchg(&cq->resv, (s64 *)&at, at + num));

	if (unlikely(used > (s64)READ_ONCE(cq->high_water)))
		WRITE_ONCE(cq->high_water, used);
	*pos = at;
	return 0;
}

static __always_inline struct smmux_cmd sync_cmd(struct smmux_cmdq *cq, u64 pos,
						 enum smmux_sync_mode mode)
{
	u32 slot = smmux_queue_slot(&cq->q, pos);

	switch (mode) {
	case SMMUX_SYNC_MSI:
		/* Any value other than the awaited one, which the SMMU writes. */
		WRITE_ONCE(cq->msi[slot], ~(u32)pos);
		return smmux_cmd_sync_msi(cq->msi_dma + slot * sizeof(u32), pos);
	case SMMUX_SYNC_WFE:
		return smmux_cmd_sync(SYNC_CS_SEV);
	default:
		return smmux_cmd_sync(SYNC_CS_NONE);
	}
}

static __always_inline void put(struct smmux_device *smmu,
				struct smmux_counters *cnt, u64 pos,
				struct smmux_cmd cmd)
{
	struct smmux_cmd *ring = smmu->cmdq.q.base;

	ring[smmux_queue_slot(&smmu->cmdq.q, pos)] = cmd;
	if (smmux_stats_any())
		cnt->op[smmux_cmd_op(&cmd)]++;
	if (trace_cmd_enabled())
		trace_cmd(dev_name(smmu->dev), pos, cmd.w[0], cmd.w[1]);
}

/*
 * Publish all stamped lists, unless another CPU is the publisher.  Usually a list costs
 * one write of PROD; only deviations from that are counted.
 */
static __always_inline void publish(struct smmux_cmdq *cq, struct smmux_counters *cnt)
{
	bool again = false;
	int seen = 1;

	if (atomic_fetch_inc(&cq->pub)) {
		if (smmux_stats_any())
			cnt->bells_spared++;
		return;
	}
	for (;;) {
		u64 at = cq->published;

		for (;;) {
			/* Pairs with the dma_wmb() before the stamp was written. */
			u64 st = smp_load_acquire(&cq->stamp[smmux_queue_slot(&cq->q, at)]);

			if (st >> SMMUX_STAMP_SHIFT != at)
				break;
			at += st & SMMUX_STAMP_LEN;
		}
		if (at != cq->published) {
			WRITE_ONCE(cq->published, at);
			writel(smmux_queue_reg(&cq->q, at), cq->q.prod);
			if (again && smmux_stats_any())
				cnt->bells_more++;
		} else if (!again && smmux_stats_any()) {
			cnt->bells_spared++;
		}
		if (atomic_try_cmpxchg_release(&cq->pub, &seen, 0))
			return;
		/* Another CPU incremented meanwhile; pairs with its atomic_fetch_inc(). */
		smp_rmb();
		again = true;
	}
}

/* A list of @len commands waited for room up to @upto, since @from. */
static void tell_full(struct smmux_device *smmu, u64 upto, u32 len, u64 from, int ret)
{
	u64 took = ktime_get_mono_fast_ns() - from;

	if (smmux_hist_on(smmu))
		smmux_hist_add(smmu, SMMUX_HIST_FULL_WAIT, took, 1);
	trace_cmdq_full(dev_name(smmu->dev), upto, len, took, ret);
}

/*
 * The slow path: no room at first try, or a closed gate.  Returns 0 on success, with
 * interrupts off again; SMMUX_ELIDED: there is nothing to submit.  The retries at the
 * gate need no bound: each one that finds it closed at reserve() and open in
 * smmux_cmdq_at_gate() takes a full sleep of the SMMU.
 */
static noinline int reserve_patiently(struct smmux_device *smmu,
				      const struct smmux_cmd *cmds, u32 num, bool sync,
				      u64 *pos, int ret, unsigned long *flags)
{
	struct smmux_patience p = {};
	u64 upto = 0;

	do {
		if (ret == -EAGAIN) {
			upto = *pos + num + sync;
			ret = smmux_cmdq_wait_room(smmu, upto, &p);
			if (ret)
				break;
		} else {
			ret = smmux_cmdq_at_gate(smmu, cmds, num, sync);
			if (ret != -EAGAIN)
				return ret;
		}
		local_irq_save(*flags);
		ret = reserve(&smmu->cmdq, num + sync, pos);
		if (ret)
			local_irq_restore(*flags);
	} while (ret);
	if (p.full)
		tell_full(smmu, upto, num + sync, p.begun_ns, ret);
	return ret;
}

/* Has the SYNC completed already?  For one command it mostly has. */
static __always_inline bool first_look(struct smmux_cmdq *cq, u64 pos,
				       enum smmux_sync_mode mode)
{
	/* With injection on, all SYNCs take the long path, where some are made to fail. */
	if (smmux_inject_is_on())
		return false;
	if ((u64)atomic64_read_acquire(&cq->cons) > pos)
		return true;
	if (mode != SMMUX_SYNC_POLL || !smmux_cmdq_try_reader(cq))
		return false;
	smmux_cmdq_refresh(cq);
	smmux_cmdq_end_reader(cq);
	return (u64)atomic64_read(&cq->cons) > pos;
}

/*
 * After a wait: was a command of the list in error?  The mark is stored before the
 * error is acknowledged, and the SYNC can complete only after the acknowledgement.
 */
static __always_inline int verdict(struct smmux_cmdq *cq, u64 pos, u32 len)
{
	if (unlikely(READ_ONCE(cq->err_pos) >= pos))
		return smmux_cmdq_charge(cq, pos, len);
	return 0;
}

static __always_inline int wait_for(struct smmux_device *smmu, u64 pos, u32 len,
				    enum smmux_sync_mode mode)
{
	if (!first_look(&smmu->cmdq, pos + len - 1, mode))
		return smmux_cmdq_wait_sync(smmu, pos, len, mode);
	return verdict(&smmu->cmdq, pos, len);
}

static noinline void measure_list(struct smmux_device *smmu, u32 len, u64 ticks,
				  unsigned int how, unsigned int weight)
{
	smmux_hist_add(smmu, SMMUX_HIST_LIST, len, weight);
	if (how && smmux_ticks_ok(ticks))
		smmux_hist_add(smmu, how & SMMUX_ISSUE_ATC ? SMMUX_HIST_ATC_WAIT :
							     SMMUX_HIST_SYNC_WAIT,
			       smmux_ticks_to_ns(ticks), weight);
}

/*
 * Nearly all lists are one command whose SYNC has completed at first look.  Of these
 * only a sample is measured, weighted to stand for the others.  Longer or slower lists
 * are always measured.
 */
static noinline int wait_measured(struct smmux_device *smmu, u64 pos, u32 len,
				  enum smmux_sync_mode mode, unsigned int how)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u64 ticks = smmux_ticks();
	unsigned int weight = 1;
	int ret = 0;

	if (how && first_look(cq, pos + len - 1, mode)) {
		ret = verdict(cq, pos, len);
		if (len == 2)
			weight = smmux_hist_weight(pos);
		if (!weight)
			return ret;
	} else if (how) {
		ret = smmux_cmdq_wait_sync(smmu, pos, len, mode);
	}
	measure_list(smmu, len, smmux_ticks() - ticks, how, weight);
	return ret;
}

static noinline int wait_traced(struct smmux_device *smmu, u64 pos,
				const struct smmux_cmd *cmds, u32 num,
				enum smmux_sync_mode mode, unsigned int how)
{
	u64 from = ktime_get_mono_fast_ns(), wait_ns;
	u32 i, atc = 0;
	int ret;

	if (smmux_hist_on(smmu))
		ret = wait_measured(smmu, pos, num + 1, mode, how);
	else
		ret = wait_for(smmu, pos, num + 1, mode);
	wait_ns = ktime_get_mono_fast_ns() - from;
	for (i = 0; i < num; i++)
		atc += smmux_cmd_op(&cmds[i]) == OP_ATC_INV;
	trace_cmdq_sync(dev_name(smmu->dev), pos + num, wait_ns, ret, num + 1, atc);
	return ret;
}

/* One reservation: at most max_list commands with the SYNC, which any nonzero @how adds. */
static __always_inline int issue_list(struct smmux_device *smmu, const struct smmux_cmd *cmds,
				      u32 num, unsigned int how)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	/* The knob may change: wait for this SYNC in the mode in which it is sent. */
	enum smmux_sync_mode mode = READ_ONCE(cq->mode);
	u32 i, len = num + !!how;
	struct smmux_counters *cnt;
	unsigned long flags;
	u64 pos;
	int ret;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "power may be removed during this wait");
	local_irq_save(flags);
	ret = reserve(cq, len, &pos);
	if (unlikely(ret)) {
		local_irq_restore(flags);
		ret = reserve_patiently(smmu, cmds, num, how, &pos, ret, &flags);
		if (ret)
			return min(ret, 0);
	}

	cnt = this_cpu_ptr(READ_ONCE(smmu->stats.hot));
	/* A list with a SYNC is counted as that. */
	if (!how && smmux_stats_any())
		cnt->lists_bare++;
	if (trace_cmdq_issue_enabled())
		trace_cmdq_issue(dev_name(smmu->dev), pos, len, !!how);
	for (i = 0; i < num; i++)
		put(smmu, cnt, pos + i, cmds[i]);
	if (how)
		put(smmu, cnt, pos + num, sync_cmd(cq, pos + num, mode));
	if (smmux_recent_on(smmu))
		smmux_recent_add(smmu, pos, len, cq->q.base, cq->q.mask);
	dma_wmb();
	WRITE_ONCE(cq->stamp[smmux_queue_slot(&cq->q, pos)],
		   pos << SMMUX_STAMP_SHIFT | len);
	publish(cq, cnt);
	local_irq_restore(flags);

	if (how && trace_cmdq_sync_enabled())
		return wait_traced(smmu, pos, cmds, num, mode, how);
	if (smmux_hist_on(smmu))
		return wait_measured(smmu, pos, len, mode, how);
	return how ? wait_for(smmu, pos, len, mode) : 0;
}

/* A list that does not fit into one reservation together with its SYNC. */
static noinline int issue_split(struct smmux_device *smmu, const struct smmux_cmd *cmds,
		       u32 num, unsigned int how)
{
	u32 max = smmu->cmdq.max_list - 1;
	int err = 0;

	while (num) {
		u32 part = min(num, max);
		bool sync = how & SMMUX_ISSUE_ATC ||
			    (how & SMMUX_ISSUE_SYNC && part == num);
		int ret = smmux_cmdq_issue(smmu, cmds, part,
					   sync ? SMMUX_ISSUE_SYNC | (how & SMMUX_ISSUE_ATC) : 0);

		err = err ?: ret;
		cmds += part;
		num -= part;
	}
	return err;
}

/*
 * Commands were dropped for lack of room, or refused by the SMMU.  It is unknown
 * which entries are stale, so invalidate all caches before any other list counts
 * as complete.  The start of a flush decides which debts it pays:
 *
 *   submitter A                       submitter B
 *   -----------                       -----------
 *                                     pay for debt 1: flush...
 *   its TLBI is refused: debt 2
 *   its SYNC completes                ...done, paid = 1
 *   still in debt: flush, paid = 2
 *
 * So A never relies on a flush that began before its own loss.
 */
static noinline void pay(struct smmux_device *smmu)
{
	static const struct smmux_cmd all[] = {
		{ { OP_CFGI_STE_RANGE, CFGI_RANGE_ALL } },
		{ { OP_TLBI_NSNH_ALL, 0 } },
	};
	int debts = atomic_read(&smmu->cmdq.debts);

	/* The flush below does not cover debts added after this point. */
	smp_mb();
	/* One at a time: together they may be longer than the queue. */
	if (issue_list(smmu, &all[0], 1, SMMUX_ISSUE_SYNC) ||
	    issue_list(smmu, &all[1], 1, SMMUX_ISSUE_SYNC))
		return;
	WRITE_ONCE(smmu->cmdq.paid, debts);
	dev_warn_ratelimited(smmu->dev, "lost invalidations: all caches invalidated instead\n");
}

int smmux_cmdq_issue_one(struct smmux_device *smmu, struct smmux_cmd cmd)
{
	int ret;

	if (unlikely(smmux_cmdq_in_debt(&smmu->cmdq)))
		pay(smmu);
	ret = issue_list(smmu, &cmd, 1, SMMUX_ISSUE_SYNC);
	if (unlikely(ret == -EIO && smmux_cmdq_in_debt(&smmu->cmdq)))
		pay(smmu);
	return ret;
}

int smmux_cmdq_issue(struct smmux_device *smmu, const struct smmux_cmd *cmds,
		     unsigned int num, unsigned int how)
{
	int ret;

	if (unlikely(smmux_cmdq_in_debt(&smmu->cmdq)))
		pay(smmu);
	if (unlikely(num >= smmu->cmdq.max_list))
		return issue_split(smmu, cmds, num, how);
	/* Q3: an ATC_INV is never without a SYNC of its own list. */
	ret = issue_list(smmu, cmds, num, how);
	/* Also for earlier parts of the caller's list, submitted without a SYNC. */
	if (unlikely(how && smmux_cmdq_in_debt(&smmu->cmdq)) && ret != -ETIMEDOUT)
		pay(smmu);
	return ret;
}

void smmux_batch_spill(struct smmux_batch *b)
{
	unsigned int how = b->how;
	int ret;

	if (b->smmu->caps.quirks & SMMUX_QUIRK_SYNC_EARLY)
		how |= SMMUX_ISSUE_SYNC;
	ret = smmux_cmdq_issue(b->smmu, b->cmd, b->num, how);
	b->err = b->err ?: ret;
	b->sent += b->num;
	b->num = 0;
}

int smmux_batch_sync(struct smmux_batch *b)
{
	int ret = smmux_cmdq_issue(b->smmu, b->cmd, b->num,
				   b->how | SMMUX_ISSUE_SYNC);

	ret = b->err ?: ret;
	b->sent += b->num;
	b->num = 0;
	b->how = 0;
	b->err = 0;
	return ret;
}

void smmux_cmdq_program(struct smmux_device *smmu)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u64 at = cq->published;

	/* Drop commands that a disabled SMMU left unread: all caches are invalidated. */
	atomic64_set(&cq->cons, at);
	smmux_writeq(smmu, cq->q.base_reg, SMMUX_CMDQ_BASE);
	writel(smmux_queue_reg(&cq->q, at), cq->q.prod);
	writel(smmux_queue_reg(&cq->q, at), cq->q.cons);
}

/*
 * Room for four lists of LIST_MAX commands of every CPU, from 2^8 to 2^16 entries: a larger
 * queue only spreads the same commands over more cache lines.  The parameter replaces this
 * size; the hardware limits both.
 */
static u8 wanted_log2(struct smmux_device *smmu)
{
	u8 log2 = clamp(order_base_2(num_possible_cpus() * 4 * LIST_MAX), 8, 16);

	if (smmu->params.cmdq_log2)
		log2 = smmu->params.cmdq_log2;
	return min(log2, smmu->caps.cmdq_log2);
}

const char * const smmux_sync_modes[SMMUX_NUM_SYNC_MODES] = {
	[SMMUX_SYNC_POLL] = "poll", [SMMUX_SYNC_WFE] = "wfe", [SMMUX_SYNC_MSI] = "msi",
	[SMMUX_SYNC_AUTO] = "auto",
};

static bool knows(struct smmux_device *smmu, enum smmux_sync_mode mode)
{
	switch (mode) {
	case SMMUX_SYNC_MSI:
		return smmu->cmdq.msi;
	case SMMUX_SYNC_WFE:
		/* Without the timer's event stream, WFE would never end after a lost SEV. */
		return smmux_has(smmu, SMMUX_FEAT_SEV) && cpu_have_named_feature(EVTSTRM);
	default:
		return true;
	}
}

static enum smmux_sync_mode best_mode(struct smmux_device *smmu)
{
	unsigned int mode = SMMUX_SYNC_MSI;

	while (!knows(smmu, mode))
		mode--;
	return mode;
}

int smmux_cmdq_set_mode(struct smmux_device *smmu, enum smmux_sync_mode mode)
{
	if (mode == SMMUX_SYNC_AUTO)
		WRITE_ONCE(smmu->cmdq.mode, best_mode(smmu));
	else if (knows(smmu, mode))
		WRITE_ONCE(smmu->cmdq.mode, mode);
	else
		return -EOPNOTSUPP;
	WRITE_ONCE(smmu->cmdq.wanted_mode, mode);
	return 0;
}

static int init_sync_mode(struct smmux_device *smmu)
{
	struct smmux_cmdq *cq = &smmu->cmdq;

	if (smmux_has(smmu, SMMUX_FEAT_MSI) && smmux_has(smmu, SMMUX_FEAT_COHERENT) &&
	    !smmu->params.no_msi) {
		cq->msi = dmam_alloc_coherent(smmu->dev,
					      sizeof(u32) << cq->q.log2,
					      &cq->msi_dma, GFP_KERNEL);
		if (!cq->msi)
			return -ENOMEM;
	}
	return smmux_cmdq_set_mode(smmu, SMMUX_SYNC_AUTO);
}

int smmux_cmdq_init(struct smmux_device *smmu)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u64 start;
	int ret;

	ret = smmux_queue_alloc(smmu, &cq->q, "command queue", wanted_log2(smmu),
				sizeof(struct smmux_cmd) / sizeof(u64),
				SMMUX_CMDQ_PROD, SMMUX_CMDQ_CONS);
	if (ret)
		return ret;
	cq->stamp = devm_kcalloc(smmu->dev, cq->q.mask + 1, sizeof(u64), GFP_KERNEL);
	if (!cq->stamp)
		return -ENOMEM;
	cq->max_list = min_t(u32, cq->q.mask + 1, LIST_MAX);
	start = smmux_queue_start(&cq->q);
	/* Asleep until it runs for the first time. */
	atomic64_set(&cq->resv, start | SMMUX_RESV_CLOSED | SMMUX_RESV_ASLEEP);
	atomic64_set(&cq->cons, start);
	cq->published = start;
	return init_sync_mode(smmu);
}

void smmux_cmdq_snapshot(struct smmux_device *smmu, struct smmux_cmdq_snap *snap)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u64 resv;

	/* Oldest first: a reader never sees consumed > published > reserved. */
	snap->cons = atomic64_read_acquire(&cq->cons);
	snap->published = smp_load_acquire(&cq->published);
	resv = atomic64_read(&cq->resv);
	snap->resv = resv & SMMUX_RESV_POS;
	snap->closed = resv & SMMUX_RESV_CLOSED;
	snap->asleep = resv & SMMUX_RESV_ASLEEP;
	snap->dead = READ_ONCE(cq->dead);
	snap->publishing = atomic_read(&cq->pub);
	snap->size = cq->q.mask + 1;
	snap->high_water = READ_ONCE(cq->high_water);
	snap->mode = READ_ONCE(cq->mode);
	/* Power stays until the section ends. */
	guard(rcu)();
	snap->regs = READ_ONCE(smmu->powered);
	snap->prod_reg = snap->regs ? readl(cq->q.prod) : 0;
	snap->cons_reg = snap->regs ? readl(cq->q.cons) : 0;
}

void smmux_cmdq_peek(struct smmux_device *smmu, u64 pos, struct smmux_cmd *cmd)
{
	const u64 *slot = smmux_queue_entry(&smmu->cmdq.q, pos);

	cmd->w[0] = READ_ONCE(slot[0]);
	cmd->w[1] = READ_ONCE(slot[1]);
}

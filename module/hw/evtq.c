// SPDX-License-Identifier: GPL-2.0
/*
 * evtq - the event queue, from the interrupt to the receivers of an event.
 *
 * One drain runs at a time (@drain_lock) and does a bounded amount of work.  A
 * work item handles the rest a little later, so a device that faults in a loop
 * costs a share of one CPU and does not block the machine.  The same work item
 * polls this queue and GERROR where firmware describes no interrupt.
 *
 * Each event is kept in the SMMU's ring, decoded (pure/evt.c) and counted.  Then it
 * is kept in its stream's ring with a walk of the tables, traced, reported to the
 * master's domain, answered if it stalls, and logged within its stream's rate limit.
 * This second part runs under the streams lock, which keeps master and domain alive:
 * an attach takes it after it has replaced the pointer to the old domain, and
 * before that domain may be freed.
 *
 * Lock order: drain_lock, streams_lock, ring_lock.
 */
#include "hw/evtq.h"

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>
#include <trace/events/iommu.h>

#include "hw/cmdq.h"
#include "hw/gerror.h"
#include "pure/cmd.h"
#include "smmux.h"
#include "trace/inject.h"
#include "trace/stats.h"
#include "trace/trace.h"

#define EVTQ_LOG2	12		/* 4096 events; a longer storm adds no information */
#define DRAIN_MAX	1024		/* events per run */
#define SETTLE_MAX	16		/* events between two reads of the clock, before sleep */
#define AGAIN_MS	2		/* until the next run, if more events wait */
#define POLL_MS		100		/* without an interrupt */

#define LIMIT_NS	(5ULL * NSEC_PER_SEC)
#define LIMIT_LINES	10

DECLARE_WAIT_QUEUE_HEAD(smmux_evtq_news);

/* May another line about this source be logged? */
static bool may_log(struct smmux_device *smmu, struct smmux_evtq_limit *lim,
		    const char *who)
{
	u64 now = ktime_get_ns();

	if (now >= lim->until_ns) {
		if (lim->dropped)
			dev_warn(smmu->dev, "%s: %u more events were not logged\n",
				 who, lim->dropped);
		*lim = (struct smmux_evtq_limit){ .until_ns = now + LIMIT_NS };
	}
	if (lim->lines < LIMIT_LINES) {
		lim->lines++;
		return true;
	}
	lim->dropped++;
	smmux_count(smmu, evt_suppressed);
	return false;
}

static bool is_address_fault(const struct smmux_evt *evt)
{
	return evt->id >= EVT_F_TRANSLATION && evt->id <= EVT_F_PERMISSION;
}

/*
 * Report to the domain's owner and the kernel's trace event.  Returns the owner's
 * answer, or -ENOSYS where there is no owner.
 */
static int report_fault(struct smmux_master *master, const struct smmux_evt *evt)
{
	int flags = evt->rnw ? IOMMU_FAULT_READ : IOMMU_FAULT_WRITE;
	struct smmux_domain *dom = READ_ONCE(master->domain);

	/* For a PASID's domain only the device is known to be alive here. */
	if (evt->ssv && evt->ssid)
		dom = NULL;
	trace_fault(dev_name(master->dev), dom ? dom->id : 0, evt->iaddr, flags,
		    evt->stall);
	if (dom)
		return report_iommu_fault(&dom->iommu, master->dev, evt->iaddr, flags);
	trace_io_page_fault(master->dev, evt->iaddr, flags);
	return -ENOSYS;
}

/* A stalled transaction needs an answer, whichever device it belongs to. */
static void answer_stall(struct smmux_device *smmu, const struct smmux_evt *evt,
			 int verdict)
{
	struct smmux_cmd cmd;

	cmd = smmux_cmd_resume(evt->sid, evt->stag, verdict == -EAGAIN ?
			       SMMUX_RESUME_RETRY : SMMUX_RESUME_ABORT);
	/* No SYNC: nothing here depends on when the device gets the answer. */
	scoped_guard(rcu)
		smmux_cmdq_issue(smmu, &cmd, 1, 0);
	smmux_count(smmu, stall_answered);
}

static void log_event(struct smmux_device *smmu, struct smmux_evtq_limit *lim,
		      const char *who, const struct smmux_evt *evt)
{
	char text[256];

	if (!may_log(smmu, lim, who))
		return;
	smmux_evt_format(evt, text, sizeof(text));
	dev_err(smmu->dev, "event: %s: %s\n", who, text);
}

/* Events cannot tell devices apart that share a stream: the first one stands for all. */
static struct smmux_master *master_of(struct smmux_stream *stream)
{
	if (!stream || list_empty(&stream->masters))
		return NULL;
	return list_first_entry(&stream->masters, struct smmux_stream_use, node)->master;
}

/*
 * Walk the tables for the event's address.  Often they have changed since the access.
 * But a hole, a permission or an invalid table shows which of these was the cause, and
 * a page that is present shows that the SMMU was late or the device early.
 */
static void look_up(struct smmux_evtq *eq, struct smmux_master *master,
		    const struct smmux_evt *evt, struct smmux_fault_rec *rec)
{
	struct smmux_walk_query q = {
		.sid = evt->sid, .ssid = evt->ssid, .ssv = evt->ssv, .iova = evt->iaddr,
		.access = evt->rnw ? SMMUX_WALK_READ : SMMUX_WALK_WRITE,
	};
	struct smmux_walk *w = &eq->walk;

	lockdep_assert_held(&eq->drain_lock);
	if (evt->ind && evt->rnw)
		q.access = SMMUX_WALK_EXEC;
	if (!is_address_fault(evt) || eq->ask_tables(master, &q, w))
		return;
	rec->walked = true;
	rec->end = w->end;
	rec->id = w->event;
	rec->stage = w->stage;
	rec->level = w->level;
	rec->why = w->why;
	rec->pa = w->pa;
	if (!w->num_steps)
		return;
	rec->at = w->step[w->num_steps - 1].at;
	rec->desc = w->step[w->num_steps - 1].desc;
}

static void remember_of(struct smmux_evtq *eq, struct smmux_stream *stream,
			const struct smmux_fault_rec *rec)
{
	spin_lock(&eq->ring_lock);
	stream->log.ring[stream->log.total % SMMUX_STREAM_RING] = *rec;
	WRITE_ONCE(stream->log.total, stream->log.total + 1);
	spin_unlock(&eq->ring_lock);
}

static void handle(struct smmux_device *smmu, const struct smmux_evt *evt,
		   const struct smmux_evt_rec *rec)
{
	struct smmux_evtq_limit *limit = &smmu->evtq.strangers;
	struct smmux_fault_rec fault = { .evt = *rec };
	struct smmux_master *master;
	struct smmux_stream *stream;
	const char *who = "unknown stream";
	int verdict = -ENOSYS;

	smmux_count(smmu, evt[evt->id]);

	mutex_lock(&smmu->streams_lock);
	stream = xa_load(&smmu->streams, evt->sid);
	master = master_of(stream);
	if (master) {
		atomic64_inc(&stream->faults);
		look_up(&smmu->evtq, master, evt, &fault);
		remember_of(&smmu->evtq, stream, &fault);
		limit = &stream->limit;
		who = dev_name(master->dev);
	}
	trace_event(dev_name(smmu->dev), master ? who : "-", evt, evt->id,
		    (u64)evt->ssid << 32 | evt->sid, smmux_trace_evt_flags(evt), evt->iaddr);
	if (master && is_address_fault(evt))
		verdict = report_fault(master, evt);
	if (evt->stall)
		answer_stall(smmu, evt, verdict);
	/* A fault that the owner handled is not logged. */
	if (verdict)
		log_event(smmu, limit, who, evt);
	mutex_unlock(&smmu->streams_lock);
}

static void remember(struct smmux_evtq *eq, struct smmux_evt_rec *rec)
{
	rec->time_ns = ktime_get_ns();
	rec->cpu = raw_smp_processor_id();
	spin_lock(&eq->ring_lock);
	eq->ring[eq->total % SMMUX_EVTQ_RING] = *rec;
	WRITE_ONCE(eq->total, eq->total + 1);
	spin_unlock(&eq->ring_lock);
}

static void take(struct smmux_device *smmu, struct smmux_evt_rec *rec)
{
	struct smmux_evt evt;

	remember(&smmu->evtq, rec);
	smmux_evt_decode(rec->raw, &evt);
	handle(smmu, &evt, rec);
	/* Pairs with poll_wait(): the sleeper sees the new count, or is woken. */
	if (wq_has_sleeper(&smmux_evtq_news))
		wake_up_all(&smmux_evtq_news);
}

/* Publish the consumed position to the SMMU, and acknowledge its overflow. */
static void write_cons(struct smmux_evtq *eq)
{
	/* All reads of the slots complete before the SMMU may overwrite them. */
	dma_mb();
	writel(smmux_queue_reg(&eq->q, eq->cons) | (eq->ovflg ? QUEUE_OVFLG : 0),
	       eq->q.cons);
}

static void check_overflow(struct smmux_device *smmu, u32 prod)
{
	struct smmux_evtq *eq = &smmu->evtq;

	if (!!(prod & QUEUE_OVFLG) == eq->ovflg)
		return;
	eq->ovflg = !eq->ovflg;
	/* At once: with nothing left to drain, no other write of CONS would follow. */
	write_cons(eq);
	smmux_count(smmu, evt_overflow);
	dev_err_ratelimited(smmu->dev, "event queue overflow: events are lost\n");
}

/*
 * Number of pending events; negative if PROD is impossible, as with a dead
 * register bus or an SMMU out of control.
 */
static int waiting(struct smmux_device *smmu)
{
	struct smmux_evtq *eq = &smmu->evtq;
	u32 prod = readl(eq->q.prod);
	u32 num;

	if (prod == U32_MAX) {
		if (smmux_gerror_lost(smmu))
			return -EIO;
		dev_err_ratelimited(smmu->dev, "event queue: PROD reads all ones\n");
		return -EIO;
	}
	check_overflow(smmu, prod);
	num = smmux_queue_ahead(&eq->q, eq->cons, prod);
	if (num <= eq->q.mask + 1)
		return num;

	/* No event between CONS and PROD can be trusted: continue at PROD. */
	if (!smmux_gerror_lost(smmu))
		dev_err_ratelimited(smmu->dev,
				    "event queue: PROD %#x is more than a full queue ahead of CONS %#x\n",
				    prod, smmux_queue_reg(&eq->q, eq->cons));
	eq->cons += num;
	return -EIO;
}

/* Up to @max events; returns true if there are more. */
static bool drain_some(struct smmux_device *smmu, unsigned int max)
{
	struct smmux_evtq *eq = &smmu->evtq;
	int num = waiting(smmu);
	struct smmux_evt_rec rec;
	bool more = num > (int)max;
	unsigned int i;

	for (num = min(num, (int)max); num > 0; num--) {
		const __le64 *slot = (__force const __le64 *)
				     smmux_queue_entry(&eq->q, eq->cons);

		for (i = 0; i < EVTQ_WORDS; i++)
			rec.raw[i] = le64_to_cpu(READ_ONCE(slot[i]));
		eq->cons++;
		/* Free the slot before the slow handling of its copy. */
		write_cons(eq);

		take(smmu, &rec);
	}
	if (num < 0)
		write_cons(eq);
	return more;
}

/* Time until drains are allowed again: an injected hold, see inject.h. */
static unsigned int held_for_ms(struct smmux_evtq *eq)
{
	u64 now = ktime_get_ns();

	lockdep_assert_held(&eq->drain_lock);
	return smmux_inject_is_on() && eq->held_until_ns > now ?
	       DIV_ROUND_UP_ULL(eq->held_until_ns - now, NSEC_PER_MSEC) : 0;
}

irqreturn_t smmux_evtq_drain(struct smmux_device *smmu)
{
	struct smmux_evtq *eq = &smmu->evtq;
	bool more = false;
	unsigned int delay = 0;
	u64 from;
	bool any;

	/* Suspend has handled the interrupt's cause. */
	if (!READ_ONCE(smmu->powered))
		return IRQ_HANDLED;

	mutex_lock(&eq->drain_lock);
	if (eq->stopped || held_for_ms(eq)) {
		mutex_unlock(&eq->drain_lock);
		return IRQ_HANDLED;
	}
	from = eq->cons;
	more = drain_some(smmu, DRAIN_MAX);
	any = eq->cons != from;
	/* The flag may have toggled with nothing to drain after it. */
	if (!more && waiting(smmu) > 0)
		more = true;
	mutex_unlock(&eq->drain_lock);

	if (more)
		delay = AGAIN_MS;
	else if (!smmu->irqs.virq[SMMUX_IRQ_EVTQ] || !smmu->irqs.virq[SMMUX_IRQ_GERROR])
		delay = POLL_MS;
	if (delay)
		mod_delayed_work(system_dfl_wq, &eq->again, msecs_to_jiffies(delay));
	return IRQ_RETVAL(any);
}

/* Are there events to drain?  Not without power, nor on a dead SMMU. */
static bool unsettled(struct smmux_device *smmu)
{
	if (smmu->evtq.stopped || !READ_ONCE(smmu->powered) || READ_ONCE(smmu->gerror.dead))
		return false;
	return waiting(smmu) > 0;
}

int smmux_evtq_settle(struct smmux_device *smmu, bool stop)
{
	struct smmux_evtq *eq = &smmu->evtq;
	u64 end = ktime_get_mono_fast_ns() + SMMUX_TIMEOUT_US * 1000ULL;
	int ret = 0;

	/* A handler of the domain's owner may be slow: bound the wait. */
	while (!mutex_trylock(&eq->drain_lock)) {
		if (ktime_get_mono_fast_ns() > end)
			return -EBUSY;
		usleep_range(20, 100);
	}
	while (!ret && unsettled(smmu)) {
		drain_some(smmu, SETTLE_MAX);
		if (ktime_get_mono_fast_ns() > end)
			ret = -EBUSY;
	}
	if (!ret && stop)
		eq->stopped = true;
	mutex_unlock(&eq->drain_lock);
	return ret;
}

int smmux_evtq_hold(struct smmux_device *smmu, unsigned int ms)
{
	struct smmux_evtq *eq = &smmu->evtq;
	int ret = mutex_lock_interruptible(&eq->drain_lock);

	if (ret)
		return ret;
	eq->held_until_ns = ktime_get_ns() + ms * (u64)NSEC_PER_MSEC;
	mutex_unlock(&eq->drain_lock);
	/* Interrupts until then drain nothing. */
	mod_delayed_work(system_dfl_wq, &eq->again, msecs_to_jiffies(ms) + 1);
	return 0;
}

unsigned int smmux_evtq_held_ms(struct smmux_device *smmu)
{
	guard(mutex)(&smmu->evtq.drain_lock);
	return held_for_ms(&smmu->evtq);
}

int smmux_evtq_pretend(struct smmux_device *smmu, const u64 raw[EVTQ_WORDS])
{
	struct smmux_evt_rec rec = {};
	struct smmux_evt evt;
	int ret;

	smmux_evt_decode(raw, &evt);
	if (evt.stall)
		return -EINVAL;
	memcpy(rec.raw, raw, sizeof(rec.raw));
	ret = mutex_lock_interruptible(&smmu->evtq.drain_lock);
	if (ret)
		return ret;
	take(smmu, &rec);
	mutex_unlock(&smmu->evtq.drain_lock);
	return 0;
}

static void drain_again(struct work_struct *work)
{
	struct smmux_evtq *eq = container_of(work, struct smmux_evtq, again.work);
	struct smmux_device *smmu = container_of(eq, struct smmux_device, evtq);

	if (!smmu->irqs.virq[SMMUX_IRQ_GERROR])
		smmux_gerror_handle(smmu, ~0U);
	smmux_evtq_drain(smmu);
}

static void cancel_again(void *data)
{
	struct smmux_device *smmu = data;

	cancel_delayed_work_sync(&smmu->evtq.again);
}

int smmux_evtq_init(struct smmux_device *smmu, smmux_evtq_walk *walk)
{
	struct smmux_evtq *eq = &smmu->evtq;
	u32 stalls = FIELD_GET(IDR5_STALL_MAX, smmu->caps.raw.r[SMMUX_REG_IDR5]);
	u8 log2 = max(EVTQ_LOG2, fls(stalls) + 1);
	int ret;

	spin_lock_init(&eq->ring_lock);
	mutex_init(&eq->drain_lock);
	eq->stopped = true;
	eq->ask_tables = walk;
	INIT_DELAYED_WORK(&eq->again, drain_again);
	ret = devm_add_action(smmu->dev, cancel_again, smmu);
	if (ret)
		return ret;
	return smmux_queue_alloc(smmu, &eq->q, "event queue",
				 min(log2, smmu->caps.evtq_log2), EVTQ_WORDS,
				 SMMUX_EVENTQ_PROD, SMMUX_EVENTQ_CONS);
}

void smmux_evtq_program(struct smmux_device *smmu)
{
	struct smmux_evtq *eq = &smmu->evtq;

	/* A drain may hold it while an event's owner is slow; that ends. */
	guard(mutex)(&eq->drain_lock);
	/*
	 * A suspend that failed before the queue was stopped leaves events in it, which
	 * must still be handled.  The base shows that power has not been lost since.
	 */
	if (!eq->stopped && smmux_queue_is_at(&eq->q, smmux_readq(smmu, SMMUX_EVENTQ_BASE)))
		return;
	eq->cons = smmux_queue_start(&eq->q);
	eq->ovflg = false;
	eq->stopped = false;
	smmux_writeq(smmu, eq->q.base_reg, SMMUX_EVENTQ_BASE);
	writel(smmux_queue_reg(&eq->q, eq->cons), eq->q.prod);
	writel(smmux_queue_reg(&eq->q, eq->cons), eq->q.cons);
}

void smmux_evtq_snapshot(struct smmux_device *smmu, struct smmux_evtq_snap *snap)
{
	struct smmux_evtq *eq = &smmu->evtq;

	snap->cons = READ_ONCE(eq->cons);
	snap->total = READ_ONCE(eq->total);
	snap->ovflg = READ_ONCE(eq->ovflg);
	snap->size = eq->q.mask + 1;
	/* Power stays until the section ends. */
	guard(rcu)();
	snap->regs = READ_ONCE(smmu->powered);
	snap->prod_reg = snap->regs ? readl(eq->q.prod) : 0;
	snap->cons_reg = snap->regs ? readl(eq->q.cons) : 0;
}

unsigned int smmux_evtq_recent(struct smmux_device *smmu,
			       struct smmux_evt_rec *rec, unsigned int max)
{
	struct smmux_evtq *eq = &smmu->evtq;
	unsigned int num, i;

	spin_lock(&eq->ring_lock);
	num = min3(eq->total, (u64)SMMUX_EVTQ_RING, (u64)max);
	for (i = 0; i < num; i++)
		rec[i] = eq->ring[(eq->total - 1 - i) % SMMUX_EVTQ_RING];
	spin_unlock(&eq->ring_lock);
	return num;
}

static int newer_first(const void *a, const void *b)
{
	u64 x = ((const struct smmux_fault_rec *)a)->evt.time_ns;
	u64 y = ((const struct smmux_fault_rec *)b)->evt.time_ns;

	return x < y ? 1 : x > y ? -1 : 0;
}

unsigned int smmux_evtq_faults(struct smmux_master *master, struct smmux_fault_rec *rec,
			       unsigned int max)
{
	struct smmux_evtq *eq = &master->smmu->evtq;
	unsigned int i, num = 0;

	for (i = 0; i < master->num_streams; i++) {
		struct smmux_stream_log *log = &master->streams[i].stream->log;
		unsigned int n;

		spin_lock(&eq->ring_lock);
		n = min3(log->total, (u64)SMMUX_STREAM_RING, (u64)max - num);
		memcpy(&rec[num], log->ring, n * sizeof(*rec));
		spin_unlock(&eq->ring_lock);
		num += n;
	}
	sort(rec, num, sizeof(*rec), newer_first, NULL);
	return num;
}

u64 smmux_evtq_total(struct smmux_device *smmu)
{
	return READ_ONCE(smmu->evtq.total);
}

u64 smmux_evtq_fault_total(struct smmux_master *master)
{
	unsigned int i;
	u64 total = 0;

	for (i = 0; i < master->num_streams; i++)
		total += READ_ONCE(master->streams[i].stream->log.total);
	return total;
}

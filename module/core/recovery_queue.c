// SPDX-License-Identifier: GPL-2.0
/*
 * recovery_queue - devices that are cut off: their states, history and counts.
 *
 * An invalidation adds an entry, in any context (ats.c).  The worker removes it, or the
 * removal of the device does (both in recovery.c).  The only part of the worker that this
 * room knows is the work item: it queues that when it adds an entry.
 */
#include "core/recovery_queue.h"

#include <linux/string.h>
#include <linux/timekeeping.h>

#include "smmux.h"
#include "trace/trace.h"

const char * const smmux_rec_states[] = {
	[SMMUX_REC_HEALTHY] = "healthy", [SMMUX_REC_TIMED_OUT] = "timed_out",
	[SMMUX_REC_QUARANTINED] = "quarantined", [SMMUX_REC_RESETTING] = "resetting",
	[SMMUX_REC_BLOCKED] = "blocked",
};

const char * const smmux_rec_policies[] = {
	[SMMUX_REC_QUARANTINE] = "quarantine", [SMMUX_REC_RESET] = "reset",
	[SMMUX_REC_INHERIT] = "inherit",
};

const char * const smmux_rec_counts[] = {
	[SMMUX_RECN_TIMEOUTS] = "timeouts", [SMMUX_RECN_ASKED_AGAIN] = "asked_again",
	[SMMUX_RECN_TRANSIENT] = "transient", [SMMUX_RECN_QUARANTINED] = "quarantined",
	[SMMUX_RECN_RELAPSES] = "relapses", [SMMUX_RECN_RESETS] = "resets",
	[SMMUX_RECN_RESETS_FAILED] = "resets_failed", [SMMUX_RECN_RESETS_SEEN] = "resets_seen",
	[SMMUX_RECN_RECOVERED] = "recovered", [SMMUX_RECN_BLOCKED] = "blocked",
	[SMMUX_RECN_REMOVED] = "removed", [SMMUX_RECN_FAIL_STOPS] = "fail_stops",
	[SMMUX_RECN_INJECTED] = "injected",
};

u64 smmux_recovery_counted(struct smmux_device *smmu, enum smmux_rec_count what)
{
	struct smmux_recovery *r = &smmu->recovery;

	return atomic64_read(&r->count[what]) - atomic64_read(&r->base[what]);
}

void smmux_recovery_reset_counts(struct smmux_device *smmu)
{
	struct smmux_recovery *r = &smmu->recovery;
	unsigned int i;

	for (i = 0; i < SMMUX_NUM_RECNS; i++)
		atomic64_set(&r->base[i], atomic64_read(&r->count[i]));
}

void smmux_recovery_count(struct smmux_device *smmu, enum smmux_rec_count what)
{
	atomic64_inc(&smmu->recovery.count[what]);
}

enum smmux_rec_policy smmux_recovery_policy_of(const struct smmux_master *master)
{
	enum smmux_rec_policy policy = READ_ONCE(master->rec.policy);

	return policy == SMMUX_REC_INHERIT ? READ_ONCE(master->smmu->recovery.policy) : policy;
}

/* --- states --- */

static void move(struct smmux_master *master, enum smmux_rec_state to, const char *cause,
		 int ret)
{
	struct smmux_recovery *r = &master->smmu->recovery;
	struct smmux_rec *rec = &master->rec;
	struct smmux_rec_event *ev = &r->ring[r->total++ % SMMUX_REC_RING];

	lockdep_assert_held(&r->lock);
	ev->time_ns = ktime_get_ns();
	strscpy(ev->dev, dev_name(master->dev));
	ev->sid = rec->sid;
	ev->from = rec->state;
	ev->to = to;
	strscpy(ev->cause, cause);
	ev->cpu = raw_smp_processor_id();
	ev->ret = ret;
	ev->attempt = rec->attempts;
	trace_recovery(ev->dev, dev_name(master->smmu->dev),
		       (u64)rec->attempts << 32 | rec->sid,
		       smmux_rec_states[rec->state], smmux_rec_states[to], cause, ret);
	WRITE_ONCE(rec->state, to);
	rec->since_ns = ev->time_ns;
}

void smmux_recovery_move(struct smmux_master *master, enum smmux_rec_state to,
			 const char *cause, int ret)
{
	spin_lock_irq(&master->smmu->recovery.lock);
	move(master, to, cause, ret);
	spin_unlock_irq(&master->smmu->recovery.lock);
}

void smmux_recovery_enter(struct smmux_master *master, u32 sid, int err, u64 took_ns)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_recovery *r = &smmu->recovery;
	struct smmux_rec *rec = &master->rec;
	unsigned long flags;

	lockdep_assert_held(&smmu->ste_lock);
	trace_quarantine(dev_name(master->dev), dev_name(smmu->dev), sid, true,
			 master->num_streams + 1, took_ns);
	spin_lock_irqsave(&r->lock, flags);
	if (rec->gone || rec->state != SMMUX_REC_HEALTHY) {
		spin_unlock_irqrestore(&r->lock, flags);
		smmux_recovery_count(smmu, SMMUX_RECN_RELAPSES);
		return;
	}
	rec->sid = sid;
	rec->attempts = 0;
	rec->incidents++;
	rec->cut_ns = took_ns;
	rec->begun_ns = ktime_get_ns() - took_ns;
	move(master, SMMUX_REC_TIMED_OUT, err == -ETIMEDOUT ? "CMD_SYNC timeout" : "ATC_INV", err);
	move(master, SMMUX_REC_QUARANTINED, "cut off", 0);
	list_add_tail(&rec->node, &r->queue);
	spin_unlock_irqrestore(&r->lock, flags);

	smmux_recovery_count(smmu, SMMUX_RECN_QUARANTINED);
	dev_err(smmu->dev, "%s: ATC invalidation not answered (StreamID %#x), quarantined until it is reset; policy: %s\n",
		dev_name(master->dev), sid, smmux_rec_policies[smmux_recovery_policy_of(master)]);
	mod_delayed_work(system_freezable_wq, &r->work, 0);
}

void smmux_recovery_leave(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_recovery *r = &smmu->recovery;

	lockdep_assert_held(&smmu->ste_lock);
	spin_lock(&r->lock);
	move(master, SMMUX_REC_HEALTHY, "its ATC answers", 0);
	list_del_init(&master->rec.node);
	spin_unlock(&r->lock);
	smmux_recovery_count(smmu, SMMUX_RECN_RECOVERED);
	trace_quarantine(dev_name(master->dev), dev_name(smmu->dev), master->rec.sid, false,
			 master->num_streams + 1, ktime_get_ns() - master->rec.begun_ns);
}

bool smmux_recovery_drop(struct smmux_master *master)
{
	struct smmux_recovery *r = &master->smmu->recovery;
	bool was;

	spin_lock_irq(&r->lock);
	/* It can still be cut off until it leaves its streams, but no longer enters the queue. */
	master->rec.gone = true;
	was = master->rec.state != SMMUX_REC_HEALTHY;
	if (was) {
		move(master, SMMUX_REC_HEALTHY, "device is gone", 0);
		list_del_init(&master->rec.node);
	}
	spin_unlock_irq(&r->lock);
	return was;
}

/* --- knobs and readers --- */

void smmux_recovery_set_policy(struct smmux_device *smmu, enum smmux_rec_policy policy)
{
	WRITE_ONCE(smmu->recovery.policy, policy);
}

void smmux_recovery_set_master_policy(struct smmux_master *master, enum smmux_rec_policy policy)
{
	WRITE_ONCE(master->rec.policy, policy);
}

static void copy(const struct smmux_master *master, struct smmux_rec_entry *entry)
{
	const struct smmux_rec *rec = &master->rec;

	strscpy(entry->dev, dev_name(master->dev));
	entry->state = rec->state;
	entry->policy = smmux_recovery_policy_of(master);
	entry->sid = rec->sid;
	entry->since_ns = rec->since_ns;
	entry->begun_ns = rec->begun_ns;
	entry->cut_ns = rec->cut_ns;
	entry->incidents = rec->incidents;
	entry->attempts = rec->attempts;
}

void smmux_recovery_snapshot(struct smmux_master *master, struct smmux_rec_entry *entry)
{
	struct smmux_recovery *r = &master->smmu->recovery;
	unsigned long flags;

	spin_lock_irqsave(&r->lock, flags);
	copy(master, entry);
	spin_unlock_irqrestore(&r->lock, flags);
}

unsigned int smmux_recovery_queue(struct smmux_device *smmu, struct smmux_rec_entry *list,
				  unsigned int max)
{
	struct smmux_recovery *r = &smmu->recovery;
	struct smmux_master *master;
	unsigned long flags;
	unsigned int num = 0;

	spin_lock_irqsave(&r->lock, flags);
	list_for_each_entry(master, &r->queue, rec.node) {
		if (num < max)
			copy(master, &list[num]);
		num++;
	}
	spin_unlock_irqrestore(&r->lock, flags);
	return num;
}

unsigned int smmux_recovery_history(struct smmux_device *smmu, struct smmux_rec_event *list,
				    unsigned int max)
{
	struct smmux_recovery *r = &smmu->recovery;
	unsigned long flags;
	unsigned int num, i;

	spin_lock_irqsave(&r->lock, flags);
	num = min3(r->total, (u64)SMMUX_REC_RING, (u64)max);
	for (i = 0; i < num; i++)
		list[i] = r->ring[(r->total - 1 - i) % SMMUX_REC_RING];
	spin_unlock_irqrestore(&r->lock, flags);
	return num;
}

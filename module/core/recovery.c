// SPDX-License-Identifier: GPL-2.0
/*
 * recovery - the queue of devices that are cut off, and its worker.
 *
 * Entries are made in whatever context an invalidation is in, and leave from the
 * worker.  The worker holds @mutex for each step, but not while it resets a device:
 * that takes a second or a minute, calls the device's driver, and on kernels from 7.x
 * comes back to us to attach and detach.  A master may leave meanwhile; it takes its
 * name out of @resetting, and the worker, which has a reference to the device but
 * none to the master, does not look at it again.
 *
 * How others' resets are noticed.  No kernel tells an IOMMU driver that a device was
 * reset, and those that ask for its domain to be blocked meanwhile (7.x) do not say
 * whether the reset went well.  But whatever the PCI core resets, it saves the
 * configuration space of before.  So the saved copy of the first word, which is read
 * only in the device, gets a value that no device has: when it is another one the
 * device's state was saved, and what follows is a reset or a sleep.  Neither that nor
 * our own reset is proof; that the ATC answers an invalidation of everything is.
 *
 * While it is cut off a device runs without ATS, as far as its driver lets it.
 */
#include "core/recovery.h"

#include <linux/pci.h>
#include <linux/timekeeping.h>

#include "core/ats.h"
#include "smmux.h"
#include "trace/trace.h"

#define LOOK_MS		100	/* at the queue, while there is anything in it */
#define MAX_ATTEMPTS	3
#define BACKOFF_NS	NSEC_PER_SEC	/* after the first attempt; then four times that */
#define MAX_BUSY	600	/* looks at a device that somebody holds locked */
#define NOT_SAVED	0xdead5a5aU	/* no vendor, no device */

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

static void move_locked(struct smmux_master *master, enum smmux_rec_state to,
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
	move(master, SMMUX_REC_TIMED_OUT, err == -ETIMEDOUT ? "no answer at all" : "ATC_INV", err);
	move(master, SMMUX_REC_QUARANTINED, "cut off", 0);
	list_add_tail(&rec->node, &r->queue);
	spin_unlock_irqrestore(&r->lock, flags);

	smmux_recovery_count(smmu, SMMUX_RECN_QUARANTINED);
	dev_err(smmu->dev, "%s: does not answer ATC invalidations (StreamID %#x): cut off from ATS until it is reset; policy: %s\n",
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

/* --- the worker's steps, under its mutex --- */

static void send_uevent(struct smmux_master *master, const char *event)
{
	char smmu[64], sid[32], what[32];
	char *env[] = { what, smmu, sid, NULL };

	snprintf(what, sizeof(what), "SMMUX_EVENT=%s", event);
	snprintf(smmu, sizeof(smmu), "SMMUX_SMMU=%s", dev_name(master->smmu->dev));
	snprintf(sid, sizeof(sid), "SMMUX_SID=0x%x", master->rec.sid);
	kobject_uevent_env(&master->dev->kobj, KOBJ_CHANGE, env);
}

/* From here on a change of the saved state tells. */
static void watch_for_reset(struct smmux_master *master)
{
	struct pci_dev *pdev = to_pci_dev(master->dev);

	master->rec.reset_seen = false;
	WRITE_ONCE(pdev->saved_config_space[0], NOT_SAVED);
}

static void announce(struct smmux_master *master)
{
	master->rec.announced = true;
	master->rec.busy = 0;
	master->rec.next_ns = 0;
	scoped_guard(mutex, &master->ats_mutex)
		smmux_ats_quiet(master);
	watch_for_reset(master);
	send_uevent(master, "quarantine");
}

/* Let it back, if its ATC answers: 0. */
static int let_back(struct smmux_master *master, const char *after)
{
	u64 begun_ns = master->rec.begun_ns;
	int ret;

	scoped_guard(mutex, &master->ats_mutex)
		ret = smmux_ats_revive(master);
	if (ret)
		return ret;
	master->rec.announced = false;
	dev_info(master->smmu->dev, "%s: answers ATC invalidations again after %s: quarantine ends after %llu ms\n",
		 dev_name(master->dev), after, div_u64(ktime_get_ns() - begun_ns, NSEC_PER_MSEC));
	send_uevent(master, "recovered");
	return 0;
}

static bool was_reset(struct smmux_master *master)
{
	struct pci_dev *pdev = to_pci_dev(master->dev);
	struct smmux_rec *rec = &master->rec;
	/* AER does not save, but it marks the device while it is at it. */
	bool in_error = data_race(READ_ONCE(pdev->error_state)) != pci_channel_io_normal;

	if (data_race(READ_ONCE(pdev->saved_config_space[0])) != NOT_SAVED || in_error)
		rec->reset_seen = true;
	/* Not while it is under way. */
	return rec->reset_seen && !in_error && !data_race((bool)pdev->block_cfg_access);
}

static void look_for_reset(struct smmux_master *master)
{
	int ret;

	if (!was_reset(master))
		return;
	smmux_recovery_count(master->smmu, SMMUX_RECN_RESETS_SEEN);
	ret = let_back(master, "a reset");
	if (!ret)
		return;
	watch_for_reset(master);
	move_locked(master, master->rec.state, "was reset, does not answer", ret);
}

static void failed(struct smmux_master *master, int ret)
{
	struct smmux_rec *rec = &master->rec;
	bool last = rec->attempts >= MAX_ATTEMPTS;

	smmux_recovery_count(master->smmu, SMMUX_RECN_RESETS_FAILED);
	rec->next_ns = ktime_get_ns() + (BACKOFF_NS << 2 * (rec->attempts - 1));
	move_locked(master, last ? SMMUX_REC_BLOCKED : SMMUX_REC_QUARANTINED,
		    last ? "given up" : "reset failed", ret);
	watch_for_reset(master);
	if (!last)
		return;
	smmux_recovery_count(master->smmu, SMMUX_RECN_BLOCKED);
	send_uevent(master, "blocked");
}

/* The PCI core's, so that the driver hears of it; @mutex is dropped meanwhile. */
static void try_reset(struct smmux_device *smmu, struct smmux_master *master)
{
	struct smmux_recovery *r = &smmu->recovery;
	struct smmux_rec *rec = &master->rec;
	struct device *dev = get_device(master->dev);
	int ret;

	rec->attempts++;
	move_locked(master, SMMUX_REC_RESETTING, "policy", 0);
	r->resetting = master;
	mutex_unlock(&r->mutex);
	ret = pci_try_reset_function(to_pci_dev(dev));
	mutex_lock(&r->mutex);
	put_device(dev);
	if (r->resetting != master)
		return;
	r->resetting = NULL;

	/* Somebody has it locked: its driver binds, say. */
	if (ret == -EAGAIN && rec->busy++ < MAX_BUSY) {
		rec->attempts--;
		rec->next_ns = 0;
		move_locked(master, SMMUX_REC_QUARANTINED, "device is locked", ret);
		return;
	}
	smmux_recovery_count(smmu, SMMUX_RECN_RESETS);
	if (!ret)
		ret = let_back(master, "our reset");
	if (ret)
		failed(master, ret);
}

static void step(struct smmux_device *smmu, struct smmux_master *master)
{
	struct smmux_rec *rec = &master->rec;

	lockdep_assert_held(&smmu->recovery.mutex);
	if (!rec->announced)
		announce(master);
	look_for_reset(master);
	if (READ_ONCE(rec->state) == SMMUX_REC_QUARANTINED &&
	    smmux_recovery_policy_of(master) == SMMUX_REC_RESET &&
	    ktime_get_ns() >= rec->next_ns)
		try_reset(smmu, master);
}

/* The first entry that had no turn in this round. */
static struct smmux_master *next(struct smmux_recovery *r)
{
	struct smmux_master *master, *found = NULL;

	spin_lock_irq(&r->lock);
	list_for_each_entry(master, &r->queue, rec.node) {
		if (master->rec.round == r->round)
			continue;
		master->rec.round = r->round;
		found = master;
		break;
	}
	spin_unlock_irq(&r->lock);
	return found;
}

static void look_at_queue(struct work_struct *work)
{
	struct smmux_recovery *r = container_of(work, struct smmux_recovery, work.work);
	struct smmux_device *smmu = container_of(r, struct smmux_device, recovery);
	struct smmux_master *master;
	bool more;

	mutex_lock(&r->mutex);
	r->round++;
	while ((master = next(r)))
		step(smmu, master);
	mutex_unlock(&r->mutex);

	spin_lock_irq(&r->lock);
	more = !list_empty(&r->queue);
	spin_unlock_irq(&r->lock);
	if (more)
		queue_delayed_work(system_freezable_wq, &r->work, msecs_to_jiffies(LOOK_MS));
}

/* --- coming and going --- */

void smmux_recovery_init(struct smmux_device *smmu)
{
	struct smmux_recovery *r = &smmu->recovery;

	spin_lock_init(&r->lock);
	mutex_init(&r->mutex);
	INIT_LIST_HEAD(&r->queue);
	INIT_DELAYED_WORK(&r->work, look_at_queue);
}

void smmux_recovery_exit(struct smmux_device *smmu)
{
	cancel_delayed_work_sync(&smmu->recovery.work);
	mutex_destroy(&smmu->recovery.mutex);
}

void smmux_recovery_add(struct smmux_master *master)
{
	INIT_LIST_HEAD(&master->rec.node);
	master->rec.policy = SMMUX_REC_INHERIT;
}

void smmux_recovery_remove(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_recovery *r = &smmu->recovery;
	bool was;

	guard(mutex)(&r->mutex);
	if (r->resetting == master)
		r->resetting = NULL;
	spin_lock_irq(&r->lock);
	/* It may still be cut off, till it has left its streams, but not come here. */
	master->rec.gone = true;
	was = master->rec.state != SMMUX_REC_HEALTHY;
	if (was) {
		move(master, SMMUX_REC_HEALTHY, "device is gone", 0);
		list_del_init(&master->rec.node);
	}
	spin_unlock_irq(&r->lock);
	if (!was)
		return;
	smmux_recovery_count(smmu, SMMUX_RECN_REMOVED);
	trace_quarantine(dev_name(master->dev), dev_name(smmu->dev), master->rec.sid, false, 0,
			 ktime_get_ns() - master->rec.begun_ns);
	dev_info(smmu->dev, "%s: is gone, and with it its quarantine\n", dev_name(master->dev));
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

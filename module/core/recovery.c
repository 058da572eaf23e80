// SPDX-License-Identifier: GPL-2.0
/*
 * recovery - the worker that processes the queue of devices that are cut off.
 *
 * The queue itself is recovery_queue.c; ats.c cuts a device off and restores its ATS.
 *
 * The worker holds @mutex for each step, but not while it resets a device: a reset takes
 * from a second to minutes, calls the device's driver, and on kernels from 7.x calls this
 * driver to attach and detach.  The removal of the device waits for the reset.  See "resets
 * and removal" below.
 *
 * How the worker detects resets by others.  No kernel tells an IOMMU driver that a
 * device was reset.  Kernels that ask for its domain to be blocked meanwhile (7.x) do
 * not say whether the reset succeeded.  But before each reset the PCI core saves the
 * device's configuration space.  So the worker sets the saved copy of the first word,
 * which is read only in the device, to a value that no device has.  When the value
 * differs, the device's state was saved, and a reset or a sleep follows.  Neither that
 * nor a reset by this driver is proof.  The proof is that the ATC answers an
 * invalidation of everything.
 *
 * A device that is cut off runs without ATS, as far as its driver permits.
 */
#include "core/recovery.h"

#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "core/ats.h"
#include "core/recovery_queue.h"
#include "smmux.h"
#include "trace/trace.h"

#define LOOK_MS		100	/* period of the checks, while the queue is not empty */
#define MAX_ATTEMPTS	3
#define BACKOFF_NS	NSEC_PER_SEC	/* after the first attempt; then four times that */
#define MAX_BUSY	600	/* checks that find the device locked */
#define NOT_SAVED	0xdead5a5aU	/* no vendor or device has this ID */

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

/* From here on a change of the saved state shows a reset. */
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

/* Ends quarantine if the ATC answers.  Return: 0, or an errno if it does not. */
static int let_back(struct smmux_master *master, const char *after)
{
	u64 begun_ns = master->rec.begun_ns;
	int ret;

	scoped_guard(mutex, &master->ats_mutex)
		ret = smmux_ats_revive(master);
	if (ret)
		return ret;
	master->rec.announced = false;
	dev_info(master->smmu->dev, "%s: ATC answers again after %s, quarantine ended after %llu ms\n",
		 dev_name(master->dev), after, div_u64(ktime_get_ns() - begun_ns, NSEC_PER_MSEC));
	send_uevent(master, "recovered");
	return 0;
}

static bool was_reset(struct smmux_master *master)
{
	struct pci_dev *pdev = to_pci_dev(master->dev);
	struct smmux_rec *rec = &master->rec;
	/* AER does not save the state, but it marks the device during recovery. */
	bool in_error = data_race(READ_ONCE(pdev->error_state)) != pci_channel_io_normal;

	if (data_race(READ_ONCE(pdev->saved_config_space[0])) != NOT_SAVED || in_error)
		rec->reset_seen = true;
	/* Not while the reset is in progress. */
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
	smmux_recovery_move(master, master->rec.state, "was reset, does not answer", ret);
}

static void failed(struct smmux_master *master, int ret)
{
	struct smmux_rec *rec = &master->rec;
	bool last = rec->attempts >= MAX_ATTEMPTS;

	smmux_recovery_count(master->smmu, SMMUX_RECN_RESETS_FAILED);
	rec->next_ns = ktime_get_ns() + (BACKOFF_NS << 2 * (rec->attempts - 1));
	smmux_recovery_move(master, last ? SMMUX_REC_BLOCKED : SMMUX_REC_QUARANTINED,
		    last ? "given up" : "reset failed", ret);
	watch_for_reset(master);
	if (!last)
		return;
	smmux_recovery_count(master->smmu, SMMUX_RECN_BLOCKED);
	send_uevent(master, "blocked");
}

/*
 * Resets and removal.  A device must not leave its IOMMU group while it is reset: from 7.x
 * on the PCI core accesses the group before and after.  A reset by sysfs is safe, since the
 * removal waits for users of the file.  For a reset by the worker:
 *
 *	worker					removal of the device
 *	------					---------------------
 *	lock @mutex				unbind the driver
 *	if leaving or stopping: no reset	BUS_NOTIFY_DEL_DEVICE:
 *	resetting = master			    lock @mutex
 *	unlock @mutex				    leaving = true
 *	reset					    unlock @mutex
 *	resetting = NULL, wake up		    wait until resetting != master
 *						leave the group, release the master
 *
 * The driver is unbound before, so the wait is for the PCI core alone.  It gives up a
 * device that does not come back a minute after each kind of reset that it tries, so this
 * may take minutes; the hung task detector ignores it.  The removal of the SMMU calls
 * smmux_recovery_stop() first.
 */
static int on_removal(struct notifier_block *nb, unsigned long action, void *data)
{
	struct smmux_recovery *r = container_of(nb, struct smmux_recovery, removal);
	struct smmux_master *master, *found = NULL;
	struct device *dev = data;

	if (action != BUS_NOTIFY_DEL_DEVICE)
		return NOTIFY_DONE;
	scoped_guard(mutex, &r->masters_lock) {
		list_for_each_entry(master, &r->masters, rec.member)
			if (master->dev == dev)
				found = master;
		if (!found)
			return NOTIFY_DONE;
		scoped_guard(mutex, &r->mutex)
			found->rec.leaving = true;
	}
	wait_event_idle(r->reset_done, READ_ONCE(r->resetting) != found);
	return NOTIFY_DONE;
}

/* Resets through the PCI core, which informs the driver; drops @mutex meanwhile. */
static void try_reset(struct smmux_device *smmu, struct smmux_master *master)
{
	struct smmux_recovery *r = &smmu->recovery;
	struct smmux_rec *rec = &master->rec;
	struct device *dev = get_device(master->dev);
	int ret;

	rec->attempts++;
	smmux_recovery_move(master, SMMUX_REC_RESETTING, "policy", 0);
	WRITE_ONCE(r->resetting, master);
	mutex_unlock(&r->mutex);
	ret = pci_try_reset_function(to_pci_dev(dev));
	put_device(dev);
	mutex_lock(&r->mutex);
	WRITE_ONCE(r->resetting, NULL);
	wake_up_all(&r->reset_done);

	/* The device is locked, for example while its driver binds. */
	if (ret == -EAGAIN && rec->busy++ < MAX_BUSY) {
		rec->attempts--;
		rec->next_ns = 0;
		smmux_recovery_move(master, SMMUX_REC_QUARANTINED, "device is locked", ret);
		return;
	}
	smmux_recovery_count(smmu, SMMUX_RECN_RESETS);
	if (!ret)
		ret = let_back(master, "a policy reset");
	if (ret)
		failed(master, ret);
}

static bool may_reset(struct smmux_device *smmu, struct smmux_master *master)
{
	struct smmux_rec *rec = &master->rec;

	return !rec->leaving && !smmu->recovery.stopping &&
	       READ_ONCE(rec->state) == SMMUX_REC_QUARANTINED &&
	       smmux_recovery_policy_of(master) == SMMUX_REC_RESET &&
	       ktime_get_ns() >= rec->next_ns;
}

static void step(struct smmux_device *smmu, struct smmux_master *master)
{
	lockdep_assert_held(&smmu->recovery.mutex);
	if (!master->rec.announced)
		announce(master);
	look_for_reset(master);
	if (may_reset(smmu, master))
		try_reset(smmu, master);
}

/* The first entry that was not processed in this round. */
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

/* --- init, exit, add, remove --- */

int smmux_recovery_init(struct smmux_device *smmu)
{
	struct smmux_recovery *r = &smmu->recovery;

	spin_lock_init(&r->lock);
	mutex_init(&r->mutex);
	mutex_init(&r->masters_lock);
	INIT_LIST_HEAD(&r->queue);
	INIT_LIST_HEAD(&r->masters);
	init_waitqueue_head(&r->reset_done);
	INIT_DELAYED_WORK(&r->work, look_at_queue);
	r->removal.notifier_call = on_removal;
	return bus_register_notifier(&pci_bus_type, &r->removal);
}

void smmux_recovery_stop(struct smmux_device *smmu)
{
	struct smmux_recovery *r = &smmu->recovery;

	scoped_guard(mutex, &r->mutex)
		r->stopping = true;
	wait_event_idle(r->reset_done, !READ_ONCE(r->resetting));
}

void smmux_recovery_exit(struct smmux_device *smmu)
{
	struct smmux_recovery *r = &smmu->recovery;

	bus_unregister_notifier(&pci_bus_type, &r->removal);
	cancel_delayed_work_sync(&r->work);
	mutex_destroy(&r->masters_lock);
	mutex_destroy(&r->mutex);
}

void smmux_recovery_add(struct smmux_master *master)
{
	struct smmux_recovery *r = &master->smmu->recovery;

	INIT_LIST_HEAD(&master->rec.node);
	master->rec.policy = SMMUX_REC_INHERIT;
	guard(mutex)(&r->masters_lock);
	list_add_tail(&master->rec.member, &r->masters);
}

void smmux_recovery_remove(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_recovery *r = &smmu->recovery;

	scoped_guard(mutex, &r->masters_lock)
		list_del(&master->rec.member);
	guard(mutex)(&r->mutex);
	WARN_ON_ONCE(r->resetting == master);
	if (!smmux_recovery_drop(master))
		return;
	smmux_recovery_count(smmu, SMMUX_RECN_REMOVED);
	trace_quarantine(dev_name(master->dev), dev_name(smmu->dev), master->rec.sid, false, 0,
			 ktime_get_ns() - master->rec.begun_ns);
	dev_info(smmu->dev, "%s: removed, quarantine ended\n", dev_name(master->dev));
}

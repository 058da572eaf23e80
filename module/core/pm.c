// SPDX-License-Identifier: GPL-2.0
/*
 * pm - callbacks of the PM core, the decision whether an SMMU may sleep
 * (smmux_pm_allow()), device links, and accounting.
 *
 * reset.c puts the hardware to sleep and wakes it; pm.h says what holds
 * meanwhile.  An unmap during sleep does not come here: see hw/cmdq_gate.c.
 */
#include "core/pm.h"

#include <linux/device.h>
#include <linux/log2.h>
#include <linux/pm_runtime.h>
#include <linux/timekeeping.h>

#include "core/ats.h"
#include "hw/reset.h"
#include "hw/strtab.h"
#include "smmux.h"
#include "trace/trace.h"

#define AUTOSUSPEND_MS	100	/* the usual pause between bursts of I/O */

static const char * const state_names[] = {
	[SMMUX_PM_ON] = "on", [SMMUX_PM_STOPPING] = "stopping", [SMMUX_PM_OFF] = "suspended",
	[SMMUX_PM_STARTING] = "starting", [SMMUX_PM_FAILED] = "failed",
};

static const char * const cause_names[] = {
	[SMMUX_PM_RUNTIME] = "runtime", [SMMUX_PM_SYSTEM] = "system", [SMMUX_PM_TRIAL] = "trial",
};

const char *smmux_pm_state_name(enum smmux_pm_state state)
{
	return state_names[state];
}

const char *smmux_pm_cause_name(enum smmux_pm_cause cause)
{
	return cause_names[cause];
}

/* --- accounting --- */

static void account(struct smmux_pm_latency *lat, u64 ns)
{
	lat->min_ns = lat->num ? min(lat->min_ns, ns) : ns;
	lat->max_ns = max(lat->max_ns, ns);
	lat->sum_ns += ns;
	lat->num++;
	lat->bucket[min_t(u32, ns ? ilog2(ns) : 0, SMMUX_PM_BUCKETS - 1)]++;
}

static void move_to(struct smmux_device *smmu, enum smmux_pm_state state)
{
	struct smmux_pm_data *d = &smmu->pm.d;
	u64 now = ktime_get_ns();

	spin_lock(&smmu->pm.lock);
	d->in_state_ns[d->state] += now - d->since_ns;
	d->since_ns = now;
	WRITE_ONCE(d->state, state);
	spin_unlock(&smmu->pm.lock);
}

static void note(struct smmux_device *smmu, const struct smmux_pm_rec *rec)
{
	struct smmux_pm_data *d = &smmu->pm.d;
	struct smmux_pm_rec *slot;

	spin_lock(&smmu->pm.lock);
	slot = &d->ring[d->total++ % SMMUX_PM_RING];
	*slot = *rec;
	slot->cpu = raw_smp_processor_id();
	if (rec->wake && rec->ret)
		d->wakes_failed++;
	else if (rec->ret)
		d->sleeps_failed++;
	else
		account(rec->wake ? &d->wake : &d->sleep, rec->took_ns);
	spin_unlock(&smmu->pm.lock);
	if (rec->wake)
		trace_pm_resume(dev_name(smmu->dev), cause_names[rec->cause], rec->took_ns, rec->ret,
				smmu->pm.d.gbpa);
	else
		trace_pm_suspend(dev_name(smmu->dev), cause_names[rec->cause], rec->took_ns,
				 rec->ret, rec->step);
}

void smmux_pm_snapshot(struct smmux_device *smmu, struct smmux_pm_data *data)
{
	spin_lock(&smmu->pm.lock);
	*data = smmu->pm.d;
	spin_unlock(&smmu->pm.lock);
	data->in_state_ns[data->state] += ktime_get_ns() - data->since_ns;
}

/* --- sleep and wake --- */

/* From now on runtime PM never suspends it. */
static void refuse(struct smmux_device *smmu, const char *why)
{
	struct smmux_pm *pm = &smmu->pm;

	WRITE_ONCE(pm->refused, why);
	if (pm->held)
		return;
	pm->held = true;
	pm_runtime_get_noresume(smmu->dev);
}

/* Records the state before the first write. */
static void look_at_gbpa(struct smmux_device *smmu)
{
	struct smmux_pm *pm = &smmu->pm;
	u32 gbpa = smmux_readl(smmu, SMMUX_GBPA);

	pm->kept = smmux_strtab_is_set(smmu);
	spin_lock(&pm->lock);
	pm->d.gbpa = gbpa;
	pm->d.bypassed += !(gbpa & GBPA_ABORT);
	spin_unlock(&pm->lock);
}

static int wake(struct smmux_device *smmu, enum smmux_pm_cause cause)
{
	struct smmux_pm_rec rec = { .time_ns = ktime_get_ns(), .cause = cause, .wake = true };

	move_to(smmu, SMMUX_PM_STARTING);
	look_at_gbpa(smmu);
	rec.ret = smmux_reset_wake(smmu);
	move_to(smmu, rec.ret ? SMMUX_PM_FAILED : SMMUX_PM_ON);
	rec.took_ns = ktime_get_ns() - rec.time_ns;
	note(smmu, &rec);
	if (rec.ret)
		dev_err(smmu->dev, "resume: failed (%pe), traffic aborted; bind the driver again\n",
			ERR_PTR(rec.ret));
	return rec.ret;
}

/* After an error the SMMU translates as before, or aborts.  0, -EBUSY, -EIO. */
static int sleep(struct smmux_device *smmu, enum smmux_pm_cause cause)
{
	struct smmux_pm_rec rec = { .time_ns = ktime_get_ns(), .cause = cause };
	const char *step = "";

	move_to(smmu, SMMUX_PM_STOPPING);
	rec.ret = smmux_reset_sleep(smmu, &step);
	if (rec.ret)
		strscpy(rec.step, step);
	else
		move_to(smmu, SMMUX_PM_OFF);
	rec.took_ns = ktime_get_ns() - rec.time_ns;
	note(smmu, &rec);
	if (!rec.ret)
		return 0;
	dev_warn_ratelimited(smmu->dev, "suspend: step %s failed (%pe), stays powered\n",
			     rec.step, ERR_PTR(rec.ret));
	if (wake(smmu, cause))
		return -EIO;
	/* The PM core tries again after -EBUSY; the delay starts now. */
	pm_runtime_mark_last_busy(smmu->dev);
	return -EBUSY;
}

bool smmux_pm_asleep(struct smmux_device *smmu)
{
	return READ_ONCE(smmu->pm.d.state) == SMMUX_PM_OFF;
}

static int runtime_suspend(struct device *dev)
{
	struct smmux_device *smmu = dev_get_drvdata(dev);

	return sleep(smmu, smmu->pm.trial ? SMMUX_PM_TRIAL : SMMUX_PM_RUNTIME);
}

static int runtime_resume(struct device *dev)
{
	struct smmux_device *smmu = dev_get_drvdata(dev);
	u64 bypassed = smmu->pm.d.bypassed;
	int ret = wake(smmu, smmu->pm.trial ? SMMUX_PM_TRIAL : SMMUX_PM_RUNTIME);

	if (smmu->pm.trial || smmu->pm.d.bypassed == bypassed)
		return ret;
	dev_err(smmu->dev, "resume: GBPA %#x does not abort, runtime suspend disabled\n",
		smmu->pm.d.gbpa);
	refuse(smmu, "GBPA.ABORT was clear at a resume");
	return ret;
}

/* Clients are suspended already (device links), and runtime PM is disabled. */
static int suspend_noirq(struct device *dev)
{
	struct smmux_device *smmu = dev_get_drvdata(dev);

	if (smmu->pm.d.state != SMMUX_PM_ON)
		return 0;
	return sleep(smmu, SMMUX_PM_SYSTEM);
}

/*
 * Always wakes the SMMU: a client may be active before runtime PM can wake the SMMU
 * for it again.  If no client is active, runtime PM suspends the SMMU again.
 */
static int resume_noirq(struct device *dev)
{
	struct smmux_device *smmu = dev_get_drvdata(dev);
	int ret;

	if (smmu->pm.d.state != SMMUX_PM_OFF)
		return 0;
	ret = wake(smmu, SMMUX_PM_SYSTEM);
	if (!ret && smmu->pm.enabled)
		pm_runtime_set_active(dev);
	return ret;
}

const struct dev_pm_ops smmux_pm_ops = {
	NOIRQ_SYSTEM_SLEEP_PM_OPS(suspend_noirq, resume_noirq)
	RUNTIME_PM_OPS(runtime_suspend, runtime_resume, NULL)
};

/* --- may it sleep? --- */

void smmux_pm_init(struct smmux_device *smmu)
{
	spin_lock_init(&smmu->pm.lock);
	smmu->pm.d.since_ns = ktime_get_ns();
}

/* Removes power once.  *@why: the reason against sleep; returns an errno if resume failed. */
static int try_power(struct smmux_device *smmu, const char **why)
{
	struct smmux_pm *pm = &smmu->pm;
	int slept, ret;

	pm->trial = true;
	slept = pm_runtime_put_sync_suspend(smmu->dev);
	ret = pm_runtime_get_sync(smmu->dev);
	pm->trial = false;
	if (ret < 0)
		return ret;
	if (slept < 0)
		*why = "suspend failed at probe";
	else if (!pm->kept)
		*why = pm->d.gbpa & GBPA_ABORT ? NULL : "GBPA resets to bypass";
	else if (smmu->params.pm != SMMUX_PM_TRUST)
		*why = "power domain stays on, reset value of GBPA unknown; pm=trust if it is abort";
	return 0;
}

static void disallow(void *data)
{
	struct smmux_device *smmu = data;

	pm_runtime_get_sync(smmu->dev);
	pm_runtime_dont_use_autosuspend(smmu->dev);
	pm_runtime_disable(smmu->dev);
	pm_runtime_put_noidle(smmu->dev);
	if (smmu->pm.held)
		pm_runtime_put_noidle(smmu->dev);
}

void smmux_pm_disallow(struct smmux_device *smmu)
{
	if (smmu->pm.enabled)
		devm_release_action(smmu->dev, disallow, smmu);
}

int smmux_pm_allow(struct smmux_device *smmu)
{
	struct device *dev = smmu->dev;
	const char *why = NULL;
	int ret;

	smmu->pm.refused = "no power domain";
	if (!IS_ENABLED(CONFIG_PM) || !dev->pm_domain)
		return 0;
	smmu->pm.refused = "pm=off";
	if (smmu->params.pm == SMMUX_PM_NEVER)
		return 0;

	pm_runtime_get_noresume(dev);
	pm_runtime_set_active(dev);
	pm_runtime_set_autosuspend_delay(dev, AUTOSUSPEND_MS);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_enable(dev);
	smmu->pm.enabled = true;
	smmu->pm.refused = NULL;
	ret = devm_add_action_or_reset(dev, disallow, smmu);
	if (!ret && smmu->has_rmr)
		why = "firmware keeps devices running behind it";
	else if (!ret)
		ret = try_power(smmu, &why);
	if (why) {
		dev_notice(dev, "runtime suspend: refused, %s\n", why);
		refuse(smmu, why);
	}
	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
	return ret;
}

/* --- clients --- */

static bool rests(struct device *dev)
{
	return pm_runtime_enabled(dev) && pm_runtime_status_suspended(dev);
}

static const char *why_held(const struct smmux_master *master)
{
	if (!master->linked)
		return "has no device link";
	if (master->keeps_awake)
		return "has ATS or stalls: its commands must not be elided";
	if (!pm_runtime_enabled(master->dev))
		return "has no runtime PM";
	return rests(master->dev) ? NULL : "is active";
}

static void describe(const struct smmux_master *master, struct smmux_pm_client *client)
{
	struct device *dev = master->dev;

	strscpy(client->name, dev_name(dev));
	client->status = !pm_runtime_enabled(dev) ? "unsupported" :
			 rests(dev) ? "suspended" : "active";
	client->holds = master->smmu->pm.enabled ? why_held(master) : NULL;
}

unsigned int smmux_pm_clients(struct smmux_device *smmu, struct smmux_pm_client *list,
			      unsigned int max)
{
	struct smmux_stream_use *use;
	struct smmux_stream *stream;
	unsigned int num = 0;
	unsigned long sid;

	mutex_lock(&smmu->streams_lock);
	xa_for_each(&smmu->streams, sid, stream) {
		list_for_each_entry(use, &stream->masters, node) {
			/* Each master once, at the first of its streams. */
			if (use != &use->master->streams[0])
				continue;
			if (num < max)
				describe(use->master, &list[num]);
			num++;
		}
	}
	mutex_unlock(&smmu->streams_lock);
	return num;
}

void smmux_pm_link(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	u32 flags = DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME;

	if (!smmu->pm.enabled)
		return;
	/* Held until the client's first suspend: a client without runtime PM is never idle. */
	if (!rests(master->dev))
		flags |= DL_FLAG_RPM_ACTIVE;
	master->linked = device_link_add(master->dev, smmu->dev, flags);
	if (!master->linked)
		dev_notice(master->dev, "device link to %s: failed, that SMMU stays powered\n",
			   dev_name(smmu->dev));
	if (master->linked && !master->ats_capable && !master->stall)
		return;
	master->keeps_awake = !pm_runtime_resume_and_get(smmu->dev);
	if (!master->keeps_awake)
		smmux_ats_exit(master);
}

void smmux_pm_unlink(struct smmux_master *master)
{
	if (master->keeps_awake)
		pm_runtime_put_autosuspend(master->smmu->dev);
	/* By device: the core has freed all links of a device that is being deleted. */
	if (master->linked)
		device_link_remove(master->dev, master->smmu->dev);
}

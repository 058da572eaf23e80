// SPDX-License-Identifier: GPL-2.0
/*
 * knobs - see knobs.h.  An invalid value gets -EINVAL and changes nothing.
 *
 * Removal of a sysfs attribute waits for its running show and store functions, so
 * the objects that these find through the device exist until they return.
 */
#include "knobs.h"

#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core/recovery_queue.h"
#include "hw/cmdq.h"
#include "smmux.h"
#include "trace/recent.h"
#include "trace/stats.h"
#include "view/crash.h"

#define FULL_INV_MAX	65536

static DEFINE_MUTEX(sync_lock);		/* smmux_cmdq_set_mode() */

static const char * const switch_words[] = { "off", "on" };

/* Index among the first @num words, or -EINVAL. */
static int policy_of(const char *buf, unsigned int num)
{
	return __sysfs_match_string(smmux_rec_policies, num, buf);
}

/* --- of an SMMU --- */

static ssize_t smmu_policy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct smmux_device *smmu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", smmux_rec_policies[READ_ONCE(smmu->recovery.policy)]);
}

static ssize_t smmu_policy_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t len)
{
	int policy = policy_of(buf, SMMUX_REC_INHERIT);

	if (policy < 0)
		return policy;
	smmux_recovery_set_policy(dev_get_drvdata(dev), policy);
	return len;
}

static ssize_t sync_wait_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct smmux_device *smmu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", smmux_sync_modes[READ_ONCE(smmu->cmdq.wanted_mode)]);
}

static ssize_t sync_wait_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t len)
{
	int mode = __sysfs_match_string(smmux_sync_modes, SMMUX_NUM_SYNC_MODES, buf);
	int ret;

	if (mode < 0)
		return mode;
	guard(mutex)(&sync_lock);
	ret = smmux_cmdq_set_mode(dev_get_drvdata(dev), mode);
	return ret ?: len;
}

static ssize_t full_inv_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct smmux_device *smmu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(smmu->full_inv_threshold));
}

static ssize_t full_inv_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t len)
{
	struct smmux_device *smmu = dev_get_drvdata(dev);
	u32 num;

	if (kstrtou32(buf, 0, &num) || !num || num > FULL_INV_MAX)
		return -EINVAL;
	WRITE_ONCE(smmu->full_inv_threshold, num);
	return len;
}

static ssize_t stats_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct smmux_device *smmu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", switch_words[READ_ONCE(smmu->stats.on)]);
}

static ssize_t stats_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	int on = sysfs_match_string(switch_words, buf);

	if (on < 0)
		return on;
	smmux_stats_turn(dev_get_drvdata(dev), on);
	return len;
}

static ssize_t latency_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct smmux_device *smmu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", switch_words[READ_ONCE(smmu->stats.measures)]);
}

static ssize_t latency_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t len)
{
	int on = sysfs_match_string(switch_words, buf);

	if (on < 0)
		return on;
	smmux_hist_turn(dev_get_drvdata(dev), on);
	return len;
}

static ssize_t recent_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct smmux_device *smmu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", switch_words[READ_ONCE(smmu->recent.on)]);
}

static ssize_t recent_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct smmux_device *smmu = dev_get_drvdata(dev);
	int on = sysfs_match_string(switch_words, buf), ret;

	ret = on < 0 ? on : smmux_recent_turn(smmu, on);
	if (!ret)
		smmux_crash_add_recent(smmu);
	return ret ?: len;
}

static struct device_attribute smmu_policy =
	__ATTR(recovery_policy, 0644, smmu_policy_show, smmu_policy_store);
static struct device_attribute sync_wait_knob =
	__ATTR(sync_wait, 0644, sync_wait_show, sync_wait_store);
static struct device_attribute full_inv_knob =
	__ATTR(full_inv_threshold, 0644, full_inv_show, full_inv_store);
static struct device_attribute stats_knob =
	__ATTR(stats, 0644, stats_show, stats_store);
static struct device_attribute latency_knob =
	__ATTR(latency, 0644, latency_show, latency_store);
static struct device_attribute recent_knob =
	__ATTR(recent, 0644, recent_show, recent_store);

static struct attribute *smmu_attrs[] = {
	&smmu_policy.attr, &sync_wait_knob.attr, &full_inv_knob.attr, &stats_knob.attr,
	&latency_knob.attr, &recent_knob.attr, NULL
};
static const struct attribute_group smmu_group = { .name = "smmux", .attrs = smmu_attrs };
const struct attribute_group *smmux_knobs_smmu[] = { &smmu_group, NULL };

/* --- of a master --- */

static ssize_t master_policy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct smmux_master *master = dev_iommu_priv_get(dev);

	return sysfs_emit(buf, "%s\n", smmux_rec_policies[READ_ONCE(master->rec.policy)]);
}

static ssize_t master_policy_store(struct device *dev, struct device_attribute *attr,
				   const char *buf, size_t len)
{
	int policy = policy_of(buf, SMMUX_NUM_REC_POLICIES);

	if (policy < 0)
		return policy;
	smmux_recovery_set_master_policy(dev_iommu_priv_get(dev), policy);
	return len;
}

static struct device_attribute master_policy =
	__ATTR(recovery_policy, 0644, master_policy_show, master_policy_store);

static struct attribute *master_attrs[] = { &master_policy.attr, NULL };
static const struct attribute_group master_group = { .name = "smmux", .attrs = master_attrs };

void smmux_knobs_add_master(struct smmux_master *master)
{
	/* Only a device with ATS can be in quarantine. */
	if (!master->ats_capable)
		return;
	master->has_knobs = !sysfs_create_group(&master->dev->kobj, &master_group);
}

void smmux_knobs_remove_master(struct smmux_master *master)
{
	if (master->has_knobs)
		sysfs_remove_group(&master->dev->kobj, &master_group);
	master->has_knobs = false;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * knobs - see knobs.h.  A value that is none gets -EINVAL and changes nothing.
 *
 * sysfs keeps removal of an attribute waiting for whoever is in it, so what they
 * find by the device is there as long as they need it.
 */
#include "knobs.h"

#include <linux/device.h>
#include <linux/sysfs.h>

#include "smmux.h"

/* Of the first @num words, index or -EINVAL. */
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

static struct device_attribute smmu_policy =
	__ATTR(recovery_policy, 0644, smmu_policy_show, smmu_policy_store);

static struct attribute *smmu_attrs[] = { &smmu_policy.attr, NULL };
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
	/* Only a device with ATS can ever be in quarantine. */
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

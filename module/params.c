// SPDX-License-Identifier: GPL-2.0
/*
 * params - the module parameters: how they are parsed and checked.
 */
#include "params.h"

#include <linux/module.h>
#include <linux/string.h>

#include "arch/regs.h"

struct smmux_params smmux_params;

/* A parameter that takes one word of a list; its value is the word's index. */
struct choice {
	const char * const *words;
	unsigned int num;
	const char *list;		/* of the words, for people */
	unsigned int *val;
};

const char * const smmux_ats_words[] = {
	[SMMUX_ATS_AUTO] = "auto",
	[SMMUX_ATS_ON]	 = "on",
	[SMMUX_ATS_OFF]	 = "off",
};

const char * const smmux_pm_words[] = {
	[SMMUX_PM_AUTO]	 = "auto",
	[SMMUX_PM_NEVER] = "off",
	[SMMUX_PM_TRUST] = "trust",
};

static struct choice ats_choice = {
	smmux_ats_words, ARRAY_SIZE(smmux_ats_words), "auto, on or off", &smmux_params.ats,
};

static struct choice pm_choice = {
	smmux_pm_words, ARRAY_SIZE(smmux_pm_words), "auto, off or trust", &smmux_params.pm,
};

static int set_choice(const char *val, const struct kernel_param *kp)
{
	const struct choice *c = kp->arg;
	int i = __sysfs_match_string(c->words, c->num, val);

	if (i < 0) {
		pr_err("smmux: %s=%s: must be %s\n", kp->name, val, c->list);
		return -EINVAL;
	}
	*c->val = i;
	return 0;
}

static int get_choice(char *buf, const struct kernel_param *kp)
{
	const struct choice *c = kp->arg;

	return sysfs_emit(buf, "%s\n", c->words[*c->val]);
}

static const struct kernel_param_ops choice_param = { .set = set_choice, .get = get_choice };

static int set_cmdq_log2(const char *val, const struct kernel_param *kp)
{
	unsigned int log2;

	if (kstrtouint(val, 0, &log2) || log2 > QUEUE_LOG2_MAX) {
		pr_err("smmux: cmdq_log2=%s: must be 1 to %u, or 0 for no limit\n",
		       val, QUEUE_LOG2_MAX);
		return -EINVAL;
	}
	*(unsigned int *)kp->arg = log2;
	return 0;
}

static const struct kernel_param_ops cmdq_log2_param = {
	.set = set_cmdq_log2,
	.get = param_get_uint,
};

module_param_cb(ats, &choice_param, &ats_choice, 0444);
MODULE_PARM_DESC(ats, "address translation services of PCI devices: auto, on or off");
module_param_cb(pm, &choice_param, &pm_choice, 0444);
MODULE_PARM_DESC(pm, "runtime power management: auto, off, or trust (GBPA is known to reset to abort)");
module_param_cb(cmdq_log2, &cmdq_log2_param, &smmux_params.cmdq_log2, 0444);
MODULE_PARM_DESC(cmdq_log2, "maximum size of the command queue, log2 of its entries; 0: no limit");
module_param_named(enable_inject, smmux_params.enable_inject, bool, 0444);
MODULE_PARM_DESC(enable_inject, "create the debugfs files that inject errors (test and rehearsal)");
module_param_named(allow_unbind, smmux_params.allow_unbind, bool, 0444);
MODULE_PARM_DESC(allow_unbind, "allow sysfs to unbind an SMMU (test and development)");
module_param_named(no_msi, smmux_params.no_msi, bool, 0444);
MODULE_PARM_DESC(no_msi, "use no MSI, neither as interrupt nor for command completion");

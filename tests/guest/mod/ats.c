// SPDX-License-Identifier: GPL-2.0
/*
 * ats - has QEMU's SMMU say that it knows ATS, which it does not: IDR0 cannot be
 * written, so smmux is shown another value where it decodes what it has read.
 *
 * QEMU takes ATC_INV for what it is, does nothing, and ignores STE.EATS, and its PCI
 * devices have the capability.  So all that is missing is a device that has an ATC.
 *
 * To be loaded before smmux.ko: the probe is set when that comes, before its SMMUs do.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

#include "arch/regs.h"
#include "pure/caps.h"

/* smmux_caps_decode(raw, ...), on arm64. */
static int before_decode(struct kprobe *p, struct pt_regs *regs)
{
	struct smmux_idregs *raw = (struct smmux_idregs *)regs->regs[0];

	raw->r[SMMUX_REG_IDR0] |= IDR0_ATS;
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "smmux_caps_decode",
	.pre_handler = before_decode,
};
static bool set;

static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *mod = data;
	int ret;

	if (strcmp(mod->name, "smmux"))
		return NOTIFY_DONE;
	if (event == MODULE_STATE_COMING) {
		ret = register_kprobe(&probe);
		set = !ret;
		if (ret)
			pr_err("no ATS: %d\n", ret);
	} else if (event == MODULE_STATE_GOING && set) {
		unregister_kprobe(&probe);
		set = false;
	}
	return NOTIFY_OK;
}

static struct notifier_block notifier = { .notifier_call = module_event };

static int __init ats_init(void)
{
	return register_module_notifier(&notifier);
}
module_init(ats_init);

static void __exit ats_exit(void)
{
	unregister_module_notifier(&notifier);
	if (set)
		unregister_kprobe(&probe);
}
module_exit(ats_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("QEMU's SMMU says that it knows ATS");

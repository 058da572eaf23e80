// SPDX-License-Identifier: GPL-2.0
/*
 * ats - makes QEMU's SMMU report ATS, which it does not support: IDR0 cannot be written,
 * so a kprobe changes the value where smmux decodes the registers that it has read.
 *
 * QEMU accepts ATC_INV and does nothing, and ignores STE.EATS; its PCI devices have the
 * ATS capability.  Only an ATC in a device is missing.
 *
 * Load it before smmux.ko: it sets the kprobe when that module is loaded, before its SMMUs
 * probe.
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
MODULE_DESCRIPTION("test: QEMU's SMMU reports ATS");

// SPDX-License-Identifier: GPL-2.0
/*
 * Calls the panic notifiers without a panic. The load then fails on purpose, so that the
 * module can be loaded again.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>

static int __init smmux_test_panic_init(void)
{
	atomic_notifier_call_chain(&panic_notifier_list, 0, "a test");
	return -ECANCELED;
}
module_init(smmux_test_panic_init);

MODULE_DESCRIPTION("test: the panic notifiers, without a panic");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
/*
 * main - load and unload: the order in which the parts start and stop.
 */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint.h>

#include "../debugfs/debugfs.h"
#include "params.h"
#include "probe.h"
#include "trace/clock.h"
#include "trace/inject.h"

#define BUILTIN_DRIVER	"arm-smmu-v3"

static bool registered;

/*
 * With two drivers that match the same devices, the order of registration decides
 * which one binds.  While the built-in driver is present, this one stays idle.
 */
static bool builtin_is_there(void)
{
	if (!driver_find(BUILTIN_DRIVER, &platform_bus_type))
		return false;
	pr_warn("smmux: the built-in driver " BUILTIN_DRIVER " is active, smmux binds nothing; boot with initcall_blacklist=arm_smmu_driver_init (scripts/smmux-setup sets it)\n");
	return true;
}

static int __init smmux_main_init(void)
{
	int ret;

	smmux_clock_init();
	smmux_inject_init(smmux_params.enable_inject);
	smmux_dbg_init();
	if (builtin_is_there())
		return 0;

	ret = smmux_probe_register();
	if (ret) {
		smmux_dbg_exit();
		return ret;
	}
	registered = true;
	return 0;
}
module_init(smmux_main_init);

static void __exit smmux_main_exit(void)
{
	if (registered)
		smmux_probe_unregister();
	smmux_dbg_exit();

	/* Wait for pending kfree_rcu() and for running tracepoint probes. */
	tracepoint_synchronize_unregister();
	rcu_barrier();
}
module_exit(smmux_main_exit);

MODULE_DESCRIPTION("Arm SMMUv3 driver with observable internals");
MODULE_AUTHOR("smmux maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(SMMUX_VERSION);

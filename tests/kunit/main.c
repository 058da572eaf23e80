// SPDX-License-Identifier: GPL-2.0
/*
 * main - the module that contains the suites; each file registers its own.
 */
#include "suite.h"

#include <linux/module.h>
#include <linux/moduleparam.h>

ulong smmux_kunit_seed = 1;
module_param_named(seed, smmux_kunit_seed, ulong, 0444);
MODULE_PARM_DESC(seed, "first number of the random tests; a failure names the one to repeat it with");

MODULE_DESCRIPTION("KUnit suites over the pure layer of smmux");
MODULE_LICENSE("GPL");

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rcupdate - the pure layer embeds struct rcu_head; its callers handle grace periods.
 */
#ifndef UNIT_LINUX_RCUPDATE_H
#define UNIT_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/types.h>

#endif /* UNIT_LINUX_RCUPDATE_H */

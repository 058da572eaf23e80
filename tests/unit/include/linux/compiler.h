/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_COMPILER_H
#define UNIT_LINUX_COMPILER_H

#include <linux/types.h>

/* One access of exactly this size, which the compiler neither splits nor omits. */
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val)	((void)(*(volatile typeof(x) *)&(x) = (val)))

#endif /* UNIT_LINUX_COMPILER_H */

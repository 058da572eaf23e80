/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bitfield - without the kernel's checks of constants, whose branches would count as
 * branches of the driver.  The build for a kernel has them.
 */
#ifndef UNIT_LINUX_BITFIELD_H
#define UNIT_LINUX_BITFIELD_H

#include <linux/bits.h>

#define FIELD_GET(mask, word)	\
	((typeof(mask))(((mask) & (word)) >> __builtin_ctzll(mask)))
#define FIELD_PREP(mask, value)	\
	((mask) & ((typeof(mask))(value) << __builtin_ctzll(mask)))

#endif /* UNIT_LINUX_BITFIELD_H */

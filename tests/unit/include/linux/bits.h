/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_BITS_H
#define UNIT_LINUX_BITS_H

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
/* With bit 63 as the highest bit the first term wraps to 0, as intended. */
#define GENMASK(high, low)	((2UL << (high)) - (1UL << (low)))
#define GENMASK_ULL(high, low)	((2ULL << (high)) - (1ULL << (low)))

#endif /* UNIT_LINUX_BITS_H */

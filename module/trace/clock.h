/* SPDX-License-Identifier: GPL-2.0 */
/*
 * clock - the CPU's counter, for measurements in the submit path of every command.
 *
 * Two reads of the kernel's clocks cost more than all other work for one sample.
 * Only differences are used.  The counters of some CPUs jump now and then.  The kernel's
 * own readers correct that at a cost; here such a sample of a wait is discarded.
 */
#ifndef SMMUX_CLOCK_H
#define SMMUX_CLOCK_H

#include <linux/math64.h>
#include <linux/types.h>
#include <asm/arch_timer.h>

/* Set once, at load. */
extern u32 smmux_clock_mult, smmux_clock_shift;

void smmux_clock_init(void);

static __always_inline u64 smmux_ticks(void)
{
	return __arch_counter_get_cntvct();
}

/* A measured wait is shorter than a minute, and does not end before it began. */
static __always_inline bool smmux_ticks_ok(u64 ticks)
{
	return !(ticks >> 36);
}

/* For any length: a mapping may live for days; the product then exceeds 64 bits. */
static __always_inline u64 smmux_ticks_to_ns(u64 ticks)
{
	return mul_u64_u32_shr(ticks, smmux_clock_mult, smmux_clock_shift);
}

#endif /* SMMUX_CLOCK_H */

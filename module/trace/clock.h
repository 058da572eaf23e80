/* SPDX-License-Identifier: GPL-2.0 */
/*
 * clock - the CPU's counter, for what is measured on the way of every command.
 *
 * Two readings of the kernel's clocks cost more than all the rest of a histogram.
 * Only differences are used.  Some CPUs' counters are known to jump now and then,
 * which the kernel's own readers mend at a price; of waits, such a sample is thrown away.
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

/* No wait that is measured lasts for a minute, or ends before it began. */
static __always_inline bool smmux_ticks_ok(u64 ticks)
{
	return !(ticks >> 36);
}

/* Of any length: a mapping may live for days, and the product then has over 64 bits. */
static __always_inline u64 smmux_ticks_to_ns(u64 ticks)
{
	return mul_u64_u32_shr(ticks, smmux_clock_mult, smmux_clock_shift);
}

#endif /* SMMUX_CLOCK_H */

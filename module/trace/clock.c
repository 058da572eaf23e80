// SPDX-License-Identifier: GPL-2.0
/*
 * clock - conversion of the CPU counter's ticks to nanoseconds.
 */
#include "trace/clock.h"

#include <linux/cache.h>
#include <linux/clocksource.h>
#include <linux/time64.h>

#define MAX_SECONDS	3600

u32 smmux_clock_mult __read_mostly, smmux_clock_shift __read_mostly;

void smmux_clock_init(void)
{
	/* If firmware has not set the register: 1 GHz, today's value in the architecture. */
	u32 hz = arch_timer_get_cntfrq() ?: NSEC_PER_SEC;

	clocks_calc_mult_shift(&smmux_clock_mult, &smmux_clock_shift, hz, NSEC_PER_SEC,
			       MAX_SECONDS);
}

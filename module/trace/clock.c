// SPDX-License-Identifier: GPL-2.0
/*
 * clock - how many nanoseconds a tick of the CPU's counter is.
 */
#include "trace/clock.h"

#include <linux/cache.h>
#include <linux/clocksource.h>
#include <linux/time64.h>

#define MAX_SECONDS	3600

u32 smmux_clock_mult __read_mostly, smmux_clock_shift __read_mostly;

void smmux_clock_init(void)
{
	/* Firmware that left the register empty: 1 GHz is what the architecture has now. */
	u32 hz = arch_timer_get_cntfrq() ?: NSEC_PER_SEC;

	clocks_calc_mult_shift(&smmux_clock_mult, &smmux_clock_shift, hz, NSEC_PER_SEC,
			       MAX_SECONDS);
}

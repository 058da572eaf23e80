/* SPDX-License-Identifier: GPL-2.0 */
/*
 * readers - protects readers of tables against CPUs that free tables.
 */
#ifndef SMMUX_READERS_H
#define SMMUX_READERS_H

/*
 * Between these two no table that is reachable from a root, or through an STE or CD, is
 * freed; interrupts are off.  For at most one walk, or the words of one table.
 */
void smmux_readers_begin(unsigned long *flags);
void smmux_readers_end(unsigned long flags);

/*
 * Call after every reference to a table is cleared in memory, before the table is freed.
 * Returns when no reader can be in it.  Any context; without readers a barrier and a load.
 */
void smmux_readers_drain(void);

/* For functions that may only be called between _begin() and _end(). */
void smmux_readers_assert_held(void);

#endif /* SMMUX_READERS_H */

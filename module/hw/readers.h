/* SPDX-License-Identifier: GPL-2.0 */
/*
 * readers - those who read tables, against those who free them.
 */
#ifndef SMMUX_READERS_H
#define SMMUX_READERS_H

/*
 * Between these no table that is reached from a root, or by way of an STE or CD, is
 * freed; interrupts are off.  For a walk or a table's worth of words, not more.
 */
void smmux_readers_begin(unsigned long *flags);
void smmux_readers_end(unsigned long flags);

/*
 * When what led to a table is gone from memory, before the table is freed: returns when
 * nobody can be reading it.  Any context; without readers it costs a barrier and a load.
 */
void smmux_readers_drain(void);

/* For what may only be called between _begin() and _end(). */
void smmux_readers_assert_held(void);

#endif /* SMMUX_READERS_H */

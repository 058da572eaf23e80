/* SPDX-License-Identifier: GPL-2.0 */
/*
 * unit - what the files of the runner share.
 */
#ifndef UNIT_H
#define UNIT_H

#include <kunit/test.h>

/* A line of the case that is running; fails it if @bad. */
void __printf(2, 3) unit_tell(bool bad, const char *fmt, ...);

/* All of a failed check has been told: does not return if it was fatal. */
void unit_end_check(const struct unit_check *check);

/* How many pieces of memory are not given back. */
unsigned int unit_live_allocations(void);

#endif /* UNIT_H */

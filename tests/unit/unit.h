/* SPDX-License-Identifier: GPL-2.0 */
/*
 * unit - declarations that the files of the runner share.
 */
#ifndef UNIT_H
#define UNIT_H

#include <kunit/test.h>

/* Prints a line for the running case; fails the case if @bad. */
void __printf(2, 3) unit_tell(bool bad, const char *fmt, ...);

/* Call after a failed check is reported: does not return if it was fatal. */
void unit_end_check(const struct unit_check *check);

/* The number of allocations that are not freed. */
unsigned int unit_live_allocations(void);

#endif /* UNIT_H */

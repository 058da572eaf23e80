/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_BUG_H
#define UNIT_LINUX_BUG_H

#include <linux/types.h>

#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), "BUILD_BUG_ON: " #cond)

/*
 * Every warning that is not suppressed fails the case, not only the first; returns @cond.  It
 * is a function, so that its branches do not count for the file that warns.
 */
bool unit_warn_on(bool cond, const char *what, const char *file, int line);

#define WARN_ON(cond)		unit_warn_on(!!(cond), #cond, __FILE__, __LINE__)
#define WARN_ON_ONCE(cond)	unit_warn_on(!!(cond), #cond, __FILE__, __LINE__)

#endif /* UNIT_LINUX_BUG_H */

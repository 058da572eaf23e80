/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sprintf - the kernel's formats, under names that differ from libc's.
 */
#ifndef UNIT_LINUX_SPRINTF_H
#define UNIT_LINUX_SPRINTF_H

#include <stdarg.h>

#include <linux/types.h>

#define snprintf	unit_snprintf
#define vsnprintf	unit_vsnprintf

int __printf(3, 0) vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int __printf(3, 4) snprintf(char *buf, size_t size, const char *fmt, ...);
int __printf(3, 4) scnprintf(char *buf, size_t size, const char *fmt, ...);

#endif /* UNIT_LINUX_SPRINTF_H */

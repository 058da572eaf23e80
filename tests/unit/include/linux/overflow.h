/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_OVERFLOW_H
#define UNIT_LINUX_OVERFLOW_H

#include <linux/types.h>

/* Saturates on overflow: larger than any allocation. */
static inline size_t unit_struct_size(size_t fixed, size_t each, size_t num)
{
	size_t size;

	if (__builtin_mul_overflow(each, num, &size) || __builtin_add_overflow(fixed, size, &size))
		return ~(size_t)0;
	return size;
}

#define struct_size(ptr, member, num)	\
	unit_struct_size(sizeof(*(ptr)), sizeof(*(ptr)->member), num)

#endif /* UNIT_LINUX_OVERFLOW_H */

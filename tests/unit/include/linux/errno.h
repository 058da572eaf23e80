/* SPDX-License-Identifier: GPL-2.0 */
/*
 * errno - libc's errno.h also includes this file for the numbers.
 */
#ifndef UNIT_LINUX_ERRNO_H
#define UNIT_LINUX_ERRNO_H

#include_next <linux/errno.h>

#endif /* UNIT_LINUX_ERRNO_H */

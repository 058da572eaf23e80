/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_STRING_H
#define UNIT_LINUX_STRING_H

#include <string.h>

#include <linux/types.h>

long strscpy(char *to, const char *from, size_t size);

/* The first byte that is not @byte, or NULL. */
void *memchr_inv(const void *start, int byte, size_t size);

#endif /* UNIT_LINUX_STRING_H */

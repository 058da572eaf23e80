/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_UNALIGNED_H
#define UNIT_LINUX_UNALIGNED_H

#include <string.h>

#include <linux/types.h>

/* The host is little-endian: the tool tree is amd64. */
static inline void put_unaligned_le16(u16 val, void *to)
{
	memcpy(to, &val, sizeof(val));
}

static inline void put_unaligned_le32(u32 val, void *to)
{
	memcpy(to, &val, sizeof(val));
}

static inline void put_unaligned_le64(u64 val, void *to)
{
	memcpy(to, &val, sizeof(val));
}

#endif /* UNIT_LINUX_UNALIGNED_H */

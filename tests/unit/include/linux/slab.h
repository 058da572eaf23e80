/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slab - memory from libc, with the limit of the kernel's allocator: a larger allocation
 * fails, with a warning unless the caller passed __GFP_NOWARN.
 */
#ifndef UNIT_LINUX_SLAB_H
#define UNIT_LINUX_SLAB_H

#include <linux/overflow.h>
#include <linux/types.h>

#define GFP_KERNEL	0x1u
#define __GFP_NOWARN	0x2u
#define __GFP_ZERO	0x4u
#define __GFP_NOFAIL	0x8u

#define PAGE_SIZE	4096UL

#define KMALLOC_MAX_SIZE	(4UL << 20)

void *kmalloc(size_t size, gfp_t gfp);
void *kmemdup(const void *from, size_t size, gfp_t gfp);
void kfree(const void *ptr);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

#endif /* UNIT_LINUX_SLAB_H */

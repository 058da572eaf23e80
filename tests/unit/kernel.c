// SPDX-License-Identifier: GPL-2.0
/*
 * kernel - kernel functions that the driver and the suites call: memory, strings, warnings.
 */
#include <stdlib.h>

#include "unit.h"

#define POISON	0xa5
#define MAGIC	0x5ab0c0deUL

/* With ASan no guard is needed: it detects accesses beyond a piece. */
#ifdef __SANITIZE_ADDRESS__
#define GUARD	0
#else
#define GUARD	64
#endif

struct piece {
	size_t size;
	unsigned long magic;
	u8 bytes[];
};

static unsigned int live;
static bool suppress;
static unsigned int suppressed;

void unit_suppress(bool on)
{
	if (on)
		suppressed = 0;
	suppress = on;
}

unsigned int unit_suppressed(void)
{
	return suppressed;
}

bool unit_warn_on(bool cond, const char *what, const char *file, int line)
{
	if (!cond)
		return false;
	if (suppress)
		suppressed++;
	else
		unit_tell(true, "WARNING at %s:%d: %s", file, line, what);
	return true;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	struct piece *piece;

	if (size > KMALLOC_MAX_SIZE) {
		WARN_ON(!(gfp & __GFP_NOWARN));
		return NULL;
	}
	piece = malloc(sizeof(*piece) + size + GUARD);
	if (!piece)
		abort();
	piece->size = size;
	piece->magic = MAGIC;
	memset(piece->bytes, POISON, size + GUARD);
	if (gfp & __GFP_ZERO)
		memset(piece->bytes, 0, size);
	live++;
	return piece->bytes;
}

void *kmemdup(const void *from, size_t size, gfp_t gfp)
{
	void *ptr = kmalloc(size, gfp);

	return ptr ? memcpy(ptr, from, size) : NULL;
}

void kfree(const void *ptr)
{
	struct piece *piece;

	if (!ptr)
		return;
	piece = (void *)ptr - offsetof(struct piece, bytes);
	if (piece->magic != MAGIC)
		abort();
	if (memchr_inv(piece->bytes + piece->size, POISON, GUARD))
		unit_tell(true, "memory behind a piece of %zu bytes was written", piece->size);
	piece->magic = 0;
	live--;
	free(piece);
}

unsigned int unit_live_allocations(void)
{
	return live;
}

long strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (len < size) {
		memcpy(to, from, len + 1);
		return len;
	}
	memcpy(to, from, size - 1);
	to[size - 1] = '\0';
	return -E2BIG;
}

void *memchr_inv(const void *start, int byte, size_t size)
{
	const u8 *at = start, *end = at + size;

	for (; at < end; at++)
		if (*at != (u8)byte)
			return (void *)at;
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spinlock - with one thread locks exclude nothing.  They check that a lock is initialised
 * before it is taken, and released as it was taken.
 */
#ifndef UNIT_LINUX_SPINLOCK_H
#define UNIT_LINUX_SPINLOCK_H

#include <linux/bug.h>
#include <linux/types.h>

#define UNIT_LOCK_MAGIC	0x10cc0de5u

typedef struct {
	unsigned int magic;
	int readers;		/* -1: a writer */
} rwlock_t;

static inline void rwlock_init(rwlock_t *lock)
{
	*lock = (rwlock_t){ .magic = UNIT_LOCK_MAGIC };
}

static inline void read_lock(rwlock_t *lock)
{
	WARN_ON(lock->magic != UNIT_LOCK_MAGIC || lock->readers < 0);
	lock->readers++;
}

static inline void read_unlock(rwlock_t *lock)
{
	WARN_ON(lock->readers <= 0);
	lock->readers--;
}

static inline void write_lock(rwlock_t *lock)
{
	WARN_ON(lock->magic != UNIT_LOCK_MAGIC || lock->readers);
	lock->readers = -1;
}

static inline void write_unlock(rwlock_t *lock)
{
	WARN_ON(lock->readers != -1);
	lock->readers = 0;
}

#endif /* UNIT_LINUX_SPINLOCK_H */

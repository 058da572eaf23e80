/* SPDX-License-Identifier: GPL-2.0 */
/*
 * inject - errors that a user asks for, to rehearse what he hopes never to see.
 *
 * Exists with the module parameter enable_inject=1 alone; without, a SYNC and a walk
 * that has to do with ATS pass one instruction each that does nothing.
 */
#ifndef SMMUX_INJECT_H
#define SMMUX_INJECT_H

#include <linux/jump_label.h>
#include <linux/types.h>

struct smmux_device;
struct smmux_invs;

DECLARE_STATIC_KEY_FALSE(smmux_inject_key);

static __always_inline bool smmux_inject_is_on(void)
{
	return static_branch_unlikely(&smmux_inject_key);
}

/* At load, before any SMMU is there. */
void smmux_inject_init(bool enable);

/*
 * The next @num ATC_INVs to @sid of @smmu come back as not answered, though they
 * were sent; 0 ends that.  One StreamID of one SMMU at a time: a new one takes the
 * place of the old.
 */
void smmux_inject_set_atc(struct smmux_device *smmu, u32 sid, unsigned int num);

/* What is left of it: false if nothing is. */
bool smmux_inject_get_atc(struct smmux_device *smmu, u32 *sid, unsigned int *num);

/* Is this one to fail?  Takes one off the count.  Any context. */
bool smmux_inject_atc(struct smmux_device *smmu, u32 sid);

static __always_inline bool smmux_inject_atc_timeout(struct smmux_device *smmu, u32 sid)
{
	return smmux_inject_is_on() && smmux_inject_atc(smmu, sid);
}

/* The same for all ATC_INVs to @smmu of a walk: -EIO or 0. */
int smmux_inject_atc_walk(const struct smmux_invs *invs, struct smmux_device *smmu);

/*
 * The next @num SYNCs of @smmu that are awaited count as not come in time, though they
 * came; 0 ends that.  One SMMU at a time.
 */
void smmux_inject_set_sync(struct smmux_device *smmu, unsigned int num);

/* What is left of it. */
unsigned int smmux_inject_get_sync(struct smmux_device *smmu);

/* Is this one to fail?  Takes one off the count.  Any context. */
bool smmux_inject_sync(struct smmux_device *smmu);

static __always_inline bool smmux_inject_sync_timeout(struct smmux_device *smmu)
{
	return smmux_inject_is_on() && smmux_inject_sync(smmu);
}

/*
 * One command that no SMMU knows, and a SYNC.  Wakes @smmu up.  Sleeps.  0; -EPROTO if
 * it was taken without an error; or what waking up or submitting ended with.
 */
int smmux_inject_illegal(struct smmux_device *smmu);

#endif /* SMMUX_INJECT_H */

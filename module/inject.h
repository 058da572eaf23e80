/* SPDX-License-Identifier: GPL-2.0 */
/*
 * inject - errors that a user asks for, to rehearse what he hopes never to see.
 *
 * Exists with the module parameter enable_inject=1 alone; without, a walk that has to
 * do with ATS passes one instruction that does nothing, and others none.
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

#endif /* SMMUX_INJECT_H */

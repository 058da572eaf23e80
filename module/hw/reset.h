/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reset - bring the SMMU from whatever state it is in to translating with our
 * tables, to sleep, and back to aborting.
 *
 * At no instant of either may traffic pass untranslated: before SMMUEN is
 * cleared GBPA aborts, and it stays so.
 */
#ifndef SMMUX_RESET_H
#define SMMUX_RESET_H

#include <linux/types.h>

struct smmux_device;

/* GBPA := abort.  0 or -ETIMEDOUT. */
int smmux_reset_gbpa_abort(struct smmux_device *smmu);

/*
 * All of it: disable, program, invalidate, enable.  Sleeps.  An SMMU that does not
 * even let itself be disabled is left as it was; one that fails later is off.
 */
int smmux_reset_enable(struct smmux_device *smmu);

/* The same where the SMMU is known to be ours: after sleep, or half-way to it. */
int smmux_reset_wake(struct smmux_device *smmu);

/**
 * smmux_reset_sleep() - make the SMMU fit to lose its power
 * @smmu: runs
 * @step: where it failed; static text
 *
 * When this returns 0 nobody touches registers, and submissions are elided, until
 * smmux_reset_wake().  When it fails the SMMU is somewhere in between, and all
 * traffic aborts: wake it up.  Sleeps, bounded time.
 * Return: 0, -ETIMEDOUT, -EBUSY, -EIO.
 */
int smmux_reset_sleep(struct smmux_device *smmu, const char **step);

/* Abort all traffic and switch everything off.  Any context. */
int smmux_reset_disable(struct smmux_device *smmu);

/* The same before the memory that the SMMU reads is freed: off, whatever it says. */
void smmux_reset_force_off(struct smmux_device *smmu);

#endif /* SMMUX_RESET_H */

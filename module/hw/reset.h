/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reset - bring the SMMU from any state to translation with this driver's
 * tables, to sleep, and back to aborting.
 *
 * Traffic must not pass untranslated at any instant: GBPA is set to abort before
 * SMMUEN is cleared, and stays so.  Exception: smmux_reset_force_off(), if GBPA does not
 * take ABORT.
 */
#ifndef SMMUX_RESET_H
#define SMMUX_RESET_H

#include <linux/types.h>

struct smmux_device;

/* GBPA := abort.  0, -ETIMEDOUT or -EIO. */
int smmux_reset_gbpa_abort(struct smmux_device *smmu);

/*
 * The whole sequence: disable, program, invalidate, enable.  Sleeps.  An SMMU that
 * cannot be disabled is left as it was; one that fails later is off.
 */
int smmux_reset_enable(struct smmux_device *smmu);

/* The same for an SMMU that this driver has set up: after sleep, or half-way to it. */
int smmux_reset_wake(struct smmux_device *smmu);

/**
 * smmux_reset_sleep() - prepare the SMMU for power down
 * @smmu: an SMMU that runs
 * @step: the step that failed; static text
 *
 * After 0, registers are not accessed and submissions are elided until
 * smmux_reset_wake().  After a failure the SMMU is in an intermediate state: traffic is
 * translated if SMMUEN is still set, otherwise it aborts.  Call smmux_reset_wake() then.
 * Sleeps, bounded time.
 * Return: 0, -ETIMEDOUT, -EBUSY, -EIO.
 */
int smmux_reset_sleep(struct smmux_device *smmu, const char **step);

/*
 * Abort all traffic and disable everything.  If GBPA does not take ABORT, SMMUEN stays as
 * it is and translation goes on.  Any context.  0 or an errno.
 */
int smmux_reset_disable(struct smmux_device *smmu);

/* The same before the memory that the SMMU reads is freed: off, even after errors. */
void smmux_reset_force_off(struct smmux_device *smmu);

#endif /* SMMUX_RESET_H */

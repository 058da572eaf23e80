/* SPDX-License-Identifier: GPL-2.0 */
/*
 * summary - an SMMU in a few lines of the kernel's log: on demand, and at a panic.
 */
#ifndef SMMUX_SUMMARY_H
#define SMMUX_SUMMARY_H

struct smmux_device;

/*
 * To the log: where queues and power stand, what went wrong so far, the last events
 * and errors.  Takes no lock and touches no register, so any context will do; what
 * changes meanwhile may be told half old, half new.
 */
void smmux_summary_log(struct smmux_device *smmu);

/* From now until the SMMU is unbound a panic has it told.  0 or -ENOMEM. */
int smmux_summary_at_panic(struct smmux_device *smmu);

#endif /* SMMUX_SUMMARY_H */

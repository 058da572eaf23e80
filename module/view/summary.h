/* SPDX-License-Identifier: GPL-2.0 */
/*
 * summary - an SMMU in a few lines of the kernel's log: on demand, and at a panic.
 */
#ifndef SMMUX_SUMMARY_H
#define SMMUX_SUMMARY_H

struct smmux_device;

/*
 * Logs the state of queues and power, the errors since load, and the last events and
 * errors.  Takes no lock and accesses no register.  Any context.  Data that change
 * meanwhile may be half old and half new.
 */
void smmux_summary_log(struct smmux_device *smmu);

/* A panic logs the summary, from now until the SMMU is unbound.  0 or -ENOMEM. */
int smmux_summary_at_panic(struct smmux_device *smmu);

#endif /* SMMUX_SUMMARY_H */

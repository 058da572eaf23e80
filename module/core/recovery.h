/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recovery - the worker that recovers devices that were cut off.
 */
#ifndef SMMUX_RECOVERY_H
#define SMMUX_RECOVERY_H

struct smmux_device;
struct smmux_master;

void smmux_recovery_init(struct smmux_device *smmu);
/* With no master left: waits for the worker. */
void smmux_recovery_exit(struct smmux_device *smmu);

/* Add and remove a master; remove works in any state.  Sleep. */
void smmux_recovery_add(struct smmux_master *master);
void smmux_recovery_remove(struct smmux_master *master);

#endif /* SMMUX_RECOVERY_H */

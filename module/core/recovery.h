/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recovery - the worker that recovers devices that were cut off.
 */
#ifndef SMMUX_RECOVERY_H
#define SMMUX_RECOVERY_H

struct smmux_device;
struct smmux_master;

/* Return: 0 or an errno; on failure there is nothing to undo.  Sleeps. */
int smmux_recovery_init(struct smmux_device *smmu);
/*
 * Before the IOMMU core releases the masters: waits for a reset that is in progress, and
 * permits no other.  Sleeps, for minutes if the PCI core needs them.
 */
void smmux_recovery_stop(struct smmux_device *smmu);
/* With no master left: waits for the worker.  Sleeps. */
void smmux_recovery_exit(struct smmux_device *smmu);

/* Add and remove a master; remove works in any state.  Sleep. */
void smmux_recovery_add(struct smmux_master *master);
void smmux_recovery_remove(struct smmux_master *master);

#endif /* SMMUX_RECOVERY_H */

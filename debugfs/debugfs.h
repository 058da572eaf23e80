/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interface of the control plane to module/: objects are added and removed.
 * To add a file, read plane.h.
 *
 * All of these sleep.  The remove functions wait until no read or write of a file
 * of the object is running, so the object may be freed after them.  The driver
 * works without a file that cannot be created.
 */
#ifndef SMMUX_DEBUGFS_H
#define SMMUX_DEBUGFS_H

struct smmux_device;
struct smmux_domain;
struct smmux_master;

void smmux_dbg_init(void);
void smmux_dbg_exit(void);
void smmux_dbg_add_smmu(struct smmux_device *smmu);
void smmux_dbg_remove_smmu(struct smmux_device *smmu);
void smmux_dbg_add_master(struct smmux_master *master);
void smmux_dbg_remove_master(struct smmux_master *master);
void smmux_dbg_add_domain(struct smmux_domain *dom);
void smmux_dbg_remove_domain(struct smmux_domain *dom);

#endif /* SMMUX_DEBUGFS_H */

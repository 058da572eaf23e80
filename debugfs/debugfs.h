/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What module/ knows of the control plane: when things come and go.
 *
 * All of these sleep.  The remove functions return when no file of the object
 * is open in a read any more, so the object may be freed after them.  Failing
 * to make a file is not an error of the driver.
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

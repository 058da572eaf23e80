/* SPDX-License-Identifier: GPL-2.0 */
/*
 * knobs - sysfs attributes, in a group "smmux" of the SMMU and of each master with ATS.
 */
#ifndef SMMUX_KNOBS_H
#define SMMUX_KNOBS_H

struct attribute_group;
struct smmux_master;

/* For the platform driver. */
extern const struct attribute_group *smmux_knobs_smmu[];

/* If it fails, only the knob is missing.  Sleep. */
void smmux_knobs_add_master(struct smmux_master *master);
void smmux_knobs_remove_master(struct smmux_master *master);

#endif /* SMMUX_KNOBS_H */

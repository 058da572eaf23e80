/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fw - the description of an SMMU by firmware (DT, ACPI IORT): properties, interrupts,
 * reserved memory ranges, clients, performance counter groups.
 */
#ifndef SMMUX_FW_H
#define SMMUX_FW_H

#include <linux/types.h>

struct device;
struct smmux_device;

/* Fill smmu->hints and smmu->irqs from DT or IORT; message and errno if they are invalid. */
int smmux_fw_probe(struct smmux_device *smmu);

/* Call @fn for every StreamID of a reserved memory range (RMR). */
int smmux_fw_for_each_rmr_sid(struct smmux_device *smmu,
			      int (*fn)(struct smmux_device *smmu, u32 sid));

/*
 * A device that firmware describes as a client of @smmu, and that has a driver
 * but no IOMMU: it does DMA without this driver.  Returns the device with a
 * reference (put_device()), or NULL.
 */
struct device *smmux_fw_find_live_client(struct smmux_device *smmu);

/* @pa: of the first page; @why: the evidence, see smmux_fw_for_each_pmcg(). */
typedef void smmux_pmcg_fn(void *data, u64 pa, const char *why);

/**
 * smmux_fw_for_each_pmcg() - the performance counter groups of an SMMU
 * @smmu: the SMMU
 * @fn:   called for each group, with @data
 * @data: for @fn
 *
 * The kernel's arm_smmuv3_pmu drives the groups.  "IORT": the table refers from the
 * group to the SMMU.  A device tree has no such reference.  "registers": the group is
 * within the SMMU's own registers.  "nearest": this SMMU's registers are the nearest
 * below the group, which is the layout of Arm's SMMUs; it is a guess.
 *
 * Context: may sleep.
 */
void smmux_fw_for_each_pmcg(struct smmux_device *smmu, smmux_pmcg_fn *fn, void *data);

#endif /* SMMUX_FW_H */

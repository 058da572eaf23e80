/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fw - what the firmware tables (DT, ACPI IORT) say about an SMMU.
 */
#ifndef SMMUX_FW_H
#define SMMUX_FW_H

#include <linux/types.h>

struct device;
struct smmux_device;

/* Fill smmu->hints and smmu->irqs from DT or IORT; message and errno on nonsense. */
int smmux_fw_probe(struct smmux_device *smmu);

/* Call @fn for every StreamID that a reserved memory range (RMR) keeps in use. */
int smmux_fw_for_each_rmr_sid(struct smmux_device *smmu,
			      int (*fn)(struct smmux_device *smmu, u32 sid));

/*
 * A device that is a client of @smmu by firmware description, has a driver
 * bound, and yet no IOMMU: it does DMA without us.  Returns it with a reference
 * (put_device()), or NULL.
 */
struct device *smmux_fw_find_live_client(struct smmux_device *smmu);

/* @pa: of the first page; @why: how it is known, see smmux_fw_for_each_pmcg(). */
typedef void smmux_pmcg_fn(void *data, u64 pa, const char *why);

/**
 * smmux_fw_for_each_pmcg() - the performance counter groups of an SMMU
 * @smmu: the SMMU
 * @fn:   called for each, with @data
 * @data: for @fn
 *
 * The groups are the kernel's arm_smmuv3_pmu's, not ours.  "IORT": the table refers
 * from the group to the SMMU.  A device tree has no such reference: "registers" is
 * a group within the SMMU's own registers, "nearest" one that follows those of no
 * other SMMU more closely, as Arm's SMMUs lie; that is a guess.
 *
 * Context: may sleep.
 */
void smmux_fw_for_each_pmcg(struct smmux_device *smmu, smmux_pmcg_fn *fn, void *data);

#endif /* SMMUX_FW_H */

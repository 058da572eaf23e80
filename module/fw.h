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

#endif /* SMMUX_FW_H */

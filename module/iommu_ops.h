/* SPDX-License-Identifier: GPL-2.0 */
/*
 * iommu_ops - the tables through which the IOMMU core calls this driver.
 *
 * Only this room depends on ops whose signatures differ between kernels.
 */
#ifndef SMMUX_IOMMU_OPS_H
#define SMMUX_IOMMU_OPS_H

#include <linux/iommu.h>

extern const struct iommu_ops smmux_iommu_ops;

#endif /* SMMUX_IOMMU_OPS_H */

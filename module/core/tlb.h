/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tlb - walk a domain's invalidation array, choose the commands, and send them.
 */
#ifndef SMMUX_TLB_H
#define SMMUX_TLB_H

#include <linux/types.h>

struct iommu_domain;
struct iommu_flush_ops;
struct iommu_iotlb_gather;
struct smmux_domain;
struct smmux_inv;

/* For io-pgtable; the cookie is the struct smmux_domain. */
extern const struct iommu_flush_ops smmux_tlb_flush_ops;

/**
 * smmux_tlb_inv_range() - invalidate translations of [iova, iova + size)
 * @dom:    domain whose tables changed; CPUs see the change already
 * @iova, @size: multiples of @pgsize
 * @pgsize: size of the leaves that were changed (@leaf), or the smallest page
 * @leaf:   only leaves changed, no table was freed
 *
 * Any context.  On return neither the SMMUs nor their devices can use a stale
 * translation.  The command queue has reported errors; the queue and recovery
 * handle their consequences.
 */
void smmux_tlb_inv_range(struct smmux_domain *dom, unsigned long iova,
			 size_t size, size_t pgsize, bool leaf);

/* Invalidate all of a domain's translations. */
void smmux_tlb_inv_all(struct smmux_domain *dom);

/* Invalidate one tag on its SMMU, before the tag is used again. */
void smmux_tlb_inv_tag(const struct smmux_inv *inv);

/* The operations of the same names in struct iommu_domain_ops. */
void smmux_tlb_iotlb_sync(struct iommu_domain *domain,
			  struct iommu_iotlb_gather *gather);
void smmux_tlb_flush_iotlb_all(struct iommu_domain *domain);

#endif /* SMMUX_TLB_H */

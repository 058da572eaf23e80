/* SPDX-License-Identifier: GPL-2.0 */
/*
 * domain - paging domains: page tables, and the templates for CD and STE.
 */
#ifndef SMMUX_DOMAIN_H
#define SMMUX_DOMAIN_H

#include <linux/types.h>

#include "smmux.h"

/* ANY: stage 1 if both exist, since it has the larger input and supports PASIDs. */
enum smmux_domain_want { SMMUX_WANT_ANY, SMMUX_WANT_S1, SMMUX_WANT_S2 };

/* Sleeps.  ERR_PTR(): -EOPNOTSUPP if the SMMU has no such stage, -ENOMEM. */
struct iommu_domain *smmux_domain_alloc(struct device *dev,
					enum smmux_domain_want want);
void smmux_domain_free(struct iommu_domain *domain);

/* 0 if the SMMU can walk @dom's tables for @master, else -EINVAL. */
int smmux_domain_fits(const struct smmux_domain *dom,
		      const struct smmux_master *master);

int smmux_domain_map(struct iommu_domain *domain, unsigned long iova,
		     phys_addr_t paddr, size_t pgsize, size_t pgcount, int prot,
		     gfp_t gfp, size_t *mapped);
size_t smmux_domain_unmap(struct iommu_domain *domain, unsigned long iova,
			  size_t pgsize, size_t pgcount,
			  struct iommu_iotlb_gather *gather);
phys_addr_t smmux_domain_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova);

struct smmux_domain_snap {
	u32 id;
	enum smmux_stage stage;
	unsigned int type;
	u64 ttb;
	unsigned long pgsizes;
	u64 aperture_end;
	unsigned int num_invs;
};

void smmux_domain_snapshot(struct smmux_domain *dom, struct smmux_domain_snap *snap);

/*
 * Copies the live entries of the invalidation array: allocates *@out (kfree),
 * returns the number of entries or -ENOMEM.  Sleeps.
 */
int smmux_domain_invs_copy(struct smmux_domain *dom, struct smmux_inv **out);

#endif /* SMMUX_DOMAIN_H */

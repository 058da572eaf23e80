// SPDX-License-Identifier: GPL-2.0
/*
 * domain - paging domains.
 *
 * A domain consists of io-pgtable tables, the templates of the CD or STE that point
 * to them, and an invalidation array.  It is built for the SMMU of the device that
 * it is allocated for.  It fits every SMMU that has its stage, page size and coherency,
 * and no smaller address sizes (smmux_domain_fits()).
 *
 * Unmap gathers pages; the IOMMU core then calls smmux_tlb_iotlb_sync() (tlb.c).
 */
#include "core/domain.h"

#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include "../debugfs/debugfs.h"
#include "core/tlb.h"
#include "hw/readers.h"
#include "pure/invs.h"
#include "smmux.h"
#include "trace/life.h"
#include "trace/stats.h"
#include "trace/trace.h"

static DEFINE_IDA(domain_ids);

static void fill_s1(struct smmux_domain *dom, const struct io_pgtable_cfg *cfg)
{
	dom->cd = (struct smmux_cd_s1) {
		.ttbr = cfg->arm_lpae_s1_cfg.ttbr,
		.mair = cfg->arm_lpae_s1_cfg.mair,
		.tsz = cfg->arm_lpae_s1_cfg.tcr.tsz,
		.tg = cfg->arm_lpae_s1_cfg.tcr.tg,
		.ir = cfg->arm_lpae_s1_cfg.tcr.irgn,
		.or = cfg->arm_lpae_s1_cfg.tcr.orgn,
		.sh = cfg->arm_lpae_s1_cfg.tcr.sh,
		.ips = cfg->arm_lpae_s1_cfg.tcr.ips,
	};
}

static void fill_s2(struct smmux_domain *dom, const struct io_pgtable_cfg *cfg)
{
	dom->s2 = (struct smmux_ste_s2) {
		.vttbr = cfg->arm_lpae_s2_cfg.vttbr,
		.t0sz = cfg->arm_lpae_s2_cfg.vtcr.tsz,
		.sl0 = cfg->arm_lpae_s2_cfg.vtcr.sl,
		.ir0 = cfg->arm_lpae_s2_cfg.vtcr.irgn,
		.or0 = cfg->arm_lpae_s2_cfg.vtcr.orgn,
		.sh0 = cfg->arm_lpae_s2_cfg.vtcr.sh,
		.tg = cfg->arm_lpae_s2_cfg.vtcr.tg,
		.ps = cfg->arm_lpae_s2_cfg.vtcr.ps,
	};
}

static int make_tables(struct smmux_domain *dom, struct smmux_device *smmu)
{
	bool s1 = dom->stage == SMMUX_STAGE_1;
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap = smmu->caps.pgsizes,
		.ias = s1 ? smmu->caps.ias : smmu->caps.oas,
		.oas = smmu->caps.oas,
		.coherent_walk = smmux_has(smmu, SMMUX_FEAT_COHERENT),
		.tlb = &smmux_tlb_flush_ops,
		.iommu_dev = smmu->dev,
	};

	dom->ops = alloc_io_pgtable_ops(s1 ? ARM_64_LPAE_S1 : ARM_64_LPAE_S2,
					&cfg, dom);
	if (!dom->ops)
		return -ENOMEM;

	dom->iommu.pgsize_bitmap = cfg.pgsize_bitmap;
	dom->iommu.geometry.aperture_end = DMA_BIT_MASK(cfg.ias);
	dom->iommu.geometry.force_aperture = true;
	dom->granule = __ffs(cfg.pgsize_bitmap);
	dom->coherent = cfg.coherent_walk;
	dom->oas = cfg.oas;
	if (s1)
		fill_s1(dom, &cfg);
	else
		fill_s2(dom, &cfg);
	trace_domain_alloc(dom->id, s1 ? 1 : 2, cfg.pgsize_bitmap, cfg.ias, cfg.oas);
	return 0;
}

static int choose_stage(struct smmux_device *smmu, enum smmux_domain_want want,
			enum smmux_stage *stage)
{
	bool s1 = smmux_has(smmu, SMMUX_FEAT_S1) && want != SMMUX_WANT_S2;
	bool s2 = smmux_has(smmu, SMMUX_FEAT_S2) && want != SMMUX_WANT_S1;

	*stage = s1 ? SMMUX_STAGE_1 : SMMUX_STAGE_2;
	return s1 || s2 ? 0 : -EOPNOTSUPP;
}

static void free_parts(struct smmux_domain *dom)
{
	/* debugfs files of masters read these tables too, by the STE and CD from before detach. */
	smmux_readers_drain();
	free_io_pgtable_ops(dom->ops);
	/* No walker is left: nothing can unmap in a domain that is being freed. */
	kfree(rcu_access_pointer(dom->invs));
	mutex_destroy(&dom->lock);
	ida_free(&domain_ids, dom->id);
	kfree(dom);
}

struct iommu_domain *smmux_domain_alloc(struct device *dev,
					enum smmux_domain_want want)
{
	struct smmux_master *master = dev_iommu_priv_get(dev);
	struct smmux_domain *dom;
	int ret;

	dom = kzalloc(sizeof(*dom), GFP_KERNEL);
	if (!dom)
		return ERR_PTR(-ENOMEM);
	ret = choose_stage(master->smmu, want, &dom->stage);
	if (ret)
		goto err_free;
	ret = ida_alloc_min(&domain_ids, 1, GFP_KERNEL);
	if (ret < 0)
		goto err_free;
	dom->id = ret;
	mutex_init(&dom->lock);
	RCU_INIT_POINTER(dom->invs, smmux_invs_alloc(0, GFP_KERNEL));
	ret = -ENOMEM;
	if (!rcu_access_pointer(dom->invs))
		goto err_parts;
	ret = make_tables(dom, master->smmu);
	if (ret)
		goto err_parts;
	smmux_dbg_add_domain(dom);
	return &dom->iommu;

err_parts:
	free_parts(dom);
	return ERR_PTR(ret);
err_free:
	kfree(dom);
	return ERR_PTR(ret);
}

void smmux_domain_free(struct iommu_domain *domain)
{
	struct smmux_domain *dom = to_smmux_domain(domain);
	const struct smmux_invs *invs = rcu_access_pointer(dom->invs);

	WARN_ON_ONCE(invs->num != invs->dead);	/* still attached somewhere */
	smmux_dbg_remove_domain(dom);
	trace_domain_free(dom->id);
	free_parts(dom);
}

int smmux_domain_fits(const struct smmux_domain *dom,
		      const struct smmux_master *master)
{
	const struct smmux_caps *caps = &master->smmu->caps;
	bool s1 = dom->stage == SMMUX_STAGE_1;

	if (!smmux_has(master->smmu, s1 ? SMMUX_FEAT_S1 : SMMUX_FEAT_S2))
		return -EINVAL;
	if (!(caps->pgsizes & BIT(dom->granule)))
		return -EINVAL;
	if (dom->iommu.geometry.aperture_end > DMA_BIT_MASK(s1 ? caps->ias : caps->oas))
		return -EINVAL;
	/* The descriptors contain the output size; this SMMU must support it. */
	if (dom->oas > caps->oas)
		return -EINVAL;
	if (dom->coherent != smmux_has(master->smmu, SMMUX_FEAT_COHERENT))
		return -EINVAL;
	return 0;
}

static noinline int map_measured(struct iommu_domain *domain, unsigned long iova,
				 phys_addr_t paddr, size_t pgsize, size_t pgcount, int prot,
				 gfp_t gfp, size_t *mapped)
{
	struct io_pgtable_ops *ops = to_smmux_domain(domain)->ops;

	smmux_life_map(to_smmux_domain(domain), iova);
	return ops->map_pages(ops, iova, paddr, pgsize, pgcount, prot, gfp, mapped);
}

int smmux_domain_map(struct iommu_domain *domain, unsigned long iova,
		     phys_addr_t paddr, size_t pgsize, size_t pgcount, int prot,
		     gfp_t gfp, size_t *mapped)
{
	struct io_pgtable_ops *ops = to_smmux_domain(domain)->ops;

	if (smmux_hist_any() && smmux_life_samples(iova, paddr))
		return map_measured(domain, iova, paddr, pgsize, pgcount, prot, gfp, mapped);
	return ops->map_pages(ops, iova, paddr, pgsize, pgcount, prot, gfp, mapped);
}

size_t smmux_domain_unmap(struct iommu_domain *domain, unsigned long iova,
			  size_t pgsize, size_t pgcount,
			  struct iommu_iotlb_gather *gather)
{
	struct io_pgtable_ops *ops = to_smmux_domain(domain)->ops;
	size_t size = ops->unmap_pages(ops, iova, pgsize, pgcount, gather);

	if (smmux_hist_any() && smmux_life_is_watched(iova))
		smmux_life_unmap(to_smmux_domain(domain), iova);
	/* Add all pages at once; io-pgtable would call back for each. */
	if (!size || iommu_iotlb_gather_queued(gather))
		return size;
	if ((gather->pgsize && gather->pgsize != pgsize) ||
	    iommu_iotlb_gather_is_disjoint(gather, iova, size))
		iommu_iotlb_sync(domain, gather);
	gather->pgsize = pgsize;
	iommu_iotlb_gather_add_range(gather, iova, size);
	return size;
}

phys_addr_t smmux_domain_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct io_pgtable_ops *ops = to_smmux_domain(domain)->ops;

	return ops->iova_to_phys(ops, iova);
}

void smmux_domain_snapshot(struct smmux_domain *dom, struct smmux_domain_snap *snap)
{
	const struct smmux_invs *invs;

	snap->id = dom->id;
	snap->stage = dom->stage;
	snap->type = dom->iommu.type;
	snap->ttb = dom->stage == SMMUX_STAGE_1 ? dom->cd.ttbr : dom->s2.vttbr;
	snap->pgsizes = dom->iommu.pgsize_bitmap;
	snap->aperture_end = dom->iommu.geometry.aperture_end;
	rcu_read_lock();
	invs = rcu_dereference(dom->invs);
	snap->num_invs = invs->num;
	rcu_read_unlock();
}

int smmux_domain_invs_copy(struct smmux_domain *dom, struct smmux_inv **out)
{
	const struct smmux_invs *invs;
	unsigned int i, n = 0;

	mutex_lock(&dom->lock);
	invs = rcu_dereference_protected(dom->invs, lockdep_is_held(&dom->lock));
	*out = kcalloc(max(invs->num, 1U), sizeof(**out), GFP_KERNEL);
	for (i = 0; *out && i < invs->num; i++)
		if (invs->inv[i].users)
			(*out)[n++] = invs->inv[i];
	mutex_unlock(&dom->lock);
	return *out ? n : -ENOMEM;
}

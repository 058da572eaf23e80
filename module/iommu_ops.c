// SPDX-License-Identifier: GPL-2.0
/*
 * iommu_ops - the interface of smmux to the IOMMU core.
 *
 * The rooms in core/ are written for the newest signatures.  Most functions here are
 * shims; only this file adapts to the ops of older kernels.  compat/compat.h lists the
 * differences.
 */
#include "iommu_ops.h"

#include <linux/of.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "core/attach.h"
#include "core/domain.h"
#include "core/master.h"
#include "core/tlb.h"
#include "knobs.h"
#include "smmux.h"

static int attach_paging(struct iommu_domain *domain, struct device *dev)
{
	return smmux_attach_paging(dev_iommu_priv_get(dev), to_smmux_domain(domain));
}

static int attach_identity(struct iommu_domain *domain, struct device *dev)
{
	smmux_attach_identity(dev_iommu_priv_get(dev));
	return 0;
}

static int attach_blocked(struct iommu_domain *domain, struct device *dev)
{
	smmux_attach_blocked(dev_iommu_priv_get(dev));
	return 0;
}

#ifdef SMMUX_HAVE_ATTACH_OLD
/* The core passes the old domain, which the master knows already. */
#define ATTACH_OP(fn)							\
static int fn##_op(struct iommu_domain *domain, struct device *dev,	\
		   struct iommu_domain *old)				\
{									\
	return fn(domain, dev);						\
}
ATTACH_OP(attach_paging)
ATTACH_OP(attach_identity)
ATTACH_OP(attach_blocked)
#else
#define attach_paging_op	attach_paging
#define attach_identity_op	attach_identity
#define attach_blocked_op	attach_blocked
#endif

static int set_pasid(struct iommu_domain *domain, struct device *dev,
		     ioasid_t pasid, struct iommu_domain *old)
{
	return smmux_attach_pasid(dev_iommu_priv_get(dev), to_smmux_domain(domain), pasid);
}

#ifdef SMMUX_HAVE_REMOVE_DEV_PASID
static void remove_pasid(struct device *dev, ioasid_t pasid,
			 struct iommu_domain *domain)
{
	smmux_attach_pasid_blocked(dev_iommu_priv_get(dev), pasid);
}
#else
static int block_pasid(struct iommu_domain *domain, struct device *dev,
		       ioasid_t pasid, struct iommu_domain *old)
{
	smmux_attach_pasid_blocked(dev_iommu_priv_get(dev), pasid);
	return 0;
}
#endif

static struct iommu_domain identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = attach_identity_op,
	},
};

static struct iommu_domain blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = attach_blocked_op,
#ifndef SMMUX_HAVE_REMOVE_DEV_PASID
		.set_dev_pasid = block_pasid,
#endif
	},
};

static const struct iommu_domain_ops paging_ops = {
	.attach_dev = attach_paging_op,
	.set_dev_pasid = set_pasid,
	.map_pages = smmux_domain_map,
	.unmap_pages = smmux_domain_unmap,
	.flush_iotlb_all = smmux_tlb_flush_iotlb_all,
	.iotlb_sync = smmux_tlb_iotlb_sync,
	.iova_to_phys = smmux_domain_iova_to_phys,
	.free = smmux_domain_free,
};

static struct iommu_domain *domain_alloc(struct device *dev, enum smmux_domain_want want)
{
	struct iommu_domain *domain = smmux_domain_alloc(dev, want);

	if (!IS_ERR(domain))
		domain->ops = &paging_ops;
	return domain;
}

#ifdef SMMUX_HAVE_PAGING_FLAGS
static struct iommu_domain *
domain_alloc_paging_flags(struct device *dev, u32 flags,
			  const struct iommu_user_data *user_data)
{
	if (user_data)
		return ERR_PTR(-EOPNOTSUPP);
	switch (flags) {
	case 0:
		return domain_alloc(dev, SMMUX_WANT_ANY);
	case IOMMU_HWPT_ALLOC_PASID:
		return domain_alloc(dev, SMMUX_WANT_S1);
	case IOMMU_HWPT_ALLOC_NEST_PARENT:
		return domain_alloc(dev, SMMUX_WANT_S2);
	default:
		return ERR_PTR(-EOPNOTSUPP);
	}
}
#else
static struct iommu_domain *domain_alloc_paging(struct device *dev)
{
	return domain_alloc(dev, SMMUX_WANT_ANY);
}
#endif

static bool is_capable(struct device *dev, enum iommu_cap cap)
{
	struct smmux_master *master = dev_iommu_priv_get(dev);

	switch (cap) {
	case IOMMU_CAP_CACHE_COHERENCY:
		return smmux_has(master->smmu, SMMUX_FEAT_COHERENT);
	case IOMMU_CAP_NOEXEC:
	case IOMMU_CAP_DEFERRED_FLUSH:
		return true;
#ifdef SMMUX_HAVE_CAP_ATS
	case IOMMU_CAP_PCI_ATS_SUPPORTED:
		return master->ats_capable;
#endif
	default:
		return false;
	}
}

static struct smmux_device *smmu_of(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct smmux_device *smmu = NULL;
	struct device *found;

	if (!fwspec)
		return NULL;
	found = bus_find_device_by_fwnode(&platform_bus_type, fwspec->iommu_fwnode);
	if (found)
		smmu = dev_get_drvdata(found);
	put_device(found);
	return smmu;
}

static struct iommu_device *probe_device(struct device *dev)
{
	struct smmux_device *smmu = smmu_of(dev);
	struct smmux_master *master;

	if (!smmu)
		return ERR_PTR(-ENODEV);
	if (WARN_ON_ONCE(dev_iommu_priv_get(dev)))
		return ERR_PTR(-EBUSY);
	master = smmux_master_probe(dev, smmu);
	if (IS_ERR(master))
		return ERR_CAST(master);
	dev_iommu_priv_set(dev, master);
	smmux_knobs_add_master(master);
	return &smmu->iommu;
}

static void release_device(struct device *dev)
{
	struct smmux_master *master = dev_iommu_priv_get(dev);

	smmux_knobs_remove_master(master);
	master->leaving = true;
	/* Firmware's reserved regions stay reachable without a driver. */
	if (dev->iommu->require_direct)
		smmux_attach_identity(master);
	else
		smmux_attach_blocked(master);
	/* The core also frees the pointers to it. */
	smmux_master_release(master);
}

static struct iommu_group *device_group(struct device *dev)
{
	struct iommu_group *group = smmux_master_shared_group(dev_iommu_priv_get(dev));

	if (group)
		return group;
	return dev_is_pci(dev) ? pci_device_group(dev) : generic_device_group(dev);
}

static int of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	u32 sid;

	if (args->args_count != 1) {
		dev_err(dev, "%pOF: \"iommus\" has %d cells, must be 1 (the StreamID)\n",
			dev->of_node, args->args_count);
		return -EINVAL;
	}
	sid = args->args[0];
	return iommu_fwspec_add_ids(dev, &sid, 1);
}

static void get_resv_regions(struct device *dev, struct list_head *head)
{
	struct iommu_resv_region *msi;

	msi = iommu_alloc_resv_region(SMMUX_MSI_IOVA, SMMUX_MSI_BYTES,
				      IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO,
				      IOMMU_RESV_SW_MSI, GFP_KERNEL);
	if (msi)
		list_add_tail(&msi->list, head);
	iommu_dma_get_resv_regions(dev, head);
}

/* HiSilicon's PCIe trace device writes to physical addresses. */
static int def_domain_type(struct device *dev)
{
	if (dev_is_pci(dev) && to_pci_dev(dev)->vendor == PCI_VENDOR_ID_HUAWEI &&
	    to_pci_dev(dev)->device == 0xa12e)
		return IOMMU_DOMAIN_IDENTITY;
	return 0;
}

const struct iommu_ops smmux_iommu_ops = {
	.owner = THIS_MODULE,
	.identity_domain = &identity_domain,
	.blocked_domain = &blocked_domain,
	.capable = is_capable,
	.probe_device = probe_device,
	.release_device = release_device,
	.device_group = device_group,
	.of_xlate = of_xlate,
	.get_resv_regions = get_resv_regions,
	.def_domain_type = def_domain_type,
	.default_domain_ops = &paging_ops,
#ifdef SMMUX_HAVE_PAGING_FLAGS
	.domain_alloc_paging_flags = domain_alloc_paging_flags,
#else
	.domain_alloc_paging = domain_alloc_paging,
#endif
#ifdef SMMUX_HAVE_REMOVE_DEV_PASID
	.remove_dev_pasid = remove_pasid,
#endif
#ifdef SMMUX_HAVE_OPS_PGSIZES
	.pgsize_bitmap = -1UL,
#endif
};

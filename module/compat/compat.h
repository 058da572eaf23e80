/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The differences between the kernels that smmux supports.
 *
 * The compiler includes this in every file (-include); no file names it.
 * probe.sh detects features and defines SMMUX_HAVE_*; only this directory tests
 * version numbers.  iommu_ops.c uses the macros about ops and CAP_ATS; the rest are used
 * below.  7.3 is like 7.2 here.  6.13 to 7.1 are accepted, but not tested: probe.sh finds
 * which of these features each has.
 *
 *                                6.12  7.2
 *   SMMUX_HAVE_ATTACH_OLD          -    x   attach_dev() gets the old domain
 *   SMMUX_HAVE_PAGING_FLAGS        -    x   domain_alloc_paging_flags()
 *   SMMUX_HAVE_REMOVE_DEV_PASID    x    -   an op of its own blocks a PASID,
 *                                           not the blocked domain
 *   SMMUX_HAVE_OPS_PGSIZES         x    -   page sizes are in iommu_ops, not in
 *                                           each domain
 *   SMMUX_HAVE_OF_MAP_IOMMU_ID     -    x   of_map_iommu_id()
 *   SMMUX_HAVE_CAP_ATS             -    x   the core asks whether ATS is supported
 *   SMMUX_HAVE_DFL_WQ              -    x   system_unbound_wq's new name; stable
 *                                           versions of 6.12 have it too
 *
 * Four files run the same on all kernels, but allow for a difference in behaviour:
 *
 *   core/tlb.c        6.12 calls iotlb_sync() for an empty gather
 *   core/recovery.c   7.2 attaches and detaches a master while its device is reset
 *   hw/readers.c      which functions of io-pgtable free a table
 *   probe.c           7.2 warns if a client is probed while its SMMU is half registered
 */
#ifndef SMMUX_COMPAT_H
#define SMMUX_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "smmux supports Linux 6.12 to 7.3; this kernel is older"
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(7, 4, 0)
#error "smmux supports Linux 6.12 to 7.3; this kernel is newer and untested"
#endif

#ifndef CONFIG_ARM64
#error "smmux drives an Arm SMMUv3: it needs a 64-bit Arm kernel (CONFIG_ARM64)"
#endif
#ifndef CONFIG_IOMMU_API
#error "smmux needs CONFIG_IOMMU_API (IOMMU support)"
#endif
#ifndef CONFIG_IOMMU_DMA
#error "smmux needs CONFIG_IOMMU_DMA (DMA API through the IOMMU)"
#endif
#ifndef CONFIG_IOMMU_IO_PGTABLE_LPAE
#error "smmux needs CONFIG_IOMMU_IO_PGTABLE_LPAE (64-bit Arm page tables)"
#endif
#ifndef CONFIG_DEBUG_FS
#error "smmux needs CONFIG_DEBUG_FS (its control plane)"
#endif
#ifndef CONFIG_PCI
#error "smmux needs CONFIG_PCI"
#endif

/*
 * Exported, and with the same signature in all supported kernels, but declared in
 * a header that is not in header packages.  It is the only function that returns
 * the reserved regions of the IORT.
 */
struct device;
struct list_head;
void iommu_dma_get_resv_regions(struct device *dev, struct list_head *list);

/*
 * Kernels without of_map_iommu_id(): the caller names the property, and gets node and
 * ID in two variables.  Needs <linux/of.h>; on success @arg->np holds a reference.
 */
#ifndef SMMUX_HAVE_OF_MAP_IOMMU_ID
#define of_map_iommu_id(bridge, rid, arg)				\
({									\
	struct of_phandle_args *_arg = (arg);				\
									\
	_arg->np = NULL;						\
	_arg->args_count = 1;						\
	of_map_id(bridge, rid, "iommu-map", "iommu-map-mask",		\
		  &_arg->np, &_arg->args[0]);				\
})
#endif

/* The old name still works, with a warning in the log. */
#ifndef SMMUX_HAVE_DFL_WQ
#define system_dfl_wq	system_unbound_wq
#endif

#endif /* SMMUX_COMPAT_H */

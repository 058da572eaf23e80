// SPDX-License-Identifier: GPL-2.0
/*
 * says - data that an IOMMU driver reports to the IOMMU core about a device, through the
 * kernel's interfaces and from the core's structures.
 *
 * debugfs smmux_test_says/command; result then has "name: value" lines:
 *   device NAME            of the PCI or the platform bus: all that say_device() prints
 *   type NAME VENDOR DEVICE  the default domain type that the driver requires for a PCI
 *                          device with this ID, which NAME has during the call
 *   masks NAME             a device's DMA masks: an SMMU's, for its tables
 *   attach NAME OTHER      attaches a domain that is made for NAME to OTHER and detaches
 *                          it; "error:" is the kernel's return value
 *   shutdown NAME          calls the shutdown method of a platform device's driver
 */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/version.h>

#include "talk.h"

#define NAME_BYTES	32

static struct dentry *root;
static struct talk talk;

static const struct {
	const char *name;
	enum iommu_cap cap;
} caps[] = {
	{ "CACHE_COHERENCY", IOMMU_CAP_CACHE_COHERENCY },
	{ "NOEXEC", IOMMU_CAP_NOEXEC },
	{ "PRE_BOOT_PROTECTION", IOMMU_CAP_PRE_BOOT_PROTECTION },
	{ "ENFORCE_CACHE_COHERENCY", IOMMU_CAP_ENFORCE_CACHE_COHERENCY },
	{ "DEFERRED_FLUSH", IOMMU_CAP_DEFERRED_FLUSH },
	{ "DIRTY_TRACKING", IOMMU_CAP_DIRTY_TRACKING },
};

static const char *resv_type(enum iommu_resv_type type)
{
	switch (type) {
	case IOMMU_RESV_DIRECT:
		return "DIRECT";
	case IOMMU_RESV_DIRECT_RELAXABLE:
		return "DIRECT_RELAXABLE";
	case IOMMU_RESV_RESERVED:
		return "RESERVED";
	case IOMMU_RESV_MSI:
		return "MSI";
	case IOMMU_RESV_SW_MSI:
		return "SW_MSI";
	}
	return "?";
}

static void say_caps(struct device *dev)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps); i++)
		talk_say(&talk, "cap.%s: %d\n", caps[i].name, device_iommu_capable(dev, caps[i].cap));
	/* The next one has a name only on newer kernels; further ones have none. */
	for (i = IOMMU_CAP_DIRTY_TRACKING + 1; i < IOMMU_CAP_DIRTY_TRACKING + 4; i++)
		talk_say(&talk, "cap.%u: %d\n", i, device_iommu_capable(dev, i));
}

static void say_regions(struct device *dev)
{
	struct iommu_resv_region *region;
	LIST_HEAD(list);

	iommu_get_resv_regions(dev, &list);
	list_for_each_entry(region, &list, list)
		talk_say(&talk, "region: %s %#llx %#zx prot %#x\n", resv_type(region->type),
			 (u64)region->start, region->length, region->prot);
	iommu_put_resv_regions(dev, &list);
}

static void say_domain(const char *name, const struct iommu_domain *dom)
{
	talk_say(&talk, "%s: pgsizes %#lx aperture %#llx-%#llx force %d\n", name,
		 dom->pgsize_bitmap, (u64)dom->geometry.aperture_start,
		 (u64)dom->geometry.aperture_end, dom->geometry.force_aperture);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
/* A domain for a purpose; its aperture shows its stage. */
static void say_purpose(struct device *dev, const char *name, u32 flags)
{
	struct iommu_domain *dom = iommu_paging_domain_alloc_flags(dev, flags);

	if (IS_ERR(dom)) {
		talk_say(&talk, "%s: error %ld\n", name, PTR_ERR(dom));
		return;
	}
	say_domain(name, dom);
	iommu_domain_free(dom);
}

static void say_purposes(struct device *dev)
{
	say_purpose(dev, "for_any", 0);
	say_purpose(dev, "for_pasid", IOMMU_HWPT_ALLOC_PASID);
	say_purpose(dev, "for_nest_parent", IOMMU_HWPT_ALLOC_NEST_PARENT);
	say_purpose(dev, "for_dirty_tracking", IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
}
#else
static void say_purposes(struct device *dev)
{
	struct iommu_domain *dom = iommu_paging_domain_alloc(dev);

	if (IS_ERR(dom)) {
		talk_say(&talk, "for_any: error %ld\n", PTR_ERR(dom));
		return;
	}
	say_domain("for_any", dom);
	iommu_domain_free(dom);
}
#endif

static const struct iommu_ops *ops_of(const struct device *dev)
{
	return dev->iommu && dev->iommu->iommu_dev ? dev->iommu->iommu_dev->ops : NULL;
}

static int demanded_type(struct device *dev)
{
	const struct iommu_ops *ops = ops_of(dev);

	return ops->def_domain_type ? ops->def_domain_type(dev) : 0;
}

static int say_device(struct device *dev)
{
	struct iommu_domain *dom = iommu_get_domain_for_dev(dev);

	if (!ops_of(dev) || !dom)
		return -ENXIO;
	say_caps(dev);
	talk_say(&talk, "max_pasids: %u\niommu_max_pasids: %u\n", dev->iommu->max_pasids,
		 dev->iommu->iommu_dev->max_pasids);
	talk_say(&talk, "demanded_type: %d\n", demanded_type(dev));
	say_regions(dev);
	say_domain("domain", dom);
	say_purposes(dev);
	return 0;
}

static int say_type(struct device *dev, u32 vendor, u32 device)
{
	struct pci_dev *pdev;
	u16 was_vendor, was_device;

	if (!dev_is_pci(dev) || !ops_of(dev))
		return -ENXIO;
	pdev = to_pci_dev(dev);
	was_vendor = pdev->vendor;
	was_device = pdev->device;
	pdev->vendor = vendor;
	pdev->device = device;
	talk_say(&talk, "demanded_type: %d\n", demanded_type(dev));
	pdev->vendor = was_vendor;
	pdev->device = was_device;
	return 0;
}

static int say_masks(struct device *dev)
{
	talk_say(&talk, "masks: %#llx %#llx\n", dma_get_mask(dev), dev->coherent_dma_mask);
	return 0;
}

static struct device *device_of(const char *name)
{
	struct device *dev = bus_find_device_by_name(&pci_bus_type, NULL, name);

	return dev ?: bus_find_device_by_name(&platform_bus_type, NULL, name);
}

static int try_attach(struct device *dev, const char *name)
{
	struct device *other = device_of(name);
	struct iommu_domain *dom;
	int ret;

	if (!other)
		return -ENODEV;
	dom = iommu_paging_domain_alloc(dev);
	ret = PTR_ERR_OR_ZERO(dom);
	if (!ret) {
		ret = iommu_attach_device(dom, other);
		talk_say(&talk, "error: %d\n", ret);
		if (!ret)
			iommu_detach_device(dom, other);
		iommu_domain_free(dom);
		ret = 0;
	}
	put_device(other);
	return ret;
}

static int shut_down(struct device *dev)
{
	if (dev->bus != &platform_bus_type || !dev->driver)
		return -ENXIO;
	to_platform_driver(dev->driver)->shutdown(to_platform_device(dev));
	return 0;
}

static int run(struct talk *t, const char *line)
{
	char what[16], name[NAME_BYTES], other[NAME_BYTES] = "";
	int vendor = 0, device = 0, ret = -EINVAL;
	struct device *dev;

	if (sscanf(line, "%15s %31s %31s %i", what, name, other, &device) < 2)
		return -EINVAL;
	dev = device_of(name);
	if (!dev)
		return -ENODEV;
	if (!strcmp(what, "device"))
		ret = say_device(dev);
	else if (!strcmp(what, "type"))
		ret = kstrtoint(other, 0, &vendor) ?: say_type(dev, vendor, device);
	else if (!strcmp(what, "masks"))
		ret = say_masks(dev);
	else if (!strcmp(what, "attach"))
		ret = try_attach(dev, other);
	else if (!strcmp(what, "shutdown"))
		ret = shut_down(dev);
	put_device(dev);
	return ret;
}

static int __init says_init(void)
{
	root = debugfs_create_dir("smmux_test_says", NULL);
	talk_add(&talk, root, run);
	return 0;
}
module_init(says_init);

static void __exit says_exit(void)
{
	debugfs_remove(root);
}
module_exit(says_exit);

MODULE_DESCRIPTION("test: data that an IOMMU driver reports to the IOMMU core");
MODULE_LICENSE("GPL");

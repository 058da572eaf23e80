// SPDX-License-Identifier: GPL-2.0
/*
 * Attaches a device that has no driver to the blocking domain, as VFIO does when it
 * claims a group, and makes it write to a page by its physical address: the write must
 * not land.
 */
#include "client.h"

#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/slab.h>

static int access_blocked(struct client *client)
{
	struct page *page = alloc_page(GFP_KERNEL | GFP_DMA32);
	volatile u32 *word;
	int ret;

	if (!page)
		return -ENOMEM;
	word = page_address(page);
	*word = POISON;
	mb();
	ret = client->ops->write(client, page_to_phys(page), page_to_phys(page));
	mb();
	if (!ret && *word != POISON)
		ret = -EPERM;
	__free_page(page);
	return ret;
}

static int with_device_enabled(struct pci_dev *pdev)
{
	struct client *client;
	int ret;

	client = kzalloc(sizeof(*client), GFP_KERNEL);
	if (!client)
		return -ENOMEM;
	client->pdev = pdev;
	client->ops = &testdev_ops;
	ret = pci_enable_device_mem(pdev);
	if (ret)
		goto free;
	client->bar = pci_iomap(pdev, 0, 0);
	if (client->bar) {
		pci_set_master(pdev);
		ret = access_blocked(client);
		pci_clear_master(pdev);
		pci_iounmap(pdev, client->bar);
	} else {
		ret = -ENOMEM;
	}
	pci_disable_device(pdev);
free:
	kfree(client);
	return ret;
}

/* For an iommu-testdev without a driver.  -EPERM: the access landed. */
int blocked_run(const char *name)
{
	struct iommu_group *group;
	struct pci_dev *pdev;
	struct device *dev;
	int ret = -ENODEV;

	dev = bus_find_device_by_name(&pci_bus_type, NULL, name);
	if (!dev)
		return -ENODEV;
	pdev = to_pci_dev(dev);
	group = iommu_group_get(dev);
	if (!group || pdev->device != 0x0005)
		goto put;
	ret = iommu_group_claim_dma_owner(group, THIS_MODULE);
	if (ret)
		goto put;
	ret = with_device_enabled(pdev);
	iommu_group_release_dma_owner(group);
put:
	if (group)
		iommu_group_put(group);
	put_device(dev);
	return ret;
}

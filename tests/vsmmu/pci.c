// SPDX-License-Identifier: GPL-2.0
/*
 * pci - clients that are PCI devices, for ATS.
 *
 * QEMU's device provides the configuration space, with its ATS capability; the model does
 * the DMA, since there is no SMMU of QEMU.  Any device can be used; driver_override binds
 * it.
 */
#include "client.h"

#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>

/*
 * Under the model's lock: commands that the driver sends because ATS changes are executed
 * after the device's accesses in the old state.
 */
bool vsmmu_pci_asks(const struct device *dev)
{
	return dev && dev_is_pci(dev) && data_race((bool)to_pci_dev(dev)->ats_enabled);
}

static int pci_client_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(&pdev->dev);
	struct vsmmu *v = fwspec ? vsmmu_by_node(to_of_node(fwspec->iommu_fwnode)) : NULL;
	struct client *c = devm_kzalloc(&pdev->dev, sizeof(*c), GFP_KERNEL);
	unsigned int i;
	int ret;

	if (!v)
		return -ENODEV;
	if (!c)
		return -ENOMEM;
	for (i = 0; i < min(fwspec->num_ids, CLIENT_IDS); i++) {
		vsmmu_stream_known(v, fwspec->ids[i], fwspec->ids[0]);
		c->stream[c->num++] = (struct client_stream){
			v, fwspec->ids[i], vsmmu_pasid_cap_of(pdev),
		};
	}
	c->pasids = pci_max_pasids(pdev) >= 64;
	ret = client_add(c, &pdev->dev);
	if (!ret)
		pci_set_drvdata(pdev, c);
	return ret;
}

static void pci_client_remove(struct pci_dev *pdev)
{
	client_remove(pci_get_drvdata(pdev));
}

/*
 * Each device with ATS also uses the requester ID of its next function, as devices with
 * that quirk do: if there is such a function, they share a StreamID.
 */
int vsmmu_pci_alias(void)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		if (!pdev->ats_cap || pdev->dma_alias_mask || PCI_FUNC(pdev->devfn))
			continue;
		/* The PCI core frees it with the device. */
		pdev->dma_alias_mask = bitmap_zalloc(256, GFP_KERNEL);
		if (!pdev->dma_alias_mask) {
			pci_dev_put(pdev);
			return -ENOMEM;
		}
		set_bit(pdev->devfn + 1, pdev->dma_alias_mask);
	}
	return 0;
}

static void nothing(struct pci_dev *pdev)
{
}

static void pci_client_was_reset(struct pci_dev *pdev)
{
	struct client *c = pci_get_drvdata(pdev);
	unsigned int i;

	for (i = 0; i < c->num; i++) {
		struct vsmmu *v = c->stream[i].v;

		spin_lock_irq(&v->lock);
		vsmmu_ats_reset(v, c->stream[i].sid);
		spin_unlock_irq(&v->lock);
	}
	c->resets++;
}

static const struct pci_error_handlers pci_client_errors = {
	.reset_prepare = nothing,
	.reset_done = pci_client_was_reset,
};

static const struct pci_device_id none[] = { { } };

static struct pci_driver pci_client_driver = {
	.name = "vsmmu-pci",
	.id_table = none,
	.probe = pci_client_probe,
	.remove = pci_client_remove,
	.err_handler = &pci_client_errors,
};

/*
 * "slow_removal": a removal waits before the SMMU's driver is told of it, until the device is
 * being reset, but not for ever; and afterwards, for that long.  A reset is seen by the
 * device's lock, which the removal does not hold.
 */
static unsigned int slow_before_ms, slow_after_ms;	/* written by inject, read by removals */

void vsmmu_pci_slow_removal(unsigned int before_ms, unsigned int after_ms)
{
	WRITE_ONCE(slow_before_ms, before_ms);
	WRITE_ONCE(slow_after_ms, after_ms);
}

/* Looks for so long whether @dev is being reset. */
static bool reset_within(struct device *dev, const unsigned int *limit_ms)
{
	unsigned int ms;

	for (ms = 0; ms < READ_ONCE(*limit_ms); ms += 5) {
		if (mutex_is_locked(&dev->mutex))
			return true;
		msleep(5);
	}
	return false;
}

static int removal_first(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == BUS_NOTIFY_DEL_DEVICE && reset_within(data, &slow_before_ms))
		pr_info("vsmmu: %s is removed while it is reset\n", dev_name(data));
	return NOTIFY_DONE;
}

static int removal_last(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == BUS_NOTIFY_DEL_DEVICE && reset_within(data, &slow_after_ms))
		pr_err("vsmmu: %s is reset while it is removed\n", dev_name(data));
	return NOTIFY_DONE;
}

static struct notifier_block removals[] = {
	{ .notifier_call = removal_first, .priority = INT_MAX },
	{ .notifier_call = removal_last, .priority = INT_MIN },
};

int vsmmu_pci_register(void)
{
	int ret = pci_register_driver(&pci_client_driver);

	if (ret)
		return ret;
	bus_register_notifier(&pci_bus_type, &removals[0]);
	bus_register_notifier(&pci_bus_type, &removals[1]);
	return 0;
}

void vsmmu_pci_unregister(void)
{
	bus_unregister_notifier(&pci_bus_type, &removals[1]);
	bus_unregister_notifier(&pci_bus_type, &removals[0]);
	pci_unregister_driver(&pci_client_driver);
}

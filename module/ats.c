// SPDX-License-Identifier: GPL-2.0
/*
 * ats - switching a master's ATS on and off.
 *
 * A translated request is only believed while EATS is set, and a device only
 * asks for translations while its ATS capability is on.  So the order is EATS,
 * flush, capability to switch on, and the other way round to switch off: at no
 * time can the device hold a translation whose invalidation it does not hear.
 */
#include "ats.h"

#include <linux/pci-ats.h>
#include <linux/pci.h>

#include "smmux.h"

void smmux_ats_init(struct smmux_master *master)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(master->dev);
	struct pci_dev *pdev;

	if (!smmux_has(master->smmu, SMMUX_FEAT_ATS) || !dev_is_pci(master->dev) ||
	    smmux_params.ats == SMMUX_ATS_OFF)
		return;
	pdev = to_pci_dev(master->dev);
	if (!pci_ats_supported(pdev))
		return;
	/* The root complex may not forward ATS: firmware knows, or the user insists. */
	if (!(fwspec->flags & IOMMU_FWSPEC_PCI_RC_ATS) &&
	    smmux_params.ats != SMMUX_ATS_ON)
		return;
	if (pci_prepare_ats(pdev, __ffs(master->smmu->caps.pgsizes))) {
		dev_warn(master->dev, "ATS: page size not accepted, staying without\n");
		return;
	}
	master->ats_capable = true;
}

bool smmux_ats_wanted(const struct smmux_master *master)
{
	return master->ats_capable && (master->rid == SMMUX_RID_PAGING ||
				       !xa_empty(&master->pasids));
}

static void flush(struct smmux_master *master, bool ssv, u32 ssid)
{
	struct smmux_batch b __uninitialized;
	unsigned int i;

	guard(rcu)();
	smmux_batch_init(&b, master->smmu);
	b.how = SMMUX_ISSUE_ATC;
	for (i = 0; i < master->num_streams; i++)
		smmux_batch_add(&b, smmux_cmd_atc_inv_all(
				smmux_cmd_atc_w0(master->streams[i].stream->sid, ssv, ssid)));
	smmux_batch_sync(&b);
}

void smmux_ats_enable(struct smmux_master *master)
{
	if (master->ats_on)
		return;
	/* Without SubstreamID, "all" is what came with any PASID as well. */
	flush(master, false, 0);
	if (pci_enable_ats(to_pci_dev(master->dev),
			   __ffs(master->smmu->caps.pgsizes))) {
		dev_warn(master->dev, "ATS could not be enabled\n");
		return;
	}
	WRITE_ONCE(master->ats_on, true);
}

void smmux_ats_disable(struct smmux_master *master)
{
	if (!master->ats_on)
		return;
	pci_disable_ats(to_pci_dev(master->dev));
	flush(master, false, 0);
	WRITE_ONCE(master->ats_on, false);
}

void smmux_ats_flush(struct smmux_master *master)
{
	if (master->ats_on)
		flush(master, false, 0);
}

void smmux_ats_flush_pasid(struct smmux_master *master, u32 ssid)
{
	if (master->ats_on)
		flush(master, true, ssid);
}

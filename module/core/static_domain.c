// SPDX-License-Identifier: GPL-2.0
/*
 * static_domain - identity and blocked: domains that need no tables.
 *
 * Attaching to them cannot fail and allocates nothing, because the core uses them
 * where it cannot handle an error: at release, and around a device's reset.
 */
#include "core/attach.h"
#include "core/master.h"
#include "hw/cdtab.h"
#include "smmux.h"
#include "trace/trace.h"

static void settle(struct smmux_master *master, enum smmux_rid_state rid,
		   const char *kind)
{
	struct smmux_domain *old = master->domain;

	smmux_master_begin(master);
	smmux_master_set_state(master, rid, NULL, 0);
	smmux_attach_update(master);
	trace_attach(dev_name(master->dev), 0, IOMMU_NO_PASID, kind,
		     dev_name(master->smmu->dev));
	/* The STE does not use this CD any more, but with PASIDs the CD table is live. */
	if (smmux_cdtab_get(&master->cdtab, IOMMU_NO_PASID))
		smmux_cdtab_write(master, IOMMU_NO_PASID, NULL);
	if (old)
		smmux_attach_leave(master, old, IOMMU_NO_PASID);
	smmux_master_end(master);
}

void smmux_attach_identity(struct smmux_master *master)
{
	settle(master, SMMUX_RID_IDENTITY, "identity");
}

void smmux_attach_blocked(struct smmux_master *master)
{
	settle(master, SMMUX_RID_BLOCKED, "blocked");
}

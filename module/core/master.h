/* SPDX-License-Identifier: GPL-2.0 */
/*
 * master - devices behind an SMMU, and the streams that they use.
 */
#ifndef SMMUX_MASTER_H
#define SMMUX_MASTER_H

#include <linux/types.h>

#include "pure/ste.h"
#include "smmux.h"

/* iommu_ops.probe_device and release_device, without their wrappers. */
struct smmux_master *smmux_master_probe(struct device *dev, struct smmux_device *smmu);
void smmux_master_release(struct smmux_master *master);

/* Group of a master that shares a stream with this one, or NULL. */
struct iommu_group *smmux_master_shared_group(struct smmux_master *master);

/* Write @ste for every stream of @master.  Takes the streams lock. */
void smmux_master_write_stes(struct smmux_master *master, const struct smmux_ste *ste);

/*
 * A master's state, its CDs and its STEs are consistent, except while attach changes
 * them between these two calls, under the group's mutex.  A reader without that mutex
 * compares @turn: it must be even before, and the same after.
 */
static inline void smmux_master_begin(struct smmux_master *master)
{
	WRITE_ONCE(master->turn, master->turn + 1);
	smp_wmb();
}

static inline void smmux_master_end(struct smmux_master *master)
{
	smp_wmb();
	WRITE_ONCE(master->turn, master->turn + 1);
}

/* Set how its transactions without SubstreamID are handled from now on. */
void smmux_master_set_state(struct smmux_master *master, enum smmux_rid_state rid,
			    struct smmux_domain *dom, u32 tag);

struct smmux_master_snap {
	enum smmux_rid_state rid;
	u32 domain_id;
	unsigned int num_streams, num_pasids;
	u8 ssid_bits;
	bool stall, ats_capable, ats_on, cut;
	u64 faults;
};

void smmux_master_snapshot(struct smmux_master *master, struct smmux_master_snap *snap);

#endif /* SMMUX_MASTER_H */

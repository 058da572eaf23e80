// SPDX-License-Identifier: GPL-2.0
/*
 * config - which STE and which CDs a master's state needs.
 *
 * Reads the master's state and writes to the caller's buffer; it does not read the
 * tables.  attach writes the result to the tables, master gives a shared stream to the
 * master that remains, and survey compares the result with the tables.
 */
#include "core/config.h"

#include "core/ats.h"
#include "pure/cd.h"
#include "pure/ste.h"
#include "smmux.h"

static void build_s1(const struct smmux_master *master, u8 dss, struct smmux_ste *ste)
{
	const struct smmux_device *smmu = master->smmu;
	struct smmux_ste_s1 s1 = {
		.cdtab = master->cdtab.dma,
		.fmt = master->cdtab.fmt,
		.cdmax = master->cdtab.cdmax,
		.dss = dss,
		.ats = smmux_ats_wanted(master),
		.no_stall = smmux_has(smmu, SMMUX_FEAT_STALL) && !master->stall,
		.attr_ovr = smmux_has(smmu, SMMUX_FEAT_ATTR_OVR),
	};

	smmux_ste_s1(ste, &s1);
}

void smmux_config_ste(const struct smmux_master *master, struct smmux_ste *ste)
{
	bool pasids = !xa_empty(&master->pasids);

	switch (master->rid) {
	case SMMUX_RID_PAGING:
		if (master->domain->stage == SMMUX_STAGE_2) {
			struct smmux_ste_s2 s2 = master->domain->s2;

			s2.vmid = master->tag;
			s2.ats = smmux_ats_wanted(master);
			s2.stall = master->stall;
			smmux_ste_s2(ste, &s2);
		} else {
			build_s1(master, S1DSS_SSID0, ste);
		}
		break;
	case SMMUX_RID_IDENTITY:
		if (pasids)
			build_s1(master, S1DSS_BYPASS, ste);
		else
			smmux_ste_bypass(ste, smmux_has(master->smmu, SMMUX_FEAT_ATTR_OVR));
		break;
	default:
		if (pasids)
			build_s1(master, S1DSS_TERMINATE, ste);
		else
			smmux_ste_abort(ste);
		break;
	}
}

void smmux_config_cd(const struct smmux_master *master, const struct smmux_domain *dom,
		     u16 asid, struct smmux_cd *cd)
{
	struct smmux_cd_s1 s1 = dom->cd;

	s1.asid = asid;
	s1.stall = master->stall;
	smmux_cd_s1(cd, &s1);
}

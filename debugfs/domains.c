// SPDX-License-Identifier: GPL-2.0
/*
 * domains - files of one paging domain.
 */
#include "plane.h"

#include <linux/slab.h>

#include "core/domain.h"
#include "pure/invs.h"
#include "smmux.h"

static const char *type_name(unsigned int type)
{
	switch (type) {
	case IOMMU_DOMAIN_DMA:
		return "DMA";
	case IOMMU_DOMAIN_DMA_FQ:
		return "DMA-FQ";
	case IOMMU_DOMAIN_UNMANAGED:
		return "unmanaged";
	default:
		return "other";
	}
}

static int info_show(struct seq_file *m, void *unused)
{
	struct smmux_domain_snap s;

	smmux_domain_snapshot(m->private, &s);
	seq_printf(m, "id: %u\n", s.id);
	seq_printf(m, "stage: %u\n", s.stage == SMMUX_STAGE_1 ? 1 : 2);
	seq_printf(m, "type: %s\n", type_name(s.type));
	seq_printf(m, "ttb: 0x%llx\n", s.ttb);
	smmux_dbg_put_pgsizes(m, s.pgsizes);
	seq_printf(m, "aperture_end: 0x%llx\n", s.aperture_end);
	seq_printf(m, "invs: %u\n", s.num_invs);
	return 0;
}

static int invs_show(struct seq_file *m, void *unused)
{
	static const char * const kinds[SMMUX_NUM_INV_KINDS] = {
		[SMMUX_INV_S1_ASID] = "s1_asid",
		[SMMUX_INV_S2_VMID] = "s2_vmid",
		[SMMUX_INV_NESTED_CLEAR] = "nested_clear",
		[SMMUX_INV_ATC_RANGE] = "atc_range",
		[SMMUX_INV_ATC_FULL] = "atc_full",
	};
	struct smmux_inv *inv;
	char name[64];
	int i, n;

	n = smmux_domain_invs_copy(m->private, &inv);
	if (n < 0)
		return n;
	seq_printf(m, "%-24s %-12s %-10s %-8s %s\n", "smmu", "kind", "id",
		   "ssid", "users");
	for (i = 0; i < n; i++) {
		/* The domain may have left this SMMU meanwhile, so use its number. */
		smmux_dbg_smmu_name(inv[i].order, name, sizeof(name));
		seq_printf(m, "%-24s %-12s 0x%-8x 0x%-6x %d\n", name,
			   kinds[inv[i].kind], inv[i].id, inv[i].ssid,
			   inv[i].users);
	}
	kfree(inv);
	return 0;
}

static const struct smmux_node rows[] = {
	{ .name = "info", .mode = 0444, .show = info_show,
	  .help = "stage, type, page tables, page sizes" },
	{ .name = "invs", .mode = 0444, .show = invs_show,
	  .help = "invalidations that a change of its tables needs" },
	{ .name = "translate", .mode = 0600, .ask = smmux_dbg_ask_domain,
	  .show = smmux_dbg_answer_show,
	  .help = "write 'IOVA [r|w|x]', then read the result of a walk of its tables" },
	{ .name = "ranges", .mode = 0444, .seq = &smmux_dbg_ranges_seq,
	  .state = SMMUX_DBG_RANGES_BYTES,
	  .help = "mapped ranges, and their sums" },
};

const struct smmux_nodes smmux_dbg_domain_nodes = {
	.node = rows, .num = ARRAY_SIZE(rows),
};

// SPDX-License-Identifier: GPL-2.0
/*
 * smmu - files of one SMMU: its capabilities, global errors, counter groups, controls.
 *
 * The rows of regs.c, lint.c and strtab.c are here too.
 */
#include "plane.h"

#include <linux/slab.h>
#include <linux/string.h>

#include "core/recovery_queue.h"
#include "fw.h"
#include "hw/gerror.h"
#include "hw/irq.h"
#include "smmux.h"
#include "trace/stats.h"
#include "view/summary.h"

/*
 * In some fields 0 is a meaningful value: sizes that count from a base, encodings.
 * In one-bit fields and in IDR1.SSIDSIZE, 0 means absent.
 */
static bool is_absent(const struct smmux_idfield *f, u32 val, bool feat_on)
{
	if (val)
		return false;
	if (f->feat >= 0)
		return !feat_on;
	return !f->used || is_power_of_2(f->mask) ||
	       (f->reg == SMMUX_REG_IDR1 && f->mask == IDR1_SSIDSIZE);
}

/* One word, for programs that split lines into words. */
static void put_feat_name(struct seq_file *m, enum smmux_feat feat)
{
	const char *c;

	for (c = smmux_feat_name(feat); *c; c++)
		seq_putc(m, *c == ' ' ? '_' : *c);
}

static void put_field_state(struct seq_file *m, const struct smmux_caps *caps,
			    const struct smmux_idfield *f, u32 val)
{
	u32 bit = f->feat >= 0 ? BIT(f->feat) : 0;
	bool on = caps->feats & bit;

	if (caps->off_erratum & bit)
		seq_printf(m, "off by erratum %s", caps->erratum ?: "?");
	else if (caps->set_fw & bit)
		seq_printf(m, "set by firmware: %s", on ? "on" : "off");
	else if (is_absent(f, val, on))
		seq_puts(m, "absent");
	else if (f->used && (on || f->feat < 0))
		seq_puts(m, "used");
	else
		seq_puts(m, "present but unused");
	if (f->feat >= 0) {
		seq_puts(m, " feature.");
		put_feat_name(m, f->feat);
	}
}

static void put_fields(struct seq_file *m, const struct smmux_caps *caps)
{
	unsigned int i;

	seq_printf(m, "%-24s %-10s %s\n", "field", "value", "state");
	for (i = 0; i < smmux_num_idfields; i++) {
		const struct smmux_idfield *f = &smmux_idfields[i];
		u32 val = (caps->raw.r[f->reg] & f->mask) >> __ffs(f->mask);

		seq_printf(m, "%-24s %#-10x ", f->name, val);
		put_field_state(m, caps, f, val);
		seq_putc(m, '\n');
	}
}

static void put_feats(struct seq_file *m, const struct smmux_caps *caps)
{
	unsigned int i;

	for (i = 0; i < SMMUX_NUM_FEATS; i++) {
		seq_puts(m, "feature.");
		put_feat_name(m, i);
		seq_printf(m, ": %s%s\n", caps->feats & BIT(i) ? "on" : "off",
			   caps->off_erratum & BIT(i) ? " (erratum)" :
			   caps->set_fw & BIT(i) ? " (firmware)" : "");
	}
}

static const char *stall_model(u8 model)
{
	switch (model) {
	case STALL_MODEL_BOTH:
		return "stall and terminate";
	case STALL_MODEL_TERM_ONLY:
		return "terminate only";
	case STALL_MODEL_STALL_ONLY:
		return "stall only";
	default:
		return "reserved";
	}
}

static int caps_show(struct seq_file *m, void *unused)
{
	static const char * const regs[] = {
		[SMMUX_REG_IDR0] = "IDR0", [SMMUX_REG_IDR1] = "IDR1",
		[SMMUX_REG_IDR2] = "IDR2", [SMMUX_REG_IDR3] = "IDR3",
		[SMMUX_REG_IDR4] = "IDR4", [SMMUX_REG_IDR5] = "IDR5",
		[SMMUX_REG_IIDR] = "IIDR", [SMMUX_REG_AIDR] = "AIDR",
	};
	const struct smmux_device *smmu = m->private;
	const struct smmux_caps *caps = &smmu->caps;
	unsigned int i;

	seq_printf(m, "architecture: SMMUv3.%u\n", caps->arch_minor);
	seq_printf(m, "address: %pa\n", &smmu->pa);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		seq_printf(m, "raw.%s: 0x%08x\n", regs[i], caps->raw.r[i]);
	seq_printf(m, "quirks: 0x%x%s%s%s\n", caps->quirks,
		   caps->quirks & SMMUX_QUIRK_NO_PREFETCH ? " no_prefetch" : "",
		   caps->quirks & SMMUX_QUIRK_ONE_PAGE ? " one_page" : "",
		   caps->quirks & SMMUX_QUIRK_SYNC_EARLY ? " sync_early" : "");
	seq_printf(m, "erratum: %s\n", caps->erratum ?: "none");
	seq_printf(m, "ias_bits: %u\noas_bits: %u\n", caps->ias, caps->oas);
	seq_printf(m, "sid_bits: %u\nssid_bits: %u\n", caps->sid_bits, caps->ssid_bits);
	seq_printf(m, "asid_bits: %u\nvmid_bits: %u\n", caps->asid_bits, caps->vmid_bits);
	seq_printf(m, "cmdq_max_log2: %u\nevtq_max_log2: %u\npriq_max_log2: %u\n",
		   caps->cmdq_log2, caps->evtq_log2, caps->priq_log2);
	smmux_dbg_put_pgsizes(m, caps->pgsizes);
	seq_printf(m, "stall_model: %s\n", stall_model(caps->stall_model));
	seq_printf(m, "interrupts: %s\n", smmux_irq_mode(smmu));
	put_feats(m, caps);
	seq_putc(m, '\n');
	put_fields(m, caps);
	return 0;
}

static const struct {
	u32 bit;
	const char *name;
} causes[] = {
	{ GERROR_CMDQ_ERR, "CMDQ_ERR" },
	{ GERROR_EVENTQ_ABT, "EVENTQ_ABT_ERR" },
	{ GERROR_PRIQ_ABT, "PRIQ_ABT_ERR" },
	{ GERROR_MSI_CMDQ_ABT, "MSI_CMDQ_ABT_ERR" },
	{ GERROR_MSI_EVENTQ_ABT, "MSI_EVENTQ_ABT_ERR" },
	{ GERROR_MSI_PRIQ_ABT, "MSI_PRIQ_ABT_ERR" },
	{ GERROR_MSI_GERROR_ABT, "MSI_GERROR_ABT_ERR" },
	{ GERROR_SFM_ERR, "SFM_ERR" },
	{ GERROR_CMDQP_ERR, "CMDQP_ERR" },
};

static const char *cerror_name(u8 code)
{
	static const char * const names[] = {
		[CERROR_NONE] = "CERROR_NONE", [CERROR_ILL] = "CERROR_ILL",
		[CERROR_ABT] = "CERROR_ABT",
		[CERROR_ATC_INV_SYNC] = "CERROR_ATC_INV_SYNC",
	};

	return code < ARRAY_SIZE(names) ? names[code] : "reserved";
}

static void put_gerror(struct seq_file *m, const struct smmux_gerror_rec *rec)
{
	unsigned int i;

	seq_printf(m, "%-20llu 0x%08x %-4u", rec->time_ns, rec->active, rec->cpu);
	for (i = 0; i < ARRAY_SIZE(causes); i++)
		if (rec->active & causes[i].bit)
			seq_printf(m, " %s", causes[i].name);
	if (rec->active & ~(u32)GERROR_KNOWN)
		seq_puts(m, " reserved bits");
	if (rec->active & GERROR_CMDQ_ERR)
		seq_printf(m, " %s", cerror_name(rec->cerror));
	seq_putc(m, '\n');
}

static int gerror_show(struct seq_file *m, void *unused)
{
	struct smmux_gerror_rec rec[SMMUX_GERROR_RING];
	struct smmux_device *smmu = m->private;
	struct smmux_counters *cnt = smmux_dbg_counters(smmu);
	u64 reserved = 0;
	unsigned int i, n;

	if (!cnt)
		return -ENOMEM;
	seq_printf(m, "service_failure: %s\n",
		   smmux_dbg_yes(READ_ONCE(smmu->gerror.dead)));
	for (i = 0; i < ARRAY_SIZE(causes); i++)
		seq_printf(m, "%s: %llu\n", causes[i].name,
			   cnt->gerror[__ffs(causes[i].bit)]);
	for (i = 0; i < ARRAY_SIZE(cnt->gerror); i++)
		if (!(BIT(i) & GERROR_KNOWN))
			reserved += cnt->gerror[i];
	seq_printf(m, "reserved_bits: %llu\n", reserved);
	kfree(cnt);

	seq_printf(m, "\n%-20s %-10s %-4s %s\n", "time_ns", "active", "cpu", "causes");
	n = smmux_gerror_history(smmu, rec, ARRAY_SIZE(rec));
	for (i = 0; i < n; i++)
		put_gerror(m, &rec[i]);
	return 0;
}

static void put_pmcg(void *m, u64 pa, const char *why)
{
	/* arm_smmuv3_pmu names its PMUs by the number of the first page. */
	seq_printf(m, "0x%012llx smmuv3_pmcg_%-12llx %s\n", pa, pa >> 12, why);
}

static int pmcg_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%-14s %-24s %s\n", "address", "perf_pmu", "known_by");
	smmux_fw_for_each_pmcg(m->private, put_pmcg, m);
	return 0;
}

static const struct smmux_node smmu_rows[] = {
	{ .name = "caps", .mode = 0444, .show = caps_show,
	  .help = "every field of the ID registers, and how the driver uses it" },
	{ .name = "gerror", .mode = 0444, .show = gerror_show,
	  .help = "global errors by cause, and the last ones, newest first" },
	{ .name = "regs", .mode = 0444, .show = smmux_dbg_regs_show,
	  .help = "registers, raw and decoded, with differences from what the driver wrote" },
	{ .name = "lint", .mode = 0444, .seq = &smmux_dbg_lint_seq,
	  .help = "inconsistencies between the driver's state, tables in memory and registers" },
	{ .name = "pmcg", .mode = 0444, .show = pmcg_show,
	  .help = "its performance monitor counter groups, by their names in perf" },
	{ .name = "strtab", .mode = 0444, .seq = &smmux_dbg_strtab_seq,
	  .help = "every stream table entry that does more than abort" },
};

const struct smmux_nodes smmux_dbg_smmu_nodes = {
	.node = smmu_rows, .num = ARRAY_SIZE(smmu_rows),
};

static int reset_stats_write(void *obj, const char *line)
{
	static const struct {
		const char *word;
		unsigned int what;
	} resets[] = {
		{ "1", SMMUX_RESET_COUNTERS | SMMUX_RESET_HISTS },
		{ "counters", SMMUX_RESET_COUNTERS },
		{ "latency", SMMUX_RESET_HISTS },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(resets); i++) {
		if (strcmp(line, resets[i].word))
			continue;
		smmux_stats_reset(obj, resets[i].what);
		if (resets[i].what & SMMUX_RESET_COUNTERS)
			smmux_recovery_reset_counts(obj);
		return 0;
	}
	return -EINVAL;
}

static int dump_now_write(void *obj, const char *line)
{
	if (strcmp(line, "1"))
		return -EINVAL;
	smmux_summary_log(obj);
	return 0;
}

static const struct smmux_node control_rows[] = {
	{ .name = "reset_stats", .mode = 0200, .write = reset_stats_write,
	  .help = "write 1: reset all counters and histograms; counters, latency: only these" },
	{ .name = "dump_now", .mode = 0200, .write = dump_now_write,
	  .help = "write 1: print a summary of this SMMU to the kernel log, as a panic does" },
};

const struct smmux_nodes smmux_dbg_control_nodes = {
	.dir = "control", .node = control_rows, .num = ARRAY_SIZE(control_rows),
};

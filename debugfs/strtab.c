// SPDX-License-Identifier: GPL-2.0
/*
 * strtab - the stream table as a dump, and the text of an entry.
 */
#include "plane.h"

#include <linux/sched.h>
#include <linux/string.h>

#include "arch/regs.h"
#include "hw/strtab.h"
#include "smmux.h"

static const char * const cacheability[] = { "nc", "wbra", "wt", "wb" };
static const char * const shareability[] = { "non", "reserved", "outer", "inner" };

static void put_s1(struct seq_file *m, const u64 *w)
{
	static const char * const fmt[] = { "linear", "2lvl_4k", "2lvl_64k", "reserved" };
	static const char * const dss[] = { "terminate", "bypass", "ssid0", "reserved" };
	static const char * const strw[] = { "el1", "reserved", "el2", "reserved" };

	seq_printf(m, " s1ctxptr=0x%llx s1fmt=%s s1cdmax=%llu",
		   w[0] & STE_W0_S1CTXPTR, fmt[FIELD_GET(STE_W0_S1FMT, w[0])],
		   FIELD_GET(STE_W0_S1CDMAX, w[0]));
	if (FIELD_GET(STE_W0_S1CDMAX, w[0]))
		seq_printf(m, " s1dss=%s", dss[FIELD_GET(STE_W1_S1DSS, w[1])]);
	seq_printf(m, " s1cir=%s s1cor=%s s1csh=%s strw=%s",
		   cacheability[FIELD_GET(STE_W1_S1CIR, w[1])],
		   cacheability[FIELD_GET(STE_W1_S1COR, w[1])],
		   shareability[FIELD_GET(STE_W1_S1CSH, w[1])],
		   strw[FIELD_GET(STE_W1_STRW, w[1])]);
	if (w[1] & STE_W1_S1STALLD)
		seq_puts(m, " s1stalld");
}

static void put_s2(struct seq_file *m, const u64 *w)
{
	seq_printf(m, " s2vmid=%llu s2ttb=0x%llx s2t0sz=%llu s2sl0=%llu s2tg=%llu s2ps=%llu",
		   FIELD_GET(STE_W2_S2VMID, w[2]), w[3] & STE_W3_S2TTB,
		   FIELD_GET(STE_W2_S2T0SZ, w[2]), FIELD_GET(STE_W2_S2SL0, w[2]),
		   FIELD_GET(STE_W2_S2TG, w[2]), FIELD_GET(STE_W2_S2PS, w[2]));
	seq_printf(m, " s2ir0=%s s2or0=%s s2sh0=%s%s%s%s%s%s%s%s",
		   cacheability[FIELD_GET(STE_W2_S2IR0, w[2])],
		   cacheability[FIELD_GET(STE_W2_S2OR0, w[2])],
		   shareability[FIELD_GET(STE_W2_S2SH0, w[2])],
		   w[2] & STE_W2_S2AA64 ? " s2aa64" : "",
		   w[2] & STE_W2_S2PTW ? " s2ptw" : "",
		   w[2] & STE_W2_S2HA ? " s2ha" : "",
		   w[2] & STE_W2_S2HD ? " s2hd" : "",
		   w[2] & STE_W2_S2S ? " s2s" : "",
		   w[2] & STE_W2_S2R ? " s2r" : "",
		   w[1] & STE_W1_S2FWB ? " s2fwb" : "");
}

void smmux_dbg_put_ste(struct seq_file *m, const struct smmux_ste *ste)
{
	static const char * const eats[] = { "abort", "full", "split", "reserved" };
	static const char * const shcfg[] = { "non", "incoming", "outer", "inner" };
	const u64 *w = ste->w;
	u32 cfg = FIELD_GET(STE_W0_CONFIG, w[0]);
	u64 rest = w[4] | w[5] | w[6] | w[7];

	seq_printf(m, "%-8s 0x%016llx 0x%016llx 0x%016llx 0x%016llx", smmux_ste_name(ste),
		   w[0], w[1], w[2], w[3]);
	if (!(w[0] & STE_W0_V) || cfg < STE_CONFIG_BYPASS)
		return;
	if (cfg == STE_CONFIG_S1 || cfg == STE_CONFIG_NESTED)
		put_s1(m, w);
	if (cfg == STE_CONFIG_S2 || cfg == STE_CONFIG_NESTED)
		put_s2(m, w);
	if (cfg == STE_CONFIG_BYPASS)
		seq_printf(m, " mtcfg=%llu memattr=0x%llx",
			   FIELD_GET(STE_W1_MTCFG, w[1]),
			   FIELD_GET(STE_W1_MEMATTR, w[1]));
	else
		seq_printf(m, " eats=%s", eats[FIELD_GET(STE_W1_EATS, w[1])]);
	if (cfg != STE_CONFIG_S1 || FIELD_GET(STE_W1_S1DSS, w[1]) == S1DSS_BYPASS)
		seq_printf(m, " shcfg=%s", shcfg[FIELD_GET(STE_W1_SHCFG, w[1])]);
	/* The driver sets no field in these words. */
	if (rest)
		seq_printf(m, " w4..w7=0x%llx,0x%llx,0x%llx,0x%llx", w[4], w[5],
			   w[6], w[7]);
}

/* Moves @sid to the first entry at or above it that differs from a plain abort. */
static bool find(struct smmux_device *smmu, u64 *sid, struct smmux_ste *ste)
{
	struct smmux_ste dull;

	smmux_ste_abort(&dull);
	for (*sid = smmux_strtab_next(smmu, *sid); *sid != U64_MAX;
	     *sid = smmux_strtab_next(smmu, *sid + 1)) {
		if (smmux_strtab_read(smmu, *sid, ste) &&
		    memcmp(ste, &dull, sizeof(dull)))
			return true;
		cond_resched();
	}
	return false;
}

/* *pos is 1 + StreamID: of the current line, or where the search for the next one starts. */
static void *strtab_start(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;
	struct smmux_ste ste;
	u64 sid = *pos - 1;

	if (!*pos)
		return SEQ_START_TOKEN;
	if (!find(r->obj, &sid, &ste))
		return NULL;
	*pos = sid + 1;
	return pos;
}

static void *strtab_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return strtab_start(m, pos);
}

static void strtab_stop(struct seq_file *m, void *v)
{
}

static int strtab_show(struct seq_file *m, void *v)
{
	struct smmux_reader *r = m->private;
	struct smmux_ste ste;
	u64 sid;

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "%-10s %-8s %-18s %-18s %-18s %-18s %s\n", "sid",
			   "config", "w0", "w1", "w2", "w3", "fields");
		return 0;
	}
	sid = *(loff_t *)v - 1;
	if (!smmux_strtab_read(r->obj, sid, &ste))
		return SEQ_SKIP;
	seq_printf(m, "0x%08llx ", sid);
	smmux_dbg_put_ste(m, &ste);
	seq_putc(m, '\n');
	return 0;
}

const struct seq_operations smmux_dbg_strtab_seq = {
	.start = strtab_start,
	.next = strtab_next,
	.stop = strtab_stop,
	.show = strtab_show,
};

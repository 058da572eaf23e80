// SPDX-License-Identifier: GPL-2.0
/*
 * evtq - files of an SMMU's event queue, and the text of an event.
 */
#include "plane.h"

#include <linux/slab.h>

#include "hw/evtq.h"
#include "pure/evt.h"
#include "smmux.h"

static const u8 ids[] = {
	EVT_F_UUT, EVT_C_BAD_STREAMID, EVT_F_STE_FETCH, EVT_C_BAD_STE,
	EVT_F_BAD_ATS_TREQ, EVT_F_STREAM_DISABLED, EVT_F_TRANSL_FORBIDDEN,
	EVT_C_BAD_SUBSTREAMID, EVT_F_CD_FETCH, EVT_C_BAD_CD, EVT_F_WALK_EABT,
	EVT_F_TRANSLATION, EVT_F_ADDR_SIZE, EVT_F_ACCESS, EVT_F_PERMISSION,
	EVT_F_TLB_CONFLICT, EVT_F_CFG_CONFLICT, EVT_E_PAGE_REQUEST,
	EVT_F_VMS_FETCH,
};

static void put_index(struct seq_file *m, const char *name, u32 reg, u32 size)
{
	seq_printf(m, "%s: 0x%08x index %u wrap %u\n", name, reg,
		   reg & (size - 1), !!(reg & size));
}

static int state_show(struct seq_file *m, void *unused)
{
	struct smmux_evtq_snap s;

	smmux_evtq_snapshot(m->private, &s);
	seq_printf(m, "consumed: %llu\n", s.cons);
	if (s.regs) {
		put_index(m, "prod_register", s.prod_reg, s.size);
		put_index(m, "cons_register", s.cons_reg, s.size);
		seq_printf(m, "overflow: %s\n",
			   smmux_dbg_yes((s.prod_reg ^ s.cons_reg) & QUEUE_OVFLG));
	} else {
		seq_puts(m, "prod_register: suspended\n"
			    "cons_register: suspended\n"
			    "overflow: suspended\n");
	}
	seq_printf(m, "size: %u\n", s.size);
	seq_printf(m, "recorded: %llu\n", s.total);
	return 0;
}

static int counters_show(struct seq_file *m, void *unused)
{
	struct smmux_counters *cnt = smmux_dbg_counters(m->private);
	u64 total = 0, named = 0;
	unsigned int i;

	if (!cnt)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(cnt->evt); i++)
		total += cnt->evt[i];
	seq_printf(m, "events: %llu\n", total);
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		named += cnt->evt[ids[i]];
		seq_printf(m, "evt.%s: %llu\n", smmux_evt_name(ids[i]),
			   cnt->evt[ids[i]]);
	}
	seq_printf(m, "evt.other: %llu\n", total - named);
	seq_printf(m, "overflows: %llu\n", cnt->evt_overflow);
	seq_printf(m, "suppressed: %llu\n", cnt->evt_suppressed);
	seq_printf(m, "stalls_answered: %llu\n", cnt->stall_answered);
	kfree(cnt);
	return 0;
}

void smmux_dbg_put_event_head(struct seq_file *m)
{
	seq_printf(m, "%-20s %-18s %-18s %-18s %-18s %-4s %s\n", "time_ns", "w0", "w1",
		   "w2", "w3", "cpu", "event");
}

void smmux_dbg_put_event(struct seq_file *m, const struct smmux_evt_rec *rec)
{
	struct smmux_evt evt;
	char text[256];

	smmux_evt_decode(rec->raw, &evt);
	smmux_evt_format(&evt, text, sizeof(text));
	seq_printf(m, "%-20llu 0x%016llx 0x%016llx 0x%016llx 0x%016llx %-4u %s", rec->time_ns,
		   rec->raw[0], rec->raw[1], rec->raw[2], rec->raw[3], rec->cpu, text);
}

static int recent_show(struct seq_file *m, void *unused)
{
	struct smmux_evt_rec *rec = kcalloc(SMMUX_EVTQ_RING, sizeof(*rec), GFP_KERNEL);
	unsigned int i, num;

	if (!rec)
		return -ENOMEM;
	num = smmux_evtq_recent(m->private, rec, SMMUX_EVTQ_RING);
	smmux_dbg_put_event_head(m);
	for (i = 0; i < num; i++) {
		smmux_dbg_put_event(m, &rec[i]);
		seq_putc(m, '\n');
	}
	kfree(rec);
	return 0;
}

static u64 recent_stamp(void *obj)
{
	return smmux_evtq_total(obj);
}

static const struct smmux_node rows[] = {
	{ .name = "state", .mode = 0444, .show = state_show,
	  .help = "positions: consumed by the drain thread, and in the registers" },
	{ .name = "counters", .mode = 0444, .show = counters_show,
	  .help = "events by id, overflows, events not logged" },
	{ .name = "recent", .mode = 0444, .show = recent_show, .stamp = recent_stamp,
	  .help = "the last events, newest first, raw and decoded" },
};

const struct smmux_nodes smmux_dbg_evtq_nodes = {
	.dir = "evtq", .node = rows, .num = ARRAY_SIZE(rows),
};

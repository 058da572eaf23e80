// SPDX-License-Identifier: GPL-2.0
/*
 * cmdq - files of an SMMU's command queue.
 *
 * The queue advances while it is read; readers do not stop it.  "state" is one snapshot,
 * with consumed <= published <= reserved.  "entries" has the positions that the queue
 * spanned when the read began, without entries whose slot was reserved again meanwhile.
 */
#include "plane.h"

#include <linux/sched.h>
#include <linux/slab.h>

#include "hw/cmdq.h"
#include "hw/queue.h"
#include "pure/cmd.h"
#include "smmux.h"
#include "trace/recent.h"

static void put_index(struct seq_file *m, const char *name, u32 reg, u32 size)
{
	seq_printf(m, "%s: 0x%08x index %u wrap %u\n", name, reg,
		   reg & (size - 1), !!(reg & size));
}

static int state_show(struct seq_file *m, void *unused)
{
	struct smmux_device *smmu = m->private;
	struct smmux_cmdq_snap s;
	u64 used;

	smmux_cmdq_snapshot(smmu, &s);
	/* @cons was read before @resv: @used may exceed the size, but is not negative. */
	used = s.resv > s.cons ? s.resv - s.cons : 0;

	seq_printf(m, "reserved: %llu\n", s.resv);
	seq_printf(m, "published: %llu\n", s.published);
	seq_printf(m, "consumed: %llu\n", s.cons);
	if (s.regs) {
		put_index(m, "prod_register", s.prod_reg, s.size);
		put_index(m, "cons_register", s.cons_reg, s.size);
		seq_printf(m, "error: 0x%lx\n",
			   FIELD_GET(CMDQ_CONS_ERR, s.cons_reg));
	} else {
		seq_puts(m, "prod_register: suspended\n"
			    "cons_register: suspended\n"
			    "error: suspended\n");
	}
	seq_printf(m, "closed: %s\n", smmux_dbg_yes(s.closed));
	seq_printf(m, "dead: %s\n", smmux_dbg_yes(s.dead));
	seq_printf(m, "publishing: %s\n", smmux_dbg_yes(s.publishing));
	seq_printf(m, "size: %u\n", s.size);
	seq_printf(m, "used: %llu\n", used);
	seq_printf(m, "free: %llu\n", used < s.size ? s.size - used : 0);
	seq_printf(m, "high_water: %u\n", s.high_water);
	seq_printf(m, "sync_mode: %s\n", smmux_sync_modes[s.mode]);
	return 0;
}

static void put_opcodes(struct seq_file *m, const struct smmux_counters *cnt)
{
	u64 total = 0, other = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cnt->op); i++)
		total += cnt->op[i];
	seq_printf(m, "commands: %llu\n", total);
	for (i = 0; i < ARRAY_SIZE(cnt->op); i++) {
		const char *name = smmux_cmd_name(i);

		if (name[0] != '?')
			seq_printf(m, "cmd.%s: %llu\n", name, cnt->op[i]);
		else
			other += cnt->op[i];
	}
	seq_printf(m, "cmd.other: %llu\n", other);
}

static int counters_show(struct seq_file *m, void *unused)
{
	struct smmux_counters *cnt = smmux_dbg_counters(m->private);
	u64 lists;

	if (!cnt)
		return -ENOMEM;
	lists = cnt->lists_bare + cnt->op[OP_SYNC];
	put_opcodes(m, cnt);
	seq_printf(m, "lists: %llu\n", lists);
	seq_printf(m, "doorbells: %llu\n", lists - cnt->bells_spared + cnt->bells_more);
	seq_printf(m, "syncs: %llu\n", cnt->op[OP_SYNC]);
	seq_printf(m, "polls: %llu\n", cnt->polls);
	seq_printf(m, "full_waits: %llu\n", cnt->full_waits);
	seq_printf(m, "full_timeouts: %llu\n", cnt->full_timeouts);
	seq_printf(m, "sync_timeouts: %llu\n", cnt->sync_timeouts);
	seq_printf(m, "error.CERROR_NONE: %llu\n", cnt->cerror[CERROR_NONE]);
	seq_printf(m, "error.CERROR_ILL: %llu\n", cnt->cerror[CERROR_ILL]);
	seq_printf(m, "error.CERROR_ABT: %llu\n", cnt->cerror[CERROR_ABT]);
	seq_printf(m, "error.CERROR_ATC_INV_SYNC: %llu\n",
		   cnt->cerror[CERROR_ATC_INV_SYNC]);
	seq_printf(m, "refused: %llu\n", cnt->refused);
	seq_printf(m, "ste_hitless: %llu\n", cnt->ste_hitless);
	seq_printf(m, "ste_breaking: %llu\n", cnt->ste_breaking);
	seq_printf(m, "cd_hitless: %llu\n", cnt->cd_hitless);
	seq_printf(m, "cd_breaking: %llu\n", cnt->cd_breaking);
	kfree(cnt);
	return 0;
}

static const char * const hists[SMMUX_NUM_HISTS] = {
	[SMMUX_HIST_SYNC_WAIT] = "sync_wait_ns", [SMMUX_HIST_ATC_WAIT] = "atc_wait_ns",
	[SMMUX_HIST_FULL_WAIT] = "full_wait_ns", [SMMUX_HIST_LIST] = "list_cmds",
	[SMMUX_HIST_RANGE] = "range_bytes", [SMMUX_HIST_MAP_LIFE] = "map_life_ns",
};

static u64 values_of(const atomic64_t *hist)
{
	unsigned int i;
	u64 num = 0;

	for (i = 0; i < SMMUX_HIST_SLOTS; i++)
		num += atomic64_read(&hist[i]);
	return num;
}

static void put_hist(struct seq_file *m, const char *name, const atomic64_t *hist)
{
	unsigned int i;

	for (i = 0; i < SMMUX_HIST_SLOTS; i++) {
		u64 num = atomic64_read(&hist[i]);

		if (num)
			seq_printf(m, "%-16s %-20llu %-20llu %llu\n", name,
				   i ? BIT_ULL(i - 1) : 0, i ? GENMASK_ULL(i - 1, 0) : 0, num);
	}
}

static int latency_show(struct seq_file *m, void *unused)
{
	struct smmux_device *smmu = m->private;
	struct smmux_counters *cnt = smmux_dbg_counters(smmu);
	unsigned int i;

	if (!cnt)
		return -ENOMEM;
	seq_printf(m, "recording: %s\n", READ_ONCE(smmu->stats.measures) ? "on" : "off");
	for (i = 0; i < SMMUX_NUM_HISTS; i++) {
		seq_printf(m, "%s.count: %llu\n", hists[i], values_of(cnt->hist[i]));
		seq_printf(m, "%s.sum: %llu\n", hists[i], (u64)atomic64_read(&cnt->hist[i][SMMUX_HIST_SUM]));
	}
	seq_printf(m, "\n%-16s %-20s %-20s %s\n", "histogram", "from", "to", "count");
	for (i = 0; i < SMMUX_NUM_HISTS; i++)
		put_hist(m, hists[i], cnt->hist[i]);
	kfree(cnt);
	return 0;
}

/* Reading from the start makes the list; it stays until the file is closed or rewound. */
static void *recent_at(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;

	if (!*pos)
		return SEQ_START_TOKEN;
	return r->data && *pos - 1 < r->to ? pos : NULL;
}

static void *recent_start(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;
	struct smmux_recent_rec *list;
	int num;

	if (*pos)
		return recent_at(m, pos);
	kvfree(r->data);
	r->data = NULL;
	num = smmux_recent_read(r->obj, &list);
	if (num < 0)
		return ERR_PTR(num);
	r->data = list;
	r->to = num;
	return recent_at(m, pos);
}

static void *recent_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return recent_at(m, pos);
}

static void recent_stop(struct seq_file *m, void *v)
{
}

static int recent_show(struct seq_file *m, void *v)
{
	struct smmux_reader *r = m->private;
	const struct smmux_recent_rec *rec;
	char text[128];

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "%-20s %-12s %-4s %-8s %-16s %-18s %-18s %s\n", "time_ns", "position",
			   "cpu", "pid", "task", "w0", "w1", "command");
		return 0;
	}
	rec = (const struct smmux_recent_rec *)r->data + *(loff_t *)v - 1;
	smmux_cmd_decode(&rec->cmd, text, sizeof(text));
	seq_printf(m, "%-20llu %-12llu %-4u %-8u ", rec->time_ns, rec->pos - 1, rec->cpu, rec->pid);
	smmux_dbg_put_word(m, rec->comm, 16);
	seq_printf(m, " 0x%016llx 0x%016llx %s\n", rec->cmd.w[0], rec->cmd.w[1], text);
	return 0;
}

static const struct seq_operations recent_seq = {
	.start = recent_start,
	.next = recent_next,
	.stop = recent_stop,
	.show = recent_show,
};

/* Read for every entry: the positions of a snapshot, without its register reads. */
struct marks {
	u64 cons, published, resv;
};

static struct marks marks_now(struct smmux_cmdq *cq)
{
	struct marks now;

	now.cons = atomic64_read_acquire(&cq->cons);
	now.published = smp_load_acquire(&cq->published);
	/* Orders the caller's read of the slot before the read of @resv. */
	smp_rmb();
	now.resv = atomic64_read(&cq->resv) & SMMUX_RESV_POS;
	return now;
}

/* Oldest position first; *pos is 1 + distance from the oldest. */
static void *entries_at(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;

	if (!*pos)
		return SEQ_START_TOKEN;
	return *pos - 1 < r->to - r->from ? pos : NULL;
}

static void *entries_start(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;
	struct smmux_device *smmu = r->obj;
	struct smmux_cmdq_snap s;

	if (!*pos) {
		smmux_cmdq_snapshot(smmu, &s);
		r->to = s.resv;
		r->from = max(s.resv - s.size, smmux_queue_start(&smmu->cmdq.q));
	}
	return entries_at(m, pos);
}

static void *entries_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	cond_resched();
	return entries_at(m, pos);
}

static void entries_stop(struct seq_file *m, void *v)
{
}

static int entries_show(struct seq_file *m, void *v)
{
	struct smmux_reader *r = m->private;
	struct smmux_device *smmu = r->obj;
	struct smmux_cmd cmd;
	struct marks now;
	char text[128];
	u64 at;

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "%-12s %-8s %-9s %-18s %-18s %s\n", "position",
			   "slot", "state", "w0", "w1", "command");
		return 0;
	}
	at = r->from + *(loff_t *)v - 1;
	smmux_cmdq_peek(smmu, at, &cmd);
	/* Read after the copy: was the slot still of this position? */
	now = marks_now(&smmu->cmdq);
	if (now.resv - at > smmu->cmdq.q.mask + 1)
		return SEQ_SKIP;
	smmux_cmd_decode(&cmd, text, sizeof(text));
	seq_printf(m, "%-12llu %-8u %-9s 0x%016llx 0x%016llx %s\n", at,
		   smmux_queue_slot(&smmu->cmdq.q, at),
		   at < now.cons ? "consumed" :
		   at < now.published ? "published" : "reserved",
		   cmd.w[0], cmd.w[1], text);
	return 0;
}

static const struct seq_operations entries_seq = {
	.start = entries_start,
	.next = entries_next,
	.stop = entries_stop,
	.show = entries_show,
};

static const struct smmux_node rows[] = {
	{ .name = "state", .mode = 0444, .show = state_show,
	  .help = "positions: reserved, published, consumed, and in the registers" },
	{ .name = "counters", .mode = 0444, .show = counters_show,
	  .help = "commands by opcode, waits, errors, writes of STEs and CDs" },
	{ .name = "latency", .mode = 0444, .show = latency_show,
	  .help = "histograms of waits, lists and ranges; needs the knob latency" },
	{ .name = "recent", .mode = 0444, .seq = &recent_seq,
	  .help = "the last commands of each CPU, newest first; needs the knob recent" },
	{ .name = "entries", .mode = 0444, .seq = &entries_seq,
	  .help = "the queue's slots, oldest first, decoded" },
};

const struct smmux_nodes smmux_dbg_cmdq_nodes = {
	.dir = "cmdq", .node = rows, .num = ARRAY_SIZE(rows),
};

// SPDX-License-Identifier: GPL-2.0
/*
 * pm - files of an SMMU's power management: its state, and the cost of transitions.
 *
 * Reading does not wake an SMMU: all data are in memory.
 */
#include "plane.h"

#include <linux/math64.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>

#include "core/pm.h"
#include "hw/cmdq.h"
#include "smmux.h"

static const char *gate(const struct smmux_cmdq_snap *s)
{
	if (!s->closed)
		return "open";
	if (!s->asleep)
		return "closed";
	/* In between the queue is drained; registers are still accessible. */
	return s->regs ? "stopping" : "stopped";
}

static void put_latency(struct seq_file *m, const char *name, const struct smmux_pm_latency *lat)
{
	unsigned int i;

	seq_printf(m, "%s: %llu\n", name, lat->num);
	seq_printf(m, "%s_min_ns: %llu\n", name, lat->min_ns);
	seq_printf(m, "%s_mean_ns: %llu\n", name, lat->num ? div64_u64(lat->sum_ns, lat->num) : 0);
	seq_printf(m, "%s_max_ns: %llu\n", name, lat->max_ns);
	for (i = 0; i < SMMUX_PM_BUCKETS; i++)
		if (lat->bucket[i])
			seq_printf(m, "%s_from_%llu_ns: %llu\n", name, 1ULL << i, lat->bucket[i]);
}

static void put_elided(struct seq_file *m, const struct smmux_counters *cnt)
{
	seq_printf(m, "elided.TLBI: %llu\n", cnt->elided[SMMUX_CMD_TLBI]);
	seq_printf(m, "elided.CFGI: %llu\n", cnt->elided[SMMUX_CMD_CFGI]);
	seq_printf(m, "elided.PREFETCH: %llu\n", cnt->elided[SMMUX_CMD_PREFETCH]);
	seq_printf(m, "elided.SYNC: %llu\n", cnt->elided[SMMUX_CMD_SYNC]);
	seq_printf(m, "lost: %llu\n", cnt->elided[SMMUX_CMD_OWED]);
}

static int state_show(struct seq_file *m, void *unused)
{
	struct smmux_device *smmu = m->private;
	struct smmux_counters *cnt = smmux_dbg_counters(smmu);
	struct smmux_pm_data *d = kmalloc(sizeof(*d), GFP_KERNEL);
	const char *refused = READ_ONCE(smmu->pm.refused);
	struct smmux_cmdq_snap queue;
	unsigned int i;

	if (!cnt || !d) {
		kfree(cnt);
		kfree(d);
		return -ENOMEM;
	}
	smmux_pm_snapshot(smmu, d);
	smmux_cmdq_snapshot(smmu, &queue);
	seq_printf(m, "state: %s\n", smmux_pm_state_name(d->state));
	seq_printf(m, "gate: %s\n", gate(&queue));
	seq_printf(m, "runtime_pm: %s\n", refused ? "no" : "yes");
	seq_printf(m, "refused: %s\n", refused ?: "-");
	seq_printf(m, "usage: %d\n", atomic_read(&smmu->dev->power.usage_count));
	for (i = 0; i < SMMUX_NUM_PM_STATES; i++)
		seq_printf(m, "in_%s_ns: %llu\n", smmux_pm_state_name(i), d->in_state_ns[i]);
	put_latency(m, "suspend", &d->sleep);
	seq_printf(m, "suspend_failed: %llu\n", d->sleeps_failed);
	put_latency(m, "resume", &d->wake);
	seq_printf(m, "resume_failed: %llu\n", d->wakes_failed);
	seq_printf(m, "gbpa_at_resume: 0x%08x\n", d->gbpa);
	seq_printf(m, "gbpa_not_aborting: %llu\n", d->bypassed);
	put_elided(m, cnt);
	kfree(d);
	kfree(cnt);
	return 0;
}

static int history_show(struct seq_file *m, void *unused)
{
	struct smmux_pm_data *d = kmalloc(sizeof(*d), GFP_KERNEL);
	u64 n;

	if (!d)
		return -ENOMEM;
	smmux_pm_snapshot(m->private, d);
	seq_printf(m, "%-20s %-8s %-8s %-12s %-5s %-10s %s\n", "time_ns", "what", "cause",
		   "took_ns", "errno", "step", "cpu");
	for (n = d->total; n && d->total - n < SMMUX_PM_RING; n--) {
		const struct smmux_pm_rec *rec = &d->ring[(n - 1) % SMMUX_PM_RING];

		seq_printf(m, "%-20llu %-8s %-8s %-12llu %-5d %-10s %u\n", rec->time_ns,
			   rec->wake ? "resume" : "suspend", smmux_pm_cause_name(rec->cause),
			   rec->took_ns, rec->ret, rec->step[0] ? rec->step : "-", rec->cpu);
	}
	kfree(d);
	return 0;
}

/* A client that is added between the two calls may not be shown. */
static int clients_show(struct seq_file *m, void *unused)
{
	struct smmux_device *smmu = m->private;
	unsigned int i, num = smmux_pm_clients(smmu, NULL, 0), now;
	struct smmux_pm_client *list = kvcalloc(num, sizeof(*list), GFP_KERNEL);

	if (num && !list)
		return -ENOMEM;
	now = smmux_pm_clients(smmu, list, num);
	seq_printf(m, "%-24s %-12s %s\n", "device", "runtime", "keeps_awake");
	for (i = 0; i < min(num, now); i++)
		seq_printf(m, "%-24s %-12s %s\n", list[i].name, list[i].status,
			   list[i].holds ?: "no");
	kvfree(list);
	return 0;
}

static const struct smmux_node rows[] = {
	{ .name = "state", .mode = 0444, .show = state_show,
	  .help = "power state, time in each state, latencies, elided commands" },
	{ .name = "clients", .mode = 0444, .show = clients_show,
	  .help = "its clients, and for each the reason why it keeps the SMMU awake" },
	{ .name = "history", .mode = 0444, .show = history_show,
	  .help = "the last transitions, newest first" },
};

const struct smmux_nodes smmux_dbg_pm_nodes = {
	.dir = "pm", .node = rows, .num = ARRAY_SIZE(rows),
};

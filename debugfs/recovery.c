// SPDX-License-Identifier: GPL-2.0
/*
 * recovery - files about devices that do not answer: the queue, the history of earlier
 * incidents, and counters.
 */
#include "plane.h"

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "core/recovery_queue.h"
#include "smmux.h"

#define MAX_SHOWN	1024	/* entries: far more than in practice */

static int queue_show(struct seq_file *m, void *unused)
{
	struct smmux_device *smmu = m->private;
	u64 now = ktime_get_ns();
	struct smmux_rec_entry *list;
	unsigned int i, num;

	num = min(smmux_recovery_queue(smmu, NULL, 0), MAX_SHOWN);
	list = kvcalloc(max(num, 1U), sizeof(*list), GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	num = min(smmux_recovery_queue(smmu, list, num), num);
	seq_printf(m, "%-16s %-10s %-12s %-10s %-8s %-16s %s\n", "device", "sid", "state",
		   "policy", "attempts", "in_state_ns", "incident_ns");
	for (i = 0; i < num; i++) {
		const struct smmux_rec_entry *e = &list[i];

		seq_printf(m, "%-16s 0x%08x %-12s %-10s %-8u %-16lld %lld\n", e->dev, e->sid,
			   smmux_rec_states[e->state], smmux_rec_policies[e->policy],
			   e->attempts, max((s64)(now - e->since_ns), 0LL),
			   max((s64)(now - e->begun_ns), 0LL));
	}
	kvfree(list);
	return 0;
}

static int history_show(struct seq_file *m, void *unused)
{
	struct smmux_rec_event *list = kvcalloc(SMMUX_REC_RING, sizeof(*list), GFP_KERNEL);
	unsigned int i, num;

	if (!list)
		return -ENOMEM;
	num = smmux_recovery_history(m->private, list, SMMUX_REC_RING);
	seq_printf(m, "%-18s %-16s %-10s %-12s %-12s %-8s %-6s %-4s %s\n", "time_ns", "device",
		   "sid", "from", "to", "attempt", "ret", "cpu", "cause");
	for (i = 0; i < num; i++) {
		const struct smmux_rec_event *e = &list[i];

		seq_printf(m, "%-18llu %-16s 0x%08x %-12s %-12s %-8u %-6d %-4u %s\n",
			   e->time_ns, e->dev, e->sid, smmux_rec_states[e->from],
			   smmux_rec_states[e->to], e->attempt, e->ret, e->cpu, e->cause);
	}
	kvfree(list);
	return 0;
}

static int counters_show(struct seq_file *m, void *unused)
{
	struct smmux_device *smmu = m->private;
	unsigned int i;

	for (i = 0; i < SMMUX_NUM_RECNS; i++)
		seq_printf(m, "%s: %llu\n", smmux_rec_counts[i],
			   smmux_recovery_counted(smmu, i));
	return 0;
}

static const struct smmux_node recovery_rows[] = {
	{ .name = "queue", .mode = 0444, .show = queue_show,
	  .help = "devices in quarantine, with state, policy and times" },
	{ .name = "history", .mode = 0444, .show = history_show,
	  .help = "the last state changes of devices, newest first" },
	{ .name = "counters", .mode = 0444, .show = counters_show,
	  .help = "timeouts, quarantines, resets and their results, since load or reset_stats" },
};

const struct smmux_nodes smmux_dbg_recovery_nodes = {
	.dir = "recovery", .node = recovery_rows, .num = ARRAY_SIZE(recovery_rows),
};

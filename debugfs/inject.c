// SPDX-License-Identifier: GPL-2.0
/*
 * inject - files that inject errors; they exist if a load parameter asks for them.
 *
 * Each takes one line; an invalid line arms nothing.
 */
#include "plane.h"

#include <linux/kernel.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

#include "hw/cmdq.h"
#include "hw/evtq.h"
#include "smmux.h"
#include "trace/inject.h"

#define MAX_ILLEGAL	64	/* commands per write: each may stop the queue */
#define MAX_HOLD_MS	10000

/* "SID N", each in any base that the kernel reads. */
static int atc_timeout_write(void *obj, const char *line)
{
	struct smmux_device *smmu = obj;
	char sid_text[16], num_text[16], rest;
	unsigned int num;
	u32 sid;

	if (sscanf(line, "%15s %15s %c", sid_text, num_text, &rest) != 2 ||
	    kstrtou32(sid_text, 0, &sid) || kstrtouint(num_text, 0, &num))
		return -EINVAL;
	if (!xa_load(&smmu->streams, sid))
		return -ENODEV;
	smmux_inject_set_atc(smmu->order, sid, num);
	return 0;
}

static int sync_timeout_write(void *obj, const char *line)
{
	struct smmux_device *smmu = obj;
	unsigned int num;

	if (kstrtouint(line, 0, &num))
		return -EINVAL;
	smmux_inject_set_sync(smmu->order, num);
	return 0;
}

/*
 * Submit one illegal command and a SYNC.  Wakes @smmu up.  Returns 0; -EPROTO if the
 * SMMU reported no error; or the errno of the resume or of the submission.
 */
static int issue_illegal(struct smmux_device *smmu)
{
	/* Opcode 0 is reserved, and so are all other bits of the command. */
	const struct smmux_cmd illegal = {};
	int ret;

	ret = smmu->pm.enabled ? pm_runtime_resume_and_get(smmu->dev) : 0;
	if (ret < 0)
		return ret;
	scoped_guard(rcu)
		ret = smmux_cmdq_issue_one(smmu, illegal);
	if (smmu->pm.enabled)
		pm_runtime_put(smmu->dev);
	/* The SMMU must report an error. */
	return ret == -EIO ? 0 : ret ?: -EPROTO;
}

static int cmd_illegal_write(void *obj, const char *line)
{
	unsigned int num;
	int ret = 0;

	if (kstrtouint(line, 0, &num) || num > MAX_ILLEGAL)
		return -EINVAL;
	while (num-- && !ret)
		ret = issue_illegal(obj);
	return ret;
}

/* "W0 W1 W2 W3" */
static int event_write(void *obj, const char *line)
{
	char text[EVTQ_WORDS][24], rest;
	u64 raw[EVTQ_WORDS];
	unsigned int i;

	if (sscanf(line, "%23s %23s %23s %23s %c", text[0], text[1], text[2], text[3],
		   &rest) != EVTQ_WORDS)
		return -EINVAL;
	for (i = 0; i < EVTQ_WORDS; i++)
		if (kstrtou64(text[i], 0, &raw[i]))
			return -EINVAL;
	return smmux_evtq_pretend(obj, raw);
}

static int evtq_hold_write(void *obj, const char *line)
{
	unsigned int ms;

	if (kstrtouint(line, 0, &ms) || ms > MAX_HOLD_MS)
		return -EINVAL;
	return smmux_evtq_hold(obj, ms);
}

static int armed_show(struct seq_file *m, void *unused)
{
	struct smmux_device *smmu = m->private;
	unsigned int num;
	u32 sid;

	if (smmux_inject_get_atc(smmu->order, &sid, &num))
		seq_printf(m, "atc_timeout: 0x%x %u\n", sid, num);
	num = smmux_inject_get_sync(smmu->order);
	if (num)
		seq_printf(m, "sync_timeout: %u\n", num);
	num = smmux_evtq_held_ms(smmu);
	if (num)
		seq_printf(m, "evtq_hold_ms: %u\n", num);
	return 0;
}

static const struct smmux_node rows[] = {
	{ .name = "atc_timeout", .mode = 0200, .write = atc_timeout_write,
	  .help = "write \"SID N\": the next N ATC_INV to SID count as not answered" },
	{ .name = "sync_timeout", .mode = 0200, .write = sync_timeout_write,
	  .help = "write N: the next N waits for a CMD_SYNC count as timed out" },
	{ .name = "cmd_illegal", .mode = 0200, .write = cmd_illegal_write,
	  .help = "write N: submit N commands with an illegal opcode" },
	{ .name = "event", .mode = 0200, .write = event_write,
	  .help = "write \"W0 W1 W2 W3\": handle an event as if the SMMU had written it" },
	{ .name = "evtq_hold_ms", .mode = 0200, .write = evtq_hold_write,
	  .help = "write MS: stop the drain of the event queue for MS milliseconds" },
	{ .name = "armed", .mode = 0444, .show = armed_show,
	  .help = "pending injections" },
};

const struct smmux_nodes smmux_dbg_inject_nodes = {
	.dir = "inject", .node = rows, .num = ARRAY_SIZE(rows),
};

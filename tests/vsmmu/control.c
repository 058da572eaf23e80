// SPDX-License-Identifier: GPL-2.0
/*
 * control - debugfs of an instance.
 *
 *   state     its state
 *   counters  its activity
 *   check     errors of the driver: empty, or a line for each (the first VSMMU_NOTES of
 *             them) and then the number of each kind
 *   inject    write-only, one of
 *     gerror BITS        raise these global errors
 *     sync_delay US      duration of each SYNC
 *     ill N, abt N, atc N  CERROR_ILL or _ABT at the N-th command from now, _ATC_INV_SYNC
 *                        at the N-th SYNC
 *     atc_timeout SID N [M]  the next N ATC_INV to SID time out, after M that do not
 *     atc_random N       one in N ATC_INV, to any stream; 0: none
 *     atc_wait US        duration of an ATC timeout
 *     deaf SID 0|1|2     1: no ATC_INV to SID is answered until its device is reset; 2: never
 *     forgive SID        clear its record of failures: from now on its accesses must succeed
 *     lazy_ack N         handshakes are answered late
 *     no_ack N           and from the N-th on from now not at all, until "no_ack 0"
 *     gbpa               somebody else changes GBPA, to what it is: a handshake of its own
 *     events N [SID]     that many records at once, of this stream or of the first
 *     parting N          that many as SMMUEN is cleared, with an interrupt that comes too late
 *     hush 0|1           1: no interrupt of the event queue till 0, which makes up for it
 *     record ID          one with that id, of the first stream
 *     overflow           of the event queue, seen when it is empty again
 *     power_loss         now
 *     loss N             of power, at the N-th command, transaction or register change
 *     unready N          power was lost, and is back, before CR0 is written for the N-th
 *                        time from now
 *     slow_removal MS MS  the removal of a PCI device waits: up to that long for a reset of
 *                        it, before the driver of the SMMU is told, and that long afterwards,
 *                        when a reset is an error; both are logged
 *     bypass 0|1         entries that say bypass are as the test wants it
 *     clear              forget what check shows
 */
#include "vsmmu.h"
#include "talk.h"

#include <linux/math64.h>
#include <linux/slab.h>

static const char * const bad_names[NUM_BAD] = {
	[BAD_READ_ONLY]	= "read-only register written",
	[BAD_GUARDED]	= "register written while in use",
	[BAD_RESERVED]	= "reserved in a register",
	[BAD_HANDSHAKE]	= "handshake",
	[BAD_QUEUE]	= "queue index",
	[BAD_COMMAND]	= "reserved in a command",
	[BAD_ENABLE]	= "enabled with stray cache entries",
	[BAD_TABLE]	= "table entry",
	[BAD_BYPASS]	= "bypass",
	[BAD_STREAM]	= "wrong page",
	[BAD_POWER]	= "power",
};

static int check_show(struct seq_file *seq, void *unused)
{
	struct vsmmu *v = seq->private;
	unsigned int i;

	spin_lock_irq(&v->lock);
	for (i = 0; i < v->num_notes; i++)
		seq_printf(seq, "%s\n", v->notes[i]);
	for (i = 0; i < NUM_BAD; i++)
		if (v->counts.bad[i])
			seq_printf(seq, "%s: %llu\n", bad_names[i], v->counts.bad[i]);
	spin_unlock_irq(&v->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(check);

static int counters_show(struct seq_file *seq, void *unused)
{
	struct vsmmu *v = seq->private;
	struct vsmmu_counts *n = &v->counts;
	unsigned int op, i;

	for (op = 0; op < VSMMU_OPS; op++)
		if (n->op[op])
			seq_printf(seq, "%s: %llu\n", vsmmu_cmd_text(op), n->op[op]);
	for (i = 0; i < VSMMU_SSIDS; i++)
		if (n->atc_ssid[i])
			seq_printf(seq, "ATC_INV_SSID%u: %llu\n", i, n->atc_ssid[i]);
	seq_printf(seq, "accesses: %llu\naborted: %llu\nstalls: %llu\n", n->accesses, n->aborted,
		   n->stalls);
	seq_printf(seq, "events: %llu\nlost_events: %llu\nirqs: %llu\nmessages: %llu\n", n->events,
		   n->lost_events, n->irqs, n->messages);
	seq_printf(seq, "ats_requests: %llu\ntranslated: %llu\natc_timeouts: %llu\n",
		   n->ats_requests, n->translated, n->atc_timeouts);
	seq_printf(seq, "page_requests: %llu\nlost_pages: %llu\npower_offs: %llu\n", n->page_requests,
		   n->lost_pages, n->power_offs);
	seq_printf(seq, "failed_syncs: %llu\nstarved: %llu\nlongest_gap_ms: %llu\n", n->failed_syncs,
		   n->starved, div_u64(n->longest_gap_ns, NSEC_PER_MSEC));
	seq_printf(seq, "walks: %llu\nhits: %llu\ndropped: %llu\nevicted: %llu\nspeculated: %llu\n",
		   n->walks, n->hits, n->dropped, n->evicted, n->prefetched);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int state_show(struct seq_file *seq, void *unused)
{
	struct vsmmu *v = seq->private;
	struct vsmmu_line *line;
	unsigned int lines = 0;

	spin_lock_irq(&v->lock);
	list_for_each_entry(line, &v->cache.used, node)
		lines++;
	seq_printf(seq, "cr0: %#x\nirq_ctrl: %#x\ngbpa: %#x\n", v->cr0, v->irq_ctrl, v->gbpa);
	seq_printf(seq, "gerror_active: %#llx\n", v->reg[VR_GERROR] ^ v->gerrorn);
	seq_printf(seq, "cmdq_prod: %#x\ncmdq_cons: %#llx\n", vsmmu_read(v, SMMUX_CMDQ_PROD),
		   v->reg[VR_CMDQ_CONS]);
	seq_printf(seq, "eventq_prod: %#llx\neventq_cons: %#x\n", v->reg[VR_EVENTQ_PROD],
		   vsmmu_read(v, SMMUX_EVENTQ_CONS));
	seq_printf(seq, "lost_power: %d\nunpowered: %d\n", v->lost_power, v->unpowered);
	seq_printf(seq, "cache_lines: %u\nstreams: %u\n", lines, v->num_streams);
	spin_unlock_irq(&v->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static void forgive(struct vsmmu *v)
{
	while (v->num_notes)
		kfree(v->notes[--v->num_notes]);
	memset(v->counts.bad, 0, sizeof(v->counts.bad));
}

/* Words that set one number. */
static u32 *number_of(struct vsmmu *v, const char *word)
{
	const struct {
		const char *word;
		u32 *number;
	} numbers[] = {
		{ "sync_delay", &v->inject.sync_us },
		{ "ill", &v->inject.ill },
		{ "abt", &v->inject.abt },
		{ "atc", &v->inject.atc_sync },
		{ "atc_random", &v->inject.atc_random },
		{ "atc_wait", &v->inject.atc_us },
		{ "lazy_ack", &v->inject.lazy_ack },
		{ "loss", &v->inject.loss },
		{ "parting", &v->inject.parting },
		{ "unready", &v->inject.unready },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(numbers[i].word, word))
			return numbers[i].number;
	return NULL;
}

static int inject(struct vsmmu *v, const char *word, u32 a, u32 b, u32 more)
{
	u32 *number = number_of(v, word);

	if (number) {
		*number = a;
	} else if (!strcmp(word, "gerror")) {
		vsmmu_gerror(v, a);
	} else if (!strcmp(word, "atc_timeout")) {
		v->inject.atc_sid = a;
		v->inject.atc_count = b;
		v->inject.atc_skip = more;
	} else if (!strcmp(word, "deaf") || !strcmp(word, "forgive")) {
		struct vsmmu_stream *s = vsmmu_stream_of(v, a);

		if (!s)
			return -ENODEV;
		if (word[0] == 'd')
			s->deaf = b;
		else
			s->failed = false;
	} else if (!strcmp(word, "no_ack")) {
		v->inject.no_ack = a;
		v->inject.mute = false;
	} else if (!strcmp(word, "gbpa")) {
		writel(v->gbpa | GBPA_UPDATE, v->base + SMMUX_GBPA);
	} else if (!strcmp(word, "events")) {
		vsmmu_event_flood(v, a, b);
	} else if (!strcmp(word, "hush")) {
		v->inject.hush = a;
		if (!a)
			vsmmu_raise(v, VSMMU_IRQ_EVENTQ);
	} else if (!strcmp(word, "record")) {
		vsmmu_event_record(v, a);
	} else if (!strcmp(word, "overflow")) {
		vsmmu_event_overflow(v);
	} else if (!strcmp(word, "power_loss")) {
		vsmmu_regs_lose_power(v);
	} else if (!strcmp(word, "bypass")) {
		v->bypass_allowed = a;
	} else if (!strcmp(word, "slow_removal")) {
		vsmmu_pci_slow_removal(a, b);
	} else if (!strcmp(word, "clear")) {
		forgive(v);
	} else {
		return -EINVAL;
	}
	return 0;
}

static ssize_t inject_write(struct file *file, const char __user *user, size_t size, loff_t *offset)
{
	struct vsmmu *v = file->private_data;
	char line[64], word[16];
	int a = 0, b = 0, more = 0, ret;

	ret = talk_line(line, sizeof(line), user, size);
	if (ret)
		return ret;
	if (sscanf(line, "%15s %i %i %i", word, &a, &b, &more) < 1)
		return -EINVAL;
	spin_lock_irq(&v->lock);
	ret = inject(v, word, a, b, more);
	spin_unlock_irq(&v->lock);
	return ret ?: size;
}

static const struct file_operations inject_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = inject_write,
};

void vsmmu_control_add(struct vsmmu *v, struct dentry *root)
{
	char name[8];

	snprintf(name, sizeof(name), "%u", v->index);
	v->dir = debugfs_create_dir(name, root);
	debugfs_create_file("state", 0444, v->dir, v, &state_fops);
	debugfs_create_file("counters", 0444, v->dir, v, &counters_fops);
	debugfs_create_file("check", 0444, v->dir, v, &check_fops);
	debugfs_create_file("inject", 0200, v->dir, v, &inject_fops);
}

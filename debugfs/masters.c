// SPDX-License-Identifier: GPL-2.0
/*
 * masters - files of one device behind an SMMU, and the text of a context
 * descriptor.
 *
 * A master's streams do not change while its directory exists, so they are read
 * without a lock.
 */
#include "plane.h"

#include <linux/sched.h>
#include <linux/slab.h>

#include "core/master.h"
#include "core/recovery_queue.h"
#include "hw/cdtab.h"
#include "hw/evtq.h"
#include "hw/strtab.h"
#include "smmux.h"

static void put_sids(struct seq_file *m, const struct smmux_master *master)
{
	unsigned int i;

	seq_puts(m, "sids:");
	for (i = 0; i < master->num_streams; i++)
		seq_printf(m, " 0x%x", master->streams[i].stream->sid);
	seq_putc(m, '\n');
}

static int info_show(struct seq_file *m, void *unused)
{
	static const char * const rid[] = {
		[SMMUX_RID_BLOCKED] = "blocked",
		[SMMUX_RID_IDENTITY] = "identity",
		[SMMUX_RID_PAGING] = "paging",
	};
	struct smmux_master *master = m->private;
	struct smmux_master_snap s;

	smmux_master_snapshot(master, &s);
	seq_printf(m, "smmu: %s\n", dev_name(master->smmu->dev));
	put_sids(m, master);
	seq_printf(m, "state: %s\n", rid[s.rid]);
	if (s.rid == SMMUX_RID_PAGING)
		seq_printf(m, "domain: %u\n", s.domain_id);
	else
		seq_puts(m, "domain: none\n");
	seq_printf(m, "ssid_bits: %u\n", s.ssid_bits);
	seq_printf(m, "pasids: %u\n", s.num_pasids);
	seq_printf(m, "ats: %s\n", s.cut ? "cut off" : s.ats_on ? "on" :
		   s.ats_capable ? "off" : "not capable");
	seq_printf(m, "stall: %s\n", smmux_dbg_yes(s.stall));
	seq_printf(m, "faults: %llu\n", s.faults);
	return 0;
}

static int ats_show(struct seq_file *m, void *unused)
{
	struct smmux_master *master = m->private;
	struct smmux_rec_entry e;
	struct smmux_master_snap s;

	smmux_master_snapshot(master, &s);
	smmux_recovery_snapshot(master, &e);
	seq_printf(m, "capable: %s\n", smmux_dbg_yes(s.ats_capable));
	seq_printf(m, "wanted: %s\n", smmux_dbg_yes(s.ats_on));
	seq_printf(m, "cut_off: %s\n", smmux_dbg_yes(s.cut));
	seq_printf(m, "state: %s\n", smmux_rec_states[e.state]);
	seq_printf(m, "policy: %s\n", smmux_rec_policies[e.policy]);
	seq_printf(m, "incidents: %llu\n", e.incidents);
	seq_printf(m, "attempts: %u\n", e.attempts);
	seq_printf(m, "last_sid: 0x%x\n", e.sid);
	seq_printf(m, "last_incident_ns: %llu\n", e.begun_ns);
	seq_printf(m, "last_cut_ns: %llu\n", e.cut_ns);
	return 0;
}

static int ste_show(struct seq_file *m, void *unused)
{
	struct smmux_master *master = m->private;
	struct smmux_ste ste;
	unsigned int i;

	seq_printf(m, "%-10s %-8s %-18s %-18s %-18s %-18s %s\n", "sid", "config",
		   "w0", "w1", "w2", "w3", "fields");
	for (i = 0; i < master->num_streams; i++) {
		u32 sid = master->streams[i].stream->sid;

		if (!smmux_strtab_read(master->smmu, sid, &ste))
			continue;
		seq_printf(m, "0x%08x ", sid);
		smmux_dbg_put_ste(m, &ste);
		seq_putc(m, '\n');
	}
	return 0;
}

void smmux_dbg_put_cd(struct seq_file *m, const struct smmux_cd *cd)
{
	const u64 *w = cd->w;

	seq_printf(m, "%-5s 0x%016llx 0x%016llx 0x%016llx 0x%016llx",
		   smmux_dbg_yes(w[0] & CD_W0_V), w[0], w[1], w[2], w[3]);
	seq_printf(m, " asid=%llu ttb0=0x%llx t0sz=%llu tg0=%llu ips=%llu ir0=%llu or0=%llu sh0=%llu mair=0x%llx",
		   FIELD_GET(CD_W0_ASID, w[0]), w[1] & CD_W1_TTB0,
		   FIELD_GET(CD_W0_T0SZ, w[0]), FIELD_GET(CD_W0_TG0, w[0]),
		   FIELD_GET(CD_W0_IPS, w[0]), FIELD_GET(CD_W0_IR0, w[0]),
		   FIELD_GET(CD_W0_OR0, w[0]), FIELD_GET(CD_W0_SH0, w[0]), w[3]);
	seq_printf(m, "%s%s%s%s%s%s%s%s%s",
		   w[0] & CD_W0_EPD0 ? " epd0" : "",
		   w[0] & CD_W0_EPD1 ? " epd1" : "",
		   w[0] & CD_W0_AA64 ? " aa64" : "",
		   w[0] & CD_W0_HA ? " ha" : "", w[0] & CD_W0_HD ? " hd" : "",
		   w[0] & CD_W0_S ? " s" : "", w[0] & CD_W0_R ? " r" : "",
		   w[0] & CD_W0_A ? " a" : "", w[0] & CD_W0_ASET ? " aset" : "");
}

static bool read_cd(struct smmux_master *master, u32 ssid, struct smmux_cd *cd)
{
	const struct smmux_cd *live = smmux_cdtab_get(&master->cdtab, ssid);
	unsigned int i;
	u64 any = 0;

	if (!live)
		return false;
	for (i = 0; i < SMMUX_ENTRY_WORDS; i++) {
		cd->w[i] = READ_ONCE(live->w[i]);
		any |= cd->w[i];
	}
	return any;
}

/* First SubstreamID at or above @ssid whose CD is not all zero, or @end. */
static u64 find(struct smmux_master *master, u64 ssid, u64 end)
{
	struct smmux_cd cd;

	while (ssid < end && !read_cd(master, ssid, &cd)) {
		if (smmux_cdtab_get(&master->cdtab, ssid))
			ssid++;
		else
			ssid = ALIGN(ssid + 1, BIT(SMMUX_CDTAB_L2_LOG2));
		cond_resched();
	}
	return min(ssid, end);
}

/* *pos is 1 + SubstreamID. */
static void *cds_start(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;
	struct smmux_master *master = r->obj;
	u64 end = BIT_ULL(master->ssid_bits), ssid;

	if (!*pos)
		return SEQ_START_TOKEN;
	ssid = find(master, *pos - 1, end);
	if (ssid == end)
		return NULL;
	*pos = ssid + 1;
	return pos;
}

static void *cds_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return cds_start(m, pos);
}

static void cds_stop(struct seq_file *m, void *v)
{
}

static int cds_show(struct seq_file *m, void *v)
{
	struct smmux_reader *r = m->private;
	struct smmux_cd cd;
	u32 ssid;

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "%-8s %-5s %-18s %-18s %-18s %-18s %s\n", "ssid",
			   "valid", "w0", "w1", "w2", "w3", "fields");
		return 0;
	}
	ssid = *(loff_t *)v - 1;
	if (!read_cd(r->obj, ssid, &cd))
		return SEQ_SKIP;
	seq_printf(m, "0x%06x ", ssid);
	smmux_dbg_put_cd(m, &cd);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations cds_seq = {
	.start = cds_start,
	.next = cds_next,
	.stop = cds_stop,
	.show = cds_show,
};

/* The result of the table walk, in words, after the event. */
static void put_walked(struct seq_file *m, const struct smmux_fault_rec *rec)
{
	seq_puts(m, "; tables: ");
	switch (rec->end) {
	case SMMUX_WALK_TRANSLATED:
		seq_printf(m, "translated to 0x%llx", rec->pa);
		break;
	case SMMUX_WALK_BYPASSED:
		seq_puts(m, "bypassed");
		return;
	case SMMUX_WALK_ABORTED:
		seq_printf(m, "aborted: %s", rec->why);
		return;
	default:
		seq_printf(m, "%s: %s", smmux_evt_name(rec->id), rec->why);
		if (rec->stage)
			seq_printf(m, ", stage %u level %u", rec->stage, rec->level);
	}
	if (rec->at)
		seq_printf(m, ", 0x%llx at 0x%llx", rec->desc, rec->at);
}

static int faults_show(struct seq_file *m, void *unused)
{
	struct smmux_master *master = m->private;
	unsigned int i, num, max = master->num_streams * SMMUX_STREAM_RING;
	struct smmux_fault_rec *rec = kvcalloc(max(max, 1U), sizeof(*rec), GFP_KERNEL);

	if (!rec)
		return -ENOMEM;
	num = smmux_evtq_faults(master, rec, max);
	smmux_dbg_put_event_head(m);
	for (i = 0; i < num; i++) {
		smmux_dbg_put_event(m, &rec[i].evt);
		if (rec[i].walked)
			put_walked(m, &rec[i]);
		seq_putc(m, '\n');
	}
	kvfree(rec);
	return 0;
}

static u64 faults_stamp(void *obj)
{
	return smmux_evtq_fault_total(obj);
}

static const struct smmux_node rows[] = {
	{ .name = "info", .mode = 0444, .show = info_show,
	  .help = "SMMU, StreamIDs, attachment, capabilities, number of faults" },
	{ .name = "ste", .mode = 0444, .show = ste_show,
	  .help = "stream table entries of its StreamIDs" },
	{ .name = "ats", .mode = 0444, .show = ats_show,
	  .help = "address translation services: capability, state, quarantines" },
	{ .name = "faults", .mode = 0444, .show = faults_show, .stamp = faults_stamp,
	  .help = "the last events of its StreamIDs, newest first, with table walks" },
	{ .name = "cds", .mode = 0444, .seq = &cds_seq,
	  .help = "context descriptors that are not empty, by SubstreamID" },
	{ .name = "translate", .mode = 0600, .ask = smmux_dbg_ask_master,
	  .show = smmux_dbg_answer_show,
	  .help = "write 'IOVA [SSID] [@SID] [r|w|x]', then read the result of a table walk" },
};

const struct smmux_nodes smmux_dbg_master_nodes = {
	.node = rows, .num = ARRAY_SIZE(rows),
};

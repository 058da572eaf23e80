// SPDX-License-Identifier: GPL-2.0
/*
 * ats - devices that request translations, keep them in their own cache, and send
 * translated transactions; sections 3.9 and 13.
 *
 * An ATC keeps a translation until an ATC_INV that was read later names it and the SYNC
 * after that completes.  It is not emptied when ATS is disabled: a new request is
 * refused, but cached translations stay.  A device that does not answer keeps all.
 *
 * Invalidations that one SYNC completes have no order.  So a device that loses a line to
 * an ATC_INV requests it again at once, while TLBs and configuration caches still have
 * entries that the same SYNC must remove.
 */
#include "vsmmu.h"

#include <linux/slab.h>

#define ATC_LINES	512

struct vsmmu_atc_line {
	bool used, ssv, write;
	u32 sid, ssid;
	u64 iova, pa, born;
	u8 bits;		/* size, log2 */
};

int vsmmu_ats_init(struct vsmmu *v)
{
	v->atc = kcalloc(ATC_LINES, sizeof(*v->atc), GFP_KERNEL);
	return v->atc ? 0 : -ENOMEM;
}

void vsmmu_ats_exit(struct vsmmu *v)
{
	kfree(v->atc);
}

static struct vsmmu_atc_line *find(struct vsmmu *v, const struct vsmmu_request *req)
{
	unsigned int i;

	for (i = 0; i < ATC_LINES; i++) {
		struct vsmmu_atc_line *line = &v->atc[i];

		if (line->used && line->sid == req->sid && line->ssv == req->ssv &&
		    (!req->ssv || line->ssid == req->ssid) && (line->write || !req->write) &&
		    line->iova >> line->bits == req->iova >> line->bits)
			return line;
	}
	return NULL;
}

/* A translation request.  NULL if it is refused, in most cases without an event. */
static struct vsmmu_atc_line *ask(struct vsmmu *v, const struct vsmmu_request *req)
{
	struct vsmmu_fault fault = {};
	struct vsmmu_atc_line *line;
	struct vsmmu_config cfg;
	struct vsmmu_leaf leaf;

	if (!(v->cr0 & CR0_SMMUEN) || vsmmu_config(v, req->sid, req->ssv, req->ssid, &cfg, &fault) ||
	    cfg.abort)
		return NULL;
	if (cfg.eats != EATS_FULL || (!cfg.s1 && !cfg.s2)) {
		/* In quarantine EATS is cleared before ATS of the device is disabled. */
		if (!vsmmu_stream_failed(v, req->sid))
			vsmmu_bad(v, BAD_STREAM, "stream %#x has ATS on, but EATS of its STE is off",
				  req->sid);
		fault.id = EVT_F_BAD_ATS_TREQ;
		vsmmu_event_of(v, req, &fault);
		return NULL;
	}
	if (vsmmu_translate(v, &cfg, req->iova, req->write, &leaf, &fault))
		return NULL;
	v->counts.ats_requests++;
	line = &v->atc[v->next_atc++ % ATC_LINES];
	*line = (struct vsmmu_atc_line){
		.used = true,
		.ssv = req->ssv,
		.write = leaf.write,
		.sid = req->sid,
		.ssid = req->ssid,
		.iova = req->iova & ~(BIT_ULL(leaf.bits) - 1),
		.pa = leaf.pa & ~(BIT_ULL(leaf.bits) - 1),
		.born = v->now,
		.bits = leaf.bits,
	};
	return line;
}

static bool believed(struct vsmmu *v, const struct vsmmu_request *req)
{
	struct vsmmu_fault fault = {};
	struct vsmmu_config cfg;

	if (!(v->cr0 & CR0_SMMUEN))
		return false;
	if (!(v->cr0 & CR0_ATSCHK))
		return true;
	/* It is translated already: the STE can forbid it, a CD cannot. */
	vsmmu_config(v, req->sid, req->ssv, req->ssid, &cfg, &fault);
	if (!cfg.abort && cfg.eats == EATS_FULL)
		return true;
	fault = (struct vsmmu_fault){ .id = EVT_F_TRANSL_FORBIDDEN };
	vsmmu_event_of(v, req, &fault);
	return false;
}

void vsmmu_ats_access(struct vsmmu *v, const struct vsmmu_request *req, struct vsmmu_answer *ans)
{
	struct vsmmu_atc_line *line = find(v, req);

	if (!line && !v->failed)
		line = ask(v, req);
	if (!line || v->failed || !believed(v, req))
		return;
	v->counts.translated++;
	ans->pa = line->pa | (req->iova & (BIT_ULL(line->bits) - 1));
	ans->done = vsmmu_mem_copy(ans->pa, req->buf, req->len, req->write);
}

/* Without a SubstreamID it also drops entries that have one. */
static bool hits(const struct vsmmu_atc_line *line, u64 w0, u64 w1)
{
	u64 size = FIELD_GET(ATC_W1_SIZE, w1), first = w1 & ATC_W1_ADDR, last;

	if (!line->used || line->sid != FIELD_GET(ATC_W0_SID, w0))
		return false;
	if (w0 & CMD_W0_SSV && !(w0 & ATC_W0_G) &&
	    (!line->ssv || line->ssid != FIELD_GET(ATC_W0_SSID, w0)))
		return false;
	if (size >= ATC_SIZE_ALL)
		return true;
	first &= ~((BIT_ULL(12) << size) - 1);
	last = first + (BIT_ULL(12) << size) - 1;
	return line->iova <= last && line->iova + BIT_ULL(line->bits) - 1 >= first;
}

/* The device was reset: its ATC is empty, and it answers again. */
void vsmmu_ats_reset(struct vsmmu *v, u32 sid)
{
	struct vsmmu_stream *s = vsmmu_stream_of(v, sid);
	unsigned int i;

	for (i = 0; i < ATC_LINES; i++)
		if (v->atc[i].sid == sid)
			v->atc[i].used = false;
	if (s && s->deaf == 1)
		s->deaf = 0;
}

void vsmmu_ats_drop(struct vsmmu *v, const struct vsmmu_inv *inv, bool again)
{
	unsigned int i;

	for (i = 0; i < ATC_LINES; i++) {
		struct vsmmu_atc_line *line = &v->atc[i];
		struct vsmmu_request req = {
			.sid = line->sid, .ssid = line->ssid, .ssv = line->ssv, .iova = line->iova,
		};

		if (line->born > inv->read_at || !hits(line, inv->w0, inv->w1))
			continue;
		line->used = false;
		if (again)
			ask(v, &req);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * access - transactions: those of clients, stalled ones, and speculative accesses of the
 * SMMU.
 *
 * The architecture allows an SMMU to read any structure and walk any address at any time,
 * without a visible reason.  So between two polls of its registers the model takes one of
 * the known streams, reads its configuration if that is not cached, and looks up the
 * address that the stream used last.
 */
#include "vsmmu.h"

#define STAG_BITS	4	/* index below VSMMU_STALLS; above it a count */

/* --- events --- */

static bool wanted(const struct vsmmu *v, const struct vsmmu_fault *fault)
{
	if (fault->id == EVT_C_BAD_STREAMID)
		return v->reg[VR_CR2] & CR2_RECINVSID;
	return fault->id;
}

static bool is_address_fault(u8 id)
{
	return id >= EVT_F_TRANSLATION && id <= EVT_F_PERMISSION;
}

static void fill_event(const struct vsmmu_request *req, const struct vsmmu_fault *fault,
		       u64 words[4])
{
	words[0] = FIELD_PREP(EVT_W0_ID, fault->id) | FIELD_PREP(EVT_W0_SID, req->sid);
	words[1] = words[2] = words[3] = 0;
	if (req->ssv)
		words[0] |= EVT_W0_SSV | FIELD_PREP(EVT_W0_SSID, req->ssid);
	words[3] = fault->fetch & EVT_W3_FETCHADDR;
	if (fault->id == EVT_F_BAD_ATS_TREQ || fault->id == EVT_F_TRANSL_FORBIDDEN) {
		words[1] = req->write ? 0 : EVT_W1_RNW;
		words[2] = req->iova;
	}
	if (!is_address_fault(fault->id) && fault->id != EVT_F_WALK_EABT)
		return;
	words[1] = FIELD_PREP(EVT_W1_CLASS, fault->class);
	if (!req->write)
		words[1] |= EVT_W1_RNW;
	if (fault->s2)
		words[1] |= EVT_W1_S2;
	words[2] = req->iova;
	if (fault->s2 && is_address_fault(fault->id))
		words[3] = fault->ipa & EVT_W3_IPA;
}

void vsmmu_event_of(struct vsmmu *v, const struct vsmmu_request *req,
		    const struct vsmmu_fault *fault)
{
	u64 words[4];

	fill_event(req, fault, words);
	if (wanted(v, fault))
		vsmmu_event_post(v, words);
}

/* --- stalled transactions --- */

static struct vsmmu_stall *begin_stall(struct vsmmu *v, const struct vsmmu_request *req,
				       const u64 words[4])
{
	unsigned int i;

	for (i = 0; i < VSMMU_STALLS; i++) {
		struct vsmmu_stall *st = &v->stall[i];

		if (st->used)
			continue;
		st->used = true;
		st->retry = false;
		st->sid = req->sid;
		st->stag = ++v->last_stag << STAG_BITS | i;
		memcpy(st->event, words, sizeof(st->event));
		st->event[1] |= EVT_W1_STALL | FIELD_PREP(EVT_W1_STAG, st->stag);
		reinit_completion(&st->answered);
		st->recorded = vsmmu_event_post(v, st->event);
		v->counts.stalls++;
		return st;
	}
	return NULL;
}

static void answer(struct vsmmu_stall *st, bool retry)
{
	st->retry = retry;
	complete(&st->answered);
}

void vsmmu_resume(struct vsmmu *v, u32 sid, u16 stag, bool retry)
{
	struct vsmmu_stall *st = &v->stall[stag % VSMMU_STALLS];

	if (!st->used || st->sid != sid || st->stag != stag || completion_done(&st->answered))
		return;
	answer(st, retry);
}

void vsmmu_stalls_end(struct vsmmu *v, u32 sid, bool all)
{
	unsigned int i;

	for (i = 0; i < VSMMU_STALLS; i++) {
		struct vsmmu_stall *st = &v->stall[i];

		if (st->used && (all || st->sid == sid) && !completion_done(&st->answered))
			answer(st, false);
	}
}

/* A stall is not lost when the event queue is full: it is recorded later. */
void vsmmu_stalls_record(struct vsmmu *v)
{
	unsigned int i;

	for (i = 0; i < VSMMU_STALLS; i++) {
		struct vsmmu_stall *st = &v->stall[i];

		if (!st->used || st->recorded || completion_done(&st->answered))
			continue;
		st->recorded = vsmmu_event_post(v, st->event);
	}
}

/* --- one transaction --- */

struct vsmmu_stream *vsmmu_stream_of(struct vsmmu *v, u32 sid)
{
	unsigned int i;

	for (i = 0; i < v->num_streams; i++)
		if (v->stream[i].sid == sid)
			return &v->stream[i];
	return NULL;
}

/* Without the lock: programs call it after their own transaction. */
bool vsmmu_stream_failed(struct vsmmu *v, u32 sid)
{
	const struct vsmmu_stream *s = vsmmu_stream_of(v, sid);

	return s && READ_ONCE(s->failed);
}

/* Marks all streams of the device as failed: quarantine applies to the device. */
void vsmmu_stream_fails(struct vsmmu *v, u32 sid)
{
	const struct vsmmu_stream *s = vsmmu_stream_of(v, sid);
	unsigned int i;

	for (i = 0; s && i < v->num_streams; i++)
		if (v->stream[i].owner == s->owner)
			WRITE_ONCE(v->stream[i].failed, true);
}

static void remember(struct vsmmu *v, const struct vsmmu_request *req)
{
	struct vsmmu_stream *s = vsmmu_stream_of(v, req->sid);

	if (s) {
		s->iova = req->iova;
		s->ssv = req->ssv;
		s->ssid = req->ssid;
	}
}

/* A transaction that is not translated; done only if that is allowed. */
static void pass(struct vsmmu *v, const struct vsmmu_request *req, struct vsmmu_answer *ans,
		 const char *why, bool allowed)
{
	ans->bypassed = true;
	if (!allowed) {
		vsmmu_bad(v, BAD_BYPASS, "stream %#x, address %#llx: %s", req->sid, req->iova, why);
		return;
	}
	ans->pa = req->iova;
	ans->done = vsmmu_mem_copy(ans->pa, req->buf, req->len, req->write);
}

/* Returns 0 with the result in @ans, or an error with the fault in @fault. */
static int attempt(struct vsmmu *v, const struct vsmmu_request *req, struct vsmmu_answer *ans,
		   struct vsmmu_fault *fault)
{
	struct vsmmu_config cfg;
	struct vsmmu_leaf leaf;
	int ret;

	if (v->failed)
		return 0;
	if (!(v->cr0 & CR0_SMMUEN)) {
		/* A bypass because of a power loss is not the driver's error. */
		if (!(v->gbpa & GBPA_ABORT) && !v->lost_power)
			pass(v, req, ans, "SMMUEN is 0 and GBPA does not abort", false);
		return 0;
	}
	ret = vsmmu_config(v, req->sid, req->ssv, req->ssid, &cfg, fault);
	if (ret || cfg.abort)
		return ret;
	if (!cfg.s1 && !cfg.s2) {
		pass(v, req, ans, "its stream table entry says bypass", v->bypass_allowed);
		return 0;
	}
	ret = vsmmu_translate(v, &cfg, req->iova, req->write, &leaf, fault);
	if (ret)
		return ret;
	ans->pa = leaf.pa;
	ans->done = vsmmu_mem_copy(leaf.pa, req->buf, req->len, req->write);
	return 0;
}

/* Returns the stall to wait for, or NULL if the transaction has ended. */
static struct vsmmu_stall *transact(struct vsmmu *v, const struct vsmmu_request *req,
				    struct vsmmu_answer *ans)
{
	struct vsmmu_fault fault = {};
	struct vsmmu_stall *st = NULL;
	u64 words[4];

	memset(ans, 0, sizeof(*ans));
	vsmmu_power_fails(v);
	remember(v, req);
	v->counts.accesses++;
	if (v->unpowered) {
		v->counts.aborted++;
		return NULL;
	}
	if (vsmmu_pci_asks(req->asks)) {
		vsmmu_ats_access(v, req, ans);
		v->counts.aborted += !ans->done;
		return NULL;
	}
	if (!attempt(v, req, ans, &fault)) {
		v->counts.aborted += !ans->done;
		return NULL;
	}
	ans->event = fault.id;
	ans->stage = fault.s2 ? 2 : 1;
	ans->class = fault.class;
	fill_event(req, &fault, words);
	if (fault.stall && is_address_fault(fault.id))
		st = begin_stall(v, req, words);
	else
		vsmmu_event_of(v, req, &fault);
	v->counts.aborted += !st;
	return st;
}

void vsmmu_access(struct vsmmu *v, const struct vsmmu_request *req, struct vsmmu_answer *ans)
{
	struct vsmmu_stall *st;
	bool again, stalled = false;

	do {
		spin_lock_irq(&v->lock);
		st = transact(v, req, ans);
		spin_unlock_irq(&v->lock);
		ans->stalled = stalled;
		if (!st)
			return;
		wait_for_completion(&st->answered);
		ans->stalled = stalled = true;
		spin_lock_irq(&v->lock);
		again = st->retry;
		st->used = false;
		spin_unlock_irq(&v->lock);
	} while (again);
}

/* --- speculation --- */

void vsmmu_stream_known(struct vsmmu *v, u32 sid, u32 owner)
{
	struct vsmmu_stream *s;

	spin_lock_irq(&v->lock);
	if (!vsmmu_stream_of(v, sid) && v->num_streams < VSMMU_STREAMS)
		v->stream[v->num_streams++].sid = sid;
	s = vsmmu_stream_of(v, sid);
	if (s)
		s->owner = owner;
	spin_unlock_irq(&v->lock);
}

void vsmmu_speculate(struct vsmmu *v)
{
	struct vsmmu_fault fault;
	struct vsmmu_config cfg;
	struct vsmmu_stream *s;
	struct vsmmu_leaf leaf;

	if (!(v->cr0 & CR0_SMMUEN) || !v->num_streams)
		return;
	s = &v->stream[v->next_stream++ % v->num_streams];
	v->counts.prefetched++;
	if (vsmmu_config(v, s->sid, s->ssv, s->ssid, &cfg, &fault) || cfg.abort)
		return;
	vsmmu_translate(v, &cfg, s->iova, false, &leaf, &fault);
}

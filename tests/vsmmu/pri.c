// SPDX-License-Identifier: GPL-2.0
/*
 * pri - devices that request pages: the PRI queue and its answers, chapter 8.
 *
 * A group has one request here, so each is the last of its group and must be answered: by
 * CMD_PRI_RESP, or by the SMMU itself while its PRI queue is disabled (failure) or full
 * (success, so that the device tries again).
 */
#include "vsmmu.h"

#include <linux/jiffies.h>

#define PPR_W0_SID	GENMASK_ULL(31, 0)
#define PPR_W0_SSID	GENMASK_ULL(51, 32)
#define PPR_W0_READ	BIT_ULL(60)
#define PPR_W0_WRITE	BIT_ULL(61)
#define PPR_W0_LAST	BIT_ULL(62)
#define PPR_W0_SSV	BIT_ULL(63)
#define PPR_W1_PRG	GENMASK_ULL(8, 0)
#define PPR_W1_ADDR	GENMASK_ULL(63, 12)
#define RESP_W1_PRG	GENMASK_ULL(8, 0)
#define RESP_W1_CODE	GENMASK_ULL(13, 12)
#define PPR_WORDS	2

static u32 log2_of(const struct vsmmu *v)
{
	return min(FIELD_GET(QUEUE_BASE_LOG2SIZE, v->reg[VR_PRIQ_BASE]),
		   FIELD_GET(IDR1_PRIQS, v->reg[VR_IDR1]));
}

/* False if the queue is full, or has overflowed and the driver did not acknowledge that. */
static bool put_request(struct vsmmu *v, const u64 words[PPR_WORDS])
{
	u32 size = 1U << log2_of(v), wrap = 2 * size - 1;
	u32 prod = v->reg[VR_PRIQ_PROD], cons = vsmmu_read(v, SMMUX_PRIQ_CONS);
	u64 base = v->reg[VR_PRIQ_BASE] & QUEUE_BASE_ADDR;
	u32 num = (prod - cons) & wrap;

	if (num > size)
		vsmmu_bad(v, BAD_QUEUE, "PRIQ_CONS %#x with PROD %#x and %u entries", cons, prod,
			  size);
	if ((prod ^ cons) & QUEUE_OVFLG)
		return false;
	if (num >= size) {
		vsmmu_put(v, VR_PRIQ_PROD, prod ^ QUEUE_OVFLG);
		return false;
	}
	if (!vsmmu_mem_write(base + (prod & (size - 1)) * PPR_WORDS * sizeof(u64), words, PPR_WORDS))
		vsmmu_gerror(v, GERROR_PRIQ_ABT);
	vsmmu_put(v, VR_PRIQ_PROD, ((prod + 1) & wrap) | (prod & QUEUE_OVFLG));
	vsmmu_raise(v, VSMMU_IRQ_PRIQ);
	return true;
}

static struct vsmmu_page_request *begin(struct vsmmu *v, const struct vsmmu_request *req)
{
	struct vsmmu_page_request *pr = &v->page_request[v->next_prg % VSMMU_PRGS];
	u64 words[PPR_WORDS];

	if (pr->used)
		return NULL;
	pr->prg = v->next_prg++ & 0x1ff;
	pr->sid = req->sid;
	words[0] = FIELD_PREP(PPR_W0_SID, req->sid) | PPR_W0_LAST |
		   (req->write ? PPR_W0_WRITE : PPR_W0_READ);
	if (req->ssv)
		words[0] |= PPR_W0_SSV | FIELD_PREP(PPR_W0_SSID, req->ssid);
	words[1] = FIELD_PREP(PPR_W1_PRG, pr->prg) | (req->iova & PPR_W1_ADDR);
	v->counts.page_requests++;
	reinit_completion(&pr->answered);
	if (!(v->cr0 & CR0_SMMUEN) || !(v->cr0 & CR0_PRIQEN)) {
		pr->code = PRI_FAILURE;
		complete(&pr->answered);
	} else if (!put_request(v, words)) {
		v->counts.lost_pages++;
		pr->code = PRI_SUCCESS;
		complete(&pr->answered);
	}
	pr->used = true;
	return pr;
}

/* Sleeps.  Returns the answer, or -ETIMEDOUT, or -EBUSY if too many requests are pending. */
int vsmmu_page_request(struct vsmmu *v, const struct vsmmu_request *req)
{
	struct vsmmu_page_request *pr;
	int ret = -EBUSY;

	spin_lock_irq(&v->lock);
	pr = begin(v, req);
	spin_unlock_irq(&v->lock);
	if (!pr)
		return ret;
	ret = wait_for_completion_timeout(&pr->answered, HANG_LIMIT) ? 0 : -ETIMEDOUT;
	spin_lock_irq(&v->lock);
	ret = ret ?: pr->code;
	pr->used = false;
	spin_unlock_irq(&v->lock);
	return ret;
}

/* CMD_PRI_RESP. */
void vsmmu_page_response(struct vsmmu *v, u32 sid, u64 w1)
{
	u32 prg = FIELD_GET(RESP_W1_PRG, w1);
	unsigned int i;

	for (i = 0; i < VSMMU_PRGS; i++) {
		struct vsmmu_page_request *pr = &v->page_request[i];

		if (!pr->used || pr->sid != sid || pr->prg != prg || completion_done(&pr->answered))
			continue;
		pr->code = FIELD_GET(RESP_W1_CODE, w1);
		complete(&pr->answered);
		return;
	}
	vsmmu_bad(v, BAD_COMMAND, "PRI_RESP to %#x, group %u, without a request", sid, prg);
}

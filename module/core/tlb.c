// SPDX-License-Identifier: GPL-2.0
/*
 * tlb - turn a changed range into invalidation commands.
 *
 * add_tlb() chooses the command.  Size 0 means the whole tag.  With range invalidation
 * (RIL), a range takes range commands.  Without RIL, it takes one command per leaf, or one
 * for the whole tag if there are more leaves than full_inv_threshold.  walk_single() is
 * the short path, for one tag and a range that fits one range command.
 *
 * A walk reads the domain's invalidation array once and fills a batch on the stack.
 * It sends a SYNC where the order of commands needs one: between the TLBs and the
 * ATCs of one SMMU (an ATC could refill from a TLB that is still stale), and at each
 * change of SMMU.
 *
 *   unmap, any CPU                    attach
 *   --------------                    ------
 *   clear PTE                         new array visible
 *   smp_mb()                          dma_wmb()
 *   read the array                    STE or CD visible to the SMMU
 *
 * If the walk misses the new array, the PTE was cleared before the SMMU could
 * have read it through the new STE: there is nothing to invalidate.
 *
 * While the SMMU sleeps, the command queue elides the commands (cmdq_gate.c).
 *
 * If a list of ATC_INVs to several devices is not answered, the walk asks each of them
 * again, alone.  After a timeout of the SMMU itself it does not ask again.  Before it
 * returns, it cuts off each device that did not answer (ats.c).
 */
#include "core/tlb.h"

#include "core/ats.h"
#include "core/recovery_queue.h"
#include "hw/cmdq.h"
#include "hw/readers.h"
#include "pure/cmd.h"
#include "pure/invs.h"
#include "smmux.h"
#include "trace/inject.h"
#include "trace/stats.h"
#include "trace/trace.h"

/* What one walk invalidates; @size 0 means the whole tag. */
struct target {
	unsigned long iova;
	size_t size;
	size_t pgsize;
	u8 granule;			/* log2 of the domain's smallest page */
	bool leaf;
};

/* Level of a leaf of @pgsize bytes, in the encoding of TTL: 3 is the last. */
static __always_inline u32 leaf_level(const struct target *t)
{
	if (t->pgsize >> t->granule == 1)
		return 3;
	return 3 - (__ffs(t->pgsize) - t->granule) / (t->granule - 3);
}

/* The bits that the second words of all range commands share. */
static __always_inline u64 range_w1(const struct target *t)
{
	u64 w1 = FIELD_PREP(TLBI_W1_TG, t->granule / 2 - 5);

	return t->leaf ? w1 | TLBI_W1_LEAF | FIELD_PREP(TLBI_W1_TTL, leaf_level(t)) : w1;
}

static __always_inline struct smmux_cmd range_cmd(u64 w0, u64 w1, u64 addr,
						  u64 num, u32 scale)
{
	return (struct smmux_cmd){ {
		w0 | FIELD_PREP(TLBI_W0_NUM, num - 1) | FIELD_PREP(TLBI_W0_SCALE, scale),
		w1 | (addr & TLBI_W1_VA) } };
}

/*
 * Range form (3.17.1, 4.4.1.1): each command takes up to 32 << SCALE pages.
 * The odd part of the count goes first, so there is at most one command per five bits.
 */
static __always_inline void put_range(struct smmux_batch *b, const struct target *t, u64 w0)
{
	u64 pages = t->size >> t->granule, addr = t->iova;
	u64 w1 = range_w1(t);

	/* One page without a level is a reserved encoding: use the plain form. */
	if (pages == 1 && !t->leaf) {
		smmux_batch_add(b, (struct smmux_cmd){ { w0, addr & TLBI_W1_VA } });
		return;
	}
	if (!t->leaf)
		pages += pages & 1;

	while (pages) {
		u32 scale = min_t(u32, __ffs64(pages), TLBI_SCALE_MAX);
		u64 num = min_t(u64, pages >> scale, TLBI_NUM_MAX + 1);

		smmux_batch_add(b, range_cmd(w0, w1, addr, num, scale));
		pages -= num << scale;
		addr += num << (scale + t->granule);
	}
}

static __always_inline void put_leaves(struct smmux_batch *b, const struct target *t, u64 w0)
{
	u64 addr, end = t->iova + t->size;

	for (addr = t->iova; addr != end; addr += t->pgsize)
		smmux_batch_add(b, (struct smmux_cmd){ {
			w0, (addr & TLBI_W1_VA) | FIELD_PREP(TLBI_W1_LEAF, t->leaf) } });
}

static struct smmux_cmd tag_cmd(const struct smmux_inv *inv)
{
	switch (inv->kind) {
	case SMMUX_INV_S1_ASID:
		return smmux_cmd_tlbi_tag(OP_TLBI_NH_ASID, inv->id, 0);
	case SMMUX_INV_S2_VMID:
		return smmux_cmd_tlbi_tag(OP_TLBI_S12_VMALL, 0, inv->id);
	case SMMUX_INV_NESTED_CLEAR:
		return smmux_cmd_tlbi_tag(OP_TLBI_NH_ALL, 0, inv->id);
	default:
		return smmux_cmd_atc_inv_all(inv->w0);
	}
}

static __always_inline void add_tlb(struct smmux_batch *b, const struct smmux_inv *inv,
				    const struct target *t)
{
	bool ril = smmux_has(inv->smmu, SMMUX_FEAT_RIL);

	if (!t->size || (!ril && t->size / t->pgsize >
			 READ_ONCE(inv->smmu->full_inv_threshold)))
		smmux_batch_add(b, tag_cmd(inv));
	else if (ril)
		put_range(b, t, inv->w0);
	else
		put_leaves(b, t, inv->w0);
}

static __always_inline void add_atc(struct smmux_batch *b, const struct smmux_inv *inv,
				    const struct target *t)
{
	b->how |= SMMUX_ISSUE_ATC;
	if (inv->kind == SMMUX_INV_ATC_RANGE && t->size)
		smmux_batch_add(b, smmux_cmd_atc_inv(inv->w0, t->iova, t->iova + t->size - 1));
	else
		smmux_batch_add(b, smmux_cmd_atc_inv_all(inv->w0));
}

/* Inlined into both walks: a call would cost a sixth of a walk. */
static __always_inline void add_inv(struct smmux_batch *b, const struct smmux_inv *inv,
				    const struct target *t)
{
	switch (inv->kind) {
	case SMMUX_INV_S1_ASID:
	case SMMUX_INV_S2_VMID:
		add_tlb(b, inv, t);
		break;
	case SMMUX_INV_ATC_RANGE:
	case SMMUX_INV_ATC_FULL:
		add_atc(b, inv, t);
		break;
	default:
		smmux_batch_add(b, tag_cmd(inv));
		break;
	}
}

/* True if @later must not be sent before @earlier has completed. */
static bool must_sync(u8 earlier, u8 later)
{
	return earlier != later && later >= SMMUX_INV_NESTED_CLEAR &&
	       earlier < SMMUX_INV_ATC_RANGE;
}

/* For an ATC entry with users, within the walker's RCU section. */
static __always_inline bool is_cut_off(const struct smmux_inv *inv)
{
	/* Acquire: the stream was cut off before the flag was set, see ats.c. */
	return smp_load_acquire(&inv->stream->cut);
}

/* True if this is an entry of @smmu that needs an ATC_INV. */
static bool must_ask(const struct smmux_inv *inv, const struct smmux_device *smmu)
{
	return inv->smmu == smmu && smmux_inv_is_atc(inv) && READ_ONCE(inv->users) &&
	       !is_cut_off(inv);
}

/*
 * Sends the ATC_INVs of one StreamID, with and without SubstreamIDs, from entry @i on,
 * and a SYNC.  Returns the first entry of another StreamID; *@err is 0 or an errno.
 */
static u32 ask_again(const struct smmux_invs *invs, u32 i, const struct target *t, int *err)
{
	struct smmux_device *smmu = invs->inv[i].smmu;
	u32 sid = invs->inv[i].id;
	struct smmux_batch b __uninitialized;

	smmux_batch_init(&b, smmu);
	for (; i < invs->num && invs->inv[i].id == sid; i++)
		if (must_ask(&invs->inv[i], smmu))
			add_atc(&b, &invs->inv[i], t);
	*err = smmux_batch_sync(&b);
	if (!*err && smmux_ats_injected(smmu, sid))
		*err = -EIO;
	smmux_recovery_count(smmu, SMMUX_RECN_ASKED_AGAIN);
	return i;
}

/* Number of StreamIDs that got an ATC_INV; the last of them in *@sid. */
static u32 count_asked(const struct smmux_invs *invs, const struct smmux_device *smmu, u32 *sid)
{
	u32 i, num = 0;

	for (i = 0; i < invs->num; i++) {
		const struct smmux_inv *inv = &invs->inv[i];

		if (!must_ask(inv, smmu) || (num && *sid == inv->id))
			continue;
		*sid = inv->id;
		num++;
	}
	return num;
}

/*
 * The ATC_INVs to @smmu, all in one list, failed with @err.  If the list had one
 * StreamID, that one is charged.  If it had several, each is asked alone.  Exception: if
 * the SMMU is stuck or asleep, asking again is pointless, and all are charged.
 */
static noinline void resolve(const struct smmux_invs *invs, struct smmux_device *smmu,
			     const struct target *t, int err)
{
	u32 i, sid = 0, sids = count_asked(invs, smmu, &sid), guilty = 0;
	bool ask = sids > 1 && err == -EIO && !smmux_cmdq_is_asleep(&smmu->cmdq);

	if (!sids || !smmux_ats_unanswered(smmu, err))
		return;
	smmux_recovery_count(smmu, SMMUX_RECN_TIMEOUTS);
	trace_atc_timeout(dev_name(smmu->dev), sid, sids, err);
	for (i = 0; i < invs->num;) {
		const struct smmux_inv *inv = &invs->inv[i];
		int again = err;

		if (!must_ask(inv, smmu)) {
			i++;
			continue;
		}
		if (ask)
			i = ask_again(invs, i, t, &again);
		else
			i++;
		if (!smmux_ats_unanswered(smmu, again))
			continue;
		smmux_ats_cut(smmu, inv->stream, again);
		guilty++;
	}
	if (!guilty)
		smmux_recovery_count(smmu, SMMUX_RECN_TRANSIENT);
}

/* -EIO if one of the ATC_INVs to @smmu is to fail; 0 otherwise. */
static noinline int inject_walk(const struct smmux_invs *invs, struct smmux_device *smmu)
{
	bool fails = false;
	u32 i;

	for (i = 0; i < invs->num; i++) {
		const struct smmux_inv *inv = &invs->inv[i];

		if (inv->smmu == smmu && smmux_inv_is_atc(inv) && READ_ONCE(inv->users))
			fails |= smmux_ats_injected(smmu, inv->id);
	}
	return fails ? -EIO : 0;
}

static __always_inline void end_batch(struct smmux_batch *b, const struct smmux_invs *invs,
				      const struct target *t, bool ats)
{
	bool atc = ats && b->how & SMMUX_ISSUE_ATC;
	int err = smmux_batch_sync(b);

	if (!atc)
		return;
	if (smmux_inject_is_on() && !err)
		err = inject_walk(invs, b->smmu);
	if (unlikely(err))
		resolve(invs, b->smmu, t, err);
}

/*
 * Returns the number of commands, for the trace.  @ats is a constant: if false, the
 * compiler drops all code that only ATS needs.
 */
static __always_inline u32 walk_locked(const struct smmux_invs *invs,
				       const struct target *t, bool ats)
{
	struct smmux_batch b __uninitialized;
	u8 kind = SMMUX_INV_S1_ASID;
	u32 i;

	smmux_batch_init(&b, NULL);
	for (i = 0; i < invs->num; i++) {
		const struct smmux_inv *inv = &invs->inv[i];

		if (unlikely(!READ_ONCE(inv->users)))
			continue;
		if (ats && smmux_inv_is_atc(inv) && unlikely(is_cut_off(inv)))
			continue;
		if (b.smmu && (b.smmu != inv->smmu || must_sync(kind, inv->kind)))
			end_batch(&b, invs, t, ats);
		b.smmu = inv->smmu;
		kind = inv->kind;
		add_inv(&b, inv, t);
	}
	if (b.smmu)
		end_batch(&b, invs, t, ats);
	return b.sent;
}

static noinline u32 walk_all(struct smmux_invs *invs, const struct target *t)
{
	u32 cmds;

	if (!invs->has_ats)
		return walk_locked(invs, t, false);
	/*
	 * Interrupts are not disabled: a device may take long to answer an ATC_INV.  A
	 * walk in an interrupt handler does not wait for a writer that waits for this walk.
	 */
	read_lock(&invs->ats_lock);
	cmds = walk_locked(invs, t, true);
	read_unlock(&invs->ats_lock);
	return cmds;
}

/*
 * Most walks concern one tag of one SMMU and a range that fits a single command.
 * They need no batch.  Returns the number of commands, or 0 if the walk is not of
 * this kind.
 */
static __always_inline u32 walk_single(const struct smmux_invs *invs,
				       const struct target *t)
{
	const struct smmux_inv *inv = &invs->inv[0];
	u64 pages = t->size >> t->granule;
	u32 scale;

	if (invs->num != 1 || !pages || !t->leaf || !READ_ONCE(inv->users) ||
	    inv->kind > SMMUX_INV_S2_VMID || !smmux_has(inv->smmu, SMMUX_FEAT_RIL))
		return 0;
	scale = __ffs64(pages);
	if (pages >> scale > TLBI_NUM_MAX + 1 || scale > TLBI_SCALE_MAX)
		return 0;
	smmux_cmdq_issue_one(inv->smmu, range_cmd(inv->w0, range_w1(t), t->iova,
						  pages >> scale, scale));
	return 1;
}

/* Within the walker's RCU section.  Samples single pages, see wait_measured(). */
static noinline void measure(const struct smmux_invs *invs, const struct target *t)
{
	const struct smmux_device *last = NULL;
	unsigned int weight = 1;
	u32 i;

	if (invs->num && t->size >> t->granule == 1)
		weight = smmux_hist_weight(atomic64_read(&invs->inv[0].smmu->cmdq.resv));
	if (!weight)
		return;
	/* Entries of one SMMU are adjacent. */
	for (i = 0; i < invs->num; i++) {
		struct smmux_device *smmu = invs->inv[i].smmu;

		if (smmu != last && smmux_hist_on(smmu))
			smmux_hist_add(smmu, SMMUX_HIST_RANGE, t->size, weight);
		last = smmu;
	}
}

static __always_inline void walk(struct smmux_domain *dom, const struct target *t)
{
	struct smmux_invs *invs;
	u32 cmds;

	/* See the head of the file. */
	smp_mb();
	rcu_read_lock();
	invs = rcu_dereference(dom->invs);
	if (smmux_hist_any())
		measure(invs, t);
	cmds = walk_single(invs, t);
	if (!cmds)
		cmds = walk_all(invs, t);
	rcu_read_unlock();
	trace_inv_range(dom->id, t->iova, t->size, t->pgsize, t->leaf, cmds);
}

void smmux_tlb_inv_range(struct smmux_domain *dom, unsigned long iova,
			 size_t size, size_t pgsize, bool leaf)
{
	struct target t = { iova, size, pgsize, dom->granule, leaf };

	walk(dom, &t);
}

void smmux_tlb_inv_all(struct smmux_domain *dom)
{
	struct target t = { .granule = dom->granule };

	walk(dom, &t);
}

void smmux_tlb_inv_tag(const struct smmux_inv *inv)
{
	guard(rcu)();
	smmux_cmdq_issue_one(inv->smmu, tag_cmd(inv));
}

void smmux_tlb_iotlb_sync(struct iommu_domain *domain,
			  struct iommu_iotlb_gather *gather)
{
	/* 6.12 also calls this for an empty gather. */
	if (gather->pgsize)
		smmux_tlb_inv_range(to_smmux_domain(domain), gather->start,
				    gather->end - gather->start + 1,
				    gather->pgsize, true);
}

void smmux_tlb_flush_iotlb_all(struct iommu_domain *domain)
{
	smmux_tlb_inv_all(to_smmux_domain(domain));
}

static void flush_all(void *cookie)
{
	smmux_tlb_inv_all(cookie);
}

/*
 * A table was removed: invalidate all levels under @size; the leaf size is unknown.
 * io-pgtable frees the table when this returns.
 */
static void flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	smmux_tlb_inv_range(cookie, iova, size, granule, false);
	smmux_readers_drain();
}

/* No tlb_add_page: smmux_domain_unmap() gathers all its pages at once. */
const struct iommu_flush_ops smmux_tlb_flush_ops = {
	.tlb_flush_all = flush_all,
	.tlb_flush_walk = flush_walk,
};

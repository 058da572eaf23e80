// SPDX-License-Identifier: GPL-2.0
/*
 * survey - collects what the SMMU reads, and what it should read; lint compares.
 *
 * Both sides of a comparison are of one moment; otherwise nothing is reported:
 *
 *   STE            streams_lock stops attach from writing it, ste_lock stops cutting it
 *                  off; the master's @turn shows that attach has written the STE for this
 *                  state
 *   CD             the same @turn, compared before and after
 *   tags, arrays   of all masters, if all their turns are the same afterwards
 *   descriptors    of the stream table: its lock; of a CD table: @turn
 *   registers      those that stay different (regs.c)
 *
 * What changes meanwhile is tried again for a while, then counted as changing (@moving).
 * A master and its tables exist while it is on a stream's list and streams_lock is held;
 * for a domain, see smmux.h.  The lock is released between any two small steps.
 */
#include "view/survey.h"

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "core/config.h"
#include "core/master.h"
#include "hw/cdtab.h"
#include "hw/strtab.h"
#include "pure/invs.h"
#include "smmux.h"
#include "view/regs.h"

#define TRIES		50		/* while it changes */
#define STEP		64		/* entries per hold of the lock */
#define GERROR_MS	300		/* an error pending for longer is a finding */

static bool is_ram(u64 pa)
{
	return pfn_valid(PHYS_PFN(pa));
}

static void rest(void)
{
	usleep_range(1000, 3000);
}

/* --- turns --- */

static bool is_still(const struct smmux_master *master, u32 *turn)
{
	*turn = smp_load_acquire(&master->turn);
	return !(*turn & 1);
}

static bool was_still(const struct smmux_master *master, u32 turn)
{
	smp_rmb();	/* the reads of the master come before this one */
	return READ_ONCE(master->turn) == turn;
}

/* A number that changes when a master of @stream begins or ends a turn; 0 during a turn. */
static u64 turns_of(const struct smmux_stream *stream)
{
	const struct smmux_stream_use *use;
	u64 sum = 1;
	u32 turn;

	list_for_each_entry(use, &stream->masters, node) {
		if (!is_still(use->master, &turn))
			return 0;
		sum += turn;
	}
	return sum;
}

/* --- stream table --- */

static void check_l1(void *arg, u32 i, u64 is, u64 want)
{
	struct smmux_survey *s = arg;

	smmux_lint_strtab_l1(&s->lint, i << SMMUX_STRTAB_SPLIT, is, want);
	s->descs++;
}

static void survey_l1(struct smmux_device *smmu, struct smmux_survey *s)
{
	u32 i = 0, num;

	do {
		num = smmux_strtab_l1(smmu, i, STEP * 8, check_l1, s);
		i += num;
		cond_resched();
	} while (num);
}

/* The STE, @no_eats and the masters' cut flags are of one moment (ste_lock). */
static void read_ste(struct smmux_device *smmu, const struct smmux_stream *stream,
		     struct smmux_ste *ste, bool *no_eats, bool *cut)
{
	const struct smmux_stream_use *use;
	unsigned long flags;

	spin_lock_irqsave(&smmu->ste_lock, flags);
	smmux_strtab_read(smmu, stream->sid, ste);
	*no_eats = stream->no_eats;
	*cut = stream->no_eats;
	list_for_each_entry(use, &stream->masters, node)
		*cut |= use->master->cut;
	spin_unlock_irqrestore(&smmu->ste_lock, flags);
}

static bool has_ats(const struct smmux_stream *stream)
{
	const struct smmux_stream_use *use;

	list_for_each_entry(use, &stream->masters, node)
		if (dev_is_pci(use->master->dev) &&
		    READ_ONCE(use->master->ats_on) && to_pci_dev(use->master->dev)->ats_enabled)
			return true;
	return false;
}

/* False: it moves.  A shared STE is good if it is as one of its masters wants it. */
static bool check_used(struct smmux_device *smmu, struct smmux_survey *s,
		       const struct smmux_stream *stream)
{
	struct smmux_lint_owner owner = { .any = true };
	const struct smmux_stream_use *use;
	struct smmux_ste ste, want;
	u64 turns = turns_of(stream);
	bool no_eats;

	if (!turns)
		return false;
	owner.ats_on = has_ats(stream);
	read_ste(smmu, stream, &ste, &no_eats, &owner.cut);
	list_for_each_entry_reverse(use, &stream->masters, node) {
		smmux_config_ste(use->master, &want);
		if (no_eats)
			smmux_ste_set_eats(&want, false);
		if (smmux_lint_ste_good(&owner, &ste, &want))
			return true;
	}
	smp_rmb();	/* as in was_still() */
	if (turns_of(stream) != turns)
		return false;
	smmux_lint_ste(&s->lint, stream->sid, &owner, &ste, &want);
	return true;
}

static bool check_ste(struct smmux_device *smmu, struct smmux_survey *s, u32 sid)
{
	struct smmux_lint_owner owner = { .may_bypass = smmu->has_rmr };
	const struct smmux_stream *stream = xa_load(&smmu->streams, sid);
	struct smmux_ste ste, want;

	lockdep_assert_held(&smmu->streams_lock);
	if (stream)
		return check_used(smmu, s, stream);
	if (!smmux_strtab_read(smmu, sid, &ste))
		return true;
	smmux_ste_abort(&want);
	smmux_lint_ste(&s->lint, sid, &owner, &ste, &want);
	return true;
}

static void survey_stes(struct smmux_device *smmu, struct smmux_survey *s)
{
	u64 sid = smmux_strtab_next(smmu, 0);
	unsigned int n, tries = 0;
	bool moves;

	while (sid != U64_MAX) {
		moves = false;
		mutex_lock(&smmu->streams_lock);
		for (n = 0; n < STEP && sid != U64_MAX; n++) {
			moves = !check_ste(smmu, s, sid) && ++tries < TRIES;
			if (moves)
				break;
			s->moving += tries == TRIES;
			tries = 0;
			s->stes++;
			sid = smmux_strtab_next(smmu, sid + 1);
		}
		mutex_unlock(&smmu->streams_lock);
		if (moves)
			rest();
		cond_resched();
	}
}

/* --- context descriptors --- */

/* The tag for @smmu in the array of @dom, or 0.  The caller keeps @dom alive. */
static u32 tag_in(const struct smmux_device *smmu, const struct smmux_domain *dom)
{
	const struct smmux_inv *inv;

	guard(rcu)();
	inv = smmux_invs_find(rcu_dereference(dom->invs), smmu->order,
			      dom->stage == SMMUX_STAGE_1 ? SMMUX_INV_S1_ASID :
							    SMMUX_INV_S2_VMID);
	return inv ? inv->id : 0;
}

/* The CD that @ssid of @master should have; false if it should have none. */
static bool want_cd(struct smmux_master *master, u32 ssid, struct smmux_cd *cd)
{
	struct smmux_domain *dom;

	lockdep_assert_held(&master->smmu->streams_lock);
	if (ssid == IOMMU_NO_PASID) {
		if (master->rid != SMMUX_RID_PAGING || master->domain->stage != SMMUX_STAGE_1)
			return false;
		smmux_config_cd(master, master->domain, master->tag, cd);
		return true;
	}
	xa_lock(&master->pasids);
	dom = xa_load(&master->pasids, ssid);
	if (dom)
		smmux_config_cd(master, dom, tag_in(master->smmu, dom), cd);
	xa_unlock(&master->pasids);
	return dom;
}

static bool read_cd(struct smmux_master *master, u32 ssid, struct smmux_cd *cd)
{
	const struct smmux_cd *live = smmux_cdtab_get(&master->cdtab, ssid);
	unsigned int i;

	for (i = 0; live && i < SMMUX_ENTRY_WORDS; i++)
		cd->w[i] = READ_ONCE(live->w[i]);
	return live;
}

/* The descriptor above @ssid, if @ssid is the first below it. */
static bool read_cd_l1(const struct smmux_cdtab *tab, u32 ssid, u64 *is, u64 *want)
{
	u32 i = ssid >> SMMUX_CDTAB_L2_LOG2;

	if (!tab->num_l1 || ssid & (BIT(SMMUX_CDTAB_L2_LOG2) - 1))
		return false;
	*is = READ_ONCE(tab->l1[i]);
	*want = READ_ONCE(tab->desc[i]);
	return true;
}

/* False: it moves. */
static bool check_cd(struct smmux_survey *s, struct smmux_master *master, u32 ssid)
{
	u32 sid = master->streams[0].stream->sid, turn;
	bool there, wanted, above;
	struct smmux_cd is, want;
	u64 l1, want_l1;

	if (!is_still(master, &turn))
		return false;
	above = read_cd_l1(&master->cdtab, ssid, &l1, &want_l1);
	there = read_cd(master, ssid, &is);
	wanted = want_cd(master, ssid, &want);
	if (!was_still(master, turn))
		return false;
	if (above)
		smmux_lint_cdtab_l1(&s->lint, sid, ssid, l1, want_l1);
	if (there)
		smmux_lint_cd(&s->lint, sid, ssid, &is, wanted ? &want : NULL);
	s->descs += above;
	s->cds += there;
	return true;
}

/* The @n-th master in the list of @sid whose first stream is @sid; NULL past the end. */
static struct smmux_master *first_of(struct smmux_device *smmu, u32 sid, unsigned int n)
{
	const struct smmux_stream *stream = xa_load(&smmu->streams, sid);
	struct smmux_stream_use *use;

	lockdep_assert_held(&smmu->streams_lock);
	if (!stream)
		return NULL;
	list_for_each_entry(use, &stream->masters, node)
		if (use == &use->master->streams[0] && !n--)
			return use->master;
	return NULL;
}

/* Advances @ssid; false past the end.  Skips second levels that do not exist. */
static bool step_cds(struct smmux_survey *s, struct smmux_master *master, u32 *ssid,
		     unsigned int *tries)
{
	const struct smmux_cdtab *tab = &master->cdtab;
	unsigned int n;

	for (n = 0; n < STEP; n++) {
		if (!smp_load_acquire(&tab->linear) || *ssid >> tab->cdmax)
			return false;
		if (!check_cd(s, master, *ssid) && ++*tries < TRIES)
			return true;
		s->moving += *tries == TRIES;
		*tries = 0;
		if (smmux_cdtab_get(&master->cdtab, *ssid))
			++*ssid;
		else
			*ssid = ALIGN(*ssid + 1, BIT(SMMUX_CDTAB_L2_LOG2));
	}
	return true;
}

static bool survey_cdtab(struct smmux_device *smmu, struct smmux_survey *s, u32 sid,
			 unsigned int n)
{
	struct smmux_master *master;
	unsigned int tries = 0;
	u32 ssid = 0;
	bool more;

	do {
		if (tries)
			rest();
		mutex_lock(&smmu->streams_lock);
		master = first_of(smmu, sid, n);
		more = master && step_cds(s, master, &ssid, &tries);
		mutex_unlock(&smmu->streams_lock);
		cond_resched();
	} while (more);
	return master;
}

static void survey_cds(struct smmux_device *smmu, struct smmux_survey *s)
{
	unsigned long sid;
	unsigned int n;
	void *stream;

	/* Only the number is used: the stream is looked up again under the lock. */
	xa_for_each(&smmu->streams, sid, stream)
		for (n = 0; survey_cdtab(smmu, s, sid, n); n++)
			;
}

/* --- tags and invalidation arrays --- */

struct uses {
	struct smmux_lint_use *list;
	unsigned int num, max;
	u64 turns;
};

static bool is_mine(const struct smmux_master *master, u32 sid)
{
	unsigned int i;

	for (i = 0; i < master->num_streams; i++)
		if (master->streams[i].stream->sid == sid)
			return true;
	return false;
}

/* Fill @u from the array of @dom (this use; users on this SMMU).  Caller keeps @dom alive. */
static void look_up(const struct smmux_master *master, const struct smmux_domain *dom,
		    struct smmux_lint_use *u)
{
	const struct smmux_invs *invs;
	unsigned int i;

	guard(rcu)();
	invs = rcu_dereference(dom->invs);
	for (i = 0; i < invs->num; i++) {
		const struct smmux_inv *inv = &invs->inv[i];
		int users = READ_ONCE(inv->users);

		if (inv->order != master->smmu->order || users <= 0)
			continue;
		u->inv_users += users;
		if (!smmux_inv_is_atc(inv))
			u->inv_tag = inv->id;
		else if (inv->ssid == u->ssid && is_mine(master, inv->id))
			u->inv_atcs++;
	}
}

/* Any context.  Uses that do not fit in the list are only counted. */
static void add_use(struct uses *uses, const struct smmux_master *master,
		    const struct smmux_domain *dom, u32 ssid, u32 tag)
{
	struct smmux_lint_use *u;

	if (uses->num++ >= uses->max)
		return;
	u = &uses->list[uses->num - 1];
	*u = (struct smmux_lint_use){
		.sid = master->streams[0].stream->sid,
		.ssid = ssid,
		.domain = dom->id,
		.stage1 = dom->stage == SMMUX_STAGE_1,
		.tag = tag,
		.atcs = master->ats_capable ? master->num_streams : 0,
	};
	look_up(master, dom, u);
}

static void add_uses(struct uses *uses, struct smmux_master *master)
{
	struct smmux_domain *dom;
	unsigned long ssid;

	if (master->rid == SMMUX_RID_PAGING)
		add_use(uses, master, master->domain, IOMMU_NO_PASID, master->tag);
	xa_lock(&master->pasids);
	xa_for_each(&master->pasids, ssid, dom)
		add_use(uses, master, dom, ssid, 0);
	xa_unlock(&master->pasids);
}

/* Sum of all turns of all streams of @smmu; 0 if any moves. */
static u64 all_turns(struct smmux_device *smmu)
{
	const struct smmux_stream *stream;
	unsigned long sid;
	u64 sum = 1, turns;

	xa_for_each(&smmu->streams, sid, stream) {
		turns = turns_of(stream);
		if (!turns)
			return 0;
		sum += turns;
	}
	return sum;
}

/* All attachments, at one moment; false if an attachment changed meanwhile. */
static bool collect(struct smmux_device *smmu, struct uses *uses)
{
	const struct smmux_stream *stream;
	struct smmux_stream_use *use;
	unsigned long sid;
	u64 turns;

	guard(mutex)(&smmu->streams_lock);
	uses->num = 0;
	turns = all_turns(smmu);
	if (!turns)
		return false;
	xa_for_each(&smmu->streams, sid, stream)
		list_for_each_entry(use, &stream->masters, node)
			if (use == &use->master->streams[0])
				add_uses(uses, use->master);
	smp_rmb();	/* as in was_still() */
	return all_turns(smmu) == turns;
}

static int survey_uses(struct smmux_device *smmu, struct smmux_survey *s)
{
	struct uses uses = { .max = 64 };
	unsigned int tries;
	bool good = false;

	for (tries = 0; tries < TRIES && !good; tries++) {
		if (!uses.list)
			uses.list = kvcalloc(uses.max, sizeof(*uses.list), GFP_KERNEL);
		if (!uses.list)
			return -ENOMEM;
		good = collect(smmu, &uses);
		if (!good) {
			rest();
		} else if (uses.num > uses.max) {
			kvfree(uses.list);
			uses.list = NULL;
			uses.max = 2 * uses.num;
			good = false;
		}
	}
	if (good) {
		smmux_lint_uses(&s->lint, uses.list, uses.num);
		s->uses = uses.num;
	} else {
		s->moving++;
	}
	kvfree(uses.list);
	return 0;
}

/* --- registers --- */

static void check_queue(struct smmux_lint *l, const struct smmux_regs_snap *snap,
			const char *name, u32 cons, u32 prod, u8 log2)
{
	const struct smmux_reg_snap *c = smmux_regs_find(snap, cons);
	const struct smmux_reg_snap *p = smmux_regs_find(snap, prod);

	if (c && p)
		smmux_lint_queue(l, name, c->val, p->val, log2);
}

static void check_queues(struct smmux_lint *l, const struct smmux_device *smmu,
			 const struct smmux_regs_snap *snap)
{
	check_queue(l, snap, "CMDQ", SMMUX_CMDQ_CONS, SMMUX_CMDQ_PROD, smmu->cmdq.q.log2);
	check_queue(l, snap, "EVENTQ", SMMUX_EVENTQ_CONS, SMMUX_EVENTQ_PROD,
		    smmu->evtq.q.log2);
}

static u32 pending(const struct smmux_regs_snap *snap)
{
	return snap->powered ? smmux_regs_find(snap, SMMUX_GERROR)->val ^
			       smmux_regs_find(snap, SMMUX_GERRORN)->val : 0;
}

/* Without an interrupt an error is pending until the next check, but not for long. */
static void check_gerror(struct smmux_device *smmu, struct smmux_survey *s,
			 struct smmux_regs_snap *snap)
{
	u32 was = pending(snap);

	if (!was)
		return;
	msleep(GERROR_MS);
	smmux_regs_snapshot(smmu, snap);
	was &= pending(snap);
	if (was)
		smmux_lint_say(&s->lint, SMMUX_LINT_ERROR, "GERROR",
			       "register: bits 0x%x are pending for more than %u ms", was,
			       GERROR_MS);
}

static int survey_regs(struct smmux_device *smmu, struct smmux_survey *s)
{
	struct smmux_regs_snap *snap = kmalloc(sizeof(*snap), GFP_KERNEL);
	struct smmux_lint trial = {};
	unsigned int i, tries = 0;

	if (!snap)
		return -ENOMEM;
	if (READ_ONCE(smmu->gerror.dead))
		smmux_lint_say(&s->lint, SMMUX_LINT_ERROR, "CR0",
			       "register: driver stopped the SMMU after a failure, all traffic aborts");
	do {
		smmux_regs_snapshot(smmu, snap);
		trial.num = 0;
		if (snap->powered)
			check_queues(&trial, smmu, snap);
	} while (trial.num && ++tries < TRIES);
	s->suspended = !snap->powered;
	for (i = 0; i < snap->num; i++)
		smmux_lint_reg(&s->lint, snap->reg[i].name, snap->reg[i].val,
			       snap->reg[i].mask, snap->reg[i].want);
	if (trial.num)
		check_queues(&s->lint, smmu, snap);
	check_gerror(smmu, s, snap);
	kfree(snap);
	return 0;
}

int smmux_survey(struct smmux_device *smmu, struct smmux_survey *s)
{
	memset(s, 0, sizeof(*s));
	s->lint = (struct smmux_lint){
		.oas = smmu->caps.oas,
		.is_ram = is_ram,
		.max = SMMUX_MAX_FINDINGS,
		.list = s->list,
	};
	survey_l1(smmu, s);
	survey_stes(smmu, s);
	survey_cds(smmu, s);
	return survey_uses(smmu, s) ?: survey_regs(smmu, s);
}

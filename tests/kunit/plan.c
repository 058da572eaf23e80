// SPDX-License-Identifier: GPL-2.0
/*
 * plan - the replay.
 *
 * Within a phase the walker may see each word written or not yet written, in
 * every combination: it fetches word by word, in any order, while the CPU stores.
 * Phases do not mix, since an invalidation completes in between.
 */
#include "plan.h"

#include <linux/bitops.h>
#include <linux/sched.h>
#include <linux/string.h>

#define BYTES	(WORDS * sizeof(u64))

void plan_read_fields(const struct field *fields, unsigned int num, u8 circumstances,
		      const u64 *ent, struct meaning *m)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		if (fields[i].when & circumstances)
			m->mask[fields[i].word] |= bits_mask(fields[i].hi, fields[i].lo);
	for (i = 0; i < WORDS; i++)
		m->value[i] = ent[i] & m->mask[i];
}

static bool same(const struct meaning *a, const struct meaning *b)
{
	return a->what == b->what && !memcmp(a->value, b->value, sizeof(a->value));
}

/* One pair, under test. */
struct pair {
	const struct subject *s;
	const u64 *cur, *want;
	struct meaning old, new;
	struct smmux_entry_plan plan;
};

static const char *wrong_state(const struct pair *p, const u64 *state)
{
	struct meaning m = {};

	p->s->read(state, &m);
	if (!same(&m, &p->old) && !same(&m, &p->new)) {
		if (m.what != p->s->parked)
			return "means neither the old nor the new entry";
		if (!p->plan.breaking)
			return "parks, although it is not marked as breaking";
	}
	if ((state[1] ^ p->cur[1]) & p->s->loose && (state[1] ^ p->want[1]) & p->s->loose)
		return "has a loose field that is neither the old nor the new value";
	return NULL;
}

static const char *wrong_phase(const struct pair *p, const struct smmux_entry_phase *ph,
			       u64 *mem)
{
	unsigned int i, written;
	const char *wrong;
	u64 state[WORDS];

	if (!ph->words)
		return "a phase writes nothing";
	for (written = 0; written < BIT(WORDS); written++) {
		if (written & ~ph->words)
			continue;
		for (i = 0; i < WORDS; i++)
			state[i] = written & BIT(i) ? ph->val[i] : mem[i];
		wrong = wrong_state(p, state);
		if (wrong)
			return wrong;
	}
	for (i = 0; i < WORDS; i++)
		if (ph->words & BIT(i))
			mem[i] = ph->val[i];
	return NULL;
}

/*
 * Only bits that matter both before and after restrict the planner: if those that
 * change are in one word, storing that word switches the entry.
 */
static bool one_word_will_do(const struct pair *p)
{
	unsigned int i, words = 0;

	for (i = 0; i < WORDS; i++)
		if ((p->cur[i] ^ p->want[i]) & p->old.mask[i] & p->new.mask[i])
			words++;
	return words < 2;
}

static const char *wrong_plan(const struct pair *p)
{
	const char *wrong;
	unsigned int i;
	u64 mem[WORDS];

	memcpy(mem, p->cur, BYTES);
	if (p->plan.phases > SMMUX_PLAN_PHASES)
		return "too many phases";
	for (i = 0; i < p->plan.phases; i++) {
		wrong = wrong_phase(p, &p->plan.phase[i], mem);
		if (wrong)
			return wrong;
	}
	if (memcmp(mem, p->want, BYTES))
		return "does not end with the wanted words";
	if (!p->plan.phases != !memcmp(p->cur, p->want, BYTES))
		return "has no phase although words differ, or a phase although none does";
	if (p->plan.breaking && one_word_will_do(p))
		return "breaks without need";
	return NULL;
}

struct recorder {
	const u64 *ent;
	unsigned int flushes;
	u64 seen[SMMUX_PLAN_PHASES + 1][WORDS];
};

static void record(void *arg)
{
	struct recorder *r = arg;

	if (r->flushes <= SMMUX_PLAN_PHASES)
		memcpy(r->seen[r->flushes], r->ent, BYTES);
	r->flushes++;
}

/* At each flush memory must have the contents that the plan has for that phase. */
static const char *wrong_apply(const struct pair *p)
{
	u64 ent[WORDS], mem[WORDS];
	struct recorder r = { .ent = ent };
	unsigned int i, k;

	memcpy(ent, p->cur, BYTES);
	memcpy(mem, p->cur, BYTES);
	smmux_entry_apply(ent, &p->plan, record, &r);
	if (r.flushes != p->plan.phases)
		return "is not applied with one flush per phase";
	for (i = 0; i < r.flushes; i++) {
		for (k = 0; k < WORDS; k++)
			if (p->plan.phase[i].words & BIT(k))
				mem[k] = p->plan.phase[i].val[k];
		if (memcmp(r.seen[i], mem, BYTES))
			return "is flushed before its words are written";
	}
	return memcmp(ent, p->want, BYTES) ? "is not applied completely" : NULL;
}

static const char *wrong_pair(const struct subject *s, const u64 *cur, const u64 *want)
{
	/* Static: too large for a stack frame; suites run one after the other. */
	static struct pair p;
	const char *wrong;

	memset(&p, 0, sizeof(p));
	p.s = s;
	p.cur = cur;
	p.want = want;
	s->read(cur, &p.old);
	s->read(want, &p.new);
	/* The planner must initialise all members that it uses. */
	memset(&p.plan, 0xff, sizeof(p.plan));
	smmux_entry_plan(s->kind, cur, want, &p.plan);
	wrong = wrong_plan(&p);
	return wrong ?: wrong_apply(&p);
}

void plan_check_all(struct kunit *test, const struct subject *s,
		    const struct variant *v, unsigned int num)
{
	unsigned int i, k;

	for (i = 0; i < num && !has_failed(test); i++) {
		for (k = 0; k < num; k++) {
			const char *wrong = wrong_pair(s, v[i].w, v[k].w);

			if (wrong)
				KUNIT_FAIL(test, "from %s to %s: the plan %s",
					   v[i].name, v[k].name, wrong);
		}
		cond_resched();
	}
	kunit_info(test, "%u pairs", num * num);
}

/* Mostly the words of @like, so that the number of differing words varies. */
static void random_entry(struct rng *rng, const u64 *like, u64 *ent)
{
	unsigned int i;

	for (i = 0; i < WORDS; i++) {
		ent[i] = like[i];
		switch (rng_below(rng, 4)) {
		case 0:
			ent[i] = rng_next(rng);
			break;
		case 1:
			ent[i] ^= BIT_ULL(rng_below(rng, 64));
			break;
		}
	}
}

void plan_check_random(struct kunit *test, const struct subject *s, unsigned int num,
		       void (*shape)(struct rng *rng, u64 *ent))
{
	static const u64 zero[WORDS];
	u64 cur[WORDS], want[WORDS];
	unsigned int i;

	for (i = 0; i < num; i++) {
		struct rng rng = { smmux_kunit_seed + i };
		const char *wrong;

		random_entry(&rng, zero, cur);
		shape(&rng, cur);
		random_entry(&rng, cur, want);
		if (rng_below(&rng, 2))
			shape(&rng, want);
		wrong = wrong_pair(s, cur, want);
		KUNIT_ASSERT_NULL_MSG(test, wrong,
				      "pair of seed %lu: the plan %s: %64ph to %64ph",
				      smmux_kunit_seed + i, wrong, cur, want);
		cond_resched();
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * invs_test - random programs on invalidation arrays, compared with a model; then cases
 * that a random program cannot reach.
 */
#include "pure/invs.h"

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "invs_model.h"

/* In portions, so that the process that loads the module never waits too long. */
#define PORTIONS	10
#define PROGRAMS	1000
#define MIN_STEPS	20
#define MAX_AT_ONCE	5

/* A program: an array under test, the model, and a copy to detect changes of the input. */
struct program {
	struct rng rng;
	struct smmux_invs *invs;
	struct model model;
	size_t size;
	u8 before[sizeof(struct smmux_invs) + MODEL_KEYS * sizeof(struct smmux_inv)];
};

static void remember(struct program *p)
{
	p->size = struct_size(p->invs, inv, p->invs->num);
	memcpy(p->before, p->invs, p->size);
}

static bool untouched(const struct program *p)
{
	return !memcmp(p->before, p->invs, p->size);
}

/* Insertion sort by the model's key; no key comes twice. */
static unsigned int put(struct smmux_inv *list, unsigned int num, const struct smmux_inv *inv)
{
	u64 key = model_key(inv);
	unsigned int i;

	for (i = num; i; i--) {
		u64 other = model_key(&list[i - 1]);

		if (other == key)
			return num;
		if (other < key)
			break;
	}
	memmove(&list[i + 1], &list[i], (num - i) * sizeof(*list));
	list[i] = *inv;
	return num + 1;
}

static const char *do_merge(struct program *p)
{
	struct smmux_inv add[MAX_AT_ONCE], copy[MAX_AT_ONCE], inv;
	unsigned int i, num = 0, tries = rng_below(&p->rng, MAX_AT_ONCE + 1);
	struct smmux_invs *new;

	for (i = 0; i < tries; i++) {
		inv = model_random_inv(&p->rng);
		num = put(add, num, &inv);
	}
	memcpy(copy, add, sizeof(add));
	remember(p);
	new = smmux_invs_merge(p->invs, add, num, GFP_KERNEL);
	if (IS_ERR(new))
		return "merge failed";
	if (!untouched(p) || memcmp(copy, add, num * sizeof(*add))) {
		kfree(new);
		return "merge changed its input";
	}
	kfree(p->invs);
	p->invs = new;
	for (i = 0; i < num; i++)
		model_add(&p->model, &add[i]);
	p->model.dead = 0;
	return NULL;
}

static const char *do_unref(struct program *p)
{
	struct smmux_inv del[MAX_AT_ONCE], inv;
	unsigned int i, num = 0, tries = rng_below(&p->rng, MAX_AT_ONCE + 1);
	unsigned int before = p->invs->num;

	for (i = 0; i < tries && p->model.num; i++) {
		struct model_row *r = &p->model.row[rng_below(&p->rng, p->model.num)];

		inv = r->inv;
		inv.users = -7;
		num = put(del, num, &inv);
	}
	smmux_invs_unref(p->invs, del, num);
	for (i = 0; i < num; i++)
		if (del[i].users != model_drop(&p->model, model_find(&p->model, &del[i])))
			return "unref reported a wrong number of remaining users";
	return p->invs->num == before ? NULL : "unref changed the size";
}

static const char *do_purge(struct program *p)
{
	struct smmux_invs *new;

	remember(p);
	new = smmux_invs_purge(p->invs);
	if (!untouched(p)) {
		kfree(new);
		return "purge changed its input";
	}
	if (!p->model.dead) {
		kfree(new);
		return new ? "purge made an array although nothing was dead" : NULL;
	}
	if (!new)
		return "purge did nothing";
	kfree(p->invs);
	p->invs = new;
	p->model.dead = 0;
	return NULL;
}

static const char *do_find(struct program *p)
{
	u32 order = rng_below(&p->rng, 3), i;
	u8 kind = rng_below(&p->rng, 5);
	const struct smmux_inv *found;
	u64 least = U64_MAX;

	for (i = 0; i < p->model.num; i++) {
		struct model_row *r = &p->model.row[i];

		if (r->inv.order == order && r->inv.kind == kind)
			least = min(least, r->key);
	}
	found = smmux_invs_find(p->invs, order, kind);
	if (!found)
		return least == U64_MAX ? NULL : "find found nothing";
	if (!found->users)
		return "find found a dead entry";
	return model_key(found) == least ? NULL : "find did not find the first entry";
}

static const char *do_step(struct program *p)
{
	const char *wrong;

	switch (rng_below(&p->rng, 10)) {
	case 0 ... 3:
		wrong = do_merge(p);
		break;
	case 4 ... 7:
		wrong = do_unref(p);
		break;
	case 8:
		wrong = do_purge(p);
		break;
	default:
		wrong = do_find(p);
		break;
	}
	return wrong ?: model_differs(&p->model, p->invs);
}

static const char *run_program(struct program *p, u64 seed, unsigned int *step)
{
	unsigned int steps;
	const char *wrong = NULL;

	p->rng.state = seed;
	p->model.num = 0;
	p->model.dead = 0;
	p->invs = smmux_invs_alloc(0, GFP_KERNEL);
	if (!p->invs)
		return "no memory";
	steps = MIN_STEPS + rng_below(&p->rng, 8);
	for (*step = 0; *step < steps && !wrong; ++*step)
		wrong = do_step(p);
	kfree(p->invs);
	return wrong;
}

static const unsigned int portions[PORTIONS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
KUNIT_ARRAY_PARAM(portions, portions, NULL);

static void programs(struct kunit *test)
{
	const unsigned int *portion = test->param_value;
	struct program *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	unsigned long seed = smmux_kunit_seed + *portion * PROGRAMS;
	unsigned int i, step = 0;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < PROGRAMS; i++, seed++) {
		const char *wrong = run_program(p, seed, &step);

		KUNIT_ASSERT_NULL_MSG(test, wrong, "seed %lu, step %u: %s", seed, step, wrong);
		cond_resched();
	}
}

/* The order in which commands must be sent is the order of the numbers. */
static void kinds(struct kunit *test)
{
	static const bool atc[] = { false, false, false, true, true };
	unsigned int i;

	KUNIT_EXPECT_EQ(test, SMMUX_NUM_INV_KINDS, 5);
	KUNIT_EXPECT_LT(test, SMMUX_INV_S1_ASID, SMMUX_INV_S2_VMID);
	KUNIT_EXPECT_LT(test, SMMUX_INV_S2_VMID, SMMUX_INV_NESTED_CLEAR);
	KUNIT_EXPECT_LT(test, SMMUX_INV_NESTED_CLEAR, SMMUX_INV_ATC_RANGE);
	KUNIT_EXPECT_LT(test, SMMUX_INV_ATC_RANGE, SMMUX_INV_ATC_FULL);
	for (i = 0; i < ARRAY_SIZE(atc); i++)
		KUNIT_EXPECT_EQ(test, smmux_inv_is_atc(&(struct smmux_inv){ .kind = i }), atc[i]);
}

static void compare(struct kunit *test)
{
	/* Each row is greater than the one before: in one member, even if others are smaller. */
	static const struct smmux_inv up[] = {
		{ .order = 0, .kind = 0, .id = 0, .ssid = 0 },
		{ .order = 0, .kind = 0, .id = 0, .ssid = U32_MAX },
		{ .order = 0, .kind = 0, .id = 1, .ssid = 0 },
		{ .order = 0, .kind = 0, .id = U32_MAX, .ssid = 0 },
		{ .order = 0, .kind = 1, .id = 0, .ssid = 0 },
		{ .order = 1, .kind = 0, .id = 0, .ssid = 0 },
		{ .order = U32_MAX, .kind = 0, .id = 0, .ssid = 0 },
		{ .order = U32_MAX, .kind = 255, .id = 0, .ssid = 0 },
	};
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(up); i++)
		for (k = 0; k < ARRAY_SIZE(up); k++) {
			int c = smmux_inv_cmp(&up[i], &up[k]);

			KUNIT_EXPECT_EQ_MSG(test, c < 0, i < k, "%u to %u", i, k);
			KUNIT_EXPECT_EQ_MSG(test, c > 0, i > k, "%u to %u", i, k);
		}
}

/* An entry that is missing or has no users is a caller's bug: a warning, and no change. */
static void unref_of_nothing(struct kunit *test)
{
	struct smmux_inv add[2] = {
		{ .order = 1, .kind = SMMUX_INV_S1_ASID, .id = 5 },
		{ .order = 1, .kind = SMMUX_INV_S1_ASID, .id = 7 },
	};
	struct smmux_inv del[4] = { add[0], add[0], add[1], add[1] };
	struct smmux_invs *none = smmux_invs_alloc(0, GFP_KERNEL), *invs;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, none);
	invs = smmux_invs_merge(none, add, 2, GFP_KERNEL);
	kfree(none);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, invs);
	del[0].id = 4;		/* before the first */
	del[2].id = 6;		/* between two */
	del[3].id = 8;		/* after the last */

	kunit_warning_suppress(test) {
		smmux_invs_unref(invs, del, 4);
		KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, 3);
	}
	KUNIT_EXPECT_EQ(test, invs->inv[0].users, 0);
	KUNIT_EXPECT_EQ(test, invs->inv[1].users, 1);
	KUNIT_EXPECT_EQ(test, invs->dead, 1U);
	/* The result is "one left", so that the caller does not free the tag. */
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, del[i].users, i == 1 ? 0 : 1);

	kunit_warning_suppress(test) {
		smmux_invs_unref(invs, &add[0], 1);
		KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, 1);
	}
	KUNIT_EXPECT_EQ(test, invs->inv[0].users, 0);
	KUNIT_EXPECT_EQ(test, invs->dead, 1U);
	kfree(invs);
}

/* A dead entry that is used again takes the new contents: the old stream may be freed. */
static void revived(struct kunit *test)
{
	struct smmux_stream *old = (void *)0x1000UL, *new = (void *)0x2000UL;
	struct smmux_inv inv = { .order = 1, .kind = SMMUX_INV_ATC_RANGE, .id = 7, .stream = old };
	struct smmux_invs *none = smmux_invs_alloc(0, GFP_KERNEL), *was, *now;

	KUNIT_ASSERT_NOT_NULL(test, none);
	was = smmux_invs_merge(none, &inv, 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, was);
	smmux_invs_unref(was, &inv, 1);
	inv.stream = new;
	now = smmux_invs_merge(was, &inv, 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, now);
	KUNIT_EXPECT_EQ(test, now->num, 1);
	KUNIT_EXPECT_EQ(test, now->inv[0].users, 1);
	KUNIT_EXPECT_PTR_EQ(test, now->inv[0].stream, new);
	kfree(none);
	kfree(was);
	kfree(now);
}

static void use_lock(struct smmux_invs *invs)
{
	read_lock(&invs->ats_lock);
	read_unlock(&invs->ats_lock);
	write_lock(&invs->ats_lock);
	write_unlock(&invs->ats_lock);
}

/* Each array has its own lock, which lockdep or the host's runner checks. */
static void locks(struct kunit *test)
{
	struct smmux_inv inv[2] = {
		{ .order = 1, .kind = SMMUX_INV_ATC_RANGE, .id = 7 },
		{ .order = 1, .kind = SMMUX_INV_ATC_RANGE, .id = 8 },
	};
	struct smmux_invs *none = smmux_invs_alloc(0, GFP_KERNEL), *merged, *purged;

	KUNIT_ASSERT_NOT_NULL(test, none);
	use_lock(none);
	merged = smmux_invs_merge(none, inv, 2, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, merged);
	use_lock(merged);
	smmux_invs_unref(merged, inv, 1);
	purged = smmux_invs_purge(merged);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, purged);
	use_lock(purged);
	kfree(none);
	kfree(merged);
	kfree(purged);
}

/* More than any allocator can give: a real failure, not an injected one. */
static void no_memory(struct kunit *test)
{
	struct smmux_inv inv = { .order = 1, .kind = SMMUX_INV_ATC_FULL, .id = 3 };
	struct smmux_invs *none = smmux_invs_alloc(0, GFP_KERNEL), *invs, *result;

	KUNIT_ASSERT_NOT_NULL(test, none);
	invs = smmux_invs_merge(none, &inv, 1, GFP_KERNEL);
	kfree(none);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, invs);

	/* The page allocator warns about such sizes. */
	kunit_warning_suppress(test) {
		result = smmux_invs_merge(invs, &inv, INT_MAX, GFP_KERNEL);
	}
	KUNIT_EXPECT_PTR_EQ(test, result, ERR_PTR(-ENOMEM));
	kunit_warning_suppress(test) {
		result = smmux_invs_merge(invs, &inv, INT_MAX, GFP_KERNEL | __GFP_NOFAIL);
	}
	KUNIT_EXPECT_PTR_EQ(test, result, ERR_PTR(-ENOMEM));
	KUNIT_EXPECT_EQ(test, invs->num, 1U);
	KUNIT_EXPECT_EQ(test, invs->inv[0].users, 1);
	KUNIT_EXPECT_TRUE(test, invs->has_ats);

	smmux_invs_unref(invs, &inv, 1);
	invs->num = INT_MAX;
	/* Without a warning: the caller handles the failure. */
	KUNIT_EXPECT_NULL(test, smmux_invs_purge(invs));
	KUNIT_EXPECT_EQ(test, invs->dead, 1U);
	KUNIT_EXPECT_EQ(test, invs->inv[0].users, 0);
	kfree(invs);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kinds),
	KUNIT_CASE(compare),
	KUNIT_CASE_PARAM(programs, portions_gen_params),
	KUNIT_CASE(unref_of_nothing),
	KUNIT_CASE(revived),
	KUNIT_CASE(locks),
	KUNIT_CASE(no_memory),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_invs",
	.test_cases = cases,
};
kunit_test_suite(suite);

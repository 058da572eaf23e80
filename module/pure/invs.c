// SPDX-License-Identifier: GPL-2.0
/*
 * invs - building and editing invalidation arrays; see invs.h for the rules.
 */
#include "pure/invs.h"

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/slab.h>

static int by(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

int smmux_inv_cmp(const struct smmux_inv *a, const struct smmux_inv *b)
{
	return by(a->order, b->order) ?: by(a->kind, b->kind) ?:
	       by(a->id, b->id) ?: by(a->ssid, b->ssid);
}

struct smmux_invs *smmux_invs_alloc(unsigned int num, gfp_t gfp)
{
	struct smmux_invs *invs = kzalloc(struct_size(invs, inv, num), gfp);

	if (invs)
		rwlock_init(&invs->ats_lock);
	return invs;
}

static void append(struct smmux_invs *to, const struct smmux_inv *inv, int users)
{
	to->inv[to->num] = *inv;
	to->inv[to->num++].users = users;
	if (smmux_inv_is_atc(inv))
		to->has_ats = true;
}

/* Which list has the next entry: -1 old, 1 add, 0 both. */
static int whose_turn(const struct smmux_invs *old, unsigned int i,
		      const struct smmux_inv *add, unsigned int k, unsigned int num)
{
	if (k == num)
		return -1;
	if (i == old->num)
		return 1;
	return smmux_inv_cmp(&old->inv[i], &add[k]);
}

struct smmux_invs *smmux_invs_merge(const struct smmux_invs *old,
				    const struct smmux_inv *add,
				    unsigned int num, gfp_t gfp)
{
	struct smmux_invs *invs;
	unsigned int i = 0, k = 0;

	/* The page allocator does not promise several pages in a row. */
	if (struct_size(invs, inv, old->num + num) > PAGE_SIZE)
		gfp &= ~__GFP_NOFAIL;
	invs = smmux_invs_alloc(old->num + num, gfp);
	if (!invs)
		return ERR_PTR(-ENOMEM);

	while (i < old->num || k < num) {
		int turn = whose_turn(old, i, add, k, num);

		if (turn <= 0) {
			const struct smmux_inv *o = &old->inv[i++];
			int users = o->users + !turn;

			/* A dead entry's stream may be freed, and its id reused. */
			if (users)
				append(invs, turn ? o : &add[k], users);
			k += !turn;
		} else {
			append(invs, &add[k++], 1);
		}
	}
	return invs;
}

void smmux_invs_unref(struct smmux_invs *invs, struct smmux_inv *del,
		      unsigned int num)
{
	unsigned int i = 0, k;

	for (k = 0; k < num; k++) {
		struct smmux_inv *inv;

		while (i < invs->num && smmux_inv_cmp(&invs->inv[i], &del[k]) < 0)
			i++;
		inv = &invs->inv[i];
		if (WARN_ON_ONCE(i == invs->num || !inv->users ||
				 smmux_inv_cmp(inv, &del[k]))) {
			del[k].users = 1;	/* so that the caller ignores it */
			continue;
		}
		WRITE_ONCE(inv->users, inv->users - 1);
		del[k].users = inv->users;
		if (!inv->users)
			invs->dead++;
	}
}

struct smmux_invs *smmux_invs_purge(const struct smmux_invs *old)
{
	struct smmux_invs *invs;
	unsigned int i;

	if (!old->dead)
		return NULL;
	invs = smmux_invs_alloc(old->num - old->dead, GFP_KERNEL | __GFP_NOWARN);
	if (!invs)
		return NULL;
	for (i = 0; i < old->num; i++)
		if (old->inv[i].users)
			append(invs, &old->inv[i], old->inv[i].users);
	return invs;
}

const struct smmux_inv *smmux_invs_find(const struct smmux_invs *invs,
					u32 order, enum smmux_inv_kind kind)
{
	unsigned int i;

	for (i = 0; i < invs->num; i++) {
		const struct smmux_inv *inv = &invs->inv[i];

		if (inv->order == order && inv->kind == kind && inv->users)
			return inv;
	}
	return NULL;
}

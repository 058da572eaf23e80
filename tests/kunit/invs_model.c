// SPDX-License-Identifier: GPL-2.0
/*
 * invs_model - the model, and its comparison with a real array.
 */
#include "invs_model.h"

u64 model_key(const struct smmux_inv *inv)
{
	return (u64)inv->order << 56 | (u64)inv->kind << 48 | (u64)inv->id << 20 | inv->ssid;
}

struct smmux_inv model_random_inv(struct rng *rng)
{
	struct smmux_inv inv = {
		.order = rng_below(rng, 3),
		.kind = rng_below(rng, 5),
		/* The ends of the range, so that a compare by subtraction fails. */
		.id = (u32[]){ 0, 1, 0x7fffff, 0xfffffff }[rng_below(rng, 4)],
		.ssid = (u32[]){ 0, 0xfffff }[rng_below(rng, 2)],
		.users = rng_below(rng, 3) - 1,
	};

	inv.smmu = (struct smmux_device *)(0x1000UL * (inv.order + 1));
	/* Other members are derived from the key, so that a mix-up is detected. */
	inv.w0 = ~model_key(&inv);
	return inv;
}

static struct model_row *find_key(struct model *m, u64 key)
{
	unsigned int i;

	for (i = 0; i < m->num; i++)
		if (m->row[i].key == key)
			return &m->row[i];
	return NULL;
}

struct model_row *model_find(struct model *m, const struct smmux_inv *inv)
{
	return find_key(m, model_key(inv));
}

void model_add(struct model *m, const struct smmux_inv *inv)
{
	struct model_row *r = model_find(m, inv);

	if (r) {
		r->users++;
		return;
	}
	m->row[m->num++] = (struct model_row){ .key = model_key(inv), .inv = *inv, .users = 1 };
}

int model_drop(struct model *m, struct model_row *row)
{
	if (--row->users)
		return row->users;
	*row = m->row[--m->num];
	m->dead++;
	return 0;
}

static const char *wrong_row(struct model *m, const struct smmux_inv *inv, u64 key)
{
	struct model_row *r = find_key(m, key);

	if (inv->smmu != (struct smmux_device *)(0x1000UL * (inv->order + 1)))
		return "an entry has another's SMMU";
	if (inv->w0 != ~key)
		return "an entry has another's command";
	if (!inv->users)
		return r ? "an entry with users is dead" : NULL;
	if (!r)
		return "an entry without users is alive";
	return r->users == inv->users ? NULL : "a user count is wrong";
}

const char *model_differs(struct model *m, const struct smmux_invs *invs)
{
	unsigned int i, dead = 0;
	bool ats = false;
	u64 last = 0;

	for (i = 0; i < invs->num; i++) {
		const struct smmux_inv *inv = &invs->inv[i];
		u64 key = model_key(inv);
		const char *wrong = wrong_row(m, inv, key);

		if (wrong)
			return wrong;
		if (i && key <= last)
			return "not sorted, or one key twice";
		last = key;
		dead += !inv->users;
		ats |= inv->kind == 3 || inv->kind == 4;
	}
	if (invs->num - dead != m->num)
		return "live entries are missing";
	if (invs->dead != dead || dead != m->dead)
		return "the count of dead entries is wrong";
	return invs->has_ats == ats ? NULL : "has_ats is wrong";
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * invs_model - the expected contents of an invalidation array, as simple as possible: an
 * unsorted list with linear search.
 */
#ifndef SMMUX_KUNIT_INVS_MODEL_H
#define SMMUX_KUNIT_INVS_MODEL_H

#include "pure/invs.h"
#include "suite.h"

/* Three SMMUs, five kinds, four ids, two ssids: small enough to collide often. */
#define MODEL_KEYS	(3 * 5 * 4 * 2)

struct model_row {
	u64 key;
	struct smmux_inv inv;
	int users;
};

struct model {
	unsigned int num;		/* rows; a row with no users is removed */
	unsigned int dead;		/* removed since the array was last rebuilt */
	struct model_row row[MODEL_KEYS];
};

/* The key as one number that sorts as the array must, without the driver's compare. */
u64 model_key(const struct smmux_inv *inv);

struct smmux_inv model_random_inv(struct rng *rng);
struct model_row *model_find(struct model *m, const struct smmux_inv *inv);
void model_add(struct model *m, const struct smmux_inv *inv);

/* Removes one user; returns how many are left. */
int model_drop(struct model *m, struct model_row *row);

/* NULL if @invs agrees with @m, or a description of the difference. */
const char *model_differs(struct model *m, const struct smmux_invs *invs);

#endif /* SMMUX_KUNIT_INVS_MODEL_H */

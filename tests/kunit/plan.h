/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plan - replays plans of the driver's planner and checks each state that a walker can
 * see, with an independent reading of the architecture.
 */
#ifndef SMMUX_KUNIT_PLAN_H
#define SMMUX_KUNIT_PLAN_H

#include "pure/entry.h"
#include "suite.h"

#define WORDS	8

struct meaning {
	unsigned int what;		/* kind of entry, numbered by the reader */
	u64 mask[WORDS];		/* bits that matter in an entry of this kind */
	u64 value[WORDS];		/* and their values */
};

/* A field, and the circumstances (bits that the reader defines) in which it matters. */
struct field {
	u8 word, hi, lo;
	u8 when;
};

struct subject {
	const struct smmux_entry_kind *kind;
	void (*read)(const u64 *ent, struct meaning *m);
	unsigned int parked;		/* the @what that is allowed between old and new */
	u64 loose;			/* bits of word 1 that no meaning contains */
};

struct variant {
	const char *name;
	u64 w[WORDS];
};

/* For readers: adds the fields that matter under @circumstances. */
void plan_read_fields(const struct field *fields, unsigned int num, u8 circumstances,
		      const u64 *ent, struct meaning *m);

/* All ordered pairs, replayed and applied. */
void plan_check_all(struct kunit *test, const struct subject *s,
		    const struct variant *v, unsigned int num);

/* The same for @num pairs of random words; @shape makes valid entries more frequent. */
void plan_check_random(struct kunit *test, const struct subject *s, unsigned int num,
		       void (*shape)(struct rng *rng, u64 *ent));

#endif /* SMMUX_KUNIT_PLAN_H */

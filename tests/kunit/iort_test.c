// SPDX-License-Identifier: GPL-2.0
/*
 * iort_test - an IORT (I/O Remapping Table) written byte by byte from the figures of DEN
 * 0049: two SMMUs, clients of each kind and counter groups; then the same table damaged.
 * Its memory has exactly its size, so that KASAN detects a read beyond it.
 */
#include "pure/iort.h"

#include <linux/acpi.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "suite.h"

#define SMMU_A	0x2b400000ULL
#define SMMU_B	0x4f000000ULL
#define ABSENT	0x60000000ULL
#define ROUNDS	20000

struct table {
	u8 bytes[1024];
	u32 size, nodes;
};

static void w16(struct table *t, u32 at, u16 v)
{
	put_unaligned_le16(v, t->bytes + at);
}

static void w32(struct table *t, u32 at, u32 v)
{
	put_unaligned_le32(v, t->bytes + at);
}

/* Returns its offset. */
static u32 add(struct table *t, u8 type, u16 size)
{
	u32 at = t->size;

	t->bytes[at] = type;
	w16(t, at + 1, size);
	t->size += size;
	w32(t, 4, t->size);
	w32(t, 36, ++t->nodes);
	return at;
}

static void begin(struct table *t)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->bytes, "IORT", 4);
	w32(t, 40, 48);
	t->size = 48;
}

static u32 add_smmu(struct table *t, u64 base)
{
	u32 at = add(t, 4, 68);

	put_unaligned_le64(base, t->bytes + at + 16);
	return at;
}

/* @at + @offset: an ID mapping at the end of a node of @offset + 20 bytes. */
static void map(struct table *t, u32 at, u32 offset, u32 first, u32 num, u32 to)
{
	w32(t, at + 8, 1);
	w32(t, at + 12, offset);
	w32(t, at + offset, first);
	w32(t, at + offset + 4, num - 1);
	w32(t, at + offset + 12, to);
}

static void add_rc(struct table *t, u32 segment, u32 first, u32 num, u32 to)
{
	u32 at = add(t, 2, 56);

	w32(t, at + 28, segment);
	map(t, at, 36, first, num, to);
}

static void add_component(struct table *t, const char *name, u32 to)
{
	u32 at = add(t, 1, 80);

	strscpy(t->bytes + at + 29, name, 31);
	map(t, at, 60, 0, 1, to);
}

static void add_pmcg(struct table *t, u64 page, u32 to)
{
	u32 at = add(t, 5, 40);

	put_unaligned_le64(page, t->bytes + at + 16);
	w32(t, at + 28, to);
}

static void make(struct table *t)
{
	u32 a, b, rc;

	begin(t);
	a = add_smmu(t, SMMU_A);
	b = add_smmu(t, SMMU_B);
	rc = t->size;
	add_rc(t, 0, 0x100, 0x80, a);
	add_rc(t, 1, 0, 0x10000, b);
	add_component(t, "\\_SB.DMA0", a);
	add_pmcg(t, 0x2b402000, a);
	add_pmcg(t, 0x4f002000, b);
	add_pmcg(t, 0x2b442000, a);
	add_pmcg(t, 0x70000000, rc);
}

/* A copy in memory of exactly @size bytes; the caller frees it. */
static struct acpi_table_iort *image(struct kunit *test, const struct table *t, u32 size)
{
	void *copy = kmemdup(t->bytes, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	return copy;
}

static void finds_clients(struct kunit *test)
{
	struct acpi_table_iort *iort;
	struct table t;

	make(&t);
	iort = image(test, &t, t.size);
	KUNIT_EXPECT_FALSE(test, smmux_iort_rc_sends(iort, SMMU_A, 0, 0xff));
	KUNIT_EXPECT_TRUE(test, smmux_iort_rc_sends(iort, SMMU_A, 0, 0x100));
	KUNIT_EXPECT_TRUE(test, smmux_iort_rc_sends(iort, SMMU_A, 0, 0x17f));
	KUNIT_EXPECT_FALSE(test, smmux_iort_rc_sends(iort, SMMU_A, 0, 0x180));
	KUNIT_EXPECT_FALSE(test, smmux_iort_rc_sends(iort, SMMU_B, 0, 0x100));
	KUNIT_EXPECT_FALSE(test, smmux_iort_rc_sends(iort, SMMU_A, 1, 0x100));
	KUNIT_EXPECT_TRUE(test, smmux_iort_rc_sends(iort, SMMU_B, 1, 0xffff));
	KUNIT_EXPECT_FALSE(test, smmux_iort_rc_sends(iort, ABSENT, 1, 0xffff));
	KUNIT_EXPECT_TRUE(test, smmux_iort_component_sends(iort, SMMU_A, "\\_SB.DMA0"));
	KUNIT_EXPECT_FALSE(test, smmux_iort_component_sends(iort, SMMU_B, "\\_SB.DMA0"));
	KUNIT_EXPECT_FALSE(test, smmux_iort_component_sends(iort, SMMU_A, "\\_SB.DMA"));
	KUNIT_EXPECT_FALSE(test, smmux_iort_component_sends(iort, SMMU_A, "\\_SB.DMA00"));
	kfree(iort);
}

static void finds_counter_groups(struct kunit *test)
{
	struct acpi_table_iort *iort;
	struct table t;

	make(&t);
	iort = image(test, &t, t.size);
	KUNIT_EXPECT_EQ(test, smmux_iort_pmcg(iort, SMMU_A, 0), 0x2b402000);
	KUNIT_EXPECT_EQ(test, smmux_iort_pmcg(iort, SMMU_A, 1), 0x2b442000);
	KUNIT_EXPECT_EQ(test, smmux_iort_pmcg(iort, SMMU_A, 2), 0);
	KUNIT_EXPECT_EQ(test, smmux_iort_pmcg(iort, SMMU_B, 0), 0x4f002000);
	KUNIT_EXPECT_EQ(test, smmux_iort_pmcg(iort, SMMU_B, 1), 0);
	KUNIT_EXPECT_EQ(test, smmux_iort_pmcg(iort, ABSENT, 0), 0);
	kfree(iort);
}

/* A name that fills its node has no terminating zero and is invalid. */
static void wants_an_end_of_a_name(struct kunit *test)
{
	struct acpi_table_iort *iort;
	struct table t;
	u32 to, at;

	begin(&t);
	to = add_smmu(&t, SMMU_A);
	at = add(&t, 1, 29 + 4);
	memcpy(t.bytes + at + 29, "NAME", 4);
	/* The mapping overlaps the name: output reference after 12 bytes. */
	w32(&t, at + 8, 1);
	w32(&t, at + 12, 13);
	w32(&t, at + 13 + 12, to);
	iort = image(test, &t, t.size);
	KUNIT_EXPECT_FALSE(test, smmux_iort_component_sends(iort, SMMU_A, "NAME"));
	KUNIT_EXPECT_FALSE(test, smmux_iort_component_sends(iort, SMMU_A, "NAMES"));
	kfree(iort);
}

/* An SMMU node that ends after its address is invalid: its other members are missing. */
static void wants_a_whole_smmu(struct kunit *test)
{
	struct acpi_table_iort *iort;
	struct table t;
	u16 size;
	u32 at;

	for (size = 24; size <= 72; size++) {
		begin(&t);
		at = add(&t, 4, size);
		put_unaligned_le64(SMMU_A, t.bytes + at + 16);
		add_pmcg(&t, 0x2b402000, at);
		iort = image(test, &t, t.size);
		KUNIT_EXPECT_EQ_MSG(test, smmux_iort_pmcg(iort, SMMU_A, 0),
				    size >= 68 ? 0x2b402000 : 0, "node of %u bytes", size);
		kfree(iort);
	}
}

/* A truncated table has only the nodes that fit. */
static void stops_at_the_end(struct kunit *test)
{
	struct acpi_table_iort *iort;
	struct table t;
	u32 size;

	make(&t);
	for (size = 48; size < t.size; size++) {
		w32(&t, 4, size);
		iort = image(test, &t, size);
		/* The second group of A is the last node but one. */
		KUNIT_EXPECT_EQ(test, smmux_iort_pmcg(iort, SMMU_A, 1),
				size >= t.size - 40 ? 0x2b442000 : 0);
		smmux_iort_rc_sends(iort, SMMU_B, 1, 1);
		smmux_iort_component_sends(iort, SMMU_A, "\\_SB.DMA0");
		kfree(iort);
	}
}

/* With any wrong bytes except the table's length: it answers and reads nothing beyond. */
static void survives_noise(struct kunit *test)
{
	struct rng rng = { .state = smmux_kunit_seed };
	unsigned int round, i, found = 0;
	/* Static: two tables are too large for a stack frame. */
	static struct table t, damaged;
	struct acpi_table_iort *iort;

	make(&t);
	for (round = 0; round < ROUNDS; round++) {
		damaged = t;
		for (i = rng_below(&rng, 8) + 1; i; i--)
			damaged.bytes[36 + rng_below(&rng, t.size - 36)] = rng_sized(&rng);
		iort = image(test, &damaged, t.size);
		for (i = 0; i < 4; i++)
			found += !!smmux_iort_pmcg(iort, SMMU_A, i);
		found += smmux_iort_rc_sends(iort, SMMU_A, 0, 0x123);
		found += smmux_iort_component_sends(iort, SMMU_A, "\\_SB.DMA0");
		kfree(iort);
	}
	/* The damage loses some of the answers, not nearly all and not none. */
	KUNIT_EXPECT_GT(test, found, ROUNDS);
	KUNIT_EXPECT_LT(test, found, 4 * ROUNDS);
}

static struct kunit_case iort_cases[] = {
	KUNIT_CASE(finds_clients),
	KUNIT_CASE(finds_counter_groups),
	KUNIT_CASE(wants_an_end_of_a_name),
	KUNIT_CASE(wants_a_whole_smmu),
	KUNIT_CASE(stops_at_the_end),
	KUNIT_CASE(survives_noise),
	{}
};

static struct kunit_suite iort_suite = {
	.name = "smmux_iort",
	.test_cases = iort_cases,
};
kunit_test_suite(iort_suite);

// SPDX-License-Identifier: GPL-2.0
/*
 * cd_test - context descriptors as the builder writes them.
 *
 * Positions, IHI 0070 5.4.  Word 0: T0SZ 5:0, TG0 7:6, IR0 9:8, OR0 11:10,
 * SH0 13:12, EPD0 14, EPD1 30, V 31, IPS 34:32, AA64 41, HD 42, HA 43, S 44,
 * R 45, A 46, ASET 47, ASID 63:48.  Word 1: TTB0 51:4.  Word 3: MAIR.
 */
#include "pure/cd.h"

#include <linux/string.h>

#include "suite.h"

/* EPD1, V, AA64, R, A, ASET. */
#define ALWAYS	0x0000e200c0000000ULL

static void each_field(struct kunit *test)
{
	struct smmux_cd_s1 s1;
	struct smmux_cd cd;
	unsigned int i;

#define WITH(w0, w1, w3, ...) do {						\
	const u64 want[8] = { ALWAYS | (w0), w1, 0, w3 };			\
										\
	s1 = (struct smmux_cd_s1){ __VA_ARGS__ };				\
	memset(&cd, 0xff, sizeof(cd));						\
	smmux_cd_s1(&cd, &s1);							\
	for (i = 0; i < 8; i++)							\
		KUNIT_EXPECT_EQ_MSG(test, cd.w[i], want[i],			\
				    "word %u with " #__VA_ARGS__, i);		\
} while (0)
	WITH(0, 0, 0, .asid = 0);
	WITH(0x0001000000000000, 0, 0, .asid = 1);
	WITH(0xffff000000000000, 0, 0, .asid = 0xffff);
	WITH(0x10, 0, 0, .tsz = 16);
	WITH(0x3f, 0, 0, .tsz = 63);
	WITH(0x40, 0, 0, .tg = 1);
	WITH(0xc0, 0, 0, .tg = 3);
	WITH(0x100, 0, 0, .ir = 1);
	WITH(0x300, 0, 0, .ir = 3);
	WITH(0x400, 0, 0, .or = 1);
	WITH(0xc00, 0, 0, .or = 3);
	WITH(0x3000, 0, 0, .sh = 3);
	WITH(0x100000000, 0, 0, .ips = 1);
	WITH(0x700000000, 0, 0, .ips = 7);
	WITH(0x100000000000, 0, 0, .stall = true);
	WITH(0x80000000000, 0, 0, .ha = true);
	WITH(0x40000000000, 0, 0, .hd = true);
	WITH(0, 0x12345670, 0, .ttbr = 0x12345670);
	WITH(0, 0x000ffffffffffff0, 0, .ttbr = ~0ULL);
	WITH(0, 0, 0xf404ff44, .mair = 0xf404ff44);
	WITH(0, 0, ~0ULL, .mair = ~0ULL);
#undef WITH
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_field),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_cd",
	.test_cases = cases,
};
kunit_test_suite(suite);

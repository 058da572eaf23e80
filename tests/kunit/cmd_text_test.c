// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_text_test - the text of a command, in a buffer of any length.
 */
#include "pure/cmd.h"

#include <linux/string.h>

#include "suite.h"

#define GUARD	0xa5

/* One row for each opcode of chapter 4, and variants where the operands differ. */
static const struct {
	u64 w0, w1;
	const char *text;
} rows[] = {
	{ 0x0000001200005801, 0, "PREFETCH_CONFIG sid 0x12 ssid 5" },
	{ 0x0000001200005802, 0x1000, "PREFETCH_ADDR sid 0x12 ssid 5" },
	{ 0xfedcba9800000003, 0, "CFGI_STE sid 0xfedcba98" },
	{ 0xfedcba9800000003, 1, "CFGI_STE sid 0xfedcba98 leaf" },
	{ 0x0000004000000004, 5, "CFGI_STE_RANGE sid 0x40 range 5" },
	{ 0x0000004000000004, 31, "CFGI_STE_RANGE sid 0x40 range 31" },
	{ 0x00000001fffff005, 1, "CFGI_CD sid 0x1 ssid 1048575 leaf" },
	{ 0x00000001fffff005, 0, "CFGI_CD sid 0x1 ssid 1048575" },
	{ 0x0000000700000006, 1, "CFGI_CD_ALL sid 0x7" },
	{ 0x0003000900000010, 0, "TLBI_NH_ALL vmid 9" },
	{ 0x0003000900000011, 0, "TLBI_NH_ASID asid 3 vmid 9" },
	{ 0xffff000900000012, 0x123456789abcd000,
	  "TLBI_NH_VA asid 65535 vmid 9 addr 0x123456789abcd000" },
	/* NUM 3 and SCALE 2: (3 + 1) << 2 pages; TG 1 = 4K, TTL 3, leaf. */
	{ 0x0003000900203012, 0x40000701,
	  "TLBI_NH_VA asid 3 vmid 9 addr 0x40000000 pages 16 of 4K ttl 3 leaf" },
	/* The largest range: (31 + 1) << 31. */
	{ 0x0003000901f1f012, 0x40000800,
	  "TLBI_NH_VA asid 3 vmid 9 addr 0x40000000 pages 68719476736 of 16K ttl 0" },
	/* Without a granule NUM, SCALE and TTL have no meaning (4.4.1). */
	{ 0x0003000900203013, 0x40000301, "TLBI_NH_VAA vmid 9 addr 0x40000000 leaf" },
	{ 0x0003000900000018, 0, "TLBI_EL3_ALL" },
	{ 0x000300090000001a, 0x5001, "TLBI_EL3_VA addr 0x5000 leaf" },
	{ 0x0003000900000020, 0, "TLBI_EL2_ALL" },
	{ 0x0003000900000021, 0, "TLBI_EL2_ASID asid 3" },
	{ 0x0003000900000022, 0x5000, "TLBI_EL2_VA asid 3 addr 0x5000" },
	{ 0x0003000900000023, 0x5001, "TLBI_EL2_VAA addr 0x5000 leaf" },
	{ 0x0003000900000028, 0, "TLBI_S12_VMALL vmid 9" },
	/* An IPA ends at bit 55. */
	{ 0x000300090000002a, 0xff0ffffffffff001,
	  "TLBI_S2_IPA vmid 9 addr 0xffffffffff000 leaf" },
	{ 0x000300090000102a, 0x10c00,
	  "TLBI_S2_IPA vmid 9 addr 0x10000 pages 2 of 64K ttl 0" },
	{ 0x0003000900000030, 0, "TLBI_NSNH_ALL" },
	{ 0x0000000100002840, 0x7003, "ATC_INV sid 0x1 ssid 2 addr 0x7000 pages 8" },
	{ 0x0000000100000040, 51, "ATC_INV sid 0x1 ssid 0 addr 0x0 pages 2251799813685248" },
	{ 0x0000000100000040, 52, "ATC_INV sid 0x1 ssid 0 all" },
	{ 0x0000000100000040, 63, "ATC_INV sid 0x1 ssid 0 all" },
	{ 0x0000000100002841, 0, "PRI_RESP sid 0x1 ssid 2" },
	{ 0x0000000100000044, 0xffff, "RESUME sid 0x1 stag 65535 terminate" },
	{ 0x0000000100001044, 7, "RESUME sid 0x1 stag 7 retry" },
	{ 0x0000000100002044, 7, "RESUME sid 0x1 stag 7 abort" },
	{ 0x0000000100000045, 0, "STALL_TERM sid 0x1" },
	{ 0x0000000000000046, 0, "SYNC cs none" },
	{ 0x89abcdef0fc01046, 0x12345678, "SYNC cs msi to 0x12345678 data 0x89abcdef" },
	{ 0x0000000000002046, 0, "SYNC cs sev" },
	{ 0x0000000000003046, 0, "SYNC cs reserved" },
	{ 0x00000000000000ff, 0xabc, "? 0x00000000000000ff 0x0000000000000abc" },
	{ 0, 0, "? 0x0000000000000000 0x0000000000000000" },
};

static void text(struct kunit *test)
{
	unsigned int i;
	char buf[128];

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct smmux_cmd c = { { rows[i].w0, rows[i].w1 } };
		int n = smmux_cmd_decode(&c, buf, sizeof(buf));

		KUNIT_EXPECT_STREQ(test, buf, rows[i].text);
		KUNIT_EXPECT_EQ(test, n, (int)strlen(rows[i].text));
	}
}

/* An opcode has a name, or "?"; the rows above contain each name. */
static void names(struct kunit *test)
{
	unsigned int op, i, known = 0;

	for (op = 0; op < 256; op++) {
		const char *name = smmux_cmd_name(op);
		bool found = false;

		for (i = 0; i < ARRAY_SIZE(rows); i++)
			if ((rows[i].w0 & 0xff) == op && rows[i].text[0] != '?') {
				size_t len = strlen(name);

				found = true;
				KUNIT_EXPECT_EQ_MSG(test, 0, strncmp(rows[i].text, name, len),
						    "opcode %#x is %s", op, name);
				KUNIT_EXPECT_TRUE(test, rows[i].text[len] == ' ' ||
						  rows[i].text[len] == '\0');
			}
		if (!found)
			KUNIT_EXPECT_STREQ(test, name, "?");
		known += found;
	}
	KUNIT_EXPECT_EQ(test, known, 24U);
}

/* Decodes into the first @len bytes of a guarded buffer; true if the result is correct. */
static bool fits(const struct smmux_cmd *c, const char *whole, size_t len)
{
	static char buf[200];
	size_t n;

	memset(buf, GUARD, sizeof(buf));
	n = smmux_cmd_decode(c, buf, len);
	if (memchr_inv(buf + len, GUARD, sizeof(buf) - len))
		return false;
	if (!len)
		return n == 0;
	return n == min(strlen(whole), len - 1) && !buf[n] && !memcmp(buf, whole, n);
}

static void short_buffers(struct kunit *test)
{
	struct rng rng = { smmux_kunit_seed };
	unsigned int op, len;
	char whole[160];

	for (op = 0; op < 256 && !has_failed(test); op++) {
		struct smmux_cmd c = { { (rng_next(&rng) & ~0xffULL) | op, rng_next(&rng) } };

		smmux_cmd_decode(&c, whole, sizeof(whole));
		for (len = 0; len < sizeof(whole); len++)
			KUNIT_EXPECT_TRUE_MSG(test, fits(&c, whole, len),
					      "opcode %#x, %u bytes: \"%s\"", op, len, whole);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(text),
	KUNIT_CASE(names),
	KUNIT_CASE(short_buffers),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_cmd_text",
	.test_cases = cases,
};
kunit_test_suite(suite);

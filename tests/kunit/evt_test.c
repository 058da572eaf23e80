// SPDX-License-Identifier: GPL-2.0
/*
 * evt_test - decoding of event records, also of invalid ones.
 *
 * Positions, IHI 0070 7.3.  Word 0: id 7:0, SSV 11, SubstreamID 31:12,
 * StreamID 63:32.  Word 1: STAG or Reason 15:0, Stall 31, PnU 33, InD 34,
 * RnW 35, NSIPA 38, S2 39, CLASS 41:40, TTRnW 44.  Word 2: InputAddr.
 * Word 3: IPA 51:12 or FetchAddr 51:3.
 */
#include "pure/evt.h"

#include <linux/ctype.h>
#include <linux/string.h>

#include "suite.h"

enum part { INPUT = 1, STAGE2_IPA = 2, FETCHED = 4, ACC = 8, CLS = 16, STL = 32, WHY = 64 };

#define FAULT_PARTS	(INPUT | STAGE2_IPA | ACC | CLS | STL)

static const struct row {
	u8 id, parts;
	const char *name;
} rows[] = {
	{ 0x01, INPUT | ACC | WHY, "F_UUT" },
	{ 0x02, 0, "C_BAD_STREAMID" },
	{ 0x03, FETCHED | WHY, "F_STE_FETCH" },
	{ 0x04, WHY, "C_BAD_STE" },
	{ 0x05, INPUT, "F_BAD_ATS_TREQ" },
	{ 0x06, 0, "F_STREAM_DISABLED" },
	{ 0x07, INPUT | ACC, "F_TRANSL_FORBIDDEN" },
	{ 0x08, 0, "C_BAD_SUBSTREAMID" },
	{ 0x09, FETCHED | WHY, "F_CD_FETCH" },
	{ 0x0a, WHY, "C_BAD_CD" },
	{ 0x0b, INPUT | ACC | CLS | FETCHED | WHY, "F_WALK_EABT" },
	{ 0x10, FAULT_PARTS, "F_TRANSLATION" },
	{ 0x11, FAULT_PARTS, "F_ADDR_SIZE" },
	{ 0x12, FAULT_PARTS, "F_ACCESS" },
	{ 0x13, FAULT_PARTS, "F_PERMISSION" },
	{ 0x20, INPUT | STAGE2_IPA | ACC | WHY, "F_TLB_CONFLICT" },
	{ 0x21, WHY, "F_CFG_CONFLICT" },
	{ 0x24, INPUT, "E_PAGE_REQUEST" },
	{ 0x25, FETCHED | WHY, "F_VMS_FETCH" },
};

static const struct row *row_of(u8 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].id == id)
			return &rows[i];
	return NULL;
}

/* The record by the positions above; fields without a meaning stay 0. */
static void read_record(const u64 *raw, struct smmux_evt *e)
{
	const struct row *row = row_of(bits_of(raw[0], 7, 0));
	u8 parts = row ? row->parts : 0;

	memset(e, 0, sizeof(*e));
	memcpy(e->raw, raw, sizeof(e->raw));
	e->id = bits_of(raw[0], 7, 0);
	e->sid = bits_of(raw[0], 63, 32);
	e->ssv = bits_of(raw[0], 11, 11);
	e->ssid = e->ssv ? bits_of(raw[0], 31, 12) : 0;
	if (parts & INPUT)
		e->iaddr = raw[2];
	if (parts & ACC) {
		e->pnu = bits_of(raw[1], 33, 33);
		e->ind = bits_of(raw[1], 34, 34);
		e->rnw = bits_of(raw[1], 35, 35);
	}
	if (parts & (CLS | STAGE2_IPA))
		e->s2 = bits_of(raw[1], 39, 39);
	if (parts & CLS)
		e->class = bits_of(raw[1], 41, 40);
	if (e->id == 0x13 && e->class == 1)
		e->ttrnw = bits_of(raw[1], 44, 44);
	if (parts & STAGE2_IPA && e->s2) {
		e->ipa = bits_of(raw[3], 51, 12) << 12;
		e->nsipa = bits_of(raw[1], 38, 38);
	} else {
		parts &= ~STAGE2_IPA;
	}
	if (parts & FETCHED)
		e->fetch = bits_of(raw[3], 51, 3) << 3;
	if (parts & WHY)
		e->reason = bits_of(raw[1], 15, 0);
	if (parts & STL && bits_of(raw[1], 31, 31)) {
		e->stall = true;
		e->stag = bits_of(raw[1], 15, 0);
	}
	e->has = (parts & INPUT ? SMMUX_EVT_HAS_IADDR : 0) |
		 (parts & STAGE2_IPA ? SMMUX_EVT_HAS_IPA : 0) |
		 (parts & FETCHED ? SMMUX_EVT_HAS_FETCH : 0) |
		 (parts & ACC ? SMMUX_EVT_HAS_ACCESS : 0) |
		 (parts & CLS ? SMMUX_EVT_HAS_CLASS : 0) |
		 (parts & STL ? SMMUX_EVT_HAS_STALL : 0) |
		 (parts & WHY ? SMMUX_EVT_HAS_REASON : 0);
}

static void expect_decoded(struct kunit *test, u64 w0, u64 w1, u64 w2, u64 w3)
{
	const u64 raw[4] = { w0, w1, w2, w3 };
	struct smmux_evt got, want;

	if (has_failed(test))
		return;
	memset(&got, 0xff, sizeof(got));
	smmux_evt_decode(raw, &got);
	read_record(raw, &want);
#define SAME(member)								\
	KUNIT_EXPECT_EQ_MSG(test, (u64)got.member, (u64)want.member, "%s of %32ph",	\
			    #member, raw)
	SAME(id);
	SAME(has);
	SAME(sid);
	SAME(ssv);
	SAME(ssid);
	SAME(iaddr);
	SAME(pnu);
	SAME(ind);
	SAME(rnw);
	SAME(s2);
	SAME(nsipa);
	SAME(class);
	SAME(ttrnw);
	SAME(ipa);
	SAME(fetch);
	SAME(reason);
	SAME(stall);
	SAME(stag);
#undef SAME
	KUNIT_EXPECT_MEMEQ(test, got.raw, raw, sizeof(raw));
}

/* Every id, with each bit set alone, and with all bits but one set. */
static void each_bit(struct kunit *test)
{
	unsigned int id, bit;

	for (id = 0; id < 256; id++) {
		expect_decoded(test, id, 0, 0, 0);
		expect_decoded(test, ~0xffULL | id, ~0ULL, ~0ULL, ~0ULL);
		if (!row_of(id) && id % 16)
			continue;
		for (bit = 8; bit < 64; bit++) {
			expect_decoded(test, id | 1ULL << bit, 0, 0, 0);
			expect_decoded(test, (~0xffULL | id) & ~(1ULL << bit), ~0ULL, ~0ULL, ~0ULL);
		}
		for (bit = 0; bit < 64; bit++) {
			expect_decoded(test, id, 1ULL << bit, 0, 0);
			expect_decoded(test, id, ~(1ULL << bit), ~0ULL, ~0ULL);
			expect_decoded(test, id, 1ULL << 39, 1ULL << bit, 1ULL << bit);
		}
	}
}

static void random_records(struct kunit *test)
{
	struct rng rng = { smmux_kunit_seed };
	unsigned int i, id;

	for (id = 0; id < 256; id++)
		for (i = 0; i < 16; i++)
			expect_decoded(test, (rng_next(&rng) & ~0xffULL) | id, rng_next(&rng),
				       rng_next(&rng), rng_next(&rng));
}

/* One complete record; input and expected values by hand. */
static void by_hand(struct kunit *test)
{
	const u64 raw[4] = { 0x12345678abcde813, 0x000011ce8000beef,
			     0xfedcba9876543210, 0xfff123456789afff };
	struct smmux_evt e;

	smmux_evt_decode(raw, &e);
	KUNIT_EXPECT_EQ(test, e.id, 0x13);
	KUNIT_EXPECT_EQ(test, e.sid, 0x12345678U);
	KUNIT_EXPECT_TRUE(test, e.ssv);
	KUNIT_EXPECT_EQ(test, e.ssid, 0xabcdeU);
	KUNIT_EXPECT_TRUE(test, e.stall);
	KUNIT_EXPECT_EQ(test, e.stag, 0xbeef);
	KUNIT_EXPECT_TRUE(test, e.pnu && e.ind && e.rnw && e.nsipa && e.s2 && e.ttrnw);
	KUNIT_EXPECT_EQ(test, e.class, 1);
	KUNIT_EXPECT_EQ(test, e.iaddr, 0xfedcba9876543210ULL);
	KUNIT_EXPECT_EQ(test, e.ipa, 0x000123456789a000ULL);
	KUNIT_EXPECT_EQ(test, e.fetch, 0ULL);
	KUNIT_EXPECT_EQ(test, e.reason, 0);
}

/* The flags of the trace event, by their numbers in debugfs/ABI/trace-smmux. */
static void trace_flags(struct kunit *test)
{
	unsigned int r, class, bits;

	for (r = 0; r < ARRAY_SIZE(rows); r++)
	for (class = 0; class < 4; class++)
	for (bits = 0; bits < 32; bits++) {
		/* SSV, RnW; Stall, PnU, S2; InD and NSIPA; TTRnW. */
		const u64 raw[4] = {
			rows[r].id | (bits & 1) << 11,
			(u64)class << 40 | (u64)(bits >> 1 & 1) << 35 |
			(bits & 4 ? 1ULL << 31 | 1ULL << 33 | 1ULL << 39 : 0) |
			(bits & 8 ? 1ULL << 34 | 1ULL << 38 : 0) | (bits & 16 ? 1ULL << 44 : 0),
		};
		struct smmux_evt got, e;
		u32 want;

		smmux_evt_decode(raw, &got);
		read_record(raw, &e);
		want = e.ssv | e.stall << 1 | e.rnw << 2 | e.ind << 3 | e.pnu << 4 | e.s2 << 5 |
		       e.nsipa << 6 | e.ttrnw << 7;
		if (rows[r].parts & ACC && !e.rnw)
			want |= 0x100;
		if (rows[r].parts & CLS && class == 1)
			want |= 0x200;
		if (rows[r].parts & CLS && class == 0)
			want |= 0x400;
		KUNIT_EXPECT_EQ_MSG(test, smmux_trace_evt_flags(&got), want, "%s of %32ph",
				    rows[r].name, raw);
	}
}

static void names(struct kunit *test)
{
	unsigned int id;

	for (id = 0; id < 256; id++) {
		const struct row *row = row_of(id);

		KUNIT_EXPECT_STREQ(test, smmux_evt_name(id), row ? row->name :
				   id >= 0xe0 && id <= 0xef ? "IMPDEF" : "UNKNOWN");
	}
	KUNIT_EXPECT_STREQ(test, smmux_evt_class_name(0), "CD");
	KUNIT_EXPECT_STREQ(test, smmux_evt_class_name(1), "TTD");
	KUNIT_EXPECT_STREQ(test, smmux_evt_class_name(2), "IN");
	KUNIT_EXPECT_STREQ(test, smmux_evt_class_name(3), "reserved");
	KUNIT_EXPECT_STREQ(test, smmux_evt_class_name(255), "reserved");
}

static void text(struct kunit *test)
{
	static const struct {
		u64 raw[4];
		const char *text;
	} lines[] = {
		{ { 0x0000000800005810, 0x000002ce80000007, 0xdead000, 0x123456 },
		  "F_TRANSLATION sid 0x8 ssid 0x5 iova 0xdead000 read instruction privileged stage 2 class IN ipa 0x123000 non-secure stalled, tag 0x7" },
		{ { 0x0000000800005010, 0, 0xdead000, 0x123456 },
		  "F_TRANSLATION sid 0x8 iova 0xdead000 write stage 1 class CD" },
		{ { 0x0000000800000013, 0x0000128800000000, 0x1000, 0x5000 },
		  "F_PERMISSION sid 0x8 iova 0x1000 read stage 2 class IN ipa 0x5000" },
		{ { 0x0000000800000013, 0x0000110000000000, 0x1000, 0x5000 },
		  "F_PERMISSION sid 0x8 iova 0x1000 write stage 1 class TTD of table read" },
		{ { 0x0000000800000013, 0x0000010000000000, 0x1000, 0x5000 },
		  "F_PERMISSION sid 0x8 iova 0x1000 write stage 1 class TTD of table write" },
		{ { 0x0000000800000003, 0x5, 0, 0xfff0000000001fff },
		  "F_STE_FETCH sid 0x8 fetched from 0x1ff8 reason 0x5" },
		{ { 0xffffffff00000002, ~0ULL, ~0ULL, ~0ULL }, "C_BAD_STREAMID sid 0xffffffff" },
		{ { 0x0000000800000004, 0, 0, 0 }, "C_BAD_STE sid 0x8" },
		{ { 0x00000008000000e1, 1, 2, 3 },
		  "IMPDEF 0xe1 sid 0x8 raw 0x00000008000000e1 0x0000000000000001 0x0000000000000002 0x0000000000000003" },
		{ { 0x000000080000007f, 1, 2, 3 },
		  "UNKNOWN 0x7f sid 0x8 raw 0x000000080000007f 0x0000000000000001 0x0000000000000002 0x0000000000000003" },
	};
	struct smmux_evt e;
	unsigned int i;
	char buf[256];

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		smmux_evt_decode(lines[i].raw, &e);
		KUNIT_EXPECT_EQ(test, smmux_evt_format(&e, buf, sizeof(buf)),
				(int)strlen(lines[i].text));
		KUNIT_EXPECT_STREQ(test, buf, lines[i].text);
	}
}

static bool printable(const char *text)
{
	while (isprint(*text) && (unsigned char)*text < 0x7f)
		text++;
	return !*text;
}

/* Into the first @len bytes of a guarded buffer. */
static bool fits(const struct smmux_evt *e, const char *whole, size_t len)
{
	static char buf[320];
	size_t n;

	memset(buf, 0xa5, sizeof(buf));
	n = smmux_evt_format(e, buf, len);
	if (memchr_inv(buf + len, 0xa5, sizeof(buf) - len))
		return false;
	if (!len)
		return n == 0;
	return n == min(strlen(whole), len - 1) && !buf[n] && !memcmp(buf, whole, n);
}

static void any_buffer(struct kunit *test)
{
	struct rng rng = { smmux_kunit_seed };
	unsigned int id, i, len;
	struct smmux_evt e;
	char whole[301];
	u64 raw[4];

	for (id = 0; id < 256 && !has_failed(test); id++) {
		for (i = 0; i < 4; i++)
			raw[i] = id % 2 ? ~0ULL : rng_next(&rng);
		raw[0] = (raw[0] & ~0xffULL) | id;
		smmux_evt_decode(raw, &e);
		smmux_evt_format(&e, whole, sizeof(whole));
		KUNIT_EXPECT_TRUE_MSG(test, printable(whole), "id %#x: \"%s\"", id, whole);
		KUNIT_EXPECT_LT(test, strlen(whole), sizeof(whole) - 1);
		for (len = 0; len <= 300; len++)
			KUNIT_EXPECT_TRUE_MSG(test, fits(&e, whole, len),
					      "id %#x, %u bytes: \"%s\"", id, len, whole);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_bit),
	KUNIT_CASE(random_records),
	KUNIT_CASE(by_hand),
	KUNIT_CASE(trace_flags),
	KUNIT_CASE(names),
	KUNIT_CASE(text),
	KUNIT_CASE_SLOW(any_buffer),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_evt",
	.test_cases = cases,
};
kunit_test_suite(suite);

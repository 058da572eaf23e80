// SPDX-License-Identifier: GPL-2.0
/*
 * self - the runner's own test: cases named good_ must pass, cases named bad_ must be reported
 * as failed, and cases named last_ must end the program with a report.  self.sh checks this.
 */
#include <stdlib.h>
#include <unistd.h>

#include <linux/bug.h>
#include <linux/spinlock.h>

#include "unit.h"

static void good_formats(struct kunit *test)
{
	static const u8 bytes[] = { 0x00, 0x7f, 0xa0 };
	char buf[80];

#define FORMAT(text, ...) do {							\
	KUNIT_EXPECT_EQ(test, scnprintf(buf, sizeof(buf), __VA_ARGS__), sizeof(text) - 1);	\
	KUNIT_EXPECT_STREQ(test, buf, text);					\
} while (0)
	FORMAT("0x0 0x00 0x2a", "%#x %#04x %#llx", 0, 0, 42ULL);
	FORMAT("0x0000000000000abc", "%#018llx", 0xabcULL);
	FORMAT("-1 4294967295 18446744073709551615", "%d %u %llu", -1, ~0U, ~0ULL);
	FORMAT("-9223372036854775808", "%lld", -0x7fffffffffffffffLL - 1);
	FORMAT("-07|  7|7  |07", "%03d|%3d|%-3d|%02x", -7, 7, 7, 7);
	FORMAT("a|  b|c  |%", "%s|%3s|%-3s|%%", "a", "b", "c");
	FORMAT("x 5 6", "%c %lu %zu", 'x', 5UL, (size_t)6);
	FORMAT("00 7f a0", "%3ph", bytes);
#undef FORMAT
	memset(buf, 1, sizeof(buf));
	KUNIT_EXPECT_EQ(test, scnprintf(buf, 4, "%s", "abcdef"), 3);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
	KUNIT_EXPECT_EQ(test, buf[4], 1);
	KUNIT_EXPECT_EQ(test, snprintf(buf, 4, "%s", "abcdef"), 6);
	KUNIT_EXPECT_EQ(test, scnprintf(buf, 0, "%d", 5), 0);
	KUNIT_EXPECT_EQ(test, buf[0], 'a');
}

static void good_strings(struct kunit *test)
{
	char buf[4];

	KUNIT_EXPECT_EQ(test, strscpy(buf, "abc", sizeof(buf)), 3);
	KUNIT_EXPECT_EQ(test, strscpy(buf, "abcd", sizeof(buf)), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
	KUNIT_EXPECT_NULL(test, memchr_inv("aaa", 'a', 3));
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(buf, 'a', 3), buf + 1);
}

static void good_warning(struct kunit *test)
{
	kunit_warning_suppress(test) {
		KUNIT_EXPECT_TRUE(test, WARN_ON(true));
		KUNIT_EXPECT_FALSE(test, WARN_ON(false));
		KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, 1);
	}
}

static void good_memory(struct kunit *test)
{
	kfree(kzalloc(8, GFP_KERNEL));
	kfree(NULL);
	KUNIT_EXPECT_NOT_NULL(test, kunit_kzalloc(test, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
}

static void bad_number(struct kunit *test)
{
	KUNIT_EXPECT_EQ_MSG(test, 1 + 1, 3, "told as %s", "well");
}

static void bad_pointer(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, (void *)NULL);
}

static void bad_string(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "some", (const char *)NULL);
}

/* Code after a failed assertion does not run. */
static void bad_assertion(struct kunit *test)
{
	kunit_kzalloc(test, 8, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ERR_PTR(-ENOMEM));
	abort();
}

static const volatile size_t eight = 8;

static void bad_leak(struct kunit *test)
{
	static void *kept;

	kept = kzalloc(8, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, kept);
}

static void bad_overrun(struct kunit *test)
{
	u8 *piece = kzalloc(8, GFP_KERNEL);

	/* Through a volatile index, so that the compiler does not see the overrun. */
	piece[eight] = 1;
	kfree(piece);
}

static void bad_warning(struct kunit *test)
{
	WARN_ON_ONCE(true);
}

static void bad_large(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
}

static void bad_lock(struct kunit *test)
{
	rwlock_t lock = {};

	read_lock(&lock);
	read_unlock(&lock);
}

static const int params[] = { 1, 2, 3 };
KUNIT_ARRAY_PARAM(params, params, NULL);

static void bad_param(struct kunit *test)
{
	KUNIT_EXPECT_NE(test, *(const int *)test->param_value, 3);
}

static void last_crash(struct kunit *test)
{
	abort();
}

static void last_hang(struct kunit *test)
{
	pause();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(good_formats),
	KUNIT_CASE(good_strings),
	KUNIT_CASE(good_warning),
	KUNIT_CASE(good_memory),
	KUNIT_CASE(bad_number),
	KUNIT_CASE(bad_pointer),
	KUNIT_CASE(bad_string),
	KUNIT_CASE(bad_assertion),
	KUNIT_CASE(bad_leak),
	KUNIT_CASE(bad_overrun),
	KUNIT_CASE(bad_warning),
	KUNIT_CASE(bad_large),
	KUNIT_CASE(bad_lock),
	KUNIT_CASE_PARAM(bad_param, params_gen_params),
	KUNIT_CASE(last_crash),
	KUNIT_CASE(last_hang),
	{}
};

static struct kunit_suite suite = {
	.name = "self",
	.test_cases = cases,
};
kunit_test_suite(suite);

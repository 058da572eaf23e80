/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test - the part of KUnit that the suites use, for a program with one thread.
 *
 * A failed expectation is reported and the case continues; a failed assertion ends the case.
 */
#ifndef UNIT_KUNIT_TEST_H
#define UNIT_KUNIT_TEST_H

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

enum kunit_status { KUNIT_SUCCESS, KUNIT_FAILURE };

struct kunit {
	const char *name;
	const void *param_value;
	enum kunit_status status;
};

struct kunit_case {
	const char *name;
	void (*run)(struct kunit *test);
	/* The parameter after @last, or the first if it is NULL; NULL at the end. */
	const void *(*next_param)(const void *last);
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(fn)			{ .name = #fn, .run = fn }
#define KUNIT_CASE_SLOW(fn)		KUNIT_CASE(fn)
#define KUNIT_CASE_PARAM(fn, next)	{ .name = #fn, .run = fn, .next_param = next }

/* @describe is not used: the runner numbers parameters. */
#define KUNIT_ARRAY_PARAM(name, array, describe)				\
static const void *name##_gen_params(const void *last)				\
{										\
	const typeof((array)[0]) *param = last;					\
										\
	param = param ? param + 1 : array;					\
	return param < (array) + ARRAY_SIZE(array) ? param : NULL;		\
}

void unit_add_suite(const struct kunit_suite *suite);

/* Not an array in a separate section: ASan puts gaps between its members. */
#define kunit_test_suite(suite)							\
static void __attribute__((constructor)) add_##suite(void)			\
{										\
	unit_add_suite(&(suite));						\
}

/* Memory that is freed when the case ends. */
void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *ptr);

void __printf(2, 3) kunit_info(struct kunit *test, const char *fmt, ...);

/* --- warnings that a case provokes on purpose --- */

void unit_suppress(bool on);
unsigned int unit_suppressed(void);

/* A loop of one round, known to the compiler, which suppresses warnings until its end. */
#define kunit_warning_suppress(test)						\
	for (bool unit_on = (unit_suppress(true), true); unit_on;		\
	     unit_on = (unit_suppress(false), false))

#define KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, num)	\
	KUNIT_EXPECT_EQ(test, unit_suppressed(), (unsigned int)(num))

/* --- expectations --- */

/* The failed expression and its place. */
struct unit_check {
	const char *file;
	int line;
	bool fatal;
	const char *left, *op, *right;
};

void __printf(3, 4) unit_fail(struct kunit *test, const struct unit_check *check,
			      const char *fmt, ...);
void __printf(5, 6) unit_fail_numbers(struct kunit *test, const struct unit_check *check,
				      s64 left, s64 right, const char *fmt, ...);
void __printf(5, 6) unit_fail_strings(struct kunit *test, const struct unit_check *check,
				      const char *left, const char *right,
				      const char *fmt, ...);

#define UNIT_CHECK(fatal, left, op, right)	\
	(&(const struct unit_check){ __FILE__, __LINE__, fatal, left, op, right })

/* Each side is evaluated once. */
#define UNIT_COMPARE(test, fatal, l, op, r, l_text, r_text, ...) do {		\
	const __auto_type unit_l = (l);						\
	const __auto_type unit_r = (r);						\
										\
	if (!(unit_l op unit_r))						\
		unit_fail_numbers(test, UNIT_CHECK(fatal, l_text, #op, r_text),	\
				  (s64)unit_l, (s64)unit_r, __VA_ARGS__);	\
} while (0)

#define UNIT_HOLDS(test, fatal, cond, text, what, ...) do {			\
	if (!(cond))								\
		unit_fail(test, UNIT_CHECK(fatal, text, "is not", what), __VA_ARGS__);	\
} while (0)

#define UNIT_STRINGS(test, fatal, l, op, r, l_text, r_text, ...) do {		\
	const char *unit_l = (l);						\
	const char *unit_r = (r);						\
										\
	if (!(unit_l && unit_r && strcmp(unit_l, unit_r) op 0))			\
		unit_fail_strings(test, UNIT_CHECK(fatal, l_text, #op, r_text),	\
				  unit_l, unit_r, __VA_ARGS__);			\
} while (0)

#define KUNIT_FAIL(test, ...)	\
	unit_fail(test, UNIT_CHECK(false, NULL, NULL, NULL), __VA_ARGS__)

#define KUNIT_EXPECT_EQ(test, l, r)		UNIT_COMPARE(test, false, l, ==, r, #l, #r, "")
#define KUNIT_EXPECT_NE(test, l, r)		UNIT_COMPARE(test, false, l, !=, r, #l, #r, "")
#define KUNIT_EXPECT_LT(test, l, r)		UNIT_COMPARE(test, false, l, <, r, #l, #r, "")
#define KUNIT_EXPECT_LE(test, l, r)		UNIT_COMPARE(test, false, l, <=, r, #l, #r, "")
#define KUNIT_EXPECT_GT(test, l, r)		UNIT_COMPARE(test, false, l, >, r, #l, #r, "")
#define KUNIT_EXPECT_GE(test, l, r)		UNIT_COMPARE(test, false, l, >=, r, #l, #r, "")
#define KUNIT_EXPECT_EQ_MSG(test, l, r, ...)	\
	UNIT_COMPARE(test, false, l, ==, r, #l, #r, __VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(test, l, r, ...)	\
	UNIT_COMPARE(test, false, l, >, r, #l, #r, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, l, r)		UNIT_COMPARE(test, true, l, ==, r, #l, #r, "")
#define KUNIT_ASSERT_LT(test, l, r)		UNIT_COMPARE(test, true, l, <, r, #l, #r, "")
#define KUNIT_ASSERT_EQ_MSG(test, l, r, ...)	\
	UNIT_COMPARE(test, true, l, ==, r, #l, #r, __VA_ARGS__)

#define KUNIT_EXPECT_TRUE(test, cond)		UNIT_HOLDS(test, false, cond, #cond, "true", "")
#define KUNIT_EXPECT_FALSE(test, cond)		UNIT_HOLDS(test, false, !(cond), #cond, "false", "")
#define KUNIT_EXPECT_TRUE_MSG(test, cond, ...)	\
	UNIT_HOLDS(test, false, cond, #cond, "true", __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, cond, ...)	\
	UNIT_HOLDS(test, false, !(cond), #cond, "false", __VA_ARGS__)

#define KUNIT_EXPECT_NULL(test, ptr)		UNIT_HOLDS(test, false, !(ptr), #ptr, "NULL", "")
#define KUNIT_EXPECT_NOT_NULL(test, ptr)	UNIT_HOLDS(test, false, ptr, #ptr, "there", "")
#define KUNIT_EXPECT_NOT_NULL_MSG(test, ptr, ...)	\
	UNIT_HOLDS(test, false, ptr, #ptr, "there", __VA_ARGS__)
#define KUNIT_ASSERT_NULL_MSG(test, ptr, ...)	\
	UNIT_HOLDS(test, true, !(ptr), #ptr, "NULL", __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, ptr)	UNIT_HOLDS(test, true, ptr, #ptr, "there", "")
#define KUNIT_ASSERT_NOT_NULL_MSG(test, ptr, ...)	\
	UNIT_HOLDS(test, true, ptr, #ptr, "there", __VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr)	\
	UNIT_HOLDS(test, true, !IS_ERR_OR_NULL(ptr), #ptr, "a valid pointer", "")
#define KUNIT_EXPECT_PTR_EQ(test, l, r)	\
	UNIT_COMPARE(test, false, (unsigned long)(l), ==, (unsigned long)(r), #l, #r, "")

#define KUNIT_EXPECT_STREQ(test, l, r)	UNIT_STRINGS(test, false, l, ==, r, #l, #r, "")
#define KUNIT_EXPECT_STRNEQ(test, l, r)	UNIT_STRINGS(test, false, l, !=, r, #l, #r, "")
#define KUNIT_EXPECT_MEMEQ(test, l, r, size)	\
	UNIT_HOLDS(test, false, !memcmp(l, r, size), #l, "the same as " #r, "")

#endif /* UNIT_KUNIT_TEST_H */

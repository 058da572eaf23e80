// SPDX-License-Identifier: GPL-2.0
/*
 * check - reports failed expectations and assertions.
 */
#include "unit.h"

#define NOTE	400	/* bytes of a suite's own message about a failure */

static void tell(const struct unit_check *check, const char *fmt, va_list args)
{
	char note[NOTE];

	vsnprintf(note, sizeof(note), fmt, args);
	unit_tell(true, "%s FAILED at %s:%d", check->fatal ? "ASSERTION" : "EXPECTATION",
		  check->file, check->line);
	if (check->left)
		unit_tell(true, "    %s %s %s", check->left, check->op, check->right);
	if (note[0])
		unit_tell(true, "    %s", note);
}

void unit_fail(struct kunit *test, const struct unit_check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(check, fmt, args);
	va_end(args);
	unit_end_check(check);
}

void unit_fail_numbers(struct kunit *test, const struct unit_check *check, s64 left,
		       s64 right, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(check, fmt, args);
	va_end(args);
	unit_tell(true, "    left %lld (%#llx), right %lld (%#llx)", left, (u64)left, right,
		  (u64)right);
	unit_end_check(check);
}

void unit_fail_strings(struct kunit *test, const struct unit_check *check, const char *left,
		       const char *right, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(check, fmt, args);
	va_end(args);
	unit_tell(true, "    left  \"%s\"", left);
	unit_tell(true, "    right \"%s\"", right);
	unit_end_check(check);
}

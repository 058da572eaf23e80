// SPDX-License-Identifier: GPL-2.0
/*
 * runner - runs the suites of tests/kunit in a program, and reports in KTAP as KUnit does.
 *
 * One case at a time, in one thread: an assertion jumps back to run_once().  A case also
 * fails if it leaks memory, if the driver warns where the case does not expect it, and if it
 * does not end.  A signal ends the run; the report names the running case.
 */
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

#define MAX_SUITES	64
#define MAX_MANAGED	4096
#define MAX_LINES	40	/* printed for one case */

ulong smmux_kunit_seed = 1;

static const struct kunit_suite *suites[MAX_SUITES];
static unsigned int num_suites;

static struct {
	const char *filter;
	bool first;
	unsigned int seconds;		/* for one case */
} opt = { .seconds = 120 };

static struct {
	const char *suite;
	struct kunit test;
	jmp_buf out;
	const char *indent;
	unsigned int lines;
	void *managed[MAX_MANAGED];
	unsigned int num_managed;
} now;

static unsigned int cases_run, cases_failed;

void unit_add_suite(const struct kunit_suite *suite)
{
	unsigned int i;

	if (num_suites == MAX_SUITES)
		abort();
	/* By name: constructors run in the order of the linker. */
	for (i = num_suites++; i && strcmp(suites[i - 1]->name, suite->name) > 0; i--)
		suites[i] = suites[i - 1];
	suites[i] = suite;
}

/* --- messages and memory of a case --- */

static void print_line(const char *fmt, va_list args)
{
	char line[1000];

	if (++now.lines == MAX_LINES)
		printf("%s# further lines are omitted\n", now.indent);
	if (now.lines >= MAX_LINES)
		return;
	vsnprintf(line, sizeof(line), fmt, args);
	printf("%s# %s\n", now.indent, line);
}

void unit_tell(bool bad, const char *fmt, ...)
{
	va_list args;

	if (bad)
		now.test.status = KUNIT_FAILURE;
	va_start(args, fmt);
	print_line(fmt, args);
	va_end(args);
}

void kunit_info(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_line(fmt, args);
	va_end(args);
}

void unit_end_check(const struct unit_check *check)
{
	if (check->fatal)
		longjmp(now.out, 1);
}

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	void *ptr = kzalloc(size, gfp);

	if (now.num_managed == MAX_MANAGED)
		abort();
	now.managed[now.num_managed++] = ptr;
	return ptr;
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	unsigned int i;

	for (i = 0; i < now.num_managed; i++)
		if (now.managed[i] == ptr) {
			now.managed[i] = now.managed[--now.num_managed];
			kfree(ptr);
			return;
		}
	unit_tell(true, "kunit_kfree() of memory that is not from kunit_kzalloc()");
}

static void free_managed(void)
{
	while (now.num_managed)
		kfree(now.managed[--now.num_managed]);
}

/* --- a case that does not return --- */

static void tell_end(const char *how, int number)
{
	char line[200];
	ssize_t n;

	n = scnprintf(line, sizeof(line), "%s# %s %d\nnot ok - %s.%s\n", now.indent ?: "", how,
		      number, now.suite ?: "?", now.test.name ?: "?");
	n = write(STDOUT_FILENO, line, n);
	_exit(n < 0 ? 2 : 1);
}

static void on_signal(int number)
{
	if (number == SIGALRM)
		tell_end("no end after seconds:", opt.seconds);
	tell_end("killed by signal", number);
}

#ifdef __SANITIZE_ADDRESS__
void __sanitizer_set_death_callback(void (*callback)(void));
const char *__ubsan_default_options(void);

static void on_death(void)
{
	tell_end("ended by a sanitizer, see its report; exit code", 1);
}

/* UBSan's library has no callback: it aborts, and on_signal() reports. */
const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

static void catch_ends(void)
{
	signal(SIGALRM, on_signal);
	signal(SIGABRT, on_signal);
	__sanitizer_set_death_callback(on_death);
}
#else
static void catch_ends(void)
{
	static const int numbers[] = { SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		signal(numbers[i], on_signal);
}
#endif

/* --- the run --- */

/* One case, or one case with one parameter; true if it passes. */
static bool run_once(const struct kunit_case *c, const void *param, const char *indent)
{
	unsigned int live = unit_live_allocations();

	now.test = (struct kunit){ .name = c->name, .param_value = param };
	now.indent = indent;
	now.lines = 0;
	alarm(opt.seconds);
	if (!setjmp(now.out))
		c->run(&now.test);
	alarm(0);
	unit_suppress(false);
	free_managed();
	/* A failed case may have ended before its cleanup. */
	if (now.test.status == KUNIT_SUCCESS && unit_live_allocations() != live)
		unit_tell(true, "memory is not given back: %u pieces",
			  unit_live_allocations() - live);
	return now.test.status == KUNIT_SUCCESS;
}

static bool run_params(const struct kunit_case *c)
{
	const void *param = NULL;
	unsigned int number = 0;
	bool all = true;

	printf("        KTAP version 1\n        # Subtest: %s\n", c->name);
	while ((param = c->next_param(param))) {
		bool good = run_once(c, param, "        ");

		number++;
		printf("        %sok %u param-%u\n", good ? "" : "not ", number, number - 1);
		all = all && good;
	}
	printf("        1..%u\n", number);
	return all && number;
}

static bool selected(const struct kunit_suite *suite, const struct kunit_case *c)
{
	char name[100];

	scnprintf(name, sizeof(name), "%s.%s", suite->name, c->name);
	return !opt.filter || strstr(name, opt.filter);
}

static unsigned int count_selected(const struct kunit_suite *suite)
{
	const struct kunit_case *c;
	unsigned int num = 0;

	for (c = suite->test_cases; c->run; c++)
		num += selected(suite, c);
	return num;
}

static void run_suite(const struct kunit_suite *suite, unsigned int number)
{
	unsigned int planned = count_selected(suite), done = 0, bad = 0;
	const struct kunit_case *c;

	now.suite = suite->name;
	printf("    KTAP version 1\n    # Subtest: %s\n    1..%u\n", suite->name, planned);
	for (c = suite->test_cases; c->run && !(opt.first && bad); c++) {
		bool good;

		if (!selected(suite, c))
			continue;
		good = c->next_param ? run_params(c) : run_once(c, NULL, "    ");
		printf("    %sok %u %s\n", good ? "" : "not ", ++done, c->name);
		bad += !good;
	}
	printf("%sok %u %s\n", bad ? "not " : "", number, suite->name);
	cases_run += done;
	cases_failed += bad;
}

static int run_all(void)
{
	unsigned int i, planned = 0, number = 0;

	for (i = 0; i < num_suites; i++)
		planned += count_selected(suites[i]) > 0;
	if (!planned) {
		fprintf(stderr, "no case matches\n");
		return 2;
	}
	printf("KTAP version 1\n1..%u\n", planned);
	for (i = 0; i < num_suites && !(opt.first && cases_failed); i++)
		if (count_selected(suites[i]))
			run_suite(suites[i], ++number);
	printf("# %u suites, %u cases, %u failed; seed %lu\n", number, cases_run, cases_failed,
	       smmux_kunit_seed);
	return cases_failed ? 1 : 0;
}

static int usage(FILE *to, int rc)
{
	fputs("usage: unit [--filter NAME] [--seed N] [--first] [--timeout SECONDS]\n", to);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "filter", required_argument, NULL, 'f' },
		{ "first", no_argument, NULL, '1' },
		{ "help", no_argument, NULL, 'h' },
		{ "seed", required_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{}
	};
	int o;

	while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (o) {
		case 'f': opt.filter = optarg; break;
		case '1': opt.first = true; break;
		case 's': smmux_kunit_seed = strtoul(optarg, NULL, 0); break;
		case 't': opt.seconds = strtoul(optarg, NULL, 0); break;
		case 'h': return usage(stdout, 0);
		default: return usage(stderr, 2);
		}
	}
	if (optind < argc)
		return usage(stderr, 2);
	/* Line buffered, so that no line is lost if a case ends the program. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	catch_ends();
	return run_all();
}

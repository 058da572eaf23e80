// SPDX-License-Identifier: GPL-2.0
/*
 * ask - writes thousands of queries to smmux's files "translate".
 *
 *   ask fuzz FILE SEED N        random bytes: accepted, or refused with an errno; a refused
 *                               query does not change the previous answer
 *   ask compare DIR MASTER DOMAINS SEED N STEPS
 *                               DIR is a client of the modelled SMMU: N times its "keep";
 *                               at many addresses the model and MASTER/translate must give
 *                               the same result, and DOMAINS/<id>/ranges has its mappings
 *   ask once FILE...            writes one query to each "translate", and reads all files
 *
 * Prints "name: value" lines.  Exit code: 0 no error, 1 an error ("wrong:" describes it),
 * 2 usage error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT	65536
#define MAPS	128
#define PAGE	4096u

static uint64_t seed;
static unsigned long asked, refused, translated, events, mappings, runs_seen;

static uint64_t rnd(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void __attribute__((noreturn, format(printf, 1, 2))) give_up(const char *format, ...)
{
	va_list args;

	printf("wrong: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

static int open_file(const char *path, int how)
{
	int fd = open(path, how);

	if (fd < 0)
		give_up("%s: %s", path, strerror(errno));
	return fd;
}

static void read_all(int fd, char *text, size_t room)
{
	size_t have = 0;
	ssize_t n;

	while ((n = pread(fd, text + have, room - 1 - have, have)) > 0)
		have += n;
	if (n < 0)
		give_up("no answer: %s", strerror(errno));
	text[have] = '\0';
}

/* The text after "\nNAME: ", or "". */
static const char *value(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *at = text;

	for (; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, name, len) && !strncmp(at + len, ": ", 2))
			return at + len + 2;
	return "";
}

static unsigned long long number(const char *text, const char *name)
{
	return strtoull(value(text, name), NULL, 0);
}

/* --- fuzz --- */

static const char *const lines[] = {
	"", "\n", " ", "0", "0x0 r", "0 w\n", "0 x", "-1", "+1", "0x", "0xg", "r", "rw", "0 rw",
	"0 0 r", "0 0", "0 1048575", "0 1048576", "0 4294967296", "0 -1", "0 r 0", "0 r r",
	"18446744073709551615", "18446744073709551616", "0xffffffffffffffff", "0x10000000000000000",
	"0 @0", "0 @", "0 @-1", "0 @0xffffffff", "0 @4294967296", "1 2 3", "1 2 @3 @4 r", "0\n\n",
	"0 \n r", "%s%n", "0\tr", "07", "08", "0b1", "  0x1000   r  ", "0x1000 R", "0 + r",
};

static size_t make_line(unsigned long n, char *line)
{
	static const char some[] = "0123456789abcdefxrw@ -+\n\t%";
	size_t len, i;

	if (n < sizeof(lines) / sizeof(*lines)) {
		strcpy(line, lines[n]);
		return strlen(line);
	}
	switch (n % 5) {
	case 0:		/* lengths around the limit of a line */
		len = 126 + rnd() % 3;
		memset(line, ' ', len);
		line[0] = '0';
		return len;
	case 1:
		len = rnd() % 4096;
		break;
	case 2:
		return sprintf(line, "0x%llx %c", (unsigned long long)(rnd() >> rnd() % 64),
			       "rwxq"[rnd() % 4]);
	case 3:
		return sprintf(line, "%llu %llu @%llu", (unsigned long long)(rnd() >> rnd() % 64),
			       (unsigned long long)(rnd() >> rnd() % 64),
			       (unsigned long long)(rnd() >> rnd() % 64));
	default:
		len = rnd() % 24;
		for (i = 0; i < len; i++)
			line[i] = some[rnd() % (sizeof(some) - 1)];
		return len;
	}
	for (i = 0; i < len; i++)
		line[i] = rnd();
	return len;
}

static void fuzz(const char *path, unsigned long num)
{
	static char line[8192], before[TEXT], after[TEXT];
	int fd = open_file(path, O_RDWR);
	unsigned long n;
	size_t len;
	ssize_t ret;

	read_all(fd, before, sizeof(before));
	if (*before)
		give_up("an answer before the first query");
	for (n = 0; n < num; n++) {
		len = make_line(n, line);
		ret = write(fd, line, len);
		asked++;
		read_all(fd, after, sizeof(after));
		if (ret >= 0) {
			if ((size_t)ret != len)
				give_up("query %lu: %zd of %zu bytes accepted", n, ret, len);
			if (len > 127 || memchr(line, '\0', len))
				give_up("query %lu of %zu bytes was accepted", n, len);
			line[len] = '\0';
			if (number(after, "iova") != strtoull(line, NULL, 0))
				give_up("query %lu '%s': iova %s", n, line, value(after, "iova"));
			if (!*value(after, "result") || !*value(after, "reason"))
				give_up("query %lu '%s': no result", n, line);
		} else {
			refused++;
			if (errno != EINVAL && errno != ERANGE && errno != ENOENT)
				give_up("query %lu: %s", n, strerror(errno));
			if (strcmp(before, after))
				give_up("query %lu was refused, but changed the answer", n);
		}
		strcpy(before, after);
	}
	close(fd);
}

/* --- compare with the model --- */

static struct client {
	int command, result, translate;
	const char *master, *domains;
} c;

static struct map {
	int ssid, there;
	unsigned long long iova, bytes;
} maps[MAPS];
static unsigned int num_maps;

static void command(const char *format, ...)
{
	char line[64];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (write(c.command, line, len) != len)
		give_up("%s: %s", line, strerror(errno));
}

static void keep(unsigned long which, unsigned long steps)
{
	static char said[TEXT];
	struct map *m;
	char *at, kind[8];

	command("keep %lu %lu", which, steps);
	read_all(c.result, said, sizeof(said));
	if (strncmp(value(said, "wrong"), "-\n", 2))
		give_up("keep %lu %lu: %s", which, steps, value(said, "wrong"));
	num_maps = 0;
	for (at = said; at && num_maps < MAPS; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		m = &maps[num_maps];
		if (sscanf(at, "%7[a-z]: %i %llx %llx", kind, &m->ssid, &m->iova, &m->bytes) != 4)
			continue;
		m->there = kind[0] == 'a';
		num_maps++;
	}
	mappings += num_maps;
}

/* Compares the model's result of one transaction with the answer of translate. */
static void compare(unsigned long long iova, int ssid, char access)
{
	static char theirs[TEXT], ours[TEXT];
	char line[96], number_of[16] = "";
	unsigned long long pa, event;
	unsigned int stage, level, class_in;
	const char *result, *says;
	int done, len;

	if (ssid >= 0)
		snprintf(number_of, sizeof(number_of), " %d", ssid);
	command("access %llx %c%s", iova, access, number_of);
	read_all(c.result, theirs, sizeof(theirs));
	len = snprintf(line, sizeof(line), "0x%llx%s @0x%llx %c", iova, number_of,
		       number(theirs, "sid"), access);
	if (write(c.translate, line, len) != len)
		give_up("%s: %s", line, strerror(errno));
	read_all(c.translate, ours, sizeof(ours));
	asked++;
	done = number(theirs, "done");
	result = value(ours, "result");
	says = value(ours, "event");
	pa = number(ours, "pa");
	if (done) {
		translated++;
		if ((strncmp(result, "translated\n", 11) && strncmp(result, "bypassed\n", 9)) ||
		    pa != number(theirs, "pa"))
			give_up("%s: the model ends at %#llx, translate has %.40s at %#llx", line,
				number(theirs, "pa"), result, pa);
		return;
	}
	events++;
	event = strstr(says, "not recorded") && strstr(says, "not recorded") < strchr(says, '\n') ?
		0 : strncmp(says, "none", 4) ? strtoull(strchr(says, ' '), NULL, 0) : 0;
	if (event != number(theirs, "event") || !strncmp(result, "translated", 10))
		give_up("%s: the model has event %#llx, translate has %.60s", line,
			number(theirs, "event"), says);
	/* An event about an address has more fields. */
	if (event < 0x10 || event > 0x13)
		return;
	if (sscanf(strchr(says, ' '), " 0x%*x stage %u level %u", &stage, &level) != 2)
		give_up("%s: %.60s", line, says);
	class_in = !strncmp(strstr(says, "class ") + 6, "IN", 2) ? 2 : 0;
	if (stage != number(theirs, "stage") || class_in != number(theirs, "class"))
		give_up("%s: stage %llu class %llu, translate has %.60s", line,
			number(theirs, "stage"), number(theirs, "class"), says);
}

/* Each mapping that the device reaches without a SubstreamID must be within one range. */
static void find_runs(void)
{
	static char text[1 << 20], info[TEXT];
	unsigned long long from, to, bytes, pa, sum = 0;
	unsigned int i, found, wanted = 0, seen = 0;
	char path[256];
	int fd;
	char *at;

	snprintf(path, sizeof(path), "%s/info", c.master);
	fd = open_file(path, O_RDONLY);
	read_all(fd, info, sizeof(info));
	close(fd);
	if (!strncmp(value(info, "domain"), "none", 4))
		return;
	snprintf(path, sizeof(path), "%s/%llu/ranges", c.domains, number(info, "domain"));
	fd = open_file(path, O_RDONLY);
	read_all(fd, text, sizeof(text));
	close(fd);
	for (i = 0; i < num_maps; i++)
		wanted += maps[i].there && maps[i].ssid < 0;
	for (at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		if (sscanf(at, "0x%llx 0x%llx %llu 0x%llx", &from, &to, &bytes, &pa) != 4)
			continue;
		runs_seen++;
		sum += bytes;
		if (to - from + 1 != bytes)
			give_up("ranges: %.60s", at);
		for (i = found = 0; i < num_maps; i++)
			found += maps[i].there && maps[i].ssid < 0 && maps[i].iova >= from &&
				 maps[i].iova + maps[i].bytes - 1 <= to;
		seen += found;
	}
	if (seen != wanted || sum != number(text, "mapped_bytes") || strncmp(value(text, "complete"), "yes", 3))
		give_up("ranges: %u of %u mappings, %llu bytes of %llu", seen, wanted, sum,
			number(text, "mapped_bytes"));
}

static void look_around(const struct map *m)
{
	/* Inside, at both edges, and outside of them. */
	const unsigned long long at[] = {
		m->iova, m->iova + m->bytes - 4, m->iova + (rnd() % m->bytes & ~3ull),
		m->iova - 4, m->iova + m->bytes,
	};
	unsigned int i;

	for (i = 0; i < sizeof(at) / sizeof(*at); i++) {
		compare(at[i], m->ssid, "rw"[rnd() % 2]);
		if (i < 3)
			compare(at[i], m->ssid, "rw"[i & 1]);
	}
}

static void compare_all(char **argv)
{
	static const int ssids[] = { -1, 0, 1, 7, 62, 63, 64, 300 };
	unsigned long n = strtoul(argv[4], NULL, 0), num = strtoul(argv[5], NULL, 0);
	unsigned long steps = strtoul(argv[6], NULL, 0), i;
	char path[256];

	seed = n;
	snprintf(path, sizeof(path), "%s/command", argv[1]);
	c.command = open_file(path, O_WRONLY);
	snprintf(path, sizeof(path), "%s/result", argv[1]);
	c.result = open_file(path, O_RDONLY);
	snprintf(path, sizeof(path), "%s/translate", argv[2]);
	c.translate = open_file(path, O_RDWR);
	c.master = argv[2];
	c.domains = argv[3];
	for (; num; num--, n++) {
		keep(n & 0x7fffffff, steps);
		for (i = 0; i < num_maps; i++)
			look_around(&maps[i]);
		find_runs();
		/* Addresses that were never mapped, also beyond any table's range. */
		for (i = 0; i < 8; i++)
			compare((rnd() >> rnd() % 64) & ~3ull, ssids[i], "rw"[rnd() % 2]);
	}
	command("keep 0 0");
}

/* --- reading --- */

/* All files once; a file that was removed fails to open or to read. */
static void read_once(char **path)
{
	static char text[1 << 18];
	char line[32];
	int fd;

	for (seed = getpid(); *path; path++) {
		fd = open(*path, strstr(*path, "translate") ? O_RDWR : O_RDONLY);
		if (fd < 0)
			continue;
		snprintf(line, sizeof(line), "0x%llx", (unsigned long long)
			 (rnd() & 1 ? 0xfff00000 + rnd() % 0x100000 : rnd() >> rnd() % 64));
		if (strstr(*path, "translate") && write(fd, line, strlen(line)) < 0)
			refused++;
		while (read(fd, text, sizeof(text)) > 0)
			asked++;
		close(fd);
	}
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "fuzz")) {
		seed = strtoull(argv[3], NULL, 0);
		fuzz(argv[2], strtoul(argv[4], NULL, 0));
	} else if (argc == 8 && !strcmp(argv[1], "compare")) {
		compare_all(argv + 1);
	} else if (argc > 2 && !strcmp(argv[1], "once")) {
		read_once(argv + 2);
	} else {
		fprintf(stderr, "usage: ask fuzz|compare|once ...\n");
		return 2;
	}
	printf("asked: %lu\nrefused: %lu\ntranslated: %lu\nevents: %lu\nmappings: %lu\nruns: %lu\n",
	       asked, refused, translated, events, mappings, runs_seen);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * news FILE SECONDS - reads a file of smmux, then waits in poll() until there is more.
 *
 * Prints "waiting", then "news", "gone" or "nothing"; or "late", if there was something but
 * poll() was not woken: poll() checks the file again at its timeout.  Exit code: 0, 1 an
 * error, 2 usage error.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int read_all(int fd)
{
	char text[4096];
	ssize_t n;

	do
		n = read(fd, text, sizeof(text));
	while (n > 0);
	return n;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static const char *answer(short revents, double waited, int limit)
{
	if (!(revents & (POLLHUP | POLLPRI)))
		return "nothing";
	if (waited >= limit)
		return "late";
	return revents & POLLHUP ? "gone" : "news";
}

int main(int argc, char **argv)
{
	struct pollfd p = { .events = POLLPRI };
	double begun;

	if (argc != 3) {
		fprintf(stderr, "usage: news FILE SECONDS\n");
		return 2;
	}
	p.fd = open(argv[1], O_RDONLY);
	if (p.fd < 0 || read_all(p.fd)) {
		fprintf(stderr, "news: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	puts("waiting");
	fflush(stdout);
	begun = now();
	if (poll(&p, 1, atoi(argv[2]) * 1000) < 0) {
		fprintf(stderr, "news: poll: %s\n", strerror(errno));
		return 1;
	}
	puts(answer(p.revents, now() - begun, atoi(argv[2])));
	return 0;
}

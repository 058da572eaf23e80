// SPDX-License-Identifier: GPL-2.0
/*
 * news FILE SECONDS - reads a file of smmux, then sleeps in poll() till there is more.
 *
 * Prints "waiting", then "news", "gone" or "nothing".  Exit code: 0, 1 an error, 2 wrong
 * use.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(int argc, char **argv)
{
	struct pollfd p = { .events = POLLPRI };

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
	if (poll(&p, 1, atoi(argv[2]) * 1000) < 0) {
		fprintf(stderr, "news: poll: %s\n", strerror(errno));
		return 1;
	}
	puts(p.revents & POLLHUP ? "gone" : p.revents & POLLPRI ? "news" : "nothing");
	return 0;
}

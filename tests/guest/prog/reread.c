// SPDX-License-Identifier: GPL-2.0
/*
 * reread DIRECTORY WHILE - reads all files with mode 0444 below DIRECTORY in a loop, as long
 * as the file WHILE exists.
 *
 * It uses a single process, so that only reading costs time.  Prints "rounds N files N
 * bytes N".  Exit code: 0, 1 an error, 2 usage error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long files, bytes;

/* Skips a file that was removed or cannot be opened. */
static int read_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	static char text[65536];
	ssize_t n;
	int fd;

	(void)at;
	if (type != FTW_F || (st->st_mode & 0777) != 0444)
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return 0;
	while ((n = read(fd, text, sizeof(text))) > 0)
		bytes += n;
	close(fd);
	files++;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long rounds = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: reread DIRECTORY WHILE\n");
		return 2;
	}
	while (!access(argv[2], F_OK)) {
		if (nftw(argv[1], read_one, 16, FTW_PHYS)) {
			fprintf(stderr, "reread: %s: %s\n", argv[1], strerror(errno));
			return 1;
		}
		rounds++;
	}
	printf("rounds %lu files %lu bytes %lu\n", rounds, files, bytes);
	return 0;
}

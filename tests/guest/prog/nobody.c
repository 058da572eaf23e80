// SPDX-License-Identifier: GPL-2.0
/*
 * nobody COMMAND...: runs it without root, for guests without user accounts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOBODY	65534

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: nobody COMMAND...\n");
		return 2;
	}
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)) {
		fprintf(stderr, "nobody: %s\n", strerror(errno));
		return 1;
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "nobody: %s: %s\n", argv[1], strerror(errno));
	return 127;
}

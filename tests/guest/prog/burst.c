// SPDX-License-Identifier: GPL-2.0
/*
 * burst - short bursts of checked traffic, with idle times in between that are about as
 * long as the SMMU's delay before suspend.  It is a program since a shell takes longer for
 * one burst than the SMMU for several suspends.
 *
 * A round: all devices are idle, in two of three rounds until the SMMU is suspended, else
 * for some time around its delay; then all are active.  A block is written to the disk and
 * read back, and a block of an earlier round is read again, from before the suspends since
 * then.  A packet goes from one network card to the other, in alternating directions.  All
 * data must arrive unchanged.
 *
 * Prints "name: value" lines.  Exit code: 0 no error, 1 an error ("wrong:" describes it),
 * 2 usage error.  The environment variable PATIENCE multiplies the time limits, which are
 * for hangs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_BYTES	8192
#define BLOCKS		512		/* of the disk that are used */
#define PACKET_BYTES	1200
#define PORT		5002
#define SLEEP_LIMIT_MS	60000
#define PACKET_LIMIT_S	60

static struct {
	unsigned long round, rounds, slept, short_rests;
	unsigned int delay_us, patience;
	const char *rest, *work, *status;
	char **devices;
	int disk, side[2];
	uint64_t written[BLOCKS];	/* the round that wrote each block; 0: none */
} b;

static void __attribute__((noreturn, format(printf, 1, 2))) give_up(const char *format, ...)
{
	va_list args;

	printf("round: %lu\nwrong: ", b.round);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

static void write_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		give_up("%s to %s: %s", line, path, strerror(errno));
	close(fd);
}

static void all_devices(const char *path)
{
	char **device;

	for (device = b.devices; *device; device++)
		write_line(path, *device);
}

static int is_asleep(void)
{
	char text[16] = "";
	int fd = open(b.status, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		give_up("%s: %s", b.status, strerror(errno));
	close(fd);
	return !strcmp(text, "suspended\n");
}

static void fall_asleep(void)
{
	unsigned int ms;

	for (ms = 0; !is_asleep(); ms++) {
		if (ms == SLEEP_LIMIT_MS * b.patience)
			give_up("the SMMU does not suspend");
		usleep(1000);
	}
	b.slept++;
}

/* Contents that depend on the round. */
static void fill(uint64_t *words, size_t bytes, uint64_t what)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*words); i++)
		words[i] = what * 0x9e3779b97f4a7c15ull + i;
}

static uint64_t block[BLOCK_BYTES / sizeof(uint64_t)] __attribute__((aligned(4096)));
static uint64_t wanted[BLOCK_BYTES / sizeof(uint64_t)];

static void check_block(unsigned int n)
{
	memset(block, 0xa5, sizeof(block));
	if (pread(b.disk, block, sizeof(block), (off_t)n * BLOCK_BYTES) != sizeof(block))
		give_up("block %u cannot be read: %s", n, strerror(errno));
	fill(wanted, sizeof(wanted), b.written[n]);
	if (memcmp(block, wanted, sizeof(block)))
		give_up("block %u differs from what round %lu wrote", n,
			(unsigned long)b.written[n]);
}

static void use_disk(void)
{
	unsigned int n = rand() % BLOCKS, before = rand() % BLOCKS;

	fill(block, sizeof(block), b.round);
	if (pwrite(b.disk, block, sizeof(block), (off_t)n * BLOCK_BYTES) != sizeof(block))
		give_up("block %u cannot be written: %s", n, strerror(errno));
	b.written[n] = b.round;
	check_block(n);
	if (b.written[before])
		check_block(before);
}

static void use_network(int from, int to)
{
	uint64_t sent[PACKET_BYTES / sizeof(uint64_t)], got[PACKET_BYTES / sizeof(uint64_t)];

	fill(sent, sizeof(sent), b.round + from);
	if (send(b.side[from], sent, sizeof(sent), 0) != sizeof(sent))
		give_up("side %d cannot send: %s", from + 1, strerror(errno));
	if (recv(b.side[to], got, sizeof(got), 0) != sizeof(got))
		give_up("side %d receives nothing: %s", to + 1, strerror(errno));
	if (memcmp(sent, got, sizeof(got)))
		give_up("side %d receives other data than was sent", to + 1);
}

/* A socket in the network namespace side<n>, connected to the other side. */
static int open_side(int n)
{
	struct timeval limit = { .tv_sec = PACKET_LIMIT_S * b.patience };
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(PORT) }, there = here;
	char path[32];
	int space, s;

	snprintf(path, sizeof(path), "/run/netns/side%d", n);
	here.sin_addr.s_addr = htonl(0x0a090000 | n);
	there.sin_addr.s_addr = htonl(0x0a090000 | (3 - n));
	space = open(path, O_RDONLY);
	if (space < 0 || setns(space, CLONE_NEWNET))
		give_up("%s: %s", path, strerror(errno));
	close(space);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&here, sizeof(here)) ||
	    connect(s, (struct sockaddr *)&there, sizeof(there)) ||
	    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		give_up("socket of side %d: %s", n, strerror(errno));
	return s;
}

static void one_round(void)
{
	all_devices(b.rest);
	if (b.round % 3) {
		fall_asleep();
	} else {
		usleep(rand() % (2 * b.delay_us));
		b.short_rests++;
	}
	all_devices(b.work);
	use_disk();
	use_network(b.round & 1, !(b.round & 1));
}

int main(int argc, char **argv)
{
	if (argc < 9) {
		fputs("usage: burst ROUNDS SEED DELAY_US DISK REST WORK STATUS DEVICE...\n", stderr);
		return 2;
	}
	b.rounds = strtoul(argv[1], NULL, 0);
	srand(strtoul(argv[2], NULL, 0));
	b.delay_us = strtoul(argv[3], NULL, 0);
	if (!b.rounds || !b.delay_us) {
		fputs("burst: ROUNDS and DELAY_US must be greater than 0\n", stderr);
		return 2;
	}
	b.patience = getenv("PATIENCE") ? atoi(getenv("PATIENCE")) : 1;
	b.rest = argv[5];
	b.work = argv[6];
	b.status = argv[7];
	b.devices = &argv[8];
	b.disk = open(argv[4], O_RDWR | O_DIRECT);
	if (b.disk < 0)
		give_up("%s: %s", argv[4], strerror(errno));
	b.side[0] = open_side(1);
	b.side[1] = open_side(2);
	for (b.round = 1; b.round <= b.rounds; b.round++)
		one_round();
	printf("rounds: %lu\nslept: %lu\nshort_rests: %lu\n", b.rounds, b.slept, b.short_rests);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * driver_text - the driver's own decoders of commands and events, as a program: reads
 * lines "cmd W0 W1" and "evt W0 W1 W2 W3", prints the driver's text.
 *
 * module/pure/cmd.c and evt.c need little of the kernel; that is defined here.
 * tests/host/decode.sh makes empty files for the linux/ headers that they include.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;

#define BIT(n)			(1ULL << (n))
#define BIT_ULL			BIT
#define GENMASK(h, l)		(((2ULL << ((h) - (l))) - 1) << (l))
#define GENMASK_ULL		GENMASK
#define FIELD_GET(mask, w)	((((u64)(w)) & (mask)) / ((mask) & ~((mask) - 1)))
#define FIELD_PREP(mask, v)	(((u64)(v) * ((mask) & ~((mask) - 1))) & (mask))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

/* As in the kernel: # prints 0x before 0, too, and it counts in the width. */
static int scnprintf(char *buf, size_t len, const char *format, ...)
{
	char own[256], *to = own;
	unsigned int width;
	va_list args;
	int n;

	while (*format && to < own + sizeof(own) - 8) {
		if (format[0] != '%' || format[1] != '#') {
			*to++ = *format++;
			continue;
		}
		format += 2;
		to += sprintf(to, "0x%%");
		if (sscanf(format, "%u%n", &width, &n) == 1) {
			to += sprintf(to, "0%u", width - 2);
			format += n;
		}
	}
	*to = '\0';
	va_start(args, format);
	n = vsnprintf(buf, len, own, args);
	va_end(args);
	return n < (int)len ? n : (int)len - 1;
}

#include "../../module/pure/cmd.c"
#include "../../module/pure/evt.c"

int main(void)
{
	char line[256], text[512];
	struct smmux_evt evt;
	u64 w[4];

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "cmd %llx %llx", &w[0], &w[1]) == 2) {
			smmux_cmd_decode(&(struct smmux_cmd){ { w[0], w[1] } }, text, sizeof(text));
		} else if (sscanf(line, "evt %llx %llx %llx %llx", &w[0], &w[1], &w[2], &w[3]) == 4) {
			smmux_evt_decode(w, &evt);
			smmux_evt_format(&evt, text, sizeof(text));
		} else {
			return 1;
		}
		puts(text);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * format - the kernel's printf formats that the driver and the suites use.
 *
 * Differences from libc: "#" prints 0x before 0, too; "%*ph" prints bytes; and
 * scnprintf() returns the number of characters in the buffer.
 */
#include <linux/kernel.h>
#include <linux/string.h>

struct out {
	char *buf;
	size_t size, len;
};

struct spec {
	bool alt, zero, left;
	int width;
	char length;			/* 'l', 'q' for long long, 'z', or 0 */
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_text(struct out *o, const struct spec *s, const char *text, int len)
{
	int i;

	for (i = len; !s->left && i < s->width; i++)
		put(o, ' ');
	for (i = 0; i < len; i++)
		put(o, text[i]);
	for (i = len; s->left && i < s->width; i++)
		put(o, ' ');
}

static void put_number(struct out *o, const struct spec *s, u64 val, unsigned int base, bool minus)
{
	char text[80], *at = text + sizeof(text);
	int prefix = (s->alt && base == 16 ? 2 : 0) + minus;

	do {
		*--at = "0123456789abcdef"[val % base];
		val /= base;
	} while (val);
	/* The prefix counts in the width. */
	while (s->zero && text + sizeof(text) - at + prefix < min(s->width, 64))
		*--at = '0';
	if (s->alt && base == 16) {
		*--at = 'x';
		*--at = '0';
	}
	if (minus)
		*--at = '-';
	put_text(o, s, at, text + sizeof(text) - at);
}

static void put_bytes(struct out *o, const u8 *bytes, int num)
{
	const struct spec two = { .zero = true, .width = 2 };
	int i;

	for (i = 0; i < num; i++) {
		if (i)
			put(o, ' ');
		put_number(o, &two, bytes[i], 16, false);
	}
}

static const char *read_spec(const char *fmt, struct spec *s)
{
	*s = (struct spec){};
	for (;; fmt++) {
		if (*fmt == '#')
			s->alt = true;
		else if (*fmt == '0')
			s->zero = true;
		else if (*fmt == '-')
			s->left = true;
		else
			break;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		s->width = s->width * 10 + *fmt - '0';
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		s->length = s->length == 'l' ? 'q' : *fmt;
	return fmt;
}

static u64 read_number(const struct spec *s, bool is_signed, va_list *args)
{
	if (s->length == 'q')
		return va_arg(*args, u64);
	if (s->length)
		return va_arg(*args, long);
	return is_signed ? (u64)va_arg(*args, int) : va_arg(*args, unsigned int);
}

/* One conversion; returns the text after it.  An unknown one prints "<?>". */
static const char *convert(struct out *o, const char *fmt, va_list *args)
{
	const char *text;
	struct spec s;
	char c;
	s64 val;

	fmt = read_spec(fmt, &s);
	switch (*fmt++) {
	case 'd':
		val = read_number(&s, true, args);
		put_number(o, &s, val < 0 ? -(u64)val : (u64)val, 10, val < 0);
		break;
	case 'u':
		put_number(o, &s, read_number(&s, false, args), 10, false);
		break;
	case 'x':
		put_number(o, &s, read_number(&s, false, args), 16, false);
		break;
	case 's':
		text = va_arg(*args, const char *) ?: "(null)";
		put_text(o, &s, text, strlen(text));
		break;
	case 'c':
		c = va_arg(*args, int);
		put_text(o, &s, &c, 1);
		break;
	case 'p':
		if (*fmt != 'h') {
			put_number(o, &s, va_arg(*args, unsigned long), 16, false);
			break;
		}
		fmt++;
		put_bytes(o, va_arg(*args, const void *), s.width);
		break;
	case '%':
		put(o, '%');
		break;
	default:
		put_text(o, &s, "<?>", 3);
		return fmt - 1;
	}
	return fmt;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { .buf = buf, .size = size };
	va_list copy;

	va_copy(copy, args);
	while (*fmt)
		if (*fmt == '%')
			fmt = convert(&o, fmt + 1, &copy);
		else
			put(&o, *fmt++);
	va_end(copy);
	if (size)
		buf[min(o.len, size - 1)] = '\0';
	return o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	if (!size)
		return 0;
	return min((size_t)n, size - 1);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * evt - decode event records.
 *
 * The hardware may write unexpected records, and hostile devices may control their
 * contents.  Every 256-bit value decodes to something printable.
 */
#ifndef SMMUX_EVT_H
#define SMMUX_EVT_H

#include <linux/types.h>

#include "arch/evt.h"

enum smmux_evt_field {		/* which members of struct smmux_evt are valid */
	SMMUX_EVT_HAS_IADDR	= 1 << 0,
	SMMUX_EVT_HAS_IPA	= 1 << 1,
	SMMUX_EVT_HAS_FETCH	= 1 << 2,
	SMMUX_EVT_HAS_ACCESS	= 1 << 3,	/* rnw, ind, pnu */
	SMMUX_EVT_HAS_CLASS	= 1 << 4,
	SMMUX_EVT_HAS_STALL	= 1 << 5,
	SMMUX_EVT_HAS_REASON	= 1 << 6,
};

struct smmux_evt {
	u8 id;
	u8 has;			/* enum smmux_evt_field */
	u8 class;		/* EVT_CLASS_* */
	bool ssv, stall, rnw, ind, pnu, s2, nsipa, ttrnw;
	u16 stag, reason;
	u32 sid, ssid;
	u64 iaddr, ipa, fetch;
	u64 raw[4];
};

/* Bits of the field "flags" of the event "event": an interface, never renumber. */
#define SMMUX_TRACE_EVT_SSV	0x01
#define SMMUX_TRACE_EVT_STALL	0x02
#define SMMUX_TRACE_EVT_RNW	0x04
#define SMMUX_TRACE_EVT_IND	0x08
#define SMMUX_TRACE_EVT_PNU	0x10
#define SMMUX_TRACE_EVT_S2	0x20
#define SMMUX_TRACE_EVT_NSIPA	0x40
#define SMMUX_TRACE_EVT_TTRNW	0x80
#define SMMUX_TRACE_EVT_WRITE	0x100	/* a write; neither RNW nor WRITE: no access */
#define SMMUX_TRACE_EVT_TTD	0x200	/* class: access to a table descriptor, */
#define SMMUX_TRACE_EVT_CD	0x400	/* or to a context descriptor */

static inline u32 smmux_trace_evt_flags(const struct smmux_evt *evt)
{
	u32 flags = (evt->ssv ? SMMUX_TRACE_EVT_SSV : 0) |
		    (evt->stall ? SMMUX_TRACE_EVT_STALL : 0) |
		    (evt->rnw ? SMMUX_TRACE_EVT_RNW : 0) |
		    (evt->ind ? SMMUX_TRACE_EVT_IND : 0) |
		    (evt->pnu ? SMMUX_TRACE_EVT_PNU : 0) |
		    (evt->s2 ? SMMUX_TRACE_EVT_S2 : 0) |
		    (evt->nsipa ? SMMUX_TRACE_EVT_NSIPA : 0) |
		    (evt->ttrnw ? SMMUX_TRACE_EVT_TTRNW : 0);

	if (evt->has & SMMUX_EVT_HAS_ACCESS && !evt->rnw)
		flags |= SMMUX_TRACE_EVT_WRITE;
	if (evt->has & SMMUX_EVT_HAS_CLASS && evt->class == EVT_CLASS_TTD)
		flags |= SMMUX_TRACE_EVT_TTD;
	if (evt->has & SMMUX_EVT_HAS_CLASS && evt->class == EVT_CLASS_CD)
		flags |= SMMUX_TRACE_EVT_CD;
	return flags;
}

void smmux_evt_decode(const u64 raw[4], struct smmux_evt *evt);
const char *smmux_evt_name(u8 id);		/* "F_TRANSLATION"; never NULL */
const char *smmux_evt_class_name(u8 class);

/* One line of text, without newline; returns its length. */
int smmux_evt_format(const struct smmux_evt *evt, char *buf, size_t len);

#endif /* SMMUX_EVT_H */

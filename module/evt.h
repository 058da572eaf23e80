/* SPDX-License-Identifier: GPL-2.0 */
/*
 * evt - decode event records.
 *
 * Records come from hardware that may be odd, and their contents from devices
 * that may be hostile: every 256-bit value decodes to something printable.
 */
#ifndef SMMUX_EVT_H
#define SMMUX_EVT_H

#include <linux/types.h>

#include "hw_evt.h"

enum smmux_evt_field {		/* which members of struct smmux_evt mean something */
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

void smmux_evt_decode(const u64 raw[4], struct smmux_evt *evt);
const char *smmux_evt_name(u8 id);		/* "F_TRANSLATION"; never NULL */
const char *smmux_evt_class_name(u8 class);

/* One line of text, without newline; returns its length. */
int smmux_evt_format(const struct smmux_evt *evt, char *buf, size_t len);

#endif /* SMMUX_EVT_H */

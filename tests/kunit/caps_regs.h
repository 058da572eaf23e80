/* SPDX-License-Identifier: GPL-2.0 */
/*
 * caps_regs - ID registers of an SMMU with one stage and no further features.
 */
#ifndef SMMUX_KUNIT_CAPS_REGS_H
#define SMMUX_KUNIT_CAPS_REGS_H

#include "pure/caps.h"
#include "suite.h"

/*
 * IDR0: S1P 1, TTF 3:2 = 2, STALL_MODEL 25:24 = 1, TTENDIAN 22:21 = 2.
 * IDR1: SIDSIZE 5:0 = 8, EVENTQS 20:16 = 7, CMDQS 25:21 = 8.
 * IDR5: OAS 2:0 = 4 (44 bits), GRAN4K 4.
 */
static const struct smmux_idregs plain = { {
	[0] = 0x0140000a, [1] = 0x01070008, [5] = 0x00000014,
} };

static const struct smmux_fw_hints no_hints;

#endif /* SMMUX_KUNIT_CAPS_REGS_H */

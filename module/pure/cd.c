// SPDX-License-Identifier: GPL-2.0
/*
 * cd - builds context descriptors in a caller's buffer.
 *
 * The driver uses only the lower half (TTB0) of the address space: EPD1 is set.
 */
#include "pure/cd.h"

#include <linux/string.h>

#define W0_TCR0		(CD_W0_T0SZ | CD_W0_TG0 | CD_W0_IR0 | CD_W0_OR0 | CD_W0_SH0)
#define W0_TCR1		GENMASK_ULL(29, 16)

void smmux_cd_s1(struct smmux_cd *cd, const struct smmux_cd_s1 *s1)
{
	memset(cd, 0, sizeof(*cd));
	cd->w[0] = FIELD_PREP(CD_W0_T0SZ, s1->tsz) |
		   FIELD_PREP(CD_W0_TG0, s1->tg) |
		   FIELD_PREP(CD_W0_IR0, s1->ir) |
		   FIELD_PREP(CD_W0_OR0, s1->or) |
		   FIELD_PREP(CD_W0_SH0, s1->sh) |
		   FIELD_PREP(CD_W0_IPS, s1->ips) |
		   FIELD_PREP(CD_W0_ASID, s1->asid) |
		   CD_W0_EPD1 | CD_W0_AA64 | CD_W0_R | CD_W0_A | CD_W0_ASET |
		   CD_W0_V;
	if (s1->stall)
		cd->w[0] |= CD_W0_S;
	if (s1->ha)
		cd->w[0] |= CD_W0_HA;
	if (s1->hd)
		cd->w[0] |= CD_W0_HD;
	cd->w[1] = s1->ttbr & CD_W1_TTB0;
	cd->w[3] = s1->mair;
}

static void cd_used(const u64 *ent, u64 *used)
{
	used[0] = CD_W0_V;
	if (!(ent[0] & CD_W0_V))
		return;
	used[0] = ~0ULL;
	if (ent[0] & CD_W0_EPD0)
		used[0] &= ~W0_TCR0;
	else
		used[1] = CD_W1_TTB0;
	if (ent[0] & CD_W0_EPD1)
		used[0] &= ~W0_TCR1;
	else
		used[2] = CD_W2_TTB1;
	used[3] = CD_W3_MAIR;
}

static u64 cd_park(u64 old)
{
	return old & ~CD_W0_V;
}

const struct smmux_entry_kind smmux_cd_kind = {
	.used = cd_used,
	.park = cd_park,
};

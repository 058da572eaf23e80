/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Structures that the SMMU reads from memory: stream table and context
 * descriptor tables.
 *
 * Section numbers are those of IHI 0070 (chapter 5, "Data structures").
 * Entries are little-endian 64-bit words; W0..W7 name the word of a field.
 */
#ifndef SMMUX_HW_TABLES_H
#define SMMUX_HW_TABLES_H

#include <linux/bits.h>
#include <linux/bitfield.h>
#include <linux/types.h>

#define SMMUX_ENTRY_WORDS		8
#define SMMUX_ENTRY_BYTES		64

/* 5.1 Level 1 stream table descriptor, one word */
#define L1STD_SPAN			GENMASK_ULL(4, 0)
#define L1STD_L2PTR			GENMASK_ULL(51, 6)

/* 5.2 Stream table entry */
#define STE_W0_V			BIT_ULL(0)
#define STE_W0_CONFIG			GENMASK_ULL(3, 1)
#define   STE_CONFIG_ABORT		0
#define   STE_CONFIG_BYPASS		4
#define   STE_CONFIG_S1			5
#define   STE_CONFIG_S2			6
#define   STE_CONFIG_NESTED		7
#define STE_W0_S1FMT			GENMASK_ULL(5, 4)
#define   S1FMT_LINEAR			0
#define   S1FMT_2LVL_4K			1
#define   S1FMT_2LVL_64K		2
#define STE_W0_S1CTXPTR			GENMASK_ULL(51, 6)
#define STE_W0_S1CDMAX			GENMASK_ULL(63, 59)

#define STE_W1_S1DSS			GENMASK_ULL(1, 0)
#define   S1DSS_TERMINATE		0
#define   S1DSS_BYPASS			1
#define   S1DSS_SSID0			2
#define STE_W1_S1CIR			GENMASK_ULL(3, 2)
#define STE_W1_S1COR			GENMASK_ULL(5, 4)
#define   S1C_CACHE_NC			0
#define   S1C_CACHE_WBRA		1
#define STE_W1_S1CSH			GENMASK_ULL(7, 6)
#define STE_W1_MEV			BIT_ULL(19)
#define STE_W1_S2FWB			BIT_ULL(25)
#define STE_W1_S1STALLD			BIT_ULL(27)
#define STE_W1_EATS			GENMASK_ULL(29, 28)
#define   EATS_ABORT			0
#define   EATS_FULL			1
#define   EATS_SPLIT			2
#define STE_W1_STRW			GENMASK_ULL(31, 30)
#define   STRW_EL1			0
#define   STRW_EL2			2
#define STE_W1_MEMATTR			GENMASK_ULL(35, 32)
#define STE_W1_MTCFG			BIT_ULL(36)
#define STE_W1_ALLOCCFG			GENMASK_ULL(40, 37)
#define STE_W1_SHCFG			GENMASK_ULL(45, 44)
#define   SHCFG_INCOMING		1
#define STE_W1_NSCFG			GENMASK_ULL(47, 46)
#define STE_W1_PRIVCFG			GENMASK_ULL(49, 48)
#define STE_W1_INSTCFG			GENMASK_ULL(51, 50)

#define STE_W2_S2VMID			GENMASK_ULL(15, 0)
#define STE_W2_S2T0SZ			GENMASK_ULL(37, 32)
#define STE_W2_S2SL0			GENMASK_ULL(39, 38)
#define STE_W2_S2IR0			GENMASK_ULL(41, 40)
#define STE_W2_S2OR0			GENMASK_ULL(43, 42)
#define STE_W2_S2SH0			GENMASK_ULL(45, 44)
#define STE_W2_S2TG			GENMASK_ULL(47, 46)
#define STE_W2_S2PS			GENMASK_ULL(50, 48)
#define STE_W2_S2AA64			BIT_ULL(51)
#define STE_W2_S2ENDI			BIT_ULL(52)
#define STE_W2_S2AFFD			BIT_ULL(53)
#define STE_W2_S2PTW			BIT_ULL(54)
#define STE_W2_S2HD			BIT_ULL(55)
#define STE_W2_S2HA			BIT_ULL(56)
#define STE_W2_S2S			BIT_ULL(57)
#define STE_W2_S2R			BIT_ULL(58)

#define STE_W3_S2TTB			GENMASK_ULL(51, 4)

/* 5.3 Level 1 context descriptor, one word */
#define L1CD_V				BIT_ULL(0)
#define L1CD_L2PTR			GENMASK_ULL(51, 12)

/* 5.4 Context descriptor */
#define CD_W0_T0SZ			GENMASK_ULL(5, 0)
#define CD_W0_TG0			GENMASK_ULL(7, 6)
#define CD_W0_IR0			GENMASK_ULL(9, 8)
#define CD_W0_OR0			GENMASK_ULL(11, 10)
#define CD_W0_SH0			GENMASK_ULL(13, 12)
#define CD_W0_EPD0			BIT_ULL(14)
#define CD_W0_ENDI			BIT_ULL(15)
#define CD_W0_T1SZ			GENMASK_ULL(21, 16)
#define CD_W0_EPD1			BIT_ULL(30)
#define CD_W0_V				BIT_ULL(31)
#define CD_W0_IPS			GENMASK_ULL(34, 32)
#define CD_W0_AFFD			BIT_ULL(35)
#define CD_W0_WXN			BIT_ULL(36)
#define CD_W0_TBI			GENMASK_ULL(39, 38)
#define CD_W0_PAN			BIT_ULL(40)
#define CD_W0_AA64			BIT_ULL(41)
#define CD_W0_HD			BIT_ULL(42)
#define CD_W0_HA			BIT_ULL(43)
#define CD_W0_S				BIT_ULL(44)
#define CD_W0_R				BIT_ULL(45)
#define CD_W0_A				BIT_ULL(46)
#define CD_W0_ASET			BIT_ULL(47)
#define CD_W0_ASID			GENMASK_ULL(63, 48)
#define CD_W1_TTB0			GENMASK_ULL(51, 4)
#define CD_W2_TTB1			GENMASK_ULL(51, 4)
#define CD_W3_MAIR			GENMASK_ULL(63, 0)

#endif /* SMMUX_HW_TABLES_H */

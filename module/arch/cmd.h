/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Command queue entries: two little-endian 64-bit words, IHI 0070 chapter 4.
 */
#ifndef SMMUX_HW_CMD_H
#define SMMUX_HW_CMD_H

#include <linux/bits.h>
#include <linux/bitfield.h>

#define CMD_W0_OP			GENMASK_ULL(7, 0)
#define CMD_W0_SSV			BIT_ULL(11)

/* 4.2 Prefetch */
#define OP_PREFETCH_CONFIG		0x01
#define OP_PREFETCH_ADDR		0x02

/* 4.3 Configuration structure invalidation */
#define OP_CFGI_STE			0x03
#define OP_CFGI_STE_RANGE		0x04	/* range 31: CFGI_ALL */
#define OP_CFGI_CD			0x05
#define OP_CFGI_CD_ALL			0x06
#define CFGI_W0_SSID			GENMASK_ULL(31, 12)
#define CFGI_W0_SID			GENMASK_ULL(63, 32)
#define CFGI_W1_LEAF			BIT_ULL(0)
#define CFGI_W1_RANGE			GENMASK_ULL(4, 0)
#define   CFGI_RANGE_ALL		31

/* 4.4 TLB invalidation */
#define OP_TLBI_NH_ALL			0x10
#define OP_TLBI_NH_ASID			0x11
#define OP_TLBI_NH_VA			0x12
#define OP_TLBI_NH_VAA			0x13
#define OP_TLBI_EL3_ALL			0x18
#define OP_TLBI_EL3_VA			0x1a
#define OP_TLBI_EL2_ALL			0x20
#define OP_TLBI_EL2_ASID		0x21
#define OP_TLBI_EL2_VA			0x22
#define OP_TLBI_EL2_VAA			0x23
#define OP_TLBI_S12_VMALL		0x28
#define OP_TLBI_S2_IPA			0x2a
#define OP_TLBI_NSNH_ALL		0x30
#define TLBI_W0_NUM			GENMASK_ULL(16, 12)
#define TLBI_W0_SCALE			GENMASK_ULL(24, 20)
#define TLBI_W0_VMID			GENMASK_ULL(47, 32)
#define TLBI_W0_ASID			GENMASK_ULL(63, 48)
#define TLBI_W1_LEAF			BIT_ULL(0)
#define TLBI_W1_TTL			GENMASK_ULL(9, 8)
#define TLBI_W1_TG			GENMASK_ULL(11, 10)
#define   TLBI_TG_NONE			0
#define   TLBI_TG_4K			1
#define   TLBI_TG_16K			2
#define   TLBI_TG_64K			3
#define TLBI_W1_VA			GENMASK_ULL(63, 12)
#define TLBI_W1_IPA			GENMASK_ULL(55, 12)
#define   TLBI_NUM_MAX			31
#define   TLBI_SCALE_MAX		31

/* 4.5 ATS and PRI */
#define OP_ATC_INV			0x40
#define OP_PRI_RESP			0x41
#define ATC_W0_G			BIT_ULL(9)
#define ATC_W0_SSID			GENMASK_ULL(31, 12)
#define ATC_W0_SID			GENMASK_ULL(63, 32)
#define ATC_W1_SIZE			GENMASK_ULL(5, 0)
#define   ATC_SIZE_ALL			52
#define ATC_W1_ADDR			GENMASK_ULL(63, 12)

/* 4.6 Fault response */
#define OP_RESUME			0x44
#define OP_STALL_TERM			0x45
#define RESUME_W0_AC			BIT_ULL(12)
#define RESUME_W0_AB			BIT_ULL(13)
#define RESUME_W0_SID			GENMASK_ULL(63, 32)
#define RESUME_W1_STAG			GENMASK_ULL(15, 0)

/* 4.7 Synchronisation */
#define OP_SYNC				0x46
#define SYNC_W0_CS			GENMASK_ULL(13, 12)
#define   SYNC_CS_NONE			0
#define   SYNC_CS_IRQ			1
#define   SYNC_CS_SEV			2
#define SYNC_W0_MSH			GENMASK_ULL(23, 22)
#define SYNC_W0_MSIATTR			GENMASK_ULL(27, 24)
#define   SYNC_MSIATTR_OIWB		0xf
#define SYNC_W0_MSIDATA			GENMASK_ULL(63, 32)
#define SYNC_W1_MSIADDR			GENMASK_ULL(51, 2)

#endif /* SMMUX_HW_CMD_H */

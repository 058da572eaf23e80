/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Event queue records: four little-endian 64-bit words, IHI 0070 section 7.3.
 */
#ifndef SMMUX_HW_EVT_H
#define SMMUX_HW_EVT_H

#include <linux/bits.h>
#include <linux/bitfield.h>

#define EVT_F_UUT			0x01
#define EVT_C_BAD_STREAMID		0x02
#define EVT_F_STE_FETCH			0x03
#define EVT_C_BAD_STE			0x04
#define EVT_F_BAD_ATS_TREQ		0x05
#define EVT_F_STREAM_DISABLED		0x06
#define EVT_F_TRANSL_FORBIDDEN		0x07
#define EVT_C_BAD_SUBSTREAMID		0x08
#define EVT_F_CD_FETCH			0x09
#define EVT_C_BAD_CD			0x0a
#define EVT_F_WALK_EABT			0x0b
#define EVT_F_TRANSLATION		0x10
#define EVT_F_ADDR_SIZE			0x11
#define EVT_F_ACCESS			0x12
#define EVT_F_PERMISSION		0x13
#define EVT_F_TLB_CONFLICT		0x20
#define EVT_F_CFG_CONFLICT		0x21
#define EVT_E_PAGE_REQUEST		0x24
#define EVT_F_VMS_FETCH			0x25
#define EVT_IMPDEF_FIRST		0xe0
#define EVT_IMPDEF_LAST			0xef

#define EVT_W0_ID			GENMASK_ULL(7, 0)
#define EVT_W0_SSV			BIT_ULL(11)
#define EVT_W0_SSID			GENMASK_ULL(31, 12)
#define EVT_W0_SID			GENMASK_ULL(63, 32)

#define EVT_W1_STAG			GENMASK_ULL(15, 0)
#define EVT_W1_REASON			GENMASK_ULL(15, 0)	/* F_UUT, impdef */
#define EVT_W1_STALL			BIT_ULL(31)
#define EVT_W1_PNU			BIT_ULL(33)
#define EVT_W1_IND			BIT_ULL(34)
#define EVT_W1_RNW			BIT_ULL(35)
#define EVT_W1_NSIPA			BIT_ULL(38)
#define EVT_W1_S2			BIT_ULL(39)
#define EVT_W1_CLASS			GENMASK_ULL(41, 40)
#define   EVT_CLASS_CD			0
#define   EVT_CLASS_TTD			1
#define   EVT_CLASS_IN			2
#define EVT_W1_TTRNW			BIT_ULL(44)		/* F_PERMISSION, CLASS=TTD */
#define EVT_W2_IADDR			GENMASK_ULL(63, 0)
#define EVT_W3_IPA			GENMASK_ULL(51, 12)
#define EVT_W3_FETCHADDR		GENMASK_ULL(51, 3)

#endif /* SMMUX_HW_EVT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Non-secure programming interface of the SMMUv3: register offsets and fields.
 *
 * Section numbers are those of IHI 0070 (chapter 6, "Memory map and
 * registers").  Offsets count from the base of register page 0; page 1 follows
 * at SMMUX_PAGE1.  All registers are 32 bits wide unless a line says 64.
 */
#ifndef SMMUX_HW_REGS_H
#define SMMUX_HW_REGS_H

#include <linux/bits.h>
#include <linux/bitfield.h>

#define SMMUX_PAGE1			0x10000
/* Bytes of each page that the architecture defines; the rest may belong to a PMCG. */
#define SMMUX_PAGE_ARCH_BYTES		0xe00

/* 6.3.1 SMMU_IDR0 */
#define SMMUX_IDR0			0x0000
#define IDR0_ST_LEVEL			GENMASK(28, 27)
#define IDR0_TERM_MODEL			BIT(26)
#define IDR0_STALL_MODEL		GENMASK(25, 24)
#define   STALL_MODEL_BOTH		0
#define   STALL_MODEL_TERM_ONLY		1
#define   STALL_MODEL_STALL_ONLY	2
#define IDR0_TTENDIAN			GENMASK(22, 21)
#define   TTENDIAN_MIXED		0
#define   TTENDIAN_LITTLE		2
#define   TTENDIAN_BIG			3
#define IDR0_VATOS			BIT(20)
#define IDR0_CD2L			BIT(19)
#define IDR0_VMID16			BIT(18)
#define IDR0_VMW			BIT(17)
#define IDR0_PRI			BIT(16)
#define IDR0_ATOS			BIT(15)
#define IDR0_SEV			BIT(14)
#define IDR0_MSI			BIT(13)
#define IDR0_ASID16			BIT(12)
#define IDR0_NS1ATS			BIT(11)
#define IDR0_ATS			BIT(10)
#define IDR0_HYP			BIT(9)
#define IDR0_DORMHINT			BIT(8)
#define IDR0_HTTU			GENMASK(7, 6)
#define   HTTU_NONE			0
#define   HTTU_ACCESS			1
#define   HTTU_ACCESS_DIRTY		2
#define IDR0_BTM			BIT(5)
#define IDR0_COHACC			BIT(4)
#define IDR0_TTF			GENMASK(3, 2)
#define   TTF_AARCH32			1
#define   TTF_AARCH64			2
#define   TTF_BOTH			3
#define IDR0_S1P			BIT(1)
#define IDR0_S2P			BIT(0)

/* 6.3.2 SMMU_IDR1 */
#define SMMUX_IDR1			0x0004
#define IDR1_ECMDQ			BIT(31)
#define IDR1_TABLES_PRESET		BIT(30)
#define IDR1_QUEUES_PRESET		BIT(29)
#define IDR1_REL			BIT(28)
#define IDR1_ATTR_TYPES_OVR		BIT(27)
#define IDR1_ATTR_PERMS_OVR		BIT(26)
#define IDR1_CMDQS			GENMASK(25, 21)
#define IDR1_EVENTQS			GENMASK(20, 16)
#define IDR1_PRIQS			GENMASK(15, 11)
#define IDR1_SSIDSIZE			GENMASK(10, 6)
#define IDR1_SIDSIZE			GENMASK(5, 0)
#define   QUEUE_LOG2_MAX		19
#define   SSIDSIZE_MAX			20
#define   SIDSIZE_MAX			32

/* 6.3.3 SMMU_IDR2 */
#define SMMUX_IDR2			0x0008
#define IDR2_BA_VATOS			GENMASK(9, 0)

/* 6.3.4 SMMU_IDR3 */
#define SMMUX_IDR3			0x000c
#define IDR3_DPT			BIT(15)
#define IDR3_PTWNNC			BIT(14)
#define IDR3_E0PD			BIT(13)
#define IDR3_BBML			GENMASK(12, 11)
#define IDR3_RIL			BIT(10)
#define IDR3_STT			BIT(9)
#define IDR3_FWB			BIT(8)
#define IDR3_MPAM			BIT(7)
#define IDR3_PPS			BIT(5)
#define IDR3_XNX			BIT(4)
#define IDR3_PBHA			BIT(3)
#define IDR3_HAD			BIT(2)

/* 6.3.5 SMMU_IDR4: implementation defined */
#define SMMUX_IDR4			0x0010

/* 6.3.6 SMMU_IDR5 */
#define SMMUX_IDR5			0x0014
#define IDR5_STALL_MAX			GENMASK(31, 16)
#define IDR5_VAX			GENMASK(11, 10)
#define   VAX_48			0
#define   VAX_52			1
#define   VAX_56			2
#define IDR5_DS				BIT(7)
#define IDR5_GRAN64K			BIT(6)
#define IDR5_GRAN16K			BIT(5)
#define IDR5_GRAN4K			BIT(4)
#define IDR5_OAS			GENMASK(2, 0)

/* 6.3.7 SMMU_IIDR */
#define SMMUX_IIDR			0x0018
#define IIDR_PRODUCTID			GENMASK(31, 20)
#define IIDR_VARIANT			GENMASK(19, 16)
#define IIDR_REVISION			GENMASK(15, 12)
#define IIDR_IMPLEMENTER		GENMASK(11, 0)

/* 6.3.8 SMMU_AIDR */
#define SMMUX_AIDR			0x001c
#define AIDR_ARCH_MAJOR			GENMASK(7, 4)
#define AIDR_ARCH_MINOR			GENMASK(3, 0)

/* 6.3.9 SMMU_CR0, 6.3.10 SMMU_CR0ACK */
#define SMMUX_CR0			0x0020
#define SMMUX_CR0ACK			0x0024
#define CR0_DPT_WALK_EN			BIT(10)
#define CR0_VMW				GENMASK(8, 6)
#define CR0_ATSCHK			BIT(4)
#define CR0_CMDQEN			BIT(3)
#define CR0_EVENTQEN			BIT(2)
#define CR0_PRIQEN			BIT(1)
#define CR0_SMMUEN			BIT(0)

/* 6.3.11 SMMU_CR1 */
#define SMMUX_CR1			0x0028
#define CR1_TABLE_SH			GENMASK(11, 10)
#define CR1_TABLE_OC			GENMASK(9, 8)
#define CR1_TABLE_IC			GENMASK(7, 6)
#define CR1_QUEUE_SH			GENMASK(5, 4)
#define CR1_QUEUE_OC			GENMASK(3, 2)
#define CR1_QUEUE_IC			GENMASK(1, 0)
#define   CR1_CACHE_NC			0
#define   CR1_CACHE_WB			1
#define   CR1_CACHE_WT			2

/* 6.3.12 SMMU_CR2 */
#define SMMUX_CR2			0x002c
#define CR2_REC_CFG_ATS			BIT(3)
#define CR2_PTM				BIT(2)
#define CR2_RECINVSID			BIT(1)
#define CR2_E2H				BIT(0)

/* Shareability, one encoding for registers, STE, CD and MSI attributes */
#define SMMUX_SH_NON			0
#define SMMUX_SH_OUTER			2
#define SMMUX_SH_INNER			3

/* 6.3.13 SMMU_STATUSR, 6.3.14 SMMU_GBPA */
#define SMMUX_STATUSR			0x0040
#define STATUSR_DORMANT			BIT(0)
#define SMMUX_GBPA			0x0044
#define GBPA_UPDATE			BIT(31)
#define GBPA_ABORT			BIT(20)
#define GBPA_INSTCFG			GENMASK(19, 18)
#define GBPA_PRIVCFG			GENMASK(17, 16)
#define GBPA_SHCFG			GENMASK(13, 12)
#define GBPA_ALLOCCFG			GENMASK(11, 8)
#define GBPA_MTCFG			BIT(4)
#define GBPA_MEMATTR			GENMASK(3, 0)

/* 6.3.15 SMMU_AGBPA: implementation defined */
#define SMMUX_AGBPA			0x0048

/* 6.3.16 SMMU_IRQ_CTRL, 6.3.17 SMMU_IRQ_CTRLACK */
#define SMMUX_IRQ_CTRL			0x0050
#define SMMUX_IRQ_CTRLACK		0x0054
#define IRQ_CTRL_EVENTQ			BIT(2)
#define IRQ_CTRL_PRIQ			BIT(1)
#define IRQ_CTRL_GERROR			BIT(0)

/* 6.3.18 SMMU_GERROR, 6.3.19 SMMU_GERRORN */
#define SMMUX_GERROR			0x0060
#define SMMUX_GERRORN			0x0064
#define GERROR_CMDQP_ERR		BIT(9)
#define GERROR_SFM_ERR			BIT(8)
#define GERROR_MSI_GERROR_ABT		BIT(7)
#define GERROR_MSI_PRIQ_ABT		BIT(6)
#define GERROR_MSI_EVENTQ_ABT		BIT(5)
#define GERROR_MSI_CMDQ_ABT		BIT(4)
#define GERROR_PRIQ_ABT			BIT(3)
#define GERROR_EVENTQ_ABT		BIT(2)
#define GERROR_CMDQ_ERR			BIT(0)
#define GERROR_KNOWN			(GENMASK(9, 2) | BIT(0))

/* 6.3.20 onwards: MSI of GERROR (address 64 bits), stream table, queues */
#define SMMUX_GERROR_IRQ_CFG0		0x0068	/* 64 */
#define SMMUX_GERROR_IRQ_CFG1		0x0070
#define SMMUX_GERROR_IRQ_CFG2		0x0074
#define SMMUX_EVENTQ_IRQ_CFG0		0x00b0	/* 64 */
#define SMMUX_EVENTQ_IRQ_CFG1		0x00b8
#define SMMUX_EVENTQ_IRQ_CFG2		0x00bc
#define SMMUX_PRIQ_IRQ_CFG0		0x00d0	/* 64 */
#define SMMUX_PRIQ_IRQ_CFG1		0x00d8
#define SMMUX_PRIQ_IRQ_CFG2		0x00dc
#define IRQ_CFG0_ADDR			GENMASK_ULL(51, 2)
#define IRQ_CFG1_DATA			GENMASK(31, 0)
#define PRIQ_IRQ_CFG2_LO		BIT(31)
#define IRQ_CFG2_SH			GENMASK(5, 4)
#define IRQ_CFG2_MEMATTR		GENMASK(3, 0)
#define   MSI_MEMATTR_DEVICE_nGnRE	1

#define SMMUX_STRTAB_BASE		0x0080	/* 64 */
#define STRTAB_BASE_RA			BIT_ULL(62)
#define STRTAB_BASE_ADDR		GENMASK_ULL(51, 6)
#define SMMUX_STRTAB_BASE_CFG		0x0088
#define STRTAB_CFG_FMT			GENMASK(17, 16)
#define   STRTAB_FMT_LINEAR		0
#define   STRTAB_FMT_2LVL		1
#define STRTAB_CFG_SPLIT		GENMASK(10, 6)
#define STRTAB_CFG_LOG2SIZE		GENMASK(5, 0)

#define SMMUX_CMDQ_BASE			0x0090	/* 64 */
#define SMMUX_CMDQ_PROD			0x0098
#define SMMUX_CMDQ_CONS			0x009c
#define CMDQ_CONS_ERR			GENMASK(30, 24)
#define   CERROR_NONE			0
#define   CERROR_ILL			1
#define   CERROR_ABT			2
#define   CERROR_ATC_INV_SYNC		3
#define SMMUX_EVENTQ_BASE		0x00a0	/* 64 */
#define SMMUX_EVENTQ_PROD		(SMMUX_PAGE1 + 0x00a8)
#define SMMUX_EVENTQ_CONS		(SMMUX_PAGE1 + 0x00ac)
#define SMMUX_PRIQ_BASE			0x00c0	/* 64 */
#define SMMUX_PRIQ_PROD			(SMMUX_PAGE1 + 0x00c8)
#define SMMUX_PRIQ_CONS			(SMMUX_PAGE1 + 0x00cc)
#define QUEUE_BASE_RWA			BIT_ULL(62)	/* read (CMDQ) or write allocate */
#define QUEUE_BASE_ADDR			GENMASK_ULL(51, 5)
#define QUEUE_BASE_LOG2SIZE		GENMASK_ULL(4, 0)
#define QUEUE_INDEX			GENMASK(19, 0)	/* PROD and CONS, wrap bit included */
#define QUEUE_OVFLG			BIT(31)		/* PROD, and its echo in CONS */

/* SMMU_IDR6, from SMMUv3.3 on: command queue control pages */
#define SMMUX_IDR6			0x0190
#define IDR6_CMDQ_CP_LOG2NUMP		GENMASK(27, 24)
#define IDR6_CMDQ_CP_LOG2NUMQ		GENMASK(19, 16)

#endif /* SMMUX_HW_REGS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * crash - a directory in memory.  A reader of a memory dump (a vmcore of kdump,
 * dump-guest-memory of QEMU) uses it to find the SMMUs' queues, tables and rings, without
 * debug information of kernel or module.  scripts/smmux-crash is such a reader.
 *
 * The layout is an interface: it is in the memory of every kernel that runs the driver.
 * All is little-endian; addresses are physical.  A reader searches each page of memory for
 * the magic and for the page's own address in @self, and takes offsets and sizes from there.
 *
 *   Entries and structures may grow at their end; fields may be added after the last.
 *   @version changes when something existing gets another meaning.  This includes the
 *   numbers of enum smmux_pm_state, smmux_pm_cause and smmux_rec_state.
 */
#ifndef SMMUX_CRASH_H
#define SMMUX_CRASH_H

#include <linux/types.h>

#include "pure/caps.h"

struct smmux_device;

#define SMMUX_CRASH_MAGIC	0x72696478756d6d73ULL	/* "smmuxdir" */
#define SMMUX_CRASH_VERSION	1
#define SMMUX_CRASH_SMMUS	64

/*
 * Fields and their places in structures.  The first group is in struct smmux_device; each
 * other group is in a record of a ring, and its _REC is the whole record.
 */
enum smmux_crash_fields {
	SMMUX_CRASH_RESERVED, SMMUX_CRASH_PUBLISHED, SMMUX_CRASH_CONSUMED,
	SMMUX_CRASH_DEAD, SMMUX_CRASH_HIGH_WATER, SMMUX_CRASH_POWERED,
	SMMUX_CRASH_EVTQ_CONS, SMMUX_CRASH_EVENTS_TOTAL, SMMUX_CRASH_EVENTS,
	SMMUX_CRASH_GERROR_DEAD, SMMUX_CRASH_GERRORS_TOTAL, SMMUX_CRASH_GERRORS,
	SMMUX_CRASH_PM_STATE, SMMUX_CRASH_PM_TOTAL, SMMUX_CRASH_PM,
	SMMUX_CRASH_RECOVERY_TOTAL, SMMUX_CRASH_RECOVERY,

	SMMUX_CRASH_EVT_REC, SMMUX_CRASH_EVT_TIME, SMMUX_CRASH_EVT_RAW, SMMUX_CRASH_EVT_CPU,

	SMMUX_CRASH_GE_REC, SMMUX_CRASH_GE_TIME, SMMUX_CRASH_GE_CPU, SMMUX_CRASH_GE_ACTIVE,
	SMMUX_CRASH_GE_CERROR,

	SMMUX_CRASH_PM_REC, SMMUX_CRASH_PM_TIME, SMMUX_CRASH_PM_TOOK, SMMUX_CRASH_PM_STEP,
	SMMUX_CRASH_PM_CAUSE, SMMUX_CRASH_PM_CPU, SMMUX_CRASH_PM_WAKE, SMMUX_CRASH_PM_RET,

	SMMUX_CRASH_RE_REC, SMMUX_CRASH_RE_TIME, SMMUX_CRASH_RE_DEV, SMMUX_CRASH_RE_SID,
	SMMUX_CRASH_RE_FROM, SMMUX_CRASH_RE_TO, SMMUX_CRASH_RE_CAUSE, SMMUX_CRASH_RE_CPU,
	SMMUX_CRASH_RE_RET, SMMUX_CRASH_RE_ATTEMPT,

	/* The ring of a CPU: all of it, and the records in it. */
	SMMUX_CRASH_RC_ALL, SMMUX_CRASH_RC_RING,
	SMMUX_CRASH_RC_REC, SMMUX_CRASH_RC_POS, SMMUX_CRASH_RC_TIME, SMMUX_CRASH_RC_CMD,
	SMMUX_CRASH_RC_COMM, SMMUX_CRASH_RC_PID,
	SMMUX_CRASH_NUM_FIELDS
};

struct smmux_crash_field {
	u32 at, bytes;
};

/**
 * struct smmux_crash_smmu - one SMMU
 * @valid:        1: the entry describes an SMMU; set last, cleared first
 * @device_bytes: size of the structure at @device
 * @name:         of its device, ends with 0
 * @mmio:         address of its registers
 * @device:       address of its struct smmux_device
 * @cmdq, @evtq:  the queues, 1 << @cmdq_log2 entries of 16 bytes and 1 << @evtq_log2 of 32
 * @strtab:       stream table, or its first level
 * @desc:         with two levels: the driver's copy of the first-level descriptors, else 0
 * @dma_offset:   the SMMU's address of the stream table minus its physical address
 * @recent:       list of the places of the CPUs' command rings: for each of @recent_cpus
 *                CPUs @recent_pages addresses, of its first byte and then of each further
 *                page; all 0 for an impossible CPU.  0 until there are rings; set last
 * @idr:          enum smmux_idreg
 * @cmdq_log2, @evtq_log2: sizes of the queues
 * @two_level:    stream table format
 * @split:        log2 of the STEs below one level 1 descriptor
 * @sid_bits:     log2 of the STEs of the whole table
 * @oas:          output address size, bits
 */
struct smmux_crash_smmu {
	u32 valid;
	u32 device_bytes;
	char name[40];
	u64 mmio;
	u64 device;
	u64 cmdq, evtq, strtab;
	u64 desc;
	u64 dma_offset;
	u64 recent;
	u32 recent_cpus, recent_pages;
	u32 idr[SMMUX_NUM_IDREGS];
	u8 cmdq_log2, evtq_log2, two_level, split, sid_bits, oas;
	u8 unused[2];
};

/**
 * struct smmux_crash_dir - the directory
 * @magic:      SMMUX_CRASH_MAGIC; set last, cleared first
 * @version:    SMMUX_CRASH_VERSION
 * @bytes:      size of the whole directory
 * @self:       its own address; a copy elsewhere, or a stale one, is not valid
 * @made_ns:    time of creation, in ns since 1970
 * @page_bytes: size of the kernel's pages
 * @num_fields, @field_at, @field_bytes: number, offset from @self, size of one
 * @num_smmus, @smmu_at, @smmu_bytes:    the same for SMMUs
 * @driver, @kernel: versions, end with 0
 */
struct smmux_crash_dir {
	u64 magic;
	u32 version, bytes;
	u64 self, made_ns;
	u32 page_bytes;
	u32 num_fields, field_at, field_bytes;
	u32 num_smmus, smmu_at, smmu_bytes;
	u32 unused;
	char driver[24], kernel[72];
	struct smmux_crash_field field[SMMUX_CRASH_NUM_FIELDS];
	struct smmux_crash_smmu smmu[SMMUX_CRASH_SMMUS];
};

/*
 * Makes @smmu visible in a dump until it is unbound, or smmux_crash_remove() is called.
 * @smmu must be complete.  If there is no room or memory for the entry, warns and returns
 * no error.  Sleeps.  Return: 0 or -ENOMEM.
 */
int smmux_crash_add(struct smmux_device *smmu);

/* Before anything that the entry refers to is freed.  Sleeps; valid for any SMMU. */
void smmux_crash_remove(struct smmux_device *smmu);

/* Adds the rings of recent commands, if there are any.  Sleeps. */
void smmux_crash_add_recent(struct smmux_device *smmu);

#endif /* SMMUX_CRASH_H */

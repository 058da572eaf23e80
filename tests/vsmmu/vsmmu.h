/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vsmmu - a modelled SMMUv3 (IHI 0070), for tests of its driver.
 *
 * Registers are a page of RAM that the kernel does not own.  A thread, on a CPU
 * that does nothing else, polls them and does the work of the hardware.
 * Clients call vsmmu_access() where a device would send a transaction.
 *
 * An instance is protected by its lock, except where a comment says otherwise.  A
 * transaction runs under the lock, so that none is pending when a CMD_SYNC completes.
 */
#ifndef VSMMU_H
#define VSMMU_H

#include <linux/completion.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/pm_domain.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "arch/cmd.h"
#include "arch/evt.h"
#include "arch/regs.h"
#include "arch/tables.h"

struct dentry;
struct vsmmu_atc_line;
struct device_node;

#define VSMMU_MAX		4		/* instances */
#define VSMMU_BASE		0x7f000000UL	/* registers of the first instance */
#define VSMMU_STRIDE		0x40000UL
#define VSMMU_BYTES		(2 * SMMUX_PAGE1)

enum vsmmu_irq { VSMMU_IRQ_EVENTQ, VSMMU_IRQ_GERROR, VSMMU_IRQ_PRIQ, VSMMU_IRQS };

/* --- errors of the driver --- */

enum vsmmu_bad {
	BAD_READ_ONLY,		/* a register that the SMMU owns was written */
	BAD_GUARDED,		/* a register was written while it was in use */
	BAD_RESERVED,		/* reserved bits or values in a register */
	BAD_HANDSHAKE,		/* a write before the last one was acknowledged */
	BAD_QUEUE,		/* an impossible queue index, or a stale slot */
	BAD_COMMAND,		/* reserved bits or values in a command */
	BAD_ENABLE,		/* translation enabled with cache entries from reset */
	BAD_TABLE,		/* an invalid entry of a table */
	BAD_BYPASS,		/* a transaction bypassed translation */
	BAD_STREAM,		/* an access reached a wrong or unmapped page, or failed */
	BAD_POWER,		/* a power-down with work left, or a write without power */
	NUM_BAD
};

/* Records an error; `check` in debugfs shows it. */
struct vsmmu;
__printf(3, 4) void vsmmu_bad(struct vsmmu *v, enum vsmmu_bad kind, const char *fmt, ...);

/* --- registers --- */

/* Registers whose value is compared; the others are handshakes and indices. */
enum vsmmu_reg {
	VR_IDR0, VR_IDR1, VR_IDR2, VR_IDR3, VR_IDR4, VR_IDR5, VR_IIDR, VR_AIDR,
	VR_CR0ACK, VR_IRQ_CTRLACK, VR_STATUSR, VR_GERROR,
	VR_CR1, VR_CR2, VR_STRTAB_BASE, VR_STRTAB_CFG,
	VR_CMDQ_BASE, VR_CMDQ_CONS, VR_EVENTQ_BASE, VR_EVENTQ_PROD,
	VR_PRIQ_BASE, VR_PRIQ_PROD,
	VR_GERROR_CFG0, VR_GERROR_CFG1, VR_GERROR_CFG2,
	VR_EVENTQ_CFG0, VR_EVENTQ_CFG1, VR_EVENTQ_CFG2,
	VR_PRIQ_CFG0, VR_PRIQ_CFG1, VR_PRIQ_CFG2,
	NUM_VR
};

/* A register that takes effect some time after it was written. */
struct vsmmu_hand {
	u32 seen;
	u32 wait;		/* polls until it takes effect */
	bool pending;
};

/* --- caches --- */

enum vsmmu_what { LINE_L1STD, LINE_STE, LINE_L1CD, LINE_CD, LINE_TABLE, LINE_PAGE };

struct vsmmu_tag {
	u8 stage;
	bool el2;
	u16 asid, vmid;
};

/**
 * struct vsmmu_line - one cache entry
 * @born:  the time (struct vsmmu.now) of the oldest memory that it comes from.
 *         An invalidation drops entries that were born before it was read from the
 *         queue, and no younger ones.
 * @sid, @ssid: for configuration; for an L1STD, @sid is its index; for an L1CD, @ssid
 * @tag, @global, @level, @granule, @start, @bits: for LINE_TABLE and LINE_PAGE; it covers
 *         1 << @bits input addresses from @start; a LINE_TABLE is the table in which
 *         level @level is looked up
 * @stray: left by reset, from before the driver
 */
struct vsmmu_line {
	struct list_head node;
	enum vsmmu_what what;
	bool stray;
	u64 born;
	u32 sid, ssid;
	struct vsmmu_tag tag;
	bool global;
	u8 level, granule, bits;
	u64 start;
	u64 word[SMMUX_ENTRY_WORDS];
};

/* A command that was read; its effect is delayed until its SYNC. */
struct vsmmu_inv {
	u8 op;
	u64 w0, w1;
	u64 read_at;
};

/* A LINE_PAGE's words: the output address, and this. */
#define PAGE_READ	BIT(0)
#define PAGE_WRITE	BIT(1)
#define PAGE_USER	BIT(2)

#define VSMMU_LINES	4096
#define VSMMU_INVS	256

struct vsmmu_cache {
	struct vsmmu_line *pool;
	struct list_head used, free;	/* of struct vsmmu_line; newest first */
	struct vsmmu_inv *inv;
	unsigned int num_inv;
};

/* --- translation --- */

struct vsmmu_fault {
	u8 id;			/* event to record; 0: abort without a record */
	u8 class, reason;
	bool s2, stall;
	u64 iaddr, ipa, fetch;
};

/* One stage of translation, from an STE or CD. */
struct vsmmu_regime {
	struct vsmmu_tag tag;
	u64 ttb;
	u8 granule;		/* log2 */
	u8 ia_bits, oa_bits;
	u8 start;		/* level */
	bool affd, off;		/* off: every address faults (EPD) */
};

struct vsmmu_config {
	bool abort, s1, s2;
	bool stall1, stall2;
	bool record1, record2;
	u8 eats;
	struct vsmmu_regime r1, r2;
};

struct vsmmu_leaf {
	u64 pa;
	bool write;
	u8 bits;		/* size of the page, log2 */
};

/* --- transactions --- */

struct vsmmu_request {
	u32 sid, ssid;
	bool ssv, write;
	const struct device *asks;	/* with ATS on: requests a translation, caches it */
	u64 iova;
	void *buf;
	u32 len;		/* within one 4K page */
};

struct vsmmu_answer {
	bool done, bypassed, stalled;
	u8 event, stage, class;		/* of a fault, also if it is not recorded */
	u64 pa;
};

struct vsmmu_stall {
	bool used, recorded, retry;
	u16 stag;
	u32 sid;
	u64 event[4];
	struct completion answered;
};

#define VSMMU_STALLS	16

/* Answers to a page request. */
#define PRI_FAILURE	0
#define PRI_SUCCESS	2

struct vsmmu_page_request {
	bool used;
	u16 prg;
	u8 code;
	u32 sid;
	struct completion answered;
};

#define VSMMU_PRGS	8

/*
 * Data about a stream, for errors and speculation.  @failed: its device did not answer
 * at some time, so the driver may refuse its accesses.
 */
struct vsmmu_stream {
	u32 sid, ssid;
	u32 owner;		/* first StreamID of the same device */
	bool ssv;
	u8 deaf;		/* answers no ATC_INV; 1: until it is reset */
	bool failed;
	u64 iova;		/* last address, for speculation */
};

#define VSMMU_STREAMS	40
#define VSMMU_NOTES	32
#define VSMMU_OPS	0x50
#define VSMMU_SSIDS	16		/* SubstreamIDs with a counter */

struct vsmmu_inject {
	u32 sync_us;		/* duration of each SYNC */
	u32 ill, abt;		/* report this error at the n-th command from now */
	u64 ill_word[2];	/* the command that was reported as illegal; 0: none */
	u32 atc_sync;		/* report ATC timeouts at the n-th SYNC from now */
	u32 lazy_ack;		/* polls until a handshake is answered */
	u32 no_ack;		/* from the n-th handshake from now... */
	bool mute;		/* ...handshakes are not answered */
	bool hush;		/* no event queue interrupt */
	u32 parting;		/* events when SMMUEN is cleared, without an interrupt */
	u32 loss;		/* power loss at the n-th step from now */
	u32 unready;		/* power lost and restored before the n-th write of CR0 */
	u32 atc_sid, atc_count;	/* this number of ATC_INV to this stream time out... */
	u32 atc_skip;		/* ...after this number that do not */
	u32 atc_random;		/* one in this number times out, to any stream */
	u32 atc_us;		/* duration of an ATC timeout */
};

/* For waits that end by themselves: only a hang takes longer. */
#define HANG_LIMIT	(60 * HZ)

struct vsmmu_counts {
	u64 op[VSMMU_OPS];
	u64 atc_ssid[VSMMU_SSIDS];	/* ATC_INV with that SubstreamID */
	u64 bad[NUM_BAD];
	u64 accesses, aborted, events, lost_events, stalls, irqs, messages;
	u64 walks, hits, dropped, evicted, prefetched;
	u64 ats_requests, translated, atc_timeouts, page_requests, lost_pages;
	u64 power_offs;
	u64 failed_syncs;		/* SYNCs after an ATC_INV without an answer */
	u64 starved, longest_gap_ns;	/* no thread modelled the hardware */
};

/* The parameters of an instance. */
struct vsmmu_model {
	u32 idr[6], iidr, aidr;
	bool pd;		/* it has a power domain */
	bool aborts;		/* GBPA resets to abort */
	bool line;		/* all its interrupts are on the first interrupt line */
};

struct vsmmu {
	unsigned int index;
	phys_addr_t pa;
	void __iomem *base;
	struct device_node *np;
	int virq[VSMMU_IRQS];		/* of the wires */
	spinlock_t lock;
	u64 now;		/* counts memory reads and commands */

	u64 reg[NUM_VR];
	u32 cr0, irq_ctrl, gbpa, gerrorn;
	struct vsmmu_hand hand_cr0, hand_irq, hand_gbpa;
	unsigned int turns;
	u64 there_ns;		/* when a thread last modelled the hardware */
	bool announce_again;	/* an interrupt may still be due for the record... */
	u32 announce_prod;	/* ...at this index of the event queue */

	struct vsmmu_cache cache;
	bool sync_waits;
	u64 sync_until;		/* ns */
	bool atc_failed;
	struct vsmmu_atc_line *atc;
	unsigned int next_atc;

	struct vsmmu_stall stall[VSMMU_STALLS];
	u16 last_stag;
	struct vsmmu_page_request page_request[VSMMU_PRGS];
	u32 next_prg;
	struct vsmmu_stream stream[VSMMU_STREAMS];
	unsigned int num_streams, next_stream;

	struct vsmmu_inject inject;
	struct vsmmu_counts counts;
	char *notes[VSMMU_NOTES];
	unsigned int num_notes;
	bool failed;		/* service failure mode: aborts all until reset */
	bool lost_power;	/* and was not set up since */
	bool bypass_allowed;	/* a stream table entry may bypass */
	struct dentry *dir;

	struct vsmmu_model model;
	struct generic_pm_domain pd;
	struct device_node *pd_np;
	struct sys_off_handler *off_handler;
	bool has_pd, unpowered;
};

/* main.c */
struct vsmmu *vsmmu_by_node(const struct device_node *np);

/* regs.c: the registers, and the checks of the driver's writes. */
void vsmmu_regs_power_on(struct vsmmu *v);
void vsmmu_regs_power_off(struct vsmmu *v);
void vsmmu_regs_check_untouched(struct vsmmu *v);
void vsmmu_regs_lose_power(struct vsmmu *v);
bool vsmmu_power_fails(struct vsmmu *v);
void vsmmu_put(struct vsmmu *v, enum vsmmu_reg reg, u64 val);
void vsmmu_regs_poll(struct vsmmu *v);
bool vsmmu_regs_differ(struct vsmmu *v);

/* power.c */
int vsmmu_power_init(struct vsmmu *v);
int vsmmu_power_provide(struct vsmmu *v, struct device_node *np);
void vsmmu_power_exit(struct vsmmu *v);

/* cache.c */
int vsmmu_cache_init(struct vsmmu *v);
void vsmmu_cache_exit(struct vsmmu *v);
struct vsmmu_line *vsmmu_cache_config(struct vsmmu *v, enum vsmmu_what what, u32 sid, u32 ssid);
struct vsmmu_line *vsmmu_cache_page(struct vsmmu *v, const struct vsmmu_tag *tag, u64 addr);
struct vsmmu_line *vsmmu_cache_table(struct vsmmu *v, const struct vsmmu_tag *tag, u64 addr,
				     u8 level);
struct vsmmu_line *vsmmu_cache_new(struct vsmmu *v, enum vsmmu_what what);
void vsmmu_cache_defer(struct vsmmu *v, u8 op, u64 w0, u64 w1);
void vsmmu_cache_settle(struct vsmmu *v);
void vsmmu_cache_litter(struct vsmmu *v);
unsigned int vsmmu_cache_strays(struct vsmmu *v);

/* cmd.c */
void vsmmu_cmd_poll(struct vsmmu *v);
bool vsmmu_cmd_waits(struct vsmmu *v);
const char *vsmmu_cmd_text(unsigned int op);

/* event.c */
void vsmmu_gerror(struct vsmmu *v, u32 bits);
void vsmmu_raise(struct vsmmu *v, enum vsmmu_irq irq);
bool vsmmu_event_post(struct vsmmu *v, const u64 words[4]);
void vsmmu_event_poll(struct vsmmu *v);
void vsmmu_event_flood(struct vsmmu *v, unsigned int num, u32 sid);
void vsmmu_event_overflow(struct vsmmu *v);
void vsmmu_event_record(struct vsmmu *v, u8 id);

/* config.c: 0, or -EFAULT with *fault filled in. */
int vsmmu_config(struct vsmmu *v, u32 sid, bool ssv, u32 ssid, struct vsmmu_config *cfg,
		 struct vsmmu_fault *fault);

/* When SMMUEN is cleared: checks that the stream table is not freed yet. */
void vsmmu_config_look(struct vsmmu *v);

/* walk.c: likewise. */
int vsmmu_translate(struct vsmmu *v, const struct vsmmu_config *cfg, u64 iova, bool write,
		    struct vsmmu_leaf *leaf, struct vsmmu_fault *fault);
int vsmmu_translate_s2(struct vsmmu *v, const struct vsmmu_config *cfg, u64 ipa, bool write,
		       u8 class, struct vsmmu_leaf *leaf, struct vsmmu_fault *fault);

/* access.c */
void vsmmu_access(struct vsmmu *v, const struct vsmmu_request *req, struct vsmmu_answer *ans);
void vsmmu_stream_known(struct vsmmu *v, u32 sid, u32 owner);
void vsmmu_stream_fails(struct vsmmu *v, u32 sid);
struct vsmmu_stream *vsmmu_stream_of(struct vsmmu *v, u32 sid);
bool vsmmu_stream_failed(struct vsmmu *v, u32 sid);
void vsmmu_speculate(struct vsmmu *v);
void vsmmu_resume(struct vsmmu *v, u32 sid, u16 stag, bool retry);
void vsmmu_stalls_end(struct vsmmu *v, u32 sid, bool all);
void vsmmu_stalls_record(struct vsmmu *v);

void vsmmu_event_of(struct vsmmu *v, const struct vsmmu_request *req,
		    const struct vsmmu_fault *fault);

/* ats.c */
int vsmmu_ats_init(struct vsmmu *v);
void vsmmu_ats_exit(struct vsmmu *v);
void vsmmu_ats_access(struct vsmmu *v, const struct vsmmu_request *req, struct vsmmu_answer *ans);
void vsmmu_ats_reset(struct vsmmu *v, u32 sid);
void vsmmu_ats_drop(struct vsmmu *v, const struct vsmmu_inv *inv, bool again);

/* pci.c */
bool vsmmu_pci_asks(const struct device *dev);
int vsmmu_pci_alias(void);
void vsmmu_pci_slow_removal(unsigned int before_ms, unsigned int after_ms);

/* pasidcap.c */
int vsmmu_pasid_caps_add(unsigned int log2);
void vsmmu_pasid_caps_remove(void);

/* pri.c */
int vsmmu_page_request(struct vsmmu *v, const struct vsmmu_request *req);
void vsmmu_page_response(struct vsmmu *v, u32 sid, u64 w1);

/* mem.c: physical memory, as a device accesses it.  False if there is none. */
void vsmmu_mem_init(void);
void vsmmu_mem_exit(void);
struct device_node *vsmmu_mem_its(void);
bool vsmmu_mem_read(u64 pa, u64 *words, unsigned int num);
bool vsmmu_mem_write(u64 pa, const u64 *words, unsigned int num);
bool vsmmu_mem_write32(u64 pa, u32 val);
bool vsmmu_mem_copy(u64 pa, void *buf, u32 len, bool to_memory);

/* tree.c */
int vsmmu_tree_add(struct vsmmu *all, unsigned int num, char **clients, unsigned int num_clients,
		   unsigned int irq_base, int pci, int its);
void vsmmu_tree_remove(void);

/* control.c */
void vsmmu_control_add(struct vsmmu *v, struct dentry *root);

/* client.c */
int vsmmu_client_register(struct dentry *root);
void vsmmu_client_unregister(void);

static inline u32 vsmmu_read(struct vsmmu *v, u32 off)
{
	return readl(v->base + off);
}

static inline bool vsmmu_has(const struct vsmmu *v, u32 idr0_bit)
{
	return v->reg[VR_IDR0] & idr0_bit;
}

static inline u32 vsmmu_stall_model(const struct vsmmu *v)
{
	return FIELD_GET(IDR0_STALL_MODEL, (u32)v->reg[VR_IDR0]);
}

#endif /* VSMMU_H */

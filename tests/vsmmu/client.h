/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client: a platform or PCI device that sends its transactions to the model.  A write
 * to debugfs vsmmu/<device>/command returns when the command is done; result then has
 * "name: value" lines.
 *
 *   map rw|ro|wo, unmap     one page through the DMA API, kept between commands
 *   drop                    unmap in a thread that system sleep does not freeze; returns at once
 *   irqs 0|1                0: race unmaps with interrupts off
 *   access IOVA r|w [SSID]  one transaction, by its streams in turn
 *   page IOVA r|w           request a page: 0 failure, 1 invalid, 2 success
 *   race N                  map, access, unmap, access: N times
 *   storm THREADS ROUNDS    the same in several threads, with bursts of other unmaps; each
 *                           thread does at least ROUNDS
 *   pasid SSID N            map, access, unmap, access N times with that SubstreamID, in a domain
 *                           that stays attached until another SSID; SSID 0 detaches it
 *   attach N [SSID]         N domains that map the same address, one after the other
 *   crowd N [MASK]          all clients in one domain: map, let all cache it, unmap, try all:
 *                           N times; the PCI devices of MASK stop answering after the attach
 *   resets                  how often its driver was notified of a reset
 *   join N [SSID]           N times: attach to a domain and detach, during map and unmap there
 *   cycle N                 rest and work, N times
 *   slow MS                 attach to a separate domain whose fault handler takes MS; 0 ends it
 *   random SEED N STEPS     N programs of STEPS steps, with consecutive seeds from SEED
 *   keep SEED STEPS         one program whose mappings stay; "at: SSID IOVA BYTES" for those that
 *                           the device reaches (SSID -1: none), "other:" for the others;
 *                           0 steps: end it
 *   poke PA VALUE           write a word of memory without the driver; "old" is the old value
 *   fill PAGES              a separate domain without devices, with PAGES pages; 0 ends it
 *   fail N COMMAND          any of these, with its N-th allocation failing (debug kernel)
 */
#ifndef VSMMU_CLIENT_H
#define VSMMU_CLIENT_H

#include <linux/device.h>
#include <linux/dma-direction.h>

#include "talk.h"
#include "vsmmu.h"

struct iommu_domain;
struct vsmmu_pasid_cap;
struct plot;

#define CLIENT_IDS	8
#define CLIENT_POISON	0xa5a5a5a5
#define CLIENT_VALUE	0x5eed1234

struct client {
	struct device *dev;
	struct client_stream {
		struct vsmmu *v;
		u32 sid;
		const struct vsmmu_pasid_cap *cap;	/* of a PCI device that has PASIDs */
	} stream[CLIENT_IDS];
	unsigned int num;
	bool pasids;			/* it has at least 64 */
	bool rests;			/* it allows its SMMU to suspend */
	atomic_t turn;			/* selects the stream of the next transaction */
	struct talk talk;
	struct page *held;
	dma_addr_t held_iova;
	enum dma_data_direction held_dir;
	struct iommu_domain *slow;	/* of "slow", attached */
	unsigned int slow_ms;
	struct iommu_domain *lent;	/* of "pasid", attached to ... */
	u32 lent_to;			/* ... this SubstreamID */
	bool irqs_off;
	struct plot *kept;		/* of "keep" */
	struct iommu_domain *full;	/* of "fill" */
	unsigned int resets;		/* of a PCI device, seen by its driver */
	struct list_head node;		/* in crowd.c */
	struct dentry *dir;
};

/* The common part of probe, after the streams are known, and of remove. */
int client_add(struct client *c, struct device *dev);
void client_remove(struct client *c);

/*
 * One transaction of four bytes; without a SubstreamID if @ssid is NULL; through the
 * ATC of @asks, if that is not NULL and has ATS enabled.
 */
void client_transact(const struct client_stream *s, const u32 *ssid, const struct device *asks,
		     u64 iova, bool write, u32 *val, struct vsmmu_answer *ans);

/* True if any of its streams ever failed to answer: then the device may be quarantined. */
bool client_failed(struct client *c);

/*
 * Attaches @ssid, or the device if that is NULL, to @dom.  During a reset of the device the
 * IOMMU core (7.x) returns -EBUSY; this retries until the reset has ended.
 */
int client_attach(struct client *c, const u32 *ssid, struct iommu_domain *dom);
/* Back to the device's own domain; the IOMMU core WARNs if this fails.  @ssid: to none. */
void client_detach(struct client *c, const u32 *ssid, struct iommu_domain *dom);

/* client_transact() by the streams in turn; returns the stream that was used. */
struct client_stream *client_access(struct client *c, const u32 *ssid, u64 iova, bool write,
				    u32 *val, struct vsmmu_answer *ans);

/* The client's runtime PM: idle, so its SMMU may suspend; active.  Or -EALREADY. */
int client_rest(struct client *c);
int client_work(struct client *c);

int program_race(struct client *c, unsigned int tries);
int program_storm(struct client *c, unsigned int threads, unsigned int rounds);
int program_pasid(struct client *c, u32 ssid, unsigned int tries);
int program_attach(struct client *c, unsigned int rounds, const u32 *ssid);
int program_return(struct client *c);
int program_join(struct client *c, unsigned int rounds, const u32 *ssid);
int program_cycle(struct client *c, unsigned int cycles);
int program_slow(struct client *c, unsigned int ms);

/* crowd.c: the list of all clients, and a program for all of them. */
void crowd_add(struct client *c);
void crowd_remove(struct client *c);
int program_crowd(struct client *c, unsigned int rounds, u32 deaf);

/* pasidcap.c: NULL for a device without the capability. */
struct pci_dev;
const struct vsmmu_pasid_cap *vsmmu_pasid_cap_of(const struct pci_dev *pdev);
bool vsmmu_pasid_is_on(const struct vsmmu_pasid_cap *cap);
bool vsmmu_pasid_went_wrong(const struct vsmmu_pasid_cap *cap);

/* pci.c */
int vsmmu_pci_register(void);
void vsmmu_pci_unregister(void);

/* random.c */
int program_random(struct client *c, unsigned int seed, unsigned int programs, unsigned int steps);
int program_keep(struct client *c, unsigned int seed, unsigned int steps);
int program_fill(struct client *c, unsigned int pages);

#endif /* VSMMU_CLIENT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client: a platform or PCI device whose transactions the model takes.  Commands go to
 * debugfs vsmmu/<device>/command, which returns when they are done; result then
 * holds "name: value" lines.
 *
 *   map rw|ro|wo, unmap     one page through the DMA API, kept between commands
 *   drop                    unmap by a thread that no freezer stops; returns at once
 *   irqs 0|1                0: race unmaps with interrupts off
 *   access IOVA r|w [SSID]  one transaction, by its streams in turn
 *   page IOVA r|w           ask for a page: 0 failure, 1 invalid, 2 success
 *   race N                  map, access, unmap, access: N times
 *   storm THREADS ROUNDS    the same by many, with bursts of other unmaps; each thread at
 *                           least that often
 *   pasid SSID N            map, access, unmap, access N times with that SubstreamID, in a domain
 *                           that it keeps until another one is named; SSID 0 ends it
 *   attach N [SSID]         domains that have the same address, one after the other
 *   crowd N [MASK]          all clients in one domain: map, let all cache it, unmap, try all:
 *                           N times; the PCI devices of MASK go deaf when all are in it
 *   resets                  how often its driver was told that it was reset
 *   join N [SSID]           into a domain and out again, while it maps and unmaps: N times
 *   cycle N                 rest and work, N times
 *   slow MS                 a domain of its own, whose faults are handled by somebody who
 *                           takes that long; 0 ends it
 *   random SEED N STEPS     N programs of that many steps, with seeds from SEED on
 *   keep SEED STEPS         one, and all it has then stays; "at: SSID IOVA BYTES" of what the
 *                           device reaches (SSID -1: none), "other:" of what it does not;
 *                           0 steps: end it
 *   poke PA VALUE           writes a word of memory behind everybody's back; "old" is what was there
 *   fill PAGES              a domain of its own, nobody in it, with so many pages; 0 ends it
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
	bool rests;			/* it lets its SMMU sleep */
	atomic_t turn;			/* which stream the next transaction uses */
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

/* The rest of a probe, when streams are known, and of a remove. */
int client_add(struct client *c, struct device *dev);
void client_remove(struct client *c);

/*
 * One transaction of four bytes; without a SubstreamID if @ssid is NULL, by way of
 * the ATC of @asks, if it is not NULL and has ATS switched on.
 */
void client_transact(const struct client_stream *s, const u32 *ssid, const struct device *asks,
		     u64 iova, bool write, u32 *val, struct vsmmu_answer *ans);

/* Has it ever failed to answer, by any of its streams?  Then all of it may be cut off. */
bool client_failed(struct client *c);

/*
 * Into @dom, with @ssid or, if that is NULL, all that has none; while the device is being
 * reset the IOMMU core (7.x) has one wait.
 */
int client_attach(struct client *c, const u32 *ssid, struct iommu_domain *dom);
/* Back to the device's own domain, which the IOMMU core WARNs of if it fails; or none. */
void client_detach(struct client *c, const u32 *ssid, struct iommu_domain *dom);

/* client_transact() by the streams in turn; by which one was it? */
struct client_stream *client_access(struct client *c, const u32 *ssid, u64 iova, bool write,
				    u32 *val, struct vsmmu_answer *ans);

/* Its own runtime PM: it lets its SMMU sleep, it needs it.  -EALREADY. */
int client_rest(struct client *c);
int client_work(struct client *c);

int program_race(struct client *c, unsigned int tries);
int program_storm(struct client *c, unsigned int threads, unsigned int rounds);
int program_pasid(struct client *c, u32 ssid, unsigned int tries);
int program_attach(struct client *c, unsigned int rounds, const u32 *ssid);
int program_join(struct client *c, unsigned int rounds, const u32 *ssid);
int program_cycle(struct client *c, unsigned int cycles);
int program_slow(struct client *c, unsigned int ms);

/* crowd.c: who is there, and all of them at once. */
void crowd_add(struct client *c);
void crowd_remove(struct client *c);
int program_crowd(struct client *c, unsigned int rounds, u32 deaf);

/* pasidcap.c: of a device that has none: NULL. */
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

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * invs - the array of what must be invalidated when a domain's tables change.
 *
 * One array a domain, read under RCU by every unmap, replaced or edited by
 * attach and detach.  Sorted by (SMMU, kind, id, ssid); since kinds are numbered
 * in the order in which their commands must reach the hardware, one walk from
 * front to back issues them correctly.
 *
 * Writers hold the domain's mutex.  Readers hold rcu_read_lock() and, when the
 * array names an ATC, also @ats_lock for reading: turning ATS off takes it for
 * writing, and so waits for every ATC_INV that is under way.
 *
 * An entry whose @users is 0 is dead: readers skip it, purge drops it.  Only
 * the holder of the mutex writes @users; a reader that sees the old value
 * sends a command too many.
 */
#ifndef SMMUX_INVS_H
#define SMMUX_INVS_H

#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct smmux_device;
struct smmux_stream;

enum smmux_inv_kind {
	SMMUX_INV_S1_ASID,		/* TLBI by ASID (and VA) */
	SMMUX_INV_S2_VMID,		/* TLBI by VMID (and IPA) */
	SMMUX_INV_NESTED_CLEAR,		/* S1 entries of a VMID whose S2 changed */
	SMMUX_INV_ATC_RANGE,		/* ATC_INV of the range */
	SMMUX_INV_ATC_FULL,		/* ATC_INV of everything, range unknown to the device */
	SMMUX_NUM_INV_KINDS,
};

/**
 * struct smmux_inv - one thing to invalidate
 * @smmu:  whose command queue
 * @order: the SMMU's place in the sort, fixed for its lifetime
 * @kind:  enum smmux_inv_kind
 * @id:    ASID, VMID or StreamID
 * @ssid:  SubstreamID of an ATC kind, 0 for others
 * @w0:    first word of the command by address (TLBI, ATC_INV), ready made
 * @stream: of an ATC kind, see ats.c; of a live entry it is there as long as the
 *         reader's RCU section lasts
 * @users: how many attachments need it; written under the domain's mutex with
 *         WRITE_ONCE, read by walkers with READ_ONCE
 */
struct smmux_inv {
	struct smmux_device *smmu;
	u32 order;
	u8 kind;
	u32 id;
	u32 ssid;
	int users;
	u64 w0;
	struct smmux_stream *stream;
};

struct smmux_invs {
	struct rcu_head rcu;
	rwlock_t ats_lock;
	bool has_ats;
	unsigned int dead;		/* entries with no users, under the mutex */
	unsigned int num;
	struct smmux_inv inv[];
};

static inline bool smmux_inv_is_atc(const struct smmux_inv *inv)
{
	return inv->kind >= SMMUX_INV_ATC_RANGE;
}

/* <0, 0, >0 as in sort(): by SMMU, kind, id, ssid. */
int smmux_inv_cmp(const struct smmux_inv *a, const struct smmux_inv *b);

struct smmux_invs *smmux_invs_alloc(unsigned int num, gfp_t gfp);

/**
 * smmux_invs_merge() - a copy of @old with one more user for each of @add
 * @old: present array
 * @add: what to add, sorted; @users of each is ignored and counts as 1
 * @num: how many
 *
 * Dead entries are left out.  Return: the new array, not yet visible to
 * anyone, or ERR_PTR(-ENOMEM), and @old is as it was (I2).
 */
struct smmux_invs *smmux_invs_merge(const struct smmux_invs *old,
				    const struct smmux_inv *add,
				    unsigned int num);

/**
 * smmux_invs_unref() - take one user away from each of @del, in place
 * @invs:  the array
 * @del:   sorted; the @users member of each is set to what is left, so that
 *         the caller sees which tags lost their last user
 * @num:   how many
 *
 * Never fails and never allocates (I2).  An entry that is not there, or has no
 * user, is a bug of the caller: warned once, left alone.
 */
void smmux_invs_unref(struct smmux_invs *invs, struct smmux_inv *del,
		      unsigned int num);

/**
 * smmux_invs_purge() - a copy of @old without its dead entries
 * Return: NULL when there is nothing to drop or no memory; @old stays correct.
 */
struct smmux_invs *smmux_invs_purge(const struct smmux_invs *old);

/* First live entry of @kind for the SMMU with @order, or NULL. */
const struct smmux_inv *smmux_invs_find(const struct smmux_invs *invs,
					u32 order, enum smmux_inv_kind kind);

#endif /* SMMUX_INVS_H */

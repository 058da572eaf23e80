/* SPDX-License-Identifier: GPL-2.0 */
/*
 * invs - per domain, the array of what to invalidate when its tables change.
 *
 * An entry says what to invalidate; core/tlb.c chooses the command.
 *
 * Every unmap reads the domain's array under RCU; attach and detach replace or
 * edit it.  It is sorted by (SMMU, kind, id, ssid).  Kinds are numbered in the
 * order in which their commands must reach the hardware, so one walk from front
 * to back issues them in the right order.
 *
 * Writers hold the domain's mutex.  Readers hold rcu_read_lock().  An invalidation walk of
 * an array with an ATC entry also holds @ats_lock for reading.  Detach takes it for writing
 * (attach.c), and so waits for every ATC_INV in flight.
 *
 * An entry with @users 0 is dead: readers skip it, purge drops it.  Only the
 * holder of the mutex writes @users.  A reader that sees the old value sends
 * one redundant command.
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
 * @smmu:  the SMMU whose command queue is used
 * @order: the SMMU's sort key, fixed for its lifetime
 * @kind:  enum smmux_inv_kind
 * @id:    ASID, VMID or StreamID
 * @ssid:  SubstreamID of an ATC kind, 0 for others
 * @w0:    prepared first word of the command by address (TLBI, ATC_INV)
 * @stream: of an ATC kind, see ats.c; in a live entry it is valid until the end
 *         of the reader's RCU section
 * @users: number of attachments that need it; written under the domain's mutex with
 *         WRITE_ONCE, read by invalidation walks with READ_ONCE
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
 * @old: current array
 * @add: entries to add, sorted; @users of each is ignored and counts as 1
 * @num: number of @add
 * @gfp: for the allocation
 *
 * Dead entries are left out.  Return: the new array, not yet published, or
 * ERR_PTR(-ENOMEM) with @old unchanged (I2).  With __GFP_NOFAIL in @gfp, an array of
 * a page or less is always allocated; a larger one may fail.
 */
struct smmux_invs *smmux_invs_merge(const struct smmux_invs *old,
				    const struct smmux_inv *add,
				    unsigned int num, gfp_t gfp);

/**
 * smmux_invs_unref() - remove one user from each of @del, in place
 * @invs:  the array
 * @del:   sorted; the @users member of each is set to the remaining number, so
 *         that the caller sees which tags lost their last user
 * @num:   number of @del
 *
 * Never fails and never allocates (I2).  A missing entry, or one without users,
 * is a bug of the caller: it warns once and changes nothing.
 */
void smmux_invs_unref(struct smmux_invs *invs, struct smmux_inv *del,
		      unsigned int num);

/**
 * smmux_invs_purge() - a copy of @old without its dead entries
 * Return: NULL if there are no dead entries or no memory; @old stays correct.
 */
struct smmux_invs *smmux_invs_purge(const struct smmux_invs *old);

/* First live entry of @kind for the SMMU with @order, or NULL. */
const struct smmux_inv *smmux_invs_find(const struct smmux_invs *invs,
					u32 order, enum smmux_inv_kind kind);

#endif /* SMMUX_INVS_H */

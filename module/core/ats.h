/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ats - Address Translation Services of PCI masters: on, off, cut off, and back.
 */
#ifndef SMMUX_ATS_H
#define SMMUX_ATS_H

#include <linux/types.h>

struct smmux_device;
struct smmux_master;
struct smmux_stream;

/* At probe: can this master use ATS?  Programs the smallest translation unit. */
void smmux_ats_init(struct smmux_master *master);

/* It cannot any more, or it leaves; ATS is off. */
void smmux_ats_exit(struct smmux_master *master);

/* Does the master's present state call for ATS?  Then EATS is set as well. */
bool smmux_ats_wanted(const struct smmux_master *master);

/*
 * @ats_mutex held.  prepare: before an STE with EATS is written.  enable: after it
 * is live.  disable: before EATS is taken away.  All do nothing where ATS is in
 * that state already, and leave a device alone that is cut off.
 */
void smmux_ats_prepare(struct smmux_master *master);
void smmux_ats_enable(struct smmux_master *master);
void smmux_ats_disable(struct smmux_master *master);

/* Empty the master's ATC of what came without PASID, or with @ssid. */
void smmux_ats_flush(struct smmux_master *master);
void smmux_ats_flush_pasid(struct smmux_master *master, u32 ssid);

/* Does @err of a list of ATC_INVs leave it open what the device still holds? */
bool smmux_ats_unanswered(struct smmux_device *smmu, int err);

/*
 * Does a user want this ATC_INV to count as not answered?  If so, that is counted.
 * Any context.
 */
bool smmux_ats_injected(struct smmux_device *smmu, u32 sid);

/**
 * smmux_ats_cut() - the device behind a StreamID did not answer: cut it off
 * @smmu:   whose
 * @stream: that the ATC_INV was for
 * @err:    what came of it, -EIO or -ETIMEDOUT
 *
 * On return no master of @stream has EATS in any of its STEs, and the SMMU has
 * confirmed it (one CFGI_STE for each of its StreamIDs, one SYNC); or all
 * traffic aborts, if it did not.  What follows is the recovery worker's.
 * Any context, within an RCU section.
 */
void smmux_ats_cut(struct smmux_device *smmu, struct smmux_stream *stream, int err);

/*
 * For the recovery worker, @ats_mutex held.  quiet: the device itself is told that
 * it has no ATS.  revive: it answers an invalidation of all, walkers name it again,
 * EATS is as attach wants it, and the device has ATS.  0, or an errno and it stays
 * cut off.  Both sleep.
 */
void smmux_ats_quiet(struct smmux_master *master);
int smmux_ats_revive(struct smmux_master *master);

#endif /* SMMUX_ATS_H */

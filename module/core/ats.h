/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ats - Address Translation Services of PCI masters: enable, disable, cut off, revive.
 */
#ifndef SMMUX_ATS_H
#define SMMUX_ATS_H

#include <linux/types.h>

struct smmux_device;
struct smmux_master;
struct smmux_stream;

/* At probe: determines if this master can use ATS.  Programs the smallest translation unit. */
void smmux_ats_init(struct smmux_master *master);

/* The master cannot use ATS any more, or is being removed; ATS is off. */
void smmux_ats_exit(struct smmux_master *master);

/* True if the master's present state needs ATS; then EATS is set as well. */
bool smmux_ats_wanted(const struct smmux_master *master);

/*
 * @ats_mutex held.  prepare: before an STE with EATS is written.  enable: after that
 * STE is live.  disable: before EATS is cleared.  All do nothing if ATS is in that
 * state already.  A device that is cut off gets no ATC_INV, and enable leaves ATS off in
 * it; the recovery worker does the rest.
 */
void smmux_ats_prepare(struct smmux_master *master);
void smmux_ats_enable(struct smmux_master *master);
void smmux_ats_disable(struct smmux_master *master);

/* Invalidate the master's ATC: entries without PASID, or with @ssid. */
void smmux_ats_flush(struct smmux_master *master);
void smmux_ats_flush_pasid(struct smmux_master *master, u32 ssid);

/* True if, after @err of a list of ATC_INVs, the device may still hold translations. */
bool smmux_ats_unanswered(struct smmux_device *smmu, int err);

/*
 * True if a user wants this ATC_INV to count as not answered (injected); counts it
 * then.  Any context.
 */
bool smmux_ats_injected(struct smmux_device *smmu, u32 sid);

/**
 * smmux_ats_cut() - cut off the device behind a StreamID that did not answer
 * @smmu:   SMMU of the device
 * @stream: stream that the ATC_INV was for
 * @err:    result of the ATC_INV, -EIO or -ETIMEDOUT
 *
 * On return no master of @stream has EATS in any of its STEs, and the SMMU has
 * confirmed it (one CFGI_STE for each of its StreamIDs, one SYNC).  If the SMMU
 * did not confirm it, all traffic aborts.  The recovery worker does the rest.
 * Any context, within an RCU section.
 */
void smmux_ats_cut(struct smmux_device *smmu, struct smmux_stream *stream, int err);

/*
 * For the recovery worker, @ats_mutex held.  quiet: disables ATS in the device itself.
 * revive: on success the device has answered an invalidation of everything, walkers
 * include it again, EATS is as attach wants it, and the device has ATS.  Returns 0, or
 * an errno if the device stays cut off.  Both sleep.
 */
void smmux_ats_quiet(struct smmux_master *master);
int smmux_ats_revive(struct smmux_master *master);

#endif /* SMMUX_ATS_H */

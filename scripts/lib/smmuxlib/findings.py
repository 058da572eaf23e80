# SPDX-License-Identifier: GPL-2.0
"""findings - counters that should be 0, and the meaning of other values."""

# file, counter, kind, meaning
RULES = (
    ("cmdq/counters", "sync_timeouts", "problem", "waits for a CMD_SYNC timed out"),
    ("cmdq/counters", "full_timeouts", "problem", "waits for queue space timed out"),
    ("cmdq/counters", "error.CERROR_ILL", "problem", "commands were illegal (CERROR_ILL)"),
    ("cmdq/counters", "error.CERROR_ABT", "problem", "times the SMMU could not read the command queue (CERROR_ABT)"),
    ("cmdq/counters", "error.CERROR_ATC_INV_SYNC", "check", "ATC invalidations were not answered"),
    ("cmdq/counters", "refused", "problem", "submissions were refused, queue closed"),
    ("cmdq/counters", "full_waits", "check", "submissions found the queue full"),
    ("evtq/counters", "events", "check", "events: blocked accesses, configuration errors"),
    ("evtq/counters", "overflows", "problem", "overflows of the event queue, events were lost"),
    ("pm/state", "lost", "problem", "commands were lost because the SMMU was suspended"),
    ("pm/state", "gbpa_not_aborting", "problem",
     "resumes found GBPA.ABORT clear: traffic could have passed"),
    ("pm/state", "suspend_failed", "check", "suspends failed"),
    ("pm/state", "resume_failed", "problem", "resumes failed"),
    ("recovery/counters", "fail_stops", "problem",
     "quarantines were not confirmed by the SMMU, all traffic was aborted"),
    ("recovery/counters", "blocked", "problem", "devices were blocked: three resets did not help"),
    ("recovery/counters", "quarantined", "check", "incidents: devices that were quarantined"),
    ("recovery/counters", "injected", "check",
     "answers to ATC invalidations were discarded by injection: a rehearsal"),
)


def of_smmu(sample):
    """(kind, text) for each problem in the last sample of an SMMU, and each thing to check."""
    out = []
    for file, name, kind, text in RULES:
        value = sample.count(file, name)
        if value and value > 0:
            out.append((kind, f"{value:,} {text} ({file}: {name})"))
    if sample.values("cmdq/state").get("dead") == "yes":
        out.append(("problem", "the command queue was closed after a failure; bind the driver again"))
    if sample.values("gerror").get("service_failure") == "yes":
        out.append(("problem", "the SMMU was stopped after a failure, all traffic is aborted; bind the driver again"))
    if sample.values("pm/state").get("state") == "failed":
        out.append(("problem", "resume failed, all traffic is aborted; bind the driver again"))
    return sorted(out, key=lambda item: item[0] != "problem")


def of_devices(devices):
    return [("problem", f"{name}: in quarantine, state {ats.get('state', 'unknown')}")
            for name, (_, ats) in devices.items() if ats.get("cut_off") == "yes"]

# SPDX-License-Identifier: GPL-2.0
"""findings - counters that should be 0, and the meaning of other values."""

# file, counter, kind, meaning
RULES = (
    ("cmdq/counters", "sync_timeouts", "problem", "waits for a CMD_SYNC timed out"),
    ("cmdq/counters", "full_timeouts", "problem", "waits for room in the command queue timed out"),
    ("cmdq/counters", "error.CERROR_ILL", "problem", "commands were illegal to the SMMU"),
    ("cmdq/counters", "error.CERROR_ABT", "problem", "the SMMU could not read the command queue"),
    ("cmdq/counters", "error.CERROR_ATC_INV_SYNC", "look", "ATC invalidations were not answered"),
    ("cmdq/counters", "refused", "problem", "submissions to a closed queue were refused"),
    ("cmdq/counters", "full_waits", "look", "times a submitter found the queue full"),
    ("evtq/counters", "events", "look", "events: blocked accesses"),
    ("evtq/counters", "overflows", "problem", "times the event queue overflowed, events are lost"),
    ("pm/state", "lost", "problem", "commands were lost because the SMMU was suspended"),
    ("pm/state", "gbpa_not_aborting", "problem",
     "resumes found GBPA.ABORT clear: traffic could have passed"),
    ("pm/state", "suspend_failed", "look", "suspends failed"),
    ("pm/state", "resume_failed", "problem", "resumes failed"),
    ("recovery/counters", "fail_stops", "problem", "times all traffic was stopped"),
    ("recovery/counters", "blocked", "problem", "devices were given up after three resets"),
    ("recovery/counters", "quarantined", "look", "incidents: devices that were quarantined"),
    ("recovery/counters", "injected", "look", "ATC invalidations were made to fail (inject/): a rehearsal"),
)


def of_smmu(sample):
    """(kind, text) for what counts in the last sample of an SMMU."""
    out = []
    for file, name, kind, text in RULES:
        value = sample.count(file, name)
        if value and value > 0:
            out.append((kind, f"{value:,} {text} ({file}: {name})"))
    if sample.values("cmdq/state").get("dead") == "yes":
        out.append(("problem", "the command queue is closed permanently: the SMMU did not recover"))
    if sample.values("gerror").get("service_failure") == "yes":
        out.append(("problem", "the SMMU reported a service failure and was given up"))
    if sample.values("pm/state").get("state") == "failed":
        out.append(("problem", "it did not wake up, its traffic is aborted"))
    return sorted(out, key=lambda item: item[0] != "problem")


def of_devices(devices):
    return [("problem", f"{name}: {ats.get('state', 'cut off')}, in quarantine")
            for name, (_, ats) in devices.items() if ats.get("cut_off") == "yes"]

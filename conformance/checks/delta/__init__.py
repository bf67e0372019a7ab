"""Going on from what was synced: delta syncs, deletions, change times, stable ids, and resuming after a sync was killed."""

from conformance.casework import field_cells, model_cells
from conformance.check import Cell, Check
from conformance.checks.delta import after_kill, changes, deletions, derived, missed, resuming, times
from conformance.checks.delta.cases import delta_cells

OURS = "design of this suite: state"
API = "unified API: delta syncs, remote_deleted_at, changed_at"
CHECKS = (
    Check("DLT-1", "A delta sync brings every change since the last sync, and nothing else changes.", API,
          changes.change_cells, changes.changes),
    Check("DLT-2", "A record that changes in the same second as the newest one already seen is not missed.", OURS,
          changes.exact_cells, changes.at_watermark),
    Check("DLT-19", "A change that the vendor shows later than it dates it is not missed.", OURS, changes.late_cells, changes.late),
    Check("DLT-3", "After several delta syncs a connection shows what a full sync of a fresh one shows.", API, model_cells, changes.chain),
    Check("DLT-4", "A delta sync asks the vendor for less than a full one.", API, delta_cells, changes.fewer),
    Check("DLT-17", "Whatever field changes at the vendor, a delta sync brings what a full one would.", API, model_cells, derived.noticed),
    Check("DLT-18", "A record that changes because another one did is brought by a delta sync, too.", OURS,
          derived.elsewhere_cells, derived.noticed_elsewhere),
    Check("DLT-5", "A delta sync marks nothing as deleted that still exists.", API, model_cells, changes.marks_nothing),
    Check("DLT-14", "What changes or comes while a list is read is there after the next delta sync.", OURS,
          missed.meanwhile_cells, missed.brought_later),
    Check("DLT-16", "What a first sync that broke off has not read, the next one brings, even if that asks for changes only.", OURS,
          missed.half_read_cells, missed.half_read),
    Check("DLT-13", "What a delta sync that failed has missed, the next one brings.", OURS, missed.missed_cells, missed.made_up_for),
    Check("DLT-6", "After a full sync, records deleted at the vendor are hidden, and shown with their remote_deleted_at on request.", API,
          field_cells("remote_deleted_at"), deletions.deletions),
    Check("DLT-7", "A deletion leaves all other records as they were.", API, deletions.survivor_cells, deletions.survivors),
    Check("DLT-8", "A record that comes back under the same vendor's id is live again, under its unified id of before.", API,
          deletions.returner_cells, deletions.returners),
    Check("DLT-15", "changed_at moves when a record is found gone, and when it is back.", API, field_cells("changed_at"),
          deletions.told_times),
    Check("DLT-20", "A deletion that the vendor no longer shows, since the last sync was long ago, a delta sync brings all the same, or warns of.",
          "fixtures: profile.yaml, deletions_shown_for_days", lambda lab: [deletions.FORGOTTEN], deletions.forgotten),
    Check("DLT-9", "changed_at stays as it is while nothing changes.", API, field_cells("changed_at"), times.quiet_times),
    Check("DLT-10", "changed_at moves when a value of the record changes.", API, field_cells("changed_at"), times.true_times),
    Check("DLT-11", "A record keeps its id over syncs, changes of its values and a new credential.", API,
          field_cells("id"), times.stable_ids),
    Check("DLT-12", "A first sync brings everything, also when a delta was asked for, and says that it was a full one.", API,
          lambda lab: [Cell("connection", "first sync", "as a delta")], changes.first_as_delta),
    Check("INT-1", "After a sync was killed at any request, the next one shows everything, once.", OURS,
          resuming.kill_cells, resuming.whole_after_kill, needs=("interrupt",)),
    Check("INT-2", "The sync after a killed one goes on from there instead of starting again.", OURS,
          lambda lab: [Cell("connection", "killed", "late")], resuming.goes_on, needs=("interrupt",)),
    Check("INT-3", "After a delta sync was killed, the next one brings every change.", OURS,
          resuming.delta_kill_cells, resuming.whole_after_killed_delta, needs=("interrupt",)),
    Check("INT-4", "Records inserted, changed or deleted after a sync was killed and before it goes on make no other record lost or doubled.",
          OURS, resuming.moved_cells, resuming.moved_meanwhile, needs=("interrupt",)),
    Check("INT-5", "A connection that is given another credential while it syncs loses nothing by it.", OURS,
          lambda lab: [resuming.REPLACED], resuming.replaced_midway),
    Check("INT-6", "What changes while a killed sync lies still is there after it went on and a delta sync followed.",
          OURS, after_kill.changed_cells, after_kill.brought_after_death, needs=("interrupt",)),
    Check("INT-7", "A full sync that is asked for after a delta was killed is a full one: it says so, and hides what is gone.", API,
          lambda lab: [after_kill.WHOLE], after_kill.whole_on_request, needs=("interrupt",)),
)  # fmt: skip

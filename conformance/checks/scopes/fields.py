"""Fields that are switched off: null, said to be off, and no other field with them."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import judge
from conformance.casework import MIRRORS, broken, examples, judged, model_cells, same, unverifiable
from conformance.check import Result
from conformance.checks.scopes.switching import scopable, scopable_cells, two_halves
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.sandbox import Entry
from conformance.subjects import SyncOutcome


def switched(lab: Lab, number: int) -> tuple[judge.Snapshot, SyncOutcome, tuple[Entry, ...]]:
    def observe() -> tuple[judge.Snapshot, SyncOutcome, tuple[Entry, ...]]:
        off = two_halves(lab)[number]
        with synced(lab) as (session, _):
            session.reconnect(scope={"fields": {f"{cell.owner}.{cell.name}": "DISABLED" for cell in off}})
            session.world.tenant.clear_journal()
            outcome = session.sync_well()
            return session.snapshot(), outcome, tuple(session.world.tenant.journal())

    return lab.once(("fields off", number), observe, brief=True)


def fields_off(lab: Lab) -> Iterator[Result]:
    """SCP-1."""
    for number, off in enumerate(two_halves(lab)):
        shown, _, _ = switched(lab, number)
        for cell in off:
            rows = shown.rows.get(cell.owner, [])
            left = [row[cell.name] for row in rows if row.get(cell.name) is not None]
            if not rows:
                yield unverifiable(cell, "no record was delivered")
            else:
                yield judged(cell, f"switched off, and it still has {judge.short(left[0])}" if left else None, code=Code.LEAK)


def fields_on(lab: Lab) -> Iterator[Result]:
    """SCP-2."""
    halves = two_halves(lab)
    found = {
        number: judge.differences(lab.calm.snapshot, switched(lab, number)[0], lab.models) for number, half in enumerate(halves) if half
    }
    off = {number: {(cell.owner, cell.name) for cell in half} for number, half in enumerate(halves)}
    for cell in model_cells(lab):
        wrong = [
            one
            for number, differences in found.items()
            for one in differences
            if one.model == cell.name
            and (one.model, one.field) not in off[number]
            and one.field not in MIRRORS
            and not lab.ledger.bad_field(one.model, one.field)
        ]
        yield judged(cell, examples(wrong) or None, code=Code.BLAST)


def fields_said(lab: Lab) -> Iterator[Result]:
    """SCP-3."""
    for number, off in enumerate(two_halves(lab)):
        _, outcome, _ = switched(lab, number)
        said = {(one.model, one.field) for one in outcome.diagnostics if one.reason == "disabled_by_scope_config"}
        for cell in off:
            told = (cell.owner, cell.name) in said
            yield judged(cell, None if told else "switched off, and no diagnostic says so", code=Code.DENIED_SILENT)


def _off_in_a_delta(lab: Lab) -> tuple[judge.Snapshot, judge.Snapshot, judge.Snapshot]:
    """Before; all fields off, after a delta sync; on again, after another."""

    def observe() -> tuple[judge.Snapshot, judge.Snapshot, judge.Snapshot]:
        with synced(lab) as (session, before):
            session.reconnect(scope={"fields": {f"{cell.owner}.{cell.name}": "DISABLED" for cell in scopable_cells(lab)}})
            session.sync_well("DELTA")
            meanwhile = session.snapshot()
            session.reconnect(scope={})
            session.sync_well("DELTA")
            return before, meanwhile, session.snapshot()

    return lab.once("fields off in a delta", observe, brief=True)


def fields_off_in_a_delta(lab: Lab) -> Iterator[Result]:
    """SCP-15."""
    before, meanwhile, after = _off_in_a_delta(lab)
    for cell in model_cells(lab):
        kept = [name for name in scopable(lab, cell.name) for row in meanwhile.rows.get(cell.name, []) if row.get(name) is not None]
        problem = same(lab, before, after, [cell.name], but=MIRRORS)
        if kept:
            yield broken(cell, f"switched off before a delta sync, {kept[0]} still has values", code=Code.LEAK)
        else:
            yield judged(cell, problem and f"off and on again with a delta sync after each: {problem}", code=Code.MISSING)


def told_by_time(lab: Lab) -> Iterator[Result]:
    """SCP-18."""
    before, meanwhile, after = _off_in_a_delta(lab)
    for cell in model_cells(lab):
        times = {
            how: judge.unmoved(old, new, cell.name)
            for how, old, new in (("emptied", before, meanwhile), ("filled again", meanwhile, after))
        }
        still = [f"{key} was {how}" for how, keys in times.items() for key in keys]
        text = f"changed_at stayed the same though {examples(still)}"
        yield judged(cell, text if still else None, code=Code.STALE)

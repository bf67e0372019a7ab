"""Records that go and come back at the vendor: hidden, marked, live again, and no other record with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance import judge
from conformance.casework import broken, examples, field_cells, held, judged, unverifiable, worth_judging
from conformance.check import Cell, Result
from conformance.fixture_models import Deletion
from conformance.lab import Lab, World
from conformance.outcomes import Code
from conformance.prepared import synced

Deleted = tuple[judge.Snapshot, judge.Snapshot, judge.Snapshot, judge.Snapshot]
"""Before; live records after; all records after; all records after the deleted ones came back."""


def _deleted(lab: Lab, number: int, case: Deletion) -> Deleted:
    def observe() -> Deleted:
        with synced(lab, anew=not number) as (session, before):
            tenant = session.world.tenant
            rows = rows_to_delete(session.world, case)
            tenant.advance(90)
            for table, row in rows:
                tenant.remove(table, row["id"])
            session.sync_well()
            live, everything = session.snapshot(), session.snapshot(include_deleted=True)
            for table, row in reversed(rows):
                tenant.insert(table, {**row, **tenant.touched(table, lab.profile.touch)})
            session.sync_well()
            return before, live, everything, session.snapshot(include_deleted=True)

    return lab.once(("deleted", number), observe, brief=True)


def rows_to_delete(world: World, case: Deletion) -> list[tuple[str, dict[str, Any]]]:
    """Dependents first, so that no row ever points at nothing."""
    wanted = [(table, record) for table, records in case.with_records.items() for record in records] + [(case.table, case.record)]
    tables: dict[str, Mapping[str, dict[str, Any]]] = {}
    for table, _ in wanted:
        tables.setdefault(table, {str(row["id"]): row for row in world.tenant.records(table)})
    return [(table, tables[table][str(record)]) for table, record in wanted]


def deletions(lab: Lab) -> Iterator[Result]:
    """DLT-6."""
    problems: dict[str, list[str]] = {}
    for number, case in enumerate(lab.profile.deletions):
        if not set(case.gone) & set(lab.models):
            continue
        _, live, everything, _ = _deleted(lab, number, case)
        for model, keys in case.gone.items():
            found = problems.setdefault(model, [])
            found += [f"{key} is still shown as live" for key in keys if key in live.keys.get(model, {})]
            for key in keys:
                row = everything.by_key.get(model, {}).get(key)
                when = None if row is None else row.get("remote_deleted_at")
                if not judge.UNIFIED_DATE_TIME.fullmatch(str(when)):
                    found.append(f"{key} has remote_deleted_at {when!r}" if row else f"{key} is not there with include_deleted")
    for cell in field_cells("remote_deleted_at")(lab):
        if cell.owner in lab.profile.constants:
            gone = [key for key, row in lab.calm.snapshot.by_key.get(cell.owner, {}).items() if row.get("remote_deleted_at") is not None]
            yield broken(cell, f"{examples(gone)} cannot be deleted at the vendor") if gone else held(cell, "never deleted", Code.EMPTY)
        elif cell.owner not in problems:
            yield unverifiable(cell, "no deletion in profile.yaml removes a record of this model")
        elif problems[cell.owner]:
            yield broken(cell, examples(problems[cell.owner]), code=Code.MISSING)
        else:
            yield held(cell, code=Code.READABLE)


def _deletion_cells(owner: str) -> Any:
    def cells(lab: Lab) -> list[Cell]:
        return [Cell("case", owner, _deletion_name(case)) for case in lab.profile.deletions] or [Cell("case", owner, "any")]

    return cells


def _deletion_name(case: Deletion) -> str:
    return case.id or f"{case.table}/{case.record}"


survivor_cells = _deletion_cells("survivors of")
returner_cells = _deletion_cells("return of")


def survivors(lab: Lab) -> Iterator[Result]:
    """DLT-7."""
    if not lab.profile.deletions:
        yield unverifiable(survivor_cells(lab)[0], "profile.yaml has no deletion")
        return
    for number, (cell, case) in enumerate(zip(survivor_cells(lab), lab.profile.deletions, strict=True)):
        before, live, everything, _ = _deleted(lab, number, case)
        gone = {model: dict.fromkeys(keys) for model, keys in case.gone.items()}
        wanted = judge.Declared((gone, ()), (case.expect, case.also_changes))
        own = {(model, key) for model, keys in case.gone.items() for key in keys}
        found = [one for one in worth_judging(lab, wanted.deviations(before, live, lab.models)) if (one.model, one.key) not in own]
        marked = [
            f"{model}/{key}"
            for model in lab.models
            for key, row in everything.by_key.get(model, {}).items()
            if row.get("remote_deleted_at") is not None and (model, key) not in own
        ]
        yield judged(cell, examples([*found, *(f"{one} is marked as deleted, and exists" for one in marked)]) or None)


def returners(lab: Lab) -> Iterator[Result]:
    """DLT-8."""
    if not lab.profile.deletions:
        yield unverifiable(returner_cells(lab)[0], "profile.yaml has no deletion")
        return
    for number, (cell, case) in enumerate(zip(returner_cells(lab), lab.profile.deletions, strict=True)):
        before, _, _, back = _deleted(lab, number, case)
        wrong = []
        for model, keys in case.gone.items():
            for key in keys:
                old, new = before.by_key.get(model, {}).get(key), back.by_key.get(model, {}).get(key)
                if old is None:
                    continue
                if new is None or new.get("remote_deleted_at") is not None:
                    wrong.append(f"{model}/{key} is {'not there' if new is None else 'still marked as deleted'}")
                elif new.get("id") != old.get("id"):
                    wrong.append(f"{model}/{key} came back under another id")
        yield judged(cell, examples(wrong) or None)


def told_times(lab: Lab) -> Iterator[Result]:
    """DLT-15."""
    stuck: dict[str, list[str]] = {}
    for number, case in enumerate(lab.profile.deletions):
        before, _, everything, back = _deleted(lab, number, case)
        for model, keys in case.gone.items():
            found = stuck.setdefault(model, [])
            for key in keys:
                times = [shown.by_key.get(model, {}).get(key, {}).get("changed_at") for shown in (before, everything, back)]
                if None not in times and len(set(times)) < len(times):
                    found.append(f"{key}: {', '.join(map(str, times))}")
    for cell in field_cells("changed_at")(lab):
        if cell.owner in lab.profile.constants:
            yield Result(cell, Code.NOT_APPLICABLE, "records of this model are never deleted")
        elif cell.owner not in stuck:
            yield unverifiable(cell, "no deletion in profile.yaml removes a record of this model")
        else:
            told = "it stayed the same when a record went, or when it came back"
            yield judged(cell, f"{told}: {examples(stuck[cell.owner])}" if stuck[cell.owner] else None, code=Code.STALE)


FORGOTTEN = Cell("case", "deleted", "longer ago than the vendor shows it")
DAY = 86_400


def forgotten(lab: Lab) -> Iterator[Result]:
    """DLT-20."""
    days = lab.profile.deletions_shown_for_days
    case = next((case for case in lab.profile.deletions if set(case.gone) & set(lab.models)), None)
    if days is None or case is None:
        yield Result(FORGOTTEN, Code.NOT_APPLICABLE, "the vendor shows deletions for ever, or never")
        return
    with synced(lab) as (session, _):
        tenant = session.world.tenant
        for table, row in rows_to_delete(session.world, case):
            tenant.remove(table, row["id"])
        tenant.advance(2 * days * DAY)
        outcome = session.sync_well("DELTA")
        live = session.snapshot()
    alive = [
        f"{model}/{key}" for model, keys in case.gone.items() if model in lab.models for key in keys if key in live.keys.get(model, {})
    ]
    told = set(outcome.warnings) - set(lab.calm.outcome.warnings)
    text = f"{2 * days:g} days after the last sync the vendor no longer shows that {examples(alive)} is gone, and nothing says that a delta misses it"
    yield judged(FORGOTTEN, text if alive and not told else None, code=Code.STALE)

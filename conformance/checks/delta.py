"""Going on from what was synced: delta syncs, deletions, change times, stable ids, and resuming after a sync was killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance import judge
from conformance.casework import broken, examples, field_cells, held, judged, model_cells, same, seen_at, unverifiable, worth_judging
from conformance.check import Cell, Check, Result
from conformance.checks.fields import updated_run
from conformance.fixture_models import BetweenPages, Deletion, DeltaCase, Step, Update
from conformance.lab import Lab, Session, World
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.sandbox import Entry
from conformance.subjects import SyncOutcome

# -------------------------------------------------------------------------------------------------------- changes


def _cases(owner: str, *, at_watermark: bool) -> Any:
    def cells(lab: Lab) -> list[Cell]:
        named = [Cell("case", owner, name) for name, case in _named(lab.profile.delta) if case.at_watermark is at_watermark]
        return named or [Cell("case", owner, "any")]

    return cells


def _named(cases: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(case.id or f"{number}", case) for number, case in enumerate(cases, 1)]


_change_cells = _cases("delta", at_watermark=False)
_watermark_cells = _cases("at the watermark", at_watermark=True)


def _changes(lab: Lab) -> Iterator[Result]:
    """DLT-1."""
    cases = [case for _, case in _named(lab.profile.delta) if not case.at_watermark]
    if not cases:
        yield unverifiable(_change_cells(lab)[0], "profile.yaml has no delta case")
        return
    for number, (cell, case) in enumerate(zip(_change_cells(lab), cases, strict=True)):
        with synced(lab, anew=not number) as (session, before):
            session.world.tenant.advance(90)
            yield _judge_change(lab, cell, session, before, case)


def _judge_change(lab: Lab, cell: Cell, session: Session, before: judge.Snapshot, case: DeltaCase) -> Result:
    session.world.perform(case.steps)
    session.sync_well("DELTA")
    wanted = judge.Declared((case.expect, case.also_changes))
    found = worth_judging(lab, wanted.deviations(before, session.snapshot(), lab.models))
    if not found:
        return held(cell)
    return broken(cell, examples(found), code=found[0].code, expected=found[0].expected, got=found[0].got, seen=seen_at(session.world))


def _at_watermark(lab: Lab) -> Iterator[Result]:
    """DLT-2."""
    cases = [case for _, case in _named(lab.profile.delta) if case.at_watermark]
    if not cases:
        yield unverifiable(_watermark_cells(lab)[0], "profile.yaml has no delta case with at_watermark")
        return
    for cell, case in zip(_watermark_cells(lab), cases, strict=True):
        world = lab.world()
        world.tenant.advance(90)
        stamped = _stamped(world, case.steps)
        # The newest record of the first sync bears the very time that the change after it will bear.
        world.perform([_without_change(step, lab.profile.touch.column) for step in stamped if step.update is not None])
        session = world.connect()
        session.sync_well()
        yield _judge_change(lab, cell, session, session.snapshot(), case.model_copy(update={"steps": stamped}))


def _stamped(world: World, steps: Sequence[Step]) -> list[Step]:
    """The steps with the tenant's now written out, so that they bear the same time whenever they run."""
    touch = world.lab.profile.touch

    def stamp(change: Update) -> Update:
        return change.model_copy(update={"set": {**world.tenant.touched(change.table, touch), **change.set}})

    return [step if step.update is None else Step(update=stamp(step.update)) for step in steps]


def _without_change(step: Step, column: str) -> Step:
    change = step.update
    if change is None:
        return step
    time_only = {name: value for name, value in change.set.items() if name == column}
    return Step(update=Update(table=change.table, record=change.record, set=time_only))


def _chain(lab: Lab) -> Iterator[Result]:
    """DLT-3."""
    good = [
        case
        for name, case in _named(lab.profile.delta)
        if not case.at_watermark and not lab.ledger.failed("DLT-1", Cell("case", "delta", name))
    ]
    with synced(lab) as (session, _):
        for case in good:
            session.world.tenant.advance(90)
            session.world.perform(case.steps)
            session.sync_well("DELTA")
        fresh = session.world.connect()
        fresh.sync_well()
        shown, whole = session.snapshot(), fresh.snapshot()
    for cell in model_cells(lab):
        if not good:
            yield unverifiable(cell, "no delta case to chain")
        else:
            yield judged(cell, same(lab, whole, shown, [cell.name]))


def _fewer(lab: Lab) -> Iterator[Result]:
    """DLT-4."""
    world = lab.world()
    session = world.connect(settings=lab.small_pages(world))
    session.sync_well()
    outcome, journal = _second_delta(session)
    asked = [entry.operation for entry in journal]
    for cell in _delta_cells(lab):
        operation = lab.profile.page_operations.get(cell.name, "")
        whole = lab.calm_pages.requests(operation)
        if whole < 2:
            yield unverifiable(cell, f"a full sync asks only {whole} times for {operation!r}")
        elif outcome.mode != "DELTA":
            yield broken(cell, "a delta sync was promised, and a full one ran")
        else:
            times = asked.count(operation)
            problem = None if times < whole else f"nothing changed, and {operation} was asked {times} times (full: {whole})"
            yield judged(cell, problem or _more_bytes(lab, operation))


def _second_delta(session: Session) -> tuple[SyncOutcome, tuple[Entry, ...]]:
    """The second of two delta syncs before which nothing changed: what the first one found nothing of, it must not forget."""
    tenant = session.world.tenant
    tenant.advance(90)
    session.sync_well("DELTA")
    tenant.advance(90)
    tenant.clear_journal()
    return session.sync_well("DELTA"), tuple(tenant.journal())


def _more_bytes(lab: Lab, operation: str) -> str | None:
    """Where one page holds the whole list, it is the answer that has to be smaller, and not the number of requests."""

    def observe() -> tuple[Entry, ...]:
        with synced(lab) as (session, _):
            return _second_delta(session)[1]

    found, whole = (
        sum(entry.received for entry in journal if entry.operation == operation)
        for journal in (lab.once("a second delta", observe), lab.calm.journal)
    )
    return None if found < whole else f"nothing changed, and {operation} gave {found} bytes (full: {whole})"


def _delta_cells(lab: Lab) -> list[Cell]:
    return [cell for cell in model_cells(lab) if lab.promise.models[cell.name].delta]


def _first_as_delta(lab: Lab) -> Iterator[Result]:
    """DLT-12."""
    world = lab.world()
    session = world.connect()
    outcome = session.sync("DELTA")
    cell = Cell("connection", "first sync", "as a delta")
    if outcome.state != "SUCCEEDED":
        yield broken(cell, f"it ended {outcome.state}: {outcome.error}")
    elif outcome.mode != "FULL":
        yield broken(cell, "nothing had been synced before, and it says that a delta sync ran", got=outcome.mode)
    else:
        yield judged(cell, same(lab, lab.calm.snapshot, session.snapshot()))


def _marks_nothing(lab: Lab) -> Iterator[Result]:
    """DLT-5."""
    with synced(lab) as (session, _):
        session.world.tenant.advance(90)
        session.sync_well("DELTA")
        everything = session.snapshot(include_deleted=True)
    for cell in model_cells(lab):
        marked = [row for row in everything.rows.get(cell.name, []) if row.get("remote_deleted_at") is not None]
        yield judged(cell, f"{len(marked)} records that still exist are marked as deleted" if marked else None)


def _meanwhile(lab: Lab) -> list[BetweenPages]:
    """What changes or comes while a list is read. What goes cannot be brought by a delta sync."""
    return [case for case in lab.profile.between_pages if all(step.delete is None for step in case.steps)]


def _meanwhile_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "changed while it was read", case.id) for case in _meanwhile(lab)] or [
        Cell("case", "changed while it was read", "any")
    ]


A_WHILE = 600
"""Seconds: longer than the overlap that a careful client allows itself between two delta syncs."""


def _slowly(world: World, steps: Sequence[Step]) -> None:
    """One step after the other, with time between them; changes from the end of the list on, which may have been read already."""
    only_changes = all(step.update is not None for step in steps)
    for step in reversed(steps) if only_changes else steps:
        world.perform([step])
        world.tenant.advance(A_WHILE)


def _brought_later(lab: Lab) -> Iterator[Result]:
    """DLT-14."""
    if not _meanwhile(lab) or not _delta_cells(lab):
        for cell in _meanwhile_cells(lab):
            yield Result(cell, Code.NOT_APPLICABLE, "no model is promised by delta, or nothing comes while a list is read")
        return
    for cell, case in zip(_meanwhile_cells(lab), _meanwhile(lab), strict=True):
        world = lab.world()
        session = world.connect(settings=lab.small_pages(world))
        rule = {"kind": "rate_limit", "retry_after": 1, "operation": case.operation, "skip": case.after, "times": 1}
        with world.at_fault(rule, partial(_slowly, world, case.steps)) as ran:
            session.sync_well()
        world.tenant.advance(90)
        session.sync_well("DELTA")
        fresh = world.connect()
        fresh.sync_well()
        if ran:
            # What other lists make of the change is told by their own cases.
            own = [model for model in lab.models if lab.profile.page_operations.get(model) == case.operation]
            yield judged(cell, same(lab, fresh.snapshot(), session.snapshot(), own or lab.models), code=Code.STALE)
        else:
            yield unverifiable(cell, f"the subject never came to page {case.after + 1} of {case.operation}")


def _missed_cells(lab: Lab) -> list[Cell]:
    if not _delta_cells(lab):
        return [Cell("fault", "delta", "any")]
    return [Cell("fault", "delta", operation) for operation in lab.operations()]


def _made_up_for(lab: Lab) -> Iterator[Result]:
    """DLT-13."""
    if not _delta_cells(lab):
        yield Result(_missed_cells(lab)[0], Code.NOT_APPLICABLE, "no model is promised by delta")
        return
    for cell in _missed_cells(lab):
        with synced(lab, lab.profile.paging.settings) as (session, _):
            yield _after_a_failure(lab, cell, session)


def _after_a_failure(lab: Lab, cell: Cell, session: Session) -> Result:
    tenant = session.world.tenant
    tenant.advance(90)
    for _, case in _named(lab.profile.delta):
        session.world.perform(case.steps)
    tenant.clear_journal()
    tenant.fault("status", status=503, operation=cell.name, times=None)
    session.sync("DELTA")
    if not any(entry.raw.get("faults") for entry in tenant.journal()):
        return unverifiable(cell, "the fault never struck: the operation was not asked")
    tenant.clear_faults()
    tenant.advance(90)
    session.sync_well("DELTA")
    fresh = session.world.connect()
    fresh.sync_well()
    problem = same(lab, fresh.snapshot(), session.snapshot())
    return judged(cell, problem and f"after a delta sync that failed, and one that did not: {problem}", code=Code.STALE)


def _half_read_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", "first sync", operation) for operation in lab.operations()]


def _half_read(lab: Lab) -> Iterator[Result]:
    """DLT-16."""
    for cell in _half_read_cells(lab):
        world = lab.world()
        session = world.connect(settings=lab.small_pages(world))
        half = lab.calm_pages.requests(cell.name) // 2
        world.tenant.fault("status", status=503, operation=cell.name, skip=half, times=None)
        session.sync()
        world.tenant.clear_faults()
        world.tenant.advance(90)
        session.sync_well("DELTA")
        problem = same(lab, lab.calm_pages.snapshot, session.snapshot())
        yield judged(cell, problem and f"after a first sync that broke off, and a delta: {problem}", code=Code.MISSING)


# ------------------------------------------------------------------------------------------------------ deletions


Deleted = tuple[judge.Snapshot, judge.Snapshot, judge.Snapshot, judge.Snapshot]
"""Before; live records after; all records after; all records after the deleted ones came back."""


def _deleted(lab: Lab, number: int, case: Deletion) -> Deleted:
    def observe() -> Deleted:
        with synced(lab, anew=not number) as (session, before):
            tenant = session.world.tenant
            rows = _rows_to_delete(session.world, case)
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


def _rows_to_delete(world: World, case: Deletion) -> list[tuple[str, dict[str, Any]]]:
    """Dependents first, so that no row ever points at nothing."""
    wanted = [(table, record) for table, records in case.with_records.items() for record in records] + [(case.table, case.record)]
    tables: dict[str, Mapping[str, dict[str, Any]]] = {}
    for table, _ in wanted:
        tables.setdefault(table, {str(row["id"]): row for row in world.tenant.records(table)})
    return [(table, tables[table][str(record)]) for table, record in wanted]


def _deletions(lab: Lab) -> Iterator[Result]:
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


_survivor_cells = _deletion_cells("survivors of")
_returner_cells = _deletion_cells("return of")


def _survivors(lab: Lab) -> Iterator[Result]:
    """DLT-7."""
    if not lab.profile.deletions:
        yield unverifiable(_survivor_cells(lab)[0], "profile.yaml has no deletion")
        return
    for number, (cell, case) in enumerate(zip(_survivor_cells(lab), lab.profile.deletions, strict=True)):
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


def _returners(lab: Lab) -> Iterator[Result]:
    """DLT-8."""
    if not lab.profile.deletions:
        yield unverifiable(_returner_cells(lab)[0], "profile.yaml has no deletion")
        return
    for number, (cell, case) in enumerate(zip(_returner_cells(lab), lab.profile.deletions, strict=True)):
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


def _told_times(lab: Lab) -> Iterator[Result]:
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


# -------------------------------------------------------------------------------------------- times and identities


def _quiet_times(lab: Lab) -> Iterator[Result]:
    """DLT-9."""
    first, second = _nothing_changed(lab)
    for cell in field_cells("changed_at")(lab):
        moved = [
            key
            for key, row in first.by_key.get(cell.owner, {}).items()
            if (later := second.by_key.get(cell.owner, {}).get(key)) is not None and later.get("changed_at") != row.get("changed_at")
        ]
        yield judged(cell, f"changed_at moved on {examples(moved)}, and nothing had changed" if moved else None, code=Code.WRONG_VALUE)


def _nothing_changed(lab: Lab) -> tuple[judge.Snapshot, judge.Snapshot]:
    def observe() -> tuple[judge.Snapshot, judge.Snapshot]:
        world = lab.world()
        session = world.connect()
        session.sync_well()
        first = session.snapshot()
        world.tenant.advance(90)
        minted = lab.mint(world, "all")
        session.reconnect(credential=minted.credential)
        session.sync_well()
        return first, session.snapshot()

    return lab.once("nothing changed", observe, brief=True)


def _true_times(lab: Lab) -> Iterator[Result]:
    """DLT-10."""
    before, after = updated_run(lab)
    for cell in field_cells("changed_at")(lab):
        changed = [
            key
            for key, values in before.records.get(cell.owner, {}).items()
            if (later := after.records.get(cell.owner, {}).get(key)) is not None and _differs(values, later)
        ]
        old, new = before.by_key.get(cell.owner, {}), after.by_key.get(cell.owner, {})
        stuck = [key for key in changed if new[key].get("changed_at") == old[key].get("changed_at")]
        if stuck:
            yield broken(cell, f"changed_at stayed the same on {examples(stuck)}, whose values changed", code=Code.STALE)
        elif not changed:
            if cell.owner in lab.profile.constants or _nothing_but_keys(lab, cell.owner):
                yield Result(cell, Code.NOT_APPLICABLE, "records of this model hold nothing but what identifies them, so none ever changes")
            else:
                yield unverifiable(cell, "no record of this model changed under the perturbations")
        else:
            yield held(cell, f"moved on {len(changed)} records", Code.READABLE)


def _nothing_but_keys(lab: Lab, model: str) -> bool:
    """Whether every value of every expected record is its key, or a part of it."""
    return all(
        text in record.key
        for record in lab.fixtures.expected.models.get(model, [])
        for value in record.values.values()
        for text in _texts(value)
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text in an expected value, at any depth."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    else:
        yield str(value)


def _differs(old: judge.Values, new: judge.Values) -> bool:
    return any(
        judge.compare_plain(old.get(name), new.get(name))
        for name in {**old, **new}
        if name not in judge.UNSTABLE and not judge.same_bytes(old, new, name)
    )


def _stable_ids(lab: Lab) -> Iterator[Result]:
    """DLT-11."""
    quiet, moved = _nothing_changed(lab), updated_run(lab)
    for cell in field_cells("id")(lab):
        wrong = [
            key
            for before, after in (quiet, moved)
            for key, row in before.by_key.get(cell.owner, {}).items()
            if (later := after.by_key.get(cell.owner, {}).get(key)) is not None and later.get("id") != row.get("id")
        ]
        yield judged(cell, f"the id changed on {examples(wrong)}" if wrong else None, code=Code.WRONG_VALUE)


# ------------------------------------------------------------------------------------------------------- resuming

POINTS = {"early": 0.0, "in the first half": 0.25, "midway": 0.5, "in the second half": 0.75, "late": 1.0}
DELTA_POINTS = {"early": 1, "later": 4}
"""Requests after which a delta sync is killed; with nothing but changes to read, it has few."""


def _kill_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "killed", point) for point in POINTS]


def _request(lab: Lab, share: float) -> int:
    """The request after which to kill: never before the first, never after the last at which the subject still dies."""
    return 1 + round(share * (_last_death(lab) - 1))


def _last_death(lab: Lab) -> int:
    """Before the last request. A subject that counts pages instead of requests comes to its end earlier, which is searched for."""

    def observe() -> int:
        low, high = 1, max(1, len(lab.calm_pages.journal) - 1)
        middle = high
        while low < high:
            if _dies(lab, middle):
                low = middle
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return low

    return lab.once("the last death", observe)


def _dies(lab: Lab, requests: int) -> bool:
    world, _, died = _killed(lab, requests)
    lab.close_world(world)
    return died


def _killed(lab: Lab, requests: int) -> tuple[World, Session, bool]:
    """A connection whose first sync was killed, and whether it died of it."""
    world = lab.world()
    session = world.connect(settings=lab.small_pages(world))
    return world, session, session.sync_killed(requests)


def _resumed(lab: Lab, point: str) -> tuple[judge.Snapshot, int]:
    """What the connection shows after it was killed and synced again, and how many requests the second sync took."""

    def observe() -> tuple[judge.Snapshot, int]:
        world, session, _ = _killed(lab, _request(lab, POINTS[point]))
        world.tenant.clear_journal()
        session.sync_well()
        return session.snapshot(), len(world.tenant.journal())

    return lab.once(("resumed", point), observe, brief=True)


def _whole_after_kill(lab: Lab) -> Iterator[Result]:
    """INT-1."""
    for cell in _kill_cells(lab):
        try:
            shown, _ = _resumed(lab, cell.name)
        except NotImplementedError:
            yield unverifiable(cell, "the subject cannot be told to die at a request")
            continue
        problem = same(lab, lab.calm_pages.snapshot, shown)
        yield judged(cell, problem)


def _goes_on(lab: Lab) -> Iterator[Result]:
    """INT-2."""
    cell = Cell("connection", "killed", "late")
    try:
        _, asked = _resumed(lab, "late")
    except NotImplementedError:
        yield unverifiable(cell, "the subject cannot be told to die at a request")
        return
    total = len(lab.calm_pages.journal)
    yield judged(cell, None if asked < total else f"killed near the end, it started again: {asked} requests (a whole sync: {total})")


def _delta_kill_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "delta killed", point) for point in DELTA_POINTS]


def _after_all_cases(lab: Lab, kill_after: int | None) -> judge.Snapshot:
    """What a connection shows after all changes of the delta cases and one delta sync, which may have been killed once."""

    def observe() -> judge.Snapshot:
        with synced(lab) as (session, _):
            session.world.tenant.advance(90)
            for _, case in _named(lab.profile.delta):
                if not case.at_watermark:
                    session.world.perform(case.steps)
            if kill_after is not None:
                session.sync_killed(kill_after, "DELTA")
            session.sync_well("DELTA")
            return session.snapshot()

    return lab.once(("all delta cases", kill_after), observe)


def _whole_after_killed_delta(lab: Lab) -> Iterator[Result]:
    """INT-3."""
    for cell in _delta_kill_cells(lab):
        if all(case.at_watermark for case in lab.profile.delta):
            yield unverifiable(cell, "profile.yaml has no delta case")
            continue
        try:
            killed = _after_all_cases(lab, DELTA_POINTS[cell.name])
        except NotImplementedError:
            yield unverifiable(cell, "the subject cannot be told to die at a request")
            continue
        yield judged(cell, same(lab, _after_all_cases(lab, None), killed))


OURS = "design of this suite: state"
API = "unified API: delta syncs, remote_deleted_at, changed_at"
CHECKS = (
    Check("DLT-1", "A delta sync brings every change since the last sync, and nothing else changes.", API, _change_cells, _changes),
    Check("DLT-2", "A record that changes in the same second as the newest one already seen is not missed.", OURS,
          _watermark_cells, _at_watermark),
    Check("DLT-3", "After several delta syncs a connection shows what a full sync of a fresh one shows.", API, model_cells, _chain),
    Check("DLT-4", "A delta sync asks the vendor for less than a full one.", API, _delta_cells, _fewer),
    Check("DLT-5", "A delta sync marks nothing as deleted that still exists.", API, model_cells, _marks_nothing),
    Check("DLT-14", "What changes or comes while a list is read is there after the next delta sync.", OURS,
          _meanwhile_cells, _brought_later),
    Check("DLT-16", "What a first sync that broke off has not read, the next one brings, even if that asks for changes only.", OURS,
          _half_read_cells, _half_read),
    Check("DLT-13", "What a delta sync that failed has missed, the next one brings.", OURS, _missed_cells, _made_up_for),
    Check("DLT-6", "After a full sync, records deleted at the vendor are hidden, and shown with their remote_deleted_at on request.", API,
          field_cells("remote_deleted_at"), _deletions),
    Check("DLT-7", "A deletion leaves all other records as they were.", API, _survivor_cells, _survivors),
    Check("DLT-8", "A record that comes back under the same vendor's id is live again, under its unified id of before.", API,
          _returner_cells, _returners),
    Check("DLT-15", "changed_at moves when a record is found gone, and when it is back.", API, field_cells("changed_at"), _told_times),
    Check("DLT-9", "changed_at stays as it is while nothing changes.", API, field_cells("changed_at"), _quiet_times),
    Check("DLT-10", "changed_at moves when a value of the record changes.", API, field_cells("changed_at"), _true_times),
    Check("DLT-11", "A record keeps its id over syncs, changes of its values and a new credential.", API, field_cells("id"), _stable_ids),
    Check("DLT-12", "A first sync brings everything, also when a delta was asked for, and says that it was a full one.", API,
          lambda lab: [Cell("connection", "first sync", "as a delta")], _first_as_delta),
    Check("INT-1", "After a sync was killed at any request, the next one shows everything, once.", OURS, _kill_cells, _whole_after_kill,
          needs=("interrupt",)),
    Check("INT-2", "The sync after a killed one goes on from there instead of starting again.", OURS,
          lambda lab: [Cell("connection", "killed", "late")], _goes_on, needs=("interrupt",)),
    Check("INT-3", "After a delta sync was killed, the next one brings every change.", OURS, _delta_kill_cells, _whole_after_killed_delta,
          needs=("interrupt",)),
)  # fmt: skip

"""What changed since the last sync: all of it comes, nothing else, and for less than a full sync costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance import judge
from conformance.casework import broken, examples, held, judged, model_cells, same, seen_at, unverifiable, worth_judging
from conformance.check import Cell, Result
from conformance.checks.delta.cases import case_cells, delta_cells, named, unsettled, usual
from conformance.fixture_models import DeltaCase, Step, Update
from conformance.lab import Lab, Session, World
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.sandbox import Entry
from conformance.subjects import SyncOutcome

change_cells = case_cells("delta", at_watermark=False)
watermark_cells = case_cells("at the watermark", at_watermark=True)


def changes(lab: Lab) -> Iterator[Result]:
    """DLT-1."""
    cases = [case for _, case in named(lab.profile.delta) if not case.at_watermark]
    if not cases:
        yield unverifiable(change_cells(lab)[0], "profile.yaml has no delta case")
        return
    for number, (cell, case) in enumerate(zip(change_cells(lab), cases, strict=True)):
        with synced(lab, case.settings, anew=not number) as (session, before):
            session.world.tenant.advance(90)
            yield _judge_change(lab, cell, session, before, case)


def _judge_change(lab: Lab, cell: Cell, session: Session, before: judge.Snapshot, case: DeltaCase) -> Result:
    session.world.perform(case.steps)
    session.sync_well("DELTA")
    wanted = judge.Declared((case.expect, case.also_changes))
    free = unsettled([case])
    deviations = worth_judging(lab, wanted.deviations(before, session.snapshot(), lab.models))
    found = [one for one in deviations if (one.model, one.key) not in free]
    if not found:
        return held(cell)
    return broken(cell, examples(found), code=found[0].code, expected=found[0].expected, got=found[0].got, seen=seen_at(session.world))


EXACTLY = ", and a delta begins there"


def exact_cells(lab: Lab) -> list[Cell]:
    """Each case as connections usually are, and with the settings that leave no time between two syncs."""
    usual_ones = watermark_cells(lab)
    return [*usual_ones, *(Cell(one.kind, one.owner, one.name + EXACTLY) for one in usual_ones if lab.profile.touch.exactly)]


def at_watermark(lab: Lab) -> Iterator[Result]:
    """DLT-2."""
    cases = _at_watermark(lab)
    if not cases:
        yield unverifiable(watermark_cells(lab)[0], "profile.yaml has no delta case with at_watermark")
        return
    cells = exact_cells(lab)
    for cell, case in zip(cells, cases * (len(cells) // len(cases)), strict=True):
        settings = {**case.settings, **(lab.profile.touch.exactly if cell.name.endswith(EXACTLY) else {})}
        world = lab.world()
        world.tenant.advance(90)
        stamped = _stamped(world, case.steps)
        # The newest record of the first sync bears the very time that the change after it will bear.
        world.perform([_without_change(step, lab.profile.touch.column) for step in stamped if step.update is not None])
        session = world.connect(settings=settings)
        session.sync_well()
        yield _judge_change(lab, cell, session, session.snapshot(), case.model_copy(update={"steps": stamped}))


def _at_watermark(lab: Lab) -> list[DeltaCase]:
    return [case for _, case in named(lab.profile.delta) if case.at_watermark]


def late_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "shown late", cell.name) for cell in watermark_cells(lab)]


NEIGHBOURS = 5
"""So many rows from both ends of a table are made the newest; some of them are records that are read."""


def late(lab: Lab) -> Iterator[Result]:
    """DLT-19."""
    seconds = lab.profile.touch.late_seconds
    cases = _at_watermark(lab)
    if not (seconds and cases):
        for cell in late_cells(lab):
            yield Result(cell, Code.NOT_APPLICABLE, "nothing is known of changes that show later than they are dated")
        return
    for cell, case in zip(late_cells(lab), cases, strict=True):
        world = lab.world()
        world.tenant.advance(90)
        stamped = _stamped(world, case.steps)
        world.tenant.advance(seconds)
        for change in (step.update for step in stamped if step.update is not None):
            others = [row["id"] for row in world.tenant.records(change.table) if str(row["id"]) != str(change.record)]
            newest = dict.fromkeys((*others[:NEIGHBOURS], *others[-NEIGHBOURS:]))
            world.perform([Step(update=Update(table=change.table, record=one, set={})) for one in newest])
        session = world.connect(settings=case.settings)
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


def chain(lab: Lab) -> Iterator[Result]:
    """DLT-3."""
    good = [case for name, case in usual(lab) if not case.at_watermark and not lab.ledger.failed("DLT-1", Cell("case", "delta", name))]
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
            yield judged(cell, same(lab, whole, shown, [cell.name], unsettled=unsettled(good)))


def fewer(lab: Lab) -> Iterator[Result]:
    """DLT-4."""
    world = lab.world()
    session = world.connect(settings=lab.small_pages(world))
    session.sync_well()
    outcome, journal = _second_delta(session)
    asked = [entry.operation for entry in journal]
    for cell in delta_cells(lab):
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


def first_as_delta(lab: Lab) -> Iterator[Result]:
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


def marks_nothing(lab: Lab) -> Iterator[Result]:
    """DLT-5."""
    with synced(lab) as (session, _):
        session.world.tenant.advance(90)
        session.sync_well("DELTA")
        everything = session.snapshot(include_deleted=True)
    for cell in model_cells(lab):
        marked = [row for row in everything.rows.get(cell.name, []) if row.get("remote_deleted_at") is not None]
        yield judged(cell, f"{len(marked)} records that still exist are marked as deleted" if marked else None)

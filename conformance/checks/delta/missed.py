"""What a sync has missed, since the data moved under it or an operation failed: the next one brings it, a delta as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from conformance.casework import judged, same, unverifiable
from conformance.check import Cell, Result
from conformance.checks.delta.cases import delta_cells, unsettled, usual
from conformance.fixture_models import BetweenPages, Step
from conformance.lab import Lab, Session, World
from conformance.outcomes import Code
from conformance.prepared import synced


def _meanwhile(lab: Lab) -> list[BetweenPages]:
    """What changes or comes while a list is read. What goes cannot be brought by a delta sync."""
    return [case for case in lab.profile.between_pages if all(step.delete is None for step in case.steps)]


@dataclass(frozen=True)
class _Meanwhile:
    """Changes, one after the other, while an operation's pages are read."""

    name: str
    operation: str
    after: int
    steps: Sequence[Step]


def _runs(lab: Lab) -> list[_Meanwhile]:
    """Each case where it says, and half-way, when one end of the list has been read and the other has not; changes of several records
    there from both ends, whichever a subject begins at."""
    found = []
    for case in _meanwhile(lab):
        only_changes = all(step.update is not None for step in case.steps)
        backwards = list(reversed(case.steps)) if only_changes else list(case.steps)
        found.append(_Meanwhile(case.id, case.operation, case.after, backwards))
        half = lab.calm_pages.requests(case.operation) // 2
        if only_changes and len(case.steps) > 1:
            found.append(_Meanwhile(f"{case.id}, half-way, the last first", case.operation, half, backwards))
            found.append(_Meanwhile(f"{case.id}, half-way, the first first", case.operation, half, case.steps))
        elif half > case.after:
            found.append(_Meanwhile(f"{case.id}, half-way", case.operation, half, backwards))
    return found


def meanwhile_cells(lab: Lab) -> list[Cell]:
    owner = "changed while it was read"
    return [Cell("case", owner, one.name) for one in _runs(lab)] or [Cell("case", owner, "any")]


A_WHILE = 600
"""Seconds: longer than the overlap that a careful client allows itself between two delta syncs."""


def slowly(world: World, steps: Sequence[Step]) -> None:
    """One step after the other, with time between them."""
    for step in steps:
        world.perform([step])
        world.tenant.advance(A_WHILE)


def brought_later(lab: Lab) -> Iterator[Result]:
    """DLT-14."""
    if not _meanwhile(lab) or not delta_cells(lab):
        for cell in meanwhile_cells(lab):
            yield Result(cell, Code.NOT_APPLICABLE, "no model is promised by delta, or nothing comes while a list is read")
        return
    for cell, one in zip(meanwhile_cells(lab), _runs(lab), strict=True):
        world = lab.world()
        session = world.connect(settings=lab.small_pages(world))
        rule = {"kind": "rate_limit", "retry_after": 1, "operation": one.operation, "skip": one.after, "times": 1}
        with world.at_fault(rule, partial(slowly, world, one.steps)) as ran:
            session.sync_well()
        world.tenant.advance(90)
        session.sync_well("DELTA")
        fresh = world.connect()
        fresh.sync_well()
        if ran:
            # What other lists make of the change is told by their own cases.
            own = [model for model in lab.models if lab.profile.page_operations.get(model) == one.operation]
            yield judged(cell, same(lab, fresh.snapshot(), session.snapshot(), own or lab.models), code=Code.STALE)
        else:
            yield unverifiable(cell, f"the subject never came to page {one.after + 1} of {one.operation}")


def missed_cells(lab: Lab) -> list[Cell]:
    if not delta_cells(lab):
        return [Cell("fault", "delta", "any")]
    return [Cell("fault", "delta", operation) for operation in lab.operations()]


def made_up_for(lab: Lab) -> Iterator[Result]:
    """DLT-13."""
    if not delta_cells(lab):
        yield Result(missed_cells(lab)[0], Code.NOT_APPLICABLE, "no model is promised by delta")
        return
    for cell in missed_cells(lab):
        with synced(lab, lab.cut.settings) as (session, _):
            yield _after_a_failure(lab, cell, session)


def _after_a_failure(lab: Lab, cell: Cell, session: Session) -> Result:
    tenant = session.world.tenant
    tenant.advance(90)
    for _, case in usual(lab):
        session.world.perform(case.steps)
    tenant.clear_journal()
    tenant.fault("status", status=503, operation=cell.name, times=None)
    session.sync("DELTA")
    if not tenant.struck():
        return unverifiable(cell, "the fault never struck: the operation was not asked")
    tenant.clear_faults()
    tenant.advance(90)
    session.sync_well("DELTA")
    fresh = session.world.connect()
    fresh.sync_well()
    problem = same(lab, fresh.snapshot(), session.snapshot(), unsettled=unsettled(lab.profile.delta))
    return judged(cell, problem and f"after a delta sync that failed, and one that did not: {problem}", code=Code.STALE)


def half_read_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", "first sync", operation) for operation in lab.operations()]


def half_read(lab: Lab) -> Iterator[Result]:
    """DLT-16."""
    for cell in half_read_cells(lab):
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

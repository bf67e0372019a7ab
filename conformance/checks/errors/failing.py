"""Lists that fail for good: said, nothing lost, and no other list with them."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import identity, judge
from conformance.casework import broken, examples, judged, same, unverifiable
from conformance.check import Cell, Result
from conformance.checks.errors.losses import unexplained, wrongly_gone
from conformance.faithful import unfaithful
from conformance.lab import Lab, Session, SubjectCrashed
from conformance.outcomes import Code
from conformance.prepared import synced

FOR_GOOD = {"503 for good": 503, "404 for good": 404, "503 for a while in the middle": 503}
HALFWAY = "503 for a while in the middle"
WHILE = 12
"""Requests: longer than any client is patient with one page, and not so long that the list never recovers."""


def failing_cells(lab: Lab) -> list[Cell]:
    return [
        Cell("fault", operation, name)
        for operation in lab.asked()
        for name in FOR_GOOD
        if name != HALFWAY or lab.calm_pages.requests(operation) > 1
    ]


def failing_later(lab: Lab) -> Iterator[Result]:
    """ERR-7."""
    for cell in failing_cells(lab):
        # Small pages, or a vendor whose further pages are another operation would never be asked for one.
        with synced(lab, lab.profile.paging.settings) as (session, before):
            yield _fails_for_good(lab, cell, session, before)


def _fails_for_good(lab: Lab, cell: Cell, session: Session, before: judge.Snapshot) -> Result:
    tenant = session.world.tenant
    tenant.clear_journal()
    lab.small_pages(session.world)
    where = {"skip": lab.calm_pages.requests(cell.owner) // 2, "times": WHILE} if cell.name == HALFWAY else {"times": None}
    tenant.fault("status", status=FOR_GOOD[cell.name], operation=cell.owner, **where)
    try:
        outcome = session.sync()
    except SubjectCrashed as error:
        return broken(cell, str(error), code=Code.CRASHED)
    if not any(entry.raw.get("faults") for entry in tenant.journal()):
        return unverifiable(cell, "the fault never struck: the operation was not asked")
    models = [one.model for one in outcome.diagnostics if one.field is None and one.reason == "error"]
    if outcome.state == "SUCCEEDED" and (models or not (outcome.diagnostics or cell.name == HALFWAY)):
        told = f"though it could not read {', '.join(models)}" if models else "without a word"
        text = f"{cell.owner} answered {cell.name}, and the sync ended SUCCEEDED {told}"
        return broken(cell, text, code=Code.FALSE_SUCCESS)
    problem = unfaithful(tenant.journal(), outcome.diagnostics)
    problem = (
        problem or wrongly_gone(lab, session.snapshot(include_deleted=True).rows) or unexplained(lab, outcome, before, session.snapshot())
    )
    if problem is None and cell.name.startswith("503"):
        tenant.clear_faults()
        session.sync_well()
        problem = same(lab, before, session.snapshot())
    return judged(cell, problem)


def other_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", operation, "the other lists") for operation in lab.operations()]


def others_arrive(lab: Lab) -> Iterator[Result]:
    """ERR-11."""
    besides = lab.profile.brings_besides
    # A join record is known by the records that it joins, so that it cannot be told which it is without them.
    alone = [model for model in lab.models if not identity.is_join(model)]
    for cell in other_cells(lab):
        others = [
            model for model in alone if lab.profile.page_operations.get(model) != cell.owner and model not in besides.get(cell.owner, ())
        ]
        if not others:
            yield Result(cell, Code.NOT_APPLICABLE, "every model comes from this one list")
            continue
        world = lab.world()
        world.tenant.fault("status", status=503, operation=cell.owner, times=None)
        session = world.connect()
        outcome = session.sync()
        shown = session.snapshot()
        lost = [model for model in others if shown.keys.get(model, {}) != lab.calm.snapshot.keys.get(model, {})]
        text = f"{cell.owner} failed, and with it {examples(lost)} (the sync ended {outcome.state})"
        yield judged(cell, text if lost else None, code=Code.BLAST)

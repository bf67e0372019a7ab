"""Lists that fail for good: said, nothing lost, and no other list with them."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import identity, judge
from conformance.casework import broken, examples, judged, same, unverifiable
from conformance.check import Cell, Result
from conformance.checks.delta.deletions import rows_to_delete
from conformance.checks.errors.losses import unexplained, wrongly_gone
from conformance.faithful import unfaithful
from conformance.fixture_models import Deletion
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
        with synced(lab, lab.cut.settings) as (session, before):
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
    if not tenant.struck():
        return unverifiable(cell, "the fault never struck: the operation was not asked")
    models = [one.model for one in outcome.diagnostics if one.field is None and one.reason == "error"]
    if outcome.state == "SUCCEEDED" and (models or not (outcome.diagnostics or cell.name == HALFWAY)):
        told = f"though it could not read {', '.join(models)}" if models else "without a word"
        text = f"{cell.owner} answered {cell.name}, and the sync ended SUCCEEDED {told}"
        return broken(cell, text, code=Code.FALSE_SUCCESS)
    if FOR_GOOD[cell.name] not in lab.profile.denied_with:
        said = [one for one in outcome.diagnostics if one.reason == "not_permitted" or one.missing_permissions]
        denied = dict.fromkeys(f"{one.model}.{one.field}" if one.field else one.model for one in said)
        if denied:
            text = f"{cell.owner} answered {cell.name}, and a permission is called missing for {examples(denied)}"
            return broken(cell, text, code=Code.FALSE_DENIAL)
    problem = unfaithful(tenant.journal(), outcome.diagnostics)
    problem = (
        problem or wrongly_gone(lab, session.snapshot(include_deleted=True).rows) or unexplained(lab, outcome, before, session.snapshot())
    )
    if problem is None and cell.name.startswith("503"):
        tenant.clear_faults()
        session.sync_well()
        problem = same(lab, before, session.snapshot())
    return judged(cell, problem)


WHO_IS_GONE = Cell("fault", "the other lists", "who is gone")


def other_cells(lab: Lab) -> list[Cell]:
    return [*(Cell("fault", operation, "the other lists") for operation in lab.operations()), WHO_IS_GONE]


def _others(lab: Lab, operation: str) -> list[str]:
    """The models that do not come from this operation."""
    besides = lab.profile.brings_besides.get(operation, ())
    # A join record is known by the records that it joins, so that it cannot be told which it is without them.
    alone = [model for model in lab.models if not identity.is_join(model)]
    return [model for model in alone if lab.profile.page_operations.get(model) != operation and model not in besides]


def others_arrive(lab: Lab) -> Iterator[Result]:
    """ERR-11."""
    for cell in other_cells(lab)[:-1]:
        others = _others(lab, cell.owner)
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
    yield _others_go(lab)


def _gone_elsewhere(lab: Lab) -> tuple[Deletion, str] | None:
    """The smallest deletion of which an operation brings nothing, and that operation."""
    for case in sorted(lab.profile.deletions, key=lambda case: sum(map(len, case.gone.values()))):
        for operation in lab.operations():
            if set(case.gone) <= set(_others(lab, operation)):
                return case, operation
    return None


def _others_go(lab: Lab) -> Result:
    found = _gone_elsewhere(lab)
    if found is None:
        return Result(WHO_IS_GONE, Code.NOT_APPLICABLE, "whatever is deleted at the vendor, every list has a part of it")
    case, operation = found
    with synced(lab) as (session, _):
        tenant = session.world.tenant
        for table, row in rows_to_delete(session.world, case):
            tenant.remove(table, row["id"])
        tenant.fault("status", status=503, operation=operation, times=None)
        outcome = session.sync()
        live = session.snapshot()
    unread = {one.model for one in outcome.diagnostics if one.field is None}
    known = [(model, key) for model, keys in case.gone.items() if model not in unread for key in keys]
    alive = [f"{model}/{key}" for model, key in known if key in live.keys.get(model, {})]
    text = f"{examples(alive)} is gone from a list that was read to its end, and lives on, since {operation} failed"
    return judged(WHO_IS_GONE, text if alive else None, code=Code.BLAST)

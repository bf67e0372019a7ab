"""What a connection still owes after a sync of it was killed: to changes of that time, and to whoever then asks for another sync."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import examples, judged, same, unverifiable
from conformance.check import Cell, Result
from conformance.checks.delta.cases import delta_cells
from conformance.checks.delta.deletions import rows_to_delete
from conformance.checks.delta.resuming import CANNOT_DIE, gone_on, touches
from conformance.fixture_models import BetweenPages
from conformance.lab import Blocked, Lab
from conformance.outcomes import Code
from conformance.prepared import synced


def _touching(lab: Lab) -> list[BetweenPages]:
    return [case for case in lab.profile.between_pages if touches(case)] if delta_cells(lab) else []


def changed_cells(lab: Lab) -> list[Cell]:
    owner = "changed while a killed sync lay still"
    return [Cell("case", owner, case.id) for case in _touching(lab)] or [Cell("case", owner, "any")]


def brought_after_death(lab: Lab) -> Iterator[Result]:
    """INT-6."""
    if not _touching(lab):
        yield Result(
            changed_cells(lab)[0], Code.NOT_APPLICABLE, "no model is promised by delta, or no case changes several records of a list"
        )
        return
    for cell, case in zip(changed_cells(lab), _touching(lab), strict=True):
        try:
            session, _ = gone_on(lab, case)
        except (NotImplementedError, Blocked) as reason:
            yield unverifiable(cell, str(reason) or CANNOT_DIE)
            continue
        world = session.world
        world.tenant.advance(90)
        session.sync_well("DELTA")
        fresh = world.connect()
        fresh.sync_well()
        own = [model for model in lab.models if lab.profile.page_operations.get(model) == case.operation]
        problem = same(lab, fresh.snapshot(), session.snapshot(), own or lab.models)
        yield judged(cell, problem and f"after a sync that died, one that went on, and a delta: {problem}", code=Code.STALE)


WHOLE = Cell("connection", "delta killed", "then all is asked for")


def whole_on_request(lab: Lab) -> Iterator[Result]:
    """INT-7."""
    case = next((case for case in lab.profile.deletions if set(case.gone) & set(lab.models)), None)
    if case is None or not delta_cells(lab):
        yield Result(WHOLE, Code.NOT_APPLICABLE, "no model is promised by delta, or profile.yaml has no deletion")
        return
    with synced(lab) as (session, _):
        tenant = session.world.tenant
        tenant.advance(90)
        try:
            session.sync_killed(1, "DELTA")
        except NotImplementedError:
            yield unverifiable(WHOLE, CANNOT_DIE)
            return
        for table, row in rows_to_delete(session.world, case):
            tenant.remove(table, row["id"])
        outcome = session.sync_well()
        live = session.snapshot()
    gone = [(model, key) for model, keys in case.gone.items() if model in lab.models for key in keys]
    alive = [f"{model}/{key}" for model, key in gone if key in live.keys.get(model, {})]
    problem = f"{examples(alive)} is gone at the vendor, and still shown as live" if alive else None
    problem = problem or (f"it says that it was a {outcome.mode} sync" if outcome.mode != "FULL" else None)
    yield judged(WHOLE, problem and f"after a delta that died, and a full sync: {problem}", code=Code.STALE)

"""What an action made and the vendor lost again before any sync saw it: the next full sync says that it is gone."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import judge
from conformance.action_runs import makers, with_ids
from conformance.casework import broken, held, unverifiable
from conformance.check import Cell, Result
from conformance.files import FileServer
from conformance.fixture_models import ActionCase
from conformance.lab import Lab, Session
from conformance.outcomes import Code
from conformance.prepared import synced


def undone_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", case.action, "gone before a sync") for case in makers(lab)] or [Cell("case", "gone before a sync", "any")]


def undone(lab: Lab) -> Iterator[Result]:
    """ACT-35."""
    if not makers(lab):
        yield Result(undone_cells(lab)[0], Code.NOT_APPLICABLE, "no action makes a record that its answer names")
        return
    for cell, case in zip(undone_cells(lab), makers(lab), strict=True):
        with synced(lab) as (session, shown):
            session.world.perform(case.setup)
            with FileServer(case.files) as server:
                outcome = session.act(case.action, with_ids(case.input, shown, tuple(lab.promise.models), server.url))
            if not outcome.ok:
                yield unverifiable(cell, f"not judged: the action ended {outcome.code} (see ACT-3)")
                continue
            session.world.as_it_was()
            session.sync_well()
            made = {model: next(iter(judge.dig(outcome.data, path)), None) for model, path in case.creates.items()}
            yield _judged(session, cell, case, made)


def _judged(session: Session, cell: Cell, case: ActionCase, made: dict[str, object]) -> Result:
    for model in case.creates:
        row = next((one for one in session.read(model, include_deleted=True) if one.get("id") == made[model]), None)
        if any(one.get("id") == made[model] for one in session.read(model)):
            text = f"{model}: {made[model]} was made by the action, is gone at the vendor, and is shown as ever after a full sync"
            return broken(cell, text, code=Code.STALE)
        if row is not None and not judge.UNIFIED_DATE_TIME.fullmatch(str(row.get("remote_deleted_at"))):
            return broken(
                cell, f"{model}: {made[model]} is gone, and has remote_deleted_at {row.get('remote_deleted_at')!r}", code=Code.STALE
            )
    return held(cell)

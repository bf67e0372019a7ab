"""Records that went at the vendor since the last sync: the subject still shows them, and an action on one is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.action_runs import changes_between, with_ids
from conformance.casework import broken, examples, held, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.ids import Path, referring
from conformance.checks.actions.strange import with_member
from conformance.checks.delta.deletions import rows_to_delete
from conformance.fixture_models import ActionCase, Deletion
from conformance.lab import Blocked, Lab, Session
from conformance.outcomes import Code
from conformance.prepared import synced

BLAMED_ON = ("REMOTE.INPUT_INVALID", "PLATFORM.INPUT_INVALID", "ATS.JOB_CLOSED")
"""What a caller can make something of: the input is to be changed, for the record will not come back by trying."""


def _places(lab: Lab) -> list[tuple[Cell, ActionCase, Path, Deletion, str]]:
    """For each id that an action takes, the first deletion of profile.yaml that takes a record of that model away, and its key."""
    found = []
    for action in lab.actions:
        for case, paths in filter(None, [referring(lab, action)]):
            for path, model in paths.items():
                gone = next((one for one in lab.profile.deletions if one.gone.get(model)), None)
                if gone is not None:
                    found.append((Cell("case", action, f"{'.'.join(path)}: gone at the vendor"), case, path, gone, model))
    return found


def gone_cells(lab: Lab) -> list[Cell]:
    return [cell for cell, *_ in _places(lab)] or [Cell("case", "records that are gone", "any")]


def gone_records(lab: Lab) -> Iterator[Result]:
    """ACT-34."""
    places = _places(lab)
    if not places:
        yield Result(gone_cells(lab)[0], Code.NOT_APPLICABLE, "no action is given an id of a record that can go")
    for cell, case, path, deletion, model in places:
        with synced(lab) as (session, shown):
            made = shown.id_of(model, deletion.gone[model][0])
            try:
                values = with_ids(case.input, shown, tuple(lab.promise.models))
            except Blocked as reason:
                yield unverifiable(cell, str(reason))
                continue
            if made is None:
                yield unverifiable(cell, f"{model}/{deletion.gone[model][0]} was not delivered")
                continue
            for table, row in rows_to_delete(session.world, deletion):
                session.world.tenant.remove(table, row["id"])
            yield _refused(session, cell, with_member(values, path, made))


def _refused(session: Session, cell: Cell, values: dict[str, Any]) -> Result:
    tenant = session.world.tenant
    before = tenant.dump()
    tenant.clear_journal()
    outcome = session.act(cell.owner, values)
    wrote = changes_between(before, tenant.dump()).counts()
    if outcome.ok:
        return broken(cell, f"it is reported as done, with {outcome.data}", code=Code.FALSE_SUCCESS)
    if wrote:
        return broken(cell, f"it was refused, and it wrote: {examples(wrote)}", code=Code.COLLATERAL)
    if outcome.code not in BLAMED_ON:
        text = f"that the record is gone is called {outcome.code}: {outcome.message}"
        return broken(cell, text, expected=BLAMED_ON[0], got=outcome.code)
    return held(cell, f"refused: {outcome.code}") if outcome.message else broken(cell, "it was refused, and nothing says why")

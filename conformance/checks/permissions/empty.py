"""An account with nothing in it, which is not a denied one."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import broken, held, model_cells, rows_of
from conformance.check import Result
from conformance.checks.permissions.without import Seen, look
from conformance.lab import Lab
from conformance.outcomes import Code


def nothing_there(lab: Lab) -> Iterator[Result]:
    """PRM-8."""

    def observe() -> Seen:
        return look(lab.empty_world().connect(), {})

    seen = lab.once("empty account", observe)
    for cell in model_cells(lab):
        said = [one for one in seen.outcome.diagnostics if one.model == cell.name and one.reason not in {"empty", "not_yet_synced"}]
        if seen.outcome.state != "SUCCEEDED":
            yield broken(cell, f"nothing is there, and the sync ended {seen.outcome.state}: {seen.outcome.error}")
        elif said:
            yield broken(cell, f"nothing is there, and it says {said[0].reason}", code=Code.FALSE_DENIAL, got=repr(said[0]))
        elif cell.name in seen.snapshot.unavailable:
            yield broken(cell, f"nothing is there, and it cannot be read: {seen.snapshot.unavailable[cell.name]}", code=Code.FALSE_DENIAL)
        else:
            yield held(cell, f"{rows_of(seen.snapshot, cell.name)} records", Code.EMPTY)

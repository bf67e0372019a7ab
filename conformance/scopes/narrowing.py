"""Rights that are taken away while a sync is under way. Checked in the chapter of permissions.

The vendor fails once, and while the subject waits to ask again, the rights go: what was allowed when it asked first is refused then.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import judge
from conformance.casework import MIRRORS, broken, examples, judged, same, unverifiable
from conformance.check import Cell, Result
from conformance.lab import Lab, Session
from conformance.outcomes import Code
from conformance.subjects import SyncOutcome

MOST_REQUESTS_STRUCK = 8
"""Of one operation: small worlds need no more for all their lists, where one operation brings several."""


def taken(lab: Lab) -> frozenset[str]:
    """What is taken away: all that hides single fields, if the vendor can do that, else all that reads."""
    readers = {name: targets for name, targets in lab.profile.denied_by.items() if targets}
    of_fields = frozenset(name for name, targets in readers.items() if all("." in target for target in targets))
    return of_fields or frozenset(readers)


def midway_cells(lab: Lab) -> list[Cell]:
    counted = {operation: min(lab.calm_pages.requests(operation), MOST_REQUESTS_STRUCK) for operation in lab.operations()}
    found = [Cell("permission", operation, f"from request {turn + 1} on") for operation, count in counted.items() for turn in range(count)]
    return found if taken(lab) and found else [Cell("permission", "midway", "any")]


def midway(lab: Lab) -> Iterator[Result]:
    """PRM-12."""
    for cell in midway_cells(lab):
        if cell.name == "any":
            yield unverifiable(cell, "profile.yaml (denied_by) names no permission that reads")
        else:
            yield _narrowed(lab, cell, turn=int(cell.name.split()[2]) - 1)


def _narrowed(lab: Lab, cell: Cell, *, turn: int) -> Result:
    world = lab.world()
    minted = lab.mint(world, "all")
    session = world.connect(credential=minted.credential, settings=lab.small_pages(world))
    left = [name for name in lab.facts.permissions if name not in taken(lab)]
    rule = {"kind": "status", "status": 503, "operation": cell.owner, "skip": turn, "times": 1}
    with world.at_fault(rule, lambda: world.tenant.grant(minted.id, left)) as ran:
        outcome = session.sync()
    if not ran:
        return unverifiable(cell, f"{cell.owner} was not asked so often, or the subject did not wait to ask again")
    silent = _unsaid(lab, session, outcome)
    if silent is not None:
        return broken(cell, f"rights went while it read ({outcome.state}): {silent}", code=Code.DENIED_SILENT)
    world.tenant.grant(minted.id, list(lab.facts.permissions))
    world.tenant.advance(60)
    session.sync("DELTA")
    problem = same(lab, lab.calm_pages.snapshot, session.snapshot())
    lab.close_world(world)
    return judged(cell, problem and f"given back, and asked for changes: {problem}", code=Code.STALE)


def _unsaid(lab: Lab, session: Session, outcome: SyncOutcome) -> str | None:
    """What is missing, or null, beside what there is, and of which the sync says nothing; None: nothing."""
    # That a whole list broke off may be told as the failure that it was; of a single field only the lacking permission explains it.
    told = [one for one in outcome.diagnostics if one.reason == "not_permitted" or (one.reason == "error" and one.field is None)]
    said = {(one.model, one.field) for one in told}
    whole, came = lab.calm_pages.snapshot.rows, session.snapshot().rows
    found = []
    for model in (model for model in lab.models if (model, None) not in said):
        have, got = whole.get(model, []), came.get(model, [])
        if len(got) < len(have):
            found.append(f"{len(have) - len(got)} records of {model} are missing")
            continue
        free = {*MIRRORS, *lab.profile.open_ended.get(model, ())}
        names = [name for name in lab.promise.models[model].fields if name not in free and (model, name) not in said]
        found += [f"{model}.{name} is null" for name in names if _blanks(got, name) > _blanks(have, name)]
    return f"{examples(found)}, and nothing says so" if found else None


def _blanks(rows: list[dict[str, object]], name: str) -> int:
    return sum(judge.is_blank(row.get(name)) for row in rows)

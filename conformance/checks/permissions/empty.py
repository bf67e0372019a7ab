"""An account with nothing in it, which is not a denied one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from conformance.casework import broken, denials, examples, held, judged, model_cells, rows_of, unverifiable
from conformance.check import Cell, Result
from conformance.checks.permissions.without import NOTHING_KNOWN, Seen, look, split
from conformance.fixture_models import Step
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


AS_EVER = "as ever"


def narrowed_cells(lab: Lab) -> list[Cell]:
    """The account as it is, and in each other shape in which the vendor denies."""
    return [Cell("permission", "nothing there", name) for name in (AS_EVER, *lab.profile.denials)]


def said_all_the_same(lab: Lab) -> Iterator[Result]:
    """PRM-13."""
    for cell in narrowed_cells(lab):
        denial = lab.profile.denials.get(cell.name)
        taken = _without_a_whole_model(lab.profile.denied_by if denial is None else denial.denied_by)
        if not taken:
            yield unverifiable(cell, NOTHING_KNOWN)
            continue
        world = lab.empty_world()
        if denial is not None:
            world.perform([Step(quirk=denial.quirk)])
        minted = lab.mint(world, [name for name in lab.facts.permissions if name not in taken])
        yield judged(cell, _unsaid(look(world.connect(credential=minted.credential), {})), code=Code.DENIED_SILENT)


def _without_a_whole_model(denied_by: Mapping[str, Mapping[str, Sequence[str]]]) -> frozenset[str]:
    """All permissions that hide single fields at the most; where each hides a model, the first of them."""
    hiding = {name: [split(target)[1] for target in targets] for name, targets in denied_by.items() if targets}
    fields_only = frozenset(name for name, fields in hiding.items() if None not in fields)
    return fields_only or frozenset(list(hiding)[:1])


def _unsaid(seen: Seen) -> str | None:
    """What the probe calls denied and the sync does not, or None. Of a model that is denied no field need be named."""
    closed = {one.model for one in seen.probed if one.field is None and not one.readable}
    denied = [one for one in seen.probed if not one.readable and (one.field is None or one.model not in closed)]
    unsaid = [
        one.model + (f".{one.field}" if one.field else "")
        for one in denied
        if not (denials(seen.outcome, one.model, one.field) or denials(seen.outcome, one.model))
    ]
    return f"nothing is there, and the sync does not say that {examples(unsaid)} may not be read, as the probe does" if unsaid else None

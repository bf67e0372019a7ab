"""Each oddity of the vendor, switched the other way: a right subject copes with both, as the vendor's profile says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance import judge
from conformance.casework import broken, examples, held, unverifiable, worth_judging
from conformance.check import Cell, Check, Result
from conformance.fixture_models import Changes, FixtureError, QuirkCase
from conformance.lab import Lab
from conformance.outcomes import Code


def _cells(lab: Lab) -> list[Cell]:
    return [Cell("quirk", "", name) for name in lab.facts.quirks] or [Cell("quirk", "", "any")]


def _cases(lab: Lab, name: str) -> list[QuirkCase]:
    found = lab.profile.quirks.get(name, [])
    return [found] if isinstance(found, QuirkCase) else found


def _both_ways(lab: Lab) -> Iterator[Result]:
    """QRK-1."""
    unknown = sorted(set(lab.profile.quirks) - set(lab.facts.quirks))
    if unknown:
        raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: the vendor has no quirk {', '.join(unknown)}")
    if not lab.facts.quirks:
        yield unverifiable(_cells(lab)[0], "the vendor names no quirk")
    for name in lab.facts.quirks:
        cell = Cell("quirk", "", name)
        cases = _cases(lab, name)
        if name in lab.profile.not_kept_under:
            yield Result(cell, Code.NOT_APPLICABLE, lab.profile.not_kept_under[name])
            continue
        yield _judge(lab, cell, cases) if cases else unverifiable(cell, "profile.yaml does not say what a right subject makes of it")


def _judge(lab: Lab, cell: Cell, cases: Sequence[QuirkCase]) -> Result:
    for case in cases:
        world = lab.world()
        default = bool(lab.facts.quirks[cell.name]["on_by_default"])
        on = case.on if case.on is not None else (True if case.settings else not default)
        world.tenant.set_quirk(cell.name, on=on, settings=case.settings)
        world.perform(case.steps)
        session = world.connect()
        outcome = session.sync()
        if outcome.state != "SUCCEEDED":
            text = f"switched {'on' if on else 'off'}, the sync ended {outcome.state}: {outcome.error}"
            return broken(cell, text, seen=lab.exchanges(world))
        changes: Changes = {} if case.expect == "unchanged" else case.expect
        wanted = judge.Declared((changes, case.also_changes))
        found = worth_judging(lab, wanted.deviations(lab.calm.snapshot, session.snapshot(), lab.models))
        if found:
            text = f"switched {'on' if on else 'off'} {case.settings or ''}: {examples(found)}"
            return broken(cell, text, code=found[0].code, expected=found[0].expected, got=found[0].got, seen=lab.exchanges(world))
    return held(cell, f"{len(cases)} settings")


CHECKS = (
    Check("QRK-1", "With each quirk of the vendor the other way, the subject delivers what the vendor's profile says.",
          "fixtures: profile.yaml", _cells, _both_ways),
)  # fmt: skip

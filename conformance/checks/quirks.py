"""Each oddity of the vendor, switched the other way: a right subject copes with both, as the vendor's profile says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from conformance import judge
from conformance.casework import broken, examples, held, is_told, unverifiable, warnings_problem, worth_judging
from conformance.check import Cell, Check, Result
from conformance.fixture_models import Changes, FixtureError, QuirkCase
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.subjects import SyncOutcome


def _cells(lab: Lab) -> list[Cell]:
    return [Cell("quirk", "", name) for name in lab.facts.quirks] or [Cell("quirk", "", "any")]


def cases_of(lab: Lab, name: str) -> list[QuirkCase]:
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
        cases = cases_of(lab, name)
        if name in lab.profile.not_kept_under:
            yield Result(cell, Code.NOT_APPLICABLE, lab.profile.not_kept_under[name])
            continue
        yield _judge(lab, cell, cases) if cases else unverifiable(cell, "profile.yaml does not say what a right subject makes of it")


Seen = tuple[SyncOutcome, judge.Snapshot, tuple[dict[str, Any], ...], str]
"""How the sync ended; what it brought; the conversations, if it failed; how the quirk was set, in words."""


def seen_with(lab: Lab, name: str, number: int, case: QuirkCase) -> Seen:
    """A first sync of an account with the quirk as the case says."""
    together = _unnoticed(lab, number) if name in _unasked(lab, number) else None
    return together or lab.once(("quirk", name, number), lambda: _synced(lab, {name: case}), brief=True)


def _synced(lab: Lab, cases: Mapping[str, QuirkCase]) -> Seen:
    world = lab.world()
    how = [f"switched {'on' if _is_on(lab, name, case) else 'off'} {case.settings or ''}".rstrip() for name, case in cases.items()]
    for name, case in cases.items():
        world.tenant.set_quirk(name, on=_is_on(lab, name, case), settings=case.settings)
        world.perform(case.steps)
    session = world.connect()
    outcome = session.sync()
    snapshot = session.snapshot() if outcome.state == "SUCCEEDED" else judge.Snapshot({})
    seen = outcome, snapshot, lab.exchanges(world), ", ".join(how)
    lab.close_world(world)
    return seen


def _is_on(lab: Lab, name: str, case: QuirkCase) -> bool:
    return case.on if case.on is not None else bool(case.settings) or not lab.facts.quirks[name]["on_by_default"]


def _unasked(lab: Lab, number: int) -> Mapping[str, QuirkCase]:
    """The cases of that number whose quirks the vendor does not look at in a sync, so that none of them can hide another."""
    found = {name: cases_of(lab, name)[number : number + 1] for name in lab.facts.quirks if name not in lab.calm.quirks}
    first = {name: cases[0] for name, cases in found.items() if cases and name not in lab.profile.not_kept_under}
    return {name: case for name, case in first.items() if case == QuirkCase(on=case.on, settings=case.settings, why=case.why)}


def _unnoticed(lab: Lab, number: int) -> Seen | None:
    """One sync for all of them, of which nothing is to be seen. None when anything was: then each is tried alone."""

    def observe() -> Seen | None:
        cases, place = _unasked(lab, number), Cell("quirk", "", "together")
        seen = _synced(lab, cases)
        return None if _problem(lab, place, QuirkCase(), seen) or _unsaid(lab, place, QuirkCase(), seen) else seen

    return lab.once(("quirks together", number), observe, brief=True)


def _judge(lab: Lab, cell: Cell, cases: Sequence[QuirkCase]) -> Result:
    problems = (_problem(lab, cell, case, seen_with(lab, cell.name, number, case)) for number, case in enumerate(cases))
    return next(filter(None, problems), held(cell, f"{len(cases)} settings"))


def _problem(lab: Lab, cell: Cell, case: QuirkCase, observed: Seen) -> Result | None:
    """What is wrong with what came, or None."""
    outcome, shown, seen, how = observed
    if outcome.state != "SUCCEEDED":
        return broken(cell, f"{how}, the sync ended {outcome.state}: {outcome.error}", seen=seen)
    wanted = judge.Declared((_changes(case), case.also_changes))
    keyed = [model for model in lab.models if model not in case.other_keys]
    found = worth_judging(lab, wanted.deviations(lab.calm.snapshot, shown, keyed))
    if found:
        text = f"{how}: {examples(found)}"
        return broken(cell, text, code=found[0].code, expected=found[0].expected, got=found[0].got, seen=seen)
    others = [problem for model in lab.models if model in case.other_keys and (problem := _otherwise(lab, model, case, shown))]
    return broken(cell, f"{how}: {examples(others)}", code=Code.WRONG_VALUE, seen=seen) if others else None


def _otherwise(lab: Lab, model: str, case: QuirkCase, shown: judge.Snapshot) -> str | None:
    """What is not as ever in a model whose records only have other keys, or None."""
    free = {"remote_id", "changed_at", *(name for name in lab.promise.models[model].fields if f"{model}.{name}" in case.also_changes)}
    free |= {name for name in lab.promise.models[model].fields if lab.ledger.bad_field(model, name)}
    before, after = (Counter(_but_for_ids(row, free) for row in one.rows.get(model, ())) for one in (lab.calm.snapshot, shown))
    lost, new = (before - after).total(), (after - before).total()
    return f"{after.total()} {model}, of {before.total()}; {lost} are lost or changed, {new} are new" if lost or new else None


def _but_for_ids(row: Mapping[str, Any], free: Collection[str]) -> str:
    """A row as text, with any id for every id."""
    return judge.UNIFIED_ID.sub("an id", repr(sorted((name, value) for name, value in row.items() if name not in free)))


def _changes(case: QuirkCase) -> Changes:
    return {} if case.expect == "unchanged" else case.expect


# ------------------------------------------------------------------------------------------- what is said of it


def _told_cells(lab: Lab) -> list[Cell]:
    return [Cell("quirk", "told", cell.name) for cell in _cells(lab)]


def _told(lab: Lab) -> Iterator[Result]:
    """QRK-2."""
    for cell in _told_cells(lab):
        cases = cases_of(lab, cell.name)
        if cell.name in lab.profile.not_kept_under:
            yield Result(cell, Code.NOT_APPLICABLE, lab.profile.not_kept_under[cell.name])
        elif not cases:
            yield unverifiable(cell, "profile.yaml does not say what a right subject makes of it")
        else:
            yield _told_in(lab, cell, cases)


def _told_in(lab: Lab, cell: Cell, cases: Sequence[QuirkCase]) -> Result:
    problems = (_unsaid(lab, cell, case, seen_with(lab, cell.name, number, case)) for number, case in enumerate(cases))
    return next(filter(None, problems), held(cell, f"{len(cases)} settings"))


def _unsaid(lab: Lab, cell: Cell, case: QuirkCase, observed: Seen) -> Result | None:
    """What is wrong with what was said of it, or None."""
    outcome, _, seen, how = observed
    if outcome.state != "SUCCEEDED":
        return unverifiable(cell, "not judged: the sync did not succeed (see QRK-1)")
    said = {(one.model, one.field): one for one in outcome.diagnostics if one.reason != "empty"}
    known = {(one.model, one.field) for one in lab.calm.outcome.diagnostics}
    silent = [name for name in case.told if name.partition(".")[0] in lab.models and not is_told(name, said.keys())]
    if silent:
        return broken(cell, f"{how}, the vendor does not show {examples(silent)}, and nothing says so", code=Code.DENIED_SILENT, seen=seen)
    # What was said in calm may still be said; whether it still holds is judged by the values.
    false = [one for place, one in said.items() if place not in known and not any(_covers(place, name) for name in case.told)]
    if false:
        return broken(cell, f"{how}, and it reports {examples(false)}", code=Code.FALSE_DENIAL, seen=seen)
    problem = warnings_problem(outcome.warnings, lab.profile.sync_warnings if case.warnings is None else case.warnings)
    return None if problem is None else broken(cell, f"{how}: {problem}", seen=seen)


def _covers(place: tuple[str, str | None], name: str) -> bool:
    """Whether what was said is, or is a part of, what is to be told."""
    model, _, field = name.partition(".")
    return place[0] == model and (not field or place[1] == field)


CHECKS = (
    Check("QRK-1", "With each quirk of the vendor the other way, the subject delivers what the vendor's profile says.",
          "fixtures: profile.yaml", _cells, _both_ways),
    Check("QRK-2", "What the vendor does not show with a quirk the other way is reported or told in a warning, and nothing else is.",
          "design of this suite: no silent null", _told_cells, _told),
)  # fmt: skip

"""What a connection shows of an action's records before the next full sync: nothing poorer, nothing behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance import judge
from conformance.action_runs import all_cases, run
from conformance.casework import broken, examples, held, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.cells import case_cell
from conformance.fixture_models import ActionCase
from conformance.lab import Lab
from conformance.outcomes import Code


def _writing(lab: Lab) -> list[ActionCase]:
    return [case for case in all_cases(lab) if case.error is None and lab.promise.actions[case.action].writes]


def written_cells(lab: Lab) -> list[Cell]:
    return [case_cell(case) for case in _writing(lab)] or [Cell("case", "shown at once", "any")]


def shown_at_once(lab: Lab) -> Iterator[Result]:
    """ACT-31."""
    if not _writing(lab):
        yield Result(written_cells(lab)[0], Code.NOT_APPLICABLE, "no action writes")
    for case in _writing(lab):
        done = run(lab, case)
        if not done.outcome.ok:
            yield unverifiable(case_cell(case), "not judged: refused (see ACT-3)")
        elif done.aftermath is None:
            yield held(case_cell(case), "shown as before")
        else:
            wrong = [
                f"{_place(one)} is {judge.short(one.after)}, there is {judge.short(one.before)}"
                for one in _good(lab, done.aftermath.poorer)
            ]
            told = f"right after it, and before any sync: {examples(wrong)}"
            still = f"changed_at moved on {examples(done.aftermath.restless)}, and nothing had changed"
            if wrong:
                yield broken(case_cell(case), told, code=Code.WRONG_VALUE)
            elif done.aftermath.restless:
                yield broken(case_cell(case), still, code=Code.WRONG_VALUE)
            else:
                yield held(case_cell(case))


def delta_cells(lab: Lab) -> list[Cell]:
    actions = [action for action, promised in lab.actions.items() if promised.writes]
    return [Cell("case", "delta after", action) for action in actions] or [Cell("case", "delta after", "any")]


def shown_after_a_delta(lab: Lab) -> Iterator[Result]:
    """ACT-32."""
    if not any(one.delta for one in lab.promise.models.values()) or not _writing(lab):
        for cell in delta_cells(lab):
            yield Result(cell, Code.NOT_APPLICABLE, "no model is promised by delta, or no action writes")
        return
    for cell in delta_cells(lab):
        first = next((case for case in lab.fixtures.actions if case.action == cell.name), None)
        seen = run(lab, first).aftermath if first is not None else None
        if seen is None:
            yield unverifiable(cell, "the first case of the action did not go through, or there is none")
            continue
        wrong = [f"{_place(one)} is {judge.short(one.after)}, there is {judge.short(one.before)}" for one in _good(lab, seen.behind)]
        yield broken(cell, f"after a delta sync {examples(wrong)}", code=Code.STALE) if wrong else held(cell)


def _good(lab: Lab, found: Iterable[judge.Difference]) -> list[judge.Difference]:
    """Without fields that another check has found to be wrong already."""
    return [one for one in found if not lab.ledger.bad_field(one.model, one.field)]


def _place(one: judge.Difference) -> str:
    return f"{one.model}/{one.key}" + (f".{one.field}" if one.field else "")

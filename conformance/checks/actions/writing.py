"""What an action wrote: exactly what it should, all of it understood, and the second time no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.action_runs import all_cases, cases_of, columns_problem, run, writes_problem
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.cells import action_cells, case_cell
from conformance.lab import Lab
from conformance.outcomes import Code


def writes(lab: Lab) -> Iterator[Result]:
    """ACT-2."""
    for cell in action_cells(lab):
        yield _written(lab, cell)


def _written(lab: Lab, cell: Cell) -> Result:
    writes = any(case.writes for case in cases_of(lab, cell.name, refused=False))
    if cases_of(lab, cell.name) and lab.promise.actions[cell.name].writes is not writes:
        return broken(
            cell, f"it is promised as one that {'only reads' if writes else 'writes'}, and it {'writes' if writes else 'only reads'}"
        )
    proved = 0
    for case in cases_of(lab, cell.name):
        done = run(lab, case)
        if done.outcome.ok is not (case.error is None):
            continue
        problem = writes_problem(case.writes, done.changes.counts())
        if problem is not None:
            return broken(cell, f"case {case.id}: {problem[1]}", code=problem[0], seen=done.exchanges)
        beside = columns_problem(case, done.changes)
        if beside is not None:
            return broken(cell, f"case {case.id}: {beside}", code=Code.COLLATERAL, seen=done.exchanges)
        proved += case.error is None
    if not proved:
        return unverifiable(cell, "no case of it went through")
    return held(cell, f"{proved} cases", Code.HONOURED)


def understood(lab: Lab) -> Iterator[Result]:
    """ACT-11."""
    for case in all_cases(lab):
        done = run(lab, case)
        unread = Counter(f"{entry.operation}: {name}" for entry in done.journal for name in entry.unread)
        yield judged(case_cell(case), f"the vendor did not read {examples(unread)}" if unread else None, seen=done.exchanges)


def repeat_cells(lab: Lab) -> list[Cell]:
    return [case_cell(case) for case in all_cases(lab) if case.repeat is not None] or [Cell("case", "repeats", "any")]


def repeats(lab: Lab) -> Iterator[Result]:
    """ACT-12."""
    repeated = [case for case in all_cases(lab) if case.repeat is not None]
    if not repeated:
        yield Result(repeat_cells(lab)[0], Code.NOT_APPLICABLE, "actions.yaml repeats no case")
    for case in repeated:
        again = run(lab, case).repeat
        if again is None or case.repeat is None:
            yield unverifiable(case_cell(case), "it was not repeated")
            continue
        outcome, changes = again
        problem = writes_problem(case.repeat.writes, changes.counts())
        if outcome.code != case.repeat.error or outcome.ok is not (case.repeat.error is None):
            text = f"the second time: ok {outcome.ok}, error {outcome.code}"
            yield broken(case_cell(case), text, expected=case.repeat.error, got=outcome.code)
        else:
            yield judged(case_cell(case), problem[1] if problem else None, code=problem[0] if problem else Code.HELD)


def used(lab: Lab) -> Iterator[Result]:
    """ACT-13."""
    for cell in action_cells(lab):
        promised = lab.promise.actions[cell.name]
        allowed = {*promised.needs, *(need for item in promised.inputs.values() for need in item.needs)}
        used = {need for case in cases_of(lab, cell.name) for entry in run(lab, case).journal for need in entry.needs}
        beyond = sorted(used - allowed)
        yield judged(Cell("case", cell.name, "permissions used"), f"it used {', '.join(beyond)}, which is not promised" if beyond else None)


def used_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", action, "permissions used") for action in lab.actions]

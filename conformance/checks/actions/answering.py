"""What an action says of itself: done or not, with which data, ids and warnings."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from conformance import judge
from conformance.action_runs import Run, all_cases, run
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.cells import case_cell
from conformance.fixture_models import ActionCase
from conformance.lab import Lab
from conformance.outcomes import Code


def outcomes(lab: Lab) -> Iterator[Result]:
    """ACT-3."""
    for case in all_cases(lab):
        done = run(lab, case)
        told = f"{done.outcome.code}: {done.outcome.message}"
        if case.error is None and not done.outcome.ok:
            yield broken(case_cell(case), f"refused: {told}", code=Code.FALSE_FAILURE, seen=done.exchanges)
        elif case.error is not None and done.outcome.ok:
            yield broken(case_cell(case), "reported as done", code=Code.FALSE_SUCCESS, expected=case.error, seen=done.exchanges)
        else:
            yield held(case_cell(case), code=Code.HONOURED if done.outcome.ok else Code.REJECTED_REPORTED)


def warned(lab: Lab) -> Iterator[Result]:
    """ACT-5."""
    for case in all_cases(lab):
        warnings = list(run(lab, case).outcome.warnings)
        problem = None
        for expression in case.warnings:
            match = next((text for text in warnings if re.search(expression, text)), None)
            if match is None:
                problem = problem or f"no warning says {expression!r}; it said {warnings}"
            else:
                warnings.remove(match)
        yield judged(case_cell(case), problem or (f"it warned without need: {examples(warnings)}" if warnings else None))


def answers(lab: Lab) -> Iterator[Result]:
    """ACT-6."""
    for case in all_cases(lab):
        done = run(lab, case)
        if case.error is not None or not done.outcome.ok:
            yield (
                held(case_cell(case), "no answer to judge")
                if case.error
                else unverifiable(case_cell(case), "not judged: refused (see ACT-3)")
            )
        else:
            yield judged(case_cell(case), _answer_problem(case, done), seen=done.exchanges)


def _answer_problem(case: ActionCase, done: Run) -> str | None:
    problem = data_problem(done)
    if problem is not None:
        return problem
    for model, path in case.creates.items():
        made = next(iter(judge.dig(done.outcome.data, path)), None)
        shown = done.later.ids[model] if done.later is not None else frozenset()
        if made is None or made not in shown - _known(done, model):
            return f"data.{path} is {made!r}, and no new record of {model} with that id is there after the next sync"
    return None


def data_problem(done: Run) -> str | None:
    """Why the answer is not the one that the case wants, as far as the answer itself tells, or None."""
    for path, wanted in (done.case.data or {}).items():
        values = list(judge.dig(done.outcome.data, path))
        right = _referred(wanted, done.before_snapshot)
        if not any(not judge.compare(right, value) for value in values or [None]):
            return f"data.{path} is {judge.short(values)}, expected {judge.short(right)}"
    return None


def known_record_problem(done: Run) -> str | None:
    """What the answer calls new though it was there before, or None."""
    for model, path in done.case.creates.items():
        made = next(iter(judge.dig(done.outcome.data, path)), None)
        if made is not None and made in _known(done, model):
            return f"data.{path} is a record of {model} that was there before"
    return None


def _known(done: Run, model: str) -> set[Any]:
    return {row.get("id") for row in done.before_snapshot.rows.get(model, [])}


def _referred(value: Any, shown: judge.Snapshot) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"$ref"}:
            model, _, key = str(value["$ref"]).partition("/")
            return shown.id_of(model, key)
        return {name: _referred(inner, shown) for name, inner in value.items()}
    return [_referred(inner, shown) for inner in value] if isinstance(value, list) else value


def _looking(lab: Lab) -> list[ActionCase]:
    """Cases whose answer lists records."""
    return [case for case in all_cases(lab) if case.error is None and not lab.promise.actions[case.action].writes]


def listed_cells(lab: Lab) -> list[Cell]:
    return [case_cell(case) for case in _looking(lab)] or [Cell("case", "answers that list records", "any")]


def listed_ids(lab: Lab) -> Iterator[Result]:
    """ACT-18."""
    if not _looking(lab):
        yield Result(listed_cells(lab)[0], Code.NOT_APPLICABLE, "no action lists records")
    for case in _looking(lab):
        done = run(lab, case)
        if not done.outcome.ok or done.looked_again is None:
            yield unverifiable(case_cell(case), "not judged: refused (see ACT-3)")
            continue
        ids, later = (sorted(map(str, judge.dig(one.data, "results.*.id"))) for one in (done.outcome, done.looked_again))
        wrong = [one for one in ids if not judge.UNIFIED_ID.fullmatch(one)]
        twice = [one for one, count in Counter(ids).items() if count > 1]
        problem = f"not 24 characters of base58: {examples(wrong)}" if wrong else None
        problem = problem or (f"{examples(twice)} stands for more than one record" if twice else None)
        problem = problem or (
            None if ids == later else f"a minute later the same records have the ids {examples(later)}, not {examples(ids)}"
        )
        yield judged(case_cell(case), problem)


def _listing(lab: Lab) -> list[ActionCase]:
    return [case for case in all_cases(lab) if case.contents]


def content_cells(lab: Lab) -> list[Cell]:
    return [case_cell(case) for case in _listing(lab)] or [Cell("case", "listed files", "any")]


def contents(lab: Lab) -> Iterator[Result]:
    """ACT-21."""
    if not _listing(lab):
        yield Result(content_cells(lab)[0], Code.NOT_APPLICABLE, "no action lists files")
    for case in _listing(lab):
        done = run(lab, case)
        if not done.outcome.ok:
            yield unverifiable(case_cell(case), "not judged: refused (see ACT-3)")
            continue
        wrong = [name for name, wanted in case.contents.items() if not _same_files(wanted, done.contents.get(name, []))]
        yield judged(case_cell(case), f"the address of {wrong[0]!r} leads to something else" if wrong else None, seen=done.exchanges)


def _same_files(wanted: list[str], got: list[bytes | None]) -> bool:
    return Counter(base64.b64decode(one) for one in wanted) == Counter(got)

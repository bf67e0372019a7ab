"""Writes that fail on the way: lost answers, failures of the vendor, rate limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.action_runs import Run, carry_out, cases_of, run, writes_problem
from conformance.casework import broken, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.answering import data_problem, known_record_problem
from conformance.checks.actions.proofs import proof_problem
from conformance.checks.retries import MOST_TRIES
from conformance.fixture_models import ActionCase, Writes
from conformance.lab import Lab, Stuck
from conformance.outcomes import Code, Verdict
from conformance.sandbox import Entry


def writing_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "unlucky", action) for action, promised in lab.actions.items() if promised.writes]


def _unlucky(lab: Lab, action: str, rule: Mapping[str, Any], *, named: bool) -> Iterator[tuple[str, Run]]:
    """For each writing operation of the action: a good case that uses it, again, while this fault strikes that operation once.

    named: and every case that the fixture names for it, whether its operations were struck or not; and each operation once more with
    the promised permissions alone, which may not be enough to look what became of a write.
    """
    struck: set[str] = set()
    every, promised = frozenset(lab.facts.permissions), lab.promise.actions[action].permissions
    for case in cases_of(lab, action, refused=False):
        if case.permissions != "all" or not run(lab, case).outcome.ok:
            continue
        for operation, told in _written_by(lab, case, inside=rule["kind"] in STRIKE_INSIDE).items():
            if told not in struck or (named and case.lost_answer):
                rest = promised if named and told not in struck and promised < every else None
                struck.add(told)
                yield told, carry_out(lab, case, rule={"times": 1, **rule, "operation": operation})
                if rest is not None:
                    yield (
                        f"{told}, {ALONE}",
                        carry_out(lab, case, permissions=sorted(rest), rule={"times": 1, **rule, "operation": operation}),
                    )


ALONE = "with the promised permissions alone"
STRIKE_INSIDE = ("status", "rate_limit")
"""Kinds of faults that can strike a request that came inside another one: they need nothing but an answer."""


def _written_by(lab: Lab, case: ActionCase, *, inside: bool) -> dict[str, str]:
    """The writing operations of a case that went through, and how they are told: many a vendor takes several requests in one, and
    answers well for the whole whatever it says to a part."""
    found: dict[str, str] = {}
    for entry in run(lab, case).journal:
        if entry.writes and entry.operation:
            found.setdefault(entry.operation, entry.operation)
        for operation in entry.inside if inside else ():
            if lab.facts.operations.get(operation, {}).get("writes"):
                found.setdefault(operation, f"{operation} inside {entry.operation}")
    return found


def _each_write(lab: Lab, rule: Mapping[str, Any], judge_one: Callable[[Cell, Run], Result], *, named: bool = False) -> Iterator[Result]:
    """One result for each action: the first that is no pass, with the operation that was struck."""
    for cell in writing_cells(lab):
        try:
            found = [
                (operation, (_not_twice if operation.endswith(ALONE) else judge_one)(cell, done))
                for operation, done in _unlucky(lab, cell.name, rule, named=named)
            ]
        except Stuck as error:
            yield broken(cell, f"{error}, and would have gone on")
            continue
        bad = next(((operation, one) for operation, one in found if one.verdict is not Verdict.PASS), None)
        if bad is not None:
            yield replace(bad[1], message=f"{bad[0]}: {bad[1].message}")
        elif found:
            yield found[0][1]
        else:
            yield unverifiable(cell, f"no case of {cell.name!r} with every permission went through and wrote")


def _written_twice(done: Run) -> str | None:
    declared = done.case.writes
    twice = {table: len(rows) for table, rows in done.changes.inserted.items() if len(rows) > declared.get(table, Writes()).insert}
    return f"it wrote again: {_counted(twice)}" if twice else None


def _not_twice(cell: Cell, done: Run) -> Result:
    """Of an action that may not see all that it wrote."""
    twice = _written_twice(done)
    return held(cell) if twice is None else broken(cell, twice, code=Code.DUPLICATED, seen=done.exchanges)


def warned_more(lab: Lab, done: Run) -> bool:
    """Whether it warns of something of which it does not warn when nothing is in its way."""
    return bool(set(done.outcome.warnings) - set(run(lab, done.case).outcome.warnings))


def _not_as_asked(done: Run) -> str | None:
    """What is not in the vendor's records, or in the answer, as it is when nothing is in the way; None when all is."""
    unproved = (problem for proofs in done.case.cells.values() for proof in proofs if (problem := proof_problem(proof, done)))
    return next(unproved, None) or data_problem(done) or known_record_problem(done)


def _request(entry: Entry) -> tuple[str, str, Any]:
    return entry.method, entry.path, (entry.raw.get("request") or {}).get("body")


def _repeated_at_once(done: Run) -> str | None:
    """Whoever sends again at the very moment of a failure cannot know what becomes of the first: the vendor may still be at it."""
    for struck in (entry for entry in done.journal if entry.raw.get("faults") and (entry.writes or entry.inside)):
        again = (later for later in done.journal if later.id > struck.id and _request(later) == _request(struck))
        if any(later.at <= struck.at for later in again):
            return "it sent again at the moment of the failure, while the first write may still be under way"
    return None


def _in_doubt(lab: Lab, cell: Cell, done: Run) -> Result:
    """A write of which nobody told what became of it: once at the most, and never called done when it was not."""
    twice, problem = _written_twice(done), writes_problem(done.case.writes, done.changes.counts())
    if twice:
        return broken(cell, twice, code=Code.DUPLICATED, seen=done.exchanges)
    if done.outcome.ok and problem is not None and not warned_more(lab, done):
        return broken(cell, problem[1], code=Code.FALSE_SUCCESS, seen=done.exchanges)
    if done.outcome.ok and problem is None and (other := _not_as_asked(done)) is not None:
        return broken(cell, f"it is done, and not as asked: {other}", code=Code.FALSE_SUCCESS, seen=done.exchanges)
    if not done.outcome.ok and not done.outcome.message:
        return broken(cell, "it failed without saying that the outcome is unknown", code=Code.FALSE_FAILURE)
    if not done.outcome.ok and str(done.outcome.code).endswith("INPUT_INVALID"):
        return broken(
            cell, f"the vendor failed, and the input is blamed: {done.outcome.code}", code=Code.FALSE_FAILURE, seen=done.exchanges
        )
    return held(cell, "done once" if done.outcome.ok else f"done once at the most, reported as {done.outcome.code}")


def lost_answers(lab: Lab) -> Iterator[Result]:
    """ACT-9."""
    return _each_write(lab, {"kind": "lost_answer"}, partial(_in_doubt, lab), named=True)


def failing_writes(lab: Lab) -> Iterator[Result]:
    """ACT-14."""

    def judge_one(cell: Cell, done: Run) -> Result:
        found, hasty = _in_doubt(lab, cell, done), _repeated_at_once(done)
        return found if hasty is None or found.verdict is Verdict.FAIL else broken(cell, hasty, seen=done.exchanges)

    return _each_write(lab, {"kind": "status", "status": 500}, judge_one, named=True)


def hopeless_writes(lab: Lab) -> Iterator[Result]:
    """ACT-16."""
    return _each_write(lab, {"kind": "status", "status": 503, "times": None}, partial(_gave_up, lab))


def _gave_up(lab: Lab, cell: Cell, done: Run) -> Result:
    refused = sum(bool(entry.raw.get("faults")) for entry in done.journal)
    if refused > MOST_TRIES:
        return broken(cell, f"it tried {refused} times; at most {MOST_TRIES} are reasonable", seen=done.exchanges)
    if done.outcome.ok and not done.changes.counts():
        return broken(cell, "nothing was written, and it is reported as done", code=Code.FALSE_SUCCESS, seen=done.exchanges)
    if not done.outcome.ok and done.outcome.code != DOWN_CODE:
        text = f"that the vendor is down is called {done.outcome.code}: {done.outcome.message}"
        return broken(cell, text, expected=DOWN_CODE, got=done.outcome.code, seen=done.exchanges)
    # Of several writes some may have been done: then that is said, or all of it is called failed.
    return _in_doubt(lab, cell, done)


DOWN_CODE = "REMOTE.SERVICE_UNAVAILABLE"
LIMIT_CODE = "REMOTE.RATE_LIMIT_EXCEEDED"


def endless_limits(lab: Lab) -> Iterator[Result]:
    """ACT-19."""

    def judge_one(cell: Cell, done: Run) -> Result:
        code = done.outcome.code
        if done.outcome.ok or code == LIMIT_CODE:
            return _in_doubt(lab, cell, done)
        return broken(cell, f"a rate limit that never ends is called {code}", expected=LIMIT_CODE, got=code, seen=done.exchanges)

    return _each_write(lab, {"kind": "rate_limit", "retry_after": None, "times": None}, judge_one)


def _counted(tables: Mapping[str, int]) -> str:
    return ", ".join(f"{count} rows in {table}" for table, count in sorted(tables.items()))


def _made_later(cell: Cell, done: Run) -> Result:
    """A write that was refused only for now."""
    problem = writes_problem(done.case.writes, done.changes.counts())
    if not done.outcome.ok:
        return broken(cell, f"refused only for now, it gave up: {done.outcome.code}", code=Code.FALSE_FAILURE, seen=done.exchanges)
    if problem is not None:
        return broken(cell, problem[1], code=problem[0], seen=done.exchanges)
    return judged(cell, _not_as_asked(done), code=Code.FALSE_SUCCESS, seen=done.exchanges)


def limited_writes(lab: Lab) -> Iterator[Result]:
    """ACT-10."""
    return _each_write(lab, {"kind": "rate_limit", "retry_after": 5}, _made_later)


def put_off_writes(lab: Lab) -> Iterator[Result]:
    """ACT-23."""
    statuses = lab.profile.put_off.writes
    if not statuses:
        for cell in writing_cells(lab):
            yield Result(cell, Code.NOT_APPLICABLE, "profile.yaml knows no words of the vendor's for a write that is put off")
        return
    found = [list(_each_write(lab, {"kind": "status", "status": status}, _made_later)) for status in statuses]
    for results in zip(*found, strict=True):
        yield next((one for one in results if one.verdict is not Verdict.PASS), results[0])


def _fetching(lab: Lab) -> dict[str, ActionCase]:
    """Each action that fetches what its input names by address, with a case of it."""
    cases = [case for action in lab.actions for case in cases_of(lab, action, refused=False) if case.files and case.permissions == "all"]
    return {case.action: case for case in reversed(cases)}


def stumbling_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", action, "a file's host stumbles") for action in _fetching(lab)] or [Cell("case", "a file's host stumbles", "any")]


def stumbling_hosts(lab: Lab) -> Iterator[Result]:
    """ACT-36."""
    if not _fetching(lab):
        yield Result(stumbling_cells(lab)[0], Code.NOT_APPLICABLE, "no action fetches a file")
        return
    for cell, case in zip(stumbling_cells(lab), _fetching(lab).values(), strict=True):
        if not run(lab, case).outcome.ok:
            yield unverifiable(cell, "not judged: it does not go through with nothing in its way (see ACT-3)")
            continue
        done = carry_out(lab, case, stumbles=True)
        made = _made_later(cell, done)
        if made.verdict is Verdict.PASS and warned_more(lab, done):
            more = sorted(set(done.outcome.warnings) - set(run(lab, case).outcome.warnings))
            made = broken(cell, f"a file was put off for a moment, and is missing: {more[0]}", code=Code.SILENT_DROP)
        yield made

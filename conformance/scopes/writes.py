"""The matrix of writes: credentials × actions × inputs, judged by what the tenant's own tables hold afterwards.

Which permissions an action takes is asked three times: of the manifest (declared), of the vendor's journal (the permissions of
the operations that the action called), and of the search for the smallest set with which everything arrives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.action_runs import Attempt, Run, attempts, cases_of, run, writes_problem
from conformance.checks.actions import proof_problem
from conformance.fixture_models import ActionCase
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.scopes.matrix import Judged
from conformance.scopes.smallest import Search
from conformance.scopes.truth import Permissions


@dataclass(frozen=True)
class WriteColumn:
    """One credential with which an action is tried."""

    name: str
    holds: Permissions


def case_for(lab: Lab, action: str) -> ActionCase | None:
    """The case that shows most of the action's inputs, with every permission; None: the fixture has none that goes through."""
    cases = [case for case in cases_of(lab, action, refused=False) if case.permissions == "all"]
    return max(cases, key=lambda case: len(case.cells), default=None)


def declared_for(lab: Lab, action: str) -> Permissions:
    """What the manifest says that the action takes with all its inputs."""
    promised = lab.promise.actions[action]
    return frozenset(promised.needs) | frozenset(need for item in promised.inputs.values() for need in item.needs)


def needed_by_vendor(lab: Lab, case: ActionCase) -> Permissions:
    """The permissions of the operations that the vendor's journal saw when the action was done with every permission."""
    return frozenset(need for entry in run(lab, case).journal for need in entry.needs)


def columns_for(lab: Lab, case: ActionCase) -> list[WriteColumn]:
    """FULL, all without each permission that the action takes, its declared set alone, and nothing."""
    every, own = frozenset(lab.facts.permissions), declared_for(lab, case.action)
    taken = own | needed_by_vendor(lab, case)
    return [
        WriteColumn("FULL", every),
        WriteColumn("only declared", own),
        *(WriteColumn(f"FULL − {permission}", every - {permission}) for permission in sorted(taken)),
        *([WriteColumn("NONE", frozenset())] if taken else []),
    ]


def tried(lab: Lab, case: ActionCase, held: Permissions) -> Attempt:
    """The case with exactly these permissions, carried out once."""

    def observe() -> Attempt:
        if held == frozenset(lab.facts.permissions):
            return Attempt(run(lab, case))
        return next(attempts(lab, case, [held]))

    return lab.once(("attempt", case.id, held), observe)


def try_all(lab: Lab, case: ActionCase, sets: list[Permissions]) -> None:
    """Try several sets; those that change nothing share one synced connection."""
    unknown = [held for held in sets if ("attempt", case.id, held) not in lab.memory and held != frozenset(lab.facts.permissions)]
    for held, attempt in zip(unknown, attempts(lab, case, unknown), strict=True):
        lab.memory["attempt", case.id, held] = (True, attempt)


def inputs(lab: Lab, case: ActionCase, held: Permissions) -> dict[str, Judged]:
    """The word for every input that the case shows."""
    done = tried(lab, case, held).run
    every = held == frozenset(lab.facts.permissions)
    return {name: _input(case, name, done, allowed=every) for name in case.cells}


def whole(lab: Lab, case: ActionCase, held: Permissions) -> Judged:
    """The word for the action itself."""
    done = tried(lab, case, held).run
    lacking = (declared_for(lab, case.action) | needed_by_vendor(lab, case)) - held
    wrote = done.changes.counts()
    if done.outcome.ok:
        problem = writes_problem(case.writes, wrote)
        if problem is None:
            return Judged(Code.HONOURED)
        if lacking and done.outcome.warnings:
            return Judged(Code.REJECTED_REPORTED, f"done in part, with a warning: {done.outcome.warnings[0]}")
        return Judged(problem[0], problem[1])
    told = f"{done.outcome.code}: {done.outcome.message}"
    if wrote:
        return Judged(Code.COLLATERAL, f"refused ({told}), and it changed {', '.join(wrote)}")
    if not lacking:
        return Judged(Code.FALSE_FAILURE, f"refused ({told}), though nothing is lacking")
    if done.outcome.code != "INTEGRATION.PERMISSION_MISSING" or not any(name in str(done.outcome.message) for name in lacking):
        return Judged(Code.DENIED_VAGUE, f"refused without naming what is lacking: {told}", sorted(lacking), told)
    return Judged(Code.REJECTED_REPORTED, told)


def _input(case: ActionCase, name: str, done: Run, *, allowed: bool) -> Judged:
    if not done.outcome.ok:
        refused = not done.changes.counts() and not allowed
        return Judged(Code.REJECTED_REPORTED if refused else Code.FALSE_FAILURE, str(done.outcome.message))
    problem = next((found for proof in case.cells[name] if (found := proof_problem(proof, done)) is not None), None)
    if problem is None:
        return Judged(Code.HONOURED)
    if not allowed and done.outcome.warnings:
        return Judged(Code.REJECTED_REPORTED, f"left out with a warning: {done.outcome.warnings[0]}")
    return Judged(Code.SILENT_DROP, problem)


def search(lab: Lab, case: ActionCase) -> tuple[Search, tuple[Permissions, ...]]:
    """The smallest sets with which the whole case goes through and every input arrives."""

    def enough(held: Permissions) -> bool:
        good = whole(lab, case, held).code is Code.HONOURED
        return good and all(one.code is Code.HONOURED for one in inputs(lab, case, held).values())

    found = Search(enough)
    return found, found.smallest(frozenset(lab.facts.permissions), declared_for(lab, case.action))


def answers(lab: Lab) -> Iterator[tuple[ActionCase, list[WriteColumn], Mapping[str, dict[str, Judged]]]]:
    """Every action that a case shows, with its columns and the words for its inputs."""
    for action in lab.promise.actions:
        case = case_for(lab, action)
        if case is None:
            continue
        columns = columns_for(lab, case)
        try_all(lab, case, [column.holds for column in columns])
        yield case, columns, {column.name: inputs(lab, case, column.holds) for column in columns}

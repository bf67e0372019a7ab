"""The matrix of writes: credentials × actions × inputs, judged by what the tenant's own tables hold afterwards.

Which permissions an action takes is asked three times: of the manifest (declared), of the vendor's journal (the permissions of
the operations that the action called), and of the search for the smallest set with which everything arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conformance.action_runs import Run, attempts, cases_of, run, writes_problem
from conformance.checks.actions.proofs import proof_problem
from conformance.fixture_models import ActionCase
from conformance.lab import Lab
from conformance.naming import named_in, wrongly_named
from conformance.outcomes import WORST_FIRST, Code, verdict_of
from conformance.scopes.credentials import known_permissions
from conformance.scopes.findings import Judged
from conformance.scopes.removals import Removal, together
from conformance.scopes.smallest import Search
from conformance.scopes.truth import Permissions

REFUSED = "INTEGRATION.PERMISSION_MISSING"


@dataclass(frozen=True)
class WriteColumn:
    """One credential with which an action is tried."""

    name: str
    holds: Permissions


def cases_for(lab: Lab, action: str) -> tuple[ActionCase, ...]:
    """The fewest cases that show every input which any case shows; each goes through with every permission."""

    def choose() -> tuple[ActionCase, ...]:
        left = [case for case in cases_of(lab, action, refused=False) if case.permissions == "all"]
        chosen: list[ActionCase] = []
        shown: set[str] = set()
        while left:
            best = max(left, key=lambda case: len(set(case.cells) - shown))
            if chosen and not set(best.cells) - shown:
                break
            chosen.append(best)
            shown |= set(best.cells)
            left.remove(best)
        return tuple(chosen)

    return lab.once(("cases for", action), choose)


def declared_for(lab: Lab, action: str) -> Permissions:
    """What the manifest says that the action takes with all its inputs."""
    return lab.promise.actions[action].permissions


def needed_by_vendor(lab: Lab, action: str) -> Permissions:
    """The permissions of the operations that the vendor's journal saw when the action was done with every permission."""
    return frozenset(need for case in cases_for(lab, action) for entry in run(lab, case).journal for need in entry.needs)


def columns_for(lab: Lab, action: str) -> tuple[WriteColumn, ...]:
    """FULL, all without each permission that the action takes, its declared set alone, and nothing."""
    every, own = frozenset(lab.facts.permissions), declared_for(lab, action)
    if not cases_for(lab, action):
        return (WriteColumn("FULL", every),)
    if lab.credentials:
        asked = [WriteColumn(name, known_permissions(lab, held)) for name, held in lab.credentials.items()]
        return (WriteColumn("FULL", every), *asked)
    less = removals_for(lab, action)
    return (
        WriteColumn("FULL", every),
        WriteColumn("only declared", own),
        *(WriteColumn(f"FULL − {removal.name}", every - removal.permissions) for removal in less),
        *([WriteColumn("NONE", frozenset())] if less else []),
    )


def removals_for(lab: Lab, action: str) -> tuple[Removal, ...]:
    """What is taken away: each permission of the action alone, those of single inputs together."""
    promised = lab.promise.actions[action]
    narrow: dict[str, set[str]] = {}
    for name, item in promised.inputs.items():
        for need in item.needs:
            narrow.setdefault(need, set()).add(name)
    alone = {*promised.needs, *(needed_by_vendor(lab, action) - narrow.keys())}
    return together(sorted(alone), {name: frozenset(inputs) for name, inputs in narrow.items() if name not in alone})


def tried(lab: Lab, case: ActionCase, held: Permissions) -> Run:
    """The case with exactly these permissions, carried out once."""
    if held == frozenset(lab.facts.permissions):
        return run(lab, case)
    return lab.once(("tried", case.id, held), lambda: _lightened(next(attempts(lab, case, [held]))))


def _lightened(done: Run) -> Run:
    """Without what the matrix does not look at: there are hundreds of tries."""
    return replace(done, journal=(), exchanges=done.exchanges[-1:], after=done.after if done.outcome.ok else {})


def try_all(lab: Lab, action: str) -> None:
    """Try every column; those that change nothing share one synced connection."""
    for case in cases_for(lab, action):
        sets = list(dict.fromkeys(column.holds for column in columns_for(lab, action)))
        unknown = [
            held for held in sets if ("tried", case.id, held) not in lab.observations.memory and held != frozenset(lab.facts.permissions)
        ]
        for held, done in zip(unknown, attempts(lab, case, unknown), strict=True):
            lab.observations.memory["tried", case.id, held] = (True, _lightened(done))


def whole_of(lab: Lab, cases: Sequence[ActionCase], held: Permissions) -> Judged:
    """The word for the action itself: the worst of its cases."""
    if not cases:
        return Judged(Code.UNVERIFIABLE, "actions.yaml has no case of it that goes through with every permission")
    return _worst([_whole(lab, case, held) for case in cases])


def input_of(lab: Lab, cases: Sequence[ActionCase], name: str, held: Permissions) -> Judged:
    """The word for one input: the worst of the cases that show it."""
    found = [_input(lab, case, name, held) for case in cases if name in case.cells]
    return _worst(found) if found else Judged(Code.UNVERIFIABLE, "actions.yaml has no case that shows it")


def _worst(found: Sequence[Judged]) -> Judged:
    return next(one for verdict in WORST_FIRST for one in found if verdict_of(one.code) is verdict)


def _lacking(lab: Lab, action: str, held: Permissions) -> Permissions:
    return (declared_for(lab, action) | needed_by_vendor(lab, action)) - held


def _whole(lab: Lab, case: ActionCase, held: Permissions) -> Judged:
    done, lacking = tried(lab, case, held), _lacking(lab, case.action, held)
    wrote = done.changes.counts()
    told = f"{done.outcome.code}: {done.outcome.message}"
    if done.outcome.ok:
        problem = writes_problem(case.writes, wrote)
        if problem is None:
            return Judged(Code.HONOURED)
        return _left_out(lab, done, held, lacking) or Judged(problem[0], problem[1])
    if wrote:
        return Judged(Code.COLLATERAL, f"refused ({told}), and it changed {', '.join(wrote)}")
    if not lacking:
        return Judged(Code.FALSE_FAILURE, f"refused ({told}), though nothing is lacking")
    if done.outcome.code != REFUSED or not named_in(lab, str(done.outcome.message)) & lacking:
        return Judged(Code.DENIED_VAGUE, f"refused without naming what is lacking: {told}", sorted(lacking), told)
    wrong = wrongly_named(lab, [str(done.outcome.message)], held)
    if wrong:
        return Judged(Code.FALSE_DENIAL, f"refused, and {', '.join(wrong)} is called missing, which it has: {told}", sorted(lacking), wrong)
    return Judged(Code.REJECTED_REPORTED, told)


def _input(lab: Lab, case: ActionCase, name: str, held: Permissions) -> Judged:
    done, lacking = tried(lab, case, held), _lacking(lab, case.action, held)
    if not done.outcome.ok:
        return Judged(Code.REJECTED_REPORTED if lacking else Code.FALSE_FAILURE, str(done.outcome.message))
    problem = next((found for proof in case.cells[name] if (found := proof_problem(proof, done)) is not None), None)
    if problem is None:
        return Judged(Code.HONOURED)
    return _left_out(lab, done, held, lacking) or Judged(Code.SILENT_DROP, problem)


def _left_out(lab: Lab, done: Run, held: Permissions, lacking: Permissions) -> Judged | None:
    """Done in part is right if a warning names what was lacking for the rest."""
    for text in done.outcome.warnings:
        if named_in(lab, text) & lacking and not wrongly_named(lab, [text], held):
            return Judged(Code.REJECTED_REPORTED, f"left out with a warning: {text}")
    return None


MOST_SEARCHED = 60
"""Permissions of a vendor among which a set is searched that nobody has named; among more it takes as long as all other tests."""


def shortfall(lab: Lab, action: str) -> str | None:
    """What the declared permissions are not enough for, where there are too many to search for what is missing; else None."""
    if len(lab.facts.permissions) <= MOST_SEARCHED:
        return None
    cases, own = cases_for(lab, action), declared_for(lab, action)
    words = [(case.id, _whole(lab, case, own)) for case in cases]
    words += [(f"{case.id}, {name}", _input(lab, case, name, own)) for case in cases for name in case.cells]
    return next((f"{what}: {one.message}" for what, one in words if one.code is not Code.HONOURED), None)


def search(lab: Lab, action: str) -> tuple[Search, tuple[Permissions, ...]]:
    """The smallest sets with which every case goes through and every input arrives."""
    cases = cases_for(lab, action)

    every = frozenset(lab.facts.permissions)

    def enough(held: Permissions) -> bool:
        removal = next((one for one in removals_for(lab, action) if len(every - held) == 1 and every - held < one.permissions), None)
        if removal is not None:
            return _is_needless(lab, cases, removal, *(every - held))
        words = [_whole(lab, case, held) for case in cases]
        words += [_input(lab, case, name, held) for case in cases for name in case.cells]
        return all(one.code is Code.HONOURED for one in words)

    found = Search(enough)
    return found, found.smallest(every, declared_for(lab, action))


def _is_needless(lab: Lab, cases: Sequence[ActionCase], removal: Removal, permission: str) -> bool:
    """Whether everything that is said to need this permission arrives without it, told from a try without several."""
    held = frozenset(lab.facts.permissions) - removal.permissions
    inputs = lab.promise.actions[cases[0].action].inputs
    own = [name for name, item in inputs.items() if permission in item.needs]
    found = [input_of(lab, cases, name, held) for name in own]
    return all(one.code in (Code.HONOURED, Code.UNVERIFIABLE) for one in found)

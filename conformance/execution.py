"""Runs checks in a lab. A run is a few tasks, each with its own ledger, so that it finds the same wherever its tasks are run.

A check may leave out what another has found to be wrong already. So that this does not depend on who runs when, it is told only
of what the first stage found (the promise, pages, values), what its own chapter has found before it, and, in the last stage, all.
"""

from __future__ import annotations

import gc
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance.check import Cell, Check, Result, all_checks
from conformance.given import read_fixtures
from conformance.lab import Blocked, Lab, Stuck, SubjectCrashed
from conformance.ledger import Ledger
from conformance.options import Options
from conformance.outcomes import WORST_FIRST, Code, Verdict
from conformance.preflight import preflight
from conformance.promise import UnreadablePromise, read_promise
from conformance.sandbox import Sandbox, SandboxError
from conformance.scopes import report as scopes_report
from conformance.scopes.credentials import known_permissions
from conformance.scopes.truth import truth_of
from conformance.subjects import ConfigurationError, Subject, Target


@dataclass(frozen=True)
class Task:
    """Checks of one vendor that are run one after the other in one lab."""

    vendor: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Stages:
    """The tasks of one vendor: `first` before all others, `last` after them, `then` in any order or side by side."""

    first: Task
    then: tuple[Task, ...]
    last: Task


def stages(vendor: str, checks: Sequence[Check]) -> Stages:
    """The longest tasks come first, so that none is left over at the end."""
    then = [check for check in checks if check.stage == "then"]
    heads = sorted(dict.fromkeys(map(_head, then)), key=lambda head: -_SHARES.get(head, 0))
    return Stages(
        Task(vendor, tuple(check.id for check in checks if check.stage == "first")),
        tuple(Task(vendor, tuple(check.id for check in then if _head(check) == head)) for head in heads),
        Task(vendor, tuple(check.id for check in checks if check.stage == "last")),
    )


_ACTING = frozenset({"PRM-7", *scopes_report.WRITING})
"""Checks of other chapters that carry out the cases of actions."""


def _head(check: Check) -> str:
    """The chapter with which a check is one task, for there the same is observed: what actions do, what is seen with fewer permissions
    (`Matrix.seen`)."""
    if check.id in _ACTING:
        return "actions"
    return "permissions" if check.chapter == MATRIX else check.chapter


MATRIX = "matrix"

_SHARES = {"actions": 28, "permissions": 20, "delta": 18, "errors": 8, "features": 7, "scopes": 6, "retries": 5, "quirks": 3}
"""What a task takes of a vendor's time, in percent; those that are not named take next to none."""


def share(task: Task) -> int:
    """What a task that lies between the first and the last stage takes of its vendor's time, roughly."""
    heads = {_head(check) for check in all_checks() if check.id in task.checks}
    return 1 + sum(_SHARES.get(head, 0) for head in heads)


@dataclass(frozen=True)
class CheckFound:
    """What one check found: a result for each of its cases. Can be sent to another process."""

    check: str
    results: tuple[Result, ...]
    expected: int
    emitted: int

    @property
    def failed(self) -> int:
        return sum(result.verdict in (Verdict.FAIL, Verdict.ERROR) for result in self.results)


@dataclass(frozen=True)
class Findings:
    """What a task, or several, found."""

    checks: tuple[CheckFound, ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    leaks: frozenset[str] = frozenset()
    """Where the subject said a secret."""
    scopes: dict[str, Any] | None = None
    kept: int = 0
    """How many of the cases were judged by an earlier run."""

    def and_(self, others: Iterable[Findings]) -> Findings:
        every = [self, *others]
        return Findings(
            tuple(found for one in every for found in one.checks),
            frozenset(secret for one in every for secret in one.secrets),
            frozenset(leak for one in every for leak in one.leaks),
            scopes_report.whole(one.scopes for one in every),
            sum(one.kept for one in every),
        )


def in_order(task: Task, found: Findings) -> Findings:
    """With the checks as the task has them, whichever were known before and which were run now."""
    by_id = {one.check: one for one in found.checks}
    return replace(found, checks=tuple(by_id[name] for name in task.checks))


def collect_seldom() -> None:
    """A run keeps hundreds of snapshots; looking through them all for garbage again and again would take a third of its time."""
    gc.set_threshold(200_000, 20, 100)


OnCheck = Callable[[Check, CheckFound | None], None]
"""Called with None when a check begins, with what it found when it ends."""


def run_task(lab: Lab, task: Task, before: Findings, on_check: OnCheck = lambda check, found: None) -> Findings:
    """Run the checks of a task. `before`: what they may know."""
    by_id = {check.id: check for check in all_checks()}
    lab.ledger = Ledger()
    for known in before.checks:
        for result in known.results:
            lab.ledger.note(known.check, result)
    lab.leaks |= before.leaks
    found = []
    chapter = None
    for name in task.checks:
        check = by_id[name]
        if chapter not in (None, check.chapter):
            lab.let_go()
        chapter = check.chapter
        on_check(check, None)
        with lab.in_core(check.in_core), lab.named(name):
            one = _run_check(lab, check)
        found.append(one)
        for result in one.results:
            lab.ledger.note(name, result)
        lab.close_worlds()
        on_check(check, one)
    filled = [name for name in task.checks if by_id[name].chapter == MATRIX]
    with lab.in_core():
        scopes = scopes_report.told(lab, filled) if filled else None
    lab.let_go()
    return Findings(tuple(found), frozenset(lab.secrets), frozenset(lab.leaks), scopes)


def units(task: Task) -> list[tuple[str, ...]]:
    """What of a task can be run without the rest of it: each check, but the two halves of the matrix each as a whole."""
    chapters = {check.id: check.chapter for check in all_checks()}
    groups: dict[str, list[str]] = {}
    for name in task.checks:
        half = "writing" if name in scopes_report.WRITING else "reading"
        groups.setdefault(half if chapters[name] == MATRIX else name, []).append(name)
    return [tuple(group) for group in groups.values()]


NO_RESULT = "the check gave no result for this case"


def _run_check(lab: Lab, check: Check) -> CheckFound:
    """One result for each case, whatever happens."""
    try:
        cells = _each_once(check.cases(lab))
    except Exception as error:  # noqa: BLE001 - our own fault, and told as such
        return CheckFound(check.id, (Result(Cell("case", "", check.id), *_stopped(error)),), 1, 1)
    found: dict[Cell, Result] = {}
    rest = None
    try:
        for result in check.judge(lab):
            found[result.cell] = _worse(result, found.get(result.cell))
    except Exception as error:  # noqa: BLE001 - told apart below: the subject's, ours, or in the way
        rest = _stopped(error)
    results = [found.get(cell, Result(cell, *(rest or (Code.UNVERIFIABLE, NO_RESULT)))) for cell in cells]
    results += [result for cell, result in found.items() if cell not in cells]
    # A case that the check simply forgot has not been emitted; one that it could not come to has, with the reason.
    emitted = len(cells) if rest is not None else sum(cell in found for cell in cells)
    return CheckFound(check.id, tuple(lab.neutral(result) for result in results), len(cells), emitted)


def _each_once(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Raises ValueError: of two cases with one name, one would hide the other."""
    twice = [str(cell) for cell, times in Counter(cells).items() if times > 1]
    if twice:
        raise ValueError(f"cases that are named twice: {', '.join(twice)}")
    return cells


def _worse(new: Result, known: Result | None) -> Result:
    """Of two results for one case the worse one counts, whichever came first."""
    return new if known is None or WORST_FIRST.index(new.verdict) < WORST_FIRST.index(known.verdict) else known


def _stopped(error: Exception) -> tuple[Code, str]:
    """What a check that could not go on says of its remaining cases."""
    if isinstance(error, SubjectCrashed | Stuck):
        return Code.CRASHED, str(error)
    if isinstance(error, ConfigurationError):
        return Code.BROKEN, f"it refused to connect: {error}"  # a check that expects that looks for it itself
    if isinstance(error, Blocked | NotImplementedError):
        return Code.UNVERIFIABLE, f"could not run: {error}"
    return Code.HARNESS_ERROR, "".join(traceback.format_exception_only(error)).strip() + _place(error)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" (in {frames[-1].name}, line {frames[-1].lineno})" if frames else ""


# ------------------------------------------------------------------------------------------------------------- labs


def open_lab(name: str, subject: Subject, sandbox: Sandbox, fixtures_dir: Path, options: Options) -> Lab:
    """The lab of one vendor. Raises ConfigurationError when nothing can be tested there."""
    facts = sandbox.vendors()[name]
    given = read_fixtures(fixtures_dir, name, options.scenario or facts.default_scenario)
    try:
        tenant = sandbox.create(name, scenario=given.scenario)
    except SandboxError as error:
        raise ConfigurationError(f"the sandbox cannot make an account to test with: {error}") from error
    try:
        published = preflight(subject, tenant, Target(name, tenant.base_url, tenant.credential, ca=options.ca))
        promise = read_promise(published)
    except UnreadablePromise as error:
        raise ConfigurationError(str(error)) from error
    finally:
        tenant.delete()
    strange = [model for model in options.models if model not in promise.models]
    if strange:
        raise ConfigurationError(f"{name}: no model {', '.join(strange)}; promised are {', '.join(promise.models)}")
    lab = Lab(
        subject=subject,
        sandbox=sandbox,
        facts=facts,
        given=given,
        published=published,
        promise=promise,
        models=options.models,
        docs_dir=options.docs_dir,
        installed=options.installed.get(name),
        ca=options.ca,
        credentials=options.credentials,
    )
    truth_of(lab)
    for held in options.credentials.values():
        known_permissions(lab, held)
    return lab

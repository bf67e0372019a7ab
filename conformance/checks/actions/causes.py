"""Why an action failed: what it could not read, or a credential that is no good, is told by the unified code for that cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.action_runs import Run, carry_out, run, writes_problem
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.cells import first_good
from conformance.checks.actions.partly import listed
from conformance.checks.actions.unlucky import warned_more
from conformance.fixture_models import ActionCase
from conformance.lab import Blocked, Lab, Stuck
from conformance.naming import named_in
from conformance.outcomes import Code


@dataclass(frozen=True)
class Cause:
    """Something at the vendor that does not pass, and the unified code for it."""

    rule: Mapping[str, Any]
    code: str


CAUSES = {
    "down": Cause({"kind": "status", "status": 503, "times": None}, "REMOTE.SERVICE_UNAVAILABLE"),
    "a rate limit": Cause({"kind": "rate_limit", "retry_after": None, "times": None}, "REMOTE.RATE_LIMIT_EXCEEDED"),
}
BAD_CREDENTIAL = "INTEGRATION.AUTHENTICATION_INVALID"


def cause_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", cause, action) for action in lab.actions for cause in (*CAUSES, "a bad credential")]


def causes(lab: Lab) -> Iterator[Result]:
    """ACT-26."""
    for cell in cause_cells(lab):
        try:
            case = first_good(lab, cell.name)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        yield _struck(lab, cell, case, CAUSES[cell.owner]) if cell.owner in CAUSES else _shut_out(lab, cell, case)


def _struck(lab: Lab, cell: Cell, case: ActionCase, cause: Cause) -> Result:
    """Each operation that the action reads, in turn, is struck for good."""
    good = run(lab, case)
    operations = list(dict.fromkeys(entry.operation for entry in good.journal if entry.operation and not entry.writes))
    for operation in operations:
        try:
            done = carry_out(lab, case, rule={**cause.rule, "operation": operation})
        except Stuck as error:
            return broken(cell, f"{operation}: {error}, and would have gone on")
        problem = _untold(lab, done, good, cause)
        if problem is not None:
            return broken(cell, f"{operation}: {problem[1]}", code=problem[0], expected=cause.code, seen=done.exchanges)
    return held(cell, f"{len(operations)} operations") if operations else Result(cell, Code.NOT_APPLICABLE, "the action reads nothing")


def _untold(lab: Lab, done: Run, good: Run, cause: Cause) -> tuple[Code, str] | None:
    """Why what could not be read is not told rightly: by the code if it stopped the action, else by a warning if anything lacks."""
    outcome = done.outcome
    if not any(entry.raw.get("faults") for entry in done.journal):
        return None
    if not outcome.ok:
        if outcome.code != cause.code:
            return Code.BROKEN, f"a failure to read is called {outcome.code}: {outcome.message}"
        return None if outcome.message else (Code.BROKEN, "it failed without a word")
    if warned_more(lab, done):
        return None
    wrong = writes_problem(done.case.writes, done.changes.counts())
    if wrong is not None:
        return wrong
    lost = listed(good) - listed(done)
    return (Code.SILENT_DROP, f"{lost} records fewer are listed, and nothing says so") if lost > 0 else None


def _shut_out(lab: Lab, cell: Cell, case: ActionCase) -> Result:
    done = carry_out(lab, case, wrong_credential=True)
    outcome, wrote = done.outcome, done.changes.counts()
    if outcome.ok or wrote:
        return broken(cell, "reported as done" if outcome.ok else f"refused, and it wrote: {examples(wrote)}", code=Code.FALSE_SUCCESS)
    if outcome.code != BAD_CREDENTIAL:
        text = f"the error is {outcome.code}: {outcome.message}"
        return broken(cell, text, expected=BAD_CREDENTIAL, got=outcome.code, seen=done.exchanges)
    named = named_in(lab, str(outcome.message))
    return judged(cell, f"of a credential that is no good it calls {examples(sorted(named))} missing" if named else None)

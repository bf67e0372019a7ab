"""The closed sets of words that a report may use: what became of a cell, of a check's case, and of the whole run.

Every code has one glyph (readable without colour), one meaning and one verdict. `explain` turns a code into a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a code means for the run."""

    PASS = "pass"  # noqa: S105  # no password
    WARN = "warn"
    FAIL = "fail"
    UNTESTED = "untested"
    """Could not be shown: the run is incomplete."""
    NOT_APPLICABLE = "not applicable"
    """Not promised, so nothing to show."""
    ERROR = "error"
    """Our own fault."""


class Code(StrEnum):
    """What became of one case."""

    # a field of a model, or a whole model
    READABLE = "READABLE"
    EMPTY = "EMPTY"
    DENIED_REPORTED = "DENIED_REPORTED"
    DENIED_VAGUE = "DENIED_VAGUE"
    DENIED_SILENT = "DENIED_SILENT"
    FALSE_DENIAL = "FALSE_DENIAL"
    MASKED_AS_DATA = "MASKED_AS_DATA"
    LEAK = "LEAK"
    MISSING = "MISSING"
    WRONG_VALUE = "WRONG_VALUE"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    STALE = "STALE"
    UNDECLARED = "UNDECLARED"
    DECLARED_ABSENT = "DECLARED_ABSENT"
    BLAST = "BLAST"
    # a whole model only
    PARTIAL_REPORTED = "PARTIAL_REPORTED"
    PARTIAL_SILENT = "PARTIAL_SILENT"
    UNSUPPORTED_DECLARED = "UNSUPPORTED_DECLARED"
    # an input of an action, or a whole action
    HONOURED = "HONOURED"
    REJECTED_REPORTED = "REJECTED_REPORTED"
    SILENT_DROP = "SILENT_DROP"
    COLLATERAL = "COLLATERAL"
    DUPLICATED = "DUPLICATED"
    FALSE_SUCCESS = "FALSE_SUCCESS"
    FALSE_FAILURE = "FALSE_FAILURE"
    # a rule that is about neither
    HELD = "HELD"
    BROKEN = "BROKEN"
    # any of them
    CRASHED = "CRASHED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    UNVERIFIABLE = "UNVERIFIABLE"
    HARNESS_ERROR = "HARNESS_ERROR"


@dataclass(frozen=True, slots=True)
class Meaning:
    glyph: str
    verdict: Verdict
    text: str


PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL

MEANINGS: dict[Code, Meaning] = {
    Code.READABLE: Meaning("#", PASS, "every visible true value arrived equal after the declared mapping, falsy ones too"),
    Code.EMPTY: Meaning("o", PASS, "the truth is blank, the subject gives null, and no diagnostic claims a lacking permission"),
    Code.DENIED_REPORTED: Meaning("D", PASS, "the permission is lacking, and a diagnostic names model, field and the missing permission"),
    Code.DENIED_VAGUE: Meaning("d", WARN, "the lack was reported, but at the wrong grain or without the permission's name"),
    Code.DENIED_SILENT: Meaning("!", FAIL, "the permission is lacking, and nothing says so: null, absent or no rows without a diagnostic"),
    Code.FALSE_DENIAL: Meaning("f", FAIL, "a diagnostic claims a lacking permission although it is held"),
    Code.MASKED_AS_DATA: Meaning("m", FAIL, "the vendor's placeholder for a hidden value was passed on as a value"),
    Code.LEAK: Meaning("L", FAIL, "a value that this credential may not see"),
    Code.MISSING: Meaning("x", FAIL, "promised, permitted and visible at the vendor, yet null or absent"),
    Code.WRONG_VALUE: Meaning("w", FAIL, "another value than the truth after the declared mapping"),
    Code.TYPE_MISMATCH: Meaning("t", FAIL, "the value has another type or format than the unified model demands"),
    Code.STALE: Meaning("s", FAIL, "the value is older than the truth"),
    Code.UNDECLARED: Meaning("u", FAIL, "a value in a field that is not promised"),
    Code.DECLARED_ABSENT: Meaning("-", PASS, "not promised, and absent"),
    Code.BLAST: Meaning("B", FAIL, "unreadable only because another field or model was denied and the read gave up"),
    Code.PARTIAL_REPORTED: Meaning("P", PASS, "some records are hidden from this credential, and a diagnostic says so"),
    Code.PARTIAL_SILENT: Meaning("p", FAIL, "some records are missing, and nothing says so"),
    Code.UNSUPPORTED_DECLARED: Meaning("=", PASS, "the subject says that it does not support this"),
    Code.HONOURED: Meaning("#", PASS, "what was sent stands in the tenant's records"),
    Code.REJECTED_REPORTED: Meaning("R", PASS, "refused, with the right error, and nothing was written"),
    Code.SILENT_DROP: Meaning("!", FAIL, "the action succeeded, and what was sent is not in the tenant's records"),
    Code.COLLATERAL: Meaning("c", FAIL, "records changed that the action should not touch, or not in this way"),
    Code.DUPLICATED: Meaning("2", FAIL, "the write happened more than once"),
    Code.FALSE_SUCCESS: Meaning("S", FAIL, "reported as done, and it is not"),
    Code.FALSE_FAILURE: Meaning("F", FAIL, "reported as failed, and it could have been or was done"),
    Code.HELD: Meaning("+", PASS, "the requirement held"),
    Code.BROKEN: Meaning("X", FAIL, "the requirement was broken"),
    Code.CRASHED: Meaning("C", FAIL, "the subject raised an error that it should have reported"),
    Code.NOT_APPLICABLE: Meaning(".", Verdict.NOT_APPLICABLE, "not promised, so there is nothing to show"),
    Code.UNVERIFIABLE: Meaning("?", Verdict.UNTESTED, "promised, but it could not be shown here"),
    Code.HARNESS_ERROR: Meaning("H", Verdict.ERROR, "the suite itself failed; this says nothing about the subject"),
}


def verdict_of(code: Code) -> Verdict:
    return MEANINGS[code].verdict


def explain(code: str) -> str:
    """One line on a code. Raises KeyError listing the known codes."""
    try:
        meaning = MEANINGS[Code(code.upper())]
    except ValueError as error:
        raise KeyError(f"no code {code!r}; known: {', '.join(Code)}") from error
    return f"{code.upper()} [{meaning.glyph}] {meaning.verdict}: {meaning.text}"


WORST_FIRST = (Verdict.ERROR, Verdict.FAIL, Verdict.UNTESTED, Verdict.WARN, Verdict.PASS, Verdict.NOT_APPLICABLE)
"""For a cell with several cases: the first of these that any of them has."""


class RunOutcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    ERRORED = "errored"


class ExitCode:
    """What the process says to whoever started it."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    ERRORED = 4
    INTERRUPTED = 130


EXIT_CODES = {
    RunOutcome.PASSED: ExitCode.PASSED,
    RunOutcome.FAILED: ExitCode.FAILED,
    RunOutcome.INCOMPLETE: ExitCode.INCOMPLETE,
    RunOutcome.ERRORED: ExitCode.ERRORED,
}


def run_outcome(*, verdicts: dict[Verdict, int], expected: int, emitted: int, waivers_broken: int = 0) -> RunOutcome:
    """The outcome of a run from the counts of its cases' verdicts. Nothing tested is never a pass."""
    if verdicts.get(Verdict.ERROR, 0):
        return RunOutcome.ERRORED
    if verdicts.get(Verdict.FAIL, 0) or waivers_broken:
        return RunOutcome.FAILED
    proved = verdicts.get(Verdict.PASS, 0) + verdicts.get(Verdict.WARN, 0)
    if proved == 0 or emitted != expected or verdicts.get(Verdict.UNTESTED, 0):
        return RunOutcome.INCOMPLETE
    return RunOutcome.PASSED

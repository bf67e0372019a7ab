"""Why nothing works: said, in the vendor's words, told apart, and never put down to a permission that would not help."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import examples, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.errors.conditions import ALIKE, CONDITIONS, told_when, told_when_empty
from conformance.lab import Blocked, Lab
from conformance.outcomes import Code

GOOD_REASONS = tuple(name for name in CONDITIONS if name != "no permission")


def no_permission_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "called missing", name) for name in (*GOOD_REASONS, "empty account")]


def none_called_missing(lab: Lab) -> Iterator[Result]:
    """ERR-12."""
    for cell in no_permission_cells(lab):
        try:
            told = told_when_empty(lab) if cell.name == "empty account" else told_when(lab, cell.name)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        text = f"a permission is called missing for {examples(dict.fromkeys(told.denied))}, and no permission would help"
        yield judged(cell, text if told.denied else None, code=Code.FALSE_DENIAL)


def vendor_word_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "the vendor's words", name) for name in (*sorted(ALIKE), "no permission", "API off")]


def vendor_words(lab: Lab) -> Iterator[Result]:
    """ERR-13."""
    for cell in vendor_word_cells(lab):
        try:
            yield judged(cell, told_when(lab, cell.name).unfaithful)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))


def switched_off(lab: Lab) -> Iterator[Result]:
    """ERR-4."""
    told = told_when(lab, "API off")
    state = told.outcome.state if told.outcome else "refused"
    yield judged(Cell("connection", "", "API off"), f"the sync ended {state}" if state in {"SUCCEEDED", "PARTIALLY_FAILED"} else None)


def apart_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "told apart", name) for name in (*CONDITIONS, "empty account")]


def apart(lab: Lab) -> Iterator[Result]:
    """ERR-5."""
    seen: dict[str, tuple[object, ...] | None] = {}
    for name in CONDITIONS:
        try:
            seen[name] = told_when(lab, name).fingerprint
        except Blocked:
            seen[name] = None
    seen["empty account"] = told_when_empty(lab).fingerprint
    for cell in apart_cells(lab):
        own = seen[cell.name]
        if own is None:
            yield unverifiable(cell, "this condition could not be made")
            continue
        same_as = [name for name, told in seen.items() if name != cell.name and told == own and not {name, cell.name} <= ALIKE]
        yield judged(cell, f"a program that reads the outcome cannot tell it from: {', '.join(same_as)}" if same_as else None)


def reason_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "reason", name) for name in CONDITIONS]


def says_why(lab: Lab) -> Iterator[Result]:
    """ERR-9."""
    for cell in reason_cells(lab):
        try:
            told = told_when(lab, cell.name)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        words = told.refused if told.outcome is None else told.outcome.error
        if told.outcome is not None and told.outcome.state == "SUCCEEDED":
            yield Result(cell, Code.NOT_APPLICABLE, "the sync succeeded")
        else:
            yield judged(cell, None if words and words.strip() else "the sync did not succeed, and does not say why")

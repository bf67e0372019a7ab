"""What an action says when it was refused: the unified code, the vendor's own words, the missing permission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.action_runs import Run, all_cases, carry_out, run
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.cells import case_cell, first_good
from conformance.faithful import answered
from conformance.fixture_models import ActionCase
from conformance.lab import Blocked, Lab
from conformance.naming import named_in, wrongly_named
from conformance.outcomes import Code
from conformance.sandbox import Entry


def _refused(lab: Lab) -> list[ActionCase]:
    return [case for case in all_cases(lab) if case.error is not None]


def refused_cells(lab: Lab) -> list[Cell]:
    return [case_cell(case) for case in _refused(lab)] or [Cell("case", "refusals", "any")]


NONE_REFUSED = "no case of the actions under test is refused"


def _none_refused(lab: Lab) -> Result:
    """Of all actions some case must be refused; of those of a few models perhaps none is."""
    [cell] = refused_cells(lab)
    if any(case.error is not None for case in lab.fixtures.actions):
        return Result(cell, Code.NOT_APPLICABLE, NONE_REFUSED)
    return unverifiable(cell, "actions.yaml has no case that is refused")


def error_codes(lab: Lab) -> Iterator[Result]:
    """ACT-4."""
    refused = _refused(lab)
    if not refused:
        yield _none_refused(lab)
    for case in refused:
        outcome = run(lab, case).outcome
        if outcome.ok:
            yield unverifiable(case_cell(case), "not judged: it was not refused (see ACT-3)")
        elif outcome.code != case.error or not outcome.message:
            text = f"the error is {outcome.code!r} with the message {outcome.message!r}"
            yield broken(case_cell(case), text, expected=case.error, got=outcome.code, seen=run(lab, case).exchanges)
        else:
            yield held(case_cell(case), code=Code.REJECTED_REPORTED)


REFUSED_INPUT = (400, 404, 409, 422)


def own_words(lab: Lab) -> Iterator[Result]:
    """ACT-17."""
    refused = _refused(lab)
    if not refused:
        yield Result(refused_cells(lab)[0], Code.NOT_APPLICABLE, NONE_REFUSED)
    for case in refused:
        cell = case_cell(case)
        done = run(lab, case)
        last = done.journal[-1] if done.journal else None
        if done.outcome.ok or last is None or last.status not in REFUSED_INPUT:
            yield Result(cell, Code.NOT_APPLICABLE, "it was not the vendor's refusal that ended it")
            continue
        message = " ".join(str(done.outcome.message).split())
        left_out = [said[0] for said in _complaints(last) if not any(" ".join(one.split()) in message for one in said)]
        left_out += [place for place in _places(last) if place.rpartition("/")[2] not in message]
        text = f"the vendor said {left_out[0]!r}, and the message is {message!r}" if left_out else None
        yield judged(cell, text, seen=done.exchanges)


def _complaints(entry: Entry) -> list[list[str]]:
    """For each error in an answer all that it says in whole words: members of an object, and of the objects within it."""
    body = answered(entry)
    found = body if isinstance(body, list) else next((part for part in body.values() if isinstance(part, list)), [body]) if body else []
    sentences = [[text for text in _texts(one) if " " in text.strip()] for one in found]
    return [said for said in sentences if said]


PLACES = frozenset({"pointer", "field", "fields", "attribute", "parameter"})
"""Members by which an error says what it is about."""


def _places(entry: Entry) -> list[str]:
    """What the errors of an answer are about, in the vendor's names."""
    return list(_under(answered(entry), PLACES))


def _under(value: Any, names: frozenset[str]) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _under(part, names)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part) if name in names else _under(part, names)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)


def permission_cells(lab: Lab) -> list[Cell]:
    return [Cell("permission", action, need) for action, promised in lab.actions.items() for need in promised.needs]


def without_permission(lab: Lab) -> Iterator[Result]:
    """ACT-7."""
    for cell in permission_cells(lab):
        try:
            case = first_good(lab, cell.owner)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        held_ = [name for name in lab.facts.permissions if name != cell.name]
        yield _refusal(lab, cell, carry_out(lab, case, permissions=held_), names=cell.name, held_=held_)


def _refusal(lab: Lab, cell: Cell, done: Run, *, names: str, held_: Sequence[str]) -> Result:
    """Judge that an action was refused for lack of this permission, which is named and no other, and wrote nothing."""
    code = "INTEGRATION.PERMISSION_MISSING"
    wrote = done.changes.counts()
    if done.outcome.ok:
        return broken(cell, "reported as done", code=Code.FALSE_SUCCESS, expected=code, seen=done.exchanges)
    if wrote:
        return broken(cell, f"refused, and it wrote: {examples(wrote)}", code=Code.COLLATERAL, seen=done.exchanges)
    if done.outcome.code != code:
        text = f"the error is {done.outcome.code}: {done.outcome.message}"
        return broken(cell, text, expected=code, got=done.outcome.code, seen=done.exchanges)
    message = str(done.outcome.message)
    if names not in named_in(lab, message):
        return broken(cell, f"the message does not name {names!r}: {message}", expected=names, got=message, seen=done.exchanges)
    wrong = wrongly_named(lab, [message], held_)
    if wrong:
        text = f"the message calls {examples(wrong)} missing, which the credential has: {message}"
        return broken(cell, text, expected=names, got=message, seen=done.exchanges)
    return held(cell, code=Code.REJECTED_REPORTED)

"""What hangs on no lacking permission, and is read all the same."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import judge
from conformance.casework import broken, calm_without, examples, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.permissions.without import (
    NOTHING_KNOWN,
    Denied,
    Seen,
    denied_without,
    each_known,
    hidden_models,
    open_ended,
    split,
    without,
)
from conformance.lab import Lab
from conformance.outcomes import Code


def others(lab: Lab) -> Iterator[Result]:
    """PRM-2."""
    for cell, removal in each_known(lab, "others"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield _unaffected(lab, cell, without(lab, removal)[0], denied_without(lab, removal))


def _unaffected(lab: Lab, cell: Cell, seen: Seen, denied: Denied) -> Result:
    """Judge that nothing but the denied is missing or called denied."""
    hidden = hidden_models(denied)
    false = [
        one
        for one in seen.outcome.diagnostics
        if one.reason == "not_permitted" and one.model not in hidden and not any(split(target)[0] == one.model for target in denied)
    ]
    if false:
        return broken(cell, f"{false[0].model} is called denied, and is not", code=Code.FALSE_DENIAL, got=repr(false[0]))
    if seen.outcome.state not in {"SUCCEEDED", "PARTIALLY_FAILED"}:
        return broken(cell, f"the sync ended {seen.outcome.state}: {seen.outcome.error}", code=Code.BLAST)
    fields = {split(target) for target in denied} | open_ended(lab)
    measure = calm_without(lab, hidden)
    models = [model for model in lab.models if model not in hidden]
    found = [
        one
        for one in judge.differences(measure, seen.unhidden, models)
        if (one.model, one.field) not in fields and not lab.ledger.bad_field(one.model, one.field)
    ]
    gone = [f"{model} cannot be read" for model in models if model in seen.unhidden.unavailable]
    return judged(cell, examples([*gone, *found]) or None, code=Code.BLAST)

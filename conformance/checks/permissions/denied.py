"""What may not be read: not there, named with the missing permission, and said in every sync."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance import judge
from conformance.casework import broken, denials, examples, held, judged, rows_of, unverifiable
from conformance.check import Cell, Result
from conformance.checks.permissions.without import NOTHING_KNOWN, Denied, Seen, each_known, split, without
from conformance.fixture_models import FixtureError
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.promise import MADE_BY_SERVICE
from conformance.scopes.credentials import removals
from conformance.scopes.removals import Removal
from conformance.subjects import Diagnostic


def _selected(lab: Lab, denied: Denied) -> Denied:
    """The part about models under test. Raises FixtureError for names that nothing promises."""
    for target in denied:
        model, field = split(target)
        promised = lab.promise.models.get(model)
        if model not in lab.fixtures.card.models or (promised is not None and field is not None and field not in promised.fields):
            raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: {target!r} is neither a model nor a field of one")
    return {target: missing for target, missing in denied.items() if split(target)[0] in lab.models}


def denial(lab: Lab, cell: Cell, seen: Seen, target: str, missing: Sequence[str]) -> Result:
    """Judge one thing that a credential may not read."""
    model, field = split(target)
    if field is None and rows_of(seen.snapshot, model) and set(missing) < set(lab.promise.models[model].needs):
        # Each of several permissions brings a part of the model: the part that may be read may be delivered, if it is said.
        told = any(set(one.missing_permissions) == set(missing) for one in denials(seen.outcome, model, None))
        return held(cell, code=Code.PARTIAL_REPORTED) if told else broken(cell, "a part, and nothing says so", code=Code.PARTIAL_SILENT)
    if field is None and rows_of(seen.snapshot, model):
        return broken(cell, f"{rows_of(seen.snapshot, model)} rows of {model}, which may not be read", code=Code.LEAK)
    shown = [row for row in seen.snapshot.rows.get(model, []) if field is not None and not judge.is_blank(row.get(field))]
    if shown:
        return broken(cell, f"{target} has {len(shown)} values, and may not be read", code=Code.LEAK)
    said = denials(seen.outcome, model, field)
    if said and {name for one in said for name in one.missing_permissions} == set(missing):
        return held(cell, code=Code.DENIED_REPORTED)
    wider = said or _at_another_grain(lab, seen, model, field)
    if wider:
        named = sorted({name for one in wider for name in one.missing_permissions})
        text = f"{target} is reported, but names {named or 'no permission'} as missing, not {sorted(missing)}"
        return Result(cell, Code.DENIED_VAGUE, text, sorted(missing), named)
    text = f"{target} may not be read, and no diagnostic of the sync says so"
    return broken(cell, text, code=Code.DENIED_SILENT, expected=sorted(missing))


def _at_another_grain(lab: Lab, seen: Seen, model: str, field: str | None) -> list[Diagnostic]:
    """What was said of the whole model instead of its field, or of every field instead of the model; of a part, nothing."""
    if field is not None:
        return denials(seen.outcome, model, None)
    each = [denials(seen.outcome, model, name) for name in lab.promise.models[model].fields if name not in MADE_BY_SERVICE]
    return [one for said in each for one in said] if all(each) else []


def _removal_of(lab: Lab, permission: str) -> Removal:
    return next(one for one in removals(lab) if permission in one.permissions)


def denied_cells(lab: Lab) -> list[Cell]:
    cells = []
    for permission in (name for one in removals(lab) for name in sorted(one.permissions)):
        targets = _selected(lab, lab.profile.denied_by[permission]) if permission in lab.profile.denied_by else ["?"]
        cells += [Cell("permission", permission, target) for target in targets]
    return cells or [Cell("permission", "", "any")]


def denied(lab: Lab) -> Iterator[Result]:
    """PRM-1."""
    for cell in denied_cells(lab):
        if cell.name in {"?", "any"}:
            yield unverifiable(cell, "profile.yaml (denied_by) does not say what hangs on this permission")
        else:
            seen = without(lab, _removal_of(lab, cell.owner))[0]
            yield denial(lab, cell, seen, cell.name, lab.profile.denied_by[cell.owner][cell.name])


def again(lab: Lab) -> Iterator[Result]:
    """PRM-11."""
    for cell, removal in each_known(lab, "told again"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield judged(cell, without(lab, removal)[2], code=Code.DENIED_SILENT)


BY_NAME = Cell("permission", "denials", "by name")


SAY_WHAT_LACKS = frozenset({"PRM-1", "PRM-6"})
"""One permission taken away, and the credentials of customers, which lack several for one thing."""


def by_name(lab: Lab) -> Iterator[Result]:
    """PRM-10."""
    denials = [result for check, result in lab.ledger.results if check in SAY_WHAT_LACKS]
    vague = [f"{result.cell}: {result.message}" for result in denials if result.code is Code.DENIED_VAGUE]
    if not denials:
        yield unverifiable(BY_NAME, f"not judged: neither of {', '.join(sorted(SAY_WHAT_LACKS))} did run")
    else:
        yield judged(BY_NAME, examples(vague) or None)

"""Four worlds that differ in one thing, for each promised field: granted, revoked, granted and blank, granted and changed.

Where the truth is never blank (profile.yaml, `never_blank`), there is no third world: then a null can mean nothing but a denial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance import judge
from conformance.casework import denials, key_fields
from conformance.check import Cell
from conformance.checks.fields import SERVICE_MADE, declared, perturbed
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.promise import MADE_BY_SERVICE
from conformance.scopes.findings import Judged
from conformance.scopes.matrix import Matrix

DENIED = frozenset({Code.DENIED_REPORTED, Code.PARTIAL_REPORTED})


@dataclass(frozen=True)
class Worlds:
    """What was seen of one field in its four worlds; None: this world does not exist, for the reason beside it."""

    granted: Judged
    revoked: dict[str, Judged]
    """By the permission that was taken away."""
    blank: Judged | None
    changed: Judged | None
    grain: str
    """"field" when the vendor can hide this field alone, else "model"; "none" when no permission hides it."""
    why_not: str = ""

    def verdict(self) -> Judged:
        """The word for the field: the first world that went wrong, else what the first world showed."""
        for world, seen, good in self._seen():
            if seen is not None and seen.code not in good:
                return Judged(seen.code, f"{world}: {seen.message}", seen.expected, seen.got)
        return self.granted

    def _seen(self) -> Iterator[tuple[str, Judged | None, frozenset[Code]]]:
        yield "granted", self.granted, frozenset({Code.READABLE})
        for permission, seen in self.revoked.items():
            yield f"without {permission}", seen, DENIED
        yield "blank", self.blank, frozenset({Code.EMPTY})
        yield "changed", self.changed, frozenset({Code.READABLE})


def four_worlds(matrix: Matrix, cell: Cell) -> Worlds:
    """All worlds of one field."""
    lab, model, name = matrix.lab, cell.owner, cell.name
    own = matrix.truth.needs(model, name)
    every = own | matrix.truth.needs(model)
    revoked = {permission: matrix.findings(matrix.column_without(permission)).of(model, name) for permission in sorted(every)}
    granted = matrix.findings(matrix.column("FULL")).of(model, name)
    grain = "field" if own else "model" if every else "none"
    if name in MADE_BY_SERVICE or name in key_fields(model):
        return Worlds(granted, revoked, None, None, grain, "made by the service, or the key of the record")
    return Worlds(granted, revoked, _blank(lab, model, name), _changed(lab, model, name), grain, _why_never_blank(lab, model, name))


def _why_never_blank(lab: Lab, model: str, name: str) -> str:
    return "the vendor never leaves it blank (profile.yaml)" if name in lab.profile.never_blank.get(model, ()) else ""


def _blank(lab: Lab, model: str, name: str) -> Judged | None:
    """W3: records whose true value is blank, in the world as it is or after the perturbations."""
    calm, changed = lab.calm, perturbed(lab)
    shown = [(calm.snapshot, key) for key, values in lab.expected_records(model).items() if name in values and judge.is_blank(values[name])]
    shown += [
        (changed.snapshot, key)
        for one in lab.fixtures.perturbations
        for key, values in one.expect.get(model, {}).items()
        if values is not None and name in values and judge.is_blank(values[name])
    ]
    if not shown:
        if name in lab.profile.never_blank.get(model, ()):
            return None
        return Judged(Code.UNVERIFIABLE, "no record's truth is blank, and profile.yaml (never_blank) does not say that none can be")
    told = [one for outcome in (calm.outcome, changed.outcome) for one in (*denials(outcome, model, name), *denials(outcome, model, None))]
    if told:
        return Judged(Code.FALSE_DENIAL, f"the value is blank, and {', '.join(told[0].missing_permissions)} is called missing")
    wrong = [(key, snapshot.records[model][key].get(name)) for snapshot, key in shown if key in snapshot.records.get(model, {})]
    filled = [(key, value) for key, value in wrong if not judge.is_blank(value)]
    if filled:
        return Judged(Code.WRONG_VALUE, f"{filled[0][0]}: blank at the vendor, {judge.short(filled[0][1])} here", None, filled[0][1])
    return Judged(Code.EMPTY, f"{len(wrong)} blank records")


def _changed(lab: Lab, model: str, name: str) -> Judged | None:
    """W4: after the perturbations the field has the declared values, and had others before."""
    if name in SERVICE_MADE or model in lab.profile.constants:
        return None
    cells = {
        key: value for (owner, key, field), value in declared(lab.fixtures.perturbations).cells.items() if (owner, field) == (model, name)
    }
    if not cells:
        return Judged(Code.UNVERIFIABLE, "perturbations.yaml never changes it")
    after = perturbed(lab).snapshot.records.get(model, {})
    for key, value in cells.items():
        wrong = judge.compare(value, after.get(key, {}).get(name))
        if wrong:
            return Judged(
                wrong[0].code, f"{key} is {judge.short(wrong[0].got)}, declared is {judge.short(wrong[0].expected)}", value, wrong[0].got
            )
    return Judged(Code.READABLE, f"{len(cells)} changes")

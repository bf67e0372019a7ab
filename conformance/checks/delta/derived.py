"""Every field's change by a delta sync, also where the row that changed at the vendor is not the record's own.

What a change takes away is left aside: only a full sync concludes from what it does not meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from conformance import judge
from conformance.casework import broken, examples, held, model_cells, worth_judging
from conformance.check import Cell, Result
from conformance.checks.delta.cases import delta_cells
from conformance.checks.fields import apply
from conformance.fixture_models import Perturbation
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.prepared import synced


def noticed(lab: Lab) -> Iterator[Result]:
    """DLT-17."""
    yield from _judged(lab, model_cells(lab), [lab.fixtures.perturbations], own=True)


def elsewhere_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "changed by another record", model) for model in lab.models]


def noticed_elsewhere(lab: Lab) -> Iterator[Result]:
    """DLT-18."""
    if lab.profile.touch.tells_of_dependents:
        yield from _judged(lab, elsewhere_cells(lab), _apart(lab.fixtures.perturbations), own=False)
    else:
        for cell in elsewhere_cells(lab):
            yield Result(cell, Code.NOT_APPLICABLE, "the vendor tells only of the rows that changed themselves")


def _apart(perturbations: Sequence[Perturbation]) -> list[list[Perturbation]]:
    """Those that change other records than their row, in groups in which each has records of its own: what is read for one reason
    hides that it was not for the other."""
    groups: list[list[Perturbation]] = []
    for one in perturbations:
        if not _others(one):
            continue
        fitting = next((group for group in groups if not any(_disturb(one, other) for other in group)), None)
        if fitting is None:
            groups.append([one])
        else:
            fitting.append(one)
    return groups


def _disturb(one: Perturbation, other: Perturbation) -> bool:
    ours, theirs = _others(one), _others(other)
    return str(one.record) in theirs or str(other.record) in ours or not ours.isdisjoint(theirs)


def _others(one: Perturbation) -> set[str]:
    """The rows, other than its own, of whose records it changes a value."""
    keys = [key for records in one.expect.values() for key, values in records.items() if values is not None and not _is_own(one, key)]
    return {part for key in keys for part in key.split("/")} - {str(one.record)}


def _judged(lab: Lab, cells: Sequence[Cell], groups: Sequence[Sequence[Perturbation]], *, own: bool) -> Iterator[Result]:
    """A result for each model. `own`: judge the records whose own row changed; else the others."""
    if not delta_cells(lab):
        for cell in cells:
            yield Result(cell, Code.NOT_APPLICABLE, "no model is promised by delta")
        return
    judged: Counter[str] = Counter()
    found: list[judge.Deviation] = []
    for group in groups:
        wanted = judge.Declared(*((_part(one, own=own), one.also_changes) for one in group))
        judged.update(model for model, _, _ in wanted.cells)
        found += [one for one in worth_judging(lab, _deviations(lab, group, wanted)) if not one.undeclared]
    for cell in cells:
        wrong = [one for one in found if one.model == cell.name]
        if wrong:
            yield broken(cell, examples(wrong), code=wrong[0].code, expected=wrong[0].expected, got=wrong[0].got)
        elif judged[cell.name]:
            yield held(cell, f"{judged[cell.name]} values")
        else:
            why = "no row of the vendor's is a record of this model" if own else "no value of this model hangs on another record"
            yield Result(cell, Code.NOT_APPLICABLE, f"{why}, or perturbations.yaml changes none")


def _deviations(lab: Lab, perturbations: Sequence[Perturbation], wanted: judge.Declared) -> list[judge.Deviation]:
    """From what was declared, after these changes and a delta sync."""
    with synced(lab, lab.cut.settings) as (session, before):
        session.world.tenant.advance(60)
        # What is looked up beside the changed records has several pages as well.
        session.world.tenant.set_options(lab.profile.paging.smallest)
        apply(session.world, perturbations)
        session.sync_well("DELTA")
        return wanted.deviations(before, session.snapshot(), lab.models)


def _part(one: Perturbation, *, own: bool) -> dict[str, dict[str, dict[str, object] | None]]:
    """What is expected of the row's own records, or of the others."""
    return {
        model: {key: values for key, values in records.items() if values is not None and _is_own(one, key) is own}
        for model, records in one.expect.items()
    }


def _is_own(one: Perturbation, key: str) -> bool:
    """A record that joins two belongs to the rows of both."""
    return str(one.record) in key.split("/")

"""What a full sync says, with everything permitted and nothing in its way."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import (
    broken,
    examples,
    held,
    judged,
    warnings_problem,
    worth_judging,
)
from conformance.check import Cell, Result
from conformance.checks import quirks
from conformance.fixture_models import Changes, QuirkCase
from conformance.judge import Declared, Snapshot, short
from conformance.lab import Blocked, Lab
from conformance.outcomes import Code

SYNC = Cell("connection", "", "full sync")


def succeeds(lab: Lab) -> Iterator[Result]:
    """SYN-1."""
    try:
        outcome = lab.calm.outcome
    except Blocked as stopped:
        yield broken(SYNC, str(stopped))
        return
    concealed = _concealed(lab)
    told = [one for one in outcome.diagnostics if one.reason in {"not_permitted", "error", "masked"}]
    denied = [one for one in told if one.reason != "masked" or (one.model, one.field) not in concealed]
    if denied:
        yield broken(SYNC, f"with every permission it reports {denied[0]}", code=Code.FALSE_DENIAL, got=[repr(one) for one in denied])
    else:
        yield held(SYNC)


def _concealed(lab: Lab) -> set[tuple[str, str]]:
    """Fields of which the vendor masks a value."""
    return {
        (model, name)
        for model, records in lab.fixtures.expected.models.items()
        for record in records
        for name, value in record.values.items()
        if isinstance(value, dict) and "$masked" in value
    }


WARNINGS = Cell("connection", "full sync", "warnings")


def warned(lab: Lab) -> Iterator[Result]:
    """SYN-2."""
    yield judged(WARNINGS, warnings_problem(lab.calm.outcome.warnings, lab.profile.sync_warnings))


def masked_cells(lab: Lab) -> list[Cell]:
    found = sorted((model, name) for model, name in _concealed(lab) if model in lab.models)
    return [Cell("case", f"masked {model}", name) for model, name in found] or [Cell("case", "masked", "none")]


def masked(lab: Lab) -> Iterator[Result]:
    """SYN-3."""
    said = {(one.model, one.field) for one in lab.calm.outcome.diagnostics if one.reason == "masked"}
    for cell in masked_cells(lab):
        if cell.owner == "masked":
            yield Result(cell, Code.NOT_APPLICABLE, "the vendor masks nothing in this scenario")
        else:
            told = (cell.owner.removeprefix("masked "), cell.name) in said
            yield judged(cell, None if told else "the vendor masks a value, and no diagnostic says so", code=Code.DENIED_SILENT)


def shapes(lab: Lab) -> list[Cell]:
    """The scenario as it is, and each quirk with which the vendor masks something."""
    found = [Cell("quirk", "masked", f"{name} {number}") for name, number, _ in _masking(lab)]
    return [Cell("quirk", "masked", "as ever"), *found]


def _masking(lab: Lab) -> list[tuple[str, int, QuirkCase]]:
    return [
        (name, number, case)
        for name in lab.profile.quirks
        if name not in lab.profile.not_kept_under
        for number, case in enumerate(quirks.cases_of(lab, name))
        if case.expect != "unchanged" and any(_masked_in(case.expect))
    ]


def _masked_in(expect: Changes) -> Iterator[tuple[str, str, str]]:
    """(model, field, the vendor's words) of each masked value."""
    for model, records in expect.items():
        for values in records.values():
            for name, value in (values or {}).items():
                if isinstance(value, dict) and "$masked" in value:
                    yield model, name, value["$masked"]


def masked_in_any_shape(lab: Lab) -> Iterator[Result]:
    """SYN-4."""
    expected: Changes = {model: {one.key: one.values for one in records} for model, records in lab.fixtures.expected.models.items()}
    ever = list(_masked_in(expected))
    cells = iter(shapes(lab))
    words = {said for _, _, said in ever}
    if ever:
        yield judged(next(cells), _passed_on(lab, lab.calm.snapshot, words), code=Code.MASKED_AS_DATA)
    else:
        yield Result(next(cells), Code.NOT_APPLICABLE, "the vendor masks nothing in this scenario")
    for name, number, case in _masking(lab):
        cell, (outcome, shown, seen, how) = next(cells), quirks.seen_with(lab, name, number, case)
        masked = list(_masked_in(case.expect)) if case.expect != "unchanged" else []
        told = {(one.model, one.field) for one in outcome.diagnostics if one.reason == "masked"}
        silent = sorted({f"{model}.{field}" for model, field, _ in masked if model in lab.models and (model, field) not in told})
        passed_on = _passed_on(lab, shown, words | {said for _, _, said in masked})
        if passed_on is not None:
            yield broken(cell, f"{how}: {passed_on}", code=Code.MASKED_AS_DATA, seen=seen)
        else:
            text = f"{how}, the vendor masks {examples(silent)}, and no diagnostic says so" if silent else None
            yield judged(cell, text, code=Code.DENIED_SILENT, seen=seen)


def _passed_on(lab: Lab, shown: Snapshot, words: set[str]) -> str | None:
    """Where one of the vendor's placeholders stands in what was delivered, at any depth, or None."""
    for model in lab.models:
        for row in shown.rows.get(model, ()):
            for name, value in row.items():
                if any(word in repr(value) for word in words):
                    return f"{model}/{row.get('remote_id')}.{name} holds the vendor's placeholder: {short(value)}"
    return None


def unfit_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "unfit", case.id) for case in lab.profile.unfit] or [Cell("case", "unfit", "none")]


def unfit(lab: Lab) -> Iterator[Result]:
    """SYN-5."""
    if not lab.profile.unfit:
        yield Result(unfit_cells(lab)[0], Code.NOT_APPLICABLE, "the vendor's records cannot hold what the unified model cannot")
        return
    for cell, case in zip(unfit_cells(lab), lab.profile.unfit, strict=True):
        world = lab.world()
        world.perform(case.steps)
        session = world.connect()
        outcome = session.sync_well()
        found = Declared((case.expect, case.also_changes)).deviations(lab.calm.snapshot, session.snapshot(), lab.models)
        said = {f"{one.model}.{one.field}" for one in outcome.diagnostics if one.reason != "empty"}
        known = {f"{one.model}.{one.field}" for one in lab.calm.outcome.diagnostics}
        wanted = {name for name in case.told if name.partition(".")[0] in lab.models}
        silent, false = sorted(wanted - said), sorted(said - known - set(case.told))
        if bad := worth_judging(lab, found):
            yield broken(cell, examples(bad), code=bad[0].code, expected=bad[0].expected, got=bad[0].got)
        elif silent:
            text = f"{examples(silent)} cannot hold what the vendor has, and no diagnostic says so"
            yield broken(cell, text, code=Code.DENIED_SILENT)
        else:
            yield judged(cell, f"it speaks of {examples(false)}, where nothing is wrong" if false else None)

"""Values: each promised field against hand-checked answers, against its type, and against changes of the truth.

Only records that were delivered are judged; a record that is missing is the pages chapter's finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from conformance import identity, judge
from conformance.casework import (
    broken,
    examples,
    field_cells,
    held,
    judged,
    key_fields,
    model_cells,
    promised_fields,
    seen_at,
    unverifiable,
    worth_judging,
)
from conformance.check import Cell, Check, Result
from conformance.fixture_models import Perturbation
from conformance.lab import Lab, World
from conformance.outcomes import Code
from conformance.subjects import SyncOutcome
from connectors.unified.models import MODELS, REFERENCES

SERVICE_MADE = ("id", "changed_at", "remote_deleted_at")


def _value_cells(lab: Lab) -> list[Cell]:
    return promised_fields(lab, but=SERVICE_MADE)


def _values(lab: Lab) -> Iterator[Result]:
    """FLD-1."""
    shown = lab.calm.snapshot
    for cell in _value_cells(lab):
        yield _value(lab, shown, cell)


def _value(lab: Lab, shown: judge.Snapshot, cell: Cell) -> Result:
    delivered = shown.records.get(cell.owner, {})
    wrong: list[tuple[str, judge.Mismatch]] = []
    seen_values = unknown = 0
    for key, values in lab.expected_records(cell.owner).items():
        if key not in delivered:
            continue
        if cell.name not in values:
            unknown += 1
            continue
        wanted, got = values[cell.name], delivered[key].get(cell.name)
        if _points_at_missing(shown, cell, wanted):
            continue
        found = judge.compare(wanted, got, cell.name)
        wrong += [(key, mismatch) for mismatch in found[:1]]
        seen_values += not found and not judge.is_blank(got)
    if wrong:
        return _wrong_value(lab, cell, wrong)
    if unknown:
        return unverifiable(cell, f"expected.yaml does not say this field for {unknown} of its records")
    if not seen_values:
        return unverifiable(cell, "no delivered record has a value for it that is not blank")
    return held(cell, f"{seen_values} values", Code.READABLE)


def _points_at_missing(shown: judge.Snapshot, cell: Cell, wanted: Any) -> bool:
    """A reference to a record that was not delivered cannot be told; that record's absence is reported by PAG-1."""
    target = REFERENCES[cell.owner].get(cell.name)
    if target is None:
        return False
    keys = [key for key in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(key, str)]
    known = set(shown.ids.get(target, {}).values())
    return any(key not in known for key in keys) and any(_record_part(target, key) not in shown.keys.get(target, Counter()) for key in keys)


def _record_part(target: str, key: str) -> str:
    """An option's key begins with that of its question."""
    return key.split("/", 1)[0] if target == identity.QUESTIONS else key


def _wrong_value(lab: Lab, cell: Cell, wrong: Sequence[tuple[str, judge.Mismatch]]) -> Result:
    key, first = wrong[0]
    text = examples(f"{key}: {one.path} is {judge.short(one.got)}, expected {judge.short(one.expected)}" for key, one in wrong)
    seen = seen_at(lab.calm.world, lab.profile.page_operations.get(cell.owner))
    return broken(cell, text, code=first.code, expected={key: first.expected}, got={key: first.got}, seen=seen)


# ---------------------------------------------------------------------------------------------- what every row has


def _ids(lab: Lab) -> Iterator[Result]:
    """FLD-2."""
    for cell in field_cells("id")(lab):
        rows = lab.calm.snapshot.rows.get(cell.owner, [])
        made = [row.get("id") for row in rows]
        if cell.owner == identity.QUESTIONS:
            made += [option.get("id") for row in rows for option in identity.options_of(row)]
        wrong = [one for one in made if not isinstance(one, str) or not judge.UNIFIED_ID.fullmatch(one)]
        keys = {(row.get("id"), identity.key_of(cell.owner, row, lab.calm.snapshot.ids)) for row in rows}
        if cell.owner == identity.QUESTIONS:
            # An option is its question's own: two questions may offer the same words, and not the same option.
            keys |= {(option.get("id"), f"{row.get('id')}/{option.get('name')}") for row in rows for option in identity.options_of(row)}
        shared = [one for one, count in Counter(one for one, _ in keys).items() if count > 1]
        if not rows:
            yield unverifiable(cell, "no record was delivered")
        elif wrong:
            yield broken(cell, f"not 24 characters of base58: {examples(map(repr, wrong))}", code=Code.TYPE_MISMATCH)
        elif shared:
            yield broken(cell, f"{len(shared)} ids stand for more than one record", code=Code.WRONG_VALUE)
        else:
            yield held(cell, f"{len(rows)} ids", Code.READABLE)


def _own_ids(lab: Lab) -> Iterator[Result]:
    """FLD-6."""
    for cell in field_cells("id")(lab):
        one, other = ({row.get("id") for row in calm.snapshot.rows.get(cell.owner, [])} for calm in (lab.calm, lab.calm_pages))
        shared = [str(found) for found in one & other]
        if not one:
            yield unverifiable(cell, "no record was delivered")
        else:
            text = f"two connections have the id {examples(shared)}" if shared else None
            yield judged(cell, text, code=Code.WRONG_VALUE)


def _changed_at(lab: Lab) -> Iterator[Result]:
    """FLD-3."""
    for cell in field_cells("changed_at")(lab):
        rows = lab.calm.snapshot.rows.get(cell.owner, [])
        wrong = [row.get("changed_at") for row in rows if not judge.UNIFIED_DATE_TIME.fullmatch(str(row.get("changed_at")))]
        if not rows:
            yield unverifiable(cell, "no record was delivered")
        elif wrong:
            yield broken(cell, f"not a date-time as the unified API writes it: {examples(map(repr, wrong))}", code=Code.TYPE_MISMATCH)
        else:
            yield held(cell, code=Code.READABLE)


def _undeclared(lab: Lab) -> Iterator[Result]:
    """FLD-4."""
    for cell in model_cells(lab):
        promised = {*lab.promise.models[cell.name].fields, "id", "remote_id", "changed_at", "remote_deleted_at"}
        rows = lab.calm.snapshot.rows.get(cell.name, [])
        extra = {name: row[name] for row in rows for name in row if name not in promised and not judge.is_blank(row[name])}
        text = examples(f"{name} = {judge.short(value)}" for name, value in extra.items())
        yield judged(cell, text or None, code=Code.UNDECLARED)


def _shapes(lab: Lab) -> Iterator[Result]:
    """FLD-5."""
    for cell in model_cells(lab):
        rows = lab.calm.snapshot.rows.get(cell.name, [])
        wrong = [problem for row in rows for problem in _shape_problems(lab, cell.name, row)]
        if not rows:
            yield unverifiable(cell, "no record was delivered")
        else:
            yield judged(cell, examples(wrong) or None, code=Code.TYPE_MISMATCH)


def _shape_problems(lab: Lab, model: str, row: Mapping[str, Any]) -> Iterator[str]:
    unchecked = {"id", "changed_at", "remote_deleted_at"}
    own = MODELS[model].model_fields
    promised = lab.promise.models[model].fields
    for name in MODELS[model].instants() & set(promised) - unchecked:
        value = row.get(name)
        if isinstance(value, str) and not judge.UNIFIED_DATE_TIME.fullmatch(value) and not lab.ledger.bad_field(model, name):
            yield f"{row.get('remote_id')}: {name} is {value!r}, not a date-time in UTC with milliseconds"
    try:
        MODELS[model].model_validate({name: value for name, value in row.items() if name in own})
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            if name not in unchecked and name not in MODELS[model].instants() and not lab.ledger.bad_field(model, name):
                yield f"{row.get('remote_id')}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"


# --------------------------------------------------------------------------------------------------- perturbation


def _moving_cells(lab: Lab) -> list[Cell]:
    fields = [cell for cell in promised_fields(lab, but=SERVICE_MADE) if cell.name not in key_fields(cell.owner)]
    return [*fields, *model_cells(lab)]


def apply(world: World, perturbations: Sequence[Perturbation]) -> None:
    """Change the truth as the fixture says, and mark the changed rows as the vendor would."""
    for one in perturbations:
        world.tenant.update(one.table, one.record, {**world.tenant.touched(one.table, world.lab.profile.touch), **one.set})


def declared(perturbations: Sequence[Perturbation]) -> judge.Declared:
    return judge.Declared(*[(one.expect, one.also_changes) for one in perturbations])


@dataclass(frozen=True)
class Perturbed:
    """A fresh connection after all perturbations."""

    outcome: SyncOutcome
    snapshot: judge.Snapshot


def perturbed(lab: Lab) -> Perturbed:
    return lab.once("perturbed", lambda: _fresh_after(lab, lab.fixtures.perturbations))


def _fresh_after(lab: Lab, perturbations: Sequence[Perturbation]) -> Perturbed:
    world = lab.world()
    world.tenant.advance(60)
    apply(world, perturbations)
    session = world.connect()
    outcome = session.sync_well()
    return Perturbed(outcome, session.snapshot())


def _perturbed(lab: Lab) -> Iterator[Result]:
    """PTB-1."""
    perturbations = lab.fixtures.perturbations
    wanted = declared(perturbations)
    after = perturbed(lab).snapshot
    deviations = worth_judging(lab, wanted.deviations(lab.calm.snapshot, after, lab.models))
    moved = {(model, name) for model, _, name in wanted.cells}
    cells = _moving_cells(lab)
    fields = {(cell.owner, cell.name) for cell in cells if cell.kind == "field"}
    for cell in cells:
        if cell.kind == "model":
            found = [one for one in deviations if one.model == cell.name and (one.model, one.field) not in fields]
        else:
            found = [one for one in deviations if (one.model, one.field) == (cell.owner, cell.name)]
        if lab.ledger.bad_field(cell.owner, cell.name):
            yield unverifiable(cell, "not judged: FLD-1 found its values wrong already")
        elif found:
            code = found[0].code
            yield broken(cell, f"{examples(found)}{_culprit(lab, found[0])}", code=code, expected=found[0].expected, got=found[0].got)
        elif cell.kind == "field" and (cell.owner, cell.name) not in moved:
            yield unverifiable(cell, "perturbations.yaml never changes it")
        else:
            yield held(cell)


def _culprit(lab: Lab, deviation: judge.Deviation) -> str:
    """Which perturbation did it: told by the fixture for a declared cell, found by halving for an undeclared one."""
    chosen = list(lab.fixtures.perturbations)
    if not deviation.undeclared:
        touching = [one.id for one in chosen if deviation.key in one.expect.get(deviation.model, {})]
        return f" (perturbation {', '.join(touching)})" if touching else ""
    tried = lab.observations.memory.setdefault("perturbations searched for", (True, []))[1]
    if len(tried) >= 3:
        return ""
    tried.append(deviation)
    while len(chosen) > 1:
        half = chosen[: len(chosen) // 2]
        after = _fresh_after(lab, half).snapshot
        again = any(
            (one.model, one.key, one.field) == (deviation.model, deviation.key, deviation.field)
            for one in judge.differences(lab.calm.snapshot, after, lab.models)
        )
        chosen = half if again else chosen[len(half) :]
    return f" (perturbation {chosen[0].id})" if chosen else ""


def _updated(lab: Lab) -> Iterator[Result]:
    """PTB-2."""
    before, after = updated_run(lab)
    fresh = {(cell.owner, cell.name) for cell, code in _failed(lab, "PTB-1")} | {(cell.name, None) for cell, _ in _failed(lab, "PTB-1")}
    wanted = declared(lab.fixtures.perturbations)
    for cell in model_cells(lab):
        found = [one for one in worth_judging(lab, wanted.deviations(before, after, [cell.name])) if (one.model, one.field) not in fresh]
        yield judged(cell, examples(found) or None, code=found[0].code if found else Code.HELD)


def _failed(lab: Lab, check: str) -> list[tuple[Cell, Code]]:
    return [(result.cell, result.code) for known, result in lab.ledger.results if known == check and result.code is not Code.HELD]


def updated_run(lab: Lab) -> tuple[judge.Snapshot, judge.Snapshot]:
    """One connection before and after all perturbations; the delta chapter judges its times."""

    def observe() -> tuple[judge.Snapshot, judge.Snapshot]:
        world = lab.world()
        session = world.connect()
        session.sync_well()
        before = session.snapshot()
        world.tenant.advance(60)
        apply(world, lab.fixtures.perturbations)
        session.sync_well()
        return before, session.snapshot()

    return lab.once("updated by perturbations", observe)


SOURCE = "unified API: models; fixtures: expected.yaml"
CHECKS = (
    Check("FLD-1", "Each promised field has the value that the vendor's record has after the declared mapping.", SOURCE,
          _value_cells, _values),
    Check("FLD-2", "Ids are 24 characters of base58, one for each record and none for two.", "unified API: id format",
          field_cells("id"), _ids),
    Check("FLD-6", "No two connections have an id in common, though they read the same account.", "unified API: ids belong to an integration",
          field_cells("id"), _own_ids),
    Check("FLD-3", "Every record says when it changed, as a date-time.", "unified API: changed_at", field_cells("changed_at"), _changed_at),
    Check("FLD-4", "A field that is not promised has no value.", "design of this suite: no undeclared data", model_cells, _undeclared),
    Check("FLD-5", "Every value has the type and format that the unified model gives it.", "unified API: models", model_cells, _shapes),
    Check("PTB-1", "When the vendor's record changes, exactly the declared unified fields change, to the declared values.",
          "fixtures: perturbations.yaml", _moving_cells, _perturbed),
    Check("PTB-2", "A further sync of the same connection shows the changes as a first one would.",
          "fixtures: perturbations.yaml", model_cells, _updated),
)  # fmt: skip

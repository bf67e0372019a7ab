"""The scope config: what a customer switched off is not there, is said to be off, and comes back when switched on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance import judge
from conformance.action_runs import cases_of, changes_between, with_ids
from conformance.casework import broken, examples, held, judged, key_fields, model_cells, same, unverifiable, without_ids_of
from conformance.check import Cell, Check, Result
from conformance.lab import Blocked, Lab, Session
from conformance.outcomes import Code
from conformance.promise import MADE_BY_SERVICE
from connectors.unified.models import REFERENCES

OFF_CODE = "INTEGRATION.MODEL_DISABLED"


def dependents(lab: Lab, model: str) -> list[str]:
    """The models that go off with this one, however indirectly."""
    found: list[str] = []
    asked = [model]
    while asked:
        target = asked.pop()
        more = [name for name, promised in lab.promise.models.items() if target in promised.depends_on and name not in (*found, model)]
        found += more
        asked += more
    return found


def scopable(lab: Lab, model: str) -> list[str]:
    """The fields that a customer may switch off: not what makes the record what it is, nor what it points at."""
    told = lab.profile.scoped_fields.get(model)
    if told is not None:
        return told
    fixed = {*MADE_BY_SERVICE, *key_fields(model), *REFERENCES[model]}
    return [name for name in lab.promise.models[model].fields if name not in fixed]


# -------------------------------------------------------------------------------------------------------- fields


def _field_cells(lab: Lab) -> list[Cell]:
    return [Cell("field", model, name) for model in lab.models for name in scopable(lab, model)]


def _halves(lab: Lab) -> tuple[list[Cell], list[Cell]]:
    """Every second field is off in one world and on in the other, so that each is seen both ways beside neighbours."""
    cells = _field_cells(lab)
    return cells[::2], cells[1::2]


def _switched(lab: Lab, number: int) -> tuple[judge.Snapshot, Session]:
    def observe() -> tuple[judge.Snapshot, Session]:
        off = _halves(lab)[number]
        session = lab.world().connect()
        session.sync_well()
        session.reconnect(scope={"fields": {f"{cell.owner}.{cell.name}": "DISABLED" for cell in off}})
        session.sync_well()
        return session.snapshot(), session

    return lab.once(("fields off", number), observe)


def _fields_off(lab: Lab) -> Iterator[Result]:
    """SCP-1."""
    for number, off in enumerate(_halves(lab)):
        shown, _ = _switched(lab, number)
        for cell in off:
            rows = shown.rows.get(cell.owner, [])
            left = [row[cell.name] for row in rows if row.get(cell.name) is not None]
            if not rows:
                yield unverifiable(cell, "no record was delivered")
            else:
                yield judged(cell, f"switched off, and it still has {judge.short(left[0])}" if left else None, code=Code.LEAK)


MIRRORS = frozenset({"remote_data"})
"""The vendor's answer as it was asked for: with less asked for, it holds less."""


def _fields_on(lab: Lab) -> Iterator[Result]:
    """SCP-2."""
    halves = _halves(lab)
    found = {
        number: judge.differences(lab.calm.snapshot, _switched(lab, number)[0], lab.models) for number, half in enumerate(halves) if half
    }
    off = {number: {(cell.owner, cell.name) for cell in half} for number, half in enumerate(halves)}
    for cell in model_cells(lab):
        wrong = [
            one
            for number, differences in found.items()
            for one in differences
            if one.model == cell.name
            and (one.model, one.field) not in off[number]
            and one.field not in MIRRORS
            and not lab.ledger.bad_field(one.model, one.field)
        ]
        yield judged(cell, examples(wrong) or None, code=Code.BLAST)


def _fields_said(lab: Lab) -> Iterator[Result]:
    """SCP-3."""
    for number, off in enumerate(_halves(lab)):
        _, session = _switched(lab, number)
        said = {(one.model, one.field) for one in session.outcomes[-1].diagnostics if one.reason == "disabled_by_scope_config"}
        for cell in off:
            told = (cell.owner, cell.name) in said
            yield judged(cell, None if told else "switched off, and no diagnostic says so", code=Code.DENIED_SILENT)


# -------------------------------------------------------------------------------------------------------- models


Off = tuple[judge.Snapshot, Mapping[str, Sequence[Mapping[str, Any]]], judge.Snapshot, judge.Snapshot]
"""Before; rows with include_deleted while the model is off; everything else meanwhile; after it was switched on again."""


def _model_off(lab: Lab, model: str, setting: str = "DISABLED") -> Off:
    def observe() -> Off:
        session = lab.world().connect()
        session.sync_well()
        before = session.snapshot()
        session.reconnect(scope={"models": {model: setting}})
        session.sync_well()
        meanwhile, everything = session.snapshot(), session.snapshot(include_deleted=True)
        session.reconnect(scope={})
        session.sync_well()
        return before, everything.rows, meanwhile, session.snapshot()

    return lab.once(("model off", model, setting), observe)


def _off_problem(off: Off, model: str) -> str | None:
    """Why a model that is off is not off, or None."""
    _, deleted, meanwhile, _ = off
    if meanwhile.unavailable.get(model, OFF_CODE) != OFF_CODE:
        return f"its read is refused with {meanwhile.unavailable[model]}, not {OFF_CODE}"
    if meanwhile.rows.get(model):
        return f"{len(meanwhile.rows[model])} records are still shown"
    left = [row for row in deleted.get(model, ()) if row.get("remote_deleted_at") is None]
    return f"{len(left)} records are not marked as deleted" if left else None


def _models_off(lab: Lab) -> Iterator[Result]:
    """SCP-4."""
    for cell in model_cells(lab):
        yield judged(cell, _off_problem(_model_off(lab, cell.name), cell.name), code=Code.LEAK)


def _dependent_cells(lab: Lab) -> list[Cell]:
    found = [Cell("model", model, name) for model in lab.models for name in dependents(lab, model)]
    return found or [Cell("model", "", "no dependent model")]


def _dependents_off(lab: Lab) -> Iterator[Result]:
    """SCP-5."""
    for cell in _dependent_cells(lab):
        if not cell.owner:
            yield Result(cell, Code.NOT_APPLICABLE, "no model depends on another")
        else:
            yield judged(cell, _off_problem(_model_off(lab, cell.owner), cell.name), code=Code.LEAK)


def _rest(lab: Lab) -> Iterator[Result]:
    """SCP-6."""
    for cell in model_cells(lab):
        before, _, meanwhile, _ = _model_off(lab, cell.name)
        hidden = frozenset({cell.name, *dependents(lab, cell.name)})
        earlier, later = (without_ids_of(lab, shown, hidden) for shown in (before, meanwhile))
        problem = same(lab, earlier, later, hidden=hidden, but=MIRRORS)
        yield judged(cell, problem, code=Code.BLAST)


def _models_back(lab: Lab) -> Iterator[Result]:
    """SCP-7."""
    for cell in model_cells(lab):
        before, _, _, after = _model_off(lab, cell.name)
        moved = [
            key for key, row in before.by_key.get(cell.name, {}).items() if after.by_key.get(cell.name, {}).get(key, row)["id"] != row["id"]
        ]
        yield judged(cell, same(lab, before, after) or (f"the id changed on {examples(moved)}" if moved else None))


def _optional_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "scope", setting) for setting in ("OPTIONAL", "OPTED_OUT")]


def _optional(lab: Lab) -> Iterator[Result]:
    """SCP-8."""
    model = next((model for model in lab.models if not dependents(lab, model)), lab.models[0])
    for cell in _optional_cells(lab):
        off = _model_off(lab, model, cell.name)
        if cell.name == "OPTED_OUT":
            yield judged(cell, _off_problem(off, model), code=Code.LEAK)
        else:
            yield judged(cell, same(lab, off[0], off[2]), code=Code.MISSING)


# ------------------------------------------------------------------------------------------------------- actions


def _action_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "switched off", action) for action in lab.promise.actions]


def _actions_off(lab: Lab) -> Iterator[Result]:
    """SCP-9."""
    world = lab.world()
    session = world.connect()
    session.sync_well()
    shown = session.snapshot()
    session.reconnect(scope={"actions": dict.fromkeys(lab.promise.actions, "DISABLED")})
    for cell in _action_cells(lab):
        cases = cases_of(lab, cell.name, refused=False)
        try:
            values = with_ids(cases[0].input, shown, tuple(lab.promise.models)) if cases else {}
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        before = world.tenant.dump()
        outcome = session.act(cell.name, values)
        wrote = changes_between(before, world.tenant.dump()).counts()
        if outcome.ok or wrote:
            yield broken(cell, f"switched off, and it was done: {examples(wrote)}", code=Code.FALSE_SUCCESS)
        elif outcome.code != "INTEGRATION.ACTION_DISABLED":
            yield broken(cell, f"the error is {outcome.code}", expected="INTEGRATION.ACTION_DISABLED", got=outcome.code)
        else:
            yield held(cell, code=Code.REJECTED_REPORTED)


API = "unified API: scope config"
CHECKS = (
    Check("SCP-1", "A field that is switched off is null after the next sync.", API, _field_cells, _fields_off),
    Check("SCP-2", "Switching fields off leaves every other field as it was.", API, model_cells, _fields_on),
    Check("SCP-3", "A field that is null because it is switched off is reported as such.",
          "design of this suite: no silent null", _field_cells, _fields_said, level="SHOULD"),
    Check("SCP-4", "A model that is switched off is not shown any more; its records are marked as deleted.", API,
          model_cells, _models_off),
    Check("SCP-5", "A model that depends on one that is switched off is off, too.", API, _dependent_cells, _dependents_off),
    Check("SCP-6", "Switching a model off leaves all models that do not depend on it as they were.", API, model_cells, _rest),
    Check("SCP-7", "A model that is switched on again is there again after the next sync, under the same ids.", API,
          model_cells, _models_back),
    Check("SCP-8", "OPTIONAL is on; OPTIONAL that the customer opted out of is off.", API, _optional_cells, _optional),
    Check("SCP-9", "An action that is switched off is refused and writes nothing.", API, _action_cells, _actions_off),
)  # fmt: skip

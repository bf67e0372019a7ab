"""What a customer may switch off, and what goes off with it."""

from __future__ import annotations

from conformance.casework import key_fields
from conformance.check import Cell
from conformance.lab import Lab, Session
from conformance.promise import MADE_BY_SERVICE
from conformance.sandbox import Entry
from connectors.unified.models import REFERENCES


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


def scopable_cells(lab: Lab) -> list[Cell]:
    return [Cell("field", model, name) for model in lab.models for name in scopable(lab, model)]


def all_scopable(lab: Lab) -> list[str]:
    """All fields that a customer may switch off, as "Model.field", of every promised model, whichever are under test."""
    return [f"{model}.{name}" for model in lab.promise.models for name in scopable(lab, model)]


def two_halves(lab: Lab) -> tuple[list[Cell], list[Cell]]:
    """Every second field is off in one world and on in the other, so that each is seen both ways beside neighbours."""
    cells = scopable_cells(lab)
    return cells[::2], cells[1::2]


def asked_meanwhile(session: Session) -> tuple[Entry, ...]:
    """Sync, and tell what that asked for."""
    session.world.tenant.clear_journal()
    session.sync_well()
    return tuple(session.world.tenant.journal())


def gone_with(lab: Lab, model: str) -> frozenset[str]:
    """The model and all that goes off with it."""
    return frozenset({model, *dependents(lab, model)})

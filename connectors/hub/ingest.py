"""Turns what a connector delivers into rows: scope, references, validation. What does not fit is reported, never stored.

One bad value costs its own field only, in its own record; the rest of the record and of the sync goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from connectors.hub.ids import unified_id
from connectors.hub.records import Row
from connectors.hub.scope import Scope
from connectors.unified.connector import Diagnostic, Record, Ref
from connectors.unified.models import MODELS
from connectors.unified.models import Row as Model
from connectors.unified.values import ONLY_JSON

PLAIN = frozenset({str, int, float, bool, type(None)})
EPOCH = "1970-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one record. No row: it was refused as a whole, or its model is off."""

    row: Row | None
    diagnostics: tuple[Diagnostic, ...] = ()
    left_out: tuple[str, ...] = ()
    """Wanted fields that the connector did not deliver; somebody must have said why."""


def ingest(record: Record, *, integration_id: str, scope: Scope) -> Ingested:
    """One record, with the scope config applied and every Ref replaced by a unified id."""
    if record.model not in MODELS or record.model not in scope.promised:
        return Ingested(None, (Diagnostic(record.model, "error", detail="the connector delivered a model that it does not promise"),))
    if record.model not in scope.models:
        return Ingested(None)
    if not record.key:
        return Ingested(None, (Diagnostic(record.model, "error", detail="the connector delivered a record without a key"),))
    fields = scope.promised[record.model]
    strange = tuple(name for name, value in record.values.items() if name not in fields and value is not None)
    wanted = scope.fields[record.model]
    values = {name: value for name, value in record.values.items() if name in wanted}
    good, problems = _validated(MODELS[record.model], record.key, values, integration_id)
    return Ingested(
        row=Row(record.model, record.key, good),
        diagnostics=(*(_strange(record, name) for name in strange), *problems),
        left_out=tuple(sorted(wanted - record.values.keys())),
    )


def resolved(value: Any, integration_id: str) -> Any:
    """The value with every Ref, however deep, replaced by the unified id that it means."""
    # Asking for abstract classes first would cost more than the rest of the sync.
    kind = type(value)
    if kind in PLAIN:
        return value
    if (kind is dict or kind is list) and _is_json(value):
        return value
    match value:
        case Ref(key=key):
            return unified_id(integration_id, key)
        case Mapping():
            return {name: resolved(part, integration_id) for name, part in value.items()}
        case list() | tuple():
            return [resolved(part, integration_id) for part in value]
        case _:
            return value


def _is_json(value: Any) -> bool:
    """Whether nothing else, such as a Ref, is anywhere in it."""
    try:
        orjson.dumps(value, option=ONLY_JSON)
    except TypeError:
        return False
    return True


def _strange(record: Record, field: str) -> Diagnostic:
    detail = f"record {record.key}: the connector delivered a field that it does not promise; it was dropped"
    return Diagnostic(record.model, "error", field=field, detail=detail)


def _validated(
    model: type[Model], key: str, given: Mapping[str, Any], integration_id: str
) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """The values as JSON without any Ref, with null for those that are invalid, and one diagnostic for each of these."""
    id = unified_id(integration_id, key)
    identity = {"id": id, "changed_at": EPOCH} | ({"remote_id": key} if model.has_remote_id() else {})
    # The vendor's own data, most of a record, is JSON already: to validate it is to find that nothing in it needs resolving.
    done = model.json_objects()
    values = {name: value if name in done else resolved(value, integration_id) for name, value in given.items()}
    hoped = True
    problems: list[Diagnostic] = []
    while True:
        try:
            valid = model.model_validate({**identity, **values})
        except ValidationError as error:
            if hoped:
                values.update({name: resolved(values[name], integration_id) for name in done & values.keys()})
                hoped = False
            else:
                problems.extend(_without_invalid(model, key, values, error))
        else:
            return _dumped(valid, done), tuple(problems)


def _dumped(valid: Model, done: frozenset[str]) -> dict[str, Any]:
    """Every field as JSON. Only what has parts is left to pydantic: most values are ready."""
    held = valid.__dict__
    found = {name: held[name] for name in valid.fields()}
    composed = {name for name, value in found.items() if type(value) not in PLAIN and name not in done}
    if composed:
        found |= valid.model_dump(mode="json", exclude_unset=True, include=composed)
    return found


def _without_invalid(model: type[Model], key: str, values: dict[str, Any], error: ValidationError) -> list[Diagnostic]:
    """Take out of `values` what pydantic objects to: an item where the model says so, else the whole field."""
    problems: dict[str, Diagnostic] = {}
    items: dict[str, set[int]] = {}
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        place = found["loc"]
        field = str(place[0])
        if field not in values:
            raise error
        if field in model.drops_invalid_items and len(place) > 1 and isinstance(place[1], int):
            items.setdefault(field, set()).add(place[1])
        where = ".".join(str(step) for step in place)
        problems.setdefault(field, Diagnostic(model.card, "error", field=field, detail=f"record {key}: {where}: {found['msg']}"))
    for field in problems:
        if field not in model.fields():
            del values[field]
        elif field in items:
            values[field] = [item for index, item in enumerate(values[field]) if index not in items[field]]
        else:
            values[field] = None
    return list(problems.values())

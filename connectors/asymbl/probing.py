"""Tells which models and fields a user can read: describe says what is visible, and one small query proves it. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from connectors.asymbl.manifest import MANIFEST
from connectors.asymbl.reading import Reading
from connectors.asymbl.refusals import UnknownColumn
from connectors.asymbl.schema import Lost, losing
from connectors.asymbl.soql import Select
from connectors.unified.connector import Diagnostic, Probed, Wanted
from connectors.unified.errors import PermissionMissing

OF_THE_HUB = frozenset({"id", "remote_id", "changed_at", "remote_deleted_at"})
"""Made by the hub: readable as soon as the model is."""


def against(reading: Reading) -> Lost:
    """What speaks against reading all that is wanted of a list. Raises ConnectorError for what is no verdict (401, outage)."""
    try:
        view = reading.view()
    except PermissionMissing as refusal:
        # Not even describe answers: the user may not call the API at all.
        return {(model, None): _denial(model, refusal) for model in reading.models}
    found = {**view.lost, **{(one.model, one.field): one for one in reading.beforehand()}}
    readable = [model for model in reading.models if (model, None) not in view.lost]
    if not view.columns or not readable:
        return found
    try:
        reading.wire.query(Select(view.columns, view.sobject, reading.conditions(), limit=1))
    except UnknownColumn as refusal:
        return {**found, **losing(view.sobject, refusal.column, reading.wanted)}
    except PermissionMissing as refusal:
        return {**found, **{(model, None): _denial(model, refusal) for model in readable}}
    return found


def _denial(model: str, refusal: PermissionMissing) -> Diagnostic:
    return Diagnostic(
        model, "not_permitted", None, refusal.missing_permissions, refusal.http_status, refusal.vendor_code, detail=str(refusal)
    )


def verdicts(wanted: Wanted, found: Lost) -> Iterator[Probed]:
    """One for each wanted model, and for each of its wanted fields."""
    for model in (model for model in MANIFEST.models if model.name in wanted):
        speaking = found.get((model.name, None))
        yield Probed(model.name, None, speaking is None, speaking)
        for name in (item.name for item in model.fields if item.name in wanted[model.name] or item.name in OF_THE_HUB):
            of_field = found.get((model.name, name)) if speaking is None else replace(speaking, field=name)
            yield Probed(model.name, name, of_field is None, of_field)


def probe(readings: Iterable[Reading], wanted: Wanted) -> tuple[Probed, ...]:
    """All verdicts. Raises ConnectorError."""
    found = Lost()
    for reading in readings:
        for cell, diagnostic in against(reading).items():
            found.setdefault(cell, diagnostic)
    return tuple(verdicts(wanted, found))

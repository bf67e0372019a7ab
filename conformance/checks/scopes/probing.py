"""What a probe says of what is switched off."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import examples, judged, model_cells
from conformance.check import Result
from conformance.checks.scopes.switching import gone_with, scopable
from conformance.lab import Lab
from conformance.prepared import synced


def probed_off(lab: Lab) -> Iterator[Result]:
    """SCP-20."""
    off = lab.models[::2]
    gone = frozenset[str]().union(*(gone_with(lab, model) for model in off))
    fields = {model: scopable(lab, model) for model in lab.models if model not in gone}
    scope = {
        "models": dict.fromkeys(off, "DISABLED"),
        "fields": {f"{model}.{name}": "DISABLED" for model, names in fields.items() for name in names},
    }
    with synced(lab) as (session, _):
        session.reconnect(scope=scope)
        probed = session.probe()
    said, called_readable = ({(one.model, one.field) for one in probed if one.readable or not only} for only in (False, True))
    for cell in model_cells(lab):
        model = cell.name
        wanted = [(model, None)] if model in gone else [(model, name) for name in fields.get(model, ())]
        silent = [name or model for _, name in wanted if (model, name) not in said]
        readable = [name or model for _, name in wanted if (model, name) in called_readable]
        text = f"of what is switched off the probe says nothing: {examples(silent)}" if silent else None
        yield judged(cell, text or (f"switched off, and the probe calls it readable: {examples(readable)}" if readable else None))

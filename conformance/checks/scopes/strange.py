"""Scope configs that name what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import broken, held
from conformance.check import Cell, Result
from conformance.lab import Lab
from conformance.subjects import ConfigurationError

STRANGE: dict[str, dict[str, dict[str, str]]] = {
    "unknown model": {"models": {"No such model": "DISABLED"}},
    "unknown field": {"fields": {"No such model.no_such_field": "DISABLED"}},
    "unknown action": {"actions": {"Conjure a hire": "DISABLED"}},
}


def strange_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "scope", name) for name in (*STRANGE, "unknown setting")]


def strange(lab: Lab) -> Iterator[Result]:
    """SCP-11."""
    world = lab.world()
    configs = {**STRANGE, "unknown setting": {"models": {lab.models[0]: "PERHAPS"}}}
    for cell in strange_cells(lab):
        try:
            world.connect(scope=configs[cell.name])
        except ConfigurationError:
            yield held(cell)
        else:
            yield broken(cell, "it was taken, and means nothing")

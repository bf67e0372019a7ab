"""The permissions that the manifest names."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import judged, model_cells
from conformance.check import Result
from conformance.lab import Lab


def declared_needs(lab: Lab) -> Iterator[Result]:
    """PRM-9."""
    for cell in model_cells(lab):
        declared = set(lab.promise.models[cell.name].needs)
        true = {permission for permission, denied in lab.profile.denied_by.items() if cell.name in denied}
        over, under = sorted(declared - true), sorted(true - declared)
        parts = [f"declared and not needed: {', '.join(over)}"] if over else []
        parts += [f"needed and not declared: {', '.join(under)}"] if under else []
        yield judged(cell, "; ".join(parts) or None)

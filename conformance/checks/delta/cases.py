"""The delta cases of a profile, and the models that are promised by delta."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.casework import model_cells
from conformance.check import Cell
from conformance.lab import Lab


def named(cases: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(case.id or f"{number}", case) for number, case in enumerate(cases, 1)]


def case_cells(owner: str, *, at_watermark: bool) -> Any:
    def cells(lab: Lab) -> list[Cell]:
        found = [Cell("case", owner, name) for name, case in named(lab.profile.delta) if case.at_watermark is at_watermark]
        return found or [Cell("case", owner, "any")]

    return cells


def delta_cells(lab: Lab) -> list[Cell]:
    return [cell for cell in model_cells(lab) if lab.promise.models[cell.name].delta]

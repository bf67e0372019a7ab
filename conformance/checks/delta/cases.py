"""The delta cases of a profile, and the models that are promised by delta."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from conformance.casework import model_cells
from conformance.check import Cell
from conformance.fixture_models import DeltaCase
from conformance.lab import Lab


def named(cases: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(case.id or f"{number}", case) for number, case in enumerate(cases, 1)]


def case_cells(owner: str, *, at_watermark: bool) -> Any:
    def cells(lab: Lab) -> list[Cell]:
        found = [Cell("case", owner, name) for name, case in named(lab.profile.delta) if case.at_watermark is at_watermark]
        return found or [Cell("case", owner, "any")]

    return cells


def usual(lab: Lab) -> list[tuple[str, DeltaCase]]:
    """The cases of a connection with its usual settings, which can be put together."""
    return [(name, case) for name, case in named(lab.profile.delta) if not case.settings]


def unsettled(cases: Iterable[DeltaCase]) -> frozenset[tuple[str, str]]:
    """(model, key) of the records that a delta sync after these cases may still show or not."""
    return frozenset((model, key) for case in cases for model, keys in case.unsettled.items() for key in keys)


def delta_cells(lab: Lab) -> list[Cell]:
    return [cell for cell in model_cells(lab) if lab.promise.models[cell.name].delta]

"""What a run has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.check import Cell, Result
from conformance.outcomes import Verdict


@dataclass
class Ledger:
    """What has been found so far, so that one defect is reported by one check: the others leave out what is known to be bad."""

    bad_cells: set[Cell] = field(default_factory=set)
    results: list[tuple[str, Result]] = field(default_factory=list)

    def note(self, check: str, result: Result) -> None:
        self.results.append((check, result))
        if result.verdict is Verdict.FAIL and result.cell.kind == "field":
            self.bad_cells.add(result.cell)

    def failed(self, check: str, cell: Cell) -> bool:
        return any(known == check and result.cell == cell and result.verdict is Verdict.FAIL for known, result in self.results)

    def failures(self, check: str) -> int:
        return sum(known == check and result.verdict is Verdict.FAIL for known, result in self.results)

    def bad_field(self, model: str, name: str | None) -> bool:
        return name is not None and Cell("field", model, name) in self.bad_cells

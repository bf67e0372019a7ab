"""What a benchmark says: one figure a row, each with what is wanted of it; and how a thing is measured among other work."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

ROUNDS = 5
"""The best of so many counts, in seconds of the processor: whatever else the machine does only ever makes a thing look slower."""


@dataclass(frozen=True)
class Figure:
    """One row of the table. `value` must be at most, or at least, the limit; without a limit it is told only."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    detail: str = ""

    @property
    def met(self) -> bool | None:
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_most is None or self.value <= self.at_most) and (self.at_least is None or self.value >= self.at_least)

    @property
    def wanted(self) -> str:
        if self.at_most is not None:
            return f"at most {self.at_most:g} {self.unit}"
        return "" if self.at_least is None else f"at least {self.at_least:g} {self.unit}"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def best(work: Callable[[], Any], rounds: int = ROUNDS, clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of this process, or of another clock, in the quickest of some rounds."""
    found = []
    for _ in range(rounds):
        began = clock()
        work()
        found.append(clock() - began)
    return min(found)

"""Known failures that someone answers for: check, cell, reason, owner, expiry. One that is expired, unused or too wide fails.

A waived case still runs and stays visible; only its verdict no longer fails the run. Waivers never hide what is untested.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from conformance.check import Cell, check_ids
from conformance.fixture_models import Strict, load

LONGEST = timedelta(days=180)


class Waiver(Strict):
    """One known failure."""

    check: str
    cell: Annotated[str, Field(min_length=3)]
    """As the report writes it: "field Jobs > name". Exactly one cell; patterns are too wide."""
    reason: Annotated[str, Field(min_length=10)]
    owner: Annotated[str, Field(min_length=2)]
    expires: date


@dataclass(frozen=True, slots=True)
class WaiverProblem:
    """Why a waiver itself fails the run."""

    waiver: str
    problem: str


class Waivers:
    """The waivers of one run, and which of them were needed."""

    def __init__(self, waivers: tuple[Waiver, ...] = (), *, today: date | None = None) -> None:
        if today is None:
            if waivers:
                raise ValueError("waivers need today's date, from whoever starts the run")
            today = date.min
        self._today = today
        self._waivers = {(waiver.check, waiver.cell): waiver for waiver in waivers}
        self._used: set[tuple[str, str]] = set()
        self._twice = len(self._waivers) != len(waivers)

    def covers(self, check: str, cell: Cell) -> Waiver | None:
        """The waiver of a failed case, if it has one that is good today."""
        waiver = self._waivers.get((check, str(cell)))
        if waiver is None or self._wrong(waiver) is not None:
            return None
        self._used.add((check, str(cell)))
        return waiver

    def _wrong(self, waiver: Waiver) -> str | None:
        if any(character in waiver.check + waiver.cell for character in "*?"):
            return "too wide: name one check and one cell"
        if waiver.check not in check_ids():
            return f"unknown check {waiver.check}"
        if waiver.expires < self._today:
            return f"expired on {waiver.expires}"
        if waiver.expires - self._today > LONGEST:
            return f"expires on {waiver.expires}, more than {LONGEST.days} days ahead"
        return None

    def problems(self) -> list[WaiverProblem]:
        """After the run: every waiver that is wrong, or that no failure needed."""
        found = [WaiverProblem("all", "the same check and cell stand there twice")] if self._twice else []
        for identity, waiver in self._waivers.items():
            wrong = self._wrong(waiver) or (None if identity in self._used else "unused: nothing failed there")
            if wrong is not None:
                found.append(WaiverProblem(f"{waiver.check} {waiver.cell}", wrong))
        return found


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Raises FixtureError."""
    return tuple(load(path, list[Waiver]))

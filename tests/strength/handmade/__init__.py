"""Defects written by hand, before their author had looked at any check: what a tired engineer, or a misread document, leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tests.strength.handmade.access_honesty import ACCESS_HONESTY
from tests.strength.handmade.completeness import COMPLETENESS
from tests.strength.handmade.configuration import CONFIGURATION
from tests.strength.handmade.errors import ERRORS
from tests.strength.handmade.faults import FAULTS
from tests.strength.handmade.fourth import FOURTH
from tests.strength.handmade.identity import IDENTITY
from tests.strength.handmade.manners import MANNERS
from tests.strength.handmade.mapping import MAPPING
from tests.strength.handmade.rows import HandMade
from tests.strength.handmade.second import SECOND
from tests.strength.handmade.state import STATE
from tests.strength.handmade.third import THIRD
from tests.strength.handmade.writes import WRITES

if TYPE_CHECKING:
    # Nothing of the connectors may be imported before a defect is in place, and the miniatures import them all.
    from tests.conformance.miniatures import Defect
    from tests.strength.handmade.rows import Chapter

FIRST = (ACCESS_HONESTY, COMPLETENESS, MAPPING, IDENTITY, STATE, FAULTS, WRITES, ERRORS, MANNERS, CONFIGURATION)
SETS: Mapping[str, tuple[Chapter, ...]] = {"first set": FIRST, "second set": SECOND, "third set": THIRD, "fourth set": FOURTH}
"""Each written when the gaps that the one before had shown were closed, or about to be."""


def all_rows() -> Iterator[tuple[Defect, HandMade]]:
    """Every defect with its class."""
    for chapters in SETS.values():
        for chapter in chapters:
            for row in chapter.rows:
                yield chapter.defect, row


def set_of(row: HandMade) -> str:
    """The name of the set that it was written for. Raises StopIteration."""
    return next(name for name, chapters in SETS.items() for chapter in chapters if row in chapter.rows)


def defect_of(row: HandMade) -> Defect:
    """Its class. Raises StopIteration."""
    return next(defect for defect, other in all_rows() if other is row)


def named(name: str) -> HandMade:
    """The row with this name. Raises StopIteration."""
    return next(row for _, row in all_rows() if row.name == name)

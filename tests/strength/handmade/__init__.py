"""Defects written by hand, before their author had looked at any check: what a tired engineer, or a misread document, leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.strength.handmade.access_honesty import ACCESS_HONESTY
from tests.strength.handmade.completeness import COMPLETENESS
from tests.strength.handmade.configuration import CONFIGURATION
from tests.strength.handmade.errors import ERRORS
from tests.strength.handmade.faults import FAULTS
from tests.strength.handmade.identity import IDENTITY
from tests.strength.handmade.manners import MANNERS
from tests.strength.handmade.mapping import MAPPING
from tests.strength.handmade.rows import HandMade
from tests.strength.handmade.second import SECOND
from tests.strength.handmade.state import STATE
from tests.strength.handmade.writes import WRITES

if TYPE_CHECKING:
    # Nothing of the connectors may be imported before a defect is in place, and the miniatures import them all.
    from tests.conformance.miniatures import Defect

CHAPTERS = (ACCESS_HONESTY, COMPLETENESS, MAPPING, IDENTITY, STATE, FAULTS, WRITES, ERRORS, MANNERS, CONFIGURATION, *SECOND)


def all_rows() -> Iterator[tuple[Defect, HandMade]]:
    """Every defect with its class."""
    for chapter in CHAPTERS:
        for row in chapter.rows:
            yield chapter.defect, row


def defect_of(row: HandMade) -> Defect:
    """Its class. Raises StopIteration."""
    return next(defect for defect, other in all_rows() if other is row)


def named(name: str) -> HandMade:
    """The row with this name. Raises StopIteration."""
    return next(row for _, row in all_rows() if row.name == name)

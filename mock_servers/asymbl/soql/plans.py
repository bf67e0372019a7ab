"""What a statement compiles to: SQL for its rows, and how they become records. Kept for as long as the schema stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_servers.asymbl.soql.rows import Make

MOST_IN_PAGE = 2000


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """A subquery: its SQL takes the ids of parent rows as :parents and gives the parent's id in the last column."""

    plan: Plan
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One SELECT."""

    kind: str
    """rows, count (COUNT() alone) or aggregate."""
    sobject: str
    columns: tuple[str, ...]
    """Paths in SELECT order, for those who show rows flat."""
    select: str
    """SELECT … of all that the records show; the row's id comes first."""
    source: str
    """FROM … WHERE …, ORDER BY apart."""
    order: str
    limit: int | None
    offset: int
    binds: Mapping[str, Any]
    make: Make
    flat: tuple[tuple[int, str], ...] = ()
    """(place in the raw row, plain | boolean | …) of each of `columns`."""
    children: tuple[Plan, ...] = ()
    views: tuple[str, ...] = ()
    alias: str = "t"
    simple: bool = True
    """Whether every column can stand in a flat table: no subquery, TYPEOF or compound."""
    notes: tuple[str, ...] = field(default=())
    """Names of quirks that shaped it."""

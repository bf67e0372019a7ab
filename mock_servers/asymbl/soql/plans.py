"""What a statement compiles to: SQL for its rows, and how they become records. Kept for as long as the schema stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_servers.asymbl.soql.rows import Make
from mock_servers.asymbl.soql.tree import Ordering

MOST_IN_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Habits:
    """What the tenant's quirks decide about the meaning of statements."""

    two_valued: bool = True
    nulls_first_descending: bool = True

    def direction(self, one: Ordering) -> tuple[str, str]:
        """(ASC or DESC, where nulls go) of an item of ORDER BY."""
        first = one.nulls_first if one.nulls_first is not None else self.nulls_first_descending or not one.descending
        return "DESC" if one.descending else "ASC", "NULLS FIRST" if first else "NULLS LAST"


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
    """FROM … with all joins."""
    where: str
    order: str
    limit: int | None
    offset: int
    binds: Mapping[str, Any]
    make: Make
    flat: tuple[tuple[int, str], ...] = ()
    """(place in the raw row, plain | boolean | …) of each of `columns`."""
    children: tuple[Plan, ...] = ()
    """Subqueries: their SQL takes the ids of parent rows as :parents and gives the parent's id in the last column."""
    views: tuple[str, ...] = ()
    alias: str = "t"
    simple: bool = True
    """Whether every column can stand in a flat table: no subquery, TYPEOF or compound."""

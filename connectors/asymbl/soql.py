"""Writes SOQL: quoted texts, times, lists of ids, and the one shape of query that this connector asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def text(value: str) -> str:
    """A string literal."""
    return f"'{value.translate(ESCAPES)}'"


def texts(values: Sequence[str]) -> str:
    """A list for IN."""
    return f"({', '.join(text(value) for value in values)})"


def time(moment: datetime) -> str:
    """A date-time literal; those are never quoted."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Select:
    """A query for records of one object."""

    columns: tuple[str, ...]
    sobject: str
    where: tuple[str, ...] = ()
    """Conditions that must all hold; one with an OR in it stands in brackets already."""
    order: tuple[str, ...] = ()
    limit: int | None = None

    def __str__(self) -> str:
        parts = [f"SELECT {', '.join(dict.fromkeys(self.columns))} FROM {self.sobject}"]
        if self.where:
            parts.append(f"WHERE {' AND '.join(self.where)}")
        if self.order:
            parts.append(f"ORDER BY {', '.join(self.order)}")
        if self.limit is not None:
            parts.append(f"LIMIT {self.limit}")
        return " ".join(parts)

    def also(self, *conditions: str) -> Select:
        """The same with more conditions."""
        return replace(self, where=(*self.where, *conditions))

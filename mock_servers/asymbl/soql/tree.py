"""What a SOQL statement says, before any name in it is known to exist. `at` is an offset in the text, for error messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Path:
    """Id, Account.Name, bpats__Job__r.Owner.Email. `ats` are the offsets of the names."""

    names: tuple[str, ...]
    ats: tuple[int, ...]

    @property
    def at(self) -> int:
        return self.ats[0]

    def __str__(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Call:
    """COUNT(Id), CALENDAR_YEAR(convertTimezone(CreatedDate)), FIELDS(ALL). `name` as written."""

    name: str
    arguments: tuple[Expression | Literal, ...]
    at: int

    @property
    def key(self) -> str:
        return self.name.upper()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})"


Expression = Path | Call


@dataclass(frozen=True, slots=True)
class Literal:
    """A value. kind: string, number, boolean, null, date, datetime, time, currency, or range (a date literal).

    `value` is str, int | float, bool, None, str, str, str, str, or (name, n | None).
    """

    kind: str
    value: Any
    at: int

    def __str__(self) -> str:
        return repr(self.value) if self.kind == "string" else str(self.value)


@dataclass(frozen=True, slots=True)
class Compared:
    """operator: = != < <= > >= LIKE."""

    left: Expression
    operator: str
    right: Literal


@dataclass(frozen=True, slots=True)
class Within:
    left: Expression
    values: tuple[Literal, ...] | Query
    negated: bool
    at: int


@dataclass(frozen=True, slots=True)
class Includes:
    """For multipicklists; negated: EXCLUDES."""

    left: Expression
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]


Condition = Compared | Within | Includes | Not | And | Or


@dataclass(frozen=True, slots=True)
class Selected:
    expression: Expression
    alias: str | None = None
    alias_at: int | None = None


@dataclass(frozen=True, slots=True)
class TypeOf:
    """TYPEOF relationship WHEN type THEN fields … ELSE fields END."""

    relationship: Path
    whens: tuple[tuple[Path, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Child:
    query: Query
    at: int


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Ordering:
    expression: Expression
    descending: bool = False
    nulls_first: bool | None = None
    """None: as is usual."""


@dataclass(frozen=True, slots=True)
class Query:
    select: tuple[Selected | TypeOf | Child, ...]
    sources: tuple[Source, ...]
    scope: str | None = None
    where: Condition | None = None
    group: tuple[Expression, ...] = ()
    grouping: str | None = None
    """ROLLUP or CUBE."""
    having: Condition | None = None
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
    views: tuple[str, ...] = ()
    """VIEW or REFERENCE, from FOR."""
    at: int = 0

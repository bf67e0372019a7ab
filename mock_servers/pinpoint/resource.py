"""The words in which resources.py is written: a resource, its attributes, its relationships and its filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table

from mock_servers.engine.evidence import Evidence
from mock_servers.engine.store import Row, Store

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


class Kind(StrEnum):
    """What a value is on the wire."""

    TEXT = "text"
    ID = "id"
    """A foreign key: a string of digits, or an integer (quirk integer_foreign_keys)."""
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    """A number as text, so that no digit is lost."""
    FLAG = "flag"
    DATE = "date"
    TIME = "time"
    LIST = "list"
    OBJECT = "object"


Cell = Callable[[Store, Row], Any]
ExtraCell = Callable[["Exchange", Row], Any]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. Without a cell it is the column of its own name."""

    name: str
    kind: Kind = Kind.TEXT
    cell: Cell | None = None
    extra_cell: ExtraCell | None = None
    """Set for attributes that come only when `extra_fields` asks for them."""
    readable: bool = True
    create: bool = False
    update: bool = False
    newer: bool = False
    """Unknown to feature level v1.0.23."""
    newer_to_write: bool = False
    """Readable at level v1.0.23, but writable only later."""
    choices: tuple[str, ...] = ()

    @property
    def extra(self) -> bool:
        return self.extra_cell is not None


@dataclass(frozen=True, slots=True)
class One:
    """The record whose id stands in a column of the own row."""

    column: str


@dataclass(frozen=True, slots=True)
class OneOfSeveral:
    """The record whose class and id stand in two columns of the own row."""

    type_column: str
    id_column: str


@dataclass(frozen=True, slots=True)
class Many:
    """The records that carry the own id in a column, and in another (if any) the own class."""

    column: str
    type_column: str | None = None
    type_value: str | bool | None = None
    order: tuple[str, ...] = ("id",)


@dataclass(frozen=True, slots=True)
class Listed:
    """The records whose ids stand in a JSON list of the own row."""

    column: str


@dataclass(frozen=True, slots=True)
class Made:
    """Records that are stored inside the own row: the function yields (id, attributes) of each."""

    make: Callable[[Row], list[tuple[str, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A relationship of the real service whose records are not imitated: always empty."""


Finder = One | OneOfSeveral | Many | Listed | Made | Nowhere


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship, which is also one name for `include`."""

    name: str
    targets: tuple[str, ...]
    find: Finder
    many: bool = False
    newer: bool = False
    create: bool = False
    update: bool = False


Clause = Callable[[Table, Select[Any]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Filter:
    """One name for `filter[...]`. Without a clause it compares the column of its own name."""

    name: str
    kind: Kind = Kind.TEXT
    clause: Clause | None = None
    choices: tuple[str, ...] = ()
    newer: bool = False
    ranges_only: bool = False
    """Documented with [gt] and [lt] only."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One row of the table of resources; `operations` are letters: L list, G get, C create, U update, X delete."""

    type: str
    table: Table | None
    attributes: tuple[Attribute, ...]
    evidence: Evidence
    relations: tuple[Relation, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort_keys: tuple[str, ...] = ("id", "created_at", "updated_at")
    older_sort_keys: tuple[str, ...] = ()
    """Those that only level v1.0.23 knows, beside the others."""
    newer_stats: bool = False
    """Whether level v1.0.23 counts none of them."""
    permission: str | None = None
    """The singular name in the keys' settings; None where a resource has no permission of its own."""
    operations: str = ""
    newer_operations: str = ""
    """Those of `operations` that level v1.0.23 does not serve."""
    visibility_filter: str | None = None
    """The filter that brings confidential jobs, and what hangs on them, into sight."""
    required: tuple[str, ...] = ()
    """Attributes and relationships that must be present on create, each refused with its own error."""
    held_by: tuple[tuple[str, str], ...] = ()
    """(table, column) of records that forbid the deletion of what they point at."""
    conflict_when_held: bool = False
    """Whether that is the documented 409; else 422, as no other DELETE documents a 409."""
    by_name: dict[str, Attribute] = field(init=False, repr=False, compare=False, default_factory=dict)
    relation_by_name: dict[str, Relation] = field(init=False, repr=False, compare=False, default_factory=dict)
    filter_by_name: dict[str, Filter] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({attribute.name: attribute for attribute in self.attributes})
        self.relation_by_name.update({relation.name: relation for relation in self.relations})
        self.filter_by_name.update({filter.name: filter for filter in self.filters})

    @property
    def stored(self) -> Table:
        """Its table; resources without one are never listed or found by id."""
        if self.table is None:
            raise LookupError(f"{self.type} are not stored in a table of their own")
        return self.table

    def attributes_at(self, *, older: bool) -> list[Attribute]:
        """The attributes that a plain read shows at a feature level."""
        return [a for a in self.attributes if a.readable and not a.extra and not (older and a.newer)]

    def relations_at(self, *, older: bool) -> list[Relation]:
        return [r for r in self.relations if not (older and r.newer)]

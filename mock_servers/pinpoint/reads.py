"""Finds records: pages by filter and order, single ones by id, and those that hang on others. All SQL of Pinpoint's reads is here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select

from mock_servers.engine.quirks import Quirk, QuirkSwitches
from mock_servers.engine.store import Row, Store, windowed
from mock_servers.pinpoint import clauses
from mock_servers.pinpoint.query import Asked, Query
from mock_servers.pinpoint.quirks import ConfidentialJobsHidden, NewestFirst, PrivateJobsHidden
from mock_servers.pinpoint.resource import Kind, Resource
from mock_servers.pinpoint.resources import RESOURCES

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

Found = tuple[Row, bytes]
"""A row and its ready document."""

DEEP = 1000
"""From so many records on, counting to a page costs more than looking its records up."""
SHOWN = {
    "applications": clauses.application_shown,
    "interviews": clauses.interview_shown,
    "jobs": clauses.job_shown,
    "one_way_video_interviews": clauses.of_application_shown,
}


HIDING: tuple[tuple[type[Quirk], str], ...] = ((ConfidentialJobsHidden, "confidential"), (PrivateJobsHidden, "private_job"))
"""Which quirk hides which visibility."""


class Search:
    """One request's search in one resource: what it asked for, and what is hidden from it."""

    def __init__(self, exchange: Exchange, resource: Resource, query: Query, *, single: bool = False) -> None:
        self._exchange, self._store, self._resource, self._query = exchange, exchange.store, resource, query
        self._hidden = hidden_visibilities(exchange, resource, query, single=single)
        self._shape: tuple[Any, ...] = (resource.type, self._hidden)
        self._values: dict[str, Any] = {}
        if query.filters:
            self._shape += tuple((asked.filter.name, asked.operator) for asked in query.filters)
            self._values |= {f"f{number}": _bound(asked) for number, asked in enumerate(query.filters)}

    @property
    def hides(self) -> tuple[str, ...]:
        return self._hidden

    def documents(self) -> list[bytes]:
        """One page of ready documents."""
        return [row[0] for row in self._page(["doc"])]

    def rows(self) -> list[Found]:
        """One page of rows with their documents."""
        names = [str(column.name) for column in self._store.columns(self._resource.stored.name)]
        return found(self._store, self._resource, self._page([*names, "doc"]))

    def _page(self, columns: list[str]) -> list[tuple[Any, ...]]:
        table, order, window = self._resource.stored, self._wanted_order(), {"limit": self._query.size, "offset": self._query.offset}

        def listing(*selected: ColumnElement[Any]) -> Select[Any]:
            keys = [table.c[key].desc() if descending else table.c[key] for key, descending in order]
            return select(*selected).where(*self._conditions()).order_by(*keys)

        if self._query.offset < DEEP:
            shape = ("page", self._shape, tuple(order), len(columns))
            return self._store.query(shape, lambda: windowed(listing(*(table.c[name] for name in columns))), **self._values, **window)
        ids = self._store.page_of_ids(("ids", self._shape, tuple(order)), lambda: listing(table.c.id), **self._values, **window)
        if order[0][0] != "id" or not ids:
            return self._store.by_ids(table.name, ids, columns)
        edges = {"low": min(ids[0], ids[-1]), "high": max(ids[0], ids[-1])}
        between = table.c.id.between(_parameter("low"), _parameter("high"))
        shape = ("between", self._shape, tuple(order), len(columns))
        return self._store.query(shape, lambda: listing(*(table.c[name] for name in columns)).where(between), **self._values, **edges)

    def count(self) -> int:
        table = self._resource.stored
        statement = lambda: select(func.count()).select_from(table).where(*self._conditions())  # noqa: E731 - one line
        return self._store.counted(("count", self._shape), statement, **self._values)

    def document(self, id: int) -> bytes | None:
        """The ready document of that id, if the filters and the default visibility let it be seen."""
        table = self._resource.stored
        statement = lambda: select(table.c.doc).where(table.c.id == _parameter("id"), *self._conditions())  # noqa: E731 - one line
        rows = self._store.query(("document", self._shape), statement, **self._values, id=id)
        return rows[0][0] if rows else None

    def one(self, id: int) -> Found | None:
        """The record of that id, if the filters and the default visibility let it be seen."""
        table = self._resource.stored
        statement = lambda: _everything(self._store, self._resource).where(table.c.id == _parameter("id"), *self._conditions())  # noqa: E731
        return next(
            iter(found(self._store, self._resource, self._store.query(("one", self._shape), statement, **self._values, id=id))), None
        )

    def _wanted_order(self) -> list[tuple[str, bool]]:
        if self._query.sort:
            last = [] if any(key == "id" for key, _ in self._query.sort) else [("id", False)]
            return [*self._query.sort, *last]
        newest_first = self._exchange.quirk(NewestFirst)
        if newest_first is not None:
            self._exchange.acted(newest_first)
        return [("id", newest_first is not None)]

    def _conditions(self) -> list[ColumnElement[bool]]:
        table = self._resource.stored
        conditions = [_condition(self._resource, asked, f"f{number}") for number, asked in enumerate(self._query.filters)]
        if self._hidden:
            conditions.append(SHOWN[self._resource.type](table, self._hidden))
        return conditions


def hidden_visibilities(exchange: Exchange, resource: Resource, query: Query, *, single: bool) -> tuple[str, ...]:
    """The visibilities that this request, for a list or a single record, does not get to see, since it did not name any."""
    name = resource.visibility_filter
    if name is None or (query.filters and any(asked.filter.name == name for asked in query.filters)):
        return ()
    quirks = exchange.tenant.quirks
    acting, hidden = quirks.derived(("hidden", resource.type, single), lambda: _hiding(quirks, resource, single=single))
    for quirk in acting:
        exchange.acted(quirk)
    return hidden


def _hiding(quirks: QuirkSwitches, resource: Resource, *, single: bool) -> tuple[tuple[Quirk, ...], tuple[str, ...]]:
    """(the quirks that decide what is hidden, the visibilities that are)."""
    acting, hidden = [], []
    for kind, visibility in HIDING:
        quirk = quirks.get(kind)
        if quirk is None:
            continue
        acting.append(quirk)
        beyond_the_docs = single and resource.type != "applications"
        if not (beyond_the_docs and isinstance(quirk, ConfidentialJobsHidden) and not quirk.every_single_record):
            hidden.append(visibility)
    return tuple(acting), tuple(hidden)


def related(
    store: Store, resource: Resource, column: str, ids: Iterable[Any], *, owner: tuple[str, str | bool] | None, order: tuple[str, ...]
) -> list[Found]:
    """The records that have one of these ids in a column; `owner`: (column, class) that must fit too."""
    table = resource.stored

    def build() -> Select[Any]:
        conditions = [table.c[column].in_(listed("ids"))]
        if owner is not None:
            conditions.append(table.c[owner[0]] == _parameter("owner"))
        return _everything(store, resource).where(*conditions).order_by(*(table.c[name] for name in order))

    values = {"ids": orjson.dumps(list(ids)).decode(), **({} if owner is None else {"owner": owner[1]})}
    return found(store, resource, store.query(("related", resource.type, column, owner is not None, order), build, **values))


def fetch(store: Store, type: str, id: int) -> Found | None:
    """A record whatever its visibility: for answers to writes."""
    return next(iter(related(store, RESOURCES[type], "id", [id], owner=None, order=("id",))), None)


def found(store: Store, resource: Resource, raw: list[tuple[Any, ...]]) -> list[Found]:
    name = resource.stored.name
    return [(store.decode(name, row[:-1]), row[-1]) for row in raw]


def listed(parameter: str) -> Select[Any]:
    """The values of a parameter that holds a JSON list: one statement serves any number of them."""
    return select(func.json_each(_parameter(parameter)).table_valued("value").c.value)


def _parameter(name: str) -> Any:
    return bindparam(name, required=True)


def _everything(store: Store, resource: Resource) -> Select[Any]:
    return select(*store.columns(resource.stored.name), resource.stored.c.doc)


def _condition(resource: Resource, asked: Asked, parameter: str) -> ColumnElement[bool]:
    table = resource.stored
    if asked.operator != "eq":
        column = table.c[asked.filter.name]
        value = _parameter(parameter)
        compared: dict[str, ColumnElement[bool]] = {
            "gt": column > value,
            "lt": column < value,
            "gte": column >= value,
            "lte": column <= value,
        }
        return compared[asked.operator]
    if asked.filter.clause is not None:
        return asked.filter.clause(table, listed(parameter))
    column = table.c[asked.filter.name]
    if asked.filter.kind is Kind.FLAG:
        return func.coalesce(column, literal_column("0")).in_(listed(parameter))
    return column.in_(listed(parameter))


def _bound(asked: Asked) -> Any:
    return orjson.dumps(asked.values).decode() if asked.operator == "eq" else asked.values[0]

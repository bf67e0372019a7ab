"""The reading side of a store: rows, ready documents, statements, and pages that cost the same however deep they lie."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import ClauseElement, Column, MetaData, Select, bindparam

from mock_servers.engine.database import DIALECT
from mock_servers.engine.orders import Orders
from mock_servers.engine.table_plan import Row, TablePlan

T = TypeVar("T")
SEQUENCES = "_sequences"
PARTS = "_parts"
BOOKKEEPING = "bookkeeping"
"""In the `info` of a table that holds no records of the account, but what the server notes for itself, e.g. jobs and cursors."""
REMEMBERED = 10_000
"""Answers that are kept while many rows are rendered."""


class NotFound(KeyError):
    """No row with that id in that table."""


class Reading:
    """See Store, of which this is what does not write."""

    def __init__(self, metadata: MetaData, connection: sqlite3.Connection) -> None:
        self.metadata, self._connection = metadata, connection
        self.version = 0
        """Grows with everything that is written: what was derived from rows is good as long as this stays."""
        self._plans = {name: TablePlan(table) for name, table in metadata.tables.items()}
        self._statements: dict[Hashable, tuple[str, dict[str, Any]]] = {}
        self._orders = Orders()
        self._remembered: dict[Hashable, Any] | None = None

    # -- single rows --------------------------------------------------------------------------------------------

    def get(self, table: str, id: Any) -> Row:
        """One row, without its documents. Raises NotFound."""
        plan = self._plans[table]
        row = None if beyond_sqlite(id) else self._connection.execute(plan.get_sql, (id,)).fetchone()
        if row is None:
            raise NotFound(f"{table} {id}")
        return plan.decode(row)

    def find(self, table: str, **equals: Any) -> Row | None:
        """The first row, by id, whose columns equal these values."""
        if self._remembered is not None:
            return self._recalled((table, *equals.items()), lambda: next(self.where(table, **equals), None))
        return next(self.where(table, **equals), None)

    def where(self, table: str, **equals: Any) -> Iterator[Row]:
        """All rows, by id, whose columns equal these values (None matches NULL)."""
        plan = self._plans[table]
        if any(map(beyond_sqlite, equals.values())):
            return
        yield from (plan.decode(row) for row in self._connection.execute(*plan.where_sql(equals)).fetchall())

    def document(self, table: str, id: Any, column: str = "doc") -> bytes:
        """One ready document. Raises NotFound."""
        row = None if beyond_sqlite(id) else self._connection.execute(self._plans[table].document_sql(column), (id,)).fetchone()
        if row is None:
            raise NotFound(f"{table} {id}")
        return bytes(row[0])

    def query(self, shape: Hashable, build: Callable[[], ClauseElement], **values: Any) -> list[tuple[Any, ...]]:
        """Run a SQLAlchemy Core statement, compiled once per `shape`; `values` fill its bind parameters.

        Rows come back raw, as the driver gives them. The same shape must always mean the same statement; what varies
        between calls goes into bindparam()s (a list needs its length in the shape).
        """
        compiled = self._statements.get(shape)
        if compiled is None:
            result = build().compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
            compiled = self._statements[shape] = str(result), {name: value for name, value in result.params.items() if value is not None}
        sql, defaults = compiled
        if self._remembered is not None:
            return self._recalled((shape, *values.items()), lambda: self._connection.execute(sql, {**defaults, **values}).fetchall())
        return self._connection.execute(sql, {**defaults, **values}).fetchall()

    def read(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run a SELECT in the database's own dialect, for vendors whose query language is compiled to SQL.

        Rows come back raw (see `decode`); identifiers are quoted by the caller, values bound. The driver keeps 512 prepared
        statements, so the same text is not parsed twice. This ties a vendor to SQLite; `query` does not.
        """
        return self._connection.execute(sql, parameters).fetchall()

    def page_of_ids(self, shape: Hashable, build: Callable[[], Select[Any]], *, limit: int, offset: int, **values: Any) -> Sequence[Any]:
        """One page of the ids that a statement selects in its order, as cheap far behind as in front. For the rest see `query`.

        A statement of another order, or other values, is another list; shallow pages are cheaper by LIMIT and OFFSET at once.
        """
        return self._orders.page(
            self.version,
            (shape, *sorted(values.items())),
            lambda: [row[0] for row in self.query((shape, "all"), build, **values)],
            lambda: [row[0] for row in self.query((shape, "page"), lambda: windowed(build()), limit=limit, offset=offset, **values)],
            limit=limit,
            offset=offset,
        )

    def counted(self, shape: Hashable, build: Callable[[], Select[Any]], **values: Any) -> int:
        """The number that a statement counts, read once between two writes. For the rest see `query`."""
        return self._orders.count(self.version, (shape, *sorted(values.items())), lambda: int(self.query(shape, build, **values)[0][0]))

    def by_ids(self, table: str, ids: Iterable[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """These columns of these records, raw, in the order of the ids; one that is not there is left out."""
        wanted = ", ".join(f'"{table}"."{name}"' for name in columns)
        # CROSS JOIN keeps SQLite from turning it round, so that no sorting is needed.
        sql = f'SELECT {wanted} FROM json_each(?) AS wanted CROSS JOIN "{table}" ON "{table}".id = wanted.value ORDER BY wanted.key'
        return self._connection.execute(sql, (json.dumps(list(ids)),)).fetchall()

    def decode(self, table: str, raw: tuple[Any, ...]) -> Row:
        """A raw row of all the table's data columns, in declared order (see `columns`), as a Row."""
        return self._plans[table].decode(raw)

    def columns(self, table: str) -> list[Column[Any]]:
        """The table's data columns (all but its documents), in declared order."""
        return self._plans[table].data_columns

    def document_columns(self, table: str) -> list[str]:
        return self._plans[table].document_columns

    def count(self, table: str) -> int:
        return int(self._connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

    def template(self, table: str) -> Row:
        """A row with nothing but the columns' defaults, in the declared order."""
        return dict(self._plans[table].template)

    # -- everything ---------------------------------------------------------------------------------------------

    def dump(self) -> dict[str, list[Row]]:
        """Every table's rows by id, without documents: readable, comparable, loadable. Bookkeeping is left out."""
        return {name: list(self.where(name)) for name, plan in self._plans.items() if BOOKKEEPING not in plan.table.info}

    def rows_as_entered(self, table: str) -> Iterator[Row]:
        """All rows in the order in which they were entered, read a few at a time."""
        plan = self._plans[table]
        for raw in self._connection.execute(f"{plan.select_sql} ORDER BY rowid"):
            yield plan.decode(raw)

    def sequences(self) -> dict[str, int]:
        """The highest id ever given, by table."""
        return dict(self._connection.execute(f"SELECT name, last FROM {SEQUENCES} ORDER BY name"))

    # -- inside -------------------------------------------------------------------------------------------------

    def _recalled(self, key: Hashable, read: Callable[[], T]) -> T:
        if self._remembered is None:
            return read()
        if key not in self._remembered:
            if len(self._remembered) > REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = read()
        recalled: T = self._remembered[key]
        return recalled

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        """While no row changes that is looked up, what was read once need not be read again: documents ask for the same rows often."""
        if self._remembered is not None:
            yield
            return
        self._remembered = {}
        try:
            yield
        finally:
            self._remembered = None


def windowed(statement: Select[Any]) -> Select[Any]:
    """With the bind parameters `limit` and `offset`."""
    return statement.limit(bindparam("limit", required=True)).offset(bindparam("offset", required=True))


def beyond_sqlite(value: Any) -> bool:
    """Whether an integer is larger than any that SQLite holds: nothing stored can equal it."""
    return isinstance(value, int) and not -(2**63) <= value < 2**63

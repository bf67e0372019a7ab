"""One tenant's data: typed tables, and beside each row the document that the vendor would send, ready to go."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

from sqlalchemy import JSON, Boolean, ClauseElement, Column, Integer, LargeBinary, MetaData, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable

Row = dict[str, Any]
Render = Callable[["Store", str, Row], Mapping[str, bytes]]
Dependents = Callable[["Store", str, Row], Iterable[tuple[str, Any]]]

SEQUENCES = "_sequences"


@compiles(JSON, "sqlite")
def _json_is_text(type_: JSON, compiler: Any, **kw: Any) -> str:
    """SQLite makes numbers of texts in a column of a type that it does not know, and the JSON text 42 must stay one."""
    return "TEXT"


class NotFound(KeyError):
    """No row with that id in that table."""


class Store:
    """Rows are dicts by column name. Columns of type Boolean and JSON are decoded; LargeBinary ones are documents.

    Every table has a primary key column `id`. Writes render the row's documents in the same transaction and are
    reported to `on_change` as (what, table name, id). Ids are never used twice, also not after a delete.
    """

    def __init__(self, metadata: MetaData, render: Render, dependents: Dependents | None = None, path: str = ":memory:") -> None:
        self.metadata, self._render, self._dependents, self.path = metadata, render, dependents, path
        self._connection = _connect(path)
        self._sharers: set[Store] = {self}
        self._depth = 0
        self.on_change: Callable[[str, str, Any], None] | None = None
        self._statements: dict[Hashable, tuple[str, tuple[tuple[str, Any], ...]]] = {}
        self._plans = {name: TablePlan(table) for name, table in metadata.tables.items()}
        self._prepare_database()

    # -- reading ------------------------------------------------------------------------------------------------

    def get(self, table: str, id: Any) -> Row:
        """One row, without its documents. Raises NotFound."""
        plan = self._plans[table]
        row = None if _beyond_sqlite(id) else self._connection.execute(plan.get_sql, (id,)).fetchone()
        if row is None:
            raise NotFound(f"{table} {id}")
        return plan.decode(row)

    def find(self, table: str, **equals: Any) -> Row | None:
        """The first row, by id, whose columns equal these values."""
        return next(self.where(table, **equals), None)

    def where(self, table: str, **equals: Any) -> Iterator[Row]:
        """All rows, by id, whose columns equal these values (None matches NULL)."""
        plan = self._plans[table]
        if any(map(_beyond_sqlite, equals.values())):
            return
        yield from (plan.decode(row) for row in self._connection.execute(*plan.where_sql(equals)).fetchall())

    def document(self, table: str, id: Any, column: str = "doc") -> bytes:
        """One ready document. Raises NotFound."""
        row = None if _beyond_sqlite(id) else self._connection.execute(self._plans[table].document_sql(column), (id,)).fetchone()
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
            result = build().compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
            defaults = tuple((name, value) for name, value in result.params.items() if value is not None)
            compiled = self._statements[shape] = (str(result), defaults)
        sql, defaults = compiled
        return self._connection.execute(sql, {**dict(defaults), **values}).fetchall()

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

    # -- writing ------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nests. An exception undoes what was written inside."""
        if len(self._sharers) > 1:
            self._leave_shared_database()
        name = f"level_{self._depth}"
        self._connection.execute("BEGIN" if self._depth == 0 else f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            self._connection.execute("ROLLBACK" if self._depth == 0 else f"ROLLBACK TO {name}")
            raise
        self._depth -= 1
        self._connection.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")

    def next_id(self, table: str) -> int:
        """The next number for a table with integer ids."""
        if len(self._sharers) > 1:
            self._leave_shared_database()
        return int(
            self._connection.execute(
                f"INSERT INTO {SEQUENCES}(name, last) VALUES (?, 1) ON CONFLICT(name) DO UPDATE SET last = last + 1 RETURNING last",
                (table,),
            ).fetchone()[0]
        )

    def insert(self, table: str, row: Mapping[str, Any]) -> Row:
        """Add a row (an integer id is drawn if absent; absent columns take their declared default, else NULL).

        Raises:
            KeyError: a column that the table does not have.
        """
        plan = self._plans[table]
        full = plan.complete(row)
        with self.transaction():
            if full["id"] is None:
                full["id"] = self.next_id(table)
            else:
                self._raise_sequence(table, full["id"])
            self._connection.execute(plan.insert_sql, plan.encode(full))
            self._after_write("insert", table, full)
        return full

    def update(self, table: str, id: Any, **values: Any) -> Row:
        """Change columns of one row. Raises NotFound, or KeyError for an unknown column."""
        plan = self._plans[table]
        plan.check(values)
        with self.transaction():
            before = self.get(table, id)
            full = {**before, **values}
            if values:
                self._connection.execute(*plan.update_sql(id, values))
            if self._dependents is not None:
                self._render_again(self._dependents(self, table, before))
            self._after_write("update", table, full)
        return full

    def delete(self, table: str, id: Any) -> Row:
        """Remove one row. Raises NotFound. What hangs on it is the caller's business."""
        plan = self._plans[table]
        with self.transaction():
            row = self.get(table, id)
            affected = list(self._dependents(self, table, row)) if self._dependents is not None else []
            self._connection.execute(plan.delete_sql, (id,))
            self._render_again(affected)
            if self.on_change is not None:
                self.on_change("delete", table, id)
        return row

    def load(self, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        """Insert many rows with their ids, rendering all documents at the end; nothing is reported as a change."""
        silent, self.on_change = self.on_change, None
        try:
            with self.transaction():
                for table, records in rows.items():
                    plan = self._plans[table]
                    encoded = [plan.encode(plan.complete(record)) for record in records]
                    self._connection.executemany(plan.insert_sql, encoded)
                    self._raise_sequence_to_maximum(table)
                for table in rows:
                    self.render_all(table)
        finally:
            self.on_change = silent

    def render_all(self, table: str) -> None:
        """Write every row's documents anew."""
        plan = self._plans[table]
        if plan.document_columns:
            for row in list(self.where(table)):
                self._write_documents(table, row)

    # -- copies -------------------------------------------------------------------------------------------------

    def fork(self, path: str = ":memory:") -> Store:
        """A full and independent copy.

        Copies in memory share one database until one of them writes: a fork costs nothing, its first write the copying.
        """
        twin = copy(self)
        twin._begin_as_fork(path)  # noqa: SLF001 - of this very class
        return twin

    def dump(self) -> dict[str, list[Row]]:
        """Every table's rows by id, without documents: readable, comparable, loadable."""
        return {name: list(self.where(name)) for name in self._plans}

    def close(self) -> None:
        self._sharers.discard(self)
        if not self._sharers:
            self._connection.close()

    # -- inside -------------------------------------------------------------------------------------------------

    def _begin_as_fork(self, path: str) -> None:
        shared = path == self.path == ":memory:" and self._depth == 0
        self.path, self._depth, self.on_change = path, 0, None
        if shared:
            self._sharers.add(self)
        else:
            self._leave_shared_database()

    def _leave_shared_database(self) -> None:
        own = _connect(self.path)
        self._connection.backup(own)
        self._sharers.discard(self)
        self._connection, self._sharers = own, {self}

    def _prepare_database(self) -> None:
        if self.path != ":memory:":
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {SEQUENCES} (name TEXT PRIMARY KEY, last INTEGER NOT NULL)")
        for table in self.metadata.sorted_tables:
            self._connection.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=_DIALECT)))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                self._connection.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=_DIALECT)))

    def _after_write(self, what: str, table: str, row: Row) -> None:
        self._write_documents(table, row)
        if self._dependents is not None:
            self._render_again(self._dependents(self, table, row))
        if self.on_change is not None:
            self.on_change(what, table, row["id"])

    def _render_again(self, affected: Iterable[tuple[str, Any]]) -> None:
        for table, id in affected:
            self._write_documents(table, self.get(table, id))

    def _write_documents(self, table: str, row: Row) -> None:
        plan = self._plans[table]
        if not plan.document_columns:
            return
        documents = self._render(self, table, row)
        self._connection.execute(plan.documents_sql, [*(documents[name] for name in plan.document_columns), row["id"]])

    def _raise_sequence(self, table: str, id: Any) -> None:
        if isinstance(id, int):
            self._connection.execute(
                f"INSERT INTO {SEQUENCES}(name, last) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET last = max(last, excluded.last)",
                (table, id),
            )

    def _raise_sequence_to_maximum(self, table: str) -> None:
        highest = self._connection.execute(f'SELECT max(id) FROM "{table}"').fetchone()[0]
        self._raise_sequence(table, highest)


class TablePlan:
    """The statements and conversions of one table, worked out once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.data_columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        # SQLAlchemy's names are a subclass of str, which orjson refuses as keys.
        self.document_columns = [str(column.name) for column in table.columns if isinstance(column.type, LargeBinary)]
        self.names = [str(column.name) for column in self.data_columns]
        self._known = frozenset(self.names)
        self._bools = [name for name, column in zip(self.names, self.data_columns, strict=True) if isinstance(column.type, Boolean)]
        self._jsons = [name for name, column in zip(self.names, self.data_columns, strict=True) if isinstance(column.type, JSON)]
        self._defaults = {str(column.name): column.default.arg for column in self.data_columns if column.default is not None}  # type: ignore[attr-defined]  # scalar defaults only
        self._integer_id = isinstance(table.c.id.type, Integer)
        listed = ", ".join(f'"{name}"' for name in self.names)
        self.get_sql = f'SELECT {listed} FROM "{table.name}" WHERE id = ?'
        self.select_sql = f'SELECT {listed} FROM "{table.name}"'
        self.insert_sql = f'INSERT INTO "{table.name}" ({listed}) VALUES ({", ".join(f":{name}" for name in self.names)})'
        self.delete_sql = f'DELETE FROM "{table.name}" WHERE id = ?'
        sets = ", ".join(f'"{name}" = ?' for name in self.document_columns)
        self.documents_sql = f'UPDATE "{table.name}" SET {sets} WHERE id = ?'

    def document_sql(self, column: str) -> str:
        return f'SELECT "{column}" FROM "{self.table.name}" WHERE id = ?'

    def where_sql(self, equals: Mapping[str, Any]) -> tuple[str, list[Any]]:
        self.check(equals)
        clauses = " AND ".join(f'"{name}" IS ?' for name in equals)
        encoded = self.encode(equals)
        return f"{self.select_sql}{' WHERE ' + clauses if clauses else ''} ORDER BY id", [encoded[name] for name in equals]

    def update_sql(self, id: Any, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        sets = ", ".join(f'"{name}" = ?' for name in values)
        encoded = self.encode(values)
        return f'UPDATE "{self.table.name}" SET {sets} WHERE id = ?', [*(encoded[name] for name in values), id]

    def check(self, values: Iterable[str]) -> None:
        unknown = [name for name in values if name not in self._known]
        if unknown:
            raise KeyError(f"table {self.table.name} has no column {', '.join(unknown)}; it has {', '.join(self.names)}")

    def complete(self, row: Mapping[str, Any]) -> Row:
        self.check(row)
        return {name: row[name] if name in row else self._defaults.get(name) for name in self.names}

    def encode(self, row: Mapping[str, Any]) -> Row:
        encoded = dict(row)
        for name in self._jsons:
            if encoded.get(name) is not None:
                encoded[name] = json.dumps(encoded[name], ensure_ascii=False)
        for name in self._bools:
            if encoded.get(name) is not None:
                encoded[name] = int(encoded[name])
        return encoded

    def decode(self, raw: tuple[Any, ...]) -> Row:
        row = dict(zip(self.names, raw, strict=True))
        for name in self._bools:
            if row[name] is not None:
                row[name] = bool(row[name])
        for name in self._jsons:
            if row[name] is not None:
                row[name] = json.loads(row[name])
        return row


_DIALECT = sqlite.dialect(paramstyle="named")


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=512)
    connection.create_function("fold", 1, _fold, deterministic=True)
    return connection


def _fold(text: Any) -> Any:
    """What statements compare texts by where case must not matter: SQLite's own lower() knows ASCII only."""
    return text.lower() if isinstance(text, str) else text


def _beyond_sqlite(value: Any) -> bool:
    """Whether an integer is larger than any that SQLite holds: nothing stored can equal it."""
    return isinstance(value, int) and not -(2**63) <= value < 2**63

"""One tenant's data: typed tables, and beside each row the document that the vendor would send, ready to go."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ClauseElement, Column, MetaData, Select, bindparam

from mock_servers.engine.database import DIALECT, MEMORY, Database, OnConnect, create_tables, indexes_of
from mock_servers.engine.orders import Orders
from mock_servers.engine.table_plan import Row, TablePlan

__all__ = ["PARTS", "SEQUENCES", "Dependents", "NotFound", "Render", "Row", "Store", "Unrenderable", "Written", "windowed"]

Render = Callable[["Store", str, Row], Mapping[str, bytes]]
Dependents = Callable[["Store", str, Row], Iterable[tuple[str, Any]]]

T = TypeVar("T")
SEQUENCES = "_sequences"
REMEMBERED = 10_000
"""Answers that are kept while many rows are rendered."""
PARTS = "_parts"
BOOKKEEPING = "bookkeeping"
"""In the `info` of a table that holds no records of the account, but what the server notes for itself, e.g. jobs and cursors."""


class NotFound(KeyError):
    """No row with that id in that table."""


class Unrenderable(ValueError):
    """The vendor cannot show a row: it refers to what is not there, or holds what never stands there."""


@dataclass(frozen=True, slots=True)
class Written:
    """One row that a transaction wrote."""

    table: str
    before: Row | None
    """None: it is new."""
    after: Row | None
    """None: it is gone."""


class Store:
    """Rows are dicts by column name. Columns of type Boolean and JSON are decoded; LargeBinary ones are documents.

    Every table has a primary key column `id`. Writes render the row's documents in the same transaction and are
    reported to `on_change` as (what, table name, id). Ids are never used twice, also not after a delete.

    Nothing outside this class and `database.py` holds the connection, since a fork or a restore may exchange it: ask through
    `query` (SQLAlchemy Core) or `read` (SQL), and register functions and collations in `on_connect`.
    """

    def __init__(
        self,
        metadata: MetaData,
        render: Render,
        dependents: Dependents | None = None,
        path: str = MEMORY,
        *,
        on_connect: OnConnect | None = None,
    ) -> None:
        self.metadata, self._render, self._dependents = metadata, render, dependents
        self._database = Database(path, on_connect)
        self._connection = self._database.connection
        self._depth = 0
        self.version = 0
        """Grows with everything that is written: what was derived from rows is good as long as this stays."""
        self.on_change: Callable[[str, str, Any], None] | None = None
        self.on_commit: Callable[[list[Written]], None] | None = None
        """Told after each transaction what it wrote, in order, each row before and after; what was undone is not told."""
        self._written: list[Written] = []
        self._statements: dict[Hashable, tuple[str, tuple[tuple[str, Any], ...]]] = {}
        self._orders = Orders()
        self._remembered: dict[Hashable, Any] | None = None
        self._plans = {name: TablePlan(table) for name, table in metadata.tables.items()}
        self._prepare_database()

    @property
    def path(self) -> str:
        return self._database.path

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
        if self._remembered is not None:
            return self._recalled((table, *equals.items()), lambda: next(self.where(table, **equals), None))
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
            result = build().compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
            defaults = tuple((name, value) for name, value in result.params.items() if value is not None)
            compiled = self._statements[shape] = (str(result), defaults)
        sql, defaults = compiled
        if self._remembered is not None:
            return self._recalled((shape, *values.items()), lambda: self._connection.execute(sql, {**dict(defaults), **values}).fetchall())
        return self._connection.execute(sql, {**dict(defaults), **values}).fetchall()

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

    # -- writing ------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nests. An exception undoes what was written inside."""
        self._begin_writing()
        name = f"level_{self._depth}"
        self._connection.execute("BEGIN" if self._depth == 0 else f"SAVEPOINT {name}")
        self._depth += 1
        written = len(self._written)
        try:
            yield
        except BaseException:
            self._depth -= 1
            del self._written[written:]
            self._connection.execute("ROLLBACK" if self._depth == 0 else f"ROLLBACK TO {name}")
            raise
        self._depth -= 1
        self._connection.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")
        if self._depth == 0 and self._written:
            told, self._written = self._written, []
            if self.on_commit is not None:
                self.on_commit(told)

    def next_id(self, table: str) -> int:
        """The next number for a table with integer ids, or of anything else that a vendor counts under a name with a colon."""
        self._begin_writing()
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
            self._after_write("insert", table, None, full)
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
            self._after_write("update", table, before, full)
        return full

    def delete(self, table: str, id: Any) -> Row:
        """Remove one row. Raises NotFound. What hangs on it is the caller's business."""
        plan = self._plans[table]
        with self.transaction():
            row = self.get(table, id)
            affected = list(self._dependents(self, table, row)) if self._dependents is not None else []
            self._connection.execute(plan.delete_sql, (id,))
            self._render_again(affected)
            self._report("delete", table, id, row, None)
        return row

    def load(self, rows: Iterable[tuple[str, Iterable[Mapping[str, Any]]]]) -> None:
        """Insert many rows with their ids, by table, rendering all documents at the end; nothing is reported as a change.

        Raises:
            KeyError: a table or column that is not there.
            Unrenderable: the vendor cannot show one of them.
        """
        silent, self.on_change = self.on_change, None
        try:
            with self.transaction():
                loaded = {}
                for table, records in rows:
                    plan = loaded[table] = self._plans[table]
                    self._connection.executemany(plan.insert_sql, (plan.encode(plan.complete(record)) for record in records))
                for table in loaded:
                    self._raise_sequence_to_maximum(table)
                    self.render_all(table)
        finally:
            self.on_change = silent

    def template(self, table: str) -> Row:
        """A row with nothing but the columns' defaults, in the declared order."""
        return dict(self._plans[table].template)

    def fill(self, tables: Iterable[tuple[str, Iterable[Row]]]) -> None:
        """Insert very many rows with their documents; nothing is reported as a change.

        Each row has all its table's columns in the declared order (see `template`), and comes after those that its document
        shows: so each is rendered at once, and what many of them look up is looked up once.
        """
        with self.transaction(), self._remembering():
            for table, rows in tables:
                plan = self._plans[table]
                indexes = indexes_of(self._connection, table)
                for name in indexes:
                    self._connection.execute(f'DROP INDEX "{name}"')
                self._connection.executemany(plan.fill_sql, self._filled(plan, rows))
                for statement in indexes.values():
                    self._connection.execute(statement)
                self._raise_sequence_to_maximum(table)

    def render_all(self, table: str) -> None:
        """Write every row's documents anew. Raises Unrenderable."""
        if not self._plans[table].document_columns:
            return
        for row in list(self.where(table)):
            try:
                self._write_documents(table, row)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise Unrenderable(f"{table} {row['id']} cannot be shown: {type(error).__name__}: {error}") from error

    def refresh_documents(self) -> None:
        """Write all documents anew if a few of them are no longer as the vendor renders them today."""
        plans = [plan for plan in self._plans.values() if plan.document_columns]
        if any(not self._is_as_rendered(plan, row) for plan in plans for row in self._sample(plan)):
            with self.transaction():
                for plan in plans:
                    self.render_all(plan.table.name)

    # -- copies -------------------------------------------------------------------------------------------------

    def fork(self, path: str = MEMORY) -> Store:
        """A full and independent copy; in a file of its own if a path is given.

        Copies in memory share one database until one of them writes: a fork costs nothing, its first write the copying.
        """
        twin = copy(self)
        twin._begin_as_fork(path)  # noqa: SLF001 - of this very class
        return twin

    def become(self, other: Store) -> None:
        """Have another's content, ids and order; the other stays as it is. In a file this is one transaction."""
        if self._depth or other._depth:
            raise RuntimeError("a store cannot be exchanged in the middle of a transaction")
        if self.path == other.path == MEMORY:
            self._use(other._database.shared())
        else:
            self._database.overwrite(other._database)
        self.version += 1

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

    def raise_sequences(self, highest: Mapping[str, int]) -> None:
        """Give no id up to these any more. Raises KeyError for an unknown table."""
        with self.transaction():
            for table, last in highest.items():
                if ":" not in table:
                    self._plans[table]
                self._raise_sequence(table, last)

    def kept_parts(self) -> dict[str, bytes]:
        """What `keep_parts` kept here: state of the tenant that is not in its tables, by name."""
        return dict(self._connection.execute(f"SELECT name, state FROM {PARTS}"))

    def keep_parts(self, parts: Mapping[str, bytes]) -> None:
        """Keep state of the tenant beside its rows, so that one file is a whole tenant."""
        version = self.version
        with self.transaction():
            sql = f"INSERT INTO {PARTS}(name, state) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET state = excluded.state"
            self._connection.executemany(sql, parts.items())
        self.version = version  # no row has changed

    def close(self) -> None:
        self._database.release()

    # -- inside -------------------------------------------------------------------------------------------------

    def _begin_as_fork(self, path: str) -> None:
        shared = path == self.path == MEMORY and self._depth == 0
        content = self._database
        self._depth, self._written, self.on_change, self.on_commit, self._orders = 0, [], None, None, Orders()
        if shared:
            self._database = content.shared()
        elif path != MEMORY:
            self._database = content.copied_to(path)
        else:
            self._database = content.shared().alone()
        self._connection = self._database.connection

    def _begin_writing(self) -> None:
        """Whoever writes first leaves the database that copies share."""
        if self._database.users > 1:
            self._database = self._database.alone()
            self._connection = self._database.connection
        self.version += 1

    def _use(self, database: Database) -> None:
        self._database.release()
        self._database, self._connection = database, database.connection

    def _prepare_database(self) -> None:
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {SEQUENCES} (name TEXT PRIMARY KEY, last INTEGER NOT NULL)")
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {PARTS} (name TEXT PRIMARY KEY, state BLOB NOT NULL)")
        create_tables(self._connection, self.metadata)

    def _sample(self, plan: TablePlan) -> Iterator[Row]:
        for order in ("id", "id DESC"):
            yield from (plan.decode(row) for row in self._connection.execute(f"{plan.select_sql} ORDER BY {order} LIMIT 5").fetchall())

    def _is_as_rendered(self, plan: TablePlan, row: Row) -> bool:
        documents = self._render(self, plan.table.name, row)
        return all(documents[column] == self.document(plan.table.name, row["id"], column) for column in plan.document_columns)

    def _filled(self, plan: TablePlan, rows: Iterable[Row]) -> Iterator[list[Any]]:
        """Rows as parameters of an insert. Lists and objects come from pools, so each is written as JSON only once."""
        table, texts = plan.table.name, dict[int, tuple[Any, str]]()
        for row in rows:
            parameters = [*row.values()]
            for place in plan.json_places:
                value = parameters[place]
                if value is not None:
                    if id(value) not in texts:
                        texts[id(value)] = (value, json.dumps(value, ensure_ascii=False))
                        if len(texts) > REMEMBERED:
                            texts = {id(value): texts[id(value)]}
                    parameters[place] = texts[id(value)][1]
            if plan.document_columns:
                documents = self._render(self, table, row)
                parameters += [documents[name] for name in plan.document_columns]
            yield parameters

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
        """While rows are only added, what was read once need not be read again."""
        self._remembered = {}
        try:
            yield
        finally:
            self._remembered = None

    def _after_write(self, what: str, table: str, before: Row | None, row: Row) -> None:
        self._write_documents(table, row)
        if self._dependents is not None:
            self._render_again(self._dependents(self, table, row))
        self._report(what, table, row["id"], before, row)

    def _report(self, what: str, table: str, id: Any, before: Row | None, after: Row | None) -> None:
        if self.on_change is not None:
            self.on_change(what, table, id)
        if self.on_commit is not None:
            self._written.append(Written(table, before, after))

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


def windowed(statement: Select[Any]) -> Select[Any]:
    """With the bind parameters `limit` and `offset`."""
    return statement.limit(bindparam("limit", required=True)).offset(bindparam("offset", required=True))


def _beyond_sqlite(value: Any) -> bool:
    """Whether an integer is larger than any that SQLite holds: nothing stored can equal it."""
    return isinstance(value, int) and not -(2**63) <= value < 2**63

"""One tenant's data: typed tables, and beside each row the document that the vendor would send, ready to go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData

from mock_servers.engine.database import MEMORY, Database, OnConnect, create_tables
from mock_servers.engine.filling import Filling, Unrenderable
from mock_servers.engine.orders import Orders
from mock_servers.engine.reading import BOOKKEEPING, PARTS, SEQUENCES, NotFound, Reading, windowed
from mock_servers.engine.table_plan import Row

__all__ = ["BOOKKEEPING", "PARTS", "SEQUENCES", "Dependents", "NotFound", "Render", "Row", "Store", "Unrenderable", "Written", "windowed"]

Render = Callable[["Store", str, Row], Mapping[str, bytes]]
Dependents = Callable[["Store", str, Row], Iterable[tuple[str, Any]]]


@dataclass(frozen=True, slots=True)
class Written:
    """One row that a transaction wrote."""

    table: str
    before: Row | None
    """None: it is new."""
    after: Row | None
    """None: it is gone."""


class Store(Reading):
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
        content: bytes | None = None,
    ) -> None:
        """With `content`, begin as what `serialized` gave of a store with the same tables."""
        self._database = Database(path, on_connect)
        super().__init__(metadata, self._database.connection)
        self._render, self._dependents = render, dependents
        self._depth = 0
        self.on_change: Callable[[str, str, Any], None] | None = None
        self.on_commit: Callable[[list[Written]], None] | None = None
        """Told after each transaction what it wrote, in order, each row before and after; what was undone is not told."""
        self._written: list[Written] = []
        if content is None:
            self._prepare_database()
        else:
            self._connection.deserialize(content)

    @property
    def path(self) -> str:
        return self._database.path

    @property
    def state(self) -> int:
        """Of all rows: as long as it stays they do, and only copies that nobody has written to since have the same."""
        return self._database.state

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

    def _writing(self) -> AbstractContextManager[None]:
        """For one row: a transaction, or the one that is open. Who goes on after a row failed has one of its own around it."""
        if self._depth == 0:
            return self.transaction()
        self._begin_writing()
        return nullcontext()

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
        with self._writing():
            if full["id"] is None:
                full["id"] = self.next_id(table)
            else:
                self._raise_sequence(table, full["id"])
            self._connection.execute(plan.insert_sql, plan.encode(full))
            self._show(table, full, [*self._showing(table, full)])
            self._report("insert", table, full["id"], None, full)
        return full

    def update(self, table: str, id: Any, **values: Any) -> Row:
        """Change columns of one row. Raises NotFound, or KeyError for an unknown column."""
        with self._writing():
            return self.change(table, self.get(table, id), values)

    def change(self, table: str, before: Row, values: Mapping[str, Any]) -> Row:
        """The same for a row that was read just now, as a handler that writes often has it. Raises KeyError for an unknown column."""
        plan, full = self._plans[table], {**before, **values}
        plan.check(values)
        with self._writing():
            if values:
                self._connection.execute(*plan.update_sql(before["id"], values))
            # What showed the row before and what shows it now, each once.
            affected = dict.fromkeys((*self._showing(table, before), *self._showing(table, full)))
            self._show(table, full, affected)
            self._report("update", table, before["id"], before, full)
        return full

    def delete(self, table: str, id: Any) -> Row:
        """Remove one row. Raises NotFound. What hangs on it is the caller's business."""
        plan = self._plans[table]
        with self._writing():
            row = self.get(table, id)
            affected = list(self._showing(table, row))
            self._connection.execute(plan.delete_sql, (id,))
            self._show(table, None, affected)
            self._report("delete", table, id, row, None)
        return row

    # -- many rows ----------------------------------------------------------------------------------------------

    def load(self, rows: Iterable[tuple[str, Iterable[Mapping[str, Any]]]]) -> None:
        """Insert rows with their ids, by table, rendering all documents at the end; nothing is reported as a change.

        Raises:
            KeyError: a table or column that is not there.
            Unrenderable: the vendor cannot show one of them.
        """
        with self.transaction():
            filling, loaded = self._filling(), {}
            for table, records in rows:
                loaded[table] = self._plans[table]
                filling.insert(self._plans[table], records)
            for table, plan in loaded.items():
                self._raise_sequence_to_maximum(table)
                filling.render_all(plan)

    def fill(self, tables: Iterable[tuple[str, Iterable[Row]]]) -> None:
        """Insert very many rows with their documents; nothing is reported as a change.

        Each row has all its table's columns in the declared order (see `template`), and comes after those that its document
        shows: so each is rendered at once, and what many of them look up is looked up once.
        """
        with self.transaction(), self._remembering():
            for table, rows in tables:
                self._filling().insert_with_documents(self._plans[table], rows)
                self._raise_sequence_to_maximum(table)

    def refresh_documents(self) -> None:
        """Write all documents anew if a few of them are no longer as the vendor renders them today."""
        filling = self._filling()
        if not all(filling.is_as_rendered(plan) for plan in self._plans.values()):
            with self.transaction():
                for plan in self._plans.values():
                    filling.render_all(plan)

    def _filling(self) -> Filling:
        return Filling(self._connection, lambda table, row: self._render(self, table, row))

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

    def serialized(self) -> bytes:
        """The whole database, as SQLite would write it to a file."""
        return self._connection.serialize()

    def raise_sequences(self, highest: Mapping[str, int]) -> None:
        """Give no id up to these any more. Raises KeyError for an unknown table."""
        with self.transaction():
            for table, last in highest.items():
                if ":" not in table:
                    self._plans[table]
                self._raise_sequence(table, last)

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
        self._database.about_to_change()
        self.version += 1

    def _use(self, database: Database) -> None:
        self._database.release()
        self._database, self._connection = database, database.connection

    def _prepare_database(self) -> None:
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {SEQUENCES} (name TEXT PRIMARY KEY, last INTEGER NOT NULL)")
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {PARTS} (name TEXT PRIMARY KEY, state BLOB NOT NULL)")
        create_tables(self._connection, self.metadata)

    def _showing(self, table: str, row: Row) -> Iterable[tuple[str, Any]]:
        """(table, id) of other rows whose documents show this one."""
        return self._dependents(self, table, row) if self._dependents is not None else ()

    def _show(self, table: str, row: Row | None, affected: Collection[tuple[str, Any]]) -> None:
        """Render a row that was written, and the others that show it. No data changes meanwhile."""
        if row is not None:
            self._write_documents(table, row)
        if affected:
            with self._remembering():
                for other, id in affected:
                    self._write_documents(other, self.get(other, id))

    def _report(self, what: str, table: str, id: Any, before: Row | None, after: Row | None) -> None:
        if self.on_change is not None:
            self.on_change(what, table, id)
        if self.on_commit is not None:
            self._written.append(Written(table, before, after))

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

"""One SQLite database: in memory, shared by stores until one of them writes, or in a file of its own."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, MetaData
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable

MEMORY = ":memory:"
DIALECT = sqlite.dialect(paramstyle="named")
OnConnect = Callable[[sqlite3.Connection], None]
_STATES = itertools.count(1)


@compiles(JSON, "sqlite")
def _json_is_text(type_: JSON, compiler: object, **kw: object) -> str:
    """SQLite makes numbers of texts in a column of a type that it does not know, and the JSON text 42 must stay one."""
    return "TEXT"


class Database:
    """A connection and how many stores read through it.

    Whoever writes must be alone: `alone` gives a database of one's own, copied if others look at this one.
    """

    def __init__(self, path: str = MEMORY, on_connect: OnConnect | None = None) -> None:
        self.path, self._on_connect = path, on_connect
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=512)
        self.users = 1
        self.state = next(_STATES)
        """Of its content: as long as it stays the content does, and no other content ever has the same."""
        self.connection.create_function("fold", 1, _fold, deterministic=True)
        if path != MEMORY:
            self.connection.execute("PRAGMA journal_mode = WAL")
            # A commit is in the operating system's hands before it is answered: it outlives the process, if not a power cut.
            self.connection.execute("PRAGMA synchronous = NORMAL")
        if on_connect is not None:
            on_connect(self.connection)

    def shared(self) -> Database:
        """This very database, for one store more."""
        self.users += 1
        return self

    def about_to_change(self) -> None:
        """To be told before anything is written."""
        self.state = next(_STATES)

    def alone(self) -> Database:
        """A database for one store, with the same content; this one where nobody else uses it."""
        if self.users == 1:
            return self
        copy = Database(MEMORY, self._on_connect)
        self.connection.backup(copy.connection)
        copy.state = self.state
        self.users -= 1
        return copy

    def copied_to(self, path: str) -> Database:
        """The same content in a file of its own, which appears whole or not at all."""
        unfinished = f"{path}.unfinished"
        for leftover in (unfinished, f"{unfinished}-wal", f"{unfinished}-shm"):
            Path(leftover).unlink(missing_ok=True)
        target = sqlite3.connect(unfinished)
        try:
            target.execute("PRAGMA synchronous = OFF")
            self.connection.backup(target)
        finally:
            target.close()
        Path(unfinished).replace(path)
        return Database(path, self._on_connect)

    def overwrite(self, content: Database) -> None:
        """Take over another's content, in one transaction."""
        self.about_to_change()
        content.connection.backup(self.connection)

    def release(self) -> None:
        """One store less; the last one closes it."""
        self.users -= 1
        if self.users == 0:
            self.connection.close()


def _fold(text: Any) -> Any:
    """What statements compare texts by where case must not matter: SQLite's own lower() knows ASCII only."""
    return text.lower() if isinstance(text, str) else text


def create_tables(connection: sqlite3.Connection, metadata: MetaData) -> None:
    """All tables of a vendor that are not there yet, with their indexes."""
    for statement in schema_of(metadata):
        connection.execute(statement)


def schema_of(metadata: MetaData) -> list[str]:
    """The statements that make the tables and their indexes, always in the same order."""
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table, if_not_exists=True).compile(dialect=DIALECT)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statements.append(str(CreateIndex(index, if_not_exists=True).compile(dialect=DIALECT)))
    return statements


def indexes_of(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """The statements that make a table's indexes, by name."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,))
    return dict(found.fetchall())

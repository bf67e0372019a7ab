"""Where the hub keeps what it knows: SQLite in memory by default, a file or any database by SQLAlchemy URL.

Credentials are not among it. They stay in the process, so no copy of the database lets anyone into a customer's account.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, Connection, Engine, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    import sqlite3

IN_MEMORY = "sqlite://"

metadata = MetaData()

integrations = Table(
    "integrations",
    metadata,
    Column("id", String, primary_key=True),
    Column("vendor", String, nullable=False),
    Column("created_at", String, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("integration_id", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("id", String, nullable=False),
    Column("remote_id", String),
    Column("data", Text, nullable=False),  # JSON of every field but the identity
    Column("digest", String, nullable=False),  # of data: tells a change without reading it
    Column("changed_at", String, nullable=False),
    Column("remote_deleted_at", String),
    Column("seen_in_sync", Integer),  # the last sync that met the record: what a full one has not met is gone
    Index("records_by_id", "integration_id", "model", "id"),
)

created_by_us = Table(
    "created_by_us",
    metadata,
    Column("integration_id", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("id", String, nullable=False),
)

switched_off = Table(
    "switched_off",  # rows that lived when their model was turned off, of models whose rows are kept
    metadata,
    Column("integration_id", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("key", String, primary_key=True),
)

sync_state = Table(
    "sync_state",
    metadata,
    Column("integration_id", String, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("watermark", String),  # what the next delta asks for changes since
    Column("covered", Text, nullable=False),  # {model: [fields]} that are complete up to the watermark
)

syncs = Table(
    "syncs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("integration_id", String, nullable=False, index=True),
    Column("mode", String, nullable=False),
    Column("scope", Text, nullable=False),  # a sync goes on after a crash only while this is the same
    Column("state", String),  # null: running, or interrupted
    Column("error", Text),
    Column("started_at", String, nullable=False),
    Column("ended_at", String),
)

sync_streams = Table(
    "sync_streams",
    metadata,
    Column("sync_id", Integer, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("since", String),
    Column("cursor", String),
    Column("watermark", String),
    Column("state", String, nullable=False),  # open, done, failed
    Column("gaps", Text, nullable=False),  # [[model, field or null]] that this stream could not read
)

diagnostics = Table(
    "diagnostics",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sync_id", Integer, nullable=False, index=True),
    Column("model", String, nullable=False),
    Column("field", String, nullable=False),  # "": the whole model
    Column("reason", String, nullable=False),
    Column("missing_permissions", String, nullable=False),
    Column("http_status", Integer),
    Column("vendor_code", String),
    Column("remedy", Text),
    Column("detail", Text),  # of the first record that it was said of
    Column("times", Integer, nullable=False),
    UniqueConstraint("sync_id", "model", "field", "reason", "missing_permissions"),
)

warnings = Table(
    "warnings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sync_id", Integer, nullable=False, index=True),
    Column("text", Text, nullable=False),
)


class Store:
    """One database. All work goes through `begin`: one transaction at a time, whole or not at all."""

    def __init__(self, url: str = IN_MEMORY) -> None:
        self._lock = threading.RLock()
        self.in_memory = make_url(url).get_backend_name() == "sqlite" and make_url(url).database in (None, "", ":memory:")
        """It ends with `close`."""
        self._engine = _memory() if self.in_memory else _engine(url)
        # In memory, a connection is a database and ends with it.
        self._only = self._engine.connect() if self.in_memory else None
        if self._only is None:
            metadata.create_all(self._engine)
        else:
            _copy(_empty(), self._only)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back if anything rises, even the death of the process."""
        if self._only is None:
            with self._lock, self._engine.begin() as connection:
                yield connection
        else:
            with self._lock, self._only.begin():
                yield self._only

    def copy(self) -> Store:
        """The same records in a store of its own. Raises NotImplementedError for a database that is not in memory."""
        if self._only is None:
            raise NotImplementedError("only a store in memory can be copied")
        copied = Store()
        with self._lock:
            _copy(self._only, cast("Connection", copied._only))
        return copied

    def close(self) -> None:
        if self._only is None:
            self._engine.dispose()
        else:
            self._only.close()


@cache
def _memory() -> Engine:
    """One for all databases in memory, so that a statement is compiled once in a process and not once in each of them."""
    return _engine(IN_MEMORY, poolclass=NullPool)


@cache
def _empty() -> Connection:
    """A database in memory with every table and no rows."""
    empty = _memory().connect()
    with empty.begin():
        metadata.create_all(empty)
    return empty


def _engine(url: str, **options: Any) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, **options)
    engine = create_engine(url, connect_args={"check_same_thread": False}, **options)
    event.listen(engine, "connect", _settle_sqlite)
    return engine


def _copy(source: Connection, target: Connection) -> None:
    cast("sqlite3.Connection", source.connection.driver_connection).backup(cast("sqlite3.Connection", target.connection.driver_connection))


def _settle_sqlite(connection: Any, _record: object) -> None:
    # A commit in WAL is thirty times cheaper than in SQLite's default journal; in memory both words do nothing.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")

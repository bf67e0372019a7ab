"""Where the hub keeps what it knows: SQLite in memory by default, a file or any database by SQLAlchemy URL.

Credentials are not among it. They stay in the process, so no copy of the database lets anyone into a customer's account.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

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
        options: dict[str, Any] = {}
        sqlite = make_url(url).get_backend_name() == "sqlite"
        if sqlite:
            options["connect_args"] = {"check_same_thread": False}
            if make_url(url).database in (None, "", ":memory:"):
                options["poolclass"] = StaticPool  # every connection of its own would be an empty database of its own
        self._engine = create_engine(url, **options)
        if sqlite:
            event.listen(self._engine, "connect", _settle_sqlite)
        self._lock = threading.RLock()
        metadata.create_all(self._engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back if anything rises, even the death of the process."""
        with self._lock, self._engine.begin() as connection:
            yield connection

    def copy(self) -> Store:
        """The same records in a store of its own. Raises NotImplementedError for a database that is not in memory."""
        if str(self._engine.url) != IN_MEMORY:
            raise NotImplementedError("only a store in memory can be copied")
        copied = Store()
        with self._lock, self._engine.connect() as mine, copied._engine.connect() as its:
            driver = mine.connection.driver_connection
            if driver is None:
                raise RuntimeError("the store is closed")
            driver.backup(its.connection.driver_connection)
        return copied

    def close(self) -> None:
        self._engine.dispose()


def _settle_sqlite(connection: Any, _record: object) -> None:
    # A commit in WAL is thirty times cheaper than in SQLite's default journal; in memory both words do nothing.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")

"""Snapshots as files that people can read, compare and edit: NDJSON, one thing a line.

    {"format": "ats-sandbox snapshot", "version": 1, "vendor": "…", "tenant": "…", "scenario": "…", "taken_at": "…", "records": {…}}
    {"part": "clock", "state": {"now": …, "frozen": true}}         one line for each part (see snapshots.py)
    {"sequences": {"jobs": 317}}                                   the highest id ever given, by table
    {"table": "jobs", "row": {"id": 301, "title": "…"}}            one line for each row, in the order they were entered
    {"end": true}                                                  so that a cut file is noticed

A part that is not there is as in a new account, a column as a new record has it; documents are rendered from the rows. The
file holds the keys of the simulated account: they open nothing but a sandbox.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson

from mock_servers.engine.scenarios import empty_store, parse_moment
from mock_servers.engine.snapshots import PARTS, BadPart, Snapshot, decoded, encoded
from mock_servers.engine.store import Store, Unrenderable
from mock_servers.engine.table_plan import Row, misfit
from mock_servers.engine.vendors import Vendor

FORMAT = "ats-sandbox snapshot"
VERSION = 1
MEDIA_TYPE = "application/x-ndjson"
LINES_AT_ONCE = 500
_PARTS = {part.name: part for part in PARTS}


class BadSnapshot(ValueError):
    """The file cannot be taken in; the message names the line and what is wrong. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line."""

    vendor: str
    tenant: str
    scenario: str
    taken_at: float


def write(vendor: Vendor, tenant_name: str, snapshot: Snapshot) -> Iterator[bytes]:
    """The file, some lines at a time. The snapshot must not be closed meanwhile."""
    lines: list[bytes] = []
    for line in _lines(vendor, tenant_name, snapshot):
        lines.append(line)
        if len(lines) == LINES_AT_ONCE:
            yield b"\n".join([*lines, b""])
            lines.clear()
    yield b"\n".join([*lines, b""])


def _lines(vendor: Vendor, tenant_name: str, snapshot: Snapshot) -> Iterator[bytes]:
    store = snapshot.store
    tables = list(vendor.metadata.tables)
    header = {
        "format": FORMAT,
        "version": VERSION,
        "vendor": vendor.name,
        "tenant": tenant_name,
        "scenario": snapshot.scenario,
        "taken_at": datetime.fromtimestamp(snapshot.taken_at, UTC).isoformat(),
        "records": {table: count for table in tables if (count := store.count(table))},
    }
    yield orjson.dumps(header)
    for part in PARTS:
        if part.name in snapshot.parts:
            yield orjson.dumps({"part": part.name, "state": orjson.Fragment(encoded(snapshot.parts[part.name]))})
    yield orjson.dumps({"sequences": store.sequences()})
    for table in tables:
        for row in store.rows_as_entered(table):
            yield orjson.dumps({"table": table, "row": row})
    yield orjson.dumps({"end": True})


class Reader:
    """Reads one file. `header` is known at once; `snapshot` reads the rest. Both raise BadSnapshot."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._numbered = enumerate(lines, start=1)
        self._number = 0
        self._ended = False
        first = self._next()
        if first is None or first.get("format") != FORMAT:
            raise BadSnapshot(f"line 1: not a snapshot: a file of this program begins with a line whose format is {FORMAT!r}")
        if first.get("version") != VERSION:
            raise BadSnapshot(f"line 1: version {first.get('version')!r}; this program reads version {VERSION}")
        texts = {name: first.get(name) for name in ("vendor", "tenant", "scenario", "taken_at")}
        for name, text in texts.items():
            if not isinstance(text, str):
                raise BadSnapshot(f"line 1: {name} must be text, not {text!r}")
        try:
            self.header = Header(str(texts["vendor"]), str(texts["tenant"]), str(texts["scenario"]), parse_moment(str(texts["taken_at"])))
        except ValueError as error:
            raise BadSnapshot(f"line 1: taken_at: {error}") from error

    def snapshot(self, vendor: Vendor) -> Snapshot:
        """All of it, in a store of its own in memory."""
        store = empty_store(vendor)
        parts: dict[str, Any] = {}
        sequences: dict[str, int] = {}
        try:
            store.load(self._rows(store, self._without_parts(parts, sequences)))
            if not self._ended:
                raise BadSnapshot(f'line {self._number}: the file ends without its last line, {{"end":true}}: it was cut')
            store.raise_sequences(self._known_sequences(store, sequences))
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:
            store.close()
            raise BadSnapshot(f"line {self._number}: cannot be stored: {error}") from error
        except Unrenderable as error:
            store.close()
            raise BadSnapshot(f"{error}: does what the record refers to exist, in the form the vendor stores?") from error
        except BaseException:
            store.close()
            raise
        return Snapshot(self.header.scenario, self.header.taken_at, store, parts)

    def _next(self) -> dict[str, Any] | None:
        """The next line that is not empty, as an object; None at the end."""
        self._number, line = next(((number, line) for number, line in self._numbered if line.strip()), (self._number, None))
        if line is None:
            return None
        try:
            content = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise BadSnapshot(f"line {self._number}: no JSON: {error}") from error
        if not isinstance(content, dict):
            raise BadSnapshot(f"line {self._number}: not a JSON object")
        return content

    def _without_parts(self, parts: dict[str, Any], sequences: dict[str, int]) -> Iterator[tuple[str, Any]]:
        """(table, row) of the lines that are rows; the others go where they belong."""
        while (content := self._next()) is not None:
            if self._ended:
                raise BadSnapshot(f"line {self._number}: there is something after the end")
            match content:
                case {"table": str(table), "row": row, **rest} if not rest:
                    yield table, row
                case {"part": name, "state": state, **rest} if not rest:
                    if name in parts:
                        raise BadSnapshot(f"line {self._number}: the part {name!r} stands there twice")
                    parts[str(name)] = self._part(name, state)
                case {"sequences": dict(last), **rest} if not rest:
                    sequences.update(last)
                case {"end": True, **rest} if not rest:
                    self._ended = True
                case _:
                    raise BadSnapshot(f"line {self._number}: neither a part, nor sequences, nor a row of a table, nor the end")

    def _part(self, name: Any, state: Any) -> Any:
        if name not in _PARTS:
            raise BadSnapshot(f"line {self._number}: no part is called {name!r}; there are {', '.join(_PARTS)}")
        try:
            return decoded(_PARTS[name], orjson.dumps(state))
        except BadPart as error:
            raise BadSnapshot(f"line {self._number}: {error}") from error

    def _rows(self, store: Store, rows: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Iterator[Row]]]:
        for table, of_table in groupby(rows, key=lambda found: found[0]):
            if table not in store.metadata.tables:
                raise BadSnapshot(f"line {self._number}: there is no table {table!r}; there are {', '.join(store.metadata.tables)}")
            yield table, self._checked(store, table, (row for _, row in of_table))

    def _checked(self, store: Store, table: str, rows: Iterator[Any]) -> Iterator[Row]:
        columns = {str(column.name): column for column in store.columns(table)}
        for row in rows:
            if not isinstance(row, dict) or row.get("id") is None:
                raise BadSnapshot(f"line {self._number}: a row is an object with an id")
            for name, value in row.items():
                if name not in columns:
                    raise BadSnapshot(f"line {self._number}: {table} has no column {name!r}; it has {', '.join(columns)}")
                wanted = misfit(columns[name], value)
                if wanted is not None:
                    raise BadSnapshot(f"line {self._number}: {table}.{name} is {wanted}, not {value!r}")
            yield row

    def _known_sequences(self, store: Store, sequences: Mapping[str, Any]) -> dict[str, int]:
        for name, last in sequences.items():
            known = name in store.metadata.tables or ":" in name
            if not known or not isinstance(last, int) or isinstance(last, bool):
                raise BadSnapshot(f"sequences: {name!r}: {last!r} is no number of a table's last id")
        return dict(sequences)

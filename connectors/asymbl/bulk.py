"""Reads a query by Bulk API 2.0: a job, and its rows as CSV, turned into exactly the records that REST would have given.

Part of the room for Salesforce's format (see wire.py). What differs in CSV: everything is text, null is empty, parents are
columns with dots, and times end in Z.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.asymbl.schema import View
from connectors.asymbl.soql import Select
from connectors.asymbl.wire import Row, Wire
from connectors.transport.client import AnswerLost
from connectors.unified.errors import ConnectorError, Invalid, NotFound, PermissionMissing, Unavailable, UnexpectedReply

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
MOST_POLLS = 480
"""About four hours; Salesforce itself gives a job up sooner."""
WAITING = frozenset({"UploadComplete", "InProgress"})

MOST_READS = 3
"""Of a result that did not arrive whole."""

Convert = Callable[[str], Any]


class Incomplete(AnswerLost):
    """Part of a result: CSV that is cut off looks like CSV."""


class BulkImpossible(Exception):
    """This query cannot be read in bulk here and now; REST can."""


@dataclass(frozen=True, slots=True)
class BulkQuery:
    """One job."""

    wire: Wire
    id: str

    @classmethod
    def begin(cls, wire: Wire, select: Select, *, deleted: bool) -> BulkQuery:
        """Raises BulkImpossible when Salesforce refuses the job as such; RetryLater."""
        body = {"operation": "queryAll" if deleted else "query", "query": str(select), "contentType": "CSV", "lineEnding": "LF"}
        try:
            # A job that was made twice because an answer was lost is read once, and the other expires.
            job = wire.post_to_read("/jobs/query", body)
        except (Invalid, NotFound, PermissionMissing) as refusal:
            raise BulkImpossible(str(refusal)) from refusal
        return cls(wire, str(job["id"]))

    def wait(self) -> None:
        """Until the rows are there. Raises BulkImpossible when the job failed, Unavailable when it takes too long."""
        pause = FIRST_PAUSE
        for _ in range(MOST_POLLS):
            job = self.wire.read(f"/jobs/query/{self.id}")
            state = job.get("state")
            if state == "JobComplete":
                return
            if state not in WAITING:
                raise BulkImpossible(f"the job ended as {state}: {job.get('errorMessage') or 'no reason given'}")
            self.wire.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 1.5)
        raise Unavailable(f"bulk job {self.id} is still not complete")

    def pages(self, view: View, *, rows: int) -> Iterator[tuple[Row, ...]]:
        """The records, so many a page. Raises ConnectorError."""
        locator: str | None = None
        while True:
            page, locator = self._page(view, locator, rows)
            yield page
            if locator is None:
                return

    def _page(self, view: View, locator: str | None, rows: int) -> tuple[tuple[Row, ...], str | None]:
        for _ in range(MOST_READS - 1):
            try:
                return self._read(view, locator, rows)
            except Incomplete:
                self.wire.retries.pause()
        return self._read(view, locator, rows)

    def _read(self, view: View, locator: str | None, rows: int) -> tuple[tuple[Row, ...], str | None]:
        params = [("maxRecords", str(rows)), *([("locator", locator)] if locator is not None else [])]
        reply = self.wire.get(f"/jobs/query/{self.id}/results", params, headers={"accept": "text/csv"})
        found = tuple(records(reply.body.decode("utf-8"), view))
        expected = reply.headers.get("sforce-numberofrecords")
        if expected is not None and expected.isdecimal() and int(expected) != len(found):
            raise Incomplete(f"bulk job {self.id}: {len(found)} rows arrived of {expected}")
        following = reply.headers.get("sforce-locator")
        return found, None if following in (None, "", "null") else following

    def forget(self) -> str | None:
        """Delete the job: its rows are people's data and would lie there for a week. Why it could not be, or None."""
        try:
            self.wire.write("DELETE", f"/jobs/query/{self.id}")
        except ConnectorError as refusal:
            return str(refusal)
        return None


def records(text: str, view: View) -> Iterator[Row]:
    """The rows of a CSV text as REST would give them. Raises UnexpectedReply for columns that were not asked for."""
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines, None)
    if header is None:
        return
    plan = _plan(header, view)
    for line in lines:
        if len(line) != len(plan):
            raise Incomplete(f"a row has {len(line)} of {len(plan)} columns")
        yield _row(plan, line)


def _plan(header: list[str], view: View) -> list[tuple[tuple[str, ...], Convert]]:
    """For each column of the CSV where it goes and what it is turned into; names are compared without letter case."""
    known = {column.lower(): column for column in view.columns}
    strange = [name for name in header if name.lower() not in known]
    if strange:
        raise UnexpectedReply(f"the bulk result has columns that were not asked for: {', '.join(strange)}")
    columns = [known[name.lower()] for name in header]
    return [(tuple(column.split(".")), CONVERTERS.get(view.types[column], _text)) for column in columns]


def _row(plan: list[tuple[tuple[str, ...], Convert]], line: list[str]) -> Row:
    row: Row = {}
    for (path, convert), written in zip(plan, line, strict=True):
        value = None if written == "" else convert(written)
        if len(path) == 1:
            row[path[0]] = value
            continue
        # A parent of whom nothing is known is no parent, as in REST.
        parent = row.get(path[0])
        if parent is None:
            row[path[0]] = parent = {path[1]: value} if value is not None else None
        else:
            parent[path[1]] = value
    return row


def _text(written: str) -> str:
    return written


def _boolean(written: str) -> bool:
    return written.lower() == "true"


def _moment(written: str) -> str:
    """As REST writes it."""
    return f"{written[:-1]}+0000" if written.endswith("Z") else written


CONVERTERS: Mapping[str, Convert] = {
    "boolean": _boolean,
    "int": int,
    "long": int,
    "double": float,
    "currency": float,
    "percent": float,
    "datetime": _moment,
}
"""By Salesforce's type; all others are texts."""

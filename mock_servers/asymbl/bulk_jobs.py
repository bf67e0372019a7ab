"""Jobs of the Bulk API: what is kept of them, and in which state they are at this moment of the tenant's clock.

The work itself is done when a job is handed over. Its state tells of it as if it had taken `bulk_job_seconds` of the tenant's time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, bindparam, select

from mock_servers.asymbl import ids, security, tables, wire
from mock_servers.asymbl.wire import refuse
from mock_servers.engine.store import BOOKKEEPING

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row, Store

OPTIONS = {
    "bulk_job_seconds": 1.0,
    "bulk_page_rows": 50_000,
    "bulk_hard_delete": False,
    "daily_bulk_jobs": 10_000,
    "bulk_queries_fail": False,
}
"""bulk_job_seconds: how long a job takes. bulk_page_rows: rows of a page of results when nobody says maxRecords. bulk_hard_delete:
whether the user may delete past the recycle bin. daily_bulk_jobs: query jobs a day. bulk_queries_fail: whether query jobs end as
Failed, as one does that takes too long (the words of its errorMessage are assumed: no source shows them)."""
KEPT_SECONDS = 7 * 24 * 3600
DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
OPEN, UPLOAD_COMPLETE, IN_PROGRESS, COMPLETE = "Open", "UploadComplete", "InProgress", "JobComplete"
ABORTED, FAILED = "Aborted", "Failed"
ENDED = (COMPLETE, ABORTED, FAILED)
QUERY, INGEST = "query", "ingest"
_CHUNK = 1000
_BEYOND = 2**62

jobs = Table(
    "BulkJobs", tables.METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("closed", Float),
    Column("owner", String, nullable=False),
    Column("version", String, nullable=False),
    Column("told", JSON, nullable=False),
    info={BOOKKEEPING: True},
)  # fmt: skip
"""closed: when its work was handed over. told: what else its answers say."""
chunks = Table(
    "BulkChunks", tables.METADATA,
    Column("id", Integer, primary_key=True),
    Column("job", String, nullable=False),
    Column("part", String, nullable=False),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("lines", JSON, nullable=False),
    Index("BulkChunks_part", "job", "part", "first"),
    info={BOOKKEEPING: True},
)  # fmt: skip
"""Some lines of CSV of one part of a job, without their ends; first: the number of the first one."""


@dataclass(slots=True)
class Job:
    """One job as it is now."""

    id: str
    kind: str
    state: str
    created: float
    closed: float | None
    owner: str
    version: str
    told: dict[str, Any]

    @property
    def delimiter(self) -> str:
        return DELIMITERS[self.told["columnDelimiter"]]

    @property
    def ending(self) -> str:
        return ENDINGS[self.told["lineEnding"]]


def add(exchange: Exchange, kind: str, state: str, told: dict[str, Any]) -> Job:
    store = exchange.store
    job = Job(
        ids.made("750", store.next_id("ids:750")), kind, state, exchange.now, exchange.now if state != OPEN else None,
        security.running_user(exchange), wire.version_of(exchange), told,
    )  # fmt: skip
    store.insert(
        "BulkJobs", {name: getattr(job, name) for name in ("id", "kind", "state", "created", "closed", "owner", "version", "told")}
    )
    return job


def get(exchange: Exchange, kind: str) -> Job:
    """The job of the path, if it is the caller's and young enough. Raises ApiError: 404, or 409 for another API version."""
    row = exchange.store.find("BulkJobs", id=ids.normalised(exchange.params["job_id"]), kind=kind)
    if row is None or row["owner"] != security.running_user(exchange) or exchange.now - row["created"] > KEPT_SECONDS:
        raise refuse(404, "NOT_FOUND", "The requested resource does not exist")
    if row["version"] != wire.version_of(exchange):
        message = f"The job was created with API version {row['version']}, the request is for {wire.version_of(exchange)}"
        raise refuse(409, "API_VERSION_MISMATCH", message)
    return at_present(exchange, row)


def at_present(exchange: Exchange, row: Row) -> Job:
    """The row's job in the state that the clock has brought it to."""
    job = Job(**{name: row[name] for name in ("id", "kind", "state", "created", "closed", "owner", "version", "told")})
    if job.state != UPLOAD_COMPLETE or job.closed is None:
        return job
    takes = float(exchange.tenant.options["bulk_job_seconds"])
    passed = exchange.now - job.closed
    if passed >= takes:
        job.state = FAILED if "errorMessage" in job.told else COMPLETE
    elif passed >= takes / 4:
        job.state = IN_PROGRESS
    return job


def every(exchange: Exchange, kind: str) -> list[Job]:
    """The caller's jobs, oldest first."""
    owner = security.running_user(exchange)
    rows = exchange.store.where("BulkJobs", kind=kind, owner=owner)
    return [at_present(exchange, row) for row in rows if exchange.now - row["created"] <= KEPT_SECONDS]


def change(exchange: Exchange, job: Job, **values: Any) -> None:
    exchange.store.update("BulkJobs", job.id, **values)
    for name, value in values.items():
        setattr(job, name, value)


def remove(exchange: Exchange, job: Job) -> None:
    for chunk in list(exchange.store.where("BulkChunks", job=job.id)):
        exchange.store.delete("BulkChunks", chunk["id"])
    exchange.store.delete("BulkJobs", job.id)


def told(job: Job) -> dict[str, Any]:
    """What every answer says of a job, whatever its kind."""
    return {
        "id": job.id,
        "operation": job.told["operation"],
        "object": job.told["object"],
        "createdById": job.owner,
        "createdDate": wire.moment(job.created),
        "systemModstamp": wire.moment(job.closed if job.closed is not None else job.created),
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": job.told["contentType"],
        "apiVersion": float(job.version),
    }


# -- CSV ---------------------------------------------------------------------------------------------------------------


class Lines:
    """Makes lines of CSV without their ends: every value in double quotes, empty for null."""

    def __init__(self, delimiter: str) -> None:
        self._text = io.StringIO()
        self._writer = csv.writer(self._text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="")

    def line(self, values: Iterable[Any]) -> str:
        self._writer.writerow(values)
        line = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return line


def keep(store: Store, job: Job, part: str, lines: Iterable[str]) -> int:
    """Store a part of a job; how many lines it has."""
    first = 0
    pending: list[str] = []
    for line in lines:
        pending.append(line)
        if len(pending) == _CHUNK:
            first += _keep_chunk(store, job, part, first, pending)
            pending = []
    return first + (_keep_chunk(store, job, part, first, pending) if pending else 0)


def _keep_chunk(store: Store, job: Job, part: str, first: int, lines: list[str]) -> int:
    store.insert("BulkChunks", {"job": job.id, "part": part, "first": first, "count": len(lines), "lines": lines})
    return len(lines)


def kept(store: Store, job: Job, part: str, offset: int = 0, count: int | None = None) -> Iterator[str]:
    """The lines of a part from a number on, at most `count`."""
    end = _BEYOND if count is None else offset + count
    for first, text in store.query("lines of a part", _lines_of_a_part, job=job.id, part=part, offset=offset, end=end):
        yield from orjson.loads(text)[max(offset - first, 0) : end - first]


def _lines_of_a_part() -> Any:
    c = chunks.c
    wanted = (c.job == bindparam("job"), c.part == bindparam("part"), c.first < bindparam("end"), c.first + c.count > bindparam("offset"))
    return select(c.first, c.lines).where(*wanted).order_by(c.first)


def document(job: Job, header: str, lines: Iterable[str]) -> bytes:
    """A whole CSV file."""
    ending = job.ending
    return (ending.join((header, *lines)) + ending).encode("utf-8")

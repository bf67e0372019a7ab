"""One tenant's journal over HTTP: filtered, paged by id, followed, exported; always masked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from pydantic import Field

from mock_servers.engine.admin_desk import AdminProblem, Desk, Told, ready
from mock_servers.engine.admin_models import Moment, Wish
from mock_servers.engine.journal import CAPACITY, Entry
from mock_servers.engine.journal_views import as_curl, as_har, as_json
from mock_servers.engine.masking import Masker
from mock_servers.engine.tenant import Tenant

KEEP_ALIVE_SECONDS = 15.0


class Filter(Wish):
    """Which exchanges; all that is given must fit."""

    operation: str | None = Field(None, description="An id, or a pattern like `jobs.*`.")
    status: str | None = Field(None, pattern=r"^([1-5]\d\d|[1-5]xx|none)$", description="`404`, `4xx`, or `none`: no answer went out.")
    method: str | None = None
    path: str | None = Field(None, description="A pattern of paths below the vendor's root.")
    credential: str | None = Field(None, description="A credential's id; `none` for requests without a known one.")
    record: str | None = Field(None, description="An id in the path, or of a record that was changed.")
    writes: bool | None = Field(None, description="Whether the request meant to write.")
    changed: bool | None = Field(None, description="Whether it changed something.")
    fault: str | None = Field(None, description="A kind of fault that struck, or a pattern like `*`.")
    quirk: str | None = Field(None, description="A quirk that acted, or a pattern like `*`.")
    since: Moment | None = Field(None, description="From this moment of the tenant's clock on.")
    since_id: int = Field(0, description="Only later ones.")

    def fits(self, entry: Entry) -> bool:
        exchange = entry.exchange
        operation = exchange.operation.id if exchange.operation is not None else None
        return (
            (self.operation is None or (operation is not None and fnmatchcase(operation, self.operation)))
            and (self.status is None or _status_fits(self.status, entry.status))
            and (self.method is None or exchange.method == self.method.upper())
            and (self.path is None or fnmatchcase(exchange.path, self.path))
            and (self.credential is None or self.credential == (exchange.credential.id if exchange.credential is not None else "none"))
            and (self.record is None or _is_about(entry, self.record))
            and (self.writes is None or self.writes == exchange.writes)
            and (self.changed is None or self.changed == bool(exchange.changes))
            and (self.fault is None or any(fnmatchcase(name, self.fault) for name in exchange.faults_acted))
            and (self.quirk is None or any(fnmatchcase(name, self.quirk) for name in exchange.quirks_acted))
            and (self.since is None or entry.at >= self.since.timestamp())
        )


def _status_fits(wanted: str, status: int | None) -> bool:
    if status is None or wanted == "none":
        return status is None and wanted == "none"
    return wanted == str(status) or wanted == f"{status // 100}xx"


def _is_about(entry: Entry, record: str) -> bool:
    exchange = entry.exchange
    return record in exchange.params.values() or any(record == str(id) for _, _, id in exchange.changes)


Wanted = Annotated[Filter, Query()]


def router(desk: Desk) -> APIRouter:
    """Its routes, over these tenants."""
    routes = APIRouter(prefix="/tenants/{id}/journal", tags=["journal"])
    _add_lists(routes, desk)
    _add_stream(routes, desk)
    _add_single(routes, desk)
    return routes


class Page(Filter):
    limit: int = Field(1000, ge=1, le=CAPACITY)


def _add_lists(routes: APIRouter, desk: Desk) -> None:
    @routes.get("", response_model=Told, summary="Exchanges in the order they happened.")
    async def exchanges(id: str, wanted: Annotated[Page, Query()]) -> Response:
        tenant = desk.tenants.get(id)
        mask = _masker(tenant)
        return ready({"exchanges": [as_json(entry, mask) for entry in islice(_found(tenant, wanted), wanted.limit)]})

    @routes.get("/summary", summary="How many, by operation, status, credential and fault.")
    async def summary(id: str, wanted: Wanted) -> dict[str, Any]:
        return _summary(list(_found(desk.tenants.get(id), wanted)))

    @routes.get("/har", summary="A HAR file of the exchanges, for browsers and HTTP debuggers.")
    async def har(id: str, wanted: Wanted) -> JSONResponse:
        tenant = desk.tenants.get(id)
        disposition = {"content-disposition": f'attachment; filename="{tenant.id}.har"'}
        return JSONResponse(as_har(_found(tenant, wanted), _masker(tenant), _version()), headers=disposition)

    @routes.delete("", status_code=204, summary="Forget them all.")
    async def clear(id: str) -> None:
        desk.tenants.get(id).journal.clear()


def _add_single(routes: APIRouter, desk: Desk) -> None:
    def entry_of(tenant: Tenant, id: int) -> Entry:
        entry = tenant.journal.get(id)
        if entry is None:
            raise AdminProblem(404, "unknown_exchange", f"the journal of {tenant.id} has no exchange {id}", "only the newest are kept")
        return entry

    @routes.get("/{exchange_id}", summary="One exchange.")
    async def exchange(id: str, exchange_id: int) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        return as_json(entry_of(tenant, exchange_id), _masker(tenant))

    @routes.get("/{exchange_id}/curl", summary="Its request as a curl command.", response_class=PlainTextResponse)
    async def curl(id: str, exchange_id: int) -> PlainTextResponse:
        tenant = desk.tenants.get(id)
        return PlainTextResponse(as_curl(entry_of(tenant, exchange_id), _masker(tenant)))


def _found(tenant: Tenant, wanted: Filter) -> list[Entry]:
    return [entry for entry in tenant.journal.after(wanted.since_id) if wanted.fits(entry)]


def _masker(tenant: Tenant) -> Masker:
    return Masker(tenant.credentials.secret_values())


def _summary(entries: list[Entry]) -> dict[str, Any]:
    exchanges = [entry.exchange for entry in entries]
    statuses = Counter("none" if entry.status is None else str(entry.status) for entry in entries)
    return {
        "exchanges": len(entries),
        "kept_at_most": CAPACITY,
        "operations": dict(Counter(it.operation.id if it.operation is not None else "none" for it in exchanges)),
        "statuses": dict(sorted(statuses.items())),
        "credentials": dict(Counter(it.credential.id if it.credential is not None else "none" for it in exchanges)),
        "faults": dict(Counter(name for it in exchanges for name in it.faults_acted)),
        "quirks": dict(Counter(name for it in exchanges for name in it.quirks_acted)),
        "writes": sum(it.writes for it in exchanges),
        "changes": sum(len(it.changes) for it in exchanges),
    }


def _version() -> str:
    try:
        return version("ats-sandbox")
    except PackageNotFoundError:  # run from its source folder
        return "0"


# -- following --------------------------------------------------------------------------------------------------------


def _add_stream(routes: APIRouter, desk: Desk) -> None:
    @routes.get(
        "/stream",
        summary="Exchanges as they happen, until you close it: Server-Sent Events, or a JSON line each.",
        description="Begins with what comes next, or after `since_id` or the header Last-Event-ID. An event's id is the exchange's.",
        response_class=StreamingResponse,
    )
    async def stream(
        id: str, wanted: Annotated[Following, Query()], last_event_id: Annotated[int | None, Header()] = None
    ) -> StreamingResponse:
        tenant = desk.tenants.get(id)
        since = wanted.since_id if "since_id" in wanted.model_fields_set else last_event_id
        after = since if since is not None else tenant.journal.last_id
        media_type = "text/event-stream" if wanted.format == "sse" else "application/x-ndjson"
        return StreamingResponse(_stream(tenant, wanted, after), media_type=media_type, headers={"cache-control": "no-store"})


class Following(Filter):
    format: Literal["sse", "ndjson"] = "sse"


async def _stream(tenant: Tenant, wanted: Following, after: int) -> AsyncIterator[bytes]:
    """What fits, as it comes; a sign of life when nothing does, so that nobody between us and the client gives up."""
    line = _event if wanted.format == "sse" else _line
    yield b": following\n\n" if wanted.format == "sse" else b"\n"
    with tenant.journal.watched() as wake:
        while True:
            wake.clear()
            entries = tenant.journal.after(after)
            mask = _masker(tenant) if entries else None
            for entry in entries:
                after = entry.id
                if mask is not None and wanted.fits(entry):
                    yield line(entry, mask)
            if tenant.journal.ended:
                return
            if not entries and not await _woken(wake):
                yield b": nothing new\n\n" if wanted.format == "sse" else b"\n"


async def _woken(wake: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(wake.wait(), KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return False
    return True


def _event(entry: Entry, mask: Masker) -> bytes:
    return b"id: %d\nevent: exchange\ndata: %s\n\n" % (entry.id, orjson.dumps(as_json(entry, mask)))


def _line(entry: Entry, mask: Masker) -> bytes:
    return orjson.dumps(as_json(entry, mask)) + b"\n"

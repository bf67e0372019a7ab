"""Snapshots over HTTP: taken, listed, restored; and tenants as files, written and taken in."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from typing import IO, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from mock_servers.engine import snapshots
from mock_servers.engine.admin_desk import AdminProblem, Desk, iso
from mock_servers.engine.admin_models import SnapshotWish
from mock_servers.engine.snapshot_files import MEDIA_TYPE, Reader, write
from mock_servers.engine.snapshots import Snapshot
from mock_servers.engine.tenant import Tenant

KEPT_IN_MEMORY = 8 * 1024 * 1024
"""Larger uploads wait in a temporary file."""
FILE: Mapping[str, Any] = {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}}


def router(desk: Desk) -> APIRouter:
    """Its routes, over these tenants."""
    routes = APIRouter(tags=["snapshots"])
    _add_snapshots(routes, desk)
    _add_files(routes, desk)
    return routes


def _add_snapshots(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/tenants/{id}/snapshots", status_code=201, summary="Keep all that an account is now.")
    async def take(id: str, wish: SnapshotWish | None = None) -> dict[str, Any]:
        name, snapshot = desk.tenants.get(id).take_snapshot(wish.name if wish is not None else None)
        return _told(name, snapshot)

    @routes.get("/tenants/{id}/snapshots", summary="Those of an account, oldest first.")
    async def list_all(id: str) -> dict[str, Any]:
        return {"snapshots": [_told(name, snapshot) for name, snapshot in desk.tenants.get(id).snapshots.items()]}

    @routes.post("/tenants/{id}/snapshots/{name}/restore", summary="Be that again; the journal goes on.")
    async def restore(request: Request, id: str, name: str) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        tenant.restore(name)
        return desk.tenant(request, tenant)

    @routes.delete("/tenants/{id}/snapshots/{name}", status_code=204, summary="Forget one.")
    async def drop(id: str, name: str) -> None:
        desk.tenants.get(id).drop_snapshot(name)


def _add_files(routes: APIRouter, desk: Desk) -> None:
    tenants = desk.tenants
    content: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}, "description": "NDJSON"}}

    @routes.get("/tenants/{id}/export", response_class=StreamingResponse, responses=content, summary="An account as a file, with its keys.")
    async def export(
        id: str, snapshot: Annotated[str | None, Query(description="One of its snapshots; else as it is now.")] = None
    ) -> StreamingResponse:
        tenant = tenants.get(id)
        if snapshot is None:
            written = snapshots.take(tenant)
        else:
            kept = tenant.snapshot(snapshot)
            written = Snapshot(kept.scenario, kept.taken_at, kept.store.fork(), kept.parts)
        name = tenant.id if snapshot is None else f"{tenant.id}.{snapshot}"
        headers = {"content-disposition": f'attachment; filename="{name}.ndjson"'}
        return StreamingResponse(_streamed(tenant, written), media_type=MEDIA_TYPE, headers=headers)

    @routes.post("/tenants/import", status_code=201, openapi_extra=dict(FILE), summary="A new account from a file.")
    async def import_new(
        request: Request, name: Annotated[str | None, Query(description="Another than the one in the file.")] = None
    ) -> dict[str, Any]:
        with await _uploaded(request) as file:
            reader = Reader(file)
            vendor = tenants.vendor(reader.header.vendor)
            read = reader.snapshot(vendor)
        try:
            tenant = tenants.take_in(vendor, read, name if name is not None else reader.header.tenant)
        finally:
            read.store.close()
        return desk.tenant(request, tenant)

    @routes.post("/tenants/{id}/import", openapi_extra=dict(FILE), summary="This account becomes what the file holds; reset undoes it.")
    async def import_into(request: Request, id: str) -> dict[str, Any]:
        tenant = tenants.get(id)
        with await _uploaded(request) as file:
            reader = Reader(file)
            if reader.header.vendor != tenant.vendor.name:
                hint = f"choose an account of {reader.header.vendor}, or import it as a new one"
                raise AdminProblem(422, "bad_snapshot", f"the file is of {reader.header.vendor}, the account of {tenant.vendor.name}", hint)
            read = reader.snapshot(tenant.vendor)
        try:
            tenants.check(tenant, read)
            tenant.become(read)
        finally:
            read.store.close()
        return desk.tenant(request, tenant)


def _told(name: str, snapshot: Snapshot) -> dict[str, Any]:
    store = snapshot.store
    counts = {table: count for table in store.metadata.tables if (count := store.count(table))}
    return {"name": name, "taken_at": iso(snapshot.taken_at), "scenario": snapshot.scenario, "records": counts}


async def _streamed(tenant: Tenant, snapshot: Snapshot) -> AsyncIterator[bytes]:
    """On the loop like everything else that touches a store, which others get between two pieces."""
    try:
        for piece in write(tenant.vendor, tenant.name, snapshot):
            yield piece
            await asyncio.sleep(0)
    finally:
        snapshot.store.close()


async def _uploaded(request: Request) -> IO[bytes]:
    file: IO[bytes] = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    async for part in request.stream():
        file.write(part)
    file.seek(0)
    return file

"""One tenant's journal over HTTP: filtered, paged by id, masked."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query

from mock_servers.engine.admin_desk import AdminProblem, Desk
from mock_servers.engine.journal import Entry, Masker, as_json


def router(desk: Desk) -> APIRouter:
    """Its routes, over these tenants."""
    routes = APIRouter(prefix="/tenants/{id}/journal", tags=["journal"])

    @routes.get("", summary="Exchanges in the order they happened.")
    async def exchanges(
        id: str,
        operation: Annotated[str | None, Query(description="An id, or a pattern like `jobs.*`.")] = None,
        status: int | None = None,
        method: str | None = None,
        since_id: Annotated[int, Query(description="Only later ones.")] = 0,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        mask = Masker(tenant.credentials.secret_values())
        wanted = (entry for entry in tenant.journal if entry.id > since_id and _fits(entry, operation, status, method))
        return {"exchanges": [as_json(entry, mask) for entry in islice(wanted, limit)]}

    @routes.get("/{exchange_id}", summary="One exchange.")
    async def exchange(id: str, exchange_id: int) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        entry = tenant.journal.get(exchange_id)
        if entry is None:
            raise AdminProblem(404, "unknown_exchange", f"the journal of {id} has no exchange {exchange_id}", "only the newest are kept")
        return as_json(entry, Masker(tenant.credentials.secret_values()))

    @routes.delete("", status_code=204, summary="Forget them all.")
    async def clear(id: str) -> None:
        desk.tenants.get(id).journal.clear()

    return routes


def _fits(entry: Entry, operation: str | None, status: int | None, method: str | None) -> bool:
    exchange = entry.exchange
    if operation is not None and not (exchange.operation is not None and fnmatchcase(exchange.operation.id, operation)):
        return False
    if status is not None and entry.status != status:
        return False
    return method is None or exchange.method == method.upper()

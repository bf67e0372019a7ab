"""What the endpoints for discovery, sObjects and queries do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_servers.asymbl import files, records, versions, wire
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


async def list_versions(exchange: Exchange) -> Reply:
    """Every version that still answers, oldest first; needs no session."""
    return wire.answer(200, versions.listed())


async def create_record(exchange: Exchange) -> Reply:
    id = records.create(exchange, exchange.params["sobject"], files.record_in(exchange))
    return wire.answer(201, {"id": id, "success": True, "errors": []})

"""A Salesforce org without any socket: an exchange on a tenant, for tests that ask thousands of things."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from mock_servers.asymbl.vendor import VENDOR
from mock_servers.engine.exchange import Exchange
from mock_servers.engine.tenants import Tenants
from mock_servers.engine.vendors import Handler, Refusal, Reply


def tenants() -> Tenants:
    return Tenants({"asymbl": VENDOR})


def exchange_with(of: Tenants, *, scenario: str = "small_org", permissions: str | list[str] = "all", **more: Any) -> Exchange:
    """A request's beginnings at a new tenant whose clock stands still, by its first credential."""
    tenant = of.create("asymbl", scenario=scenario, permissions=permissions, frozen=True, **more)
    exchange = Exchange(VENDOR, "GET", "/services/data/v63.0", b"", {}, "http://acme.example")
    exchange.tenant, exchange.credential = tenant, tenant.credentials.first
    exchange.params = {"version": "63.0"}
    return exchange


def answered(exchange: Exchange, handler: Handler, query: list[tuple[str, str]] | None = None, **params: str) -> Reply:
    """A handler's answer, refusals too; whatever else it raises is raised."""
    exchange.params = {"version": "63.0", **params}
    exchange.query_pairs = query or []
    handling: Coroutine[Any, Any, Reply] = handler(exchange)  # type: ignore[assignment]  # every handler is an async def
    try:
        handling.send(None)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    except Refusal as refusal:
        return refusal.reply
    raise AssertionError("a handler waits for something")

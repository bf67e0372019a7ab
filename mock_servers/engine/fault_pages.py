"""Faults of lists that are read while the account changes: items twice, items missing, a page from before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.fault_base import CARRY_ON, NOT_THIS_ONE, BadFault, Fault, Memory, Outcome
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.tenant import Tenant


def _page(exchange: Exchange, reply: Reply | None) -> tuple[Any, list[Any]] | None:
    """(document, the list of its items that can be changed in place) of a good list answer; None for any other."""
    if reply is None or reply.status != 200 or not reply.body:
        return None
    try:
        document = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return None
    member = exchange.vendor.list_member
    items = document.get(member) if isinstance(document, dict) and member is not None else document
    return (document, items) if isinstance(items, list) else None


def _whose(exchange: Exchange) -> str:
    """Pages belong together when the same credential asks the same path."""
    return f"{exchange.credential.id if exchange.credential is not None else ''} {exchange.path}"


@dataclass(frozen=True)
class ShiftedItems(Fault):
    """What the two kinds share: items of a list answer, `count` of them."""

    phases = ("after",)
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BadFault("count is one or more")


@dataclass(frozen=True)
class RepeatedItems(ShiftedItems):
    """A page begins with the last `count` items of the page before: something was put in front of them in between. The
    first page that the rule is for is only looked at."""

    name = "repeated_items"
    by_mark = False

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        page = _page(exchange, reply)
        if page is None or reply is None:
            return NOT_THIS_ONE
        document, items = page
        repeated = memory.get(_whose(exchange), [])
        memory[_whose(exchange)] = items[-self.count :]
        if not repeated:
            return NOT_THIS_ONE
        items[:0] = repeated
        return replace(reply, body=orjson.dumps(document))


@dataclass(frozen=True)
class MovedItems(ShiftedItems):
    """The first `count` items of a page are missing: they have moved to a page that was read before."""

    name = "moved_items"

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        page = _page(exchange, reply)
        if page is None or reply is None or not page[1]:
            return NOT_THIS_ONE
        document, items = page
        del items[: self.count]
        return replace(reply, body=orjson.dumps(document))


@dataclass(frozen=True)
class Stale(Fault):
    """A read is answered from the account as it was when the rule was set, as by a replica that lags behind."""

    name = "stale"
    phases = ("before",)
    by_mark = False

    def armed(self, tenant: Tenant, memory: Memory) -> None:
        memory["_store"] = tenant.store.fork()

    def ended(self, memory: Memory) -> None:
        if "_store" in memory:
            memory.pop("_store").close()

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        if exchange.operation is None or exchange.operation.writes:
            return NOT_THIS_ONE
        if "_store" not in memory:  # the rule came out of a snapshot
            self.armed(exchange.tenant, memory)
        exchange.read_from = memory["_store"]
        return CARRY_ON

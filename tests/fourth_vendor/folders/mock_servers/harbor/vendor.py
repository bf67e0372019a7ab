"""Harbor, invented to show that an ATS is three folders and nothing else: four lists by key, notes, keys in a header of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import orjson
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, bindparam, select

from mock_servers.engine.evidence import Assumed
from mock_servers.engine.exchange import Exchange
from mock_servers.engine.quirks import Quirk
from mock_servers.engine.store import NotFound, Row, Store
from mock_servers.engine.vendors import Operation, Permission, Preset, Refusal, Reply, Vendor

INVENTED = Assumed("invented, to show that an ATS is three folders")
METADATA = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    updated = Column("updated_at", String, nullable=False, default="2026-03-01T00:00:00Z")
    return Table(name, METADATA, Column("id", Integer, primary_key=True), *columns, updated, Column("doc", LargeBinary))


LISTS = {
    "crew": _table("crew", Column("name", String, nullable=False), Column("mail", String)),
    "berths": _table("berths", Column("title", String, nullable=False), Column("state", String, default="open")),
    "sailors": _table("sailors", Column("first", String, nullable=False), Column("last", String), Column("mail", String)),
    "bids": _table("bids", Column("berth_id", Integer), Column("sailor_id", Integer), Column("result", String, default="open")),
}
NOTES = Table("notes", METADATA, Column("id", Integer, primary_key=True), Column("bid_id", Integer), Column("text", String))
LARGEST_PAGE = 50


def render(store: Store, table: str, row: Row) -> Mapping[str, bytes]:
    return {"doc": orjson.dumps(row)} if table in LISTS else {}


class Errors:
    def error(self, exchange: Exchange | None, status: int, detail: str | None = None) -> Reply:
        return Reply(status, orjson.dumps({"problem": detail or "harbor closed", "status": status}), why=detail)

    def rate_limited(self, exchange: Exchange, retry_after: float | None) -> Reply:
        headers = () if retry_after is None else ((b"retry-after", b"%d" % retry_after),)
        return Reply(429, orjson.dumps({"problem": "too many", "status": 429}), headers=headers)


ERRORS = Errors()


class HeaderKeys:
    def presented(self, exchange: Exchange) -> str | None:
        return exchange.header(b"x-harbor-key")

    def host_tenant(self, host: str) -> str | None:
        return None

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        key = hashlib.sha256(f"harbor {seed} {tenant_name} {number}".encode()).hexdigest()[:40]
        return key, {"key": key}

    def refuse(self, exchange: Exchange, problem: str) -> Reply:
        return ERRORS.error(exchange, 401, f"the key is {problem}")

    def forbid(self, exchange: Exchange, missing: tuple[str, ...]) -> Reply:
        return ERRORS.error(exchange, 403, f"the key may not: {', '.join(missing)}")


@dataclass(frozen=True)
class LoudStates(Quirk):
    """States and results are written in capitals."""

    name: ClassVar[str] = "loud_states"
    evidence: ClassVar[Assumed] = INVENTED
    on_by_default: ClassVar[bool] = False


def _number(exchange: Exchange, name: str, default: int, largest: int) -> int:
    given = dict(exchange.query).get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and int(given) <= largest):
        raise Refusal(ERRORS.error(exchange, 400, f"{name} is a number up to {largest}"))
    return int(given)


def listing(name: str) -> Any:
    table = LISTS[name]

    async def handler(exchange: Exchange) -> Reply:
        after, limit = _number(exchange, "after", 0, 2**31), _number(exchange, "limit", LARGEST_PAGE, LARGEST_PAGE)
        since = dict(exchange.query).get("since", "")
        rows = exchange.store.query(
            f"list {name}",
            lambda: (
                select(table.c.doc)
                .where(table.c.id > bindparam("after"), table.c.updated_at >= bindparam("since"))
                .order_by(table.c.id)
                .limit(bindparam("count"))
            ),
            after=after,
            since=since,
            count=limit,
        )
        body = b'{"items":[' + b",".join(row[0] for row in rows) + b"]}"
        loud = exchange.quirk(LoudStates)
        if loud is not None:
            exchange.acted(loud)
            items = [{k: v.upper() if k in ("state", "result") else v for k, v in item.items()} for item in orjson.loads(body)["items"]]
            body = orjson.dumps({"items": items})
        return Reply(200, body)

    return handler


async def add_note(exchange: Exchange) -> Reply:
    sent = exchange.json()
    if not isinstance(sent, dict) or not isinstance(sent.get("text"), str) or not sent["text"]:
        raise Refusal(ERRORS.error(exchange, 422, "text is missing"))
    try:
        bid = exchange.store.get("bids", int(exchange.params["id"]))
    except (ValueError, NotFound) as error:
        raise Refusal(ERRORS.error(exchange, 404, "no such bid")) from error
    row = exchange.store.insert("notes", {"bid_id": bid["id"], "text": sent["text"]})
    moment = datetime.fromtimestamp(int(exchange.now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Reply(201, orjson.dumps({"id": row["id"], "at": moment}))


def guard(exchange: Exchange) -> Reply | None:
    return None if exchange.tenant.options["api"] else ERRORS.error(exchange, 401, "this harbor has no API")


def _operation(name: str) -> Operation:
    return Operation(f"{name}.list", "GET", f"/api/{name}", listing(name), name, INVENTED, needs=(f"see {name}",))


VENDOR = Vendor(
    name="harbor",
    title="Harbor",
    metadata=METADATA,
    operations=(
        *(_operation(name) for name in LISTS),
        Operation("notes.add", "POST", "/api/bids/{id}/notes", add_note, "notes", INVENTED, needs=("write notes",), writes=True),
    ),
    permissions=(*(Permission(f"see {name}", INVENTED) for name in LISTS), Permission("write notes", INVENTED)),
    presets=(Preset("watch", ("see crew", "see berths"), "Sees no people.", INVENTED),),
    quirks=(LoudStates,),
    authenticator=HeaderKeys(),
    errors=ERRORS,
    render=render,
    api_path="/api",
    list_member="items",
    default_scenario="quay",
    guard=guard,
    options={"api": True},
)

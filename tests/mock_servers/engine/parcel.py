"""Parcel, a vendor invented for these tests: it sells parcels, its keys are Bearer tokens, and it has one of each thing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, MetaData, String, Table, bindparam, select

from mock_servers.engine.evidence import Assumed
from mock_servers.engine.exchange import Exchange
from mock_servers.engine.quirks import Quirk
from mock_servers.engine.store import NotFound, Row, Store, Written
from mock_servers.engine.vendors import Operation, Permission, Preset, RateLimitDefaults, Refusal, Reply, Vendor
from mock_servers.engine.webhook_rules import Event, Happening, Outgoing, Retries, WebhookRules

INVENTED = Assumed("invented for the engine's tests")
METADATA = MetaData()
parcels = Table(
    "parcels",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("label", String, nullable=False),
    Column("weight", Integer),
    Column("fragile", Boolean, default=False),
    Column("stamps", JSON),
    Column("sender_id", Integer),
    Column("updated_at", String),
    Column("doc", LargeBinary),
)
senders = Table("senders", METADATA, Column("id", Integer, primary_key=True), Column("name", String, nullable=False))


def render(store: Store, table: str, row: Row) -> Mapping[str, bytes]:
    if table != "parcels":
        return {}
    sender = store.find("senders", id=row["sender_id"])
    return {"doc": orjson.dumps({**row, "sender": None if sender is None else sender["name"]})}


def dependents(store: Store, table: str, row: Row) -> list[tuple[str, Any]]:
    return [("parcels", parcel["id"]) for parcel in store.where("parcels", sender_id=row["id"])] if table == "senders" else []


class BearerTokens:
    def presented(self, exchange: Exchange) -> str | None:
        header = exchange.header(b"authorization")
        if header is None:
            return None
        if not header.startswith("Bearer "):
            raise ValueError("not a Bearer token")
        return header.removeprefix("Bearer ")

    def host_tenant(self, host: str) -> str | None:
        label, dot, _ = host.partition(".")
        return label if dot and not label.isdigit() else None

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        token = hashlib.sha256(f"{seed}/{tenant_name}/{number}".encode()).hexdigest()[:32]
        return token, {"token": token, "account": tenant_name}

    def refuse(self, exchange: Exchange, problem: str) -> Reply:
        return Errors().error(exchange, 401, f"token {problem}")

    def forbid(self, exchange: Exchange, missing: tuple[str, ...]) -> Reply:
        return Errors().error(exchange, 403, f"lacks {', '.join(missing)}")


class Errors:
    def error(self, exchange: Exchange | None, status: int, detail: str | None = None) -> Reply:
        return Reply(status, orjson.dumps({"parcel_error": status, "detail": detail}), b"application/problem+json")

    def rate_limited(self, exchange: Exchange, retry_after: float | None) -> Reply:
        headers = () if retry_after is None else ((b"retry-after", b"%d" % retry_after),)
        return Reply(429, orjson.dumps({"parcel_error": 429, "detail": "slow down"}), headers=headers)


@dataclass(frozen=True)
class Shouting(Quirk):
    """Labels are answered in capitals."""

    name = "shouting"
    evidence = INVENTED
    on_by_default = False
    ending: str = "!"


async def list_parcels(exchange: Exchange) -> Reply:
    asked = dict(exchange.query).get("limit", "100")
    if not (asked.isascii() and asked.isdigit()):
        raise Refusal(Errors().error(exchange, 400, "limit is a number"))
    limit = int(asked)
    rows = exchange.store.query("list", lambda: select(parcels.c.doc).order_by(parcels.c.id).limit(bindparam("count")), count=limit)
    return Reply(200, b'{"data":[' + b",".join(row[0] for row in rows) + b"]}")


async def get_parcel(exchange: Exchange) -> Reply:
    try:
        id = int(exchange.params["id"])
        shouting = exchange.quirk(Shouting)
        if shouting is None:
            return Reply(200, exchange.store.document("parcels", id))
        exchange.acted(shouting)
        row = exchange.store.get("parcels", id)
        return Reply(200, orjson.dumps({**row, "label": f"{row['label'].upper()}{shouting.ending}"}))
    except (ValueError, NotFound) as error:
        raise Refusal(Errors().error(exchange, 404, "no such parcel")) from error


async def create_parcel(exchange: Exchange) -> Reply:
    sent = exchange.json()
    if not isinstance(sent, dict) or not isinstance(sent.get("label"), str):
        raise Refusal(Reply(422, b'{"parcel_error":422}', why="422: a parcel needs a label"))
    exchange.unread.extend(sorted(set(sent) - {"label", "weight"}))
    row = exchange.store.insert("parcels", {"label": sent["label"], "weight": sent.get("weight")})
    return Reply(
        201, exchange.store.document("parcels", row["id"]), headers=((b"location", f"{exchange.base_url}/v1/parcels/{row['id']}".encode()),)
    )


async def half_done(exchange: Exchange) -> Reply:
    exchange.store.insert("parcels", {"label": "never seen"})
    return Errors().error(exchange, 409, "changed my mind")


async def crash(exchange: Exchange) -> Reply:
    raise ZeroDivisionError("a defect in vendor code")


async def hello(exchange: Exchange) -> Reply:
    return Reply(200, orjson.dumps({"hello": exchange.tenant.name, "known": exchange.credential is not None}))


def guard(exchange: Exchange) -> Reply | None:
    return None if exchange.tenant.options["open"] else Errors().error(exchange, 403, "closed")


def limit_headers(limit: int, remaining: int, reset: float) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"x-limit", b"%d" % limit), (b"x-remaining", b"%d" % remaining), (b"x-reset", b"%d" % reset))


def _row(id: str, method: str, path: str, handler: Any, **more: Any) -> Operation:
    return Operation(id, method, path, handler, id, INVENTED, **more)


def happenings(store: Store, written: Sequence[Written]) -> Iterator[Happening]:
    for row in written:
        if row.table == "parcels" and row.after is not None:
            yield Happening("parcel.new" if row.before is None else "parcel.changed", {"parcel": row.after["id"]})


def sign(outgoing: Outgoing) -> dict[str, str]:
    digest = hmac.new(outgoing.secret.encode(), outgoing.body, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-parcel-signature": digest, "x-parcel-delivery": outgoing.delivery_id}


WEBHOOKS = WebhookRules(
    events=(
        Event("parcel.new", "Parcel handed in", INVENTED, lambda store: {"parcel": 1}),
        Event("parcel.changed", "Parcel changed", INVENTED, lambda store: {"parcel": 1}),
    ),
    happenings=happenings,
    payload=lambda happening, at: orjson.dumps({"event": happening.event, "at": int(at), "data": happening.data}),
    headers=sign,
    retries=Retries(count=3, first_seconds=60, factor=10, jitter=0.1, evidence=INVENTED),
    timeout_seconds=5,
    evidence=INVENTED,
)


VENDOR = Vendor(
    name="parcel",
    title="Parcel",
    metadata=METADATA,
    operations=(
        _row("parcels.list", "GET", "/v1/parcels", list_parcels, needs=("parcels: read",)),
        _row("parcels.get", "GET", "/v1/parcels/{id}", get_parcel, needs=("parcels: read",)),
        _row("parcels.create", "POST", "/v1/parcels", create_parcel, needs=("parcels: write",), writes=True),
        _row("parcels.half", "POST", "/v1/half", half_done, needs=("parcels: write",), writes=True),
        _row("crash", "GET", "/v1/crash", crash),
        _row("hello", "GET", "/v1/hello", hello, needs_credential=False),
    ),
    permissions=(
        Permission("parcels: read", INVENTED),
        Permission("parcels: write", INVENTED),
        Permission("all parcels", INVENTED, ("parcels: read",)),
    ),
    presets=(Preset("reader", ("parcels: read",), "May look.", INVENTED),),
    quirks=(Shouting,),
    authenticator=BearerTokens(),
    errors=Errors(),
    render=render,
    dependents=dependents,
    api_path="/v1",
    list_member="data",
    default_scenario="depot",
    rate_limit=RateLimitDefaults(3, 60, INVENTED, headers=limit_headers),
    guard=guard,
    webhooks=WEBHOOKS,
    options={"open": True, "shelf": "A", "limit": None},
    max_body_bytes=100_000,
)

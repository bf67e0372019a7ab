"""The generic endpoints over resources.py: list, get, create, update, delete; and the files behind signed links."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import orjson

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.store import NotFound
from mock_servers.engine.vendors import Handler, Reply
from mock_servers.pinpoint import payload, query, wire
from mock_servers.pinpoint.compound import Compound, ready
from mock_servers.pinpoint.links import DISK, opened
from mock_servers.pinpoint.quirks import AttachmentLinksRedirect, FlatStats, NullMetaOnDelete, OlderFeatureLevel
from mock_servers.pinpoint.reads import Search, fetch
from mock_servers.pinpoint.resource import Resource
from mock_servers.pinpoint.writes import Writer



def refuse_newer(exchange: Exchange, resource: Resource, letter: str) -> None:
    """404 for an endpoint that came after the feature level of the account."""
    older = exchange.quirk(OlderFeatureLevel)
    if older is not None and letter in resource.newer_operations:
        exchange.acted(older)
        raise wire.refuse(404, why=f"{resource.type} has no such endpoint at level v1.0.23")


def list_endpoint(resource: Resource) -> Handler:
    """GET /{type}."""

    async def handler(exchange: Exchange) -> Reply:
        refuse_newer(exchange, resource, "L")
        asked = query.parse(exchange, resource)
        search = Search(exchange, resource, asked)
        if ready(exchange, resource, asked):
            documents, included = search.documents(), None
        else:
            documents, included = Compound(exchange, asked).documents(resource, search.rows())
        why = f"nothing matches{_hint(search)}" if not documents else None
        return wire.collection(exchange, documents, included, _stats(exchange, search) if asked.count else b"{}", why)

    return handler


def _stats(exchange: Exchange, search: Search) -> bytes:
    flat = exchange.quirk(FlatStats)
    if flat is None:
        return orjson.dumps({"stats": {"total": {"count": search.count()}}})
    exchange.acted(flat)
    return orjson.dumps({"total": {"count": search.count()}})


def _hint(search: Search) -> str:
    return f"; records of {' and '.join(search.hides)} jobs are hidden unless the visibility filter names them" if search.hides else ""


def get_endpoint(resource: Resource) -> Handler:
    """GET /{type}/{id}."""

    async def handler(exchange: Exchange) -> Reply:
        refuse_newer(exchange, resource, "G")
        asked = query.parse(exchange, resource)
        id = number(exchange.params["id"])
        if ready(exchange, resource, asked) and not asked.filters and resource.visibility_filter is None:
            try:
                return wire.single(exchange, exchange.store.document(resource.stored.name, id), None)
            except NotFound:
                raise wire.refuse(404, why=f"no {resource.type} {id}") from None
        search = Search(exchange, resource, asked)
        record = search.one(id)
        if record is None:
            raise wire.refuse(404, why=f"no {resource.type} {id} that this request may see{_hint(search)}")
        documents, included = Compound(exchange, asked).documents(resource, [record])
        return wire.single(exchange, documents[0], included)

    return handler


def create_endpoint(resource: Resource) -> Handler:
    """POST /{type}: 201 with the new record, and with what was sideposted included."""

    async def handler(exchange: Exchange) -> Reply:
        refuse_newer(exchange, resource, "C")
        asked = query.parse(exchange, resource)
        draft = payload.parse(exchange, resource)
        id = Writer(exchange).create(draft)
        return _shown(exchange, resource, id, asked, sideposted=tuple(draft.children), status=201)

    return handler


def update_endpoint(resource: Resource) -> Handler:
    """PUT /{type}/{id}: only what is sent changes."""

    async def handler(exchange: Exchange) -> Reply:
        refuse_newer(exchange, resource, "U")
        asked = query.parse(exchange, resource)
        id = existing(exchange, resource)
        draft = payload.parse(exchange, resource, id=str(id))
        Writer(exchange).update(draft, id)
        return _shown(exchange, resource, id, asked, sideposted=tuple(draft.children), status=200)

    return handler


def delete_endpoint(resource: Resource) -> Handler:
    """DELETE /{type}/{id}: 200 with meta."""

    async def handler(exchange: Exchange) -> Reply:
        refuse_newer(exchange, resource, "X")
        Writer(exchange).delete(resource, existing(exchange, resource))
        null = exchange.quirk(NullMetaOnDelete)
        if null is not None:
            exchange.acted(null)
        return wire.deleted(meta=None if null is not None else {})

    return handler


def _shown(exchange: Exchange, resource: Resource, id: int, asked: query.Query, *, sideposted: tuple[str, ...], status: int) -> Reply:
    for name in sideposted:
        asked.include.setdefault(name, {})
        asked.included = True
    record = fetch(exchange.store, resource.type, id)
    if record is None:
        raise AssertionError(f"{resource.type} {id} was written and is not there")
    documents, included = Compound(exchange, asked).documents(resource, [record])
    return wire.single(exchange, documents[0], included, status)


def number(text: str) -> int:
    """A record's id in a path. Raises Refusal (404)."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise wire.refuse(404, why=f"{text!r} is no id: ids are digits")
    return int(text)


def existing(exchange: Exchange, resource: Resource) -> int:
    """The path's id, if there is such a record. Raises Refusal (404)."""
    id = number(exchange.params["id"])
    if fetch(exchange.store, resource.type, id) is None:
        raise wire.refuse(404, why=f"no {resource.type} {id}")
    return id


ENDPOINTS: dict[str, Callable[[Resource], Handler]] = {
    "L": list_endpoint,
    "G": get_endpoint,
    "C": create_endpoint,
    "U": update_endpoint,
    "X": delete_endpoint,
}
"""By the letters of Resource.operations."""


# -- files ----------------------------------------------------------------------------------------------------------


async def blob(exchange: Exchange) -> Reply:
    """GET of a signed link: the file, or a redirect to the storage. Whoever holds the link needs no key."""
    redirect = exchange.quirk(AttachmentLinksRedirect)
    signed, name = exchange.params["signed"], exchange.params["name"]
    if redirect is not None:
        _attachment(exchange)
        exchange.acted(redirect)
        target = f"{exchange.base_url}{DISK}/{signed}/{quote(name, safe='')}"
        return Reply(302, b"", b"text/html", ((b"location", target.encode()),))
    return await stored_file(exchange)


async def stored_file(exchange: Exchange) -> Reply:
    """The bytes of an attachment."""
    row = _attachment(exchange)
    content = b"" if row["content_base64"] is None else base64.b64decode(row["content_base64"])
    content_type = row["content_type"] if row["content_type"] is not None else "application/octet-stream"
    disposition = f"inline; filename*=UTF-8''{quote(row['filename'], safe='')}"
    return Reply(200, content, content_type.encode("latin-1", "replace"), ((b"content-disposition", disposition.encode()),))


def _attachment(exchange: Exchange) -> dict[str, object]:
    content = opened(exchange.params["signed"])
    if content is None:
        raise wire.refuse(404, why="the link's signature is not ours")
    try:
        row = exchange.store.get("attachments", content["blob"])
    except NotFound:
        raise wire.refuse(404, why=f"attachment {content['blob']} is gone") from None
    return row



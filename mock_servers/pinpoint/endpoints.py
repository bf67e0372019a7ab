"""The endpoints: list, get, create, update and delete, made for each row of resources.py; then the irregular ones."""

from __future__ import annotations

from dataclasses import replace

import orjson

from mock_servers.engine.evidence import Assumed, SeenInCode
from mock_servers.engine.exchange import Exchange
from mock_servers.engine.recent import Body, Recent
from mock_servers.engine.vendors import Handler, Operation, Reply
from mock_servers.pinpoint import openapi
from mock_servers.pinpoint.auth import READ, WRITE, needs
from mock_servers.pinpoint.compound import Compound, ready
from mock_servers.pinpoint.feed import FEEDS
from mock_servers.pinpoint.files import blob, disk
from mock_servers.pinpoint.links import BLOBS, DISK
from mock_servers.pinpoint.payload import Draft
from mock_servers.pinpoint.payload import parse as parse_payload
from mock_servers.pinpoint.query import Query
from mock_servers.pinpoint.query import parse as parse_query
from mock_servers.pinpoint.quirks import FlatStats, OlderFeatureLevel
from mock_servers.pinpoint.reads import Found, Search, fetch
from mock_servers.pinpoint.resource import Resource
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.rules import RULES
from mock_servers.pinpoint.saving import Saving, delete_meta
from mock_servers.pinpoint.wire import collection, deleted, filled, plain, refuse, single

API = "/api/v1"


# -- reading --------------------------------------------------------------------------------------------------------


def list_of(resource: Resource, *, as_plain_json: bool = False) -> Handler:
    async def handle(exchange: Exchange) -> Reply:
        _served(exchange, resource, "L")
        query = parse_query(exchange, resource)
        # Extra fields may tell how long something has lasted.
        now = exchange.now if query.extra else None
        body = _RECENT.body(exchange, now, lambda: _listed(exchange, resource, query))
        reply = filled(exchange, body.text, body.why)
        return plain(reply, query.include) if as_plain_json else reply

    return handle


_RECENT = Recent()


def _listed(exchange: Exchange, resource: Resource, query: Query) -> Body:
    search = Search(exchange, resource, query)
    meta = _stats(exchange, search.count()) if query.count else b"{}"
    if ready(exchange, resource, query):
        documents, included = search.documents(), None
    else:
        documents, included = Compound(exchange, query).documents(resource, search.rows())
    return Body(collection(documents, included, meta), None if documents else _why_empty(resource, query, search))


def one_of(resource: Resource, *, as_plain_json: bool = False) -> Handler:
    async def handle(exchange: Exchange) -> Reply:
        _served(exchange, resource, "G")
        query = parse_query(exchange, resource)
        search = Search(exchange, resource, query, single=True)
        id = _wanted_id(exchange)
        if ready(exchange, resource, query):
            document = search.document(id)
            shown = None if document is None else single(exchange, document, None)
        else:
            record = search.one(id)
            shown = None if record is None else _shown(exchange, resource, query, record)
        if shown is not None:
            return plain(shown, query.include) if as_plain_json else shown
        hidden = (
            f"; {' and '.join(search.hides)} ones are hidden unless filter[{resource.visibility_filter}] names them" if search.hides else ""
        )
        raise refuse(404, why=f"no {resource.type} {id}{hidden}")

    return handle


def _shown(exchange: Exchange, resource: Resource, query: Query, record: Found, status: int = 200) -> Reply:
    if ready(exchange, resource, query):
        return single(exchange, record[1], None, status)
    documents, included = Compound(exchange, query).documents(resource, [record])
    return single(exchange, documents[0], included, status)


def _stats(exchange: Exchange, count: int) -> bytes:
    total = {"total": {"count": count}}
    flat = exchange.quirk(FlatStats)
    if flat is None:
        return orjson.dumps({"stats": total})
    exchange.acted(flat)
    return orjson.dumps(total)


def _why_empty(resource: Resource, query: Query, search: Search) -> str:
    reasons = [f"no {resource.type} match"]
    if query.filters:
        reasons.append(f"filters: {', '.join(asked.filter.name for asked in query.filters)}")
    if query.offset:
        reasons.append(f"page {query.number} of size {query.size} lies past the end")
    if search.hides:
        reasons.append(
            f"{' and '.join(search.hides)} jobs, and what hangs on them, are hidden unless filter[{resource.visibility_filter}] names them"
        )
    return "empty: " + "; ".join(reasons)


# -- writing --------------------------------------------------------------------------------------------------------


def create_in(resource: Resource) -> Handler:
    async def handle(exchange: Exchange) -> Reply:
        _served(exchange, resource, "C")
        query = parse_query(exchange, resource)
        draft = parse_payload(exchange, resource)
        id = Saving(exchange, RULES).create(draft)
        return _saved(exchange, resource, query, draft, id, 201)

    return handle


def update_in(resource: Resource) -> Handler:
    async def handle(exchange: Exchange) -> Reply:
        _served(exchange, resource, "U")
        query = parse_query(exchange, resource)
        id = _wanted_id(exchange)
        saving = Saving(exchange, RULES)
        before = saving.existing(resource.type, id)
        draft = parse_payload(exchange, resource, id=str(id))
        saving.update(resource.type, before, draft)
        return _saved(exchange, resource, query, draft, id, 200)

    return handle


def delete_from(resource: Resource) -> Handler:
    async def handle(exchange: Exchange) -> Reply:
        _served(exchange, resource, "X")
        Saving(exchange, RULES).delete(resource.type, _wanted_id(exchange))
        return deleted(meta=delete_meta(exchange))

    return handle


def _saved(exchange: Exchange, resource: Resource, query: Query, draft: Draft, id: int, status: int) -> Reply:
    """The record as it is now, with what was sideposted included."""
    if draft.children:
        sideposted = {
            name: query.include.get(name, {}) | {grandchild: {} for child in children for grandchild in child.draft.children}
            for name, children in draft.children.items()
        }
        query = replace(query, included=True, include=query.include | sideposted)
    if ready(exchange, resource, query):
        return single(exchange, exchange.store.document(resource.stored.name, id), None, status)
    record = fetch(exchange.store, resource.type, id)
    if record is None:
        raise LookupError(f"{resource.type} {id} was just written and is gone")
    return _shown(exchange, resource, query, record, status)


def _wanted_id(exchange: Exchange) -> int:
    id = exchange.params["id"]
    if not (id.isascii() and id.isdigit() and len(id) < 19):
        raise refuse(404, why=f"{id!r} is no id")
    return int(id)


def _served(exchange: Exchange, resource: Resource, letter: str) -> None:
    """Some endpoints came only after feature level v1.0.23."""
    if letter not in resource.newer_operations:
        return
    older = exchange.quirk(OlderFeatureLevel)
    if older is not None:
        exchange.acted(older)
        raise refuse(404, why=f"feature level v1.0.23 does not serve this operation of {resource.type}")


# -- the table of operations ----------------------------------------------------------------------------------------

LETTERS = {
    "L": ("list", "GET", "", list_of, READ, "List {}"),
    "G": ("get", "GET", "/{id}", one_of, READ, "One of the {}"),
    "C": ("create", "POST", "", create_in, WRITE, "Create one of the {}"),
    "U": ("update", "PUT", "/{id}", update_in, WRITE, "Change one of the {}: what is not sent stays"),
    "X": ("delete", "DELETE", "/{id}", delete_from, WRITE, "Delete one of the {}"),
}


def operations_of(resource: Resource) -> list[Operation]:
    operations = []
    for letter in resource.operations:
        verb, method, path, handler, level, summary = LETTERS[letter]
        operations.append(
            Operation(
                f"{resource.type}.{verb}",
                method,
                f"{API}/{resource.type}{path}",
                handler(resource),
                summary.format(resource.type.replace("_", " ")),
                resource.evidence,
                needs=needs(resource.permission, level),
                writes=letter in "CUX",
                openapi=openapi.operation(resource, letter),
            )
        )
    return operations


PLAIN = SeenInCode("a public tool reads custom_fields.json and locations.json; the shape follows Graphiti")


def plain_operations_of(resource: Resource) -> list[Operation]:
    """The same reads at paths that end in .json: plain JSON, with what is included nested in its place."""
    made = {"L": list_of(resource, as_plain_json=True), "G": one_of(resource, as_plain_json=True)}
    return [
        replace(
            operation,
            id=f"{operation.id}.json",
            form_of=operation.id,
            path=f"{operation.path}.json",
            handler=made[letter],
            summary=f"{operation.summary}, as plain JSON",
            evidence=PLAIN,
            openapi=openapi.plain_operation(resource, letter),
        )
        for letter, operation in zip(resource.operations, operations_of(resource), strict=True)
        if letter in made
    ]


FILES = (
    Operation(
        "attachments.download",
        "GET",
        f"{BLOBS}/{{signed}}/{{filename}}",
        blob,
        "The file behind a signed attachment link; no API key is needed",
        SeenInCode("public clients fetch these links without the API key"),
        needs_credential=False,
        openapi=openapi.DOWNLOAD,
    ),
    Operation(
        "attachments.storage",
        "GET",
        f"{DISK}/{{signed}}/{{filename}}",
        disk,
        "The storage to which such a link may redirect",
        Assumed("what stands behind Pinpoint's links is unknown"),
        needs_credential=False,
        openapi=openapi.DOWNLOAD,
    ),
)

OPERATIONS = (
    *(operation for resource in RESOURCES.values() for operation in operations_of(resource)),
    *(operation for resource in RESOURCES.values() for operation in plain_operations_of(resource)),
    *FILES,
    *FEEDS,
)

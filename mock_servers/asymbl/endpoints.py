"""What the endpoints for discovery and sObjects do; queries have a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import describe, enrolled, files, ids, records, replication, soql, versions, wire
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.security import Visible, access_of
from mock_servers.asymbl.wire import refuse
from mock_servers.engine.vendors import Handler, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

_ROOMS = (
    "tooling", "metadata", "eclair", "folders", "prechatForms", "contactTracing", "jsonxform", "chatter", "payments", "tabs", "appMenu",
    "quickActions", "queryAll", "commerce", "wave", "iot", "analytics", "search", "smartdatadiscovery", "identity", "composite",
    "parameterizedSearch", "fingerprint", "theme", "nouns", "domino", "event", "serviceTemplates", "recent", "connect", "licensing",
    "limits", "process", "dedupe", "query", "jobs", "async-queries", "emailConnect", "localizedvalue", "compactLayouts", "sobjects",
    "actions", "support",
)  # fmt: skip
"""What an org offers below a version, though much of it is not simulated."""


# -- discovery ---------------------------------------------------------------------------------------------------------


async def list_versions(exchange: Exchange) -> Reply:
    """Every version that still answers, oldest first; needs no session."""
    return wire.answer(200, versions.listed())


async def list_resources(exchange: Exchange) -> Reply:
    """The rooms of one version."""
    base = f"/services/data/v{wire.version_of(exchange)}"
    rooms = {room: f"{base}/{room}" for room in _ROOMS}
    if exchange.credential is not None:
        rooms["identity"] = enrolled.identity_url(exchange, exchange.credential)
    return wire.answer(200, rooms)


async def list_sobjects(exchange: Exchange) -> Reply:
    return _unless_known(exchange, lambda: describe.global_describe(exchange))


async def read_sobject(exchange: Exchange) -> Reply:
    return wire.answer(200, describe.basic(exchange, _visible(exchange)))


async def describe_sobject(exchange: Exchange) -> Reply:
    visible = _visible(exchange)
    return _unless_known(exchange, lambda: describe.describe(exchange, visible))


def _unless_known(exchange: Exchange, told: Any) -> Reply:
    """304 to who has seen it since the org's metadata last changed."""
    changed = wire.http_date(wire.METADATA_CHANGED)
    since = exchange.header(b"if-modified-since")
    if since is not None and wire.from_http_date(since) >= wire.METADATA_CHANGED:
        return Reply(304, content_type=b"", headers=((b"last-modified", changed),))
    return wire.answer(200, told(), ((b"last-modified", changed),))


# -- records -----------------------------------------------------------------------------------------------------------


def _visible(exchange: Exchange) -> Visible:
    return records.seen(exchange, exchange.params["sobject"])


async def create_record(exchange: Exchange) -> Reply:
    """201 with the id."""
    visible = _visible(exchange)
    return _created(exchange, visible, records.create(exchange, visible.name, files.record_in(exchange)))


def _created(exchange: Exchange, visible: Visible, id: str, **more: Any) -> Reply:
    location = wire.record_url(wire.version_of(exchange), visible.name, id).encode()
    return wire.answer(201, {"id": id, "success": True, "errors": [], **more}, ((b"location", location),))


async def read_record(exchange: Exchange) -> Reply:
    visible, sent = _visible(exchange), dict(exchange.query)
    fields = sent.get("fields")
    chosen = [name for name in fields.split(",") if name.strip()] if fields is not None else None
    return wire.answer(200, records.read(exchange, visible.name, exchange.params["id"], chosen or None))


async def update_record(exchange: Exchange) -> Reply:
    """204; /Id without a value behind it is an upsert that creates."""
    visible, id = _visible(exchange), exchange.params["id"]
    if id.lower() == "id":
        return _created(exchange, visible, records.create(exchange, visible.name, _object(exchange)), created=True)
    records.update(exchange, visible.name, id, _object(exchange))
    return wire.NO_CONTENT


async def delete_record(exchange: Exchange) -> Reply:
    records.delete(exchange, _visible(exchange).name, exchange.params["id"])
    return wire.NO_CONTENT


def overridden(usual: Handler | None, **by_method: Handler) -> Handler:
    """POST with ?_HttpMethod=PATCH is PATCH, for clients that cannot send one."""

    async def handler(exchange: Exchange) -> Reply:
        wished = dict(exchange.query).get("_HttpMethod", "").upper()
        chosen = by_method.get(wished.lower(), usual)
        if chosen is None:
            return wire.ERRORS.error(exchange, 405)
        return await chosen(exchange)

    return handler


def _object(exchange: Exchange) -> Mapping[str, Any]:
    return files.record_in(exchange)


# -- records by external id, parents, children, files --------------------------------------------------------------------


async def read_below(exchange: Exchange) -> Reply:
    """/X/‹id›/‹relationship or file field›, or /X/‹external id field›/‹value›."""
    visible, first, second = _visible(exchange), exchange.params["field"], exchange.params["value"]
    whole = ids.normalised(first)
    if whole is not None and org_of(exchange).sobject_of(whole) is visible.sobject and visible.field(first) is None:
        return _below_record(exchange, visible, whole, second)
    field = records.external_id_field(visible, first)
    found = [second] if field.type == "id" else records.by_external_id(exchange, visible, field, second)
    if not found:
        raise refuse(404, "NOT_FOUND", records.NOT_FOUND)
    if len(found) > 1:
        return _several(exchange, visible, found)
    sent = dict(exchange.query).get("fields")
    chosen = [name for name in sent.split(",") if name.strip()] if sent is not None else None
    return wire.answer(200, records.read(exchange, visible.name, found[0], chosen or None))


def _several(exchange: Exchange, visible: Visible, found: list[str]) -> Reply:
    version = wire.version_of(exchange)
    exchange.why = f"300: {len(found)} records have this external id"
    return wire.answer(300, [wire.record_url(version, visible.name, id) for id in found])


def _below_record(exchange: Exchange, visible: Visible, id: str, name: str) -> Reply:
    row = records.found(exchange, visible, id)
    field = visible.field(name)
    if field is not None and field.type == "base64":
        return files.blob(field, row)
    reference = visible.parent_field(name)
    if reference is not None:
        return _parent(exchange, row.get(reference.name))
    for child in access_of(exchange).schema.children(visible.name):
        if child.name is not None and child.name.lower() == name.lower():
            return _children(exchange, child.sobject, child.field.name, id)
    raise refuse(404, "NOT_FOUND", records.NOT_FOUND)


def _parent(exchange: Exchange, id: str | None) -> Reply:
    parent = org_of(exchange).sobject_of(id) if id is not None else None
    if id is None or parent is None:
        raise refuse(404, "NOT_FOUND", records.NOT_FOUND)
    return wire.answer(200, records.read(exchange, parent.name, id))


def _children(exchange: Exchange, sobject: str, reference: str, id: str) -> Reply:
    visible = records.seen(exchange, sobject)
    if visible.field(reference) is None:
        raise refuse(404, "NOT_FOUND", records.NOT_FOUND)
    fields = dict(exchange.query).get("fields") or ", ".join(one.name for one in visible.fields.values())
    result = soql.run(exchange, f"SELECT {fields} FROM {visible.name} WHERE {reference} = '{id}'")
    return wire.answer(200, {"totalSize": result.total, "done": True, "records": result.records})


async def upsert_record(exchange: Exchange) -> Reply:
    """201 when it created, 200 when it changed (204 before version 46), 300 when several have the external id."""
    visible, field, value = _visible(exchange), exchange.params["field"], exchange.params["value"]
    try:
        id, created = records.upsert(exchange, visible.name, field, value, _object(exchange))
    except records.SeveralFound as several:
        return _several(exchange, visible, several.ids)
    if created:
        return _created(exchange, visible, id, created=True)
    if float(wire.version_of(exchange)) < wire.UPSERT_ANSWERS_SINCE:
        return wire.NO_CONTENT
    return wire.answer(200, {"id": id, "success": True, "errors": [], "created": False})


async def delete_by_external_id(exchange: Exchange) -> Reply:
    visible = _visible(exchange)
    field = records.external_id_field(visible, exchange.params["field"])
    found = records.by_external_id(exchange, visible, field, exchange.params["value"])
    if len(found) > 1:
        return _several(exchange, visible, found)
    if not found:
        raise refuse(404, "NOT_FOUND", records.NOT_FOUND)
    records.delete(exchange, visible.name, found[0])
    return wire.NO_CONTENT


# -- what changed ------------------------------------------------------------------------------------------------------


async def list_updated(exchange: Exchange) -> Reply:
    return wire.answer(200, replication.updated(exchange, _visible(exchange)))


async def list_deleted(exchange: Exchange) -> Reply:
    return wire.answer(200, replication.deleted(exchange, _visible(exchange)))

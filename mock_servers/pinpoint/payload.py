"""What may be sent: request documents with attributes, relationships and sideposted records, checked before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mock_servers.engine.exchange import MalformedBody
from mock_servers.engine.vendors import Refusal
from mock_servers.pinpoint.query import date_of, moment_of
from mock_servers.pinpoint.quirks import OlderFeatureLevel
from mock_servers.pinpoint.resource import Attribute, Kind, Relation, Resource
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.pinpoint.files import Upload

MOST_SIDEPOSTED = 500
_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_TYPE_WORDS = {Kind.FLAG: "boolean", Kind.INTEGER: "integer", Kind.NUMBER: "float", Kind.DATE: "date", Kind.TIME: "datetime"}
_TYPE_WORDS |= {Kind.LIST: "array", Kind.OBJECT: "hash", Kind.TEXT: "string", Kind.DECIMAL: "big_decimal", Kind.ID: "integer_id"}


@dataclass(frozen=True, slots=True)
class Pointer:
    """A sent linkage to one existing record."""

    type: str
    id: int


@dataclass(frozen=True, slots=True)
class Child:
    """A sideposted record: to be created, changed or destroyed along with its parent."""

    method: str
    type: str
    id: int | None
    draft: Draft


@dataclass(slots=True)
class Draft:
    """One record as a client sent it."""

    resource: Resource
    sent: dict[str, Any] = field(default_factory=dict)
    """Attributes by name, in the types of their kinds."""
    pointers: dict[str, Pointer | None] = field(default_factory=dict)
    children: dict[str, list[Child]] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    """The files among the attributes, once they have been checked."""


def parse(exchange: Exchange, resource: Resource, *, id: str | None = None) -> Draft:
    """The body of a create, or of an update of `id`. Raises Refusal (400)."""
    body = _body(exchange)
    main = body["data"]
    if main.get("type") != resource.type:
        raise malformed(f"data.type should be {resource.type}")
    if id is not None and str(main.get("id")) != id:
        raise malformed(f"data.id should be {id}")
    if id is None and "id" in main:
        raise malformed("data.id cannot be written")
    included = body.get("included", [])
    if not isinstance(included, list) or not all(isinstance(item, dict) for item in included):
        raise malformed("included should be type array")
    return _Reader(exchange, included).draft(resource, main, "data", creates=id is None)


def malformed(detail: str) -> Refusal:
    return refuse(400, detail)


def _body(exchange: Exchange) -> dict[str, Any]:
    content_type = exchange.header(b"content-type")
    if content_type is not None and "json" not in content_type.lower():
        raise refuse(400, "Malformed payload", why=f"the body is announced as {content_type}; application/vnd.api+json is expected")
    try:
        body = exchange.json()
    except MalformedBody as error:
        raise refuse(400, "Malformed payload", why=f"the body is no JSON: {error}") from error
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        raise refuse(400, "Malformed payload", why="the body is no JSON:API document with one resource object in data")
    return body


class _Reader:
    """Reads resource objects, each with the sideposted ones it links to."""

    def __init__(self, exchange: Exchange, included: list[dict[str, Any]]) -> None:
        older = exchange.quirk(OlderFeatureLevel)
        if older is not None:
            exchange.acted(older)
        self._exchange, self._older = exchange, older is not None
        self._by_temp_id = {(str(item.get("type")), str(item["temp-id"])): item for item in included if "temp-id" in item}
        self._by_id = {(str(item.get("type")), str(item["id"])): item for item in included if "id" in item}
        self._read = 0

    def draft(self, resource: Resource, item: dict[str, Any], place: str, *, creates: bool) -> Draft:
        self._read += 1
        if self._read > MOST_SIDEPOSTED:
            raise malformed("included holds too many records")
        draft = Draft(resource)
        for name, value in _members(item, "attributes", place).items():
            attribute = self._writable(resource, name, f"{place}.attributes.{name}", creates=creates)
            draft.sent[name] = coerced(attribute, value, f"{place}.attributes.{name}")
        for name, value in _members(item, "relationships", place).items():
            self._relationship(draft, name, value, f"{place}.relationships.{name}", creates=creates)
        return draft

    def _writable(self, resource: Resource, name: str, place: str, *, creates: bool) -> Attribute:
        attribute = resource.by_name.get(name)
        if attribute is None or (self._older and attribute.newer):
            raise malformed(f"{place} is an unknown attribute")
        if not (attribute.create if creates else attribute.update) or (self._older and attribute.newer_to_write):
            raise malformed(f"{place} cannot be written")
        return attribute

    def _relationship(self, draft: Draft, name: str, value: Any, place: str, *, creates: bool) -> None:
        relation = draft.resource.relation_by_name.get(name)
        if relation is None or (self._older and relation.newer):
            raise malformed(f"{place} is an unknown relationship")
        if not (relation.create if creates else relation.update):
            raise malformed(f"{place} cannot be written")
        if not isinstance(value, dict) or "data" not in value:
            raise malformed(f"{place} should have data")
        data = value["data"]
        if relation.many:
            if not isinstance(data, list):
                raise malformed(f"{place}.data should be type array")
            draft.children[name] = [self._child(relation, item, f"{place}.data") for item in data]
        else:
            draft.pointers[name] = None if data is None else _pointer(relation, data, f"{place}.data")

    def _child(self, relation: Relation, item: Any, place: str) -> Child:
        if not isinstance(item, dict) or item.get("type") not in relation.targets:
            raise malformed(f"{place}.type should be {' or '.join(relation.targets)}")
        resource, method = RESOURCES[item["type"]], item.get("method")
        if method == "create":
            if "temp-id" not in item:
                raise malformed(f"{place}.temp-id is missing")
            # As Graphiti does: a record that included lacks is one without attributes.
            sent = self._by_temp_id.get((item["type"], str(item["temp-id"])), {})
            return Child("create", item["type"], None, self.draft(resource, sent, "included", creates=True))
        id = _id(item.get("id"), place)
        if method == "update":
            sent = self._by_id.get((item["type"], str(id)), {})
            return Child("update", item["type"], id, self.draft(resource, sent, "included", creates=False))
        if method == "destroy":
            return Child("destroy", item["type"], id, Draft(resource))
        raise malformed(f"{place}.method should be create, update or destroy")


def _members(item: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    members = item.get(name, {})
    if not isinstance(members, dict):
        raise malformed(f"{place}.{name} should be type hash")
    return members


def _pointer(relation: Relation, item: Any, place: str) -> Pointer:
    if not isinstance(item, dict) or item.get("type") not in relation.targets:
        raise malformed(f"{place}.type should be {' or '.join(relation.targets)}")
    return Pointer(item["type"], _id(item.get("id"), place))


def _id(value: Any, place: str) -> int:
    # Strings by the standard; integers are taken too, as public clients send them.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise malformed(f"{place}.id should be type integer_id")
    return int(text)


# -- attribute values -----------------------------------------------------------------------------------------------


def coerced(attribute: Attribute, value: Any, place: str) -> Any:
    """The value in the type of the attribute's kind. Raises Refusal (400)."""
    if value is None:
        return None
    result = _coerced(attribute.kind, value)
    if result is None:
        raise malformed(f"{place} should be type {_TYPE_WORDS[attribute.kind]}")
    return result


def _coerced(kind: Kind, value: Any) -> Any:
    match kind:
        case Kind.TEXT:
            return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        case Kind.FLAG:
            return {"true": True, "false": False}.get(value) if isinstance(value, str) else value if isinstance(value, bool) else None
        case Kind.INTEGER | Kind.ID:
            return _integer(value)
        case Kind.NUMBER:
            return _number(value)
        case Kind.DECIMAL:
            return None if _number(value) is None else str(value)
        case Kind.DATE:
            return value if isinstance(value, str) and date_of(value) is not None else None
        case Kind.TIME:
            moment = moment_of(value) if isinstance(value, str) else None
            return None if moment is None else moment.replace(microsecond=0).isoformat(timespec="seconds")
        case Kind.LIST:
            return value if isinstance(value, list) else None
        case Kind.OBJECT:
            return value if isinstance(value, dict) else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.removeprefix("-")
        value = int(value) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        value = int(value)
    return value if isinstance(value, int) and abs(value) < 2**63 else None


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return float(value) if _DECIMAL.fullmatch(value) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

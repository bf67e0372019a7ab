"""What OpenAPI says of each operation, made from the same table that serves it, so that both cannot drift apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_servers.pinpoint.query import MAX_PAGE_SIZE
from mock_servers.pinpoint.resource import Attribute, Kind, Relation, Resource

JSON_API = "application/vnd.api+json"
PLAIN_JSON = "application/json"
STATUSES = {
    "L": (200, 400, 401, 403, 429, 500),
    "G": (200, 400, 401, 403, 404, 429, 500),
    "C": (201, 400, 401, 403, 422, 429, 500),
    "U": (200, 400, 401, 403, 404, 422, 429, 500),
    "X": (200, 401, 403, 404, 409, 422, 429, 500),
}
MEANINGS = {
    200: "Done",
    201: "Created",
    302: "To the storage",
    400: "Malformed or unknown parameters or members",
    401: "No API key, or no good one",
    403: "The key lacks the permission, or the API is switched off",
    404: "No such record, or a hidden one",
    409: "The record is in use",
    422: "Rules of the record were broken",
    429: "Too many requests",
    500: "A fault",
}
SCHEMAS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.ID: {"type": ["string", "integer", "null"]},
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.NUMBER: {"type": ["number", "string", "null"]},
    Kind.DECIMAL: {"type": ["string", "null"]},
    Kind.FLAG: {"type": ["boolean", "null"]},
    Kind.DATE: {"type": ["string", "null"], "format": "date"},
    Kind.TIME: {"type": ["string", "null"], "format": "date-time"},
    Kind.LIST: {"type": ["array", "null"]},
    Kind.OBJECT: {"type": ["object", "null"]},
}
ERROR = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["title", "code", "status", "detail"],
                "properties": {name: {"type": "string"} for name in ("title", "code", "status", "detail")},
            },
        }
    },
}
DOWNLOAD: Mapping[str, Any] = {
    "parameters": [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in ("signed", "filename")
    ],
    "responses": {
        "200": {"description": "The file", "content": {"*/*": {}}},
        "302": {"description": MEANINGS[302]},
        "404": {"description": "Not a link of ours", "content": {JSON_API: {"schema": ERROR}}},
    },
}


def operation(resource: Resource, letter: str) -> Mapping[str, Any]:
    """The extra members of an OpenAPI operation object."""
    described: dict[str, Any] = {
        "tags": [resource.type],
        "parameters": _parameters(resource, letter),
        "responses": _responses(resource, letter),
    }
    if letter in "CU":
        described["requestBody"] = {"required": True, "content": {JSON_API: {"schema": _request(resource, letter)}}}
    return described


def plain_operation(resource: Resource, letter: str) -> Mapping[str, Any]:
    """The same read at a path that ends in .json."""
    described = dict(operation(resource, letter))
    properties = {"id": {"type": "string"}, **{a.name: SCHEMAS[a.kind] for a in resource.attributes if a.readable}}
    item = {"type": "object", "required": ["id"], "properties": properties}
    data = {"type": "array", "items": item} if letter == "L" else item
    document = {"type": "object", "required": ["data", "meta"], "properties": {"data": data, "meta": {"type": "object"}}}
    responses = {**described["responses"], "200": {"description": MEANINGS[200], "content": {PLAIN_JSON: {"schema": document}}}}
    return {**described, "responses": responses}


def feed(filters: tuple[str, ...], locales: tuple[str, ...]) -> Mapping[str, Any]:
    """The public feed; with the languages that its path may name."""
    place = {"name": "locale", "in": "path", "required": True, "schema": {"type": "string", "enum": list(locales)}}
    item = {"type": "object", "required": ["id", "title", "url", "path", "job", "location"]}
    document = {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}}}
    return {
        "tags": ["postings"],
        "parameters": [*([place] if locales else []), *(_query(name, {"type": "string"}) for name in filters)],
        "responses": {
            "200": {"description": MEANINGS[200], "content": {PLAIN_JSON: {"schema": document}}},
            "404": {"description": "No careers site in that language", "content": {JSON_API: {"schema": ERROR}}},
        },
    }


def _parameters(resource: Resource, letter: str) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if letter in "GUX":
        parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"}})
    if letter == "X":
        return parameters
    if resource.relations:
        parameters.append(_query("include", {"type": "string", "enum": [relation.name for relation in resource.relations]}))
    extra = [attribute.name for attribute in resource.attributes if attribute.extra]
    parameters.append(_query(f"fields[{resource.type}]", {"type": "string"}))
    if extra:
        parameters.append(_query(f"extra_fields[{resource.type}]", {"type": "string", "enum": extra}))
    if letter in "LG":
        parameters.extend(_filters(resource))
    if letter == "L":
        parameters.append(_query("sort", {"type": "string", "enum": [sign + key for key in resource.sort_keys for sign in ("", "-")]}))
        parameters.append(_query("page[number]", {"type": "integer", "minimum": 1}))
        parameters.append(_query("page[size]", {"type": "integer", "minimum": 0, "maximum": MAX_PAGE_SIZE}))
        parameters.append(_query("stats[total]", {"type": "string", "enum": ["count"]}))
    return parameters


def _filters(resource: Resource) -> list[dict[str, Any]]:
    parameters = []
    for filter in resource.filters:
        if filter.kind is Kind.TIME:
            for operator in ("gt", "lt"):
                parameters.append(_query(f"filter[{filter.name}][{operator}]", {"type": "string", "format": "date-time"}))
            continue
        schema: dict[str, Any] = {"type": "string"}
        if filter.kind is Kind.FLAG:
            schema = {"type": "boolean"}
        elif filter.kind is Kind.ID:
            schema = {"type": "string", "pattern": "^[0-9]{1,18}$"}
        elif filter.choices:
            schema = {"type": "string", "enum": list(filter.choices)}
        parameters.append(_query(f"filter[{filter.name}]", schema))
    return parameters


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _responses(resource: Resource, letter: str) -> dict[str, Any]:
    success = {"L": _document(resource, many=True), "X": {"type": "object", "required": ["meta"]}}.get(
        letter, _document(resource, many=False)
    )
    return {
        str(status): {"description": MEANINGS[status], "content": {JSON_API: {"schema": success if status < 300 else ERROR}}}
        for status in STATUSES[letter]
    }


def _document(resource: Resource, *, many: bool) -> dict[str, Any]:
    item = {
        "type": "object",
        "required": ["id", "type", "attributes"],
        "properties": {
            "id": {"type": "string", "pattern": "^[0-9]+$"},
            "type": {"const": resource.type},
            "attributes": {"type": "object", "properties": {a.name: SCHEMAS[a.kind] for a in resource.attributes if a.readable}},
            "relationships": {"type": "object"},
        },
    }
    return {
        "type": "object",
        "required": ["data", "meta"],
        "properties": {
            "data": {"type": "array", "items": item} if many else item,
            "included": {"type": "array"},
            "meta": {"type": "object"},
        },
    }


def _request(resource: Resource, letter: str) -> dict[str, Any]:
    attributes = [attribute for attribute in resource.attributes if (attribute.create if letter == "C" else attribute.update)]
    relations = [relation for relation in resource.relations if (relation.create if letter == "C" else relation.update)]
    properties: dict[str, Any] = {
        "type": {"const": resource.type},
        "attributes": {"type": "object", "additionalProperties": False, "properties": {a.name: _written(a) for a in attributes}},
        "relationships": {"type": "object", "additionalProperties": False, "properties": {r.name: _linkage(r) for r in relations}},
    }
    required = ["type"]
    if letter == "U":
        properties["id"] = {"type": "string", "pattern": "^[0-9]{1,18}$"}
        required = ["id", "type"]
    main = {"type": "object", "required": required, "properties": properties}
    return {
        "type": "object",
        "required": ["data"],
        "properties": {"data": main, "included": {"type": "array", "items": {"type": "object"}}},
    }


def _written(attribute: Attribute) -> dict[str, Any]:
    schema = SCHEMAS[attribute.kind]
    return {**schema, "enum": [*attribute.choices, None]} if attribute.choices else schema


def _linkage(relation: Relation) -> dict[str, Any]:
    identifier = {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"enum": list(relation.targets)},
            "id": {"type": "string", "pattern": "^[0-9]{1,18}$"},
            "temp-id": {"type": "string"},
            "method": {"enum": ["create", "update", "destroy"]},
        },
    }
    data: dict[str, Any] = {"type": "array", "items": identifier} if relation.many else {"anyOf": [identifier, {"type": "null"}]}
    return {"type": "object", "required": ["data"], "properties": {"data": data}}

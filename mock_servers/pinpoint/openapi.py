"""What OpenAPI says of each operation, made from the same table that serves it, so that both cannot drift apart.

Schemas of requests are exact: what fits them is never refused as malformed, what does not fit always is. What is left to
the rules of a record (422) no schema can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mock_servers.pinpoint.query import LARGEST_PAGE, MAX_PAGE_SIZE
from mock_servers.pinpoint.resource import Attribute, Filter, Kind, Relation, Resource

Schema = dict[str, Any]

JSON_API = "application/vnd.api+json"
PLAIN_JSON = "application/json"
STATUSES = {
    "L": (200, 400, 401, 403, 429, 500),
    "G": (200, 400, 401, 403, 404, 429, 500),
    "C": (201, 400, 401, 403, 422, 429, 500),
    "U": (200, 400, 401, 403, 404, 422, 429, 500),
    "X": (200, 400, 401, 403, 404, 409, 422, 429, 500),
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

# -- values ---------------------------------------------------------------------------------------------------------

ID_PATTERN = "^[0-9]{1,18}$"
ANY_TEXT: Schema = {"type": "string", "pattern": "^[^\\u0000]*$"}
MOMENT: Schema = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
READ: dict[Kind, Schema] = {
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
_WHOLE: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": -(2**63) + 1, "maximum": 2**63 - 1},
        {"type": "string", "pattern": "^-?[0-9]{1,18}$"},
        {"type": "null"},
    ]
}
_DECIMAL: Schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^-?[0-9]{1,30}(\\.[0-9]{1,30})?$"}, {"type": "null"}]}
WRITTEN: dict[Kind, Schema] = {
    Kind.TEXT: {"type": ["string", "number", "null"]},
    Kind.ID: _WHOLE,
    Kind.INTEGER: _WHOLE,
    Kind.NUMBER: _DECIMAL,
    Kind.DECIMAL: _DECIMAL,
    Kind.FLAG: {"enum": [True, False, None, "true", "false"]},
    Kind.DATE: {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
    Kind.TIME: {"anyOf": [*MOMENT["anyOf"], {"type": "null"}]},
    Kind.LIST: {"type": ["array", "null"]},
    Kind.OBJECT: {"type": ["object", "null"]},
}
"""As lenient as Graphiti is: numbers may be texts, and texts numbers."""

# -- components -----------------------------------------------------------------------------------------------------

ERROR: Schema = {
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


def schemas(resources: Iterable[Resource]) -> Mapping[str, Schema]:
    """Every schema that the operations refer to, by name."""
    found: dict[str, Schema] = {"errors": ERROR}
    for resource in resources:
        found[resource.type] = _object(resource)
        for letter in resource.operations:
            if letter in "CU":
                found[f"{resource.type}_{_VERBS[letter]}"] = _request(resource, letter)
        if resource.operations:
            found[f"{resource.type}_plain"] = _plain_object(resource)
    return found


_VERBS = {"C": "create", "U": "update"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(resource: Resource) -> Schema:
    attributes = {"type": "object", "properties": {a.name: READ[a.kind] for a in resource.attributes if a.readable}}
    return {
        "type": "object",
        "required": ["id", "type", "attributes"],
        "properties": {
            "id": {"type": "string", "pattern": "^[0-9]+$"},
            "type": {"const": resource.type},
            "attributes": {**attributes, "additionalProperties": False},
            "relationships": {
                "type": "object",
                "properties": {relation.name: _linked(relation) for relation in resource.relations},
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    }


def _linked(relation: Relation) -> Schema:
    """A relationship as it is read: with ids if it was included."""
    identifier: Schema = {
        "type": "object",
        "required": ["type", "id"],
        "properties": {"type": {"enum": list(relation.targets)} if relation.targets else {"type": "string"}, "id": {"type": "string"}},
    }
    data: Schema = {"type": "array", "items": identifier} if relation.many else {"anyOf": [identifier, {"type": "null"}]}
    closed: Schema = {"type": "object", "required": ["included"], "properties": {"included": {"const": False}}}
    return {"type": "object", "minProperties": 1, "properties": {"data": data, "meta": closed}, "additionalProperties": False}


def _plain_object(resource: Resource) -> Schema:
    return {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, **{a.name: READ[a.kind] for a in resource.attributes if a.readable}},
    }


def _request(resource: Resource, letter: str) -> Schema:
    attributes = [attribute for attribute in resource.attributes if (attribute.create if letter == "C" else attribute.update)]
    relations = [relation for relation in resource.relations if (relation.create if letter == "C" else relation.update)]
    properties: Schema = {
        "type": {"const": resource.type},
        "attributes": {"type": "object", "additionalProperties": False, "properties": {a.name: _written(a) for a in attributes}},
        "relationships": {"type": "object", "additionalProperties": False, "properties": {r.name: _linkage(r) for r in relations}},
    }
    # A new record has no id yet; the id of a changed one is that of the path, which no schema can say.
    properties["id"] = {"type": "string", "pattern": ID_PATTERN} if letter == "U" else False
    main = {"type": "object", "required": ["id", "type"] if letter == "U" else ["type"], "properties": properties}
    return {
        "type": "object",
        "required": ["data"],
        "properties": {"data": main, "included": {"type": "array", "items": {"type": "object"}}},
    }


def _written(attribute: Attribute) -> Schema:
    return {"enum": [*attribute.choices, None]} if attribute.choices else WRITTEN[attribute.kind]


def _linkage(relation: Relation) -> Schema:
    """A relationship as it is written: to one existing record, or to several that are written along."""
    type: Schema = {"enum": list(relation.targets)}
    id: Schema = {"anyOf": [{"type": "string", "pattern": ID_PATTERN}, {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}]}
    existing: Schema = {"type": "object", "required": ["type", "id"], "properties": {"type": type, "id": id}}
    if not relation.many:
        data: Schema = {"anyOf": [existing, {"type": "null"}]}
    else:
        new = {
            "type": "object",
            "required": ["type", "temp-id", "method"],
            "properties": {"type": type, "temp-id": {"type": "string"}, "method": {"const": "create"}},
        }
        old = {
            "type": "object",
            "required": ["type", "id", "method"],
            "properties": {"type": type, "id": id, "method": {"enum": ["update", "destroy"]}},
        }
        data = {"type": "array", "items": {"anyOf": [new, old]}}
    return {"type": "object", "required": ["data"], "properties": {"data": data}}


# -- operations -----------------------------------------------------------------------------------------------------


def operation(resource: Resource, letter: str) -> Mapping[str, Any]:
    """The extra members of an OpenAPI operation object."""
    described: dict[str, Any] = {
        "tags": [resource.type],
        "parameters": _parameters(resource, letter),
        "responses": _responses(resource, letter, JSON_API, _success(resource, letter)),
    }
    if letter in "CU":
        body = {"schema": _ref(f"{resource.type}_{_VERBS[letter]}")}
        described["requestBody"] = {"required": True, "content": {JSON_API: body}}
    if letter == "C":
        described["responses"]["201"]["links"] = _links(resource)
    return described


def plain_operation(resource: Resource, letter: str) -> Mapping[str, Any]:
    """The same read at a path that ends in .json."""
    return {
        "tags": [resource.type],
        "parameters": _parameters(resource, letter),
        "responses": _responses(resource, letter, PLAIN_JSON, _document(_ref(f"{resource.type}_plain"), letter)),
    }


def feed(filters: tuple[str, ...], locales: tuple[str, ...]) -> Mapping[str, Any]:
    """The public feed; with the languages that its path may name."""
    item = {"type": "object", "required": ["id", "title", "url", "path", "job", "location"]}
    document = {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}}}
    return {
        "tags": ["postings"],
        "parameters": [
            *([_path("locale", {"type": "string", "enum": list(locales)})] if locales else []),
            *(_query(name, ANY_TEXT) for name in filters),
        ],
        "responses": {
            "200": _content(200, PLAIN_JSON, document),
            "400": _content(400, JSON_API, _ref("errors")),
            "404": {"description": "No careers site in that language", "content": {JSON_API: {"schema": _ref("errors")}}},
        },
    }


DOWNLOAD: Mapping[str, Any] = {
    "tags": ["attachments"],
    "parameters": [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in ("signed", "filename")
    ],
    "responses": {
        "200": {"description": "The file", "content": {"*/*": {}}},
        "302": {"description": MEANINGS[302]},
        "400": {"description": MEANINGS[400], "content": {JSON_API: {"schema": {"$ref": "#/components/schemas/errors"}}}},
        "404": {"description": "Not a link of ours", "content": {JSON_API: {"schema": {"$ref": "#/components/schemas/errors"}}}},
    },
}


def _success(resource: Resource, letter: str) -> Schema:
    if letter == "X":
        return {"type": "object", "required": ["meta"], "properties": {"meta": {"type": ["object", "null"]}}}
    return _document(_ref(resource.type), letter)


def _document(item: Schema, letter: str) -> Schema:
    return {
        "type": "object",
        "required": ["data", "meta"],
        "properties": {
            "data": {"type": "array", "items": item} if letter == "L" else item,
            "included": {"type": "array", "items": {"type": "object", "required": ["id", "type", "attributes"]}},
            "meta": {"type": "object"},
        },
    }


def _responses(resource: Resource, letter: str, media_type: str, success: Schema) -> dict[str, Any]:
    return {
        str(status): _content(status, media_type, success) if status < 300 else _content(status, JSON_API, _ref("errors"))
        for status in STATUSES[letter]
    }


def _content(status: int, media_type: str, schema: Schema) -> Schema:
    return {"description": MEANINGS[status], "content": {media_type: {"schema": schema}}}


def _links(resource: Resource) -> Schema:
    """From a created record to what can be done with it."""
    verbs = {"G": "get", "U": "update", "X": "delete"}
    return {
        verb: {"operationId": f"{resource.type}.{verb}", "parameters": {"id": "$response.body#/data/id"}}
        for letter, verb in verbs.items()
        if letter in resource.operations
    }


# -- parameters -----------------------------------------------------------------------------------------------------


def _parameters(resource: Resource, letter: str) -> list[Schema]:
    parameters: list[Schema] = []
    if letter in "GUX":
        parameters.append(_path("id", {"type": "string", "pattern": ID_PATTERN}))
    if letter == "X":
        return parameters
    if resource.relations:
        parameters.append(_listed("include", ["", *(relation.name for relation in resource.relations)]))
    extra = [attribute.name for attribute in resource.attributes if attribute.extra]
    parameters.append(_query(f"fields[{resource.type}]", ANY_TEXT))
    if extra:
        parameters.append(_listed(f"extra_fields[{resource.type}]", ["", *extra]))
    if letter in "LG":
        parameters.extend(parameter for filter in resource.filters for parameter in _filter(filter))
    if letter == "L":
        parameters.append(
            _query("sort", {"type": "string", "enum": ["", *(sign + key for key in resource.sort_keys for sign in ("", "-"))]})
        )
        parameters.append(_query("page[number]", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}))
        parameters.append(_query("page[size]", {"type": "integer", "minimum": 0, "maximum": MAX_PAGE_SIZE}))
        parameters.append(_query("stats[total]", {"type": "string", "enum": ["count"]}))
    return parameters


def _filter(filter: Filter) -> list[Schema]:
    name = f"filter[{filter.name}]"
    match filter.kind:
        case Kind.TIME:
            return [_query(f"{name}[{operator}]", MOMENT) for operator in ("gt", "lt")]
        case Kind.FLAG:
            return [_query(name, {"type": "boolean"})]
        case Kind.ID | Kind.INTEGER:
            return [_query(name, {"type": "string", "pattern": "^[0-9]{1,18}(,[0-9]{1,18})*$"})]
        case Kind.OBJECT:
            return [_query(name, {"type": "string", "pattern": '^[{]"id":"[0-9]{1,18}"[}]$'})]
        case _:
            return [_listed(name, list(filter.choices)) if filter.choices else _query(name, ANY_TEXT)]


def _path(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _listed(name: str, values: list[str]) -> Schema:
    """One or more of these values, with commas between."""
    schema = {"type": "array", "items": {"type": "string", "enum": values}, "minItems": 1}
    return {**_query(name, schema), "style": "form", "explode": False}

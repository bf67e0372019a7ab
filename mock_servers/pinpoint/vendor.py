"""Pinpoint as the engine sees it: its operations, made of the table of resources, and everything else a vendor provides."""

from __future__ import annotations

from typing import Any

from mock_servers.engine.evidence import Assumed, SeenInCode
from mock_servers.engine.vendors import Operation, Vendor
from mock_servers.pinpoint import auth, endpoints, links, quirks, resources, tables, wire
from mock_servers.pinpoint.resource import Kind, Resource

API = "/api/v1"
LETTERS = {
    "L": ("list", "GET", "", "A page of {type}", "read"),
    "G": ("get", "GET", "/{{id}}", "One of {type}", "read"),
    "C": ("create", "POST", "", "A new record of {type}", "write"),
    "U": ("update", "PUT", "/{{id}}", "Change what is sent of one of {type}", "write"),
    "X": ("delete", "DELETE", "/{{id}}", "Remove one of {type}", "write"),
}
"""Letter to name, method, path below the resource, summary, level of permission."""
STATUSES = {"L": ("200", "400"), "G": ("200", "400", "404"), "C": ("201", "400", "422"), "U": ("200", "400", "404", "422"), "X": ("200", "404", "409")}
TYPES: dict[Kind, dict[str, Any]] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.LIST: {"type": "array"},
    Kind.OBJECT: {"type": "object"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIME: {"type": "string", "format": "date-time"},
}


def _operations(resource: Resource) -> list[Operation]:
    return [_operation(resource, letter) for letter in resource.operations]


def _operation(resource: Resource, letter: str) -> Operation:
    name, method, path, summary, level = LETTERS[letter]
    return Operation(
        id=f"{resource.type}.{name}",
        method=method,
        path=f"{API}/{resource.type}{path.format()}",
        handler=endpoints.ENDPOINTS[letter](resource),
        summary=summary.format(type=resource.type),
        evidence=resource.evidence,
        needs=auth.needs(resource.permission, level),
        writes=level == "write",
        openapi=_openapi(resource, letter),
    )


def _openapi(resource: Resource, letter: str) -> dict[str, Any]:
    parameters = [_query("include", "Comma list of relationships, dotted for further steps.")]
    if letter in "GUX":
        parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"}})
    if letter == "L":
        parameters += [_query("page[number]", "From 1."), _query("page[size]", "At most 1000."), _query("sort", ", ".join(resource.sort_keys))]
        parameters += [_query(f"filter[{item.name}]", "Comma list: any of them.") for item in resource.filters if not item.ranges_only]
        ranges = [item.name for item in resource.filters if item.ranges_only]
        parameters += [_query(f"filter[{name}][{operator}]", "ISO 8601.") for name in ranges for operator in ("gt", "lt")]
    more: dict[str, Any] = {}
    if letter in "CU":
        sent = {item.name: TYPES.get(item.kind, {"type": "string"}) for item in resource.attributes if (item.create if letter == "C" else item.update)}
        data = {"type": "object", "properties": {"type": {"const": resource.type}, "attributes": {"type": "object", "properties": sent}}}
        body = {"type": "object", "required": ["data"], "properties": {"data": data}}
        more["requestBody"] = {"required": True, "content": {"application/vnd.api+json": {"schema": body}}}
    statuses = (*STATUSES[letter], "401", "403", "429")
    return {"parameters": parameters, "responses": {status: {"description": _meaning(status)} for status in statuses}, **more}


def _query(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}


def _meaning(status: str) -> str:
    return wire.ERRORS[int(status)][0] if int(status) >= 400 else "Done"


_LINKS = SeenInCode("public clients fetch attachments by links of Rails' Active Storage, without the API key")
_BLOB_PARAMETERS = {
    "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("signed", "name")],
    "responses": {status: {"description": text} for status, text in (("200", "The file"), ("302", "To the storage"), ("404", "No such file"))},
}

OPERATIONS = (
    *(operation for resource in resources.RESOURCES.values() for operation in _operations(resource)),
    Operation(
        "attachments.link", "GET", f"{links.BLOBS}/{{signed}}/{{name}}", endpoints.blob, "A file, by its signed link", _LINKS,
        needs_credential=False, openapi=_BLOB_PARAMETERS,
    ),
    Operation(
        "attachments.storage", "GET", f"{links.DISK}/{{signed}}/{{name}}", endpoints.stored_file, "A file in the storage",
        Assumed("what stands before Pinpoint's storage is not known"), needs_credential=False, openapi=_BLOB_PARAMETERS,
    ),
)  # fmt: skip

VENDOR = Vendor(
    name="pinpoint",
    title="Pinpoint",
    metadata=tables.METADATA,
    operations=OPERATIONS,
    permissions=auth.PERMISSIONS,
    presets=auth.PRESETS,
    quirks=quirks.QUIRKS,
    authenticator=auth.PinpointKeys(),
    errors=wire.PinpointErrors(),
    render=wire.render,
    dependents=wire.dependents,
    guard=auth.guard,
    api_path=API,
    options=auth.OPTIONS,
)

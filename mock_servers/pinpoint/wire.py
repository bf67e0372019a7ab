"""THE ROOM for Pinpoint's format: documents, errors, replies; with query.py (what may be asked) and payload.py (what may be sent).

The connector has a room of the same kind. They look alike on purpose and share nothing: common code would let server and
client agree on the same mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import orjson

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.store import Row, Store
from mock_servers.engine.vendors import Refusal, Reply
from mock_servers.pinpoint import cells
from mock_servers.pinpoint.links import fill
from mock_servers.pinpoint.quirks import BlindScreening, ValidationPointers
from mock_servers.pinpoint.resource import Attribute, Cell, Kind, Relation
from mock_servers.pinpoint.resources import RESOURCES

JSON_API = b"application/vnd.api+json"
Tree = dict[str, "Tree"]
"""What was included, by relationship, and below that what of it."""


# -- errors ---------------------------------------------------------------------------------------------------------

ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("Bad Request", "bad_request", "Malformed query params"),
    401: ("Unauthorized", "unauthorized", "Invalid API key"),
    403: ("Forbidden", "forbidden", "Integration not enabled"),
    404: ("Not Found", "not_found", "Record not found"),
    405: ("Method Not Allowed", "method_not_allowed", "Method not allowed"),
    409: ("Conflict", "conflict", "Record is in use"),
    413: ("Payload Too Large", "payload_too_large", "Request body is too large"),
    422: ("Validation Error", "unprocessable_entity", "Record is invalid"),
    429: ("Too Many Requests", "too_many_requests", "Rate limit exceeded"),
    500: ("Internal Server Error", "internal_server_error", "Something went wrong. We have been told and are sorry."),
}
"""Status to title, code and usual detail. 405 and 413 are assumed; the others stand in the vendor's reference."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One validation rule that failed: one error object of a 422."""

    attribute: str
    message: str
    code: str
    relationship: bool = False

    @property
    def detail(self) -> str:
        # Rails speaks of the whole record as "base", and does not name it.
        return self.message if self.attribute == "base" else f"{humanized(self.attribute)} {self.message}"


def blank(attribute: str) -> Problem:
    return Problem(attribute, "can't be blank", "blank")


def not_listed(attribute: str) -> Problem:
    return Problem(attribute, "is not included in the list", "inclusion")


def must_exist(relationship: str) -> Problem:
    return Problem(relationship, "must exist", "blank", relationship=True)


def humanized(name: str) -> str:
    """first_name as Rails speaks of it: "First name"."""
    words = name.removesuffix("_id").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def error_object(status: int, detail: str | None = None, **more: Any) -> dict[str, Any]:
    title, code, usual = ERRORS.get(status, (f"Error {status}", f"error_{status}", f"Error {status}"))
    return {"title": title, "code": code, "status": str(status), "detail": usual if detail is None else detail, **more}


def errors_reply(
    status: int, objects: list[dict[str, Any]], why: str | None = None, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Reply:
    return Reply(status, orjson.dumps({"errors": objects}), JSON_API, headers, why)


def refuse(status: int, detail: str | None = None, *, why: str | None = None) -> Refusal:
    """To be raised: one error object. `why` tells the journal's reader what the vendor's words hide."""
    return Refusal(errors_reply(status, [error_object(status, detail)], why if why is not None else detail))


def malformed_query(why: str) -> Refusal:
    """Pinpoint has one sentence for all it cannot make sense of in a query; the journal tells which part it was."""
    return refuse(400, "Malformed query params", why=why)


def invalid(exchange: Exchange, problems: Sequence[Problem]) -> Refusal:
    """To be raised: 422 with one error object for each failed rule."""
    pointers = exchange.quirk(ValidationPointers)
    if pointers is not None:
        exchange.acted(pointers)
    objects = [error_object(422, problem.detail, **(_pointer(problem) if pointers is not None else {})) for problem in problems]
    return Refusal(errors_reply(422, objects, "; ".join(problem.detail for problem in problems)))


def _pointer(problem: Problem) -> dict[str, Any]:
    member = "relationships" if problem.relationship else "attributes"
    meta = {"attribute": problem.attribute, "message": problem.message, "code": problem.code}
    return {"source": {"pointer": f"/data/{member}/{problem.attribute}"}, "meta": meta}


class PinpointErrors:
    """Pinpoint's bodies for what the engine refuses by itself."""

    def error(self, exchange: Exchange | None, status: int, detail: str | None = None) -> Reply:
        return errors_reply(status, [error_object(status, detail)], detail)

    def rate_limited(self, exchange: Exchange, retry_after: float | None) -> Reply:
        # No window and no header is documented; Retry-After is there because clients should be tried with it too.
        headers = () if retry_after is None else ((b"retry-after", str(max(1, round(retry_after))).encode()),)
        return errors_reply(429, [error_object(429)], headers=headers)


# -- documents ------------------------------------------------------------------------------------------------------


def attribute_values(store: Store, row: Row, attributes: Iterable[Attribute]) -> dict[str, Any]:
    """The plain attributes of a record as the wire shows them."""
    return _values(store, row, _cells(attributes))


def _values(store: Store, row: Row, wanted: Iterable[tuple[str, Cell | None]]) -> dict[str, Any]:
    return {name: row[name] if cell is None else cell(store, row) for name, cell in wanted}


def _cells(attributes: Iterable[Attribute]) -> tuple[tuple[str, Cell | None], ...]:
    """(name, how it is made; None: it is the column of that name) of each."""
    return tuple((attribute.name, _text_of(attribute) if attribute.kind is Kind.ID else attribute.cell) for attribute in attributes)


def _text_of(attribute: Attribute) -> Cell:
    """Ids are strings of digits on the wire."""

    def cell(store: Store, row: Row) -> str | None:
        value = row[attribute.name] if attribute.cell is None else attribute.cell(store, row)
        return None if value is None else str(value)

    return cell


def opening(type: str, id: Any, attributes: Mapping[str, Any]) -> bytes:
    """A resource object up to its relationships."""
    return orjson.dumps({"id": str(id), "type": type, "attributes": attributes})[:-1]


def closing(relations: Iterable[Relation], linkages: Mapping[str, bytes]) -> bytes:
    """The rest of it: ids are shown only for relationships that were included."""
    members = [b'"%s":%s' % (relation.name.encode(), linkages.get(relation.name, b'{"meta":{"included":false}}')) for relation in relations]
    return b',"relationships":{%s}}' % b",".join(members) if members else b"}"


@cache
def usual_closing(type: str) -> bytes:
    """What every ready document of this type ends with: nothing included."""
    return closing(RESOURCES[type].relations, {})


@cache
def usual_cells(type: str) -> tuple[tuple[str, Cell | None], ...]:
    return _cells(RESOURCES[type].attributes_at(older=False))


def render(store: Store, table: str, row: Row) -> Mapping[str, bytes]:
    """The ready document of a row: what a plain list or get sends at the present feature level."""
    resource = RESOURCES.get(table)
    if resource is None:
        return {}
    attributes = _values(store, row, usual_cells(table))
    if table == "applications":
        cells.conceal(BlindScreening(), store, row, attributes)
    return {"doc": opening(table, row["id"], attributes) + usual_closing(table)}


def dependents(store: Store, table: str, row: Row) -> Iterable[tuple[str, Any]]:
    """Whose documents show this row."""
    if table == "jobs":
        shown = [("job_postings", posting["id"]) for posting in store.where("job_postings", job_id=row["id"])]
        if row["blind_screening"]:
            shown += [("applications", application["id"]) for application in store.where("applications", job_id=row["id"])]
        return shown
    if table == "requisition_template_fields":
        return [
            ("requisition_details", detail["id"]) for detail in store.where("requisition_details", requisition_template_field_id=row["id"])
        ]
    if table == "questions":
        return [("answers", answer["id"]) for answer in store.where("answers", question_id=row["id"])]
    if table == "custom_fields":
        return [("custom_attributes", value["id"]) for value in store.where("custom_attributes", custom_field_id=row["id"])]
    if table == "users":
        fields = store.where("custom_fields", field_type="users")
        return [
            ("custom_attributes", value["id"])
            for field in fields
            for value in store.where("custom_attributes", custom_field_id=field["id"])
        ]
    if table == "attachments" and row["owner_type"] == "answers":
        return [("answers", answer["id"]) for answer in store.where("answers", id=row["owner_id"])]
    return []


# -- replies --------------------------------------------------------------------------------------------------------


def collection(documents: Sequence[bytes], included: Sequence[bytes] | None, meta: bytes) -> bytes:
    """The body of a list, whose placeholders are still to be filled."""
    return _joined(documents, (b"[", b"]"), included, meta)


def filled(exchange: Exchange, body: bytes, why: str | None = None, status: int = 200) -> Reply:
    """The answer with this body, for this caller."""
    return Reply(status, fill(exchange, body), JSON_API, why=why)


def single(exchange: Exchange, document: bytes, included: Sequence[bytes] | None, status: int = 200) -> Reply:
    if included is None:
        return filled(exchange, b'{"data":%b,"meta":{}}' % document, status=status)
    return filled(exchange, _joined((document,), (b"", b""), included, b"{}"), status=status)


def _joined(data: Sequence[bytes], brackets: tuple[bytes, bytes], included: Sequence[bytes] | None, meta: bytes) -> bytes:
    # What stands between the documents is added to single ones: a page is large, and each copy of it costs as much as reading it.
    parts = [*data] if data else [b""]
    parts[0] = b'{"data":' + brackets[0] + parts[0]
    parts[-1] += brackets[1]
    if included is not None:
        parts[-1] += b',"included":[' + (included[0] if included else b"")
        parts.extend(included[1:])
        parts[-1] += b"]"
    parts[-1] += b',"meta":' + meta + b"}"
    return b",".join(parts)


def plain(reply: Reply, include: Tree) -> Reply:
    """A document as paths with .json have it: attributes beside the id, what was included nested in its place."""
    document = orjson.loads(reply.body)
    included = {(item["type"], item["id"]): item for item in document.get("included", ())}

    def flat(item: dict[str, Any], tree: Tree) -> dict[str, Any]:
        links = item.get("relationships", {})
        related = {name: nested(links[name]["data"], subtree) for name, subtree in tree.items() if name in links}
        return {"id": item["id"], **item["attributes"], **related}

    def nested(data: Any, tree: Tree) -> Any:
        if isinstance(data, list):
            return [nested(one, tree) for one in data]
        # A main record that is reached again is not repeated among the included ones.
        return None if data is None else flat(included.get((data["type"], data["id"])) or main[data["type"], data["id"]], tree)

    items = document["data"] if isinstance(document["data"], list) else [document["data"]]
    main = {(item["type"], item["id"]): item for item in items}
    shown = [flat(item, include) for item in items]
    body = {"data": shown if isinstance(document["data"], list) else shown[0], "meta": document["meta"]}
    return replace(reply, body=orjson.dumps(body), content_type=b"application/json")


def deleted(*, meta: dict[str, Any] | None) -> Reply:
    return Reply(200, orjson.dumps({"meta": meta}), JSON_API)

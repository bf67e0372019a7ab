"""Many records in one request: /composite/sobjects to write and to read, /composite/tree to create parents with their children."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import ids, records, wire
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.records import SeveralFound
from mock_servers.asymbl.security import Visible
from mock_servers.asymbl.subrequests import Undo, undone, undone_on_refusal
from mock_servers.asymbl.wire import ApiError, Problem, refuse
from mock_servers.engine.exchange import MalformedBody
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MOST_RECORDS, MOST_CHUNKS, MOST_READ_BY_URL, MOST_READ = 200, 10, 800, 2000
DEEPEST, MOST_TYPES = 5, 5
Record = Mapping[str, Any]
_ROLLED_BACK = Problem(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid and the request was using AllOrNone header"
)


# -- writing -----------------------------------------------------------------------------------------------------------


async def create_many(exchange: Exchange) -> Reply:
    """POST /composite/sobjects."""
    sent, all_or_none = _collection(exchange)
    return _each(exchange, sent, all_or_none, lambda record: _created(exchange, record))


def _created(exchange: Exchange, record: Record) -> dict[str, Any]:
    return _success(records.create(exchange, _type_of(record), record))


async def update_many(exchange: Exchange) -> Reply:
    """PATCH /composite/sobjects: each record with its id."""
    sent, all_or_none = _collection(exchange)
    return _each(exchange, sent, all_or_none, lambda record: _updated(exchange, record), shows_id=True)


def _updated(exchange: Exchange, record: Record) -> dict[str, Any]:
    id = _id_of(record)
    if id is None:
        raise refuse(400, "MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
    records.update(exchange, _type_of(record), id, {name: value for name, value in record.items() if name.lower() != "id"})
    return _success(str(ids.normalised(id)))


async def upsert_many(exchange: Exchange) -> Reply:
    """PATCH /composite/sobjects/X/ExtField: each record with its external id."""
    sent, all_or_none = _collection(exchange)
    sobject, field = exchange.params["sobject"], exchange.params["field"]
    records.external_id_field(records.seen(exchange, sobject), field)
    return _each(exchange, sent, all_or_none, lambda record: _upserted(exchange, sobject, field, record))


def _upserted(exchange: Exchange, sobject: str, field: str, record: Record) -> dict[str, Any]:
    if _type_of(record).lower() != sobject.lower():
        raise refuse(400, "INVALID_TYPE", f"The record's type {_type_of(record)} is not the requested {sobject}", [])
    value = next((value for name, value in record.items() if name.lower() == field.lower()), None)
    rest = {name: value for name, value in record.items() if name.lower() != field.lower()}
    if value is None and field.lower() != "id":
        raise refuse(400, "MISSING_ARGUMENT", f"{field} not specified", [field])
    try:
        id, created = records.upsert(exchange, sobject, field, "" if value is None else str(value), rest)
    except SeveralFound as error:
        raise refuse(400, "DUPLICATE_EXTERNAL_ID", f"{field}: more than one record found for external id field: {error.ids}", []) from error
    return {**_success(id), "created": created}


async def delete_many(exchange: Exchange) -> Reply:
    """DELETE /composite/sobjects?ids=a,b&allOrNone=."""
    query = dict(exchange.query)
    listed = [id for id in query.get("ids", "").split(",") if id]
    if not listed:
        raise refuse(400, "MISSING_ARGUMENT", "The ids parameter is required")
    _check_count(len(listed))
    all_or_none = query.get("allOrNone", "false").lower() == "true"
    return _each(exchange, [{"id": id} for id in listed], all_or_none, lambda record: _deleted(exchange, record["id"]), shows_id=True)


def _deleted(exchange: Exchange, id: str) -> dict[str, Any]:
    sobject = org_of(exchange).sobject_of(id)
    if sobject is None or ids.normalised(id) is None:
        raise refuse(400, "MALFORMED_ID", f"malformed id {id}", [])
    records.delete(exchange, sobject.name, id)
    return _success(str(ids.normalised(id)))


def _each(
    exchange: Exchange, sent: list[Record], all_or_none: bool, save: Callable[[Record], dict[str, Any]], *, shows_id: bool = False
) -> Reply:
    """A result for each record, in the order sent; the answer is 200 whatever they say."""
    results: list[dict[str, Any]] = []
    failed = False
    with undone(exchange):
        for record in sent:
            results.append(_result(exchange, record, save, shows_id=shows_id))
            failed = failed or not results[-1]["success"]
        if failed and all_or_none:
            raise Undo
    if failed and all_or_none:
        results = [
            one
            if not one["success"]
            else {**({"id": one["id"]} if shows_id else {}), "success": False, "errors": [_ROLLED_BACK.as_result()]}
            for one in results
        ]
    return wire.answer(200, results)


def _result(exchange: Exchange, record: Record, save: Callable[[Record], dict[str, Any]], *, shows_id: bool) -> dict[str, Any]:
    try:
        with undone_on_refusal(exchange):
            return save(record)
    except ApiError as error:
        known = ids.normalised(_id_of(record)) if shows_id else None
        told = [one.as_result() for one in error.problems]
        return {**({"id": known} if known is not None else {}), "success": False, "errors": told}


def _success(id: str) -> dict[str, Any]:
    return {"id": id, "success": True, "errors": []}


# -- what was sent -----------------------------------------------------------------------------------------------------


def _collection(exchange: Exchange) -> tuple[list[Record], bool]:
    """(records, all or none). Raises ApiError for what is no collection or too large."""
    body = _json(exchange)
    sent = body.get("records")
    if not isinstance(sent, list) or not all(isinstance(one, dict) for one in sent):
        raise refuse(400, "JSON_PARSER_ERROR", "The request may be missing the required field records at [line:1, column:1]")
    all_or_none = body.get("allOrNone")
    if not isinstance(all_or_none, bool | None):
        raise refuse(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean: allOrNone at [line:1, column:1]")
    _check_count(len(sent))
    if len(list(groupby(sent, key=lambda one: str((one.get("attributes") or {}).get("type")).lower()))) > MOST_CHUNKS:
        raise refuse(400, "INVALID_INPUT", f"The request can't hold more than {MOST_CHUNKS} chunks of records of one type")
    return sent, bool(all_or_none)


def _check_count(count: int) -> None:
    if count > MOST_RECORDS:
        raise refuse(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_RECORDS} records into this call")


def _json(exchange: Exchange) -> dict[str, Any]:
    try:
        body = exchange.json()
    except MalformedBody as error:
        raise refuse(400, "JSON_PARSER_ERROR", f"Unexpected character: {error}") from error
    if not isinstance(body, dict):
        raise refuse(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of object from START_ARRAY at [line:1, column:1]")
    return body


def _type_of(record: Record) -> str:
    attributes = record.get("attributes")
    type = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(type, str):
        raise refuse(400, "INVALID_TYPE", "Each record must name its type in attributes", [])
    return type


def _id_of(record: Record) -> str | None:
    found = next((value for name, value in record.items() if name.lower() == "id"), None)
    return found if isinstance(found, str) and found else None


# -- reading -----------------------------------------------------------------------------------------------------------


async def read_many(exchange: Exchange) -> Reply:
    """GET /composite/sobjects/X?ids=a,b&fields=C,D."""
    query = dict(exchange.query)
    listed = [id for id in query.get("ids", "").split(",") if id]
    fields = [name for name in query.get("fields", "").split(",") if name]
    return _read(exchange, listed, fields, MOST_READ_BY_URL)


async def read_many_by_body(exchange: Exchange) -> Reply:
    """POST /composite/sobjects/X {ids, fields}."""
    body = _json(exchange)
    listed, fields = body.get("ids"), body.get("fields")
    if not _texts(listed) or not _texts(fields):
        raise refuse(400, "JSON_PARSER_ERROR", "The request may be missing a required field: ids, fields at [line:1, column:1]")
    return _read(exchange, listed, fields, MOST_READ)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _read(exchange: Exchange, listed: Any, fields: Any, most: int) -> Reply:
    """A record for each id, null where there is none for this caller."""
    sobject = exchange.params["sobject"]
    records.seen(exchange, sobject)
    if not listed or not fields:
        raise refuse(400, "MISSING_ARGUMENT", f"The {'ids' if not listed else 'fields'} parameter is required")
    if len(listed) > most:
        raise refuse(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records into this call")
    return wire.answer(200, [_one(exchange, sobject, id, list(fields)) for id in listed])


def _one(exchange: Exchange, sobject: str, id: str, fields: list[str]) -> dict[str, Any] | None:
    try:
        return records.read(exchange, sobject, id, fields)
    except ApiError as error:
        if error.status != 404:
            raise
        return None


# -- tree --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """One record of a tree."""

    sobject: str
    reference_id: str
    fields: Record
    children: tuple[tuple[str, str, list[Any]], ...]
    """(type of the children, field that leads to the parent, what was sent)"""


async def create_tree(exchange: Exchange) -> Reply:
    """POST /composite/tree/X: all records with their children, or none of them."""
    sobject = exchange.params["sobject"]
    visible = records.seen(exchange, sobject)
    sent = _json(exchange).get("records")
    if not isinstance(sent, list) or not sent:
        raise refuse(400, "JSON_PARSER_ERROR", "The request may be missing the required field records at [line:1, column:1]")
    _check_tree(sent)
    tree = Tree(exchange)
    tree.grow(visible.name, sent, None)
    if tree.problems:
        exchange.why = f"400: nothing was created, because of {', '.join(tree.problems)}"
        answer = {"hasErrors": True, "results": [{"referenceId": id, "errors": found} for id, found in tree.problems.items()]}
        return wire.answer(400, answer)
    made = [{"referenceId": reference_id, "id": id} for reference_id, id in tree.made.items()]
    return wire.answer(201, {"hasErrors": False, "results": made})


def _check_tree(sent: list[Any]) -> None:
    nodes = list(_nodes(sent, 1))
    if len(nodes) > MOST_RECORDS:
        raise refuse(400, "INVALID_INPUT", f"The request can't hold more than {MOST_RECORDS} records")
    if max(depth for depth, _ in nodes) > DEEPEST:
        raise refuse(400, "INVALID_INPUT", f"The request can't be deeper than {DEEPEST} levels")
    if len({type for _, type in nodes}) > MOST_TYPES:
        raise refuse(400, "INVALID_INPUT", f"The request can't hold records of more than {MOST_TYPES} types")


def _nodes(sent: list[Any], depth: int) -> Iterator[tuple[int, str]]:
    """(depth, type) of every record; no deeper than is needed to see that it is too deep."""
    for record in sent:
        attributes = record.get("attributes") if isinstance(record, dict) else None
        if (
            not isinstance(attributes, dict)
            or not isinstance(attributes.get("type"), str)
            or not isinstance(attributes.get("referenceId"), str)
        ):
            raise refuse(400, "INVALID_INPUT", "Include a type and a reference ID for each record in the request")
        yield depth, attributes["type"].lower()
        if depth <= DEEPEST:
            for value in record.values():
                if isinstance(value, dict) and isinstance(value.get("records"), list):
                    yield from _nodes(value["records"], depth + 1)


class Tree:
    """Records made level by level; what is wrong with any of them is collected."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._seen: set[str] = set()
        self.made: dict[str, str] = {}
        self.problems: dict[str, list[dict[str, Any]]] = {}

    def grow(self, sobject: str, sent: list[Any], parent: tuple[str, str] | None) -> None:
        """Create these records, each below `parent` (field, id), then what hangs on them."""
        for record in sent:
            reference_id = record["attributes"]["referenceId"]
            try:
                self._check(sobject, record)
                node = self._node(record)
                fields = dict(node.fields) if parent is None else {**node.fields, parent[0]: parent[1]}
                with undone_on_refusal(self._exchange):
                    id = records.create(self._exchange, node.sobject, fields)
            except ApiError as error:
                self.problems.setdefault(reference_id, []).extend(one.as_result() for one in error.problems)
                continue
            self.made[reference_id] = id
            for child_type, field, children in node.children:
                self.grow(child_type, children, (field, id))

    def _check(self, sobject: str, record: Record) -> None:
        attributes = record["attributes"]
        if attributes["referenceId"] in self._seen:
            raise refuse(400, "INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {attributes['referenceId']}", [])
        self._seen.add(attributes["referenceId"])
        if attributes["type"].lower() != sobject.lower():
            raise refuse(400, "INVALID_INPUT", f"The record's type {attributes['type']} is not {sobject}", [])

    def _node(self, record: Record) -> Node:
        visible = records.seen(self._exchange, record["attributes"]["type"])
        fields: dict[str, Any] = {}
        children = []
        for name, value in record.items():
            if name == "attributes":
                continue
            if isinstance(value, dict) and isinstance(value.get("records"), list):
                children.append((*self._child(visible, name), value["records"]))
            else:
                fields[name] = value
        return Node(visible.name, record["attributes"]["referenceId"], fields, tuple(children))

    def _child(self, visible: Visible, relationship: str) -> tuple[str, str]:
        """(child object, its reference) that a relationship name means."""
        for child in org_of(self._exchange).schema.children(visible.name):
            if child.name is not None and child.name.lower() == relationship.lower():
                return child.sobject, child.field.name
        raise refuse(400, "INVALID_FIELD", f"No such column '{relationship}' on sobject of type {visible.name}", [])

"""Many records in one request: /composite/sobjects to write and to read, /composite/tree to create parents with their children."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import bodies, ids, records, wire
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.records import SeveralFound
from mock_servers.asymbl.subrequests import Undo, undone, undone_on_refusal
from mock_servers.asymbl.wire import ApiError, Problem, refuse
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MOST_RECORDS, MOST_CHUNKS, MOST_READ_BY_URL, MOST_READ = 200, 10, 800, 2000
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
    body = bodies.json_object(exchange.body)
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
    body = bodies.json_object(exchange.body)
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

"""The truth of one tenant over HTTP: its records as stored, read and changed past the vendor's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Boolean, Column, Float, Integer

from mock_servers.engine.admin_desk import AdminProblem, Desk, Told, ready
from mock_servers.engine.store import NotFound, Row, Store
from mock_servers.engine.table_plan import misfit


def router(desk: Desk) -> APIRouter:
    """Its routes, over these tenants."""
    routes = APIRouter(prefix="/tenants/{id}/records", tags=["records"])

    @routes.get("", response_model=Told, summary="How many records each table has; with dump=true the records themselves.")
    async def tables(id: str, dump: bool = False) -> Response:
        store = desk.tenants.get(id).store
        return ready({"tables": store.dump()} if dump else {str(table): store.count(table) for table in store.metadata.tables})

    @routes.get("/{table}", response_model=Told, summary="Records by id; ?column=value narrows them, an empty value means null.")
    async def records(request: Request, id: str, table: str) -> Response:
        store = _store(desk, id, table)
        return ready({"records": list(store.where(table, **_conditions(store, table, request)))})

    @routes.get("/{table}/{record_id}", response_model=Told, summary="One record.")
    async def record(id: str, table: str, record_id: str) -> Response:
        store = _store(desk, id, table)
        return ready(store.get(table, _id(store, table, record_id)))

    @routes.post("/{table}", response_model=Told, status_code=201, summary="Add one; a number as its id is drawn if absent.")
    async def insert(id: str, table: str, row: dict[str, Any]) -> Response:
        store = _store(desk, id, table)
        _check_types(store, table, row)
        return ready(_written(store, lambda: store.insert(table, row)), 201)

    @routes.patch("/{table}/{record_id}", response_model=Told, summary="Change some of its values.")
    async def update(id: str, table: str, record_id: str, values: dict[str, Any]) -> Response:
        store = _store(desk, id, table)
        _check_types(store, table, values)
        if "id" in values:
            raise AdminProblem(422, "bad_record", "an id stays what it is", "delete the record and add another")
        return ready(_written(store, lambda: store.update(table, _id(store, table, record_id), **values)))

    @routes.delete("/{table}/{record_id}", status_code=204, summary="Remove one.")
    async def delete(id: str, table: str, record_id: str) -> None:
        store = _store(desk, id, table)
        _written(store, lambda: store.delete(table, _id(store, table, record_id)))

    return routes


def _store(desk: Desk, id: str, table: str) -> Store:
    store = desk.tenants.get(id).store
    if table not in store.metadata.tables:
        raise AdminProblem(404, "unknown_table", f"there is no table {table!r}", f"there are {', '.join(store.metadata.tables)}")
    return store


def _column(store: Store, table: str, name: str) -> Column[Any]:
    columns = {column.name: column for column in store.columns(table)}
    if name not in columns:
        raise AdminProblem(422, "unknown_column", f"{table} has no column {name!r}", f"it has {', '.join(columns)}")
    return columns[name]


def _id(store: Store, table: str, text: str) -> Any:
    return _from_text(_column(store, table, "id"), text)


def _conditions(store: Store, table: str, request: Request) -> dict[str, Any]:
    return {name: _from_text(_column(store, table, name), text) for name, text in request.query_params.items()}


def _from_text(column: Column[Any], text: str) -> Any:
    """A value as an address holds it; text that is no number equals no number, so it is left as it is."""
    if text == "":
        return None
    try:
        match column.type:
            case Boolean():
                return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
            case Integer():
                return int(text)
            case Float():
                return float(text)
            case _:
                return text
    except ValueError:
        return text


def _check_types(store: Store, table: str, values: Row) -> None:
    for name, value in values.items():
        wanted = misfit(_column(store, table, name), value)
        if wanted is not None:
            raise AdminProblem(422, "bad_record", f"{table}.{name} is {wanted}, not {value!r}", "values are as the vendor stores them")


def _written(store: Store, write: Callable[[], Row]) -> Row:
    """The row after a write; what the vendor cannot show is not stored."""
    try:
        return write()
    except NotFound:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        message = f"the vendor cannot show such a record: {type(error).__name__}: {error}"
        raise AdminProblem(422, "bad_record", message, "does what it refers to exist, in the form the vendor stores?") from error

"""How a row gets into the org whoever asks: system fields, numbers, unique values, triggers, the recycle bin.

Works past all permissions; records.py is what asks them. Automation and scenarios save through here, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from mock_servers.asymbl import automation, ids, platform, security, tables, wire
from mock_servers.asymbl.org import Org, org_of
from mock_servers.asymbl.schema import Field, SObject, full_name
from mock_servers.asymbl.tables import table_of

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row, Store

_STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
_USERS = ("CreatedById", "LastModifiedById")


# -- rows with the org's own values in place --------------------------------------------------------------------------------


def get(store: Store, sobject: SObject, id: str) -> Row | None:
    """A row by its id of 18 characters, the org's own values among the others; None when there is none."""
    row = store.find(table_of(sobject), id=id)
    if row is None or (sobject.own and row["sobject"] != sobject.name):
        return None
    own = row.pop(tables.OWN) or {}
    row.update({name: own.get(name) for name in sobject.own_names})
    if sobject.composes_name:
        row["Name"] = full_name(row)
    return row


def _split(sobject: SObject, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(columns, own values)."""
    if not sobject.own_names:
        return dict(values), {}
    own = {name: value for name, value in values.items() if name in sobject.own_names}
    return {name: value for name, value in values.items() if name not in own}, own


# -- saving ------------------------------------------------------------------------------------------------------------------


def insert(exchange: Exchange, sobject: SObject, values: Mapping[str, Any]) -> Row:
    """Save a new row of stored values by field name; returns it as saved. Raises ApiError when a rule says no."""
    org, store = org_of(exchange), exchange.store
    row = {**sobject.defaults, **values}
    _stamp_new(exchange, sobject, row)
    _number(store, sobject, row)
    with store.transaction():
        platform.before_save(exchange, sobject, row, None)
        automation.before(exchange, sobject.name, "insert", row, None)
        check_unique(store, sobject, row, None)
        row["id"] = ids.new_id(store, sobject, org.prefix_of(sobject))
        if sobject.custom and row.get("Name") is None and "name" in sobject.fields:
            # A record that was given no name is called by its id (seen in orgs).
            row["Name"] = row["id"]
        columns, own = _split(sobject, row)
        if sobject.own:
            columns["sobject"] = sobject.name
        store.insert(table_of(sobject), {**columns, tables.OWN: own or None})
        automation.after(exchange, sobject.name, "insert", row, None)
    return row


def update(exchange: Exchange, sobject: SObject, before: Row, changes: Mapping[str, Any], *, by_user: bool = True) -> Row:
    """Save changes of a row; returns it as saved. Raises ApiError when a rule says no.

    by_user False: a change of the system, which moves SystemModstamp and leaves LastModifiedDate alone.
    """
    store = exchange.store
    row = {**before, **changes}
    now = wire.moment(exchange.now)
    if "systemmodstamp" in sobject.fields:
        row["SystemModstamp"] = now
    if by_user and "lastmodifieddate" in sobject.fields:
        row["LastModifiedDate"] = now
        row["LastModifiedById"] = security.running_user(exchange)
    with store.transaction():
        if by_user:
            platform.before_save(exchange, sobject, row, before)
        automation.before(exchange, sobject.name, "update" if by_user else "release", row, before)
        check_unique(store, sobject, row, before)
        changed = {name: value for name, value in row.items() if before.get(name) != value or type(before.get(name)) is not type(value)}
        columns, own = _split(sobject, changed)
        if own:
            kept = store.get(table_of(sobject), before["id"])[tables.OWN] or {}
            columns[tables.OWN] = {**kept, **own}
        if columns:
            store.update(table_of(sobject), before["id"], **columns)
        automation.after(exchange, sobject.name, "update" if by_user else "release", row, before)
    return row


def _stamp_new(exchange: Exchange, sobject: SObject, row: Row) -> None:
    now, user = wire.moment(exchange.now), security.running_user(exchange)
    for name in _STAMPS:
        if name.lower() in sobject.fields:
            row[name] = now
    for name in _USERS:
        if name.lower() in sobject.fields:
            row[name] = user
    if "ownerid" in sobject.fields and row.get("OwnerId") is None:
        row["OwnerId"] = user


def _number(store: Store, sobject: SObject, row: Row) -> None:
    """Fill the auto numbers."""
    for field in sobject.numbered_fields:
        if row.get(field.name) is None:
            row[field.name] = auto_number(str(field.auto_number), _next_number(store, sobject, field), row.get("CreatedDate"))


def _next_number(store: Store, sobject: SObject, field: Field) -> int:
    """One more than any record has or had: an org that did not begin empty has counted before."""
    key = f"number:{sobject.name}.{field.name}"
    number = store.next_id(key)
    if number > 1:
        return number
    shown = [row[0] for row in store.read(f'SELECT "{field.name}" FROM "{table_of(sobject)}" WHERE "{field.name}" IS NOT NULL')]
    highest = max((int(found.group()) for text in shown if (found := re.search(r"[0-9]+$", text)) is not None), default=0)
    if not highest:
        return number
    store.raise_sequences({key: highest})
    return store.next_id(key)


def auto_number(form: str, number: int, created: str | None) -> str:
    """{00000} is the number in so many digits at least, {YYYY}{MM}{DD} the date of creation."""
    at = datetime.strptime(created[:10], "%Y-%m-%d").replace(tzinfo=UTC) if created is not None else None
    for part, shown in (("{YYYY}", "%Y"), ("{YY}", "%y"), ("{MM}", "%m"), ("{DD}", "%d")):
        if part in form:
            form = form.replace(part, at.strftime(shown) if at is not None else "")
    return re.sub(r"\{(0+)\}", lambda found: str(number).rjust(len(found.group(1)), "0"), form)


def check_unique(store: Store, sobject: SObject, row: Row, before: Row | None) -> None:
    """DUPLICATE_VALUE when another row that is not deleted has the value of a unique field."""
    for field in sobject.unique_fields:
        if row.get(field.name) is None or (before is not None and before.get(field.name) == row[field.name]):
            continue
        other = find_by(store, sobject, field, row[field.name], limit=2)
        other = [id for id in other if before is None or id != before["id"]]
        if other:
            message = f"duplicate value found: {field.name} duplicates value on record with id: {other[0][:15]}"
            raise wire.refuse(400, "DUPLICATE_VALUE", message, [])


def find_by(store: Store, sobject: SObject, field: Field, value: Any, limit: int = 3) -> list[str]:
    """Ids of rows that are not deleted with this value in a field; texts compare without case unless the field says otherwise."""
    if field.own:
        return [
            row["id"]
            for row in store.where(table_of(sobject))
            if _same(field, (row[tables.OWN] or {}).get(field.name), value) and not row.get("IsDeleted")
        ][:limit]
    table = tables.METADATA.tables[table_of(sobject)]
    column = table.c[str(field.column)]
    folded = isinstance(value, str) and not field.case_sensitive and field.type not in {"id", "reference"}

    def build() -> Any:
        statement = select(table.c.id).where((func.fold(column) if folded else column) == bindparam("value"))
        if sobject.soft_deletes:
            statement = statement.where(table.c.IsDeleted.is_not(True))
        return statement.order_by(table.c.id).limit(limit)

    found = store.query(("find by", sobject.name, field.name, folded, limit), build, value=value.lower() if folded else value)
    return [row[0] for row in found]


def _same(field: Field, kept: Any, wanted: Any) -> bool:
    if isinstance(kept, str) and isinstance(wanted, str) and not field.case_sensitive:
        return kept.lower() == wanted.lower()
    return kept is not None and bool(kept == wanted)


# -- deleting ----------------------------------------------------------------------------------------------------------------


def delete(exchange: Exchange, sobject: SObject, row: Row) -> None:
    """Into the recycle bin, with all that hangs on it by cascade; lookups lose it. Raises ApiError where a child restricts it."""
    org, store = org_of(exchange), exchange.store
    with store.transaction():
        automation.before(exchange, sobject.name, "delete", row, row)
        for child, field in _children(org, sobject):
            for other in _rows_below(store, child, field, row["id"]):
                _let_go(exchange, child, field, other, row)
        _mark_deleted(exchange, sobject, row, deleted=True)
        automation.after(exchange, sobject.name, "delete", row, row)


def _children(org: Org, sobject: SObject) -> list[tuple[SObject, Field]]:
    """Restricting ones first: nothing is let go before it is sure that the row may go."""
    found = [(org.schema[child.sobject], child.field) for child in org.schema.children(sobject.name) if child.field.on_delete is not None]
    return sorted(found, key=lambda one: one[1].on_delete != "Restrict")


def _rows_below(store: Store, child: SObject, field: Field, parent: str) -> list[Row]:
    if field.own:
        rows = list(store.where(table_of(child)))
        return [row for row in rows if not row.get("IsDeleted") and (row[tables.OWN] or {}).get(field.name) == parent]
    rows = list(store.where(table_of(child), **{str(field.column): parent}))
    return [row for row in rows if not row.get("IsDeleted")]


def _let_go(exchange: Exchange, child: SObject, field: Field, other: Row, parent: Row) -> None:
    whole = get(exchange.store, child, other["id"])
    if whole is None:
        return
    if field.on_delete == "Restrict":
        shown = parent.get("Name") or parent["id"]
        message = f"Your attempt to delete {shown} could not be completed because it is associated with the following {child.plural}: "
        raise wire.refuse(400, "DELETE_FAILED", f"{message}{other.get('Name') or other['id']}", [])
    if field.on_delete == "Cascade":
        delete(exchange, child, whole)
    else:
        update(exchange, child, whole, {field.name: None}, by_user=False)


def purge(exchange: Exchange, sobject: SObject, id: str) -> None:
    """Out of the recycle bin for good."""
    exchange.store.delete(table_of(sobject), id)


def undelete(exchange: Exchange, sobject: SObject, row: Row) -> None:
    """Out of the recycle bin, with the master-detail children that went in with it."""
    org, store = org_of(exchange), exchange.store
    with store.transaction():
        check_unique(store, sobject, row, None)
        for child, field in _children(org, sobject):
            if field.on_delete != "Cascade" or field.own:
                continue
            for other in list(store.where(table_of(child), **{str(field.column): row["id"]})):
                whole = get(store, child, other["id"])
                if whole is not None and whole.get("IsDeleted") and whole["SystemModstamp"] == row["SystemModstamp"]:
                    undelete(exchange, child, whole)
        _mark_deleted(exchange, sobject, row, deleted=False)


def _mark_deleted(exchange: Exchange, sobject: SObject, row: Row, *, deleted: bool) -> None:
    if not sobject.soft_deletes:
        exchange.store.delete(table_of(sobject), row["id"])
        return
    stamp = {"SystemModstamp": wire.moment(exchange.now)} if "systemmodstamp" in sobject.fields else {}
    exchange.store.update(table_of(sobject), row["id"], IsDeleted=deleted, **stamp)

"""Writing and reading records as a caller may: what REST, composite, Bulk and SOAP all go through.

Every function raises ApiError, whose `problems` are what is wrong with the record and whose `status` is the answer to a
single request; callers that save many records catch it and tell the problems in each record's result. Each function is all
or nothing by itself (a savepoint), so the caller decides what a failure undoes beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import automation, duplicates, ids, reading, saving, sharing, values
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.schema import Field, SObject
from mock_servers.asymbl.security import Visible, access_of
from mock_servers.asymbl.wire import ApiError, Problem, refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

NOT_FOUND = "The requested resource does not exist"


class SeveralFound(Exception):
    """More than one record has the external id; `ids` are theirs. REST answers 300."""

    def __init__(self, sobject: str, ids: list[str]) -> None:
        super().__init__(f"{len(ids)} records of {sobject}")
        self.sobject, self.ids = sobject, ids


# -- writing -----------------------------------------------------------------------------------------------------------------


def create(exchange: Exchange, sobject: str, sent: Mapping[str, Any]) -> str:
    """Save a new record; returns its id of 18 characters.

    `sobject` is an API name in any case; `sent` are JSON values by field name in any case (`attributes` is passed over), also
    {"Account": {"Ext__c": "v"}} for a parent by external id.
    """
    visible = seen(exchange, sobject)
    if not visible.createable:
        raise _cannot(visible.sobject, "inserted")
    changes = _understood(exchange, visible, sent, creating=True)
    filled = automation.filled().get(visible.name, frozenset())
    missing = [name for name in visible.sobject.required_names if changes.get(name) is None and name not in filled]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise refuse(400, "REQUIRED_FIELD_MISSING", message, missing)
    _check_references(exchange, visible, changes)
    duplicates.check(exchange, visible.sobject, changes, None)
    return str(saving.insert(exchange, visible.sobject, changes)["id"])


def update(exchange: Exchange, sobject: str, id: str, sent: Mapping[str, Any]) -> None:
    """Change some fields of a record; null empties one."""
    visible = seen(exchange, sobject)
    row = found(exchange, visible, id)
    if not visible.updateable or not _may_write_row(exchange, visible, row):
        raise _read_only()
    changes = _understood(exchange, visible, sent, creating=False)
    emptied = [name for name, value in changes.items() if value is None and visible.sobject.fields[name.lower()].required]
    if emptied:
        raise refuse(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(emptied)}]", emptied)
    _check_references(exchange, visible, changes)
    duplicates.check(exchange, visible.sobject, {**row, **changes}, row)
    saving.update(exchange, visible.sobject, row, changes)


def upsert(exchange: Exchange, sobject: str, external_field: str, value: str, sent: Mapping[str, Any]) -> tuple[str, bool]:
    """Update the record with this external id, or create one; (id, whether it was created). Raises SeveralFound, too."""
    visible = seen(exchange, sobject)
    field = external_id_field(visible, external_field)
    if field.type == "id":
        if not value:
            return create(exchange, sobject, sent), True
        update(exchange, sobject, value, sent)
        return str(ids.normalised(value)), False
    if any(name.lower() == field.name.lower() for name in sent):
        raise refuse(400, "INVALID_FIELD", f"The {field.name} field should not be specified in the sobject data.", [])
    matching = by_external_id(exchange, visible, field, value)
    if len(matching) > 1:
        raise SeveralFound(visible.name, matching)
    if matching:
        update(exchange, sobject, matching[0], sent)
        return matching[0], False
    return create(exchange, sobject, {**sent, field.name: value}), True


def delete(exchange: Exchange, sobject: str, id: str) -> None:
    """Into the recycle bin."""
    visible = seen(exchange, sobject)
    row = found(exchange, visible, id)
    if not visible.deletable or not _may_write_row(exchange, visible, row):
        raise _read_only()
    saving.delete(exchange, visible.sobject, row)


def undelete(exchange: Exchange, sobject: str, id: str) -> None:
    """Out of the recycle bin. REST has no such call, SOAP has."""
    visible = seen(exchange, sobject)
    row = _row(exchange, visible, id)
    if not row.get("IsDeleted"):
        raise refuse(400, "UNDELETE_FAILED", "Entity is not in the recycle bin", [])
    if not visible.deletable or not _may_write_row(exchange, visible, row):
        raise _read_only()
    saving.undelete(exchange, visible.sobject, row)


# -- finding -----------------------------------------------------------------------------------------------------------------


def seen(exchange: Exchange, sobject: str) -> Visible:
    """The object as the caller sees it. Raises 404 when there is none, or none for this caller."""
    visible = access_of(exchange).get(sobject)
    if visible is None:
        raise refuse(404, "NOT_FOUND", NOT_FOUND)
    return visible


def found(exchange: Exchange, visible: Visible, id: str) -> Row:
    """The row of an id in either form, the org's own values in place. Raises 404 when the caller sees none, or it is deleted."""
    row = _row(exchange, visible, id)
    if row.get("IsDeleted"):
        raise refuse(404, "ENTITY_IS_DELETED", "entity is deleted", [])
    return row


def _row(exchange: Exchange, visible: Visible, id: str) -> Row:
    whole = ids.normalised(id)
    if whole is None or not whole.startswith(org_of(exchange).prefix_of(visible.sobject)):
        raise refuse(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {id}")
    row = saving.get(exchange.store, visible.sobject, whole)
    if row is None or not sharing.may_see(exchange, visible, row):
        raise refuse(404, "NOT_FOUND", NOT_FOUND)
    return row


def _may_write_row(exchange: Exchange, visible: Visible, row: Row) -> bool:
    return visible.modify_all or sharing.may_see(exchange, visible, row)


def external_id_field(visible: Visible, name: str) -> Field:
    """The field by which a path names a record. Raises 404 for one that is no external id."""
    field = visible.field(name)
    if field is None or not (field.external_id or field.type == "id" or (field.name in {"Email", "Username"} and field.unique)):
        raise refuse(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def by_external_id(exchange: Exchange, visible: Visible, field: Field, value: str) -> list[str]:
    """Ids of the visible records with this external id."""
    try:
        wanted = values.stored(field, value)
    except values.Unfit as unfit:
        raise ApiError(400, unfit.problem) from None
    if wanted is None:
        return []
    matching = saving.find_by(exchange.store, visible.sobject, field, wanted, limit=200)
    rows = ((id, saving.get(exchange.store, visible.sobject, id)) for id in matching)
    return [id for id, row in rows if row is not None and sharing.may_see(exchange, visible, row)]


# -- checking ----------------------------------------------------------------------------------------------------------------


def _cannot(sobject: SObject, done: str) -> ApiError:
    return refuse(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be {done}: {sobject.label}", [])


def _read_only() -> ApiError:
    return refuse(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", [])


def _understood(exchange: Exchange, visible: Visible, sent: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    """Stored values by canonical field name. Raises ApiError with everything that is wrong with them."""
    changes: dict[str, Any] = {}
    closed: list[str] = []
    problems: list[Problem] = []
    for name, value in sent.items():
        if name == "attributes":
            continue
        field = visible.field(name)
        if field is None:
            field, value = _parent_by_external_id(exchange, visible, name, value)
        if field.type == "id":
            raise refuse(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", [])
        if not (visible.may_create(field) if creating else visible.may_update(field)):
            closed.append(field.name)
            continue
        try:
            changes[field.name] = values.stored(field, value)
        except values.Unfit as unfit:
            problems.append(unfit.problem)
    if closed:
        message = (
            f"Unable to create/update fields: {', '.join(closed)}. Please check the security settings of this field and verify "
            "that it is read/write for your profile or permission set."
        )
        raise refuse(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, closed)
    if problems:
        unreadable = [one for one in problems if one.code == "JSON_PARSER_ERROR"]
        raise ApiError(400, *(unreadable[:1] or problems))
    return changes


def _parent_by_external_id(exchange: Exchange, visible: Visible, name: str, value: Any) -> tuple[Field, Any]:
    """{"Account": {"Ext__c": "v"}}: the reference that the relationship stands for, and the parent's id."""
    field = visible.parent_field(name)
    if field is None or not isinstance(value, Mapping):
        raise refuse(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {visible.name}")
    named = {key: one for key, one in value.items() if key != "attributes"}
    for parent_name in field.to:
        parent = access_of(exchange).get(parent_name)
        if parent is None or len(named) != 1:
            continue
        ((key, wanted),) = named.items()
        external = parent.field(key)
        if external is None or not (external.external_id or external.type == "id"):
            continue
        matching = [str(wanted)] if external.type == "id" else by_external_id(exchange, parent, external, str(wanted))
        if len(matching) > 1:
            raise refuse(400, "DUPLICATE_EXTERNAL_ID", f"Foreign key external ID: {wanted} is not unique for field {key}", [field.name])
        if not matching:
            message = f"Foreign key external ID: {wanted} not found for field {external.name} in entity {parent.name}"
            raise refuse(400, "INVALID_FIELD", message, [])
        return field, matching[0]
    raise refuse(400, "INVALID_FIELD", f"{name} needs exactly one external id field of {' or '.join(field.to)}", [])


def _check_references(exchange: Exchange, visible: Visible, changes: Mapping[str, Any]) -> None:
    """Whether what the references name exists, is of the right object and is open to the caller."""
    org = org_of(exchange)
    for name, id in changes.items():
        field = visible.sobject.fields[name.lower()]
        if field.type != "reference" or id is None:
            continue
        parent = org.sobject_of(id)
        if parent is None or not (parent.name in field.to or (field.to_any and parent.custom)):
            raise ApiError(400, values.malformed_id(field, id).problem)
        row = saving.get(exchange.store, parent, id)
        if row is None or row.get("IsDeleted"):
            raise refuse(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
        seen_parent = access_of(exchange).get(parent.name)
        if seen_parent is None or not sharing.may_see(exchange, seen_parent, row):
            message = f"insufficient access rights on cross-reference id: {id[:15]}"
            raise refuse(403, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message, [])


# -- reading -----------------------------------------------------------------------------------------------------------------


def read(exchange: Exchange, sobject: str, id: str, fields: list[str] | None = None) -> dict[str, Any]:
    """One record as JSON, `attributes` first; all visible fields, or `fields` (names in any case, dotted paths too) in their order."""
    visible = seen(exchange, sobject)
    row = _row(exchange, visible, id)
    if row.get("IsDeleted"):
        raise refuse(404, "NOT_FOUND", NOT_FOUND)
    return reading.record(exchange, visible, row["id"], fields)

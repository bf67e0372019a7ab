"""Full-text search over what the caller sees: SOSL, parameterized search; and what was looked at last.

Words are found in texts that SOQL can filter, at once: a real org's index follows some seconds behind, and knows long texts too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import bodies, soql, sosl, wire
from mock_servers.asymbl.schema import Field
from mock_servers.asymbl.security import Visible, access_of
from mock_servers.asymbl.sosl import MOST_FOUND, Search, Wanted
from mock_servers.asymbl.wire import refuse
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

_STANDARD = frozenset({"Account", "Contact", "User"})
_TEXTS = frozenset({"string", "email", "phone", "url", "textarea", "picklist", "combobox"})
_PLAIN_ARRAY_UNTIL = 37
"""Versions below this answer with the array alone."""


async def search(exchange: Exchange) -> Reply:
    """GET /search?q=FIND {…}."""
    text = dict(exchange.query).get("q")
    if text is None:
        raise refuse(400, "MALFORMED_SEARCH", "No search term found. The search term must be enclosed in braces.")
    return _answer(exchange, _found(exchange, sosl.parse(text)))


def _answer(exchange: Exchange, records: list[dict[str, Any]]) -> Reply:
    old = float(wire.version_of(exchange)) < _PLAIN_ARRAY_UNTIL
    return wire.answer(200, records if old else {"searchRecords": records})


# -- parameterized -----------------------------------------------------------------------------------------------------


async def parameterized_search(exchange: Exchange) -> Reply:
    """GET /parameterizedSearch?q=…&sobject=…&Contact.fields=…."""
    told: dict[str, str] = dict(exchange.query)
    objects = [part for name, value in exchange.query if name == "sobject" for part in value.split(",") if part]
    shared = told.get("fields")
    wanted = [
        _wanted(
            name, told.get(f"{name}.fields", shared), told.get(f"{name}.where"), told.get(f"{name}.orderBy"),
            told.get(f"{name}.limit", told.get("defaultLimit")),
        )
        for name in objects
    ]  # fmt: skip
    return _parameterized(exchange, told.get("q"), told.get("in"), wanted, told.get("overallLimit"), told.get("offset"))


async def parameterized_search_by_body(exchange: Exchange) -> Reply:
    """POST /parameterizedSearch {q, fields, sobjects, in, overallLimit, defaultLimit, offset}."""
    body = bodies.json_object(exchange.body)
    objects = body.get("sobjects", [])
    if not isinstance(objects, list) or not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in objects):
        raise refuse(
            400, "JSON_PARSER_ERROR", "Cannot deserialize the search: sobjects is a list of objects with a name at [line:1, column:1]"
        )
    wanted = [
        _wanted(
            one["name"], _listed(one.get("fields", body.get("fields"))), one.get("where"), one.get("orderBy"),
            one.get("limit", body.get("defaultLimit")),
        )
        for one in objects
    ]  # fmt: skip
    return _parameterized(exchange, body.get("q"), body.get("in"), wanted, body.get("overallLimit"), body.get("offset"))


def _listed(fields: Any) -> str | None:
    if fields is None:
        return None
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
        raise refuse(400, "JSON_PARSER_ERROR", "Cannot deserialize the search: fields is a list of names at [line:1, column:1]")
    return ",".join(fields)


def _wanted(name: str, fields: str | None, where: Any, order: Any, limit: Any) -> Wanted:
    if not all(isinstance(part, str | None) for part in (where, order)):
        raise refuse(400, "JSON_PARSER_ERROR", "Cannot deserialize the search: where and orderBy are texts at [line:1, column:1]")
    clauses = [f"ORDER BY {order}" if order else "", f"LIMIT {_number('limit', limit, MOST_FOUND)}" if limit is not None else ""]
    return Wanted(name, fields or "Id", where or None, " ".join(clause for clause in clauses if clause))


def _parameterized(exchange: Exchange, q: Any, scope: Any, wanted: list[Wanted], limit: Any, offset: Any) -> Reply:
    if not isinstance(q, str) or not q.strip():
        raise refuse(400, "MALFORMED_SEARCH", "No search term found. The parameter q is required.")
    scope = sosl.checked_scope(str(scope)) if scope is not None else "ALL"
    bounds = _number("overallLimit", limit, MOST_FOUND), _number("offset", offset, 0)
    return _answer(exchange, _found(exchange, Search(sosl.words(q), scope, tuple(wanted), *bounds)))


def _number(name: str, value: Any, default: int) -> int:
    if value is None:
        return default
    text = str(value)
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > MOST_FOUND:
        raise refuse(400, "INVALID_SEARCH", f"{name} must be a number up to {MOST_FOUND}, not {text[:40]}")
    return int(text)


# -- finding -----------------------------------------------------------------------------------------------------------


def _found(exchange: Exchange, asked: Search) -> list[dict[str, Any]]:
    """The records, object by object in the order asked for."""
    wanted = asked.wanted or tuple(Wanted(visible.name) for visible in access_of(exchange).all() if _searchable(visible))
    records: list[dict[str, Any]] = []
    for one in wanted:
        records.extend(_of_object(exchange, asked, one))
    return records[asked.offset : asked.offset + asked.limit]


def _searchable(visible: Visible) -> bool:
    return visible.name in _STANDARD or visible.sobject.custom


def _of_object(exchange: Exchange, asked: Search, wanted: Wanted) -> list[dict[str, Any]]:
    visible = access_of(exchange).get(wanted.sobject)
    if visible is None or not _searchable(visible):
        raise refuse(400, "INVALID_TYPE", f"sObject type '{wanted.sobject}' is not supported.")
    fields = [field.name for field in visible.fields.values() if _in_scope(visible, field, asked.scope)]
    ids = sorted({id for group in asked.groups for id in _holding(exchange, visible.name, fields, group)})[:MOST_FOUND] if fields else []
    also = f" AND ({wanted.condition})" if wanted.condition is not None else ""
    # Asked for also when nothing was found, so that a bad field or condition is refused whatever the records are.
    listed = ",".join(f"'{id}'" for id in ids) if ids else "'000000000000000AAA'"
    return soql.run(exchange, f"SELECT {wanted.fields} FROM {visible.name} WHERE Id IN ({listed}){also} {wanted.tail}").records


def _in_scope(visible: Visible, field: Field, scope: str) -> bool:
    if field.type not in _TEXTS or not field.filterable or field.formula:
        return False
    match scope:
        case "NAME":
            return field is visible.sobject.name_field or field.compound == "Name"
        case "EMAIL" | "PHONE":
            return field.type == scope.lower()
        case _:
            return True


def _holding(exchange: Exchange, sobject: str, fields: list[str], words: tuple[str, ...]) -> list[str]:
    """Ids of the records that hold every one of these words in some field."""
    narrowed = " AND ".join(f"({' OR '.join(f'{name} LIKE {_like(sosl.stem(word))}' for name in fields)})" for word in words)
    rows = soql.run(exchange, f"SELECT Id, {', '.join(fields)} FROM {sobject} WHERE {narrowed}").flat()
    patterns = [sosl.pattern(word) for word in words]
    found = []
    for id, *values in rows:
        texts = [value.lower() for value in values if isinstance(value, str)]
        if all(any(pattern.search(text) for text in texts) for pattern in patterns):
            found.append(str(id))
    return found


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("%", "\\%").replace("_", "\\_")
    return f"'%{escaped}%'"


# -- recent ------------------------------------------------------------------------------------------------------------


async def recent(exchange: Exchange) -> Reply:
    """GET /recent?limit=n: what was last looked at with FOR VIEW or FOR REFERENCE, newest first."""
    limit = _number("limit", dict(exchange.query).get("limit"), 200)
    found: list[tuple[str, dict[str, Any]]] = []
    for visible in access_of(exchange).all():
        name = visible.sobject.name_field
        if visible.field("LastReferencedDate") is None or name is None or visible.field(name.name) is None:
            continue
        statement = (
            f"SELECT Id, {name.name}, LastReferencedDate FROM {visible.name} WHERE LastReferencedDate != null "
            f"ORDER BY LastReferencedDate DESC LIMIT {max(limit, 1)}"
        )
        for record in soql.run(exchange, statement).records:
            seen = str(record.pop("LastReferencedDate"))
            found.append((seen, {"attributes": record["attributes"], "Id": record["Id"], "Name": record[name.name]}))
    newest = sorted(found, key=lambda one: one[0], reverse=True)
    return wire.answer(200, [record for _, record in newest[:limit]])

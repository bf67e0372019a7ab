"""What Salesforce's refusals mean: the error array, its codes, and which of our errors each one becomes.

Part of the room for Salesforce's format (see wire.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from connectors.asymbl.columns import API_ENABLED, DOCUMENT, PARENTS, may_read, may_see, may_write
from connectors.transport.client import NotSent, Reply
from connectors.transport.retry import PASSING_STATUSES, retry_after
from connectors.unified.errors import (
    AlreadyExists,
    Conflict,
    ConnectorError,
    Invalid,
    NotFound,
    PermissionMissing,
    RateLimited,
    Unauthorized,
    Unavailable,
    UnexpectedReply,
    WrongHost,
)

DAILY_LIMIT_RETRY = 3600.0
"""Seconds before asking again can make sense once the day's requests are used up: the window moves on by the hour."""


class SessionEnded(Unauthorized):
    """401 with the code that a new session cures."""


class DayUsedUp(RateLimited):
    """All requests of the last 24 hours are used up: `retry_after` keeps it from being asked again at once."""


class LocatorGone(Invalid):
    """The place in a list of pages is lost: it lived too long, or in another session."""


class UnknownColumn(Invalid):
    """A query names a column that is not there, or that this user may not see: Salesforce does not tell the two apart."""

    column: str = ""


class ReferenceHidden(PermissionMissing):
    """A write refers to a record that this user may not see. Salesforce names the record, not the permission."""

    record: str = ""
    """Its id in the short form of 15 characters."""


class RowLocked(NotSent):
    """Somebody else was changing the record, so nothing was done: the write may be repeated."""


class DuplicatesFound(Conflict):
    """A duplicate rule stopped a create. `matches`: the ids that it found; `may_save`: whether it lets itself be overruled."""

    matches: tuple[str, ...] = ()
    may_save: bool = False


PARENT_OBJECTS: Mapping[str, str] = {
    "ContentDocument": DOCUMENT,
    **{parent: owner for parents in PARENTS.values() for parent, (_, owner) in parents.items()},
}
"""The name under which a query reaches a parent, to the object that must be readable for it."""

UNDONE = frozenset({"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})
"""Codes of what a composite undid or left undone because of something else in it."""

CODES: Mapping[str, type[ConnectorError]] = {
    "API_CURRENTLY_DISABLED": PermissionMissing,
    "API_DISABLED_FOR_ORG": Unauthorized,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": PermissionMissing,
    "DUPLICATES_DETECTED": DuplicatesFound,
    "DUPLICATE_VALUE": Conflict,
    "ENTITY_IS_DELETED": NotFound,
    "EXCEEDED_ID_LIMIT": Unavailable,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": ReferenceHidden,
    "INSUFFICIENT_ACCESS_OR_READONLY": PermissionMissing,
    "INVALID_AUTH_HEADER": Unauthorized,
    "INVALID_FIELD_FOR_INSERT_UPDATE": PermissionMissing,
    "INVALID_QUERY_LOCATOR": LocatorGone,
    "INVALID_SESSION_ID": SessionEnded,
    "NOT_FOUND": NotFound,
    "OPERATION_TOO_LARGE": Unavailable,
    "QUERY_TIMEOUT": Unavailable,
    "REQUEST_LIMIT_EXCEEDED": RateLimited,
    "SERVER_UNAVAILABLE": Unavailable,
    "UNABLE_TO_LOCK_ROW": RowLocked,
}
"""What a code means, whatever the status beside it. A code that is not here means what its status means."""

HINTS: Mapping[str, str] = {
    "FIELD_FILTER_VALIDATION_EXCEPTION": "an application's stage must be one of its own job's",
}
"""What Salesforce's words leave out."""

STATUSES: Mapping[int, type[ConnectorError]] = {
    400: Invalid,
    401: Unauthorized,
    403: PermissionMissing,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    414: Invalid,
    429: RateLimited,
}


def refusal(reply: Reply, needs: tuple[str, ...] = ()) -> ConnectorError:
    """The error that an answer other than 2xx means."""
    try:
        body = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        body = None
    if body is None and reply.status not in PASSING_STATUSES:
        kind = reply.content_type or "nothing"
        text = f"{operation_of(reply)}: {reply.status} with {kind}; is this a Salesforce org's address?"
        return (Unauthorized if reply.status == 401 else WrongHost)(text, http_status=reply.status, operation=operation_of(reply))
    return refused(reply.status, body, operation_of(reply), needs, wait=retry_after(reply.headers))


def refused(status: int, body: Any, operation: str, needs: tuple[str, ...] = (), *, wait: float | None = None) -> ConnectorError:
    """The error that Salesforce's array of errors means; also within composites, which have the same array."""
    told = body[0] if isinstance(body, list) and body and isinstance(body[0], Mapping) else {}
    code, message = code_of(body), str(told.get("message", "no reason given")).strip()
    kind = CODES.get(code or "") or STATUSES.get(status) or (Unavailable if status in PASSING_STATUSES else UnexpectedReply)
    fields = [str(name) for name in told.get("fields") or ()]
    text = f"{operation}: {status} {code or ''} {message}" + (f" (fields: {', '.join(fields)})" if fields else "")
    if code is not None and code in HINTS:
        text = f"{text}: {HINTS[code]}"
    match code:
        case "REQUEST_LIMIT_EXCEEDED" if wait is None and "TotalRequests" in message:
            kind, wait = DayUsedUp, DAILY_LIMIT_RETRY
        case "INVALID_FIELD_FOR_INSERT_UPDATE" if fields and (sobject := _object_in(operation)) is not None:
            needs = tuple(may_write(sobject, name) for name in fields)
        case "INVALID_FIELD" if (hidden := re.match(r"No such column '([^']+)' on sobject of type (\w+)", message)) is not None:
            kind, needs = PermissionMissing, (may_see(hidden[2], hidden[1]),)
        case "NOT_FOUND" if operation.startswith("POST") and (sobject := _object_in(operation)) is not None:
            kind, needs = (
                PermissionMissing,
                (may_read(sobject),),
            )  # there is nothing in such an address that could be missing but the object
        case "INVALID_SESSION_ID" if "not valid for use" in message:
            kind = Unauthorized  # a session of another kind; a new one would be no better
        case "API_CURRENTLY_DISABLED":
            needs = (API_ENABLED,)  # this user's; that of a whole org's edition is nothing that anybody could grant
        case "DUPLICATE_VALUE" if "Contact_Job_Relationship__c" in message:
            kind = AlreadyExists
        case "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" if not message.startswith("entity type cannot be"):
            kind = Invalid  # a trigger or flow of the customer's says so
        case "INVALID_TYPE" if "is not supported" in message:
            kind = PermissionMissing
        case "INVALID_FIELD" if (named := _unknown_column(message)) is not None:
            column, sobject = named
            above = PARENT_OBJECTS.get(column)
            lacking = (may_see(sobject, column),) if sobject is not None else () if above is None else (may_read(above),)
            unknown = UnknownColumn(text, http_status=status, vendor_code=code, operation=operation, missing_permissions=lacking)
            unknown.column = column
            return unknown
        case _:
            pass
    missing = needs if kind is PermissionMissing else ()
    made = kind(text, http_status=status, vendor_code=code, operation=operation, missing_permissions=missing, retry_after=wait)
    _note_records(made, told)
    return made


def _note_records(error: ConnectorError, told: Mapping[str, Any]) -> None:
    """Which records a refusal is about, where it says so."""
    if isinstance(error, ReferenceHidden):
        error.record = str(told.get("message", "")).rpartition(":")[2].strip()[:15]
    if isinstance(error, DuplicatesFound):
        error.matches, error.may_save = _duplicates(told.get("duplicateResult") or {})


def code_of(body: Any) -> str | None:
    """The code of the first error; results of records within a larger answer call it by another name."""
    told = body[0] if isinstance(body, list) and body and isinstance(body[0], Mapping) else {}
    code = told.get("errorCode") or told.get("statusCode")
    return None if code is None else str(code)


def _object_in(operation: str) -> str | None:
    found = re.search(r"/sobjects/(\w+)", operation)
    return None if found is None else found[1]


def _unknown_column(message: str) -> tuple[str, str | None] | None:
    """(name, object) that a query's refusal quotes: of a column, or of the path to a parent, whose object it does not say."""
    found = re.search(r"No such column '([^']+)' on entity '([^']+)'", message)
    if found is not None:
        return found[1], found[2]
    found = re.search(r"Didn't understand relationship '([^']+)' in field path", message)
    return None if found is None else (found[1], None)


def _duplicates(result: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    records = [one.get("record") or {} for match in result.get("matchResults") or () for one in match.get("matchRecords") or ()]
    return tuple(str(record["Id"]) for record in records if record.get("Id")), bool(result.get("allowSave"))


def operation_of(reply: Reply) -> str:
    """What was asked, without its query: that may hold people's data."""
    return f"{reply.method} {urlsplit(reply.url).path}"

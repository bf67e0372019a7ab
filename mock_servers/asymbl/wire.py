"""The room for Salesforce's format: errors, records, times; nothing else in this folder knows it.

The connectors' side has a wire.py that looks much like this one. On purpose they share nothing: if they did, server and
client could agree on the same mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.asymbl import envelope
from mock_servers.engine.vendors import Refusal, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

JSON = b"application/json;charset=UTF-8"
LATEST_VERSION = "63.0"
UPSERT_ANSWERS_SINCE = 46.0
"""Before this version an upsert that changed a record had no body."""
METADATA_CHANGED = 1_767_603_600
"""When the org's metadata last changed, for If-Modified-Since: 2026-01-05T09:00:00Z."""


# -- errors ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `fields` None: this kind of error has no such member; () is an empty list."""

    code: str
    message: str
    fields: tuple[str, ...] | None = None
    extra: Mapping[str, Any] | None = None
    """Further members of the error, e.g. {"duplicateResult": …}."""

    def as_error(self) -> dict[str, Any]:
        """As it stands in the array that answers a whole request."""
        return self._told("errorCode")

    def as_result(self) -> dict[str, Any]:
        """As it stands in the `errors` of one record among several; `fields` is always there."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ()), **(self.extra or {})}

    def _told(self, key: str) -> dict[str, Any]:
        told: dict[str, Any] = {"message": self.message, key: self.code}
        if self.fields is not None:
            told["fields"] = list(self.fields)
        return {**(self.extra or {}), **told}


class ApiError(Refusal):
    """Salesforce says no. Raised from any depth; answers by itself, or is turned into results by callers that handle many records.

    `status` is the HTTP status when it answers a whole request.
    """

    def __init__(self, status: int, *problems: Problem, why: str | None = None) -> None:
        self.status, self.problems = status, problems
        super().__init__(error_reply(status, problems, why))


def refuse(status: int, code: str, message: str, fields: Iterable[str] | None = None) -> ApiError:
    """To be raised: one problem."""
    return ApiError(status, Problem(code, message, None if fields is None else tuple(fields)))


def error_reply(status: int, problems: Iterable[Problem], why: str | None = None) -> Reply:
    """The array of errors."""
    listed = list(problems)
    words = why if why is not None else "; ".join(f"{one.code}: {one.message.strip()}" for one in listed)
    return Reply(status, orjson.dumps([one.as_error() for one in listed]), JSON, why=f"{status}: {words}")


_STATUS_ERRORS = {
    400: ("JSON_PARSER_ERROR", "The request could not be read."),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    409: ("CONFLICT", "The request could not be completed due to a conflict with the current state of the resource."),
    410: ("UNSUPPORTED_API_VERSION", "This version of the API has been retired."),
    413: ("REQUEST_TOO_LARGE", "The request body is too large."),
    414: ("URI_TOO_LONG", "URI Too Long"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The entity is in a format that is not supported."),
    503: ("SERVER_UNAVAILABLE", "The server is too busy, try again later."),
}


_PUT_OFF = {
    408: ("QUERY_TIMEOUT", "Your query request was running for too long."),
    423: ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records"),
}
"""What passes by itself although Salesforce answers it 400. Seen in code: public clients wait these out (facts)."""


class Errors:
    """What the engine itself must refuse, in Salesforce's shape."""

    def error(self, exchange: Exchange | None, status: int, detail: str | None = None) -> Reply:
        if status == 405:
            allowed = _allowed(exchange)
            method = exchange.method if exchange is not None else "?"
            return error_reply(405, [Problem("METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are {allowed}")])
        if status in _PUT_OFF:
            return error_reply(400, [Problem(*_PUT_OFF[status])])
        if status in _STATUS_ERRORS:
            code, message = _STATUS_ERRORS[status]
            return error_reply(status, [Problem(code, detail if detail is not None and status == 400 else message)])
        if status >= 500:
            message = "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (-1)"
            return error_reply(status, [Problem("UNKNOWN_EXCEPTION", message)])
        return error_reply(status, [Problem("UNKNOWN_EXCEPTION", detail if detail is not None else "The request was refused.")])

    def rate_limited(self, exchange: Exchange, retry_after: float | None) -> Reply:
        """Salesforce knows no 429: what is over a limit is answered 403, without a word on when to come back (facts).

        Only an allowance that is used up is the day's. What passes sooner, as a fault does, is the limit of requests at one time:
        whoever is told of the day rightly asks no more until it is over.
        """
        over_the_day = exchange.rate_limit is not None and not exchange.rate_limit.allowed
        which = "TotalRequests" if over_the_day else "ConcurrentRequests (Concurrent API Requests)"
        if exchange.operation is not None and exchange.operation.id.startswith("soap."):
            # SOAP 1.1 answers every fault with 500.
            return Reply(500, envelope.fault("REQUEST_LIMIT_EXCEEDED", f"{which} Limit exceeded.", "UnexpectedErrorFault"), envelope.XML)
        return error_reply(403, [Problem("REQUEST_LIMIT_EXCEEDED", f"{which} Limit exceeded.")])


def _allowed(exchange: Exchange | None) -> str:
    if exchange is None:
        return ""
    order = ("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE")
    methods = {one.method for one in exchange.vendor.operations if _same_path(one.path, exchange.path)}
    if "GET" in methods:
        methods.add("HEAD")
    return ",".join(method for method in order if method in methods)


def _same_path(template: str, path: str) -> bool:
    wanted, given = template.rstrip("/").split("/"), path.rstrip("/").split("/")
    return len(wanted) == len(given) and all(left == right or "{" in left for left, right in zip(wanted, given, strict=True))


ERRORS = Errors()


# -- answers -----------------------------------------------------------------------------------------------------------


def answer(status: int, content: Any, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    """JSON."""
    return Reply(status, orjson.dumps(content), JSON, headers)


NO_CONTENT = Reply(204, content_type=b"")


def version_of(exchange: Exchange) -> str:
    """The API version that the request's path names, e.g. "63.0"."""
    return exchange.params.get("version", LATEST_VERSION)


def record_url(version: str, sobject: str, id: str) -> str:
    return f"/services/data/v{version}/sobjects/{sobject}/{id}"


def attributes(version: str, sobject: str, id: str) -> dict[str, str]:
    """What stands first in every record."""
    return {"type": sobject, "url": record_url(version, sobject, id)}


# -- times -------------------------------------------------------------------------------------------------------------


def moment(seconds: float) -> str:
    """A date-time as Salesforce writes it and as it is stored: UTC, no colon in the offset, and whole seconds, which end in .000."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


def stored_moment(text: str) -> str:
    """Any ISO date-time with an offset, in the form in which it is stored. Raises ValueError."""
    return f"{precise_moment(text)[:19]}.000+0000"


def precise_moment(text: str) -> str:
    """The same to the millisecond, for bounds to which stored ones are compared. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    at = at.astimezone(UTC)
    return f"{at.year:04d}-{at:%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


def http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


def from_http_date(text: str) -> float:
    """Seconds since the epoch; 0 for what is no HTTP date, as if the header were not there."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0

"""THE ROOM for JOIN's format on the client's side: headers, bare arrays, error bodies, rate limit headers.

The simulated server has a room much like this one. They share no line on purpose: a common one would let server and
client agree on the same mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import orjson

from connectors.transport.client import AnswerLost, Client, Params, Reply, Timeouts, check_path
from connectors.transport.retry import Retries, retry_after
from connectors.transport.seams import SeamedPages
from connectors.unified.connector import RawReply
from connectors.unified.errors import (
    AlreadyExists,
    ConnectorError,
    Invalid,
    JobClosed,
    NotFound,
    PermissionMissing,
    RateLimited,
    Unauthorized,
    Unavailable,
    UnexpectedReply,
    WrongHost,
)

API = "/v2"
PERMISSION = "Access JOIN API"
LARGEST_PAGE = 50
PASSING = frozenset({408, 425, 500, 502, 503, 504})
CLOSED = ("not online", "offline", "closed", "archived", "no applications", "not accept")
"""Words beside "job" that mean that it takes no applications."""
PLAN = re.compile(r"\b(plan|subscription)\b")
"""The whole word, for an explanation is no plan. Assumed: JOIN's own words for an account without the API are not known."""


class Api:
    """JOIN's v2 API for one token. Reads are repeated as patience allows, writes only when nothing can have happened."""

    def __init__(self, *, base_url: str, token: str, sleep: Callable[[float], None], verify: str | bool) -> None:
        # The raw token, no scheme: a client that sent "Bearer" had to be changed (SeenInCode: a careers site's history).
        headers = {"authorization": token, "accept": "application/json"}
        self._client = Client(base_url, headers=headers, timeouts=Timeouts(), verify=verify)
        # Not seeded: connections that were turned away together must not come back together.
        self.retries = Retries(sleep=sleep, random=Random())

    def listed(self, path: str, params: Params = ()) -> list[dict[str, Any]]:
        """A bare array of objects. Raises ConnectorError."""
        found = self._read(path, params)
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise WrongHost(f"GET {path} gave no array of objects: is this JOIN's API root?", operation=f"GET {path}")
        return found

    def pages(self, path: str, query: Params = (), *, size: int = LARGEST_PAGE) -> SeamedPages[dict[str, Any]]:
        """A whole list, newest first, of which nothing is lost when rows vanish on the way."""
        return SeamedPages(
            fetch=lambda number, size: self.listed(path, [*query, *params(page=number, pageSize=size)]),
            key=lambda row: str(row["id"]),
            version=lambda row: row.get("lastUpdatedAt"),
            size=size,
        )

    def one(self, path: str) -> dict[str, Any]:
        """One object. Raises ConnectorError, NotFound among them."""
        found = self._read(path, ())
        if not isinstance(found, dict):
            raise UnexpectedReply(f"GET {path} gave no object", operation=f"GET {path}")
        return found

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A write, sent once. Raises ConnectorError; OutcomeUnknown when nobody told us what became of it."""

        def attempt() -> dict[str, Any]:
            reply = self._client.send("POST", API + path, headers={"content-type": "application/json"}, body=orjson.dumps(body))
            found = checked(reply)
            return found if isinstance(found, dict) else {}

        return self.retries.write(attempt)

    def file(self, url: str) -> Reply:
        """An attachment: its signed link wants the token, too. Raises ConnectorError."""
        path = self._below_root(url)

        def attempt() -> Reply:
            reply = self._client.send("GET", path)
            if reply.status != 200:
                refuse(reply)
            return reply

        return self.retries.read(attempt)

    def fetch(self, url: str, *, at_most: int) -> tuple[bytes, str | None]:
        """A third party's file, without our token. Raises Invalid or Unavailable."""
        download = self.retries.read(lambda: self._client.download(url, at_most=at_most))
        return download.content, download.content_type

    def raw(self, method: str, path: str, query: Mapping[str, Any], headers: Mapping[str, str], data: Any) -> RawReply:
        """A passthrough: any status is an answer. Reads are repeated only when no answer came. Raises Unavailable, Invalid."""
        check_path(path)
        if any(name.lower() == "authorization" for name in headers):
            raise Invalid("the header authorization belongs to the connection and cannot be replaced")
        body = data.encode() if isinstance(data, str) else None if data is None else orjson.dumps(data)
        typed = {} if body is None or any(name.lower() == "content-type" for name in headers) else {"content-type": "application/json"}

        def attempt() -> Reply:
            spelled = [(name, text) for name, value in query.items() for text in _texts(value)]
            return self._client.send(method, API + path, params=spelled, headers={**typed, **headers}, body=body)

        reply = self.retries.read(attempt) if method in ("GET", "HEAD") else self.retries.write(attempt)
        try:
            found = orjson.loads(reply.body) if reply.body else None
        except orjson.JSONDecodeError:
            found = reply.body.decode(errors="replace")
        return RawReply(reply.url, reply.status, reply.headers, found)

    def close(self) -> None:
        self._client.close()

    def _read(self, path: str, params: Params) -> Any:
        return self.retries.read(lambda: checked(self._client.send("GET", API + path, params=params)))

    def _below_root(self, url: str) -> str:
        """The path of a link that JOIN gave. The token goes to JOIN's own host and nowhere else."""
        root = self._client.base_url + "/"
        if not url.startswith(root):
            raise UnexpectedReply("an attachment's link leads to another host than the API; the token is not sent there")
        return "/" + url[len(root) :]


def checked(reply: Reply) -> Any:
    """The body of a 2xx answer as JSON. Raises ConnectorError for everything else."""
    if not 200 <= reply.status < 300:
        refuse(reply)
    if reply.content_type == "text/html":
        raise WrongHost(f"{_operation(reply)} answered with a web page: is this JOIN's API root?", http_status=reply.status)
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        # JOIN always sends JSON, so half of it means that the rest was lost on the way.
        text = f"{_operation(reply)}: the answer is no whole JSON"
        raise AnswerLost(text, http_status=reply.status, operation=_operation(reply)) from error


def refuse(reply: Reply) -> None:
    """Raise the ConnectorError that an answer other than 2xx means."""
    message, code = _told(reply)
    facts: dict[str, Any] = {"http_status": reply.status, "vendor_code": code, "operation": _operation(reply)}
    text = f"{_operation(reply)}: {reply.status} {message}"
    if reply.status == 429:
        raise RateLimited(text, retry_after=_reset(reply), **facts)
    if reply.status in PASSING or reply.status > 504:
        raise Unavailable(text, retry_after=retry_after(reply.headers), **facts)
    if _shuts_out(reply.status, message.lower()):
        raise Unauthorized(text, **facts)
    if reply.status == 403:
        raise PermissionMissing(text, missing_permissions=(PERMISSION,), **facts)
    if reply.status == 404:
        raise NotFound(text, **facts)
    if reply.status in (400, 409, 413, 415, 422):
        raise _refused_input(message)(text, **facts)
    raise UnexpectedReply(text, **facts)


def _shuts_out(status: int, message: str) -> bool:
    """Whether nobody gets in with this token. A plan without the API shuts out all of the account's, whatever their owners may do;
    a missing header is invalid input to JOIN (SeenInCode: two public notes), and something between us may have taken it away."""
    return status == 401 or (status == 403 and PLAN.search(message) is not None) or (status == 422 and "authorization" in message)


def _refused_input(message: str) -> type[ConnectorError]:
    """JOIN's status for a duplicate and for a closed job is not known; its words are all there is to go by."""
    lowered = message.lower()
    if "already exists" in lowered:
        return AlreadyExists
    if re.search(r"\bjob\b", lowered) and any(words in lowered for words in CLOSED):
        return JobClosed
    return Invalid


def _told(reply: Reply) -> tuple[str, str | None]:
    """(message, type) of {"error": {"type", "message"}}, or of the older {"message"}."""
    try:
        body = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return "(no JSON body)", None
    error = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "(a body of another shape)", None
    kind = error.get("type")
    return str(error.get("message", "(no message)")), None if kind is None else str(kind)


def _reset(reply: Reply) -> float | None:
    """Seconds to wait after a 429: x-ratelimit-reset, or Retry-After where JOIN sends that."""
    try:
        return float(reply.headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return retry_after(reply.headers)


def _operation(reply: Reply) -> str:
    return f"{reply.method} {reply.url.partition('?')[0].partition(API)[2] or '/'}"


def _texts(value: Any) -> list[str]:
    """A query value as JOIN writes such values; a list becomes a repeated parameter."""
    several = value if isinstance(value, list | tuple) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in several]


def params(**named: str | int | None) -> Sequence[tuple[str, str]]:
    """Query parameters, without those that are None."""
    return [(name, str(value)) for name, value in named.items() if value is not None]

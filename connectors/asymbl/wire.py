"""THE ROOM for Salesforce's format on the client's side: addresses, headers, records, error arrays, the session's renewal.

The simulated server has a room of its own that looks alike on purpose: were they shared, server and client could agree on
the same mistake. `sign_in.py`, `refusals.py`, `described.py` and `bulk.py` are its side rooms; nothing else knows how a request or
an answer is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import orjson

from connectors.asymbl.columns import LOOKUPS, may_read
from connectors.asymbl.described import Described, described
from connectors.asymbl.refusals import (
    UNDONE,
    DayUsedUp,
    LocatorGone,
    ReferenceHidden,
    SessionEnded,
    code_of,
    operation_of,
    refusal,
    refused,
)
from connectors.asymbl.sign_in import Session, SignIn
from connectors.asymbl.soql import Select
from connectors.transport.client import AnswerLost, Client, Download, Params, Reply, Timeouts, check_path
from connectors.transport.retry import Retries, http_date
from connectors.unified.connector import RawReply
from connectors.unified.errors import (
    ConnectorError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
    UnexpectedReply,
    WrongHost,
)

T = TypeVar("T")
Row = dict[str, Any]
"""A record's columns; a parent is a record within it, or None."""

LONGEST_ADDRESS = 15_000
"""Bytes of path and query; from 16,384 on Salesforce refuses a request line (REST guide, status 414)."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a list of pages goes on, in the session that began it."""

    path: str
    session: int


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of a query."""

    rows: tuple[Row, ...]
    total: int
    """Rows of the whole query."""
    next: Locator | None


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a composite."""

    method: str
    path: str
    """Below the version."""
    name: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


class Wire:
    """Speaks to one org. `needs` of a call are the permissions that its refusal would mean are missing."""

    def __init__(
        self,
        sign_in: SignIn,
        retries: Retries,
        *,
        api_version: str,
        page_size: int,
        largest_file: int,
        timeouts: Timeouts,
        verify: str | bool,
        sleep: Callable[[float], None],
    ) -> None:
        self._sign_in = sign_in
        self.retries = retries
        self.sleep = sleep
        self._entry = sign_in.client
        self._timeouts = timeouts
        self._verify = verify
        self._page_size = page_size
        self._largest_file = largest_file
        self._root = f"/services/data/v{api_version}"
        self._session: Session | None = None
        self._client: Client | None = None
        self._version_known = False
        self._down: set[str] = set()
        """Resources that outlasted all patience."""
        self.now: datetime | None = None
        """The vendor's time at its latest answer."""

    # -- sessions -------------------------------------------------------------------------------------------------

    @property
    def home(self) -> str:
        """The org's own address. Signs in if need be. Raises ConnectorError."""
        return self.retries.read(self._current)[0].home

    def _current(self) -> tuple[Session, Client]:
        if self._session is None or self._client is None:
            return self._use(self._sign_in.session())
        return self._session, self._client

    def _use(self, session: Session) -> tuple[Session, Client]:
        if self._client is None or self._client.base_url != session.home:
            self._forget_client()
            same = session.home == self._entry.base_url
            self._client = self._entry if same else Client(session.home, headers={}, timeouts=self._timeouts, verify=self._verify)
        self._session = session
        return session, self._client

    def _forget_client(self) -> None:
        if self._client is not None and self._client is not self._entry:
            self._client.close()

    def close(self) -> None:
        """Give back the sockets."""
        self._forget_client()
        self._entry.close()

    def _answered(self, send: Callable[[Session, Client], Reply]) -> Reply:
        """The answer in a living session: one that has ended is replaced, once, and the request sent again.

        A request in an ended session did nothing, so this holds for writes as well.
        """
        reply = send(*self._current())
        if reply.status != 401 or not self._sign_in.renewable or not isinstance(refusal(reply), SessionEnded):
            return reply
        # Also if there is no new one now: nothing is sent again in a session that has ended.
        self._session = None
        return send(*self._current())

    # -- requests -------------------------------------------------------------------------------------------------

    def get(self, path: str, params: Params = (), *, headers: Mapping[str, str] | None = None, needs: tuple[str, ...] = ()) -> Reply:
        """A good answer to a read below the version. Raises ConnectorError."""
        return self._read(_resource(path), lambda: self._good(self._sender("GET", self._root + path, params, headers or {}, None), needs))

    def read(self, path: str, params: Params = (), *, headers: Mapping[str, str] | None = None, needs: tuple[str, ...] = ()) -> Any:
        """The JSON of a good answer to a read below the version. Raises ConnectorError."""
        send = self._sender("GET", self._root + path, params, headers or {}, None)
        return self._read(_resource(path), lambda: loaded(self._good(send, needs)))

    def post_to_read(
        self, path: str, body: Mapping[str, Any], *, needs: tuple[str, ...] = (), opened: Callable[[Any], Any] = lambda told: told
    ) -> Any:
        """The JSON of a good answer to what only looks like a write, and may be repeated like a read. Raises ConnectorError.

        `opened` takes from the answer what counts. What it raises is waited out like any refusal: an answer of several parts is
        good as a whole, whatever its parts say.
        """
        send = self._sender("POST", self._root + path, (), JSON_HEADERS, orjson.dumps(body))
        return self._read(_resource(path), lambda: opened(loaded(self._good(send, needs))))

    def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        needs: tuple[str, ...] = (),
        opened: Callable[[Any], Any] = lambda told: told,
    ) -> Any:
        """The JSON of a good answer to a write, which is sent once; None if it has none. `opened`: as for `post_to_read`.

        Raises:
            OutcomeUnknown: it was sent and its answer lost; it was not repeated.
            ConnectorError: anything else.
        """
        content = None if body is None else orjson.dumps(body)
        named = {**(JSON_HEADERS if body is not None else {}), **(headers or {})}
        send = self._sender(method, self._root + path, (), named, content)

        def attempt() -> Any:
            reply = self._good(send, needs)
            return opened(loaded(reply)) if reply.body else None

        try:
            return self.retries.write(attempt)
        except ReferenceHidden as error:
            self._explain(error, body or {})
            raise

    def together(self, steps: Sequence[Step]) -> list[dict[str, Any]]:
        """Several writes, all of them or none; the bodies of their answers.

        Raises:
            OutcomeUnknown: as for `write`.
            ConnectorError: what kept one of them kept all.
        """
        body = {
            "allOrNone": True,
            "compositeRequest": [
                {
                    "method": step.method,
                    "url": self._root + step.path,
                    "referenceId": step.name,
                    **({"body": step.body} if step.body is not None else {}),
                    **({"httpHeaders": dict(step.headers)} if step.headers else {}),
                }
                for step in steps
            ],
        }
        done: list[dict[str, Any]] = self.write("POST", "/composite", body, opened=lambda told: self._all_done(steps, told))
        return done

    def _all_done(self, steps: Sequence[Step], told: Any) -> list[dict[str, Any]]:
        """The bodies of a composite's answers. Raises what kept one of them: with all or nothing, it is certain that nothing was done
        where a single request's refusal would make it so."""
        answers = told.get("compositeResponse", []) if isinstance(told, Mapping) else []
        failed = [(step, one) for step, one in zip(steps, answers, strict=False) if one.get("httpStatusCode", 0) >= 400]
        if failed:
            # The others only say that they were undone, which is the effect and not the cause.
            step, cause = next((pair for pair in failed if code_of(pair[1].get("body")) not in UNDONE), failed[0])
            error = refused(cause["httpStatusCode"], cause.get("body"), f"{step.method} {step.path}", step.needs)
            if isinstance(error, ReferenceHidden):
                self._explain(error, step.body or {})
            raise self._considered(error)
        if len(answers) != len(steps):
            raise UnexpectedReply(f"a composite of {len(steps)} requests was answered by {len(answers)}")
        return [one.get("body") or {} for one in answers]

    def _read(self, resource: str, attempt: Callable[[], T]) -> T:
        """Patiently, unless this resource has just outlasted all patience: then each read has one try, until one succeeds."""
        try:
            found = attempt() if resource in self._down else self.retries.read(attempt)
        except (Unavailable, RateLimited):
            self._down.add(resource)
            raise
        self._down.discard(resource)
        return found

    def hope(self) -> None:
        """Forget what was down: a new sync is a new beginning."""
        self._down.clear()

    def _sender(
        self, method: str, path: str, params: Params, headers: Mapping[str, str], body: bytes | None
    ) -> Callable[[Session, Client], Reply]:
        def send(session: Session, client: Client) -> Reply:
            named = {**headers, "authorization": f"Bearer {session.token}"}
            return self._noted(client.send(method, path, params=params, headers=named, body=body))

        return send

    def _noted(self, reply: Reply) -> Reply:
        self.now = http_date(reply.headers.get("date")) or self.now
        return reply

    def _good(self, send: Callable[[Session, Client], Reply], needs: tuple[str, ...]) -> Reply:
        reply = self._answered(send)
        if not 200 <= reply.status < 300:
            raise self._considered(refusal(reply, needs))
        if reply.content_type == "text/html":
            raise WrongHost(
                f"{operation_of(reply)} answered with a web page; is this a Salesforce org's address?", http_status=reply.status
            )
        return reply

    def _considered(self, error: ConnectorError) -> ConnectorError:
        """The same, but a refusal for the whole day is looked into before it is believed: if there are requests left, it passes.

        Where they are used up, this question is refused as well, and nothing is asked again.
        """
        if not isinstance(error, DayUsedUp):
            return error
        try:
            limits = loaded(self._answered(self._sender("GET", f"{self._root}/limits", (), {}, None)))
        except ConnectorError:
            return error  # nobody knows better
        if isinstance(limits, Mapping) and (limits.get("DailyApiRequests") or {}).get("Remaining", 0) > 0:
            error.retry_after = None
        return error

    def _explain(self, error: ReferenceHidden, body: Mapping[str, Any]) -> None:
        """Add the permission that is missing: on the whole object, if the user sees none of its records.

        If they see others, this one is not shared with them, which no permission would help.
        """
        column = next((name for name, value in body.items() if error.record and str(value)[:15] == error.record), "")
        target = LOOKUPS.get(column)
        with suppress(ConnectorError):  # then the vendor's own words have to do
            if target is not None and self.describe(target) is None:
                error.missing_permissions = (may_read(target),)

    # -- queries --------------------------------------------------------------------------------------------------

    def query(self, select: Select, *, deleted: bool = False) -> RowPage:
        """The first page of a query, with deleted records among the others if asked for. Raises ConnectorError."""
        path, headers = ("/queryAll" if deleted else "/query"), self._options()
        needs = (may_read(select.sobject),)
        if len(f"{self._root}{path}?{urlencode({'q': str(select)})}") <= LONGEST_ADDRESS:
            return self._page(self.read(path, [("q", str(select))], headers=headers, needs=needs))
        # An address has a greatest length, and the address within a body has not.
        return self._page(self._in_a_body(f"{path}?{urlencode({'q': str(select)}, quote_via=quote)}", needs))

    def more(self, locator: Locator) -> RowPage:
        """The next page. Raises LocatorGone when the place is lost, ConnectorError otherwise."""

        def send(session: Session, client: Client) -> Reply:
            if session.number != locator.session:
                raise LocatorGone("the session that began this list has ended")
            headers = {**self._options(), "authorization": f"Bearer {session.token}"}
            return self._noted(client.send("GET", locator.path, headers=headers))

        return self._page(self._read("query", lambda: loaded(self._good(send, ()))))

    def rows(self, select: Select, *, deleted: bool = False) -> list[Row]:
        """All rows of a small query. Raises ConnectorError."""
        page = self.query(select, deleted=deleted)
        found = list(page.rows)
        while page.next is not None:
            page = self.more(page.next)
            found += page.rows
        return found

    def _in_a_body(self, path: str, needs: tuple[str, ...]) -> Any:
        def opened(told: Any) -> Any:
            results = told.get("results") if isinstance(told, Mapping) else None
            if not results:
                raise UnexpectedReply("a batch was answered without results")
            status, result = results[0].get("statusCode", 0), results[0].get("result")
            if not 200 <= status < 300:
                raise self._considered(refused(status, result, f"GET {path.partition('?')[0]}", needs))
            return result

        body = {"batchRequests": [{"method": "GET", "url": self._root + path}]}
        return self.post_to_read("/composite/batch", body, needs=needs, opened=opened)

    def _options(self) -> dict[str, str]:
        return {"sforce-query-options": f"batchSize={self._page_size}"}

    def _page(self, answer: Any) -> RowPage:
        if not isinstance(answer, Mapping) or not isinstance(answer.get("records"), list):
            raise UnexpectedReply("a query was answered without records")
        following = answer.get("nextRecordsUrl")
        locator = None if following is None else Locator(urlsplit(str(following)).path, self._current()[0].number)
        if locator is not None and not locator.path.startswith("/services/data/"):
            raise UnexpectedReply("a query's next page leads out of the API")
        return RowPage(tuple(_plain(row) for row in answer["records"]), int(answer.get("totalSize", 0)), locator)

    # -- objects --------------------------------------------------------------------------------------------------

    def describe(self, sobject: str) -> Described | None:
        """An object as this user sees it now; None if it is hidden or not there. Raises ConnectorError."""
        try:
            told = self.read(f"/sobjects/{sobject}/describe")
        except NotFound as hidden:
            self._expect_version(hidden)
            return None
        return described(told)

    def _expect_version(self, hidden: NotFound) -> None:
        """A version that the org does not offer hides everything, and must not pass for lacking permissions."""
        if self._version_known:
            return
        try:
            self.get("")
        except (NotFound, UnexpectedReply):
            raise WrongHost(f"the org does not offer {self._root}: set api_version to one that GET /services/data lists") from hidden
        self._version_known = True

    def blob(self, sobject: str, id: str, column: str) -> bytes:
        """The bytes of a file. Raises ConnectorError."""
        return self.get(f"/sobjects/{sobject}/{id}/{column}", needs=(may_read(sobject),)).body

    def fetch(self, url: str) -> Download:
        """A third party's file, without our session. Raises Invalid or Unavailable."""
        return self.retries.read(lambda: self._entry.download(url, at_most=self._largest_file))

    # -- passthrough ----------------------------------------------------------------------------------------------

    def raw(self, method: str, path: str, params: Mapping[str, Any], headers: Mapping[str, str], data: Any) -> RawReply:
        """A passthrough: one call below the org's address in our session, any status is an answer. Raises Unavailable, Invalid."""
        check_path(path)
        if any(name.lower() == "authorization" for name in headers):
            raise Invalid("the header authorization belongs to the connection and cannot be replaced")
        body = data.encode() if isinstance(data, str) else None if data is None else orjson.dumps(data)
        typed = {} if body is None or any(name.lower() == "content-type" for name in headers) else JSON_HEADERS
        spelled = [(name, spelling) for name, value in params.items() for spelling in _spellings(value)]
        reply = self._answered(self._sender(method.upper(), path, spelled, {**typed, **headers}, body))
        return RawReply(reply.url, reply.status, reply.headers, _json_or_text(reply))


JSON_HEADERS = {"content-type": "application/json"}


def loaded(reply: Reply) -> Any:
    """A good answer's JSON."""
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        # Salesforce always sends JSON here, so half of it means that the rest was lost on the way.
        text = f"{operation_of(reply)}: the answer is no whole JSON"
        raise AnswerLost(text, http_status=reply.status, operation=operation_of(reply)) from error


def _resource(path: str) -> str:
    """What answers at a path below the version: lists, objects, jobs may be down one without the other."""
    return path.split("/")[1].removesuffix("All") if "/" in path else path


def _plain(row: Row) -> Row:
    """The record without the remarks about where it was read, its parents likewise. In place: a large org has millions of them."""
    row.pop("attributes", None)
    for value in row.values():
        if isinstance(value, dict):
            _plain(value)
    return row


def _spellings(value: Any) -> list[str]:
    """A query value as text; a list becomes a repeated parameter."""
    values = value if isinstance(value, list | tuple) else [value]
    return [("true" if item else "false") if isinstance(item, bool) else str(item) for item in values]


def _json_or_text(reply: Reply) -> Any:
    try:
        return orjson.loads(reply.body) if reply.body else None
    except orjson.JSONDecodeError:
        return reply.body.decode(errors="replace")

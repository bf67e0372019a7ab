"""THE ROOM for Pinpoint's format on the client's side: addresses, headers, JSON:API documents, errors.

The simulated server has a room of its own that looks alike on purpose: were they shared, server and client could agree on
the same mistake. Nothing else in this connector knows how a request or an answer is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from connectors.transport.client import Client, Reply, check_path
from connectors.transport.retry import PASSING_STATUSES, Retries, retry_after
from connectors.unified.connector import RawReply
from connectors.unified.errors import (
    AlreadyExists,
    Conflict,
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

API_ROOT = "/api/v1"
JSON_API = "application/vnd.api+json"
JSON_TYPES = frozenset({JSON_API, "application/json"})

API_TURNED_OFF = "integration not enabled"
"""The detail of the 403 that means the whole API is switched off, not that a permission lacks."""

PRIVATE = "private_job"
"""A visibility that older accounts do not know, and refuse to be asked for."""
ALL_VISIBILITIES = ("external", "internal", "confidential", PRIVATE)
"""Confidential jobs and what hangs on them stay hidden unless their visibility is named."""


Filter = tuple[str, str]
"""("status", "open,draft") or ("updated_at][gt", …): the name as it stands between the brackets, and the value."""


class Refused(Invalid):
    """400: the vendor does not know something in the query. Older tenants refuse what newer ones offer."""


@dataclass(frozen=True, slots=True)
class Document:
    """What came along with resources."""

    home: str
    """The account's address, for links that the vendor does not send."""
    included: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    """(type, id) → resource."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One JSON:API resource, and the document it came in, for its relations."""

    id: str
    type: str
    raw: Mapping[str, Any] = field(repr=False)
    document: Document = field(repr=False)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What the vendor says of it."""
        found: Mapping[str, Any] = self.raw.get("attributes", {})
        return found

    def get(self, name: str) -> Any:
        """An attribute; None when it is null or not there."""
        return self.attributes.get(name)

    def shows(self, relation: str) -> bool:
        """Whether the answer tells whom the relation points at; without include it does not."""
        return "data" in self._relation(relation)

    def ids(self, relation: str) -> tuple[str, ...]:
        """The ids at the other end, in the vendor's order; empty when there are none or they are not shown."""
        return tuple(str(link["id"]) for link in self._links(relation) if "id" in link)

    def one(self, relation: str) -> Resource | None:
        """The included resource at the other end of a to-one relation."""
        return next(iter(self.many(relation)), None)

    def many(self, relation: str) -> tuple[Resource, ...]:
        """The included resources at the other end, in the vendor's order."""
        keys = ((str(link["type"]), str(link["id"])) for link in self._links(relation) if "id" in link)
        included = self.document.included
        return tuple(resource(included[key], self.document) for key in keys if key in included)

    def _relation(self, name: str) -> Mapping[str, Any]:
        found = (self.raw.get("relationships") or {}).get(name)
        return found if isinstance(found, Mapping) else {}

    def _links(self, relation: str) -> list[Mapping[str, Any]]:
        linked = self._relation(relation).get("data")
        if linked is None:
            return []
        return linked if isinstance(linked, list) else [linked]


def resource(raw: Mapping[str, Any], document: Document) -> Resource:
    """Ids become text: the vendor's documents show them as text, its schema says numbers."""
    if "id" not in raw or "type" not in raw:
        raise UnexpectedReply("the answer holds a resource without id or type")
    return Resource(str(raw["id"]), str(raw["type"]), raw, document)


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks for, before it is spelled out."""

    include: tuple[str, ...] = ()
    extra_fields: tuple[tuple[str, str], ...] = ()
    """(resource type, name): attributes that come only when asked for."""
    filters: tuple[Filter, ...] = ()
    sort: str | None = None
    page: tuple[int, int] | None = None
    """(number, size)."""
    count: bool = False
    """Ask how many there are in all."""

    def params(self) -> list[tuple[str, str]]:
        """The query as the vendor spells it."""
        spelled = [(f"filter[{name}]", value) for name, value in self.filters]
        if self.include:
            spelled.append(("include", ",".join(self.include)))
        asked: dict[str, list[str]] = {}
        for type_, name in self.extra_fields:
            asked.setdefault(type_, []).append(name)
        spelled += [(f"extra_fields[{type_}]", ",".join(names)) for type_, names in asked.items()]
        if self.sort:
            spelled.append(("sort", self.sort))
        if self.page:
            spelled += [("page[number]", str(self.page[0])), ("page[size]", str(self.page[1]))]
        if self.count:
            spelled.append(("stats[total]", "count"))
        return spelled


@dataclass(frozen=True, slots=True)
class Payload:
    """A resource to be sent. Relations of `new` parts are written in the same request (sideposting)."""

    type: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """relation → (type, id) of a record that is there."""
    parts: Mapping[str, Sequence[Payload]] = field(default_factory=dict)
    """relation → records to be created with it."""
    id: str | None = None

    def document(self) -> dict[str, Any]:
        """The JSON:API document; each new part is tied to its place by a temp-id."""
        names = (f"new-{number}" for number in range(1, 1 << 30))
        included: list[dict[str, Any]] = []
        return {"data": self.written(names, included), **({"included": included} if included else {})}

    def written(self, names: Iterator[str], included: list[dict[str, Any]]) -> dict[str, Any]:
        """The resource itself; what is new beneath it is added to `included`."""
        relations: dict[str, Any] = {name: {"data": {"type": type_, "id": id_}} for name, (type_, id_) in self.links.items()}
        for name, parts in self.parts.items():
            linked = []
            for part in parts:
                temp_id = next(names)
                linked.append({"type": part.type, "temp-id": temp_id, "method": "create"})
                included.append({"temp-id": temp_id, **part.written(names, included)})
            relations[name] = {"data": linked}
        written: dict[str, Any] = {"type": self.type, "attributes": dict(self.attributes)}
        if self.id is not None:
            written["id"] = self.id
        return {**written, "relationships": relations} if relations else written


class Wire:
    """Speaks to one account. `needs` of a call are the permissions that its refusal would mean are missing."""

    def __init__(self, client: Client, *, api_key: str, retries: Retries) -> None:
        self._client = client
        self._headers = {"X-API-KEY": api_key, "Accept": JSON_API}
        self._retries = retries
        self.base_url = client.base_url

    def list(self, path: str, query: Query, *, needs: tuple[str, ...]) -> tuple[Resource, ...]:
        """The resources of one page. Raises ConnectorError."""
        return self.counted(path, query, needs=needs)[0]

    def counted(self, path: str, query: Query, *, needs: tuple[str, ...]) -> tuple[tuple[Resource, ...], int | None]:
        """A page, and how many there are in all, if asked for and told. Raises ConnectorError."""
        answer = self._read(path, query, needs)
        document = self._along(answer)
        return tuple(resource(raw, document) for raw in _data(answer, list, path)), _total(answer)

    def one(self, path: str, query: Query, *, needs: tuple[str, ...]) -> Resource:
        """One resource. Raises ConnectorError."""
        answer = self._read(path, query, needs)
        return resource(_data(answer, dict, path), self._along(answer))

    def write(self, method: str, path: str, payload: Payload, *, needs: tuple[str, ...]) -> Resource:
        """Create or change; the resource as the answer shows it.

        Raises:
            OutcomeUnknown: it was sent and its answer lost; it was not repeated.
            ConnectorError: anything else.
        """
        body = orjson.dumps(payload.document())

        def attempt() -> Resource:
            reply = self._client.send(method, API_ROOT + path, headers={**self._headers, "Content-Type": JSON_API}, body=body)
            answer = _answer(reply, f"{method} {path}", needs)
            return resource(_data(answer, dict, path), self._along(answer))

        return self._retries.write(attempt)

    def raw(self, method: str, path: str, params: Mapping[str, Any], headers: Mapping[str, str], data: Any) -> RawReply:
        """A passthrough: one call with our credential, any status is an answer. Raises Unavailable, Invalid."""
        check_path(path)
        own = {name.lower() for name in self._headers if name != "Accept"}
        taken = sorted(name for name in headers if name.lower() in own)
        if taken:
            raise Invalid(f"the header {', '.join(taken)} belongs to the connection and cannot be replaced")
        body = data.encode() if isinstance(data, str) else None if data is None else orjson.dumps(data)
        typed = {} if body is None or any(name.lower() == "content-type" for name in headers) else {"Content-Type": JSON_API}
        spelled = [(name, spelling) for name, value in params.items() for spelling in _spellings(value)]
        reply = self._client.send(method.upper(), API_ROOT + path, params=spelled, headers={**self._headers, **typed, **headers}, body=body)
        return RawReply(reply.url, reply.status, reply.headers, _json_or_text(reply))

    def _along(self, answer: Mapping[str, Any]) -> Document:
        return Document(self.base_url, {(str(raw["type"]), str(raw["id"])): raw for raw in answer.get("included") or ()})

    def _read(self, path: str, query: Query, needs: tuple[str, ...]) -> Mapping[str, Any]:
        def attempt() -> Mapping[str, Any]:
            reply = self._client.send("GET", API_ROOT + path, params=query.params(), headers=self._headers)
            return _answer(reply, f"GET {path}", needs)

        return self._retries.read(attempt)


def _spellings(value: Any) -> list[str]:
    """A query value as text; a list becomes a repeated parameter."""
    values = value if isinstance(value, list | tuple) else [value]
    return [("true" if item else "false") if isinstance(item, bool) else str(item) for item in values]


def _json_or_text(reply: Reply) -> Any:
    if reply.content_type in JSON_TYPES and reply.body:
        try:
            return orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            return reply.body.decode(errors="replace")
    return reply.body.decode(errors="replace")


def _total(answer: Mapping[str, Any]) -> int | None:
    """Assumed place: the documentation says only that it is in meta."""
    found: Any = answer
    for member in ("meta", "stats", "total", "count"):
        found = found.get(member) if isinstance(found, Mapping) else None
    return found if isinstance(found, int) else None


def _data(document: Mapping[str, Any], shape: type, path: str) -> Any:
    found = document.get("data")
    if not isinstance(found, shape):
        raise UnexpectedReply(f"{path}: the answer's data is no {shape.__name__}", operation=path)
    return found


def _answer(reply: Reply, operation: str, needs: tuple[str, ...]) -> Mapping[str, Any]:
    """The answer's document, or the error that the answer means."""
    if reply.status in PASSING_STATUSES:
        raise _passing(reply, operation)
    document = _parsed(reply, operation)
    if 200 <= reply.status < 300:
        return document
    errors = document.get("errors")
    if not isinstance(errors, list) or not errors:
        raise WrongHost(f"{operation}: answered {reply.status} without Pinpoint's errors", http_status=reply.status, operation=operation)
    raise _refusal(reply.status, [dict(error) for error in errors], operation, needs)


def _passing(reply: Reply, operation: str) -> ConnectorError:
    """What time may cure, in the vendor's words where it has any: something before it may have answered in its place."""
    kind = RateLimited if reply.status == 429 else Unavailable
    try:
        document = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        document = None
    errors = [error for error in document.get("errors") or () if isinstance(error, dict)] if isinstance(document, dict) else []
    said = f": {'; '.join(map(_said, errors))}" if errors else ""
    return kind(
        f"{operation}: the vendor answered {reply.status}{said}",
        http_status=reply.status,
        vendor_code=_code(errors),
        operation=operation,
        retry_after=retry_after(reply.headers),
    )


def _parsed(reply: Reply, operation: str) -> Mapping[str, Any]:
    """Raises WrongHost for what no API of Pinpoint's would say, Unavailable for what arrived broken."""
    found = {"http_status": reply.status, "operation": operation}
    if reply.content_type not in JSON_TYPES:
        if reply.status == 401:
            raise Unauthorized(f"{operation}: the credential was refused", http_status=401, operation=operation)
        if reply.content_type == "text/html" or not 200 <= reply.status < 300:
            kind = reply.content_type or "nothing"
            raise WrongHost(f"{operation}: {reply.status} with {kind} instead of JSON:API; check the base URL", **found)  # type: ignore[arg-type]
        raise Unavailable(f"{operation}: the answer is {reply.content_type or 'untyped'}, not JSON:API", **found)  # type: ignore[arg-type]
    try:
        document = orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        raise Unavailable(f"{operation}: the answer is not whole JSON", **found) from error  # type: ignore[arg-type]
    if not isinstance(document, dict) or not document.keys() & {"data", "errors", "meta"}:
        raise WrongHost(f"{operation}: JSON, but no JSON:API document; check the base URL", **found)  # type: ignore[arg-type]
    return document


REFUSALS: Mapping[int, type[ConnectorError]] = {
    400: Refused,
    401: Unauthorized,
    403: PermissionMissing,
    404: NotFound,
    409: Conflict,
    422: Invalid,
}

TELLING_WORDS: tuple[tuple[str, type[ConnectorError]], ...] = (
    ("already applied", AlreadyExists),
    ("already been used to apply", AlreadyExists),
    ("not accepting applications", JobClosed),
    ("job is closed", JobClosed),
    ("job is not open", JobClosed),
    ("job must be open", JobClosed),
)
"""Words in a 422 that say more than "invalid". Assumed: the vendor does not publish the texts of these refusals."""


def _refusal(status: int, errors: list[dict[str, Any]], operation: str, needs: tuple[str, ...]) -> ConnectorError:
    said = "; ".join(_said(error) for error in errors)
    kind = REFUSALS.get(status, UnexpectedReply)
    if status == 403 and API_TURNED_OFF in said.lower():
        # No key works while the API is off, so no permission can be named.
        kind, said, needs = Unauthorized, f"{said}: an administrator must turn the Pinpoint API on", ()
    if status == 422:
        kind = next((telling for words, telling in TELLING_WORDS if words in said.lower()), kind)
    return kind(
        f"{operation}: {said}",
        http_status=status,
        vendor_code=_code(errors),
        operation=operation,
        missing_permissions=needs if kind is PermissionMissing else (),
    )


def _code(errors: Sequence[Mapping[str, Any]]) -> str | None:
    """The first error's name for programs."""
    return next((str(error["code"]) for error in errors[:1] if error.get("code")), None)


def _said(error: Mapping[str, Any]) -> str:
    """One error in the vendor's own words, with the attribute that it names, where it names one."""
    detail = str(error.get("detail") or error.get("title") or "no reason given")
    pointer = (error.get("source") or {}).get("pointer")
    return f"{detail} ({pointer})" if pointer else detail

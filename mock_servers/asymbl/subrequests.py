"""Requests inside a request: composite, batch and graph send each of theirs through the very table of endpoints that real ones take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from mock_servers.asymbl import versions, wire
from mock_servers.engine.exchange import Exchange, MalformedBody, MalformedQuery
from mock_servers.engine.routes import MalformedPath, Routes, decoded
from mock_servers.engine.vendors import Operation, Refusal, Reply

if TYPE_CHECKING:
    from mock_servers.engine.vendors import Vendor

_NOT_INSIDE = ("composite.run", "composite.batch", "composite.graph", "bulk.", "oauth.", "soap.", "identity.", "versions.")
"""What no request may ask for from inside another one, by the beginning of an operation's id."""


_BUILT: dict[int, tuple[Vendor, Routes]] = {}
"""Routes by the identity of their vendor, which is kept beside them so that no other can take its place."""


def _routes(vendor: Vendor) -> Routes:
    if id(vendor) not in _BUILT:
        _BUILT[id(vendor)] = (vendor, Routes(vendor.operations))
    return _BUILT[id(vendor)][1]


def perform(outer: Exchange, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Reply:
    """The answer to one request inside another, as the same caller; what it wrote is undone when it is refused.

    `url` is below the host, percent-encoded or with plain blanks; `body` is JSON or None.
    """
    try:
        inner = _exchange(outer, method, url, body, headers)
    except orjson.JSONEncodeError:
        return wire.error_reply(400, [wire.Problem("JSON_PARSER_ERROR", "The body of the subrequest is nested too deeply")])
    try:
        operation = _operation(inner)
        outer.inside.append(operation.id)
        struck = _struck(inner) if outer.tenant.faults.rules else None
        if struck is not None:
            return struck
        if not operation.writes:
            return _finished(operation, inner)
        with undone_on_refusal(outer):
            reply = _finished(operation, inner)
            if reply.status >= 400:
                raise Refusal(reply)
            return reply
    except Refusal as refusal:
        return refusal.reply
    except (MalformedPath, MalformedQuery, MalformedBody) as error:
        return wire.ERRORS.error(inner, 400, str(error))
    except (OverflowError, UnicodeEncodeError):
        return wire.ERRORS.error(inner, 400, "a value is out of range")


def _exchange(outer: Exchange, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Exchange:
    path, _, query = url.partition("?")
    kept = {name: value for name, value in outer.headers.items() if name not in (b"content-type", b"content-length", b"transfer-encoding")}
    own = {name.lower().encode("latin-1", "replace"): value.encode("latin-1", "replace") for name, value in headers.items()}
    own[b"content-type"] = b"application/json"
    raw_query = quote(query, safe="%&=+,()'*!~:;/?@$-._<>").encode("ascii")
    inner = Exchange(outer.vendor, method, path, raw_query, {**kept, **own}, outer.base_url)
    inner.body = b"" if body is None else orjson.dumps(body)
    inner.tenant, inner.credential, inner.token, inner.read_from = outer.tenant, outer.credential, outer.token, outer.read_from
    # One journal entry tells of all: the lists are shared.
    inner.quirks_acted, inner.changes, inner.unread = outer.quirks_acted, outer.changes, outer.unread
    inner.faults_acted = outer.faults_acted
    return inner


def _operation(inner: Exchange) -> Operation:
    """The endpoint that the inner request means. Raises Refusal."""
    match = _routes(inner.vendor).match(inner.path)
    inner.path = decoded(inner.path)
    if match is None:
        raise Refusal(wire.ERRORS.error(inner, 404))
    endpoint, inner.params = match
    operation = endpoint.get(inner.method)
    if operation is None:
        raise Refusal(wire.ERRORS.error(inner, 405))
    if operation.id.startswith(_NOT_INSIDE):
        raise wire.refuse(400, "INVALID_INPUT", f"{inner.path} can't be requested from inside another request")
    inner.operation = operation
    refusal = versions.refusal(inner)
    if refusal is not None:
        raise Refusal(refusal)
    return operation


def _struck(inner: Exchange) -> Reply | None:
    """What a fault that aims at the inner request's operation answers instead of it."""
    rule = inner.tenant.faults.take_inside(inner)
    if rule is None:
        return None
    outcome = rule.fault.strike(inner, None, rule.memory)
    inner.faults_acted.append(rule.fault.name)
    return outcome if isinstance(outcome, Reply) else None


def _finished(operation: Operation, inner: Exchange) -> Reply:
    """The handler's answer; none of Salesforce's handlers waits for anything."""
    handling = operation.handler(inner).__await__()
    try:
        next(handling)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    raise RuntimeError(f"{operation.id} waits for something, so it cannot be asked from inside another request")


class Undo(Exception):
    """Raised inside `undone` to have everything undone and yet answer."""


@contextmanager
def undone_on_refusal(exchange: Exchange) -> Iterator[None]:
    """A savepoint; what leaves the block as an exception takes all writes with it, the journal's changes, too."""
    before = len(exchange.changes)
    try:
        with exchange.store.transaction():
            yield
    except BaseException:
        del exchange.changes[before:]
        raise


@contextmanager
def undone(exchange: Exchange) -> Iterator[None]:
    """The same for a block that raises Undo and goes on behind it."""
    try:
        with undone_on_refusal(exchange):
            yield
    except Undo:
        pass

"""The short way to the admin API's plain calls: a test run makes ten thousand, and FastAPI's own way costs more than what most of them do.

The same functions are called with the same arguments and raise into the same handlers. Whatever is not plain (a parameter in the query,
a body that does not fit, an unusual path) goes FastAPI's way, which is the one that knows how to refuse.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.params import Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter

from mock_servers.engine.asgi import Message, Receive, Scope, Send

JSON = b"application/json"
_MISSING = inspect.Parameter.empty


class _NotPlain(ValueError):
    """FastAPI shall see to this call."""


@dataclass(frozen=True, slots=True)
class _Body:
    name: str
    adapter: TypeAdapter[Any]
    default: Any


@dataclass(frozen=True, slots=True)
class _Query:
    """The one parameter that comes from the query: a model of all of it, or one value."""

    name: str
    adapter: TypeAdapter[Any]
    whole: bool
    default: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class _Call:
    """One operation whose parameters are pieces of the path, the request, at most one JSON body, and one thing from the query."""

    endpoint: Callable[..., Awaitable[Any]]
    status: int
    shown: TypeAdapter[Any]
    request: str | None
    body: _Body | None
    query: _Query | None

    def asked(self, text: bytes) -> dict[str, Any]:
        """What the query gives, where each of its names has one value without anything to decode. Raises ValueError."""
        if self.query is None:
            return {}
        if not text:
            return {self.query.name: self.query.default()}
        pairs = [pair.split("=") for pair in text.decode("ascii").split("&")]
        values = dict(pairs)
        if len(values) != len(pairs) or not all(values.values()) or b"%" in text or b"+" in text:
            raise _NotPlain
        if not self.query.whole:
            return {self.query.name: self.query.adapter.validate_python(values.get(self.query.name, self.query.default()))}
        return {self.query.name: self.query.adapter.validate_python(values)}

    def sent(self, headers: Mapping[bytes, bytes], text: bytes) -> Any:
        """The body as the endpoint takes it. Raises ValueError, RecursionError."""
        assert self.body is not None  # noqa: S101 - the caller has looked
        if not text:
            if self.body.default is _MISSING:
                raise _NotPlain
            return self.body.default
        if headers.get(b"content-type") != JSON:
            raise _NotPlain
        return self.body.adapter.validate_python(json.loads(text), from_attributes=True)

    def answer(self, given: Any) -> Response:
        if isinstance(given, Response):
            return given
        if given is None:
            return Response(status_code=self.status, media_type="application/json")
        return Response(self.shown.dump_json(given), self.status, media_type="application/json")


@dataclass(frozen=True, slots=True)
class _Route:
    segments: tuple[str, ...]
    fixed: tuple[int, ...]
    """Places of the segments that are no parameters."""
    parameters: tuple[tuple[str, int], ...]
    call: _Call | None
    """None: not plain, but what it matches is its own."""


class ShortWay:
    """An ASGI app around the API: plain calls are answered here, the others there."""

    def __init__(self, api: FastAPI, prefix: str, routers: Iterable[APIRouter]) -> None:
        """`routers` are all that the API includes below the prefix, in its order: the first route that fits has the call."""
        self.api = api
        """FastAPI's own way to all calls."""
        self._routes: dict[tuple[str, int], list[_Route]] = {}
        for route in (route for router in routers for route in router.routes if isinstance(route, APIRoute)):
            made = _route(route, prefix)
            for method in route.methods or ():
                self._routes.setdefault((method, len(made.segments)), []).append(made)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope)
        if found is None:
            await self.api(scope, receive, send)
            return
        call, arguments = found
        messages: list[Message] = []
        try:
            arguments |= call.asked(scope["query_string"])
            if call.body is not None:
                arguments[call.body.name] = call.sent(dict(scope["headers"]), await _whole(receive, messages))
        except (ValueError, RecursionError):
            await self.api(scope, _again(messages, receive), send)
            return
        request = Request(scope, receive)
        if call.request is not None:
            arguments[call.request] = request
        try:
            answer = call.answer(await call.endpoint(**arguments))
        except Exception as error:
            handler = next((known for kind in type(error).__mro__ if (known := self.api.exception_handlers.get(kind)) is not None), None)
            if handler is None:
                raise
            answer = await handler(request, error)  # type: ignore[misc]  # all of ours are coroutines
        await answer(scope, receive, send)

    def is_plain(self, method: str, path: str) -> bool:
        return self._call(method, path) is not None

    def _find(self, scope: Scope) -> tuple[_Call, dict[str, Any]] | None:
        path: str = scope["path"]
        if b"%" in scope["raw_path"] or not path.isascii() or scope.get("root_path"):
            return None
        return self._call(scope["method"], path)

    def _call(self, method: str, path: str) -> tuple[_Call, dict[str, Any]] | None:
        segments = path.split("/")
        for route in self._routes.get((method, len(segments)), ()):
            if all(segments[place] == route.segments[place] for place in route.fixed):
                arguments = {name: segments[place] for name, place in route.parameters}
                return None if route.call is None or "" in arguments.values() else (route.call, arguments)
        return None


def _route(route: APIRoute, prefix: str) -> _Route:
    segments = tuple(f"{prefix}{route.path}".split("/"))
    parameters = tuple((segment[1:-1], place) for place, segment in enumerate(segments) if segment.startswith("{"))
    fixed = tuple(place for place, segment in enumerate(segments) if "{" not in segment)
    return _Route(segments, fixed, parameters, _plain(route, {name for name, _ in parameters}))


def _plain(route: APIRoute, in_path: set[str]) -> _Call | None:
    endpoint = route.endpoint
    hints = get_type_hints(endpoint, include_extras=True)
    request, body, query = None, None, None
    for name, parameter in inspect.signature(endpoint).parameters.items():
        kind = hints[name]
        if name in in_path:
            if kind is not str:
                return None
        elif kind is Request:
            request = name
        elif body is None and _is_body(kind):
            body = _Body(name, TypeAdapter(kind), parameter.default)
        elif query is None and (query := _query_of(name, kind, parameter.default)) is not None:
            continue
        else:
            return None
    if route.dependencies or not inspect.iscoroutinefunction(endpoint):
        return None
    status = route.status_code if route.status_code is not None else 200
    shown = route.response_model if route.response_model is not None else Any
    return _Call(endpoint, status, TypeAdapter(shown), request, body, query)


def _query_of(name: str, kind: Any, default: Any) -> _Query | None:
    marks = getattr(kind, "__metadata__", ())
    model = kind.__origin__ if marks else kind
    if marks and isinstance(marks[0], Query) and len(marks) == 1 and isinstance(model, type) and issubclass(model, BaseModel):
        return _Query(name, TypeAdapter(model), True, model)
    if not marks and kind in (bool, int) and default is not _MISSING:
        return _Query(name, TypeAdapter(kind), False, lambda: default)
    return None


def _is_body(kind: Any) -> bool:
    """A model, one that may be left out, or any JSON object; nothing that is marked to come from elsewhere."""
    if hasattr(kind, "__metadata__"):
        return False
    if kind == dict[str, Any]:
        return True
    models = [one for one in getattr(kind, "__args__", (kind,)) if one is not type(None)]
    return len(models) == 1 and isinstance(models[0], type) and issubclass(models[0], BaseModel)


async def _whole(receive: Receive, messages: list[Message]) -> bytes:
    """The body; what came is put into `messages`. Raises _NotPlain when the client has left."""
    parts = []
    while True:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            raise _NotPlain
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(messages: list[Message], receive: Receive) -> Receive:
    """What was received once more, then what follows."""
    waiting = iter(messages)

    async def replayed() -> Message:
        message = next(waiting, None)
        return message if message is not None else await receive()

    return replayed

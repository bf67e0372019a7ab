"""Several requests in one: /composite with references between them, /composite/batch without, /composite/graph with all or nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mock_servers.asymbl import quirks, wire
from mock_servers.asymbl.subrequests import Undo, perform, undone
from mock_servers.asymbl.wire import refuse
from mock_servers.engine.exchange import MalformedBody
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MOST_REQUESTS, MOST_QUERIES, MOST_NODES = 25, 5, 500
_REFERENCE = re.compile(r"@\{([^{}]*)\}")
_STEP = re.compile(r"\.?([A-Za-z0-9_]+)|\[([0-9]+)\]")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
_COUNTED = re.compile(r"/services/data/v[0-9.]+/(query|queryAll|composite/sobjects)\b", re.IGNORECASE)
_HALTED = "PROCESSING_HALTED"
_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."
_TOO_MANY = "The request can’t contain more than {} {}."
B = TypeVar("B", bound="_Sent")
_BATCH_HALTED = "Batch processing halted as per request preference"


class _Sent(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Inner(_Sent):
    method: str
    url: str
    reference_id: str = Field(alias="referenceId")
    body: Any = None
    http_headers: dict[str, str] = Field(default={}, alias="httpHeaders")


class CompositeBody(_Sent):
    """POST /composite."""

    all_or_none: bool | None = Field(default=False, alias="allOrNone")
    collate: bool | None = Field(default=True, alias="collateSubrequests")
    requests: list[Inner] = Field(alias="compositeRequest")


class Graph(_Sent):
    graph_id: str = Field(alias="graphId")
    requests: list[Inner] = Field(alias="compositeRequest")


class GraphBody(_Sent):
    """POST /composite/graph."""

    graphs: list[Graph]


class BatchInner(_Sent):
    method: str
    url: str
    rich_input: Any = Field(default=None, alias="richInput")


class BatchBody(_Sent):
    """POST /composite/batch."""

    halt_on_error: bool | None = Field(default=False, alias="haltOnError")
    requests: list[BatchInner] = Field(alias="batchRequests")


def _read(exchange: Exchange, kind: type[B]) -> B:
    """The request's body. Raises ApiError in the words for JSON that is not as it must be."""
    try:
        return kind.model_validate(exchange.json())
    except MalformedBody as error:
        raise refuse(400, "JSON_PARSER_ERROR", f"Unexpected character: {error}") from error
    except ValidationError as error:
        one = error.errors()[0]
        place = ".".join(str(part) for part in one["loc"])
        message = f"Cannot deserialize the request, or it may be missing a required field: {place}: {one['msg']} at [line:1, column:1]"
        raise refuse(400, "JSON_PARSER_ERROR", message) from error


# -- composite ---------------------------------------------------------------------------------------------------------


async def run_composite(exchange: Exchange) -> Reply:
    """POST /composite: always 200; each answer has its own status."""
    body = _read(exchange, CompositeBody)
    if not body.requests:
        raise refuse(400, "INVALID_INPUT", "compositeRequest must hold at least one subrequest")
    problem = _too_many(body.requests)
    if problem is not None:
        return wire.answer(200, {"compositeResponse": [_told(None, _refused(problem))]})
    _check_reference_ids(body.requests)
    return wire.answer(200, {"compositeResponse": _answers(exchange, body.requests, all_or_none=bool(body.all_or_none))})


def _too_many(requests: list[Inner]) -> wire.Problem | None:
    if len(requests) > MOST_REQUESTS:
        return wire.Problem("LIMIT_EXCEEDED", _TOO_MANY.format(MOST_REQUESTS, "operations"))
    if sum(1 for one in requests if _COUNTED.match(one.url)) > MOST_QUERIES:
        return wire.Problem("LIMIT_EXCEEDED", _TOO_MANY.format(MOST_QUERIES, "query or sObject collection operations"))
    return None


def _check_reference_ids(requests: list[Inner]) -> None:
    seen: set[str] = set()
    for one in requests:
        if _ID.fullmatch(one.reference_id) is None:
            raise refuse(400, "INVALID_INPUT", _unusable(one.reference_id))
        if one.reference_id in seen:
            raise refuse(400, "INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {one.reference_id}")
        seen.add(one.reference_id)


def _unusable(reference_id: str) -> str:
    return (
        f"Provided referenceId ('{reference_id}') must start with a letter or a number, "
        "and it can contain only letters, numbers and underscores ('_')."
    )


def _answers(exchange: Exchange, requests: list[Inner], *, all_or_none: bool) -> list[dict[str, Any]]:
    """The answer to each, in the order sent; with all_or_none one failure undoes and halts all others."""
    replies: dict[str, Reply] = {}
    failed: str | None = None
    with undone(exchange):
        for one in requests:
            reply = _one(exchange, one, replies)
            replies[one.reference_id] = reply
            if all_or_none and reply.status >= 400:
                failed = one.reference_id
                raise Undo
    if failed is not None:
        halted = _refused(wire.Problem(_HALTED, _ROLLED_BACK))
        replies = {one.reference_id: replies[failed] if one.reference_id == failed else halted for one in requests}
    escapes = exchange.quirk(quirks.CompositeEscapesText)
    if escapes is not None:
        exchange.acted(escapes)
    return [_told(one.reference_id, replies[one.reference_id], escaped=escapes is not None) for one in requests]


def _one(exchange: Exchange, request: Inner, replies: Mapping[str, Reply]) -> Reply:
    try:
        url = _substituted(request.url, replies, in_url=True)
        body = _substituted(request.body, replies)
    except _NoValue as error:
        return _refused(wire.Problem(_HALTED, str(error)))
    except RecursionError:
        return _refused(wire.Problem("JSON_PARSER_ERROR", "The body of the subrequest is nested too deeply"))
    if not str(url).startswith("/services/"):
        return wire.ERRORS.error(exchange, 404)
    return perform(exchange, request.method, str(url), body, request.http_headers)


def _refused(problem: wire.Problem) -> Reply:
    return wire.error_reply(400, [problem])


def _told(reference_id: str | None, reply: Reply, *, escaped: bool = False) -> dict[str, Any]:
    body: Any = None
    if reply.body:
        body = _escaped(orjson.loads(reply.body)) if escaped else orjson.Fragment(reply.body)
    location = next((value.decode("latin-1") for name, value in reply.headers if name == b"location"), None)
    return {
        "body": body,
        "httpHeaders": {"Location": location} if location is not None else {},
        "httpStatusCode": reply.status,
        "referenceId": reference_id,
    }


def _escaped(value: Any) -> Any:
    """All texts as they would stand in HTML."""
    if isinstance(value, str):
        return html.escape(value)
    if isinstance(value, dict):
        return {name: _escaped(inner) for name, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list) else value


# -- references --------------------------------------------------------------------------------------------------------


class _NoValue(ValueError):
    """A reference leads to nothing."""


def _substituted(value: Any, replies: Mapping[str, Reply], *, in_url: bool = False) -> Any:
    """The value with each @{reference} replaced; a text that is nothing but one takes the type of what it leads to."""
    if isinstance(value, dict):
        return {name: _substituted(inner, replies) for name, inner in value.items()}
    if isinstance(value, list):
        return [_substituted(inner, replies) for inner in value]
    if not isinstance(value, str) or "@{" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole is not None and not in_url:
        return _value_of(whole[1], replies)
    return _REFERENCE.sub(lambda found: _as_text(_value_of(found[1], replies), in_url=in_url), value)


def _as_text(value: Any, *, in_url: bool) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode("utf-8")
    return quote(text, safe="") if in_url else text


def _value_of(expression: str, replies: Mapping[str, Reply]) -> Any:
    """What an expression like account.records[0].Id leads to. Raises _NoValue."""
    reference_id = re.split(r"[.\[]", expression, maxsplit=1)[0]
    reply = replies.get(reference_id)
    value: Any = orjson.loads(reply.body) if reply is not None and reply.body else None
    rest = expression[len(reference_id) :]
    place = 0
    while value is not None and place < len(rest):
        step = _STEP.match(rest, place)
        value = None if step is None else _below(value, step)
        place = step.end() if step is not None else len(rest)
    if value is None:
        unusable = "" if _ID.fullmatch(reference_id) else f". {_unusable(reference_id)}"
        raise _NoValue(f"Invalid reference specified. No value for {expression} found in {reference_id}{unusable}")
    return value


def _below(value: Any, step: re.Match[str]) -> Any:
    name, index = step[1], step[2]
    if name is not None:
        return value.get(name) if isinstance(value, dict) else None
    return value[int(index)] if isinstance(value, list) and int(index) < len(value) else None


# -- graph -------------------------------------------------------------------------------------------------------------


async def run_graph(exchange: Exchange) -> Reply:
    """POST /composite/graph: each graph is done whole or not at all, whatever happens to the others."""
    body = _read(exchange, GraphBody)
    nodes = sum(len(graph.requests) for graph in body.graphs)
    if nodes > MOST_NODES:
        raise refuse(400, "LIMIT_EXCEEDED", _TOO_MANY.format(MOST_NODES, "nodes"))
    ids = [graph.graph_id for graph in body.graphs]
    if len(set(ids)) < len(ids):
        raise refuse(400, "INVALID_INPUT", "Duplicate graphId provided in the request")
    told = []
    for graph in body.graphs:
        _check_reference_ids(graph.requests)
        answers = _answers(exchange, graph.requests, all_or_none=True)
        done = all(one["httpStatusCode"] < 400 for one in answers)
        told.append({"graphId": graph.graph_id, "graphResponse": {"compositeResponse": answers}, "isSuccessful": done})
    return wire.answer(200, {"graphs": told})


# -- batch -------------------------------------------------------------------------------------------------------------


async def run_batch(exchange: Exchange) -> Reply:
    """POST /composite/batch: up to 25 requests that know nothing of each other."""
    body = _read(exchange, BatchBody)
    if not body.requests:
        raise refuse(400, "INVALID_INPUT", "batchRequests must hold at least one subrequest")
    if len(body.requests) > MOST_REQUESTS:
        raise refuse(400, "LIMIT_EXCEEDED", _TOO_MANY.format(MOST_REQUESTS, "operations"))
    results: list[dict[str, Any]] = []
    failed = False
    for one in body.requests:
        if failed and body.halt_on_error:
            results.append({"statusCode": 412, "result": [{"errorCode": "BATCH_PROCESSING_HALTED", "message": _BATCH_HALTED}]})
            continue
        reply = perform(exchange, one.method, _whole(one.url), one.rich_input, {})
        failed = failed or reply.status >= 400
        results.append({"statusCode": reply.status, "result": orjson.Fragment(reply.body) if reply.body else None})
    return wire.answer(200, {"hasErrors": failed, "results": results})


def _whole(url: str) -> str:
    """A batch may leave out what is the same in all URLs."""
    url = url if url.startswith("/") else f"/{url}"
    return url if url.startswith("/services/") else f"/services/data{url}"

"""An exchange for people and tests, with secrets masked: as JSON, as a curl command, as a HAR file."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from mock_servers.engine.journal import Entry
from mock_servers.engine.masking import MASK, Masker


def as_json(entry: Entry, mask: Masker) -> dict[str, Any]:
    """An entry for people and tests, with secrets masked."""
    exchange = entry.exchange
    operation = exchange.operation
    dropped = entry.body is None
    sent = {"headers": mask.headers(exchange.headers.items()), "body": mask.body(exchange.body, dropped), "body_bytes": entry.request_size}
    received = {"headers": mask.headers(entry.headers), "body": mask.body(entry.body, dropped), "body_bytes": entry.body_size}
    return {
        "id": entry.id,
        "at": datetime.fromtimestamp(entry.at, UTC).isoformat(),
        "wall": entry.wall,
        "method": exchange.method,
        "path": mask.text(exchange.path),
        "query": mask.pairs(exchange.raw_query.decode("utf-8", "replace")),
        "operation": operation.id if operation is not None else None,
        "inside": list(exchange.inside),
        "credential_id": exchange.credential.id if exchange.credential is not None else None,
        "status": entry.status,
        "needs": list(operation.needs) if operation is not None else [],
        "permission_decision": exchange.permission_decision,
        "rate_limit": None if exchange.rate_limit is None else asdict(exchange.rate_limit),
        "quirks": list(exchange.quirks_acted),
        "faults": list(exchange.faults_acted),
        "changes": [list(change) for change in exchange.changes],
        "unread": [mask.text(name) for name in exchange.unread],
        "why": None if entry.why is None else mask.text(entry.why),
        "request": sent,
        "response": received,
        "duration_us": round(entry.duration * 1_000_000),
    }


# -- curl -------------------------------------------------------------------------------------------------------------

_CURLS_OWN = frozenset({"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "expect"})


def as_curl(entry: Entry, mask: Masker) -> str:
    """The request as a command for a shell. What is masked is read from the variable SECRET."""
    exchange = entry.exchange
    lines = [f"curl -X {exchange.method} {_shell(_url(entry, mask))}"]
    for name, value in mask.headers(exchange.headers.items()).items():
        if name not in _CURLS_OWN:
            lines.append(f"  -H {_shell(f'{name}: {value}')}")
    if b"accept-encoding" in exchange.headers:
        lines.append("  --compressed")
    body = mask.body(exchange.body, dropped=False)
    if body is not None:
        lines.append(f"  --data-raw {_shell(body)}")
    command = " \\\n".join(lines)
    notes = [f"# {note}\n" for note in _curl_notes(entry, command)]
    return f"{''.join(notes)}{command}\n"


def _shell(text: str) -> str:
    return shlex.quote(text).replace(MASK, "'\"$SECRET\"'")


def _curl_notes(entry: Entry, command: str) -> Iterable[str]:
    if "$SECRET" in command:
        yield "SECRET stands for what is not shown here, e.g. the credential."
    if entry.request_size > len(entry.exchange.body):
        yield f"The body had {entry.request_size} bytes; {len(entry.exchange.body)} of them are kept."


def _url(entry: Entry, mask: Masker) -> str:
    exchange = entry.exchange
    query = mask.pairs(exchange.raw_query.decode("latin-1"))
    path = quote(mask.text(exchange.path), safe="/:@!$&'()*+,;=~")
    return f"{exchange.base_url}{path}{f'?{query}' if query else ''}"


# -- HAR 1.2 ----------------------------------------------------------------------------------------------------------


def as_har(entries: Iterable[Entry], mask: Masker, version: str) -> dict[str, Any]:
    """What browsers' developer tools and HTTP debuggers open. What HAR has no place for is in `_sandbox`."""
    creator = {"name": "ats-sandbox", "version": version}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_har_entry(entry, mask) for entry in entries]}}


def _har_entry(entry: Entry, mask: Masker) -> dict[str, Any]:
    told = as_json(entry, mask)
    milliseconds = entry.duration * 1000
    ours = ("id", "at", "operation", "credential_id", "permission_decision", "quirks", "faults", "changes", "unread", "why")
    return {
        "startedDateTime": datetime.fromtimestamp(entry.wall - entry.duration, UTC).isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _har_request(entry, told, mask),
        "response": _har_response(entry, told),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_sandbox": {name: told[name] for name in ours},
    }


def _har_request(entry: Entry, told: dict[str, Any], mask: Masker) -> dict[str, Any]:
    headers = told["request"]["headers"]
    request = {
        "method": told["method"],
        "url": _url(entry, mask),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.items()),
        "queryString": _pairs(parse_qsl(told["query"], keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": entry.request_size,
    }
    if told["request"]["body"] is not None:
        request["postData"] = {"mimeType": headers.get("content-type", ""), "text": told["request"]["body"]}
    return request


def _har_response(entry: Entry, told: dict[str, Any]) -> dict[str, Any]:
    """Status 0 is HAR's way to say that no answer came."""
    headers = told["response"]["headers"]
    content = {"size": entry.body_size, "mimeType": headers.get("content-type", "")}
    if told["response"]["body"] is not None:
        content["text"] = told["response"]["body"]
    return {
        "status": entry.status if entry.status is not None else 0,
        "statusText": _reason(entry.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.items()),
        "content": content,
        "redirectURL": headers.get("location", ""),
        "headersSize": -1,
        "bodySize": entry.body_size,
    }


def _reason(status: int | None) -> str:
    try:
        return HTTPStatus(status).phrase if status is not None else ""
    except ValueError:
        return ""


def _pairs(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]

"""What a tenant has seen: every exchange with all that was decided, kept in a ring; secrets are masked when it is read.

Appending happens on every request, reading when a person or a test asks: so an entry keeps the exchange as it was, and
only reading makes JSON of it.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.vendors import Reply

CAPACITY = 10_000
REQUEST_BODY_KEPT = 32 * 1024
REPLY_BODY_KEPT = 4 * 1024
ALL_BODIES_KEPT = 20 * 1024 * 1024
"""Older exchanges lose their bodies first, so that a full ring stays under 60 MiB."""

MASK = "***"
_SECRET_NAME = re.compile(r"authorization|cookie|api[-_]?key|secret|password|token|signature", re.IGNORECASE)
# A name is looked at once, from its beginning, and given up as a whole: a client may send 60 KB without any "=".
_SECRET_PAIR = re.compile(
    r"(?i)(?<![^?&=\s\"])(?=[^?&=\s\"]*(?:api[-_]?key|secret|password|token|signature|assertion))([^?&=\s\"]*+=)[^&\s]+"
)
_SECRET_MEMBER = re.compile(r'(?i)("(?=[^"]*(?:api[-_]?key|secret|password|access_token|refresh_token))[^"]*+"\s*+:\s*+")(?:[^"\\]|\\.)*')
_SECRET_ELEMENT = re.compile(r"(?i)(<(?:\w++:)?(?:password|sessionid|\w*token)(?:\s[^<>]*+)?>)[^<]*")
_SCHEME = re.compile(r"^(Basic|Bearer|Digest|Token|OAuth) ", re.IGNORECASE)


@dataclass(slots=True)
class Entry:
    """One exchange and how it ended."""

    id: int
    at: float
    """On the tenant's clock."""
    wall: float
    duration: float
    """Seconds until the answer was ready."""
    exchange: Exchange
    status: int | None
    """As sent; None: the connection ended without an answer."""
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | None
    """The beginning of the reply; None once room was needed."""
    body_size: int
    why: str | None


class Journal:
    """The newest exchanges of one tenant, oldest first; ids are never used twice."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._entries: deque[Entry] = deque()
        self._with_bodies: deque[Entry] = deque()
        self._bytes, self._capacity = 0, capacity
        self._ids = itertools.count(1)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def get(self, id: int) -> Entry | None:
        return next((entry for entry in self._entries if entry.id == id), None)

    def clear(self) -> None:
        self._entries.clear()
        self._with_bodies.clear()
        self._bytes = 0

    def append(self, exchange: Exchange, reply: Reply | None, *, at: float, wall: float, duration: float) -> Entry:
        """Keep one exchange; `reply` is None when no answer went out."""
        if len(exchange.body) > REQUEST_BODY_KEPT:
            exchange.body = exchange.body[:REQUEST_BODY_KEPT]
        if reply is None:
            entry = Entry(next(self._ids), at, wall, duration, exchange, None, (), b"", 0, exchange.why)
        else:
            body = reply.body[:REPLY_BODY_KEPT]
            why = exchange.why if exchange.why is not None else reply.why
            headers = ((b"content-type", reply.content_type), *reply.headers, *exchange.reply_headers)
            entry = Entry(next(self._ids), at, wall, duration, exchange, reply.status, headers, body, len(reply.body), why)
        self._entries.append(entry)
        self._with_bodies.append(entry)
        self._bytes += _kept_bytes(entry)
        self._make_room()
        return entry

    def _make_room(self) -> None:
        if len(self._entries) > self._capacity:
            oldest = self._entries.popleft()
            if self._with_bodies and self._with_bodies[0] is oldest:
                self._with_bodies.popleft()
                self._bytes -= _kept_bytes(oldest)
        while self._bytes > ALL_BODIES_KEPT:
            entry = self._with_bodies.popleft()
            self._bytes -= _kept_bytes(entry)
            entry.body, entry.exchange.body = None, b""


def _kept_bytes(entry: Entry) -> int:
    return len(entry.exchange.body) + (len(entry.body) if entry.body is not None else 0)


def as_json(entry: Entry, mask: Masker) -> dict[str, Any]:
    """An entry for people and tests, with secrets masked."""
    exchange = entry.exchange
    operation = exchange.operation
    dropped = entry.body is None
    sent = {"headers": mask.headers(exchange.headers.items()), "body": mask.body(exchange.body, dropped)}
    received = {"headers": mask.headers(entry.headers), "body": mask.body(entry.body, dropped), "body_bytes": entry.body_size}
    return {
        "id": entry.id,
        "at": datetime.fromtimestamp(entry.at, UTC).isoformat(),
        "wall": entry.wall,
        "method": exchange.method,
        "path": mask.text(exchange.path),
        "query": mask.pairs(exchange.raw_query.decode("utf-8", "replace")),
        "operation": operation.id if operation is not None else None,
        "credential_id": exchange.credential.id if exchange.credential is not None else None,
        "status": entry.status,
        "needs": list(operation.needs) if operation is not None else [],
        "permission_decision": exchange.permission_decision,
        "quirks": list(exchange.quirks_acted),
        "faults": list(exchange.faults_acted),
        "changes": [list(change) for change in exchange.changes],
        "unread": [mask.text(name) for name in exchange.unread],
        "why": None if entry.why is None else mask.text(entry.why),
        "request": sent,
        "response": received,
        "duration_us": round(entry.duration * 1_000_000),
    }


class Masker:
    """Hides secrets by value, however they are written, and by the name they are sent under."""

    def __init__(self, secrets: Collection[str]) -> None:
        forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
        longest_first = sorted(forms, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        return text if self._values is None else self._values.sub(MASK, text)

    def pairs(self, text: str) -> str:
        return _SECRET_PAIR.sub(rf"\1{MASK}", self.text(text))

    def headers(self, headers: Collection[tuple[bytes, bytes]]) -> dict[str, str]:
        return {name.decode("latin-1"): self._header(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers}

    def _header(self, name: str, value: str) -> str:
        if not _SECRET_NAME.search(name):
            return self.pairs(value)
        scheme = _SCHEME.match(value)
        return f"{scheme[0] if scheme is not None else ''}{MASK}"

    def body(self, body: bytes | None, dropped: bool) -> str | None:
        """Text; None when there was none, or room was needed for newer ones."""
        if dropped or not body:
            return None
        text = _SECRET_MEMBER.sub(rf"\g<1>{MASK}", self.text(body.decode("utf-8", "replace")))
        start = text.lstrip()[:1]
        if start == "<":
            return _SECRET_ELEMENT.sub(rf"\g<1>{MASK}", text)
        return text if start in ("{", "[") else self.pairs(text)

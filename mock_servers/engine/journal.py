"""What a tenant has seen: every exchange with all that was decided, kept in a ring of stated size.

Appending happens on every request, reading when a person or a test asks: so an entry keeps the exchange as it was, and
only reading makes JSON of it (journal_views.py), with secrets masked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.vendors import Reply

CAPACITY = 10_000
"""Exchanges kept; with what follows they stay under 60 MiB."""
REQUEST_BODY_KEPT = 32 * 1024
REPLY_BODY_KEPT = 4 * 1024
TEXT_KEPT = 8 * 1024
"""Of a path, a query, an explanation."""
HEADERS_KEPT, HEADER_KEPT = 100, 2 * 1024
"""So many headers, so many bytes of each, where they are many or long."""
LISTED = 1000
"""So many changes, and so many unread fields."""
BODIES_KEPT = 16 * 1024 * 1024
"""Bytes of all bodies together; then the oldest exchanges lose theirs."""
OTHERS_KEPT = 24 * 1024 * 1024
"""Bytes of all headers, paths, queries and explanations together; then the oldest exchanges go. 2,400 for each of 10,000."""
_PER_HEADER = 100
"""What a header costs beside its value."""


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
    request_size: int
    """Bytes of the request's whole body."""
    kept: int = 0
    """Bytes that it takes beside its bodies."""

    @property
    def in_bodies(self) -> int:
        return len(self.exchange.body) + (0 if self.body is None else len(self.body))


class Journal:
    """The newest exchanges of one tenant, oldest first; ids follow each other and are never used twice."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._entries: deque[Entry] = deque()
        self._with_bodies: deque[Entry] = deque()
        self._capacity, self._in_bodies, self._in_others = capacity, 0, 0
        self._last_id = 0
        self._watchers: set[asyncio.Event] = set()
        self.ended = False
        """Nothing more will come: the tenant is gone, or the sandbox ends."""

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def last_id(self) -> int:
        """Of the newest exchange there ever was; 0 before the first."""
        return self._last_id

    def after(self, id: int) -> list[Entry]:
        """The entries that came later, at the cost of their number."""
        newest_first = list(takewhile(lambda entry: entry.id > id, reversed(self._entries)))
        newest_first.reverse()
        return newest_first

    def get(self, id: int) -> Entry | None:
        place = id - self._last_id + len(self._entries) - 1
        return self._entries[place] if 0 <= place < len(self._entries) else None

    def clear(self) -> None:
        self._entries.clear()
        self._with_bodies.clear()
        self._in_bodies = self._in_others = 0

    def append(self, exchange: Exchange, reply: Reply | None, *, at: float, wall: float, duration: float) -> Entry:
        """Keep one exchange; `reply` is None when no answer went out."""
        request_size = len(exchange.body)
        if request_size > REQUEST_BODY_KEPT:
            exchange.body = exchange.body[:REQUEST_BODY_KEPT]
        exchange.read_from = exchange.query_pairs = None
        self._last_id = id = self._last_id + 1
        why = exchange.why
        if reply is None:
            entry = Entry(id, at, wall, duration, exchange, None, (), b"", 0, why, request_size)
        else:
            body = reply.body[:REPLY_BODY_KEPT]
            headers = ((b"content-type", reply.content_type), *reply.headers, *exchange.reply_headers)
            why = why if why is not None else reply.why
            entry = Entry(id, at, wall, duration, exchange, reply.status, headers, body, len(reply.body), why, request_size)
        # Every request pays for this, so what is small, as nearly all are, is only added up; joining is the fastest way to it.
        kept = len(b"".join(exchange.headers.values())) + len(exchange.raw_query)
        if (
            kept > TEXT_KEPT
            or len(exchange.headers) > HEADERS_KEPT
            or len(exchange.path) > TEXT_KEPT
            or why is not None
            or exchange.changes
        ):
            kept = _trimmed(entry)
        entry.kept = kept = kept + _PER_HEADER * len(exchange.headers)
        self._entries.append(entry)
        self._with_bodies.append(entry)
        self._in_others += kept
        self._in_bodies += len(exchange.body) + len(entry.body)  # type: ignore[arg-type]  # it has its body still
        if len(self._entries) > self._capacity or self._in_bodies > BODIES_KEPT or self._in_others > OTHERS_KEPT:
            self._make_room()
        if self._watchers:
            self._wake()
        return entry

    # -- following ------------------------------------------------------------------------------------------------

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever something was added, or the journal ended."""
        wake = asyncio.Event()
        self._watchers.add(wake)
        try:
            yield wake
        finally:
            self._watchers.discard(wake)

    def end(self) -> None:
        """Let those who follow it go."""
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        for wake in self._watchers:
            wake.set()

    # -- room -----------------------------------------------------------------------------------------------------

    def _make_room(self) -> None:
        while len(self._entries) > self._capacity or self._in_others > OTHERS_KEPT:
            oldest = self._entries.popleft()
            self._in_others -= oldest.kept
            if self._with_bodies[0] is oldest:
                self._drop_oldest_bodies()
        while self._in_bodies > BODIES_KEPT:
            self._drop_oldest_bodies()

    def _drop_oldest_bodies(self) -> None:
        entry = self._with_bodies.popleft()
        self._in_bodies -= entry.in_bodies
        entry.body, entry.exchange.body = None, b""


def _trimmed(entry: Entry) -> int:
    """Let go of what may be large without telling more; the bytes of the rest, beside its bodies and the cost of each header."""
    exchange = entry.exchange
    exchange.path, exchange.raw_query = exchange.path[:TEXT_KEPT], exchange.raw_query[:TEXT_KEPT]
    if sum(map(len, exchange.headers.values())) > TEXT_KEPT or len(exchange.headers) > HEADERS_KEPT:
        few = list(exchange.headers.items())[:HEADERS_KEPT]
        exchange.headers = {name[:HEADER_KEPT]: value[:HEADER_KEPT] for name, value in few}
    if entry.why is not None:
        entry.why = exchange.why = entry.why[:TEXT_KEPT]
    exchange.changes, exchange.unread = exchange.changes[:LISTED], exchange.unread[:LISTED]
    texts = len(exchange.path) + len(exchange.raw_query) + (0 if entry.why is None else len(entry.why))
    return texts + sum(map(len, exchange.headers.values())) + _PER_HEADER * (len(exchange.changes) + len(exchange.unread))

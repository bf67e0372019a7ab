"""Answers that were worked out already: while nothing has changed of what they are made of, they need not be made again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from mock_servers.engine.quirks import Quirk

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MOST_BYTES = 32 * 1024 * 1024
_BESIDE = 2_000
"""What an answer costs beside its bytes."""


@dataclass(frozen=True, slots=True)
class Body:
    """What an answer says, before anything is filled in that differs by caller."""

    text: bytes
    why: str | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    body: Body
    acted: tuple[str, ...]
    unread: tuple[str, ...]
    asked: frozenset[type[Quirk]]


class Recent:
    """Bodies by all that decides them, the latest used kept. Copies of an account find each other's, until one of them is written to.

    What has happened on the way (quirks that were asked and acted, fields that nothing read) is told again with each.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def body(self, exchange: Exchange, key: Hashable, make: Callable[[], Body]) -> Body:
        """What `make` gives. It depends on nothing but rows, quirks, options, permissions, path, query, and what is in the key.

        The clock, the caller's headers and address, and who asks are in the key, or filled in later. What `make` raises is not kept.
        """
        tenant = exchange.tenant
        permissions = exchange.credential.permissions if exchange.credential is not None else None
        circumstances = (tenant.quirks.fingerprint, orjson.dumps(tenant.options), permissions)
        whole = (exchange.store.state, exchange.path, exchange.raw_query, circumstances, key)
        kept = self._kept.get(whole)
        if kept is None:
            kept = self._make(exchange, make)
            self._keep(whole, kept)
        else:
            self._kept.move_to_end(whole)
            tenant.quirks.note_asked(kept.asked)
            exchange.unread.extend(kept.unread)
            exchange.quirks_acted.extend(name for name in kept.acted if name not in exchange.quirks_acted)
        return kept.body

    def _make(self, exchange: Exchange, make: Callable[[], Body]) -> _Kept:
        acted, unread = exchange.quirks_acted, exchange.unread
        exchange.quirks_acted, exchange.unread = [], []
        try:
            body, asked = exchange.tenant.quirks.watched(make)
            return _Kept(body, tuple(exchange.quirks_acted), tuple(exchange.unread), asked)
        finally:
            acted.extend(name for name in exchange.quirks_acted if name not in acted)
            unread.extend(exchange.unread)
            exchange.quirks_acted, exchange.unread = acted, unread

    def _keep(self, key: Hashable, kept: _Kept) -> None:
        if len(kept.body.text) > self._most // 8:
            return
        self._kept[key] = kept
        self._bytes += len(kept.body.text) + _BESIDE
        while self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body.text) + _BESIDE

"""Which rows a read of a changing list has met, so that none is delivered twice unchanged."""

from __future__ import annotations

from collections.abc import Hashable

REMEMBERED = 20_000
"""Rows. A row moves to another page when others come or go beside it: it is met again on one of the next pages, or never. So
only as many must be remembered as may come or go between two requests, and memory stays flat however long the list is."""
_NEVER = object()


class Met:
    """The rows met last, by key and version."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._versions: dict[str, Hashable] = {}

    def is_news(self, key: str, version: Hashable) -> bool:
        """Whether the row was not met lately, or in another version."""
        before = self._versions.pop(key, _NEVER)
        self._versions[key] = version
        if len(self._versions) > self._remembered:
            del self._versions[next(iter(self._versions))]
        return before != version

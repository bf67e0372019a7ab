"""What lists are like, kept as long as nothing is written: the order of their ids, so that the thousandth page costs what the first
one does, and how many there are."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Sequence
from typing import Any

MOST_COUNTS = 1_000
MOST_KEPT = 16
"""Different lists; 8 bytes for each of their records."""


class Orders:
    """The orders of one store. A list is read whole only when a second deep page of it is asked for between two writes."""

    def __init__(self) -> None:
        self._version = -1
        self._asked: set[Hashable] = set()
        self._kept: dict[Hashable, Sequence[Any]] = {}
        self._counts: dict[Hashable, int] = {}

    def page(
        self, version: int, key: Hashable, read_all: Callable[[], list[Any]], read_page: Callable[[], list[Any]], *, limit: int, offset: int
    ) -> Sequence[Any]:
        """`limit` ids from `offset` on. `version` is the store's, `key` what tells one list from another."""
        self._forget_what_is_past(version)
        if key not in self._kept:
            if key not in self._asked:
                self._asked.add(key)
                return read_page()
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = _packed(read_all())
        return self._kept[key][offset : offset + limit]

    def count(self, version: int, key: Hashable, read: Callable[[], int]) -> int:
        """How many there are."""
        self._forget_what_is_past(version)
        if key not in self._counts:
            if len(self._counts) >= MOST_COUNTS:
                self._counts.clear()
            self._counts[key] = read()
        return self._counts[key]

    def _forget_what_is_past(self, version: int) -> None:
        if version != self._version:
            self._version = version
            self._asked.clear()
            self._kept.clear()
            self._counts.clear()


def _packed(ids: list[Any]) -> Sequence[Any]:
    return array("q", ids) if all(type(id) is int for id in ids) else ids

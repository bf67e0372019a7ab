"""Reads a list by page numbers while it changes: every row arrives, and none arrives twice unchanged.

The list must be sorted so that new (and newly changed) rows come last. Then nothing ever moves to a higher rank except
to the very end, and the only danger is a row that vanishes from the pages already read: all behind it move up, and
one slips from the next page onto a page that is done. It leaves a trace: the last row of that page no longer stands
where it stood. So the edges of the pages are remembered, the last is looked at again at the end, and what lies behind
the first edge that moved is read anew. Undisturbed, that costs one tiny request a list of several pages, at any length.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

Edges = tuple[str, ...]
"""The key of the last row of each page read so far: where a read stands, and all it needs to go on after a crash."""


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """What one request brought."""

    rows: tuple[T, ...]
    edges: Edges | None
    """Give them to `read` to go on behind this step; None after the last."""
    settled: bool = True
    """False on a last step when the list changed faster than it could be read: rows may be missing."""


@dataclass(frozen=True, slots=True)
class NumberedPages(Generic[T]):
    """One list that is asked for by page number, counted from 1."""

    fetch: Callable[[int], Sequence[T]]
    """The rows of a page."""
    key_at: Callable[[int], str | None]
    """The key of the row at a rank, counted from 1; None when the list is shorter."""
    key: Callable[[T], str]
    version: Callable[[T], Hashable]
    """Changes when the row does; a row met again in another version is delivered again."""
    size: int
    rounds: int = 5
    """How often a list that changed is read anew, each time from the first edge that moved."""

    def read(self, edges: Edges = ()) -> Iterator[Step[T]]:
        """Steps from the first page, or from behind `edges`."""
        met: dict[str, Hashable] = {}
        rounds_left = self.rounds
        while True:
            page = self.fetch(len(edges) + 1)
            fresh = tuple(self._unmet(page, met))
            if len(page) >= self.size:
                edges = (*edges, self.key(page[-1]))
                yield Step(fresh, edges)
                continue
            firm = self._firm(edges)
            if firm == len(edges) or rounds_left == 0:
                yield Step(fresh, None, settled=firm == len(edges))
                return
            rounds_left -= 1
            edges = edges[:firm]
            yield Step(fresh, edges)

    def _unmet(self, page: Sequence[T], met: dict[str, Hashable]) -> Iterator[T]:
        for row in page:
            key, version = self.key(row), self.version(row)
            if key not in met or met[key] != version:
                met[key] = version
                yield row

    def _firm(self, edges: Edges) -> int:
        """How many of the edges, from the first, still stand where they stood. Edges only ever move up, and all behind too."""
        low, high = 0, len(edges)
        middle = high  # most lists hold still, so the last edge is asked first
        while low < high:
            if self.key_at(middle * self.size) == edges[middle - 1]:
                low = middle
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return low

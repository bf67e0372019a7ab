"""Reads a list by page numbers where new rows come first, or the order is unknown: every row that stays arrives.

`pages` is cheaper, but needs a list in which new rows come last. Here rows may move both ways between two pages. New
rows on top push others down, which only shows rows again. Rows that vanish let all behind them move up, and one slips from
the next page onto a page that is done. So after each page the seam to the page before is looked at: a few rows that
hold the former page's last row *and* the one behind it, in one answer. If the one behind is on the new page, nothing
lies between the two; if not, or if the last row is gone, the former page is read again. One answer holds both rows, so no
change between two requests can hide a gap. It costs one tiny request a page.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from connectors.transport.met import Met

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SeamStep(Generic[T]):
    """What one page brought: the rows not met before, or met in another version."""

    rows: tuple[T, ...]
    settled: bool
    """False when the list changed faster than it could be read: rows may be missing before this step's."""


@dataclass(frozen=True, slots=True)
class SeamedPages(Generic[T]):
    """One list that is asked for by page number, counted from 1, and page size."""

    fetch: Callable[[int, int], Sequence[T]]
    """(page number, page size) to its rows; the order must be the same in every answer."""
    key: Callable[[T], str]
    version: Callable[[T], Hashable]
    """Changes when the row does; a row met again in another version is delivered again."""
    size: int
    rounds: int = 25
    """How often, in one read, a page is read again because the list changed."""

    def read(self) -> Iterator[SeamStep[T]]:
        """Steps from the first page to the last."""
        met = Met()
        lasts: dict[int, str] = {}
        number, rounds_left = 1, self.rounds
        while True:
            page = self.fetch(number, self.size)
            fresh = tuple(self._unmet(page, met))
            tight = number == 1 or self._tight(number - 1, lasts[number - 1], page)
            if not tight and rounds_left > 0:
                rounds_left -= 1
                yield SeamStep(fresh, settled=True)
                number -= 1
                continue
            yield SeamStep(fresh, settled=tight)
            if len(page) < self.size:
                return
            lasts[number] = self.key(page[-1])
            number += 1

    def _unmet(self, page: Sequence[T], met: Met) -> Iterator[T]:
        return (row for row in page if met.is_news(self.key(row), self.version(row)))

    def _tight(self, former: int, last: str, page: Sequence[T]) -> bool:
        """Whether the row behind the former page's last one is on the new page, by one look at both."""
        rank = former * self.size
        # A page of this width holds both ranks: only a multiple of it would put an edge between them.
        width = next(width for width in range(2, rank + 2) if rank % width)
        around = [self.key(row) for row in self.fetch((rank - 1) // width + 1, width)]
        if last not in around:
            return False
        behind = around[around.index(last) + 1 :]
        return behind[0] in {self.key(row) for row in page} if behind else len(around) < width

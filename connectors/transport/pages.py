"""Reads a list by page numbers while it changes: no row that stays is lost, and none arrives twice unchanged.

The list must be sorted so that new (and newly changed) rows come last; then all that ever happens to the others is that
they move up, when something before them vanishes. Read from the first page to the last, a row could move up onto a page
that is done, unseen. So a list of several pages is read from its last page to its first: what is still to be read lies
before what has been read, and moving up keeps it there; a row met twice is delivered once. A list of one page is one
request. What is added after the start is left to the next read, and so is, in a list sorted by change, what changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from connectors.transport.met import Met

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """What one page brought."""

    rows: tuple[T, ...]
    next: int | None
    """The number of the page to be read next, all that is needed to go on after a crash; None after the last step."""


@dataclass(frozen=True, slots=True)
class NumberedPages(Generic[T]):
    """One list that is asked for by page number, counted from 1."""

    fetch: Callable[[int], Sequence[T]]
    """The rows of a page."""
    length: Callable[[], int]
    """How many rows the list has now; asked once, and only of a list that does not fit on one page."""
    key: Callable[[T], str]
    version: Callable[[T], Hashable]
    """Changes when the row does; a row met again in another version is delivered again."""
    size: int

    def read(self, next: int | None = None) -> Iterator[Step[T]]:
        """Steps from the start, or from the page that an earlier step named."""
        met = Met()
        if next is None:
            first = self.fetch(1)
            if len(first) < self.size:
                yield Step(tuple(self._unmet(first, met)), None)
                return
            # Also a list that now fits one page is looked at again: it may have been longer when its first page was read.
            next = self._pages()
            yield Step(tuple(self._unmet(first, met)), next)
        for number in range(next, 0, -1):
            yield Step(tuple(self._unmet(self.fetch(number), met)), number - 1 if number > 1 else None)

    def _pages(self) -> int:
        return max(1, -(-self.length() // self.size))

    def _unmet(self, page: Sequence[T], met: Met) -> Iterator[T]:
        return (row for row in page if met.is_news(self.key(row), self.version(row)))


def counted(has_rank: Callable[[int], bool]) -> int:
    """The length of a list that does not tell it, by asking whether there is a row at a rank; about two questions a doubling."""
    beyond = 1
    while has_rank(beyond):
        beyond *= 2
    there = beyond // 2
    while beyond - there > 1:
        middle = (there + beyond) // 2
        there, beyond = (middle, beyond) if has_rank(middle) else (there, middle)
    return there

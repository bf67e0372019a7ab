"""What was observed once and is judged by several checks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from conformance.stops import Blocked, Stuck, SubjectCrashed

T = TypeVar("T")


class Observations:
    """The memory of one lab, of one kind of world."""

    def __init__(self, of: str = "") -> None:
        """`of`: begins the names of connections, where a lab has several memories."""
        self._of = of
        self.memory: dict[Hashable, tuple[bool, Any]] = {}
        """Key to whether it could be observed, and what was seen or what stopped it."""
        self._brief: set[Hashable] = set()
        self._names: list[Iterator[str]] = []

    def once(self, key: Hashable, observe: Callable[[], T], *, brief: bool = False) -> T:
        """An observation that several checks judge is made once; what stopped it is raised again to each of them.

        brief: only checks of one chapter look at it, and it is large: it is let go when they have.
        """
        if brief:
            self._brief.add(key)
        if key not in self.memory:
            try:
                with self.named(key):
                    self.memory[key] = (True, observe())
            except (SubjectCrashed, Stuck, Blocked) as error:
                self.memory[key] = (False, error)
        good, found = self.memory[key]
        if not good:
            raise found
        return found  # type: ignore[no-any-return]

    def let_go(self) -> None:
        """After each chapter: forget what only its checks have looked at."""
        for key in self._brief:
            self.memory.pop(key, None)
        self._brief.clear()

    @contextmanager
    def named(self, what: Hashable) -> Iterator[None]:
        """Connections that are opened within have names after what they are for, whatever was done before."""
        name = self._of + _named_after(what)
        self._names.append(f"{name}, {number}" for number in itertools.count(1))
        try:
            yield
        finally:
            self._names.pop()

    def next_name(self) -> str | None:
        return next(self._names[-1]) if self._names else None


def _named_after(key: Hashable) -> str:
    """The same text for equal keys in every process."""
    if isinstance(key, frozenset):
        return f"{{{', '.join(sorted(map(_named_after, key)))}}}"
    return f"({', '.join(map(_named_after, key))})" if isinstance(key, tuple) else str(key)

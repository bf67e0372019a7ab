"""The only reader of time: every tenant has its own clock, which runs, freezes and advances."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def wall_seconds() -> float:
    """Seconds since the epoch by this machine's clock."""
    return time.time()  # noqa: TID251 - the one place


def monotonic_seconds() -> float:
    """Seconds on a clock that never goes back; for durations only."""
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock as a snapshot keeps it."""

    now: float
    frozen: bool


class Clock:
    """One tenant's time in seconds since the epoch.

    A frozen clock moves only by `advance` and `set`; a running one also moves with the machine's.
    Work planned with `call_at` runs, in order of its due time, whenever the clock is moved past it.
    """

    def __init__(self, start: float | None = None, *, frozen: bool = False) -> None:
        self._base = wall_seconds() if start is None else start
        self._running_since: float | None = None if frozen else monotonic_seconds()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    @property
    def frozen(self) -> bool:
        return self._running_since is None

    def now(self) -> float:
        if self._running_since is None:
            return self._base
        return self._base + monotonic_seconds() - self._running_since

    def now_utc(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def freeze(self) -> None:
        self._base, self._running_since = self.now(), None

    def run(self) -> None:
        if self._running_since is None:
            self._running_since = monotonic_seconds()

    def set(self, seconds: float) -> None:
        """Move to a moment; moving forward runs what falls due on the way."""
        if seconds > self.now():
            self.advance(seconds - self.now())
            return
        self._move_to(seconds)

    def advance(self, seconds: float) -> None:
        """Move forward; returns after all work that fell due has run, each at its own due time."""
        if seconds < 0:
            raise ValueError("a clock is advanced by zero seconds or more; use set() to go back")
        target = self.now() + seconds
        while self._due and self._due[0][0] <= target:
            due, _, work = heapq.heappop(self._due)
            self._move_to(max(due, self.now()))
            work()
        self._move_to(target)

    def call_at(self, seconds: float, work: Callable[[], None]) -> None:
        """Plan work for a moment on this clock."""
        heapq.heappush(self._due, (seconds, next(self._order), work))

    def dump(self) -> ClockState:
        """Without the planned work: whoever planned it plans it again."""
        return ClockState(self.now(), self.frozen)

    def load(self, state: ClockState) -> None:
        self._due.clear()
        self._base = state.now
        self._running_since = None if state.frozen else monotonic_seconds()

    def _move_to(self, seconds: float) -> None:
        self._base = seconds
        if self._running_since is not None:
            self._running_since = monotonic_seconds()

"""The only reader of time: every tenant has its own clock, which runs, freezes and advances."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None] | None]
"""Something planned: done when it returns, or, where it returns a coroutine, when that has ended."""

wall_seconds: Callable[[], float] = time.time  # noqa: TID251 - the one place
"""Seconds since the epoch by this machine's clock."""
monotonic_seconds: Callable[[], float] = time.monotonic
"""Seconds on a clock that never goes back; for durations only."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock as a snapshot keeps it."""

    now: float
    frozen: bool


class Clock:
    """One tenant's time in seconds since the epoch.

    A frozen clock moves only by `advance` and `set`; a running one also moves with the machine's. Work planned with
    `call_at` runs in the order of its due time: by itself as soon as that has come, where an event loop runs; at the
    latest when the clock is moved past it.
    """

    def __init__(self, start: float | None = None, *, frozen: bool = False) -> None:
        self._base = wall_seconds() if start is None else start
        self._running_since: float | None = None if frozen else monotonic_seconds()
        self._due: list[tuple[float, int, Work]] = []
        self._order = itertools.count()
        self._one_at_a_time = asyncio.Lock()
        self._alarm: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def frozen(self) -> bool:
        return self._running_since is None

    def now(self) -> float:
        if self._running_since is None:
            return self._base
        return self._base + monotonic_seconds() - self._running_since

    def freeze(self) -> None:
        self._base, self._running_since = self.now(), None
        self._set_alarm()

    def run(self) -> None:
        if self._running_since is None:
            self._running_since = monotonic_seconds()
        self._set_alarm()

    # -- moving it ------------------------------------------------------------------------------------------------

    def set(self, seconds: float) -> None:
        """Move to a moment; moving forward begins what falls due on the way."""
        if seconds > self.now():
            self.advance(seconds - self.now())
            return
        self._move_to(seconds)
        self._set_alarm()

    def advance(self, seconds: float) -> None:
        """Move forward; returns after all work that fell due was called, each at its own due time. What has to wait is
        begun, and goes on by itself: `advance_fully` waits for it."""
        target = self._target(seconds)
        while (work := self._next_due(target)) is not None:
            self._begin(work())
        self._move_to(max(target, self.now()))
        self._set_alarm()

    async def advance_fully(self, seconds: float) -> None:
        """Move forward; returns after all work that fell due has ended, each at its own due time and before the next begins."""
        async with self._one_at_a_time:
            target = self._target(seconds)
            while (work := self._next_due(target)) is not None:
                waiting = work()
                if waiting is not None:
                    await waiting
            self._move_to(max(target, self.now()))
        self._set_alarm()

    async def set_fully(self, seconds: float) -> None:
        """Move to a moment, as `set`, and wait as `advance_fully` does."""
        if seconds > self.now():
            await self.advance_fully(seconds - self.now())
        else:
            self.set(seconds)

    # -- work -----------------------------------------------------------------------------------------------------

    def call_at(self, seconds: float, work: Work) -> None:
        """Plan work for a moment on this clock."""
        heapq.heappush(self._due, (seconds, next(self._order), work))
        self._set_alarm()

    def stop(self) -> None:
        """Forget all planned work, and break off what is under way."""
        self._due.clear()
        self._set_alarm()
        for task in self._tasks:
            task.cancel()

    def dump(self) -> ClockState:
        """Without the planned work: whoever planned it plans it again."""
        return ClockState(self.now(), self.frozen)

    def load(self, state: ClockState) -> None:
        self.stop()
        self._base = state.now
        self._running_since = None if state.frozen else monotonic_seconds()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _target(self, seconds: float) -> float:
        if seconds < 0:
            raise ValueError("a clock is advanced by zero seconds or more; use set() to go back")
        return self.now() + seconds

    def _next_due(self, until: float) -> Work | None:
        if not self._due or self._due[0][0] > until:
            return None
        due, _, work = heapq.heappop(self._due)
        self._move_to(max(due, self.now()))
        return work

    def _move_to(self, seconds: float) -> None:
        self._base = seconds
        if self._running_since is not None:
            self._running_since = monotonic_seconds()

    def _set_alarm(self) -> None:
        """Wake up when the next work is due, if that comes by itself."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if not self._due:
            return
        wait = max(0.0, self._due[0][0] - self.now())
        if self.frozen and wait > 0:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody serves: work is done when the clock is moved
            return
        self._alarm = loop.call_later(min(wait, 86_400), lambda: self._begin(self.advance_fully(0)))

    def _begin(self, waiting: Coroutine[Any, Any, None] | None) -> None:
        if waiting is None:
            return
        try:
            task = asyncio.get_running_loop().create_task(waiting)
        except RuntimeError:
            asyncio.run(_ended(waiting))
            return
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("work that was planned on a clock failed", exc_info=task.exception())


async def _ended(waiting: Coroutine[Any, Any, None]) -> None:
    await waiting

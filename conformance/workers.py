"""Runs the tasks of a run side by side, in processes that each have a subject and labs of their own.

Processes, because the subject in process and the judging are both busy in Python; spawned, because whoever starts a run may have
threads. The sandbox is one for all: its tenants share nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

from conformance.check import Check
from conformance.execution import CheckFound, Findings, Stages, Task, collect_seldom, in_order, open_lab, run_task, share
from conformance.keeping import Memory
from conformance.lab import Lab
from conformance.options import Options
from conformance.sandbox import Sandbox
from conformance.subjects import ConfigurationError, load


@dataclass(frozen=True)
class Plan:
    """All that a worker must know to run any task."""

    subject: str
    sandbox_url: str
    folders: Mapping[str, Path]
    options: Options


OnCheck = Callable[[str, str, int | None], None]
"""(vendor, check, number of failed cases, or None when it begins)."""


SPARE = 1
"""Workers beyond the number of jobs: each waits for the sandbox a third of its time."""


def run_side_by_side(plan: Plan, stages: Mapping[str, Stages], jobs: int, on_check: OnCheck, memory: Memory) -> dict[str, Findings]:
    """The findings of each vendor. Raises ConfigurationError."""
    context = multiprocessing.get_context("spawn")
    heard = context.SimpleQueue()
    with _told(heard, on_check), ExitStack() as opened:
        # Each worker is a pool of its own, so that it can be said which of them does what.
        workers = [ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(plan, heard)) for _ in range(jobs + SPARE)]
        for worker in workers:
            opened.enter_context(worker)
        try:
            found = _Schedule(workers, stages, memory, on_check).run()
            for worker in workers:
                worker.shutdown(wait=False)
            return found
        except BrokenProcessPool as error:
            raise ConfigurationError("a worker process died; run with one job to see why") from error
        except BaseException:
            for worker in workers:
                worker.shutdown(wait=False, cancel_futures=True)
            raise


@dataclass(frozen=True)
class _Work:
    """A task to be run, and where it belongs."""

    task: Task
    before: Findings
    known: Findings
    """What of it an earlier run has found."""
    left: Task
    number: int
    """Its place among the tasks of its vendor: -1 the first, then those in between, the last."""


class _Schedule:
    """Who does what next. A vendor's next stage begins as soon as the one before is over.

    A worker stays with a vendor as long as there is something to do, for there it has made observations that can be shared; then it
    takes one that nobody has begun, and in the end it helps where most is left to do.
    """

    def __init__(self, workers: Sequence[ProcessPoolExecutor], stages: Mapping[str, Stages], memory: Memory, on_check: OnCheck) -> None:
        self._workers, self._stages, self._memory, self._on_check = workers, stages, memory, on_check
        self._waiting: list[_Work] = []
        self._open: dict[Future[Findings], tuple[_Work, int]] = {}
        self._idle = list(range(len(workers)))
        self._seen: list[set[str]] = [set() for _ in workers]
        self._begun: dict[str, float] = {}
        self._pace: dict[str, float] = {}
        """Seconds that a vendor's first stage took: some vendors take five times as long as others."""
        self._first: dict[str, Findings] = {}
        self._then: dict[str, dict[int, Findings]] = {vendor: {} for vendor in stages}
        self._in_last: set[str] = set()
        self._done: dict[str, Findings] = {}

    def run(self) -> dict[str, Findings]:
        for plan in self._stages.values():
            self._submit(plan.first, Findings(), -1)
        self._hand_out()
        while self._open:
            finished, _ = wait(self._open, return_when=FIRST_COMPLETED)
            for future in finished:
                work, worker = self._open.pop(future)
                self._idle.append(worker)
                self._memory.keep(work.task, work.before, future.result())
                self._ended(work.task.vendor, work.number, in_order(work.task, work.known.and_([future.result()])))
            self._hand_out()
        return {vendor: self._done[vendor] for vendor in self._stages}

    def _hand_out(self) -> None:
        while self._idle and self._waiting:
            worker = self._idle.pop(0)
            work = self._waiting.pop(self._best_for(worker))
            self._seen[worker].add(work.task.vendor)
            self._begun.setdefault(work.task.vendor, monotonic())
            self._open[self._workers[worker].submit(_run, work.left, work.before.and_([work.known]))] = (work, worker)

    def _best_for(self, worker: int) -> int:
        """Which of those that wait: of several that suit alike the first, for the heaviest come first."""
        begun = set().union(*self._seen)
        left = {vendor: self._left(vendor) for vendor in {work.task.vendor for work in self._waiting}}

        def strangeness(place: int) -> tuple[int, float]:
            vendor = self._waiting[place].task.vendor
            if vendor in self._seen[worker]:
                return 0, -left[vendor]
            return (1, 0) if vendor not in begun else (2, -left[vendor])

        return min(range(len(self._waiting)), key=strangeness)

    def _left(self, vendor: str) -> float:
        """How long what waits of a vendor will take those who are at it now, in no unit."""
        at_it = sum(work.task.vendor == vendor for work, _ in self._open.values())
        waiting = sum(share(work.left) for work in self._waiting if work.task.vendor == vendor)
        return waiting * self._pace.get(vendor, 1) / (at_it + 1)

    def _submit(self, task: Task, before: Findings, number: int) -> None:
        known, left = self._memory.find(task, before)
        tell(known, task.vendor, self._on_check)
        if left.checks:
            self._waiting.append(_Work(task, before, known, left, number))
        else:
            self._ended(task.vendor, number, known)

    def _ended(self, vendor: str, number: int, found: Findings) -> None:
        plan = self._stages[vendor]
        if number == len(plan.then):
            self._done[vendor] = self._before_last(vendor).and_([found])
            return
        if number < 0:
            self._first[vendor] = found
            self._pace[vendor] = monotonic() - self._begun.get(vendor, monotonic())
            for place, task in enumerate(plan.then):
                self._submit(task, found, place)
        else:
            self._then[vendor][number] = found
        if len(self._then[vendor]) == len(plan.then) and vendor not in self._in_last:
            self._in_last.add(vendor)
            self._submit(plan.last, self._before_last(vendor), len(plan.then))

    def _before_last(self, vendor: str) -> Findings:
        """In the order of the plan, whoever was ready first."""
        return self._first[vendor].and_(self._then[vendor][number] for number in range(len(self._stages[vendor].then)))


def tell(known: Findings, vendor: str, on_check: OnCheck) -> None:
    """Of checks that need not be run."""
    for one in known.checks:
        on_check(vendor, one.check, one.failed)


@contextmanager
def _told(heard: Any, on_check: OnCheck) -> Iterator[None]:
    """Hand on what the workers say of their progress."""

    def listen() -> None:
        while (said := heard.get()) is not None:
            on_check(*said)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        heard.put(None)
        listener.join()


# ------------------------------------------------------------------------------------------------ inside a worker


class _Worker:
    """One process's means."""

    own: ClassVar[_Worker | None] = None

    def __init__(self, plan: Plan, heard: Any) -> None:
        self._plan, self._heard = plan, heard
        self._sandbox = Sandbox(plan.sandbox_url)
        self._subject = load(plan.subject)
        self._labs: dict[str, Lab] = {}
        self._telling = False
        self._stopped_by: int | None = None

    def run(self, task: Task, before: Findings) -> Findings:
        if task.vendor not in self._labs:
            folder = self._plan.folders[task.vendor]
            self._labs[task.vendor] = open_lab(task.vendor, self._subject, self._sandbox, folder, self._plan.options)

        def on_check(check: Check, found: CheckFound | None) -> None:
            self._tell((task.vendor, check.id, None if found is None else found.failed))

        return run_task(self._labs[task.vendor], task, before, on_check)

    def _tell(self, said: tuple[str, str, int | None]) -> None:
        self._telling = True
        self._heard.put(said)
        self._telling = False
        if self._stopped_by is not None:
            self.stop(self._stopped_by)

    def stop(self, number: int, frame: object = None) -> None:
        """A signal's handler. Who ends while he tells keeps the lock of the pipe, and the run would wait for it for ever."""
        if self._telling:
            self._stopped_by = number
            return
        self.close()
        os._exit(128 + number)

    def close(self) -> None:
        for lab in self._labs.values():
            # A Ctrl-C reaches the sandbox, too: what is gone with it needs no clearing away.
            with suppress(ConfigurationError):
                lab.close()
        self._labs.clear()
        self._sandbox.close()


def _begin(plan: Plan, heard: Any) -> None:
    """A worker's first act."""
    collect_seldom()
    worker = _Worker(plan, heard)
    _Worker.own = worker
    Finalize(None, worker.close, exitpriority=10)
    # Last of all: to give back hundreds of megabytes object by object takes a second.
    Finalize(None, os._exit, args=(0,), exitpriority=-1000)
    signal.signal(signal.SIGINT, worker.stop)


def _run(task: Task, before: Findings) -> Findings:
    if _Worker.own is None:
        raise RuntimeError("the worker was not begun")
    return _Worker.own.run(task, before)

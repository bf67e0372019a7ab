"""Syncs that are killed: the next one shows everything, and goes on instead of starting again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial

from conformance import judge
from conformance.casework import broken, judged, same, seen_at, settled_problem, unverifiable
from conformance.check import Cell, Result
from conformance.checks.delta.cases import usual
from conformance.checks.delta.missed import slowly
from conformance.fixture_models import BetweenPages
from conformance.lab import Blocked, Lab, Session, SubjectCrashed, World
from conformance.prepared import synced

CANNOT_DIE = "the subject cannot be told to die at a request"
POINTS = {"early": 0.0, "in the first half": 0.25, "midway": 0.5, "in the second half": 0.75, "late": 1.0}
DELTA_POINTS = {"early": 1, "later": 4}
"""Requests after which a delta sync is killed; with nothing but changes to read, it has few."""


def kill_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "killed", point) for point in POINTS]


def _request(lab: Lab, share: float) -> int:
    """The request after which to kill: never before the first, never after the last at which the subject still dies."""
    return 1 + round(share * (_last_death(lab) - 1))


def _last_death(lab: Lab) -> int:
    """Before the last request. A subject that counts pages instead of requests comes to its end earlier, which is searched for."""

    def observe() -> int:
        low, high = 1, max(1, len(lab.calm_pages.journal) - 1)
        middle = high
        while low < high:
            if _dies(lab, middle):
                low = middle
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return low

    return lab.once("the last death", observe)


def _dies(lab: Lab, requests: int) -> bool:
    world, _, died = _killed(lab, requests)
    lab.close_world(world)
    return died


def _killed(lab: Lab, requests: int) -> tuple[World, Session, bool]:
    """A connection whose first sync was killed, and whether it died of it."""
    world = lab.world()
    session = world.connect(settings=lab.small_pages(world))
    return world, session, session.sync_killed(requests)


def _resumed(lab: Lab, point: str) -> tuple[judge.Snapshot, int]:
    """What the connection shows after it was killed and synced again, and how many requests the second sync took."""

    def observe() -> tuple[judge.Snapshot, int]:
        world, session, _ = _killed(lab, _request(lab, POINTS[point]))
        world.tenant.clear_journal()
        session.sync_well()
        return session.snapshot(), len(world.tenant.journal())

    return lab.once(("resumed", point), observe, brief=True)


def whole_after_kill(lab: Lab) -> Iterator[Result]:
    """INT-1."""
    for cell in kill_cells(lab):
        try:
            shown, _ = _resumed(lab, cell.name)
        except NotImplementedError:
            yield unverifiable(cell, CANNOT_DIE)
            continue
        problem = same(lab, lab.calm_pages.snapshot, shown)
        yield judged(cell, problem)


def goes_on(lab: Lab) -> Iterator[Result]:
    """INT-2."""
    cell = Cell("connection", "killed", "late")
    try:
        _, asked = _resumed(lab, "late")
    except NotImplementedError:
        yield unverifiable(cell, CANNOT_DIE)
        return
    total = len(lab.calm_pages.journal)
    yield judged(cell, None if asked < total else f"killed near the end, it started again: {asked} requests (a whole sync: {total})")


def delta_kill_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "delta killed", point) for point in DELTA_POINTS]


def _after_all_cases(lab: Lab, kill_after: int | None) -> judge.Snapshot:
    """What a connection shows after all changes of the delta cases and one delta sync, which may have been killed once."""

    def observe() -> judge.Snapshot:
        with synced(lab) as (session, _):
            session.world.tenant.advance(90)
            for _, case in usual(lab):
                if not case.at_watermark:
                    session.world.perform(case.steps)
            if kill_after is not None:
                session.sync_killed(kill_after, "DELTA")
            session.sync_well("DELTA")
            return session.snapshot()

    return lab.once(("all delta cases", kill_after), observe)


def whole_after_killed_delta(lab: Lab) -> Iterator[Result]:
    """INT-3."""
    for cell in delta_kill_cells(lab):
        if all(case.at_watermark for _, case in usual(lab)):
            yield unverifiable(cell, "profile.yaml has no delta case")
            continue
        try:
            killed = _after_all_cases(lab, DELTA_POINTS[cell.name])
        except NotImplementedError:
            yield unverifiable(cell, CANNOT_DIE)
            continue
        yield judged(cell, same(lab, _after_all_cases(lab, None), killed))


def moved_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "while a killed sync lay still", case.id) for case in lab.profile.between_pages] or [
        Cell("case", "while a killed sync lay still", "any")
    ]


def moved_meanwhile(lab: Lab) -> Iterator[Result]:
    """INT-4."""
    if not lab.profile.between_pages:
        yield unverifiable(moved_cells(lab)[0], "profile.yaml has no between_pages")
        return
    for cell, case in zip(moved_cells(lab), lab.profile.between_pages, strict=True):
        if lab.ledger.failures("INT-1"):
            yield unverifiable(cell, "not judged: INT-1 found that a killed sync loses what did not even move")
            continue
        try:
            session, shown = gone_on(lab, case)
        except (NotImplementedError, Blocked) as reason:
            yield unverifiable(cell, str(reason) or CANNOT_DIE)
            continue
        problem = settled_problem(lab, lab.calm_pages.snapshot, shown, case.unsettled)
        yield judged(cell, problem, seen=partial(seen_at, session.world, case.operation))


def touches(case: BetweenPages) -> bool:
    """Whether it changes several records, and nothing else."""
    return len(case.steps) > 1 and all(step.update is not None for step in case.steps)


def gone_on(lab: Lab, case: BetweenPages) -> tuple[Session, judge.Snapshot]:
    """A connection whose first sync died in the middle of a list, lay still while this happened, and went on; and what it shows then.
    Raises NotImplementedError and Blocked."""

    def observe() -> tuple[Session, judge.Snapshot]:
        half = _half(lab, case.operation)
        if half is None:
            raise Blocked(f"the subject never dies between two pages of {case.operation}")
        world, session, _ = _killed(lab, half)
        if touches(case):
            # One end of the list, the other, then what lies between: whichever is read first, what was read changes before what was not.
            slowly(world, [case.steps[0], case.steps[-1], *case.steps[1:-1]])
            world.kept = True
        else:
            world.perform(case.steps)
        session.sync_well()
        return session, session.snapshot()

    return lab.once(("gone on", case.id), observe) if touches(case) else observe()


def _half(lab: Lab, operation: str) -> int | None:
    """The request after which to kill, so that more than half of what an operation is asked for has been asked. None: there is none."""
    asked = [entry.operation for entry in lab.calm_pages.journal]
    total = asked.count(operation)
    wanted = total // 2 + 1
    low, high = 1, _last_death(lab)
    # Where requests are counted, or each page takes as many, the calm sync tells; else it is searched for.
    at = [number for number, name in enumerate(asked, 1) if name == operation][wanted - 1]
    guess = max(low, min(high, round(at * high / max(1, len(asked) - 1))))
    if wanted <= _asked_before(lab, guess, operation) < total:
        return guess
    if _asked_before(lab, high, operation) < wanted:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _asked_before(lab, middle, operation) >= wanted else (middle + 1, high)
    return low


def _asked_before(lab: Lab, requests: int, operation: str) -> int:
    """How often an operation was asked for by a sync that was killed after so many requests."""

    def observe() -> Counter[str | None]:
        world, _, _ = _killed(lab, requests)
        count = Counter(entry.operation for entry in world.tenant.journal())
        lab.close_world(world)
        return count

    return lab.once(("asked before death", requests), observe)[operation]


A_MOMENT = 1.0
"""Seconds of real time in which a subject may take another credential while it syncs; one that lets the sync end first takes it later."""
REPLACED = Cell("connection", "another credential", "while it syncs")


def replaced_midway(lab: Lab) -> Iterator[Result]:
    """INT-5."""
    operation = lab.operations()[-1]
    world = lab.world()
    other = lab.mint(world, "all").credential
    session = world.connect(settings=lab.small_pages(world))
    failures: list[SubjectCrashed] = []

    def reconnect() -> None:
        try:
            session.reconnect(credential=other)
        except SubjectCrashed as error:
            failures.append(error)

    aside = threading.Thread(target=reconnect, daemon=True)

    def replace() -> None:
        aside.start()
        aside.join(A_MOMENT)

    rule = {"kind": "rate_limit", "retry_after": 1, "operation": operation, "times": 1}
    try:
        with world.at_fault(rule, replace) as ran:
            session.sync()
        if ran:
            aside.join()
        session.sync_well()
    except SubjectCrashed as error:
        failures.append(error)
    if failures:
        yield broken(REPLACED, str(failures[0]), seen=seen_at(world, operation))
    elif not ran:
        yield unverifiable(REPLACED, f"{operation} was never asked")
    else:
        yield judged(REPLACED, same(lab, lab.calm_pages.snapshot, session.snapshot()))

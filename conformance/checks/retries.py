"""Passing failures: the subject tries again, in time and not for ever, and the data is as if nothing had happened.

The measure is the subject's own sync in calm, so that a wrong value is not found here a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.casework import broken, examples, held, judged, one_case, operation_cells, same, seen_at, unverifiable
from conformance.check import Cell, Check, Result
from conformance.fixture_models import SettingCase
from conformance.lab import Blocked, Lab, Stuck, SubjectCrashed
from conformance.outcomes import Code
from conformance.sandbox import Entry

HINT = 37
"""Seconds of Retry-After: far from any backoff that a client might choose by itself."""
MOST_TRIES = 12
"""A client that asks more often than this for a page that is never given does not know when to stop."""


@dataclass(frozen=True)
class Struck:
    """A sync during which a fault struck some operations a few times each, here and there, and let each be repeated."""

    problem: str | None
    journal: tuple[Entry, ...]
    exchanges: Mapping[str, tuple[dict[str, Any], ...]]
    """The last conversations of each operation, when there was a problem."""

    def refused(self, operation: str) -> Entry | None:
        """The request of this operation that the fault struck."""
        return next((entry for entry in self.journal if entry.operation == operation and entry.raw.get("faults")), None)

    def again(self, operation: str) -> Entry | None:
        """The first request of the operation after that."""
        struck = self.refused(operation)
        return struck and next((entry for entry in self.journal if entry.id > struck.id and entry.operation == operation), None)


def _places(requests: int) -> list[int]:
    """Which of an operation's requests the fault strikes: the first ones, one in the middle, and the last."""
    return sorted({place for place in (0, 1, 2, requests // 2, requests - 1) if 0 <= place < requests}) or [0]


def _sync_struck(lab: Lab, operations: Sequence[str], rule: Mapping[str, Any]) -> Struck:
    world = lab.world()
    settings = lab.small_pages(world)
    for operation in operations:
        for skip in _places(lab.calm_pages.requests(operation)):
            world.tenant.fault(**rule, operation=operation, skip=skip, times=1)
    session = world.connect(settings=settings)
    problem = None
    try:
        outcome = session.sync()
    except (SubjectCrashed, Stuck) as error:
        problem = str(error)
    else:
        if outcome.state != "SUCCEEDED":
            problem = f"{'one passing failure' if len(operations) == 1 else 'passing failures'}, and the sync ended {outcome.state}: {outcome.error}"
        else:
            problem = same(lab, lab.calm_pages.snapshot, session.snapshot())
    exchanges = {operation: seen_at(world, operation) for operation in operations} if problem else {}
    found = Struck(problem, tuple(world.tenant.journal()), exchanges)
    lab.close_world(world)
    return found


def _all_struck(lab: Lab, rule: Mapping[str, Any]) -> Struck:
    return lab.once(("struck", *sorted(rule.items())), lambda: _sync_struck(lab, lab.asked(), rule), brief=True)


def _strike(lab: Lab, operation: str, rule: Mapping[str, Any]) -> Struck:
    """In one sync with all operations; in a sync of its own when anything was wrong there, so that the right one is blamed."""
    together = _all_struck(lab, rule)
    if together.problem is None and together.refused(operation) and together.again(operation):
        return together
    return lab.once(("struck", operation, *sorted(rule.items())), lambda: _sync_struck(lab, [operation], rule))


def _survives(rule: Mapping[str, Any], name: str) -> Callable[[Lab], Iterator[Result]]:
    """`judge` of a check that lets one fault strike each operation that a sync asks for."""

    def judge_all(lab: Lab) -> Iterator[Result]:
        blamed = False
        for cell in operation_cells(name)(lab):
            struck = _strike(lab, cell.owner, rule)
            blamed = blamed or struck.problem is not None
            if struck.refused(cell.owner) is None:
                yield unverifiable(cell, "the fault never struck: the operation was not asked")
            else:
                yield judged(cell, struck.problem, seen=struck.exchanges.get(cell.owner, ()))
        together = _all_struck(lab, rule)
        yield judged(_every(name), None if blamed else together.problem)

    judge_all.__module__ = __name__
    return judge_all


def _every(name: str) -> Cell:
    return Cell("fault", "every operation", name)


def _struck_cells(name: str) -> Callable[[Lab], list[Cell]]:
    return lambda lab: [*operation_cells(name)(lab), _every(name)]


LIMITED = {"kind": "rate_limit", "retry_after": HINT}


def _honours_hint(lab: Lab) -> Iterator[Result]:
    """RTY-2."""
    for cell in operation_cells("Retry-After")(lab):
        struck = _strike(lab, cell.owner, LIMITED)
        refused, again = struck.refused(cell.owner), struck.again(cell.owner)
        if refused is None:
            yield unverifiable(cell, "the fault never struck: the operation was not asked")
        elif again is None:
            yield unverifiable(cell, "not judged: the operation was not asked again (see RTY-1)")
        elif not _hints(refused):
            yield Result(cell, Code.NOT_APPLICABLE, "the vendor tells no wait")
        elif again.at - refused.at < HINT - 0.001:
            text = f"told to wait {HINT} seconds, it asked again after {again.at - refused.at:g}"
            yield broken(cell, text, seen=struck.exchanges.get(cell.owner, ()))
        else:
            yield held(cell, f"waited at least {HINT} seconds")


def _hints(refused: Entry) -> bool:
    """Whether the refusal has a header that tells how long to wait, by whatever name."""
    headers = (refused.raw.get("response") or {}).get("headers") or {}
    return any(word in name.lower() for name in headers for word in ("retry", "reset"))


UNHINTED = {"kind": "rate_limit", "retry_after": None}
OUTAGE: Mapping[str, Any] = {"kind": "status", "status": 503}


def _waits_after(name: str, rule: Mapping[str, Any], see: str) -> Callable[[Lab], Iterator[Result]]:
    """RTY-4, RTY-11. `see`: the check that judges whether the operation is asked again at all."""

    def judge_all(lab: Lab) -> Iterator[Result]:
        for cell in operation_cells(name)(lab):
            struck = _strike(lab, cell.owner, rule)
            refused, again = struck.refused(cell.owner), struck.again(cell.owner)
            if refused is None or again is None:
                yield unverifiable(cell, f"not judged: the operation was not asked again (see {see})")
            else:
                yield judged(cell, None if again.at > refused.at else "it asked again at once")

    return judge_all


OTHERS: Mapping[int, Mapping[str, Any]] = {
    500: {"kind": "status"},
    502: {"kind": "not_json"},
    504: {"kind": "not_json"},
}
"""Beside 503: whoever knows only some of them calls a passing failure a lasting one. What stands before the vendor says it by a page."""


def _other_statuses(lab: Lab) -> Iterator[Result]:
    """RTY-10."""
    for cell, (status, rule) in zip(_other_cells(lab), OTHERS.items(), strict=True):
        struck = _all_struck(lab, {**rule, "status": status})
        yield judged(cell, struck.problem, seen=next(iter(struck.exchanges.values()), ()))


def _other_cells(lab: Lab) -> list[Cell]:
    return [_every(str(status)) for status in OTHERS]


def _put_off_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", "every list", f"put off, as by {status}") for status in lab.profile.put_off.reads] or [
        Cell("fault", "every list", "put off")
    ]


def _put_off(lab: Lab) -> Iterator[Result]:
    """RTY-13."""
    statuses = lab.profile.put_off.reads
    if not statuses:
        yield Result(_put_off_cells(lab)[0], Code.NOT_APPLICABLE, "profile.yaml knows no words of the vendor's for a read that is put off")
        return
    for cell, status in zip(_put_off_cells(lab), statuses, strict=True):
        operations = lab.operations()
        struck = _sync_struck(lab, operations, {"kind": "status", "status": status})
        missed = [operation for operation in operations if struck.refused(operation) is None]
        if missed:
            yield unverifiable(cell, f"the fault never struck {', '.join(missed)}")
        else:
            yield judged(cell, struck.problem, seen=next(iter(struck.exchanges.values()), ()))


PASSING: Mapping[str, Mapping[str, Any]] = {
    "503": OUTAGE,
    "429": LIMITED,
    "a body that breaks off": {"kind": "cut_mid_body"},
    "half a document": {"kind": "truncated_body"},
}


def _set_apart(lab: Lab) -> dict[str, SettingCase]:
    """Settings with which the same is read, but by operations that a usual sync does not ask for."""
    plain = [one for one in lab.profile.settings if not (one.steps or one.expect or one.only or one.action or one.told)]
    return {one.id: one for one in plain if one.ends == "SUCCEEDED" and set(one.asks) - set(lab.asked())}


def _by_setting_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", case, name) for case in _set_apart(lab) for name in PASSING] or [Cell("fault", "", "by a setting")]


def _by_setting(lab: Lab) -> Iterator[Result]:
    """RTY-14."""
    cases = _set_apart(lab)
    for cell in _by_setting_cells(lab):
        if not cases:
            yield Result(cell, Code.NOT_APPLICABLE, "no setting makes a sync ask for other operations")
            continue
        case = cases[cell.owner]
        world = lab.world()
        for operation in set(case.asks) - set(lab.asked()):
            for skip in (0, 1):
                world.tenant.fault(**PASSING[cell.name], operation=operation, skip=skip, times=1)
        session = world.connect(settings=case.settings)
        outcome = session.sync()
        if outcome.state != "SUCCEEDED":
            yield broken(cell, f"passing failures, and the sync ended {outcome.state}: {outcome.error}", seen=seen_at(world))
        elif not world.tenant.struck():
            yield unverifiable(cell, "the fault never struck: the operation was not asked")
        else:
            yield judged(cell, same(lab, lab.calm.snapshot, session.snapshot()), seen=partial(seen_at, world))


DATED = Cell("fault", "", "Retry-After as a date")


def _honours_dates(lab: Lab) -> Iterator[Result]:
    """RTY-12."""
    operation = lab.asked()[0]
    struck = _sync_struck(lab, [operation], {**LIMITED, "form": "date"})
    refused, again = struck.refused(operation), struck.again(operation)
    if refused is None:
        yield unverifiable(DATED, "the fault never struck: the operation was not asked")
    elif again is None:
        yield broken(DATED, f"{operation} was not asked again: {struck.problem}", seen=struck.exchanges.get(operation, ()))
    else:
        # A date has no fractions of a second.
        early = again.at - refused.at < HINT - 1
        yield judged(DATED, f"told to wait {HINT} seconds by a date, it asked again after {again.at - refused.at:g}" if early else None)


NEVER: Mapping[str, Mapping[str, Any]] = {"an operation that never recovers": OUTAGE, "a rate limit that never ends": UNHINTED}


SHORT_LIVED = Cell("connection", "", "sessions that end at once")


def _never_cells(lab: Lab) -> list[Cell]:
    return [*(Cell("connection", "", name) for name in NEVER), SHORT_LIVED]


def _never_recovering(lab: Lab, name: str) -> int:
    """How often one page of the first list is asked for when it never comes. Raises Stuck and Blocked."""

    def observe() -> int:
        operation, world = lab.operations()[0], lab.world()
        world.tenant.fault(**NEVER[name], operation=operation, times=None)
        world.connect().sync()
        asked = Counter((entry.path, entry.query) for entry in world.tenant.journal(operation=operation))
        if not asked:
            raise Blocked(f"{operation} was never asked")
        return max(asked.values())

    return lab.once(("never recovers", name), observe, brief=True)


def _gives_up(lab: Lab) -> Iterator[Result]:
    """RTY-9."""
    operation = lab.operations()[0]
    yield _signs_in_for_ever(lab)
    for cell in (Cell("connection", "", name) for name in NEVER):
        try:
            tries = _never_recovering(lab, cell.name)
        except Stuck as error:
            yield broken(cell, f"{error} for {operation}, and would have gone on")
            continue
        yield judged(cell, f"{tries} tries of one page of {operation}; at most {MOST_TRIES} are reasonable" if tries > MOST_TRIES else None)


def _signs_in_for_ever(lab: Lab) -> Result:
    """Whoever signs in well, and is refused all the same, must not begin again each time."""
    if not lab.profile.signs_in:
        return Result(SHORT_LIVED, Code.NOT_APPLICABLE, "the vendor has no sessions")
    world = lab.world()
    world.tenant.fault("expire_token", times=None)
    with suppress(SubjectCrashed, Stuck):  # how often it has tried by then tells
        world.connect().sync()
    times = sum(entry.operation in lab.profile.signs_in for entry in world.tenant.journal())
    lab.close_world(world)
    text = f"it signed in {times} times for sessions that end at once; at most {MOST_TRIES} are reasonable"
    return judged(SHORT_LIVED, text if times > MOST_TRIES else None)


AFTERWARDS = Cell("connection", "after a list was given up", "a passing failure")


def _patient_again(lab: Lab) -> Iterator[Result]:
    """RTY-15."""
    pages, world = lab.profile.page_operations, lab.world()
    # About the connection, so the same list whichever models are under test.
    first = next(pages[model] for model in lab.promise.models if model in pages)
    try:
        patience = _never_recovering(lab, next(iter(NEVER)))
    except Stuck:
        yield unverifiable(AFTERWARDS, "not judged: it never gives up (see RTY-9)")
        return
    session = world.connect(settings=lab.small_pages(world))
    world.tenant.fault(**OUTAGE, operation=first, times=patience)
    for operation in lab.asked():
        # By its second page every operation has answered again, so nobody has reason to think that it is still down.
        if operation != first:
            world.tenant.fault(**OUTAGE, operation=operation, skip=1, times=1)
    session.sync()
    journal = world.tenant.journal()
    # Whoever reads other lists first meets their failures before the outage, and has to wait them out all the same.
    struck = [entry for entry in journal if entry.raw.get("faults") and entry.operation != first]
    asked = {(entry.method, entry.path, entry.query): entry.id for entry in journal}
    given_up = [entry for entry in struck if asked[entry.method, entry.path, entry.query] == entry.id]
    if not struck:
        yield unverifiable(AFTERWARDS, "no operation was asked for a second page")
    else:
        text = f"once {first} had outlasted its patience, one 503 was enough for {examples(entry.operation for entry in given_up)}"
        yield judged(AFTERWARDS, text if given_up else None, seen=seen_at(world, given_up[0].operation) if given_up else ())


HTTP = "RFC 9110, 15.5 and 15.6; RFC 6585, 4"
CHECKS = (
    Check("RTY-1", "After a 429 with Retry-After the page is asked for again, and the data is complete.", HTTP,
          _struck_cells("429"), _survives(LIMITED, "429")),
    Check("RTY-2", "After a 429 nothing is asked of the operation before Retry-After has passed.", "RFC 9110, 10.2.3",
          operation_cells("Retry-After"), _honours_hint),
    Check("RTY-3", "After a 429 without Retry-After the page is asked for again, and the data is complete.", HTTP,
          _struck_cells("429 without Retry-After"), _survives(UNHINTED, "429 without Retry-After")),
    Check("RTY-4", "After a 429 without Retry-After the subject waits of its own accord.", HTTP,
          operation_cells("429 without Retry-After"), _waits_after("429 without Retry-After", UNHINTED, see="RTY-3"), level="SHOULD"),
    Check("RTY-5", "After a 5xx the page is asked for again, and the data is complete.", HTTP,
          _struck_cells("503"), _survives(OUTAGE, "503")),
    Check("RTY-6", "After a connection that was cut before the answer the page is asked for again.", HTTP,
          _struck_cells("cut before headers"), _survives({"kind": "cut_before_headers"}, "cut before headers")),
    Check("RTY-7", "After an answer that was cut in the middle the page is asked for again; half a page is never taken for a whole.", HTTP,
          _struck_cells("cut in the body"), _survives({"kind": "cut_mid_body"}, "cut in the body")),
    Check("RTY-8", "An answer whose JSON is incomplete is asked for again; half a page is never taken for a whole.", HTTP,
          _struck_cells("truncated body"), _survives({"kind": "truncated_body"}, "truncated body")),
    Check("RTY-10", "After a 500, or a gateway's web page with 502 or 504, the page is asked for again, and the data is complete.", HTTP,
          _other_cells, _other_statuses),
    Check("RTY-13", "A read that the vendor puts off in words of its own, whatever the status, is asked for again, and the data is complete.",
          "fixtures: profile.yaml, put_off", _put_off_cells, _put_off),
    Check("RTY-14", "What is asked for only under some setting is asked for again as well, and the data is complete.", HTTP,
          _by_setting_cells, _by_setting),
    Check("RTY-9", "The subject gives up in the end: it does not ask for ever.", HTTP,
          _never_cells, _gives_up),
    Check("RTY-15", "After an outage that outlasted all patience, a later failure of the same sync that passes is waited out as ever.", HTTP,
          one_case("connection", AFTERWARDS.name, AFTERWARDS.owner), _patient_again),
    Check("RTY-12", "A wait that is told as a date is kept as well.", "RFC 9110, 10.2.3", one_case("fault", DATED.name), _honours_dates),
    Check("RTY-11", "After a 5xx the subject waits before it asks again.", HTTP,
          operation_cells("wait after a 503"), _waits_after("wait after a 503", OUTAGE, see="RTY-5"), level="SHOULD"),
)  # fmt: skip

"""Carries out the cases of settings in profile.yaml: what the subject shows, says and asks for when one of them is other than usual."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson

from conformance import action_runs, judge
from conformance.casework import count_problem, is_told, worth_judging
from conformance.fixture_models import ActionCase, FixtureError, SettingCase
from conformance.lab import Blocked, Lab, World
from conformance.outcomes import Code
from conformance.sandbox import Entry, instant

Found = tuple[list[str], Code]
"""All that is wrong in words, and the word for it."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
QUIET = 3600.0
"""Seconds between a full sync and the delta sync after it: more than any setting asks for twice."""


def cases(lab: Lab) -> list[SettingCase]:
    """Those that are about something under test."""
    others = {case.id for case in lab.fixtures.actions if case.action not in lab.actions}
    return [case for case in lab.profile.settings if case.action not in others and (not case.only or set(case.only) & set(lab.models))]


def carry_out(lab: Lab, case: SettingCase) -> Found:
    """What is not as the case says. Raises Blocked, FixtureError."""
    if case.action is not None:
        return _acted(lab, case)
    if case.same_waits is not None:
        return _waited(lab, case, case.same_waits)
    if case.earlier is not None:
        operation = case.earlier.operation
        shift = _asked_from(lab, case, operation, {}) - _asked_from(lab, case, operation, case.settings)
        text = f"a delta sync asked from a time {shift:g} seconds earlier than without it, not {case.earlier.seconds:g}"
        return ([] if abs(shift - case.earlier.seconds) < 1 else [text]), Code.BROKEN
    return _synced(lab, case)


def _scope(lab: Lab, case: SettingCase) -> Mapping[str, Any]:
    return {"models": {model: "DISABLED" for model in lab.promise.models if model not in case.only}} if case.only else {}


def _synced(lab: Lab, case: SettingCase) -> Found:
    world = lab.world()
    world.perform(case.steps)
    session = world.connect(settings=case.settings, scope=_scope(lab, case))
    outcome = session.sync()
    if outcome.state != case.ends:
        return [f"the sync ended {outcome.state}, not {case.ends}: {outcome.error or 'no error given'}"], Code.BROKEN
    found: list[judge.Deviation] = []
    others: list[str] = []
    if case.ends == "SUCCEEDED":
        declared = judge.Declared((case.expect, case.also_changes))
        shown = session.snapshot()
        others = [
            f"{model}: {problem}"
            for model, keys in case.exactly.items()
            if (problem := count_problem(Counter(keys), shown.keys.get(model, Counter())))
        ]
        judged = [model for model in lab.models if not case.only or model in case.only]
        deviations = declared.deviations(lab.calm.snapshot, shown, judged)
        found = worth_judging(lab, (one for one in deviations if one.field is not None or one.model not in case.exactly))
    journal = world.tenant.journal()
    said = {(one.model, one.field) for one in outcome.diagnostics if one.reason != "empty"}
    silent = [f"{name} is not shown, and nothing says so" for name in case.told if not is_told(name, said)]
    return [*_idle(case, journal), *_sent(case, journal), *silent, *others, *map(str, found)], found[0].code if found else Code.BROKEN


def _acted(lab: Lab, case: SettingCase) -> Found:
    known = next((one for one in lab.fixtures.actions if one.id == case.action), None)
    if known is None:
        raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: actions.yaml has no case {case.action!r}")
    done = action_runs.carry_out(lab, _with_settings(known, case))
    problem = action_runs.writes_problem(known.writes, done.changes.counts())
    failed = [] if done.outcome.ok is (known.error is None) else [f"the action ended {done.outcome.code}: {done.outcome.message}"]
    return [*failed, *([problem[1]] if problem else []), *_idle(case, done.journal), *_sent(case, done.journal)], Code.BROKEN


def _with_settings(known: ActionCase, case: SettingCase) -> ActionCase:
    changes = {"settings": {**known.settings, **case.settings}, "setup": [*known.setup, *case.steps], "creates": {}, "repeat": None}
    return known.model_copy(update=changes)


# ----------------------------------------------------------------------------------------------------- what was asked


def _idle(case: SettingCase, journal: Sequence[Entry]) -> Iterator[str]:
    asked = {entry.operation for entry in journal}
    yield from (f"{operation} was never asked" for operation in case.asks if operation not in asked)
    # The struck request may still be on its way: it stands in the journal when it is answered.
    again = {entry.operation for entry in journal if not entry.raw.get("faults")}
    yield from (f"{operation} was not asked again" for operation in case.asks_again if operation not in again)


def _sent(case: SettingCase, journal: Sequence[Entry]) -> Iterator[str]:
    for operation, wanted in case.sends.items():
        entries = [entry for entry in journal if entry.operation == operation]
        if not entries:
            yield f"{operation} was never asked"
        for name, expression in wanted.items():
            other = next((text for entry in entries if not re.fullmatch(expression, text := said(entry, name) or "")), None)
            if other is not None:
                yield f"{operation} was asked with {name} {other!r}, not {expression!r}"


def said(entry: Entry, name: str) -> str | None:
    """What a request says in a place named as in `SettingCase.sends`; values of a body as JSON, unless they are texts."""
    kind, _, inner = name.partition(":")
    request: Mapping[str, Any] = entry.raw.get("request") or {}
    match kind:
        case "path":
            return entry.path
        case "header":
            return (request.get("headers") or {}).get(inner.lower())
        case "body":
            return _in_body(request.get("body"), inner)
        case "form":
            return dict(parse_qsl(str(request.get("body")))).get(inner)
        case _:
            return dict(parse_qsl(entry.query, keep_blank_values=True)).get(name)


def _in_body(body: Any, path: str) -> str | None:
    try:
        told = orjson.loads(body) if isinstance(body, str) else body
    except orjson.JSONDecodeError:
        return None
    value = next(judge.dig(told, path), None)
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


# ----------------------------------------------------------------------------------------------------- times and waits


def _asked_from(lab: Lab, case: SettingCase, operation: str, settings: Mapping[str, Any]) -> float:
    """The time from which the delta sync of a connection asks for changes, in seconds since the epoch."""

    def observe() -> float:
        world = lab.world()
        session = world.connect(settings=settings, scope=_scope(lab, case))
        session.sync_well()
        world.tenant.clear_journal()
        world.tenant.advance(QUIET)
        session.sync_well("DELTA")
        journal = world.tenant.journal(operation=operation)
        lab.close_world(world)
        times = list(_instants(unquote_plus(entry.query) for entry in journal))
        if not times:
            raise Blocked(f"no request of {operation} in a delta sync names a time")
        return min(times)

    named = orjson.dumps([operation, settings, case.only], option=orjson.OPT_SORT_KEYS)
    return lab.once(("asked from", named), observe)


def _instants(queries: Iterable[str]) -> Iterator[float]:
    for query in queries:
        for text in INSTANT.findall(query.replace(" ", "+")):
            yield instant(datetime.fromisoformat(text).isoformat())


def _waited(lab: Lab, case: SettingCase, operation: str) -> Found:
    if lab.subject.real_time:
        raise Blocked("how long a subject waits by the wall clock cannot be told exactly")
    one, other = (_waits(lab.world(), lab, case, operation) for _ in range(2))
    if not one:
        raise Blocked(f"{operation} failed for a while, and nothing was waited for")
    return ([] if one == other else [f"two connections with these settings waited {one[:3]} and {other[:3]} seconds"]), Code.BROKEN


def _waits(world: World, lab: Lab, case: SettingCase, operation: str) -> list[float]:
    world.tenant.fault("status", status=503, operation=operation, times=3)
    world.connect(settings=case.settings, scope=_scope(lab, case)).sync()
    return list(world.waits)

"""Completeness: every record arrives exactly once, in one page or many, while the data stands still and while it moves.

Identity is judged only here, values only in the fields chapter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.casework import (
    broken,
    count_problem,
    examples,
    held,
    judged,
    model_cells,
    one_case,
    same,
    seen_at,
    settled_problem,
    unverifiable,
    warnings_problem,
    worth_judging,
)
from conformance.check import Cell, Check, Result
from conformance.checks import quirks
from conformance.fixture_models import BetweenPages, Changes, QuirkCase
from conformance.judge import Declared, Snapshot, short
from conformance.lab import Blocked, Lab
from conformance.outcomes import Code
from conformance.subjects import SyncOutcome
from conformance.world import World

SYNC = Cell("connection", "", "full sync")


def _succeeds(lab: Lab) -> Iterator[Result]:
    """SYN-1."""
    try:
        outcome = lab.calm.outcome
    except Blocked as stopped:
        yield broken(SYNC, str(stopped))
        return
    concealed = _concealed(lab)
    told = [one for one in outcome.diagnostics if one.reason in {"not_permitted", "error", "masked"}]
    denied = [one for one in told if one.reason != "masked" or (one.model, one.field) not in concealed]
    if denied:
        yield broken(SYNC, f"with every permission it reports {denied[0]}", code=Code.FALSE_DENIAL, got=[repr(one) for one in denied])
    else:
        yield held(SYNC)


def _concealed(lab: Lab) -> set[tuple[str, str]]:
    """Fields of which the vendor masks a value."""
    return {
        (model, name)
        for model, records in lab.fixtures.expected.models.items()
        for record in records
        for name, value in record.values.items()
        if isinstance(value, dict) and "$masked" in value
    }


WARNINGS = Cell("connection", "full sync", "warnings")


def _warned(lab: Lab) -> Iterator[Result]:
    """SYN-2."""
    yield judged(WARNINGS, warnings_problem(lab.calm.outcome.warnings, lab.profile.sync_warnings))


def _masked_cells(lab: Lab) -> list[Cell]:
    found = sorted((model, name) for model, name in _concealed(lab) if model in lab.models)
    return [Cell("case", f"masked {model}", name) for model, name in found] or [Cell("case", "masked", "none")]


def _masked(lab: Lab) -> Iterator[Result]:
    """SYN-3."""
    said = {(one.model, one.field) for one in lab.calm.outcome.diagnostics if one.reason == "masked"}
    for cell in _masked_cells(lab):
        if cell.owner == "masked":
            yield Result(cell, Code.NOT_APPLICABLE, "the vendor masks nothing in this scenario")
        else:
            told = (cell.owner.removeprefix("masked "), cell.name) in said
            yield judged(cell, None if told else "the vendor masks a value, and no diagnostic says so", code=Code.DENIED_SILENT)


def _shapes(lab: Lab) -> list[Cell]:
    """The scenario as it is, and each quirk with which the vendor masks something."""
    found = [Cell("quirk", "masked", f"{name} {number}") for name, number, _ in _masking(lab)]
    return [Cell("quirk", "masked", "as ever"), *found]


def _masking(lab: Lab) -> list[tuple[str, int, QuirkCase]]:
    return [
        (name, number, case)
        for name in lab.profile.quirks
        if name not in lab.profile.not_kept_under
        for number, case in enumerate(quirks.cases_of(lab, name))
        if case.expect != "unchanged" and any(_masked_in(case.expect))
    ]


def _masked_in(expect: Changes) -> Iterator[tuple[str, str, str]]:
    """(model, field, the vendor's words) of each masked value."""
    for model, records in expect.items():
        for values in records.values():
            for name, value in (values or {}).items():
                if isinstance(value, dict) and "$masked" in value:
                    yield model, name, value["$masked"]


def _masked_in_any_shape(lab: Lab) -> Iterator[Result]:
    """SYN-4."""
    expected: Changes = {model: {one.key: one.values for one in records} for model, records in lab.fixtures.expected.models.items()}
    ever = list(_masked_in(expected))
    cells = iter(_shapes(lab))
    words = {said for _, _, said in ever}
    if ever:
        yield judged(next(cells), _passed_on(lab, lab.calm.snapshot, words), code=Code.MASKED_AS_DATA)
    else:
        yield Result(next(cells), Code.NOT_APPLICABLE, "the vendor masks nothing in this scenario")
    for name, number, case in _masking(lab):
        cell, (outcome, shown, seen, how) = next(cells), quirks.seen_with(lab, name, number, case)
        masked = list(_masked_in(case.expect)) if case.expect != "unchanged" else []
        told = {(one.model, one.field) for one in outcome.diagnostics if one.reason == "masked"}
        silent = sorted({f"{model}.{field}" for model, field, _ in masked if model in lab.models and (model, field) not in told})
        passed_on = _passed_on(lab, shown, words | {said for _, _, said in masked})
        if passed_on is not None:
            yield broken(cell, f"{how}: {passed_on}", code=Code.MASKED_AS_DATA, seen=seen)
        else:
            text = f"{how}, the vendor masks {examples(silent)}, and no diagnostic says so" if silent else None
            yield judged(cell, text, code=Code.DENIED_SILENT, seen=seen)


def _passed_on(lab: Lab, shown: Snapshot, words: set[str]) -> str | None:
    """Where one of the vendor's placeholders stands in what was delivered, at any depth, or None."""
    for model in lab.models:
        for row in shown.rows.get(model, ()):
            for name, value in row.items():
                if any(word in repr(value) for word in words):
                    return f"{model}/{row.get('remote_id')}.{name} holds the vendor's placeholder: {short(value)}"
    return None


def _unfit_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "unfit", case.id) for case in lab.profile.unfit] or [Cell("case", "unfit", "none")]


def _unfit(lab: Lab) -> Iterator[Result]:
    """SYN-5."""
    if not lab.profile.unfit:
        yield Result(_unfit_cells(lab)[0], Code.NOT_APPLICABLE, "the vendor's records cannot hold what the unified model cannot")
        return
    for cell, case in zip(_unfit_cells(lab), lab.profile.unfit, strict=True):
        world = lab.world()
        world.perform(case.steps)
        session = world.connect()
        outcome = session.sync_well()
        found = Declared((case.expect, case.also_changes)).deviations(lab.calm.snapshot, session.snapshot(), lab.models)
        said = {f"{one.model}.{one.field}" for one in outcome.diagnostics if one.reason != "empty"}
        known = {f"{one.model}.{one.field}" for one in lab.calm.outcome.diagnostics}
        wanted = {name for name in case.told if name.partition(".")[0] in lab.models}
        silent, false = sorted(wanted - said), sorted(said - known - set(case.told))
        if bad := worth_judging(lab, found):
            yield broken(cell, examples(bad), code=bad[0].code, expected=bad[0].expected, got=bad[0].got)
        elif silent:
            text = f"{examples(silent)} cannot hold what the vendor has, and no diagnostic says so"
            yield broken(cell, text, code=Code.DENIED_SILENT)
        else:
            yield judged(cell, f"it speaks of {examples(false)}, where nothing is wrong" if false else None)


def _complete(lab: Lab) -> Iterator[Result]:
    """PAG-1."""
    calm = lab.calm
    for cell in model_cells(lab):
        wanted, got = lab.expected_keys(cell.name), calm.snapshot.keys.get(cell.name, Counter())
        if cell.name in calm.snapshot.unavailable:
            yield broken(cell, f"cannot be read: {calm.snapshot.unavailable[cell.name]}", code=Code.MISSING)
        elif not wanted and not got:
            yield unverifiable(cell, "the scenario has no record of this model")
        elif (problem := count_problem(wanted, got)) is not None:
            seen = seen_at(calm.world, lab.profile.page_operations.get(cell.name))
            yield broken(cell, problem, expected=sorted(wanted.elements()), got=sorted(got.elements()), seen=seen)
        else:
            yield held(cell, f"{wanted.total()} records", Code.READABLE)


def _many_pages(lab: Lab) -> Iterator[Result]:
    """PAG-2."""
    calm, paged = lab.calm, lab.calm_pages
    for cell in model_cells(lab):
        operation = lab.profile.page_operations.get(cell.name, "")
        problem = count_problem(calm.snapshot.keys.get(cell.name, Counter()), paged.snapshot.keys.get(cell.name, Counter()))
        if problem is not None:
            yield broken(cell, f"in small pages: {problem}", seen=seen_at(paged.world, operation))
        elif paged.requests(operation) < 2:
            yield unverifiable(cell, f"only {paged.requests(operation)} page of {operation!r} was asked for, so paging was not exercised")
        else:
            yield held(cell, f"{paged.requests(operation)} pages of {operation}")


def _other_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "cut into pages", one.id) for one in lab.profile.paging.otherwise] or [Cell("case", "cut into pages", "any")]


def _other_pages(lab: Lab) -> Iterator[Result]:
    """PAG-5."""
    if not lab.profile.paging.otherwise:
        yield unverifiable(_other_cells(lab)[0], "profile.yaml has no paging.otherwise")
        return
    for cell, one in zip(_other_cells(lab), lab.profile.paging.otherwise, strict=True):
        world = lab.world()
        world.perform(one.steps)
        if one.steps:
            usual = world.connect()
            usual.sync_well()
            measure = usual.snapshot()
        else:
            measure = lab.calm.snapshot
        if one.options:
            world.tenant.set_options(one.options)
        session = world.connect(settings=one.settings)
        session.sync_well()
        yield judged(cell, same(lab, measure, session.snapshot()), seen=partial(seen_at, world))


LARGE = Cell("case", "account", "large")


def _large(lab: Lab) -> Iterator[Result]:
    """PAG-7."""
    large = lab.profile.paging.large
    if large is None:
        yield Result(LARGE, Code.NOT_APPLICABLE, "the sandbox makes no large account of this vendor")
        return
    world = lab.world_of(large.world)
    session = world.connect()
    session.sync_well()
    tables, shown = world.tenant.dump(), session.snapshot().keys
    found = {
        model: count_problem(Counter(str(row["id"]) for row in tables[table]), shown.get(model, Counter()))
        for model, table in large.tables.items()
        if model in lab.models
    }
    yield judged(LARGE, examples(f"{model}: {problem}" for model, problem in found.items() if problem) or None)


def _moving_cases(lab: Lab) -> list[Cell]:
    return [Cell("case", "between pages", case.id) for case in lab.profile.between_pages] or [Cell("case", "between pages", "any")]


def _moving(lab: Lab) -> Iterator[Result]:
    """PAG-3."""
    if not lab.profile.between_pages:
        yield unverifiable(_moving_cases(lab)[0], "profile.yaml has no between_pages")
        return
    for cell, case in zip(_moving_cases(lab), lab.profile.between_pages, strict=True):
        yield _while_reading(lab, cell, case)


def _while_reading(lab: Lab, cell: Cell, case: BetweenPages) -> Result:
    measure = lab.calm_pages.snapshot
    world = lab.world()
    session = world.connect(settings=lab.small_pages(world))
    # A 429 makes any patient client wait before it asks for the next page: the moment at which the data changes.
    rule = {"kind": "rate_limit", "retry_after": 1, "operation": case.operation, "skip": case.after, "times": 1}
    with world.at_fault(rule, lambda: world.perform(case.steps)) as ran:
        session.sync_well()
    if not ran:
        return unverifiable(cell, f"the subject never came to page {case.after + 1} of {case.operation}")
    shown = session.snapshot()
    problem = settled_problem(lab, measure, shown, case.unsettled) or _older_than_shown(lab, world, case, shown)
    return judged(cell, problem, seen=partial(seen_at, world, case.operation))


RESTLESS = Cell("case", "between pages", "records keep going")


def _keeps_moving(lab: Lab) -> Iterator[Result]:
    """PAG-8."""
    case = lab.profile.paging.restless
    if case is None:
        yield Result(
            RESTLESS, Code.NOT_APPLICABLE, "profile.yaml has no paging.restless: a list that is read in one order for good stays so"
        )
        return
    world, left = lab.world(), iter(case.records)
    session = world.connect(settings=case.settings)
    rule = {"kind": "rate_limit", "retry_after": 1, "operation": case.operation, "skip": 1, "times": 1}
    again = [{**rule, "skip": case.every}] * (len(case.records) - 1)
    with world.at_fault(rule, lambda: world.tenant.remove(case.table, next(left)), *again) as ran:
        outcome = session.sync()
    if not ran:
        yield unverifiable(RESTLESS, f"the subject never came to page 2 of {case.operation}")
        return
    told, shown = {one.model for one in outcome.diagnostics}, session.snapshot()
    not_told = [model for model in lab.models if model not in told]
    silent = [problem for model in not_told if (problem := settled_problem(lab, lab.calm.snapshot, shown, case.unsettled, [model]))]
    text = f"records went {len(ran)} times while the list was read; {examples(silent)}, and nothing says so"
    yield judged(RESTLESS, text if silent and outcome.state == "SUCCEEDED" else None, code=Code.MISSING)


def _older_than_shown(lab: Lab, world: World, case: BetweenPages, shown: Snapshot) -> str | None:
    """Why a record that the vendor gave twice in one read is not as it was given last, or None. Who was not given it again is free."""
    journal = world.tenant.journal(operation=case.operation)
    struck = next((number for number, entry in enumerate(journal) if entry.raw.get("faults")), len(journal))
    given = "".join(str((entry.raw.get("response") or {}).get("body")) for entry in journal[struck:])
    again = {
        model: {key: values for key, values in records.items() if re.search(rf'"id": ?"?{re.escape(key)}\b', given)}
        for model, records in case.met_again.items()
        if model in lab.models
    }
    wanted = {(model, key, name) for model, records in again.items() for key, values in records.items() for name in values or ()}
    found = worth_judging(lab, Declared((again, ())).deviations(lab.calm_pages.snapshot, shown, lab.models))
    return examples([one for one in found if (one.model, one.key, one.field) in wanted]) or None


A_DAY = 86_400
"""Seconds: longer than any session, locator or signed link that a vendor hands out while a list is read."""


def _longest(lab: Lab) -> list[str]:
    """The operations that were asked for again and again: the longest list, and whatever only brings further pages."""
    pages = lab.calm_pages
    lists = sorted(lab.operations(), key=pages.requests)[-1:]
    more = [one for one in lab.asked() if one not in lab.operations() and pages.requests(one) > lab.calm.requests(one)]
    return [operation for operation in dict.fromkeys((*lists, *more)) if pages.requests(operation) > 1]


PAGES_BETWEEN = 2
"""Whoever goes on at the place where a list was lost may lose it again at a later one."""
AT_ONCE = ", all saved at one moment"
"""As after an import: who goes on behind the time of the last record must not pass over the others of that time."""


def _slow_cells(lab: Lab) -> list[Cell]:
    names = [name + how for name in _longest(lab) for how in ("", AT_ONCE)]
    return [Cell("case", "a day between pages", name) for name in names or ["any"]]


@dataclass(frozen=True)
class _Slow:
    """What a read that took a day brought, and a delta after it in which everything counted as changed."""

    ran: bool
    outcome: SyncOutcome
    keys: Mapping[str, Counter[str]]
    seen: tuple[dict[str, Any], ...]
    after: tuple[SyncOutcome, Mapping[str, Counter[str]]] | None


def _read_slowly(lab: Lab, name: str) -> _Slow:
    operation = name.removesuffix(AT_ONCE)

    def observe() -> _Slow:
        world = lab.world()
        tenant = world.tenant
        if name.endswith(AT_ONCE):
            _save_all(world)
        asked = lab.small_pages(world)
        # A vendor that makes small pages by itself need not be asked for them, so that those of the delta can be large.
        session = world.connect(settings={} if name == _imported(lab) and lab.profile.paging.options else asked)
        rule = {"kind": "rate_limit", "retry_after": 1, "operation": operation, "skip": 1, "times": 1}
        # Some pages later, so that there is a way behind it, even for who begins anew among many records of one moment.
        again = {**rule, "skip": 1 + PAGES_BETWEEN}
        with world.at_fault(rule, lambda: tenant.advance(A_DAY), again) as ran:
            outcome = session.sync()
        keys, seen = session.snapshot().keys, seen_at(world, operation)
        after = None
        if name == _imported(lab):
            # What was saved at the moment where the last sync ended is asked for again, and in pages as large as they usually are.
            tenant.set_options({option: lab.facts.options[option] for option in lab.profile.paging.options})
            after = session.sync("DELTA"), session.snapshot().keys
        lab.close_world(world)
        return _Slow(bool(ran), outcome, keys, tuple(seen), after)

    return lab.once(("read slowly", name), observe, brief=True)


def _imported(lab: Lab) -> str | None:
    """The case after which all that there is counts as changed, where changes can be asked for."""
    deltas = any(lab.promise.models[model].delta for model in lab.models)
    return next((cell.name for cell in _slow_cells(lab) if deltas and cell.name.endswith(AT_ONCE)), None)


def _lost(lab: Lab, got: Mapping[str, Counter[str]]) -> str | None:
    """Values may tell of the day on which they are read, so only what arrives is compared."""
    wanted = lab.calm_pages.snapshot.keys
    found = {model: count_problem(wanted.get(model, Counter()), got.get(model, Counter())) for model in lab.models}
    return examples(f"{model}: {problem}" for model, problem in found.items() if problem) or None


def _slowly(lab: Lab) -> Iterator[Result]:
    """PAG-4."""
    if not _longest(lab):
        yield unverifiable(_slow_cells(lab)[0], "no list has a second page")
        return
    for cell in _slow_cells(lab):
        slow = _read_slowly(lab, cell.name)
        if not slow.ran:
            yield unverifiable(cell, f"the subject never came to a second page of {cell.name.removesuffix(AT_ONCE)}")
        elif slow.outcome.state != "SUCCEEDED":
            yield broken(cell, f"the sync ended {slow.outcome.state}: {slow.outcome.error}", seen=slow.seen)
        else:
            yield judged(cell, _lost(lab, slow.keys), seen=slow.seen)


IMPORT = Cell("case", "delta", "after an import")


def _much_at_once(lab: Lab) -> Iterator[Result]:
    """PAG-6."""
    name = _imported(lab)
    if name is None:
        yield Result(IMPORT, Code.NOT_APPLICABLE, "no delta sync is promised, or no list is long")
        return
    slow = _read_slowly(lab, name)
    if slow.after is None or slow.outcome.state != "SUCCEEDED" or _lost(lab, slow.keys):
        yield unverifiable(IMPORT, "the sync before it did not bring everything")
        return
    outcome, keys = slow.after
    if outcome.state != "SUCCEEDED":
        yield broken(IMPORT, f"the delta ended {outcome.state}: {outcome.error}")
    else:
        yield judged(IMPORT, _lost(lab, keys))


def _save_all(world: World) -> None:
    """Every row bears the tenant's now as the time of its last change."""
    touch = world.lab.profile.touch
    for table, rows in world.tenant.dump().items():
        stamp = world.tenant.touched(table, touch)
        for row in rows:
            if stamp.keys() & row.keys():
                world.tenant.update(table, row["id"], stamp)


CHECKS = (
    Check("SYN-1", "With every permission a full sync succeeds and reports nothing as denied.", "unified API: sync states",
          one_case("connection", "full sync"), _succeeds),
    Check("SYN-2", "What a sync leaves out is told in a warning, and nothing else is.", "fixtures: profile.yaml, sync_warnings",
          one_case("connection", WARNINGS.name, WARNINGS.owner), _warned),
    Check("SYN-3", "A value that the vendor masks is null and reported as masked.", "design of this suite: no silent null",
          _masked_cells, _masked),
    Check("SYN-4", "In whatever shape the vendor masks, its placeholder is passed on nowhere, within no value, and the null is reported as masked.",
          "design of this suite: no silent null", _shapes, _masked_in_any_shape),
    Check("SYN-5", "A value that the unified model cannot hold is told in a diagnostic, and costs its record nothing else.",
          "design of this suite: no silent null", _unfit_cells, _unfit),
    Check("PAG-1", "Every record that the vendor has arrives exactly once.", "unified API: read endpoints", model_cells, _complete),
    Check("PAG-2", "All pages are read to the last one, however small they are.", "unified API: read endpoints", model_cells, _many_pages),
    Check("PAG-5", "Wherever a list is cut into pages, the same arrives: also if the last page is full, or holds one record.",
          "unified API: read endpoints", _other_cells, _other_pages, stage="then"),
    Check("PAG-7", "Of a large account every record arrives, too.", "unified API: read endpoints",
          one_case("case", LARGE.name, LARGE.owner), _large, stage="then"),
    Check("PAG-3", "Records inserted, changed or deleted between two pages make none lost or doubled; who is shown twice is as shown last.",
          "design of this suite: completeness while data moves", _moving_cases, _moving),
    Check("PAG-8", "However often a list moves while it is read, what stays arrives, or it is told that it may be missing.",
          "design of this suite: completeness while data moves", one_case("case", RESTLESS.name, RESTLESS.owner), _keeps_moving, stage="then"),
    Check("PAG-4", "A list that takes days to read arrives whole, though what the vendor handed out for reading it expires again and again.",
          "design of this suite: completeness while data moves", _slow_cells, _slowly, stage="then"),
    Check("PAG-6", "A delta sync for which everything changed at once, as after an import, loses nothing.", "design of this suite: completeness",
          one_case("case", IMPORT.name, IMPORT.owner), _much_at_once, stage="then"),
)  # fmt: skip

"""Lists that take days to read, and deltas for which everything changed at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.casework import (
    broken,
    count_problem,
    examples,
    judged,
    seen_at,
    unverifiable,
)
from conformance.check import Cell, Result
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.subjects import SyncOutcome
from conformance.world import World

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


def slow_cells(lab: Lab) -> list[Cell]:
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
    return next((cell.name for cell in slow_cells(lab) if deltas and cell.name.endswith(AT_ONCE)), None)


def _lost(lab: Lab, got: Mapping[str, Counter[str]]) -> str | None:
    """Values may tell of the day on which they are read, so only what arrives is compared."""
    wanted = lab.calm_pages.snapshot.keys
    found = {model: count_problem(wanted.get(model, Counter()), got.get(model, Counter())) for model in lab.models}
    return examples(f"{model}: {problem}" for model, problem in found.items() if problem) or None


def slowly(lab: Lab) -> Iterator[Result]:
    """PAG-4."""
    if not _longest(lab):
        yield unverifiable(slow_cells(lab)[0], "no list has a second page")
        return
    for cell in slow_cells(lab):
        slow = _read_slowly(lab, cell.name)
        if not slow.ran:
            yield unverifiable(cell, f"the subject never came to a second page of {cell.name.removesuffix(AT_ONCE)}")
        elif slow.outcome.state != "SUCCEEDED":
            yield broken(cell, f"the sync ended {slow.outcome.state}: {slow.outcome.error}", seen=slow.seen)
        else:
            yield judged(cell, _lost(lab, slow.keys), seen=slow.seen)


IMPORT = Cell("case", "delta", "after an import")


def much_at_once(lab: Lab) -> Iterator[Result]:
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

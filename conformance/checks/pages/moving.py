"""Records that come, change and go while a list is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from conformance.casework import (
    examples,
    judged,
    seen_at,
    settled_problem,
    unverifiable,
    worth_judging,
)
from conformance.check import Cell, Result
from conformance.fixture_models import BetweenPages
from conformance.judge import Declared, Snapshot
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.world import World


def moving_cases(lab: Lab) -> list[Cell]:
    return [Cell("case", "between pages", case.id) for case in lab.profile.between_pages] or [Cell("case", "between pages", "any")]


def moving(lab: Lab) -> Iterator[Result]:
    """PAG-3."""
    if not lab.profile.between_pages:
        yield unverifiable(moving_cases(lab)[0], "profile.yaml has no between_pages")
        return
    for cell, case in zip(moving_cases(lab), lab.profile.between_pages, strict=True):
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


def keeps_moving(lab: Lab) -> Iterator[Result]:
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

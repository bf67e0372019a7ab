"""Every record arrives exactly once, in one page or many, from a small account or a large one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from conformance.casework import (
    broken,
    count_problem,
    examples,
    held,
    judged,
    model_cells,
    same,
    seen_at,
    unverifiable,
)
from conformance.check import Cell, Result
from conformance.lab import Lab
from conformance.outcomes import Code


def complete(lab: Lab) -> Iterator[Result]:
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


def many_pages(lab: Lab) -> Iterator[Result]:
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


def other_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "cut into pages", one.id) for one in lab.profile.paging.otherwise] or [Cell("case", "cut into pages", "any")]


def other_pages(lab: Lab) -> Iterator[Result]:
    """PAG-5."""
    if not lab.profile.paging.otherwise:
        yield unverifiable(other_cells(lab)[0], "profile.yaml has no paging.otherwise")
        return
    for cell, one in zip(other_cells(lab), lab.profile.paging.otherwise, strict=True):
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


def large(lab: Lab) -> Iterator[Result]:
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

"""Actions that list records, with a credential that may not see some of them: fewer are listed only if a warning says why."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import judge
from conformance.action_runs import Run, attempts, cases_of, run
from conformance.casework import broken, held, unverifiable
from conformance.check import Cell, Result
from conformance.fixture_models import ActionCase
from conformance.lab import Lab
from conformance.naming import named_in, wrongly_named
from conformance.outcomes import Code


def listed(done: Run) -> int:
    """How many records an answer lists."""
    return len(list(judge.dig(done.outcome.data, "results.*")))


def partly_cells(lab: Lab) -> list[Cell]:
    found = [Cell("permission", "partly", action) for action, promised in lab.actions.items() if not promised.writes]
    return found or [Cell("permission", "partly", "any")]


def partly(lab: Lab) -> Iterator[Result]:
    """ACT-27."""
    for cell in partly_cells(lab):
        if cell.name == "any":
            yield Result(cell, Code.NOT_APPLICABLE, "no action lists records")
            continue
        good = [case for case in cases_of(lab, cell.name, refused=False) if case.permissions == "all" and run(lab, case).outcome.ok]
        if not good:
            yield unverifiable(cell, f"no case of {cell.name!r} with every permission went through")
            continue
        yield next((bad for case in good if (bad := _case(lab, cell, case)) is not None), held(cell, f"{len(good)} cases"))


def _case(lab: Lab, cell: Cell, case: ActionCase) -> Result | None:
    """The first thing that is wrong without one of the permissions that the vendor asked for in this case; ACT-7 has the declared ones."""
    every, whole = frozenset(lab.facts.permissions), listed(run(lab, case))
    asked = {need for entry in run(lab, case).journal for need in entry.needs} | set(case.fewer_without)
    sets = [every - {need} for need in sorted((asked - set(lab.promise.actions[cell.name].needs)) & every)]
    for held_, done in zip(sets, attempts(lab, case, sets), strict=True):
        need, outcome = next(iter(every - held_)), done.outcome
        texts = [*outcome.warnings, str(outcome.message or "")]
        fewer = not outcome.ok or listed(done) < whole
        if fewer and not any(need in named_in(lab, text) for text in texts):
            what = f"{listed(done)} of {whole} records are listed" if outcome.ok else f"it is refused ({outcome.code})"
            return broken(
                cell, f"case {case.id}: without {need!r} {what}, and nothing names it", code=Code.DENIED_SILENT, seen=done.exchanges
            )
        if wrong := wrongly_named(lab, texts, held_):
            text = f"case {case.id}: without {need!r} it calls {', '.join(wrong)} missing, which is held"
            return broken(cell, text, code=Code.FALSE_DENIAL, seen=done.exchanges)
    return None

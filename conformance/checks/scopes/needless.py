"""What is asked of the vendor though all that needs it is off."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from conformance.casework import examples, judged, model_cells
from conformance.check import Cell, Result
from conformance.checks.scopes.fields import switched
from conformance.checks.scopes.off import Off
from conformance.checks.scopes.switching import all_scopable, asked_meanwhile, gone_with, two_halves
from conformance.checks.scopes.walks import model_off
from conformance.lab import Lab
from conformance.prepared import synced
from conformance.sandbox import Entry
from conformance.setting_runs import said


def not_asked(lab: Lab) -> Iterator[Result]:
    """SCP-12."""
    for cell in model_cells(lab):
        yield judged(cell, _asked_in_vain(lab, cell.name, model_off(lab, cell.name)))


def _asked_in_vain(lab: Lab, model: str, off: Off) -> str | None:
    """What was asked for though all that it is needed for is off, or None."""
    hidden = gone_with(lab, model)
    on = [promised for name, promised in lab.promise.models.items() if name not in hidden]
    allowed = {need for promised in on for need in (*promised.needs, *(need for item in promised.fields.values() for need in item.needs))}
    pages = lab.profile.page_operations
    needed = {operation for name, operation in pages.items() if name not in hidden}
    needed |= {operation for operation, models in lab.profile.brings_besides.items() if set(models) - hidden}
    needless = set(pages.values()) - needed
    found = [f"{entry.operation} was asked for, and all that it brings is off" for entry in off.journal if entry.operation in needless]
    beyond = sorted({need for entry in off.journal for need in entry.needs} - allowed)
    found += [f"{', '.join(beyond)} was used, and all that needs it is off"] if beyond else []
    found += _needless_parts(lab, off.journal, hidden)
    return examples(dict.fromkeys(found)) or None


def _needless_parts(lab: Lab, journal: Sequence[Entry], off: Collection[str]) -> Iterator[str]:
    """Parts of requests whose every purpose is off: `off` names models and fields as "Model" and "Model.field"."""
    for row in lab.profile.asked_for:
        if all(name in off or name.partition(".")[0] in off for name in row.serves):
            asked = any(entry.operation == row.operation and re.search(row.part, said(entry, row.parameter) or "") for entry in journal)
            if asked:
                yield f"{row.operation} was asked for {row.part!r} in {row.parameter}, and all that it serves is off"


ALL_OFF = Cell("connection", "scope", "all fields off")
HALF_OFF = (Cell("connection", "scope", "every second field off"), Cell("connection", "scope", "every other field off"))


def only_needed(lab: Lab) -> Iterator[Result]:
    """SCP-14."""
    yield from _lists_only(lab)
    for number, (cell, off) in enumerate(zip(HALF_OFF, two_halves(lab), strict=True)):
        journal = switched(lab, number)[2]
        yield judged(cell, examples(_needless_parts(lab, journal, [f"{one.owner}.{one.name}" for one in off])) or None)


def _lists_only(lab: Lab) -> Iterator[Result]:
    """With all fields off nothing is asked for but lists, and of these no part that only fields need."""
    with synced(lab) as (session, _):
        session.reconnect(scope={"fields": dict.fromkeys(all_scopable(lab), "DISABLED")})
        journal = asked_meanwhile(session)
    asked = [entry.operation for entry in journal if entry.operation is not None]
    known = {*lab.profile.page_operations.values(), *lab.profile.asked_anyway, *(one for one in lab.asked() if _brings_pages(lab, one))}
    needless = [operation for operation in dict.fromkeys(asked) if operation not in known]
    found = [f"all fields are off, and it asked for {', '.join(needless)}"] if needless else []
    found += _needless_parts(lab, journal, all_scopable(lab))
    yield judged(ALL_OFF, examples(found) or None)


def _brings_pages(lab: Lab, operation: str) -> bool:
    return lab.calm_pages.requests(operation) > lab.calm.requests(operation)

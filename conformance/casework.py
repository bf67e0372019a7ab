"""Small words that every chapter uses: cells, results, and "the same as with nothing in the way"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from conformance import identity, judge
from conformance.check import Cell, Kind, Result
from conformance.lab import Lab, World
from conformance.outcomes import Code
from conformance.session import Mode
from conformance.subjects import Diagnostic, Probed, SyncOutcome
from connectors.unified.models import MODELS, REFERENCES

MOST_EXAMPLES = 3
LATER: tuple[Mode, ...] = ("FULL", "DELTA")
"""The syncs that follow the first one with the same rights."""
MIRRORS = frozenset({"remote_data"})
"""Fields that hold the vendor's answer as it was asked for: where less is asked for or may be read, they hold less."""


def one_case(kind: Kind, name: str, owner: str = "") -> Callable[[Lab], list[Cell]]:
    """`cases` of a check that judges one thing."""
    return lambda lab: [Cell(kind, owner, name)]


def model_cells(lab: Lab) -> list[Cell]:
    return [Cell("model", "", model) for model in lab.models]


def operation_cells(name: str) -> Callable[[Lab], list[Cell]]:
    """`cases` of a check that lets a fault strike every operation that a sync asks for."""
    return lambda lab: [Cell("fault", operation, name) for operation in lab.asked()]


def promised_fields(lab: Lab, *, but: Iterable[str] = ()) -> list[Cell]:
    left_out = frozenset(but)
    return [Cell("field", model, name) for model in lab.models for name in lab.promise.models[model].fields if name not in left_out]


def field_cells(name: str) -> Callable[[Lab], list[Cell]]:
    """`cases` of a check about one field that every model has."""
    return lambda lab: [Cell("field", model, name) for model in lab.models if name in lab.promise.models[model].fields]


def held(cell: Cell, message: str = "", code: Code = Code.HELD) -> Result:
    return Result(cell, code, message)


def broken(
    cell: Cell, message: str, *, code: Code = Code.BROKEN, expected: Any = None, got: Any = None, seen: Sequence[Any] = ()
) -> Result:
    return Result(cell, code, message, expected, got, tuple(seen))


def unverifiable(cell: Cell, message: str) -> Result:
    return Result(cell, Code.UNVERIFIABLE, message)


def judged(cell: Cell, problem: str | None, *, seen: Sequence[Any] | Callable[[], Sequence[Any]] = (), code: Code = Code.BROKEN) -> Result:
    """Held when there is no problem. `seen` may be what asks for it, since it takes a journal that is shown in case of a problem only."""
    if problem is None:
        return held(cell)
    return broken(cell, problem, seen=seen() if callable(seen) else seen, code=code)


def examples(items: Iterable[Any]) -> str:
    """The first few in words, and how many more there are."""
    found = [str(item) for item in items]
    rest = len(found) - MOST_EXAMPLES
    return "; ".join(found[:MOST_EXAMPLES]) + (f"; and {rest} more" if rest > 0 else "")


# ---------------------------------------------------------------------------------------------------- comparing


def count_problem(wanted: Counter[str], got: Counter[str]) -> str | None:
    """Why two multisets of keys differ, or None."""
    lost = sorted((wanted - got).elements())
    extra = sorted((got - wanted).elements())
    parts = [f"{len(lost)} missing ({examples(lost)})"] if lost else []
    twice = [key for key in extra if key in wanted]
    strange = [key for key in extra if key not in wanted]
    parts += [f"{len(twice)} delivered more than once ({examples(twice)})"] if twice else []
    parts += [f"{len(strange)} that should not be there ({examples(strange)})"] if strange else []
    return "; ".join(parts) or None


def settled_problem(
    lab: Lab, before: judge.Snapshot, after: judge.Snapshot, unsettled: Mapping[str, Sequence[str]], models: Sequence[str] | None = None
) -> str | None:
    """Why a record that nothing happened to is lost or there twice, or None. `unsettled`: by model, the keys of all others."""
    for model in lab.models if models is None else models:
        moved = set(unsettled.get(model, ()))
        wanted = Counter({key: count for key, count in before.keys.get(model, Counter()).items() if key not in moved})
        got = after.keys.get(model, Counter())
        problem = count_problem(wanted, Counter({key: count for key, count in got.items() if key not in moved}))
        twice = sorted(key for key in moved if got[key] > 1)
        problem = problem or (f"delivered more than once: {', '.join(twice)}" if twice else None)
        if problem is not None:
            return f"{model}: {problem}"
    return None


def worth_judging(lab: Lab, deviations: Iterable[judge.Deviation]) -> list[judge.Deviation]:
    """Without fields that another check has found to be wrong already."""
    return [one for one in deviations if not lab.ledger.bad_field(one.model, one.field)]


def same(
    lab: Lab,
    before: judge.Snapshot,
    after: judge.Snapshot,
    models: Sequence[str] | None = None,
    *,
    hidden: frozenset[str] = frozenset(),
    but: frozenset[str] = frozenset(),
    unsettled: frozenset[tuple[str, str]] = frozenset(),
) -> str | None:
    """Why two snapshots are not the same, or None. References to hidden models are left out, and so are (model, key) `unsettled`."""
    chosen = [model for model in (models or lab.models) if model not in hidden]
    found = [
        one
        for one in judge.differences(before, after, chosen)
        if one.field not in but
        and (one.model, one.key) not in unsettled
        and not lab.ledger.bad_field(one.model, one.field)
        and not _points_into(one, hidden)
        and not _ambiguous(one, before, after)
    ]
    gone = [f"{model} cannot be read ({after.unavailable[model]})" for model in chosen if model in after.unavailable]
    return examples([*gone, *found]) or None


def _points_into(one: judge.Difference, hidden: frozenset[str]) -> bool:
    return one.field is not None and REFERENCES[one.model].get(one.field) in hidden


def _ambiguous(one: judge.Difference, before: judge.Snapshot, after: judge.Snapshot) -> bool:
    """Join records whose key lies in a hidden model cannot be told apart, only counted."""
    several = before.keys.get(one.model, Counter())[one.key] > 1 or after.keys.get(one.model, Counter())[one.key] > 1
    return one.field is not None and several and identity.UNRESOLVED in one.key


def without_ids_of(lab: Lab, shown: judge.Snapshot, hidden: frozenset[str]) -> judge.Snapshot:
    """The same snapshot as somebody sees it who cannot read these models."""
    rows = {model: found for model, found in shown.rows.items() if model not in hidden}
    return judge.snapshot(rows, shown.unavailable, None, shown.texts, shown.digests)


def calm_without(lab: Lab, hidden: frozenset[str]) -> judge.Snapshot:
    """The calm snapshot as somebody sees it who cannot read these models: what nearly all is compared with, so made once."""
    return lab.once(("calm without", hidden), lambda: without_ids_of(lab, lab.calm.snapshot, hidden))


def key_fields(model: str) -> tuple[str, ...]:
    """The fields by which records of a join model are known; they cannot change."""
    return MODELS[model].key if identity.is_join(model) else ("remote_id",)


# ----------------------------------------------------------------------------------------------------- reporting


def denials(outcome: SyncOutcome, model: str, field: str | None = None) -> list[Diagnostic]:
    """The diagnostics that say that this may not be read."""
    return [one for one in outcome.diagnostics if one.model == model and one.field == field and one.reason == "not_permitted"]


def told_again(first: SyncOutcome, later: SyncOutcome) -> str | None:
    """Why a later sync with the same rights does not call the same things denied, or None."""
    before, now = (
        {(one.model, one.field, frozenset(one.missing_permissions)) for one in outcome.diagnostics if one.reason == "not_permitted"}
        for outcome in (first, later)
    )
    silent, new = sorted(map(_called, before - now)), sorted(map(_called, now - before))
    if silent:
        return f"a later {later.mode} sync no longer says that {examples(silent)} may not be read, and it still may not"
    return f"a later {later.mode} sync calls {examples(new)} denied, though nothing was taken away" if new else None


def _called(one: tuple[str, str | None, frozenset[str]]) -> str:
    model, field, missing = one
    return f"{model}{f'.{field}' if field else ''} ({', '.join(sorted(missing)) or 'no permission named'})"


def strays(one: Probed) -> str | None:
    """Why the reason that a probe gives does not belong to what it is given for, or None. A whole model's holds for its fields."""
    if one.diagnostic is None or (one.diagnostic.model == one.model and one.diagnostic.field in (one.field, None)):
        return None
    what, about = (
        f"{model}.{field}" if field else model for model, field in ((one.model, one.field), (one.diagnostic.model, one.diagnostic.field))
    )
    return f"for {what} the probe gives a reason that speaks of {about}"


def warnings_problem(said: Iterable[str], wanted: Iterable[str]) -> str | None:
    """Why the warnings are not those that were to be given (as regular expressions, one each), or None."""
    left, problem = list(said), None
    for expression in wanted:
        match = next((text for text in left if re.search(expression, text)), None)
        if match is None:
            problem = problem or f"no warning says {expression!r}"
        else:
            left.remove(match)
    return problem or (f"it warned without need: {examples(left)}" if left else None)


def is_told(name: str, said: Collection[tuple[str, str | None]]) -> bool:
    """Whether "Model" or "Model.field" is spoken of, a field also through its whole model."""
    model, _, field = name.partition(".")
    return (model, field or None) in said or (model, None) in said


def rows_of(snapshot: judge.Snapshot, model: str) -> int:
    return len(snapshot.rows.get(model, ()))


def seen_at(world: World, operation: str | None = None) -> tuple[dict[str, Any], ...]:
    return world.lab.exchanges(world, operation=operation)


def each(cells: Iterable[Cell], make: Callable[[Cell], Result]) -> Iterator[Result]:
    for cell in cells:
        yield make(cell)

"""The score by class, and who survived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from tests.strength.handmade import SETS
from tests.strength.running import Outcome

CLASSES = ("access honesty", "completeness", "mapping", "identity", "state", "faults", "writes", "errors", "manners", "configuration")
WANTED, LEAST_OF_A_CLASS = 0.95, 0.85


def printed(outcomes: Sequence[Outcome], console: Console) -> bool:
    """Whether the scores are what is wanted."""
    counted = [one for one in outcomes if not one.stillborn]
    table = Table(title="Defects that a named, right check turned red")
    for name in ("class", *COLUMNS, *_kinds(counted)):
        table.add_column(name, justify="left" if name == "class" else "right")
    for row in _rows(counted):
        table.add_row(*row)
    console.print(table)
    console.print(f"{len(outcomes) - len(counted)} defects that crash or hang at once, or never show, are not counted")
    for one in _survivors(counted):
        silence = ", silent" if one.silent else ""
        console.print(f"survivor ({one.defect}{silence}): {one.name} {one.said}".rstrip(), soft_wrap=True, markup=False)
    return _is_good(counted)


def as_markdown(outcomes: Sequence[Outcome]) -> str:
    """The same for a README."""
    counted = [one for one in outcomes if not one.stillborn]
    head = ("class", *COLUMNS, *_kinds(counted))
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *_rows(counted))]
    survivors = [f"- {one.defect}: `{one.name}`" for one in _survivors(counted)]
    return "\n".join([*lines, "", *survivors]) + "\n"


COLUMNS = ("caught", "of", "share", "silent")


def _kinds(counted: Sequence[Outcome]) -> list[str]:
    """In a fixed order: miniatures, the sets by hand, rules, mutants."""
    sets = [f"by hand, {name}" for name in SETS]
    return sorted(
        {one.kind for one in counted}, key=lambda kind: (KINDS.index(kind.partition(",")[0]), sets.index(kind) if kind in sets else 0)
    )


KINDS = ("miniature", "by hand", "by rule", "mutant")


def _rows(counted: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    kinds = _kinds(counted)
    for defect in (*CLASSES, "all"):
        own = [one for one in counted if defect in (one.defect, "all")]
        if own:
            parts = ([one for one in own if one.kind == kind] for kind in kinds)
            silent = [one for one in own if one.silent]
            yield defect, str(_caught(own)), str(len(own)), f"{_share(own):.1%}", _of(silent), *map(_of, parts)


def _is_good(counted: Sequence[Outcome]) -> bool:
    silent = [one for one in counted if one.silent]
    by_class = [[one for one in counted if one.defect == defect] for defect in CLASSES]
    return (
        _share(counted) >= WANTED
        and (not silent or _share(silent) >= WANTED)
        and all(_share(own) >= LEAST_OF_A_CLASS for own in by_class if own)
    )


def _survivors(counted: Sequence[Outcome]) -> list[Outcome]:
    return sorted((one for one in counted if not one.caught), key=lambda one: (one.defect, one.name))


def _of(outcomes: Sequence[Outcome]) -> str:
    return f"{_caught(outcomes)}/{len(outcomes)}"


def _caught(outcomes: Sequence[Outcome]) -> int:
    return sum(one.caught is not None for one in outcomes)


def _share(outcomes: Sequence[Outcome]) -> float:
    return _caught(outcomes) / len(outcomes)

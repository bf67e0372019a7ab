"""The score by class, and who survived."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.strength.running import Outcome

CLASSES = ("access honesty", "completeness", "mapping", "identity", "state", "faults", "writes", "errors", "manners", "configuration")
WANTED, LEAST_OF_A_CLASS = 0.95, 0.85


def printed(outcomes: Sequence[Outcome], console: Console) -> bool:
    """Whether the scores are what is wanted."""
    counted = [one for one in outcomes if not one.stillborn]
    table = Table(title="Defects that a named, right check turned red")
    for name in ("class", "caught", "of", "share", "miniatures", "by hand", "by rule", "mutants", "silent"):
        table.add_column(name, justify="left" if name == "class" else "right")
    good = True
    for defect in (*CLASSES, "all"):
        own = [one for one in counted if defect in (one.defect, "all")]
        if not own:
            continue
        parts = [[one for one in own if one.kind == kind] for kind in ("miniature", "made by hand", "by rule", "mutant")]
        silent = [one for one in own if one.silent]
        table.add_row(
            defect, str(_caught(own)), str(len(own)), f"{_share(own):.0%}", *(f"{_caught(one)}/{len(one)}" for one in (*parts, silent))
        )
        good = good and _share(own) >= (WANTED if defect == "all" else LEAST_OF_A_CLASS)
        good = good and (defect != "all" or not silent or _share(silent) >= WANTED)
    console.print(table)
    console.print(f"{len(outcomes) - len(counted)} defects that crash or hang at once, or never show, are not counted")
    for one in sorted((one for one in counted if not one.caught), key=lambda one: (one.defect, one.name)):
        silence = ", silent" if one.silent else ""
        console.print(f"survivor ({one.defect}{silence}): {one.name} {one.said}".rstrip(), soft_wrap=True, markup=False)
    return good


def _caught(outcomes: Sequence[Outcome]) -> int:
    return sum(one.caught is not None for one in outcomes)


def _share(outcomes: Sequence[Outcome]) -> float:
    return _caught(outcomes) / len(outcomes)

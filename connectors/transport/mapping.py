"""Fills unified fields by table: each cell is a dotted path or a plain function, and there is no third kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

S = TypeVar("S")

Cell = str | Callable[[S], Any]
Table = Mapping[str, Cell[S]]
"""Unified field → where its value comes from."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Stands for a value that the vendor has, or may have, and did not show."""

    reason: Literal["masked", "unsupported", "not_permitted"]
    detail: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A record's values, and the fields left out with the reason."""

    values: Mapping[str, Any]
    withheld: Mapping[str, Withheld]


def fill(table: Table[S], source: S, *, tree: Mapping[str, Any], wanted: Collection[str]) -> Filled:
    """The wanted cells: paths are looked up in `tree`, functions are given `source`."""
    values: dict[str, Any] = {}
    withheld: dict[str, Withheld] = {}
    for field, cell in table.items():
        if field not in wanted:
            continue
        value = value_at(cell, tree) if isinstance(cell, str) else cell(source)
        if isinstance(value, Withheld):
            withheld[field] = value
        else:
            values[field] = value
    return Filled(values, withheld)


def value_at(path: str, tree: Mapping[str, Any]) -> Any:
    """What stands at "a.b.c"; None below a null, Withheld where the vendor has no such member at all."""
    found: Any = tree
    for part in path.split("."):
        if found is None:
            return None
        if not isinstance(found, Mapping) or part not in found:
            return Withheld("unsupported", f"the vendor's answer has no {path!r}")
        found = found[part]
    return found

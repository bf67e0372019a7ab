"""From raw rows of the store to records as JSON shows them: keys in SELECT order, `attributes` first, parents nested.

A page of 2,000 records must cost little more than fetching it, so the shape of a statement's records is written once as a
Python expression and compiled: one dictionary display per record, no loop over fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Raw = tuple[Any, ...]
Children = Sequence[Mapping[str, Any]]
"""For each subquery, what stands there by the id of the parent row; a row without any has null."""
Make = Callable[[Sequence[Raw], str, Children], list[dict[str, Any]]]
"""(raw rows, API version, children) to records."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value. `index` is its place in the raw row; shown: plain, boolean, or blob (the address of the bytes)."""

    key: str
    index: int
    shown: str = "plain"
    blob: str | None = None
    """For a blob: "sobjects/<object>/{id}/<field>"."""
    id_index: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    """A compound: null when all its parts are."""

    key: str
    parts: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Parent:
    """A nested record, null when its id is. `sobject` None: of several kinds, told by the id's prefix."""

    key: str
    sobject: str | None
    id_index: int
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Object names by key prefix, for a parent of several kinds."""
    parts: list[Part] = field(default_factory=list)
    only: str | None = None
    """For a branch of TYPEOF: the prefix that it is for."""


@dataclass(slots=True)
class TypeOfPart:
    """TYPEOF: the first branch whose kind the parent is, else the last."""

    key: str
    id_index: int
    branches: list[Parent]
    otherwise: Parent | None


@dataclass(frozen=True, slots=True)
class Kids:
    """A child subquery's place."""

    key: str
    number: int


Part = Leaf | Address | Parent | TypeOfPart | Kids


def make_records(sobject: str | None, parts: Sequence[Part]) -> Make:
    """The function that makes a statement's records; `sobject` None: rows of an aggregate, which have no url."""
    first = '{"type": "AggregateResult"}' if sobject is None else _attributes(repr(sobject), sobject, 0)
    record = _record(first, parts)
    source = f"lambda rows, base, kids: [{record} for r in rows]"
    # The text is made of names from the schema and numbers only, each written by repr().
    make = eval(compile(source, "<records>", "eval"), {"kinds": _kinds(parts)})  # noqa: S307

    def made(rows: Sequence[Raw], version: str, children: Children) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = make(rows, f"/services/data/v{version}/sobjects/", children)
        return found

    return made


def _record(first: str, parts: Sequence[Part]) -> str:
    return "{" + ", ".join([f'"attributes": {first}', *(f"{_key(part)!r}: {_value(part)}" for part in parts)]) + "}"


def _key(part: Part) -> str:
    return part.key


def _attributes(type_sql: str, sobject: str, id_index: int) -> str:
    return f'{{"type": {type_sql}, "url": base + {f"{sobject}/"!r} + r[{id_index}]}}'


def _value(part: Part) -> str:
    match part:
        case Leaf(_, index, "boolean"):
            return f"(r[{index}] == 1 if r[{index}] is not None else None)"
        case Leaf(_, index, "blob", blob, id_index):
            owner, _, name = str(blob).partition("/")
            return f"(base + {f'{owner}/'!r} + r[{id_index}] + {f'/{name}'!r} if r[{index}] else None)"
        case Leaf(_, index):
            return f"r[{index}]"
        case Address(_, parts):
            shown = "{" + ", ".join(f"{name!r}: r[{index}]" for name, index in parts) + "}"
            filled = " or ".join(f"r[{index}] is not None" for _, index in parts)
            return f"({shown} if {filled} else None)"
        case Parent():
            return f"({_parent(part)} if r[{part.id_index}] is not None else None)"
        case TypeOfPart(_, id_index, branches, otherwise):
            text = f"({_parent(otherwise)} if r[{id_index}] is not None else None)" if otherwise is not None else "None"
            for branch in reversed(branches):
                text = f"({_parent(branch)} if r[{id_index}] is not None and r[{id_index}][:3] == {branch.only!r} else {text})"
            return text
        case Kids(_, number):
            return f"kids[{number}].get(r[0])"


def _parent(part: Parent) -> str:
    if part.sobject is not None:
        return _record(_attributes(repr(part.sobject), part.sobject, part.id_index), part.parts)
    # Of a parent that may be of several kinds, `type` says Name, and only the url tells which it is.
    kind = f"kinds.get(r[{part.id_index}][:3], 'Name')"
    first = f'{{"type": "Name", "url": base + {kind} + "/" + r[{part.id_index}]}}'
    return _record(first, part.parts)


def _kinds(parts: Sequence[Part]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        if isinstance(part, Parent):
            found.update(part.kinds)
            found.update(_kinds(part.parts))
        if isinstance(part, TypeOfPart):
            for branch in (*part.branches, *([part.otherwise] if part.otherwise is not None else [])):
                found.update(branch.kinds)
                found.update(_kinds(branch.parts))
    return found

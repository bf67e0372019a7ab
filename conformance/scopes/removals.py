"""Which permissions are taken away together, so that a vendor with hundreds of them is asked in a few syncs and nothing is lost.

A permission on which a whole model hangs is taken away alone. Those that hide single fields (or let single inputs be written)
go together as long as no two of them touch the same one: each field then still lacks exactly one thing, which must be named.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from conformance.scopes.truth import Permissions, Truth


@dataclass(frozen=True)
class Removal:
    """Permissions that are taken away from a credential that may do all."""

    name: str
    permissions: Permissions


def of_reading(truth: Truth, readers: Iterable[str]) -> tuple[Removal, ...]:
    """For each permission on which something readable hangs the removal that takes it away."""
    narrow: dict[str, frozenset[str]] = {}
    alone: list[str] = []
    for name in readers:
        targets = frozenset(truth.denied_by.get(name, ()))
        if targets and all("." in target for target in targets):
            narrow[name] = targets
        else:
            alone.append(name)
    return together(alone, narrow)


def together(alone: Iterable[str], narrow: Mapping[str, frozenset[str]]) -> tuple[Removal, ...]:
    """`narrow`: permission to what it touches; two in one removal touch nothing in common."""
    groups: list[tuple[list[str], set[Hashable]]] = []
    for name, touched in sorted(narrow.items()):
        group = next((group for group in groups if not group[1] & touched), None)
        if group is None:
            group = ([], set())
            groups.append(group)
        group[0].append(name)
        group[1].update(touched)
    made = [Removal(name, frozenset({name})) for name in alone]
    for number, (names, _) in enumerate(groups, start=1):
        made.append(Removal(names[0] if len(names) == 1 else f"{len(names)} for single fields ({number})", frozenset(names)))
    return tuple(made)

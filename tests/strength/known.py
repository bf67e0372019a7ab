"""Mutants that change nothing that anybody could see: each with the reason, by what is changed and not by where it stands."""

from __future__ import annotations

EQUIVALENT: dict[tuple[str, str, str, str], str] = {}


def is_equivalent(identity: tuple[str, ...]) -> bool:
    return identity in EQUIVALENT

"""What any cell of the mapping needs: a value that is there, a word translated, an id looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]
"""A record of JOIN's, as it came."""


def shown(raw: Raw, key: str) -> Any:
    """The value, which may be null. Raises Unknown where JOIN's answer has no such key at all: absent is not blank."""
    if key not in raw:
        raise Unknown(f"JOIN's answer has no {key!r}")
    return raw[key]


def translated(table: Mapping[str, str], value: str | None) -> str | None:
    """The unified word, or JOIN's own where the table has none (the unified enums are open)."""
    return None if value is None else table.get(value, value)


def looked_up(catalogue: Mapping[int, Any], id: int | None, what: str) -> Any:
    """None for None; an id that the catalogue lacks is no blank value and must not become one."""
    if id is None:
        return None
    if id not in catalogue:
        raise Unknown(f"{what} {id} is not in JOIN's own list")
    return catalogue[id]


class Unknown(LookupError):
    """What JOIN may have but does not tell: it must not become a blank value."""

"""SOQL: text → tree (grammar) → names resolved against what the caller sees → SQL on the store → rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


@dataclass(frozen=True)
class Result:
    """What a statement found. Iterating gives each row as a dict in SELECT order, `attributes` first, as REST sends it."""

    sobject: str
    total: int
    """All matching rows, after LIMIT."""
    columns: tuple[str, ...]
    """The selected paths in SELECT order, canonical spelling: Id, Account.Name, …"""
    rows: list[dict[str, Any]]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)


def run(exchange: Exchange, text: str, all_rows: bool = False) -> Result:
    """Run a statement as the caller may; `all_rows` also finds what is in the recycle bin.

    Raises ApiError (400 MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE, …) in Salesforce's words.
    """
    raise NotImplementedError

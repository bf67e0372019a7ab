"""Duplicate rules: what is refused because somebody is there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_servers.asymbl.schema import SObject
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row


def check(exchange: Exchange, sobject: SObject, values: Mapping[str, Any], before: Row | None) -> None:
    """Raise DUPLICATES_DETECTED when a rule forbids to save these stored values (all of the row's; `before`: what it was)."""

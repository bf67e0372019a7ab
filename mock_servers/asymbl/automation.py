"""What happens by itself when rows are saved: the package's triggers and flows, and Salesforce's own rules.

A table: for each object what runs before and after a save. Before-triggers may change the row that is about to be saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

Step = Callable[["Exchange", str, "Row", "Row | None"], None]
"""(exchange, event, row, row before): event is insert, update, delete, or release: the system empties a lookup whose parent goes."""


@dataclass(frozen=True, slots=True)
class Triggers:
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()


@lru_cache(1)
def _triggers() -> Mapping[str, Triggers]:
    """Of all objects. Imported here, because what triggers do is to save rows, and whoever saves rows comes here."""
    from mock_servers.asymbl import files, package

    return {**files.TRIGGERS, **package.TRIGGERS}


@lru_cache(1)
def filled() -> Mapping[str, frozenset[str]]:
    """By object, required fields that a create may leave out because a before-trigger fills them."""
    from mock_servers.asymbl import files, package

    return {**files.FILLED, **package.FILLED}


def before(exchange: Exchange, sobject: str, event: str, row: Row, old: Row | None) -> None:
    triggers = _triggers().get(sobject)
    for step in triggers.before if triggers is not None else ():
        step(exchange, event, row, old)


def after(exchange: Exchange, sobject: str, event: str, row: Row, old: Row | None) -> None:
    triggers = _triggers().get(sobject)
    for step in triggers.after if triggers is not None else ():
        step(exchange, event, row, old)

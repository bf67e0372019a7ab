"""What happens by itself when rows are saved: the package's triggers and flows, and Salesforce's own rules.

A table: for each object what runs before and after a save. Before-triggers may change the row that is about to be saved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

Step = Callable[["Exchange", str, "Row", "Row | None"], None]
"""(exchange, event, row, row before): event is insert, update or delete."""


@dataclass(frozen=True, slots=True)
class Triggers:
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()


TRIGGERS: dict[str, Triggers] = {}


def before(exchange: Exchange, sobject: str, event: str, row: Row, old: Row | None) -> None:
    for step in TRIGGERS[sobject].before if sobject in TRIGGERS else ():
        step(exchange, event, row, old)


def after(exchange: Exchange, sobject: str, event: str, row: Row, old: Row | None) -> None:
    for step in TRIGGERS[sobject].after if sobject in TRIGGERS else ():
        step(exchange, event, row, old)

"""Where a tenant's databases are: in memory, and gone with the process; or in a data folder (see data_folder.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from mock_servers.engine.database import MEMORY

if TYPE_CHECKING:
    from mock_servers.engine.tenant import Tenant


class Place(Protocol):
    """One tenant's place."""

    lasting: bool
    """Whether what is here outlives the process."""

    def now(self) -> str:
        """Path of the database that the tenant works on."""

    def start(self) -> str:
        """Path of what a reset goes back to."""

    def snapshot(self, name: str) -> str:
        """Path of a snapshot."""

    def forget_snapshot(self, name: str) -> None:
        """Remove it."""

    def encoded(self, tenant: Tenant) -> Mapping[str, bytes]:
        """Everything beside its rows that a tenant must find again."""

    def erase(self) -> None:
        """Remove everything."""


class InMemory:
    """The place of tenants that end with the process."""

    lasting = False

    def now(self) -> str:
        return MEMORY

    def start(self) -> str:
        return MEMORY

    def snapshot(self, name: str) -> str:
        return MEMORY

    def forget_snapshot(self, name: str) -> None:
        pass

    def encoded(self, tenant: Tenant) -> Mapping[str, bytes]:
        return {}

    def erase(self) -> None:
        pass


IN_MEMORY = InMemory()

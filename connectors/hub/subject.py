"""The hub as a conformance subject: connect it to a vendor, tell it to die, and look at what it has stored."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from connectors.hub.clock import Now, wall_now
from connectors.hub.hub import Hub
from connectors.hub.ids import named_integration_id
from connectors.hub.store import IN_MEMORY, Store
from connectors.unified import registry
from connectors.unified.connector import ConnectorFactory, ExploredField, Probed
from connectors.unified.service import ActionOutcome, ConfigurationError, Mode, PassthroughOutcome, SyncOutcome, Target


class Killed(BaseException):
    """Stands for the death of the process: nothing may catch it but whoever played the murderer."""


class InProcess:
    """Every installed connector behind our own hub. `factories` puts others, also wrong ones, in a vendor's place."""

    real_time = False

    def __init__(
        self,
        *,
        factories: Mapping[str, ConnectorFactory] | None = None,
        name: str = "ats-sandbox hub",
        database: str = IN_MEMORY,
        now: Now = wall_now,
    ) -> None:
        self.name = name
        self.version = version("ats-sandbox")
        self._factories = dict(factories or {})
        self._database = database
        self._now = now
        self._numbers = itertools.count(1)

    def vendors(self) -> tuple[str, ...]:
        """The vendors it has a connector for."""
        return tuple(sorted({*registry.installed(), *self._factories}))

    def connect(self, target: Target) -> InProcessConnection:
        """Open a connection with a store of its own. Raises ConfigurationError."""
        integration_id = named_integration_id(target.vendor, target.name or str(next(self._numbers)))
        return InProcessConnection(target, integration_id, Store(self._database), self._hub)

    def build(self, vendor: str) -> tuple[str | Path, ...]:
        """The folders of code that answers for this vendor are made in; () where a factory was put in, whose code cannot be told."""
        if vendor in self._factories or self._now is not wall_now:
            return ()
        own = find_spec(f"connectors.{vendor}")
        if own is None or own.submodule_search_locations is None:
            return ()
        shared = Path(__file__).parents[1]
        return (*(shared / name for name in sorted(registry.SHARED)), *map(Path, own.submodule_search_locations))

    def _hub(self, store: Store) -> Hub:
        return Hub(store, factories=self._factory, now=self._now)

    def _factory(self, vendor: str) -> ConnectorFactory:
        return self._factories[vendor] if vendor in self._factories else registry.factory(vendor)


class InProcessConnection:
    """One integration in a hub of its own. A kill throws hub and connector away; only the store lives on."""

    def __init__(self, target: Target, integration_id: str, store: Store, new_hub: Callable[[Store], Hub]) -> None:
        self._target = target
        self._id = integration_id
        self._new_hub = new_hub
        self._store = store
        self._hub = new_hub(self._store)
        self._killing: int | None = None
        try:
            self._hub.connect(target, integration_id)
        except ConfigurationError:
            self._store.close()
            raise

    def manifest(self) -> Mapping[str, Any]:
        """What the connector promises, as JSON."""
        return self._hub.manifest(self._id).as_json()

    def probe(self) -> tuple[Probed, ...]:
        """Which models and fields the credential can read."""
        return self._hub.probe(self._id)

    def sync(self, mode: Mode = "FULL") -> SyncOutcome:
        """Run one sync to its end. One that `interrupt_after` kills comes back as FAILED, and a new process takes over."""
        limit, self._killing = self._killing, None
        if limit is None:
            return self._hub.sync(self._id, mode)
        try:
            return self._hub.sync(self._id, mode, on_page=_deadly(limit))
        except Killed as death:
            self._restart()
            return SyncOutcome(state="FAILED", mode=mode, error=str(death))

    def read(self, model: str, *, include_deleted: bool = False) -> list[dict[str, Any]]:
        """All rows of a model. Raises ModelUnavailable."""
        return self._hub.read(self._id, model, include_deleted=include_deleted)

    def act(self, action: str, values: Mapping[str, Any]) -> ActionOutcome:
        """Perform an action by its card name."""
        return self._hub.act(self._id, action, values)

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> PassthroughOutcome:
        """A raw call to the vendor with the connection's credential."""
        return self._hub.passthrough(self._id, method, path, params=params, headers=headers, data=data)

    def explore(self, model: str) -> tuple[ExploredField, ...]:
        """The vendor's own fields behind a model, asked at once. Raises ModelUnavailable, ConnectorError."""
        return self._hub.explore(self._id, model)

    def reconnect(self, *, credential: Mapping[str, str] | None = None, scope_config: Mapping[str, Any] | None = None) -> None:
        """Go on with another credential or scope config; what was synced stays."""
        self._hub.reconnect(self._id, credential=credential, scope_config=scope_config)
        self._target = replace(
            self._target,
            credential=self._target.credential if credential is None else credential,
            scope_config=self._target.scope_config if scope_config is None else scope_config,
        )

    def interrupt_after(self, requests: int) -> None:
        """Make the next sync die when it has got so many pages: the last of them is fetched and lost.

        A connector hands over pages, not requests, and most pages take one; so pages are what is counted.
        """
        if requests < 1:
            raise ValueError(f"a sync can die after 1 request or more, not {requests}")
        self._killing = requests

    def copy(self) -> InProcessConnection:
        """The same integration with the same records in a hub of its own. Raises NotImplementedError."""
        return InProcessConnection(self._target, self._id, self._store.copy(), self._new_hub)

    def close(self) -> None:
        """Disconnect and forget."""
        if self._store.in_memory:
            self._hub.close()  # with its database goes everything that was to be forgotten
        else:
            self._hub.disconnect(self._id)
        self._store.close()

    def _restart(self) -> None:
        self._hub.close()
        self._hub = self._new_hub(self._store)
        self._hub.connect(self._target, self._id)


def _deadly(pages: int) -> Callable[[], None]:
    left = itertools.count(pages - 1, -1)

    def on_page() -> None:
        if next(left) <= 0:
            raise Killed(f"killed after {pages} pages")

    return on_page

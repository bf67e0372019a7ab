"""Our service, wrong in one way: the right one behind hooks that spoil what goes in or what comes out.

Nothing of ours is patched. A hook is a function; `Wrong` says at which place it stands, and `Told` what it may know.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.subjects import ModelUnavailable
from connectors.hub.subject import InProcess, InProcessConnection
from connectors.unified.connector import Connector, ConnectorFactory, Probed
from connectors.unified.service import ActionOutcome, Mode, PassthroughOutcome, SyncOutcome, Target

Rows = list[dict[str, Any]]


@dataclass
class Told:
    """What a hook may know of the connection that it spoils."""

    target: Target
    inner: Any
    """The right connection."""
    memory: dict[str, Any] = field(default_factory=dict)
    """The hook's own, for the life of the connection."""
    outcomes: list[SyncOutcome] = field(default_factory=list)
    scope: Mapping[str, Any] = field(default_factory=dict)
    reconnected: int = 0

    @property
    def denied(self) -> set[str]:
        """Models that the last sync called denied."""
        return {one.model for one in self.outcomes[-1].diagnostics if one.reason == "not_permitted"} if self.outcomes else set()

    def off(self, model: str) -> list[str]:
        """Fields of the model that the scope config has switched off."""
        return [name.partition(".")[2] for name in self.scope.get("fields", {}) if name.startswith(f"{model}.")]


@dataclass(frozen=True)
class Wrong:
    """Where it is wrong. What is not given is right."""

    manifest: Callable[[dict[str, Any]], None] | None = None
    """Spoils a copy of what is published, and of what is installed."""
    published: Callable[[dict[str, Any]], None] | None = None
    """Spoils only what is published."""
    probe: Callable[[tuple[Probed, ...], Told], tuple[Probed, ...]] | None = None
    sync: Callable[[Callable[[Mode], SyncOutcome], Mode, Told], SyncOutcome] | None = None
    rows: Callable[[Rows, str, Told], Rows] | None = None
    """Spoils what a read gives, deleted records or not."""
    read: Callable[[Callable[[], Rows], str, bool, Told], Rows] | None = None
    """Stands in the place of a read: (the right one, model, include_deleted)."""
    act: Callable[[Callable[[str, Any], ActionOutcome], str, dict[str, Any], Told], ActionOutcome] | None = None
    passthrough: Callable[[PassthroughOutcome], PassthroughOutcome] | None = None
    scope: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """Spoils the scope config on its way in."""
    target: Callable[[Target], Target] | None = None
    """Spoils what a connection is told at its start."""
    interrupted: Callable[[Told], Any] | None = None
    """After a kill: the connection to go on with."""
    copies: bool = True
    """Whether connections can be copied."""
    connector: Callable[..., Connector] | None = None
    """A factory in the place of the right one; it gets the right factory and its arguments."""


class WrongService:
    """A conformance subject."""

    real_time = False

    def __init__(self, wrong: Wrong, factories: Mapping[str, ConnectorFactory], name: str = "wrong") -> None:
        self.name, self.version = name, "0"
        self._wrong = wrong
        self._right = InProcess(factories={vendor: self._spoilt(factory) for vendor, factory in factories.items()})

    def vendors(self) -> tuple[str, ...]:
        return self._right.vendors()

    def connect(self, target: Target) -> WrongConnection:
        if self._wrong.target is not None:
            target = self._wrong.target(target)
        return WrongConnection(self._wrong, Told(target, self._right.connect(target), scope=target.scope_config))

    def _spoilt(self, factory: ConnectorFactory) -> ConnectorFactory:
        spoil = self._wrong.connector
        return factory if spoil is None else lambda **given: spoil(factory, **given)


class WrongConnection:
    """One connection of it."""

    def __init__(self, wrong: Wrong, told: Told) -> None:
        self._wrong, self._told = wrong, told
        self._killing = False

    @property
    def _inner(self) -> InProcessConnection:
        inner: InProcessConnection = self._told.inner
        return inner

    def manifest(self) -> Mapping[str, Any]:
        published = copy.deepcopy(dict(self._inner.manifest()))
        for spoil in (self._wrong.manifest, self._wrong.published):
            if spoil is not None:
                spoil(published)
        return published

    def probe(self) -> tuple[Probed, ...]:
        found = self._inner.probe()
        return found if self._wrong.probe is None else self._wrong.probe(found, self._told)

    def sync(self, mode: Mode = "FULL") -> SyncOutcome:
        killing, self._killing = self._killing, False
        spoil = None if killing else self._wrong.sync
        outcome = self._inner.sync(mode) if spoil is None else spoil(self._inner.sync, mode, self._told)
        if killing and self._wrong.interrupted is not None:
            self._told.inner = self._wrong.interrupted(self._told)
        self._told.outcomes.append(outcome)
        return outcome

    def read(self, model: str, *, include_deleted: bool = False) -> Rows:
        def right() -> Rows:
            return self._inner.read(model, include_deleted=include_deleted)

        rows = right() if self._wrong.read is None else self._wrong.read(right, model, include_deleted, self._told)
        return rows if self._wrong.rows is None else self._wrong.rows(rows, model, self._told)

    def act(self, action: str, values: Mapping[str, Any]) -> ActionOutcome:
        given = copy.deepcopy(dict(values))
        return self._inner.act(action, given) if self._wrong.act is None else self._wrong.act(self._inner.act, action, given, self._told)

    def passthrough(self, method: str, path: str, **more: Any) -> PassthroughOutcome:
        outcome = self._inner.passthrough(method, path, **more)
        return outcome if self._wrong.passthrough is None else self._wrong.passthrough(outcome)

    def explore(self, model: str) -> Any:
        return self._inner.explore(model)

    def reconnect(self, *, credential: Mapping[str, str] | None = None, scope_config: Mapping[str, Any] | None = None) -> None:
        if scope_config is not None:
            self._told.scope = scope_config
            scope_config = (
                copy.deepcopy(dict(scope_config)) if self._wrong.scope is None else self._wrong.scope(copy.deepcopy(dict(scope_config)))
            )
        self._told.reconnected += 1
        self._inner.reconnect(credential=credential, scope_config=scope_config)

    def interrupt_after(self, requests: int) -> None:
        self._killing = True
        self._inner.interrupt_after(requests)

    def copy(self) -> WrongConnection:
        told = self._told
        if not self._wrong.copies:
            raise NotImplementedError("connections cannot be copied")
        copied = Told(told.target, told.inner.copy(), copy.deepcopy(told.memory), list(told.outcomes), told.scope, told.reconnected)
        return WrongConnection(self._wrong, copied)

    def close(self) -> None:
        self._inner.close()


def unavailable(read: Callable[[], Rows]) -> Rows | None:
    """The rows, or None when the model cannot be read."""
    try:
        return read()
    except ModelUnavailable:
        return None

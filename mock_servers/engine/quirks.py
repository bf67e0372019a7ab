"""A quirk is a documented oddity of one vendor: a small class with settings, switchable per tenant."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar

import orjson

from mock_servers.engine.evidence import Evidence

T = TypeVar("T")


@dataclass(frozen=True)
class Quirk:
    """Base of all quirks. A subclass's docstring tells what the vendor does; its fields are its settings.

    Vendor code asks `exchange.quirk(TheQuirk)`: the tenant's instance with its settings, or None when switched off;
    asking and getting it is what the journal records as "acted" once the code calls `exchange.acted(quirk)`.
    """

    name: ClassVar[str]
    evidence: ClassVar[Evidence]
    on_by_default: ClassVar[bool] = True

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """What a person or the admin API needs to know of this quirk."""
        return {
            "name": cls.name,
            "text": " ".join((cls.__doc__ or "").split()),
            "evidence": {"kind": cls.evidence.kind, "text": cls.evidence.text},
            "on_by_default": cls.on_by_default,
            "settings": asdict(cls()),
        }


class UnknownQuirk(KeyError):
    """The vendor has no quirk of that name."""


class QuirkSwitches:
    """Which quirks one tenant has on, and with which settings."""

    def __init__(self, known: tuple[type[Quirk], ...]) -> None:
        self._known = {kind.name: kind for kind in known}
        self._on: dict[type[Quirk], Quirk] = {kind: kind() for kind in known if kind.on_by_default}
        self._derived: dict[Hashable, tuple[Any, frozenset[type[Quirk]]]] = {}
        self._asked: set[type[Quirk]] = set()

    def get(self, kind: type[Quirk]) -> Quirk | None:
        self._asked.add(kind)
        return self._on.get(kind)

    def switch(self, name: str, *, on: bool, settings: dict[str, Any] | None = None) -> None:
        """Turn one quirk on (with settings) or off.

        Raises:
            UnknownQuirk: no quirk of that name; the message lists the known ones.
            TypeError: a setting that the quirk does not have.
        """
        kind = self.kind(name)
        self._derived.clear()
        if on:
            self._on[kind] = kind(**(settings or {}))
        else:
            self._on.pop(kind, None)

    def asked(self) -> list[str]:
        """The quirks that anything has looked at since the account began, or went back to its beginning.

        However any other was set, all would have been the same.
        """
        return sorted(kind.name for kind in self._asked)

    def dump(self) -> dict[str, dict[str, Any]]:
        """The settings of those that are on, by name."""
        return {kind.name: asdict(quirk) for kind, quirk in self._on.items()}

    def load(self, on: Mapping[str, Mapping[str, Any]]) -> None:
        """Have exactly these on. Raises UnknownQuirk, or TypeError for a setting that one does not have; nothing has changed then."""
        kinds = {self.kind(name): settings for name, settings in on.items()}
        self._on = {kind: kind(**settings) for kind, settings in kinds.items()}
        self._derived.clear()
        self._asked.clear()

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """What vendor code works out of nothing but the switches and the key: kept until one is switched."""
        if key not in self._derived:
            self._derived[key] = self.watched(make)
        kept: T
        kept, asked = self._derived[key]
        self._asked |= asked
        return kept

    @property
    def fingerprint(self) -> bytes:
        """The same for switches that stand the same, of any account."""
        return self.derived("fingerprint", lambda: orjson.dumps(self.dump()))

    def watched(self, work: Callable[[], T]) -> tuple[T, frozenset[type[Quirk]]]:
        """What it gives, and the quirks that it looked at."""
        before, self._asked = self._asked, set()
        try:
            return work(), frozenset(self._asked)
        finally:
            self._asked |= before

    def note_asked(self, kinds: frozenset[type[Quirk]]) -> None:
        """These decided an answer, though nobody looked at them this time."""
        self._asked |= kinds

    def kind(self, name: str) -> type[Quirk]:
        """Raises UnknownQuirk."""
        if name not in self._known:
            raise UnknownQuirk(f"no quirk {name!r}; known: {', '.join(sorted(self._known))}")
        return self._known[name]

    def state(self) -> dict[str, dict[str, Any]]:
        """{name: {"on": bool, "settings": {...}}} of every known quirk."""
        return {
            name: {"on": kind in self._on, "settings": asdict(self._on[kind]) if kind in self._on else {}}
            for name, kind in self._known.items()
        }

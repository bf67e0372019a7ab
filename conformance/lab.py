"""Where checks work: the lab of one vendor opens tenants (worlds), connects the subject to them (sessions) and keeps what it saw.

A check gets a Lab and nothing else. What the subject raises becomes SubjectCrashed, what a session cannot show becomes
Blocked; the runner turns both into results, so that no check needs a try of its own.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from conformance import fixture_models as fixtures
from conformance import identity, judge, telling
from conformance.check import Result
from conformance.given import Fixtures
from conformance.ledger import Ledger
from conformance.observations import Observations
from conformance.promise import Promise
from conformance.sandbox import Entry, Minted, Sandbox, Tenant, VendorFacts
from conformance.session import Session
from conformance.stops import Blocked, Stuck, SubjectCrashed
from conformance.subjects import Subject, SyncOutcome
from conformance.telling import shown
from conformance.world import Dump, World

__all__ = ["Blocked", "Calm", "Dump", "Lab", "Session", "Stuck", "SubjectCrashed", "World", "shown"]

T = TypeVar("T")
WORLDS_BETWEEN_COLLECTIONS = 40
CORE = ".core"
"""Behind a scenario's name: the same world without its crowd."""
MOST_REQUESTS = 4000
"""A sync that asks more often than this never ends: worlds are small."""


@dataclass(frozen=True)
class Calm:
    """A full sync with nothing in its way: the measure for all that is done under strain."""

    world: World
    session: Session
    outcome: SyncOutcome
    snapshot: judge.Snapshot
    journal: tuple[Entry, ...]
    quirks: frozenset[str]
    """Those that the vendor looked at; however the others are set, the sync would have been this one."""

    def requests(self, operation: str) -> int:
        return sum(entry.operation == operation for entry in self.journal)


class Lab:
    """All that checks of one vendor share."""

    def __init__(
        self,
        *,
        subject: Subject,
        sandbox: Sandbox,
        facts: VendorFacts,
        given: Fixtures,
        published: Mapping[str, Any],
        promise: Promise,
        models: Sequence[str] = (),
        docs_dir: Path | None = None,
        installed: Mapping[str, Any] | None = None,
        ca: str | None = None,
        credentials: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.subject, self.sandbox, self.facts = subject, sandbox, facts
        self.fixtures, self.published, self.promise = given, published, promise
        self.models = tuple(model for model in promise.models if not models or model in models)
        chosen = {case.action for case in given.actions if not models or case.models & set(models)}
        self.actions = {action: promised for action, promised in promise.actions.items() if not models or action in chosen}
        """The actions under test: where models were selected, those of which a case takes, makes or names a record of one."""
        self.docs_dir, self.installed, self.ca = docs_dir, installed, ca
        self.credentials = dict(credentials or {})
        """Columns of the matrix that were asked for by name, instead of all."""
        self.ledger = Ledger()
        self.secrets: set[str] = set()
        self.leaks: set[str] = set()
        """Where the subject said a secret."""
        self.everywhere = {given.scenario: Observations()}
        """What was observed, by scenario."""
        self._worlds: list[World] = []
        self._closed = 0
        self._bases: dict[str, Tenant] = {}
        self.scenario = given.scenario
        """Of the worlds that are opened now: the whole one, or its core."""

    @property
    def vendor(self) -> str:
        return self.facts.name

    @property
    def profile(self) -> fixtures.Profile:
        return self.fixtures.profile

    # ------------------------------------------------------------------------------------------------ worlds

    def world(self) -> World:
        """A fresh copy of the scenario's tenant, with a credential that may do everything."""
        if self.scenario not in self._bases:
            self._bases[self.scenario] = self.sandbox.create(self.vendor, scenario=self.scenario, frozen=not self.subject.real_time)
        return self._opened(self._bases[self.scenario].fork())

    @property
    def observations(self) -> Observations:
        """What was observed in the worlds of now."""
        return self.everywhere[self.scenario]

    def let_go(self) -> None:
        """`Observations.let_go`, wherever it was observed."""
        for observations in self.everywhere.values():
            observations.let_go()

    @contextmanager
    def in_core(self, chosen: bool = True) -> Iterator[None]:
        """Within, worlds have no crowd: no rows that only make lists longer than a page. Every row costs something in every one of a
        run's syncs. What is observed there counts only there. A scenario without a crowd is the same either way."""
        core = self.fixtures.scenario + CORE
        if chosen and core in self.facts.scenarios:
            self.scenario = core
            self.everywhere.setdefault(core, Observations("core: "))
        try:
            yield
        finally:
            self.scenario = self.fixtures.scenario

    def empty_world(self) -> World:
        """A tenant of the same vendor in which there is nothing."""
        return self.world_of("empty")

    def world_of(self, scenario: str) -> World:
        """A tenant of the same vendor in another world."""
        return self._opened(self.sandbox.create(self.vendor, scenario=scenario, frozen=not self.subject.real_time))

    def _opened(self, tenant: Tenant) -> World:
        # A subject that reads for ever meets an end, and a check says so, instead of the run never ending.
        tenant.fault("status", status=503, skip=MOST_REQUESTS, times=None)
        world = World(self, tenant)
        self._worlds.append(world)
        return world

    def close_world(self, world: World) -> None:
        self._worlds.remove(world)
        world.close()
        self._closed += 1
        if self._closed % WORLDS_BETWEEN_COLLECTIONS == 0:
            # Closed connections are garbage in circles. What lives on lives as long as the lab, so it is not looked at again.
            gc.collect()
            gc.freeze()

    def close_worlds(self) -> None:
        """After each check: give back what it opened."""
        for world in [world for world in self._worlds if not world.kept]:
            self.close_world(world)

    def close(self) -> None:
        for world in list(self._worlds):
            self.close_world(world)
        gc.unfreeze()
        for base in self._bases.values():
            base.delete()

    # ---------------------------------------------------------------------------------------- what is normal

    @property
    def calm(self) -> Calm:
        """A full sync with the subject's own settings. Raises Blocked when it does not succeed."""
        return self.once("calm", lambda: self._calm(self.world(), {}))

    @property
    def calm_pages(self) -> Calm:
        """The same in many small pages."""

        def observe() -> Calm:
            world = self.world()
            return self._calm(world, self.small_pages(world))

        return self.once("calm in small pages", observe)

    def once(self, key: Hashable, observe: Callable[[], T], *, brief: bool = False) -> T:
        """`Observations.once`, in the worlds of now."""
        return self.observations.once(key, observe, brief=brief)

    def named(self, what: Hashable) -> AbstractContextManager[None]:
        """`Observations.named`."""
        return self.observations.named(what)

    @property
    def cut(self) -> fixtures.SmallPages:
        """How lists are cut into several pages in the worlds of now."""
        paging = self.profile.paging
        return paging if self.scenario == self.fixtures.scenario or paging.core is None else paging.core

    def small_pages(self, world: World) -> Mapping[str, Any]:
        """Make the vendor give small pages in this world; the connection settings that ask for them."""
        if self.cut.options:
            world.tenant.set_options(self.cut.options)
        return self.cut.settings

    def _calm(self, world: World, settings: Mapping[str, Any]) -> Calm:
        session = world.connect(settings=settings)
        outcome = session.sync_well()
        world.kept = True
        return Calm(world, session, outcome, session.snapshot(), tuple(world.tenant.journal()), world.tenant.quirks_asked())

    def expected_records(self, model: str) -> Mapping[str, Mapping[str, Any]]:
        """Key to values of expected.yaml, with the key as remote_id unless the file says otherwise."""
        records = self.fixtures.expected.models.get(model, [])
        own = () if identity.is_join(model) else ("remote_id",)
        return {record.key: {**dict.fromkeys(own, record.key), **record.values} for record in records}

    def expected_keys(self, model: str) -> Counter[str]:
        return Counter(record.key for record in self.fixtures.expected.models.get(model, []))

    def operations(self) -> tuple[str, ...]:
        """The operations that bring pages of the models under test, each once."""
        return tuple(dict.fromkeys(self.profile.page_operations[model] for model in self.models if model in self.profile.page_operations))

    def asked(self) -> tuple[str, ...]:
        """Every operation that a full sync asks for, each once: also those that bring no page, but a list to look names up in."""
        return tuple(dict.fromkeys(entry.operation for entry in self.calm_pages.journal if entry.operation is not None))

    # ------------------------------------------------------------------------------------- for the report

    def neutral(self, result: Result) -> Result:
        """The result without addresses and names of tenants, which differ from run to run."""
        return telling.neutral(result, self._places)

    @cached_property
    def _places(self) -> judge.Texts:
        return telling.places(self.fixtures.scenario)

    def exchanges(self, world: World, *, operation: str | None = None, last: int = 2) -> tuple[dict[str, Any], ...]:
        """The last conversations of a world, as the report shows them."""
        entries = world.tenant.journal(operation=operation)
        return tuple(telling.shown(entry, world.tenant.base_url) for entry in entries[-last:])

    def mint(self, world: World, permissions: Sequence[str] | str) -> Minted:
        minted = world.tenant.mint(permissions if isinstance(permissions, str) else list(permissions))
        world.keep_secret(minted.credential)
        world.minted = True
        return minted

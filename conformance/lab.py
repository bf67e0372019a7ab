"""Where checks work: the lab of one vendor opens tenants (worlds), connects the subject to them (sessions) and keeps what it saw.

A check gets a Lab and nothing else. What the subject raises becomes SubjectCrashed, what a session cannot show becomes
Blocked; the runner turns both into results, so that no check needs a try of its own.
"""

from __future__ import annotations

import gc
import itertools
import re
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from conformance import fixture_models as fixtures
from conformance import identity, judge
from conformance.check import Cell, Result
from conformance.outcomes import Verdict
from conformance.promise import Promise
from conformance.sandbox import Entry, Minted, Sandbox, SandboxError, Tenant, VendorFacts
from conformance.subjects import (
    ActionOutcome,
    ConfigurationError,
    Connection,
    ModelUnavailable,
    PassthroughOutcome,
    Probed,
    Subject,
    SyncOutcome,
    Target,
)

T = TypeVar("T")
Mode = Literal["FULL", "DELTA"]
Dump = Mapping[str, list[dict[str, Any]]]
"""Every row of every table of a tenant."""
MOST_WAITS = 400
"""A sync that waits more often than this never ends."""
WORLDS_BETWEEN_COLLECTIONS = 40
MOST_REQUESTS = 4000
"""Nor does one that asks more often than this: worlds are small."""


class SubjectCrashed(Exception):
    """The subject raised something that its contract does not name."""


class Stuck(Exception):
    """The subject went on waiting for ever, and was stopped."""


class Blocked(Exception):
    """This cannot be judged because something before it failed; `why` names it."""


@dataclass(frozen=True)
class Fixtures:
    """Everything that is known of one vendor and one scenario."""

    folder: Path
    scenario: str
    expected: fixtures.Expected
    perturbations: fixtures.Perturbations
    actions: fixtures.ActionCases
    profile: fixtures.Profile
    card: fixtures.Card


def read_fixtures(fixtures_dir: Path, vendor: str, scenario: str) -> Fixtures:
    """All files of one vendor's scenario. Raises FixtureError."""
    folder = fixtures_dir / vendor / scenario
    return Fixtures(
        folder=folder,
        scenario=scenario,
        expected=fixtures.load_expected(folder),
        perturbations=fixtures.load_perturbations(folder),
        actions=fixtures.load_actions(folder),
        profile=fixtures.load_profile(folder),
        card=fixtures.load_card(fixtures_dir / vendor),
    )


@dataclass
class Ledger:
    """What has been found so far, so that one defect is reported by one check: the others leave out what is known to be bad."""

    bad_cells: set[Cell] = field(default_factory=set)
    results: list[tuple[str, Result]] = field(default_factory=list)

    def note(self, check: str, result: Result) -> None:
        self.results.append((check, result))
        if result.verdict is Verdict.FAIL and result.cell.kind == "field":
            self.bad_cells.add(result.cell)

    def failed(self, check: str, cell: Cell) -> bool:
        return any(known == check and result.cell == cell and result.verdict is Verdict.FAIL for known, result in self.results)

    def failures(self, check: str) -> int:
        return sum(known == check and result.verdict is Verdict.FAIL for known, result in self.results)

    def bad_field(self, model: str, name: str | None) -> bool:
        return name is not None and Cell("field", model, name) in self.bad_cells


class Session:
    """The subject connected to a world."""

    def __init__(self, world: World, connection: Connection) -> None:
        self.world = world
        self._connection = connection
        self._known: identity.Ids = {}
        self.outcomes: list[SyncOutcome] = []

    def _ask(self, what: str, call: Callable[[], T]) -> T:
        """Call the subject. Its own errors become SubjectCrashed; the suite's keep their names."""
        try:
            return call()
        except (ModelUnavailable, ConfigurationError, NotImplementedError, SandboxError, Stuck, Blocked):
            raise
        except Exception as error:
            self.world.hear(what, str(error))
            raise SubjectCrashed(f"{what} raised {type(error).__name__}: {error}") from error

    def manifest(self) -> Mapping[str, Any]:
        return self._ask("manifest()", self._connection.manifest)

    def probe(self) -> tuple[Probed, ...]:
        probed = self._ask("probe()", self._connection.probe)
        for one in probed:
            self.world.hear("probe()", repr(one))
        return probed

    def sync(self, mode: Mode = "FULL") -> SyncOutcome:
        outcome = self._ask(f"sync({mode})", lambda: self._connection.sync(mode))
        self.world.hear("sync()", repr(outcome))
        self.outcomes.append(outcome)
        return outcome

    def sync_well(self, mode: Mode = "FULL") -> SyncOutcome:
        """A sync that has to succeed for the rest to be judged. Raises Blocked."""
        outcome = self.sync(mode)
        if outcome.state != "SUCCEEDED":
            raise Blocked(f"a {mode} sync with nothing in its way ended {outcome.state}: {outcome.error or 'no error given'}")
        return outcome

    def read(self, model: str, *, include_deleted: bool = False) -> list[dict[str, Any]]:
        """Raises ModelUnavailable."""
        # A list, for a generator would be empty for whoever looks second.
        return self._ask(f"read({model!r})", lambda: list(self._connection.read(model, include_deleted=include_deleted)))

    def snapshot(self, *, include_deleted: bool = False, hidden: frozenset[str] = frozenset()) -> judge.Snapshot:
        """Everything that the connection shows now. `hidden`: models whose ids shall not be told apart."""
        rows: dict[str, list[dict[str, Any]]] = {}
        unavailable: dict[str, str] = {}
        for model in self.world.lab.promise.models:
            try:
                rows[model] = self.read(model, include_deleted=include_deleted)
            except ModelUnavailable as error:
                self.world.hear("read()", str(error))
                unavailable[model] = error.code
        self._known = identity.collect(rows, self._known)
        if hidden:
            visible = {model: found for model, found in rows.items() if model not in hidden}
            return judge.snapshot(visible, unavailable, None, self.world.texts)
        return judge.snapshot(rows, unavailable, self._known, self.world.texts)

    def act(self, action: str, values: Mapping[str, Any]) -> ActionOutcome:
        outcome = self._ask(f"act({action!r})", lambda: self._connection.act(action, values))
        self.world.hear(f"act({action!r})", repr(outcome))
        return outcome

    def passthrough(self, case: fixtures.PassthroughCase) -> PassthroughOutcome:
        return self._ask(
            f"passthrough({case.method} {case.path})",
            lambda: self._connection.passthrough(case.method, case.path, params=case.params, headers=case.headers, data=case.data),
        )

    def explore(self, model: str) -> Sequence[Any]:
        """The vendor's fields behind a model, each with key, label and type. Raises NotImplementedError when the subject has no explorer."""
        explore = getattr(self._connection, "explore", None)
        if explore is None:
            raise NotImplementedError(f"{self.world.lab.subject.name} has no `explore`")
        found: Sequence[Any] = self._ask(f"explore({model!r})", lambda: explore(model))
        self.world.hear("explore()", repr(found))
        return found

    def reconnect(self, *, credential: Mapping[str, str] | None = None, scope: Mapping[str, Any] | None = None) -> None:
        if credential is not None:
            self.world.keep_secret(credential)
        self._ask("reconnect()", lambda: self._connection.reconnect(credential=credential, scope_config=scope))

    def interrupt_after(self, requests: int) -> None:
        """Raises NotImplementedError when the subject cannot be told to."""
        self._ask("interrupt_after()", lambda: self._connection.interrupt_after(requests))

    def sync_killed(self, requests: int, mode: Mode = "FULL") -> bool:
        """A sync that dies after so many requests, however the subject shows that; False when it came to its end before."""
        self.interrupt_after(requests)
        try:
            return self.sync(mode).state != "SUCCEEDED"
        except SubjectCrashed:
            return True

    def copy(self) -> Session:
        """A session of its own in the same state. Raises NotImplementedError when the subject cannot copy connections."""
        copy = getattr(self._connection, "copy", None)
        if copy is None:
            raise NotImplementedError(f"{self.world.lab.subject.name} cannot copy connections")
        copied = Session(self.world, self._ask("copy()", copy))
        copied._known = self._known
        return copied

    def close(self) -> None:
        self._ask("close()", self._connection.close)


class World:
    """One tenant of the sandbox, and the subject's sessions in it."""

    def __init__(self, lab: Lab, tenant: Tenant) -> None:
        self.lab = lab
        self.tenant = tenant
        self.kept = False
        """It outlives the check that opened it."""
        self.waits: list[float] = []
        self._sessions: list[Session] = []
        self._when_waiting: Callable[[], None] | None = None
        self.secrets: set[str] = set()
        self._tables: Dump | None = None
        self.minted = False
        """A credential was made since the tables were read; where that needs a user, one stands there now."""
        self.keep_secret(tenant.credential)

    def connect(
        self,
        *,
        credential: Mapping[str, str] | None = None,
        base_url: str | None = None,
        settings: Mapping[str, Any] | None = None,
        scope: Mapping[str, Any] | None = None,
    ) -> Session:
        """The subject, connected; with everything allowed unless said otherwise."""
        if credential is not None:
            self.keep_secret(credential)
        target = Target(
            vendor=self.tenant.vendor,
            base_url=self.tenant.base_url if base_url is None else base_url,
            credential=self.tenant.credential if credential is None else credential,
            scope_config=scope or {},
            settings=settings or {},
            wait=None if self.lab.subject.real_time else self._wait,
            ca=self.lab.ca,
            name=self.lab.next_name(),
        )
        try:
            connection = self.lab.subject.connect(target)
        except ConfigurationError:
            raise
        except Exception as error:
            raise SubjectCrashed(f"connect() raised {type(error).__name__}: {error}") from error
        session = Session(self, connection)
        self._sessions.append(session)
        return session

    def _wait(self, seconds: float) -> None:
        """Instead of sleeping: the tenant's clock moves on, and whoever waits for a wait has a turn."""
        self.waits.append(seconds)
        if len(self.waits) > MOST_WAITS:
            raise Stuck(f"the subject waited {MOST_WAITS} times")
        if self._when_waiting is not None:
            self._when_waiting()
        self._tables = None  # what the vendor does by itself when its time has come stands in no exchange
        self.tenant.advance(max(seconds, 0))

    @contextmanager
    def at_fault(self, rule: Mapping[str, Any], then: Callable[[], None]) -> Iterator[list[bool]]:
        """While the subject recovers from this fault (which must make it wait), do something once; the list tells whether it ran."""
        ran: list[bool] = []

        def once() -> None:
            if not ran and self._fault_used():
                ran.append(True)
                then()

        self.tenant.fault(**rule)
        if not self.lab.subject.real_time:
            self._when_waiting = once
            try:
                yield ran
            finally:
                self._when_waiting = None
            return
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(once, done), daemon=True)
        watcher.start()
        try:
            yield ran
        finally:
            done.set()
            watcher.join()

    def _watch(self, once: Callable[[], None], done: threading.Event) -> None:
        while not done.wait(0.02):
            once()

    def _fault_used(self) -> bool:
        return any(entry.raw.get("faults") for entry in self.tenant.journal())

    @cached_property
    def texts(self) -> judge.Texts:
        """The tenant's address is written "{base_url}" wherever two worlds, or a world and a fixture, are compared."""
        volatile = [(re.compile(expression), "<volatile>") for expression in self.lab.profile.volatile]
        return [(re.compile(re.escape(self.tenant.base_url)), judge.OWN_ADDRESS), *volatile]

    def wrong_credential(self) -> dict[str, str]:
        """The tenant's own, with each secret changed at its end."""
        secret = {item.name for item in self.lab.promise.credential if item.secret}
        return {name: f"{value[:-4]}xxxx" if name in secret else value for name, value in self.tenant.credential.items()}

    def keep_secret(self, credential: Mapping[str, str]) -> None:
        """Never show these values in any artefact. What the manifest calls no secret (a host's name) may be shown."""
        public = {item.name for item in self.lab.promise.credential if not item.secret}
        found = {value for name, value in credential.items() if name not in public and len(value) >= SHORTEST_SECRET}
        self.secrets |= found
        self.lab.secrets |= found

    def hear(self, where: str, text: str) -> None:
        """Something that the subject said; secrets must not be in it."""
        if any(secret in text for secret in self.secrets):
            self.lab.leaks.add(where)

    def search(self, where: str, text: str) -> None:
        """As `hear`, but for what only the vendor knows as well: the sessions that it gave."""
        if self.tenant.leaks(text):
            self.lab.leaks.add(where)

    def tables(self, since: Sequence[Entry] = ()) -> Dump:
        """Every row of every table. Read anew only when steps, or one of these exchanges, changed anything."""
        if self._tables is None or any(entry.raw.get("changes") for entry in since):
            self._tables = self.tenant.dump()
            self.minted = False
        return self._tables

    def known_tables(self, tables: Dump) -> None:
        """What stands in the tenant now, when that is known without reading."""
        self._tables = tables

    def as_it_was(self) -> None:
        """Everything in the tenant back to how it began."""
        self.tenant.reset()
        self._tables = None
        self.minted = False

    def perform(self, steps: Sequence[fixtures.Step]) -> None:
        if steps:
            self._tables = None
        self.tenant.perform(list(steps), self.lab.profile.touch)

    def close(self) -> None:
        for session in self._sessions:
            session.close()
        self._sessions.clear()
        self.tenant.delete()


@dataclass(frozen=True)
class Calm:
    """A full sync with nothing in its way: the measure for all that is done under strain."""

    world: World
    session: Session
    outcome: SyncOutcome
    snapshot: judge.Snapshot
    journal: tuple[Entry, ...]

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
        self.docs_dir, self.installed, self.ca = docs_dir, installed, ca
        self.credentials = dict(credentials or {})
        """Columns of the matrix that were asked for by name, instead of all."""
        self.ledger = Ledger()
        self.secrets: set[str] = set()
        self.leaks: set[str] = set()
        """Where the subject said a secret."""
        self.memory: dict[Hashable, tuple[bool, Any]] = {}
        self._brief: set[Hashable] = set()
        self._worlds: list[World] = []
        self._closed = 0
        self._names: list[Iterator[str]] = []
        self._base: Tenant | None = None

    @property
    def vendor(self) -> str:
        return self.facts.name

    @property
    def profile(self) -> fixtures.Profile:
        return self.fixtures.profile

    # ------------------------------------------------------------------------------------------------ worlds

    def world(self) -> World:
        """A fresh copy of the scenario's tenant, with a credential that may do everything."""
        if self._base is None:
            self._base = self.sandbox.create(self.vendor, scenario=self.fixtures.scenario, frozen=not self.subject.real_time)
        return self._opened(self._base.fork())

    def empty_world(self) -> World:
        """A tenant of the same vendor in which there is nothing."""
        return self._opened(self.sandbox.create(self.vendor, scenario="empty", frozen=not self.subject.real_time))

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
        if self._base is not None:
            self._base.delete()

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
        """An observation that several checks judge is made once; what stopped it is raised again to each of them.

        brief: only checks of one chapter look at it, and it is large: it is let go when they have.
        """
        if brief:
            self._brief.add(key)
        if key not in self.memory:
            try:
                with self.named(_told(key)):
                    self.memory[key] = (True, observe())
            except (SubjectCrashed, Stuck, Blocked) as error:
                self.memory[key] = (False, error)
        good, found = self.memory[key]
        if not good:
            raise found
        return found  # type: ignore[no-any-return]

    def let_go(self) -> None:
        """After each chapter: forget what only its checks have looked at."""
        for key in self._brief:
            self.memory.pop(key, None)
        self._brief.clear()

    @contextmanager
    def named(self, what: str) -> Iterator[None]:
        """Connections that are opened within have names after what they are for, whatever was done before."""
        self._names.append(f"{what}, {number}" for number in itertools.count(1))
        try:
            yield
        finally:
            self._names.pop()

    def next_name(self) -> str | None:
        return next(self._names[-1]) if self._names else None

    def small_pages(self, world: World) -> Mapping[str, Any]:
        """Make the vendor give small pages in this world; the connection settings that ask for them."""
        if self.profile.paging.options:
            world.tenant.set_options(self.profile.paging.options)
        return self.profile.paging.settings

    def _calm(self, world: World, settings: Mapping[str, Any]) -> Calm:
        session = world.connect(settings=settings)
        outcome = session.sync_well()
        world.kept = True
        return Calm(world, session, outcome, session.snapshot(), tuple(world.tenant.journal()))

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
        shown = result.verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.UNTESTED)
        rest = (result.expected, result.got, result.exchanges) if shown else (None, None, ())
        message, expected, got, exchanges = (judge.level(plain(part), self._places) for part in (result.message, *rest))
        return replace(result, message=message, expected=expected, got=got, exchanges=tuple(exchanges))

    @cached_property
    def _places(self) -> judge.Texts:
        return [
            (re.compile(r"https?://(127\.0\.0\.1|localhost)(:\d+)?"), "{address}"),
            (re.compile(rf"\b{re.escape(self.fixtures.scenario.replace('_', '-'))}-\d+\b"), "{tenant}"),
        ]

    def exchanges(self, world: World, *, operation: str | None = None, last: int = 2) -> tuple[dict[str, Any], ...]:
        """The last conversations of a world, as the report shows them."""
        entries = [entry for entry in world.tenant.journal() if operation is None or entry.operation == operation]
        return tuple(shown(entry, world.tenant.base_url) for entry in entries[-last:])

    def mint(self, world: World, permissions: Sequence[str] | str) -> Minted:
        minted = world.tenant.mint(permissions if isinstance(permissions, str) else list(permissions))
        world.keep_secret(minted.credential)
        world.minted = True
        return minted


def _told(key: Hashable) -> str:
    """The same text for equal keys in every process."""
    if isinstance(key, frozenset):
        return f"{{{', '.join(sorted(map(_told, key)))}}}"
    return f"({', '.join(map(_told, key))})" if isinstance(key, tuple) else str(key)


def plain(value: Any) -> Any:
    """The value as JSON has it; what is no JSON as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


LONGEST_BODY = 2000
SHORTEST_SECRET = 4


def shown(entry: Entry, base_url: str, *, longest_body: int = LONGEST_BODY) -> dict[str, Any]:
    """One exchange for the report: from both sides, without what differs from run to run."""
    raw = entry.raw
    response = raw.get("response") or {}
    body = str(response.get("body"))
    return {
        "operation": entry.operation,
        "request": f"{entry.method} {entry.path}{'?' + entry.query if entry.query else ''}",
        "request_body": (raw.get("request") or {}).get("body"),
        "status": entry.status,
        "response_body": (body if len(body) <= longest_body else body[:longest_body] + "…").replace(base_url, "{base_url}"),
        "permission_decision": raw.get("permission_decision"),
        "quirks": list(raw.get("quirks") or ()),
        "faults": list(raw.get("faults") or ()),
        "changes": [list(change) for change in raw.get("changes") or ()],
        "unread": list(entry.unread),
        "why": raw.get("why"),
    }

"""One tenant with the subject's sessions in it: its clock instead of sleep, its tables as they are now, the secrets that nobody may say."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance import fixture_models as fixtures
from conformance import judge
from conformance.sandbox import Entry, Tenant
from conformance.secrecy import reveals, secret_parts
from conformance.session import Session
from conformance.stops import Stuck, SubjectCrashed
from conformance.subjects import ConfigurationError, Target

if TYPE_CHECKING:
    from conformance.lab import Lab

Dump = Mapping[str, list[dict[str, Any]]]
"""Every row of every table of a tenant."""
MOST_WAITS = 400
"""A sync that waits more often than this never ends."""


LINK = re.compile(r"https?://[^\s\"'<>\\\\]+\?([^\s\"'<>\\\\#]+)")
SHORTEST_SIGNATURE = 16


def _signatures(entry: Entry) -> list[str]:
    """The long values in the queries of links within an answer."""
    body = str((entry.raw.get("response") or {}).get("body") or "")
    values = (pair.partition("=")[2] for query in LINK.findall(body) for pair in query.split("&"))
    return [value for value in values if len(value) >= SHORTEST_SIGNATURE]


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
            name=self.lab.observations.next_name(),
        )
        try:
            connection = self.lab.subject.connect(target)
        except ConfigurationError as error:
            self.hear("connect()", str(error))
            raise
        except Exception as error:
            self.hear("connect()", str(error))
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
    def at_fault(self, rule: Mapping[str, Any], then: Callable[[], None], *further: Mapping[str, Any]) -> Iterator[list[bool]]:
        """While the subject recovers from this fault (which must make it wait), do something once; the list tells whether it ran.

        `further` faults do it again, each counting from the one before.
        """
        ran: list[bool] = []
        rules = iter(further)

        def once() -> None:
            if len(ran) <= len(further) and self.tenant.struck(len(ran) + 1):
                ran.append(True)
                then()
                following = next(rules, None)
                if following is not None:
                    self.tenant.fault(**following)

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
        found = {part for name, value in credential.items() if name not in public for part in secret_parts(value)}
        self.secrets |= found
        self.lab.secrets |= found

    def hear(self, where: str, text: str) -> None:
        """Something that the subject said; secrets must not be in it."""
        if reveals(text, self.secrets):
            self.lab.leaks.add(where)

    def search(self, where: str, text: str) -> None:
        """As `hear`, but for what only the vendor knows as well: the sessions that it gave."""
        if self.tenant.leaks(text):
            self.lab.leaks.add(where)

    def search_links(self, where: str, text: str, answers: Sequence[Entry]) -> None:
        """As `hear`, for what signs the links that the vendor gave: in data they belong, in a word about a failure they do not."""
        if any(signature in text for entry in answers for signature in _signatures(entry)):
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

    def forget_tables(self) -> None:
        """Read the rows anew the next time: something has changed them."""
        self._tables = None

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

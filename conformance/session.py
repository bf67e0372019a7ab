"""The subject connected to a world: every call of it is made here, and what it says is listened to for secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from conformance import fixture_models as fixtures
from conformance import identity, judge
from conformance.sandbox import SandboxError
from conformance.stops import Blocked, Stuck, SubjectCrashed
from conformance.subjects import ActionOutcome, ConfigurationError, Connection, ModelUnavailable, PassthroughOutcome, Probed, SyncOutcome

if TYPE_CHECKING:
    from conformance.world import World

T = TypeVar("T")
Mode = Literal["FULL", "DELTA"]


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
        if hidden:
            self._known = identity.collect(rows, self._known)
            visible = {model: found for model, found in rows.items() if model not in hidden}
            return judge.snapshot(visible, unavailable, None, self.world.texts)
        shown = judge.snapshot(rows, unavailable, self._known, self.world.texts)
        self._known = shown.ids
        return shown

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

"""Any order of changes, full and delta syncs and deaths: the store ends up as the truth, ids and changed_at keep their word."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectors.hub.ids import unified_id
from connectors.hub.subject import InProcess, InProcessConnection
from connectors.unified.connector import Ref
from tests.connectors.hub.invented import Ticking, World, target

KEYS = st.sampled_from([str(number) for number in range(1, 8)])
NAMES = st.sampled_from(["a", "b", "ß", "", None])
MODELS = ("Tags", "Candidates", "Users", "Application Stages")
FIELD = {"Tags": "name", "Candidates": "first_name", "Users": "first_name", "Application Stages": "name"}
Place = tuple[str, str]


class Syncs(RuleBasedStateMachine):
    """The truth is the world; the hub's rows are compared with it after every kind of sync that promises something."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.clock = Ticking()
        self.connection: InProcessConnection = InProcess(factories={"invented": self.world.connect}, now=self.clock).connect(target())
        every = [*map(str, range(1, 8)), *(f"{key}/{tag}" for key in range(1, 8) for tag in range(1, 8))]
        self.keys = {unified_id(self.connection._id, key): key for key in every}
        self.synced = False
        self.interrupted = False
        self.rows: dict[Place, dict[str, Any]] = {}
        self.ids: dict[Place, str] = {}

    def teardown(self) -> None:
        self.connection.close()

    # -- the world ----------------------------------------------------------------------------------------------

    @rule(model=st.sampled_from(MODELS), key=KEYS, name=NAMES)
    def put(self, model: str, key: str, name: str | None) -> None:
        self.world.put(model, key, **{FIELD[model]: name})

    @rule(key=KEYS, tag=KEYS)
    def tie(self, key: str, tag: str) -> None:
        self.world.put("Candidate tags", f"{key}/{tag}", candidate_id=Ref("Candidates", key), tag_id=Ref("Tags", tag))

    @precondition(lambda self: self.world.records)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.world.remove(*data.draw(st.sampled_from(sorted(self.world.records))))

    @rule(seconds=st.sampled_from([0, 0.001, 60]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    # -- syncs --------------------------------------------------------------------------------------------------

    @rule()
    def full(self) -> None:
        """A whole one, not the rest of an interrupted one, leaves exactly the truth."""
        if self.interrupted:
            self._sync("FULL")
        self._sync("FULL")
        assert self.truth() == self.living()

    @precondition(lambda self: self.synced)
    @rule()
    def delta(self) -> None:
        """A delta brings every change, and concludes no deletions."""
        if self.interrupted:
            self._sync("DELTA")
        before = self.living()
        self._sync("DELTA")
        assert {**before, **self.truth()} == self.living()

    @rule(pages=st.integers(1, 8), mode=st.sampled_from(["FULL", "DELTA"]))
    def die(self, pages: int, mode: Any) -> None:
        """The process is killed when it has fetched so many pages; what it had stored is not lost."""
        before = self.living() if self.synced else {}
        self.connection.interrupt_after(pages)
        outcome = self.connection.sync(mode)
        if outcome.state == "SUCCEEDED":
            self.synced, self.interrupted = True, False
        else:
            self.interrupted = True
            if self.synced:
                assert before.keys() <= self.living().keys()
        self._look()

    def _sync(self, mode: Any) -> None:
        assert self.connection.sync(mode).state == "SUCCEEDED"
        self.synced, self.interrupted = True, False
        self._look()

    # -- what must hold -----------------------------------------------------------------------------------------

    def truth(self) -> dict[Place, Any]:
        return {
            (model, key): record.values.get(FIELD[model]) if model in FIELD else None for (model, key), record in self.world.records.items()
        }

    def living(self) -> dict[Place, Any]:
        return {place: row[FIELD[place[0]]] if place[0] in FIELD else None for place, row in self._all(include_deleted=False).items()}

    def _all(self, *, include_deleted: bool) -> dict[Place, dict[str, Any]]:
        found = {}
        for model in (*MODELS, "Candidate tags"):
            for row in self.connection.read(model, include_deleted=include_deleted):
                found[model, self.keys[row["id"]]] = row
        return found

    def _look(self) -> None:
        """changed_at is the same if and only if the row is, and never goes back; ids stay."""
        if not self.synced:
            return
        rows = self._all(include_deleted=True)
        for place, row in rows.items():
            assert row["id"] == self.ids.setdefault(place, row["id"])
            old = self.rows.get(place)
            if old is not None:
                same = {**old, "changed_at": None} == {**row, "changed_at": None}
                assert (row["changed_at"] == old["changed_at"]) == same, (old, row)
                assert row["changed_at"] >= old["changed_at"]
        assert self.rows.keys() <= rows.keys()
        self.rows = rows

    @invariant()
    def reads_have_waited_for_a_first_sync(self) -> None:
        """Rows can be read as soon as a first sync came through, and stay readable."""
        if self.synced:
            self.connection.read("Tags")


TestSyncs = Syncs.TestCase
TestSyncs.settings = settings(max_examples=40, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow])

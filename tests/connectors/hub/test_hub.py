"""Connections: what they refuse, what outlives them, and that they fit what the conformance suite expects of a subject."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance import subjects
from connectors.hub.hub import Hub
from connectors.hub.store import Store
from connectors.hub.subject import InProcess, InProcessConnection
from connectors.unified.connector import Page
from connectors.unified.errors import NotSupported, Unauthorized, Unavailable
from connectors.unified.service import ConfigurationError, ModelUnavailable
from tests.connectors.hub.conftest import Connect
from tests.connectors.hub.invented import SECRET, STREAMS, ExploringConnector, InventedConnector, Ticking, World, small_world, target


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"vendor": "nobody"}, "nobody"),
        ({"credential": {"account": "a-long-account"}}, "token"),
        ({"settings": {"colour": "red"}}, "colour"),
        ({"settings": {"sync_only_created": "yes"}}, "sync_only_created"),
        ({"scope_config": {"models": {"Jbos": "DISABLED"}}}, "Jbos"),
    ],
)
def test_a_target_that_can_never_work_is_refused(connect: Connect, changes: dict[str, Any], named: str) -> None:
    """With the name of what is wrong, and none of the credential's values."""
    with pytest.raises(ConfigurationError, match=named) as caught:
        connect(**changes)

    assert "a-long-account" not in str(caught.value)


def test_the_connector_gets_its_own_settings_only(connect: Connect, world: World) -> None:
    """The hub keeps the hub's."""
    connection = connect(settings={"page_size": 100, "source_name": "x"})
    connection.sync()

    assert world.pages == 5


def test_a_probe_names_what_is_off_without_asking(connect: Connect) -> None:
    """And asks for the rest."""
    connection = connect(scope_config={"models": {"Tags": "DISABLED"}, "fields": {"Jobs.name": "DISABLED"}})
    verdicts = {(one.model, one.field): one for one in connection.probe()}

    assert verdicts["Jobs", None].readable
    assert not verdicts["Tags", None].readable
    assert {"disabled_by_scope_config"} == {
        one.diagnostic.reason for place in (("Tags", None), ("Jobs", "name")) if (one := verdicts[place]).diagnostic is not None
    }


def test_a_probe_with_a_dead_credential_says_so_of_every_model(connection: InProcessConnection, world: World) -> None:
    """A dead credential is not a lacking permission."""
    world.probe_error = Unauthorized(f"token {SECRET} expired", http_status=401)
    verdicts = connection.probe()

    assert len(verdicts) == len(connection.manifest()["models"])
    assert not any(one.readable for one in verdicts)
    assert {("error", 401)} == {(one.diagnostic.reason, one.diagnostic.http_status) for one in verdicts if one.diagnostic is not None}
    assert SECRET not in repr(verdicts)


def test_a_raw_call_is_handed_through(connection: InProcessConnection) -> None:
    """Any status is an answer."""
    answer = connection.passthrough("GET", "/brew", params={"a": 1})

    assert (answer.status, answer.data, answer.headers["x-method"]) == (418, {"params": {"a": 1}, "data": None}, "GET")
    assert answer.url.endswith("/brew")


def test_two_connections_share_nothing(connect: Connect, world: World) -> None:
    """Other ids for the same records, other rows, another first sync."""
    one, other = connect(), connect()
    one.sync()
    with pytest.raises(subjects.ModelUnavailable):
        other.read("Jobs")
    other.sync()

    assert not {row["id"] for row in one.read("Jobs")} & {row["id"] for row in other.read("Jobs")}


def test_two_integrations_in_one_hub_share_nothing(clock: Ticking) -> None:
    """Nor do they in one database; forgetting one leaves the other."""
    worlds = {"a": small_world(), "b": small_world()}
    hub = Hub(factories=lambda vendor: worlds[vendor].connect, now=clock)
    a, b = hub.connect(target(vendor="a")), hub.connect(target(vendor="b"))
    hub.sync(a)
    hub.sync(b)
    worlds["b"].remove("Users", "8")
    hub.sync(b)
    before = hub.read(a, "Users")
    hub.disconnect(b)

    assert before == hub.read(a, "Users")
    assert len(before) == 2
    with pytest.raises(ConfigurationError, match="not connected"):
        hub.read(b, "Users")


def test_records_outlive_the_process_and_credentials_do_not(tmp_path: Path, world: World, clock: Ticking) -> None:
    """A file keeps the rows and where a killed sync stood; no secret is written to it."""
    url = f"sqlite:///{tmp_path}/hub.db"
    first = Hub(Store(url), factories=lambda vendor: world.connect, now=clock)
    id = first.connect(target())
    first.sync(id)
    rows = first.read(id, "Jobs")
    first.close()
    second = Hub(Store(url), factories=lambda vendor: world.connect, now=clock)
    second.connect(target(), id)

    assert rows == second.read(id, "Jobs")
    assert second.sync(id, "DELTA").mode == "DELTA"
    assert all(SECRET.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_letting_all_applications_in_reads_everything_again(world: World, clock: Ticking) -> None:
    """A delta would never bring what was left out before, so a full sync takes its place."""
    hub = Hub(factories=lambda vendor: world.connect, now=clock)
    id = hub.connect(target(settings={"sync_only_created": True}))
    hub.sync(id)
    hub.connect(target(), id)

    assert hub.sync(id, "DELTA").mode == "FULL"
    assert len(hub.read(id, "Candidates")) == 2


def test_letting_all_applications_in_asks_for_a_full_sync_until_one_has_come_through(world: World, clock: Ticking) -> None:
    """One that failed has read nothing of what was left out before, and the next delta would never bring it."""
    hub = Hub(factories=lambda vendor: world.connect, now=clock)
    id = hub.connect(target(settings={"sync_only_created": True}))
    hub.sync(id)
    hub.connect(target(), id)
    for failing in ({("people", 1)}, {(stream, 1) for stream in STREAMS}):
        world.failing.update(dict.fromkeys(failing, Unavailable("down")))
        assert hub.sync(id, "DELTA").state != "SUCCEEDED"
    world.failing.clear()

    assert hub.sync(id, "DELTA").mode == "FULL"
    assert len(hub.read(id, "Candidates")) == 2
    assert hub.sync(id, "DELTA").mode == "DELTA"


class Closing:
    """The invented connector, which refuses to work once it is closed, as a client does."""

    def __init__(self, connector: InventedConnector) -> None:
        self._connector, self.closed = connector, False

    def __getattr__(self, name: str) -> Any:
        if self.closed:
            raise RuntimeError("the client has been closed")
        return getattr(self._connector, name)

    def read(self, *args: Any, **given: Any) -> Iterator[Page]:
        for page in self._connector.read(*args, **given):
            if self.closed:
                raise RuntimeError("the client has been closed")
            yield page

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def opened() -> list[Closing]:
    return []


@pytest.fixture
def closing(world: World, clock: Ticking, opened: list[Closing]) -> Hub:
    """A hub whose connectors tell whether they are closed."""

    def connect(**given: Any) -> Closing:
        opened.append(Closing(world.connect(**given)))
        return opened[-1]

    return Hub(factories=lambda vendor: connect, now=clock)  # type: ignore[arg-type,return-value]


def test_a_sync_that_runs_keeps_its_connector_when_another_takes_its_place(closing: Hub, opened: list[Closing]) -> None:
    """It comes to its end, and then the old one is closed."""
    id = closing.connect(target())
    pages = iter(range(100))
    told = closing.sync(id, on_page=lambda: closing.reconnect(id, scope_config={}) if next(pages) == 1 else None)

    assert told.state == "SUCCEEDED"
    assert [one.closed for one in opened] == [True, False]


def test_one_sync_at_a_time_also_with_another_credential(closing: Hub) -> None:
    """Two at once would undo each other's cursors and deletions."""
    id = closing.connect(target())
    running: list[str] = []
    overlaps: list[int] = []
    second = threading.Thread(target=lambda: closing.sync(id, on_page=lambda: overlaps.append(len(running))))

    def first_page() -> None:
        if not running:
            running.append("first")
            closing.reconnect(id, credential=target().credential)
            second.start()
            second.join(0.2)

    closing.sync(id, on_page=first_page)
    running.clear()
    second.join(10)

    assert overlaps
    assert set(overlaps) == {0}


def test_a_target_shows_no_secret() -> None:
    """Targets turn up in tracebacks and reports."""
    assert SECRET not in repr(target())


def test_the_hub_is_a_subject(connection: InProcessConnection) -> None:
    """Every method of the seam is there, with the parameters that the suite uses, and the outcomes are its own classes."""
    for seam, ours in ((subjects.Subject, InProcess), (subjects.Connection, InProcessConnection)):
        for name, method in inspect.getmembers(seam, inspect.isfunction):
            if not name.startswith("_"):
                expected = list(inspect.signature(method).parameters)
                assert expected == list(inspect.signature(getattr(ours, name)).parameters), name
    assert isinstance(connection.sync(), subjects.SyncOutcome)
    assert isinstance(connection.act("Fly", {}), subjects.ActionOutcome)
    assert isinstance(connection.passthrough("GET", "/"), subjects.PassthroughOutcome)
    assert all(isinstance(one, subjects.Probed) for one in connection.probe())


def test_the_suite_finds_the_hub_by_its_default_name() -> None:
    """The command line names no subject unless it must."""
    assert isinstance(subjects.load(subjects.DEFAULT_SUBJECT), InProcess)


def test_integration_ids_are_the_same_in_every_run(world: World) -> None:
    """Or no two reports could be compared."""
    ids = []
    for _ in range(2):
        connection = InProcess(factories={"invented": world.connect}).connect(target())
        connection.sync()
        ids.append([row["id"] for row in connection.read("Jobs")])
        connection.close()

    assert ids[0] == ids[1]


def test_fields_are_explored_without_a_sync(world: World) -> None:
    """Asked of the vendor at once; a model whose custom fields are off shows none, and a connector without explorer says so."""
    exploring = Hub(factories=lambda vendor: lambda **given: ExploringConnector(world, page_size=2))
    plain = Hub(factories=lambda vendor: world.connect)
    id = exploring.connect(target())
    (colour,) = exploring.explore(id, "Jobs", samples=1)

    assert (colour.key, colour.label, colour.type, colour.samples) == ("colour", "Colour", "CUSTOM", ("blau",))
    exploring.reconnect(id, scope_config={"fields": {"Jobs.custom_fields": "DISABLED"}})
    with pytest.raises(ModelUnavailable):
        exploring.explore(id, "Jobs")
    with pytest.raises(NotSupported):
        plain.explore(plain.connect(target()), "Jobs")

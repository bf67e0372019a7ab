"""The short way to the admin API's plain calls answers as FastAPI's way does, byte for byte, whatever is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from mock_servers.engine.addresses import NO_SOCKETS
from mock_servers.engine.admin_api import create_admin_api
from mock_servers.engine.admin_short import ShortWay
from mock_servers.engine.scenarios import Scenarios
from mock_servers.engine.tenants import Tenants
from tests.mock_servers.engine.conftest import FIXTURES
from tests.mock_servers.engine.parcel import VENDOR

T = "/tenants/parcel-twin"
Ask = tuple[str, str, Any]
PLAIN: tuple[Ask, ...] = (
    ("GET", T, None),
    ("GET", f"{T}/clock", None),
    ("POST", f"{T}/clock/advance", {"seconds": 5}),
    ("POST", f"{T}/clock/advance", {"seconds": "7.5"}),
    ("PUT", f"{T}/clock", {"frozen": True, "at": "2026-03-05T09:00:00"}),
    ("GET", f"{T}/quirks", None),
    ("GET", f"{T}/quirks/asked", None),
    ("PUT", f"{T}/quirks/shouting", {"on": True, "settings": {"ending": "!"}}),
    ("GET", f"{T}/options", None),
    ("PUT", f"{T}/options", {}),
    ("POST", f"{T}/faults", {"kind": "status", "status": 503, "times": None}),
    ("GET", f"{T}/faults", None),
    ("DELETE", f"{T}/faults", None),
    ("GET", f"{T}/rate_limit", None),
    ("GET", f"{T}/records", None),
    ("GET", f"{T}/records?dump=true", None),
    ("GET", f"{T}/records?dump=0", None),
    ("GET", f"{T}/records/parcels", None),
    ("GET", f"{T}/records/parcels?label=a%20lamp", None),
    ("POST", f"{T}/records/parcels", {"label": "früh", "weight": 3, "stamps": [1.5, 1e16, None]}),
    ("PATCH", f"{T}/records/parcels/10", {"label": "another"}),
    ("GET", f"{T}/records/parcels/10", None),
    ("DELETE", f"{T}/records/parcels/10", None),
    ("GET", f"{T}/journal?since_id=0&limit=1000", None),
    ("GET", f"{T}/journal", None),
    ("GET", f"{T}/journal/summary", None),
    ("DELETE", f"{T}/journal", None),
    ("POST", f"{T}/credentials", {"permissions": "all", "expires_in": 60}),
    ("PATCH", f"{T}/credentials/cred-2", {"permissions": []}),
    ("GET", f"{T}/credentials", None),
    ("DELETE", f"{T}/credentials/cred-2", None),
    ("POST", f"{T}/leaks", {"text": "nothing"}),
    ("POST", f"{T}/snapshots", {"name": "one"}),
    ("POST", f"{T}/snapshots/one/restore", None),
    ("GET", f"{T}/snapshots", None),
    ("POST", f"{T}/fork", {}),
    ("POST", f"{T}/fork", None),
    ("POST", f"{T}/reset", None),
    ("GET", "/vendors", None),
)
ODD: tuple[Ask, ...] = (
    ("POST", f"{T}/clock/advance", None),
    ("POST", f"{T}/clock/advance", {"seconds": "soon"}),
    ("POST", f"{T}/clock/advance", {"seconds": 1, "minutes": 1}),
    ("POST", f"{T}/clock/advance", b"{"),
    ("POST", f"{T}/clock/advance", b"\xff"),
    ("POST", f"{T}/clock/advance", b"[" * 100_000),
    ("POST", f"{T}/clock/advance", b'{"seconds": NaN}'),
    ("POST", f"{T}/clock/advance", b"null"),
    ("POST", f"{T}/fork", b"null"),
    ("POST", f"{T}/fork", {"name": "Not a name"}),
    ("POST", f"{T}/faults", {"kind": "nonsense"}),
    ("POST", f"{T}/faults", {"kind": "status", "status": "high"}),
    ("PUT", f"{T}/quirks/unknown", {"on": True}),
    ("PUT", f"{T}/quirks/asked", {"on": True}),
    ("GET", f"{T}/records?dump=perhaps", None),
    ("GET", f"{T}/records?dump=true&dump=false", None),
    ("GET", f"{T}/records?dump=", None),
    ("GET", f"{T}/journal?limit=0", None),
    ("GET", f"{T}/journal?limit=5&limit=6", None),
    ("GET", f"{T}/journal?limit", None),
    ("GET", f"{T}/journal?colour=red", None),
    ("GET", f"{T}/journal?operation=parcels.%2A", None),
    ("GET", f"{T}/journal/", None),
    ("GET", f"{T}/records/nothing", None),
    ("GET", f"{T}/records/parcels/99", None),
    ("PATCH", f"{T}/records/parcels/10", [1]),
    ("POST", f"{T}/records/parcels", {"label": 10**30}),
    ("POST", f"{T}/records/parcels", {"id": 10, "label": "taken"}),
    ("POST", f"{T}/credentials", {"permissions": ["nothing"]}),
    ("DELETE", f"{T}/credentials/none", None),
    ("GET", "/tenants/nobody", None),
    ("GET", "/tenants//clock", None),
    ("GET", "/nowhere", None),
    ("PATCH", f"{T}/clock", {}),
    ("HEAD", f"{T}/clock", None),
)


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[list[tuple[Tenants, ShortWay]]]:
    """Two that know nothing of each other."""
    made = []
    for _ in range(2):
        tenants = Tenants({"parcel": VENDOR}, Scenarios([FIXTURES]))
        made.append((tenants, create_admin_api(tenants, NO_SOCKETS)))
    yield made
    for tenants, _ in made:
        tenants.close()


@pytest.fixture
def two(sandboxes: list[tuple[Tenants, ShortWay]]) -> Iterator[tuple[ShortWay, ShortWay]]:
    """The same account in both."""
    for tenants, _ in sandboxes:
        tenants.create("parcel", name="twin", frozen=True)
    yield sandboxes[0][1], sandboxes[1][1]
    for tenants, _ in sandboxes:
        for tenant in list(tenants):
            tenants.delete(tenant)


@pytest.mark.parametrize("asked", [*PLAIN, *ODD, *((method, path, (body, b"text/plain")) for method, path, body in PLAIN if body)])
def test_both_ways_give_the_same_answer_and_leave_the_same_behind(two: tuple[ShortWay, ShortWay], asked: Ask) -> None:
    short, other = two
    before: list[Ask] = [("POST", f"{T}/credentials", {"permissions": "all"}), ("POST", f"{T}/snapshots", {"name": "zero"})]
    needed = [("POST", f"{T}/snapshots", {"name": "one"})] if "restore" in asked[1] else []

    answers = [
        [_told(app, one) for one in (*before, *needed, asked, ("GET", f"{T}/records?dump=true&", None), ("GET", T, None))]
        for app in (short, other.api)
    ]

    assert answers[0] == answers[1]


def test_the_calls_that_are_made_most_are_plain(two: tuple[ShortWay, ShortWay]) -> None:
    """Otherwise the test above would compare FastAPI with itself."""
    assert [path for method, path, _ in PLAIN if not two[0].is_plain(method, f"/_sandbox{path.partition('?')[0]}")] == []
    assert not two[0].is_plain("GET", f"/_sandbox{T}/journal/7")


def _told(app: Any, asked: Ask) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of an answer."""
    method, path, body = asked
    body, kind = body if isinstance(body, tuple) else (body, b"application/json")
    text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    place, _, query = f"/_sandbox{path}".partition("?")
    headers = [(b"host", b"127.0.0.1:80"), *([(b"content-type", kind), (b"content-length", b"%d" % len(text))] if text else [])]
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": place, "raw_path": place.encode(), "root_path": "",
        "scheme": "http", "query_string": query.encode(), "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    waiting = [{"type": "http.request", "body": text[:3], "more_body": True}, {"type": "http.request", "body": text[3:]}]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], sorted(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent[1:])

"""The admin API: who may use it, the truth past the vendor's rules, errors that say what to do, its own OpenAPI."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from mock_servers.engine.admin import Admin
from mock_servers.engine.server import Sandbox
from mock_servers.engine.tenants import Tenants
from tests.mock_servers.engine.parcel import VENDOR
from tests.mock_servers.engine.tenancy import Account


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1"},
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[::1].evil"},
        {"host": ""},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_foreign_pages_and_foreign_names_are_refused(admin: httpx.Client, headers: dict[str, str]) -> None:
    answer = admin.get("/vendors", headers=headers)

    assert answer.status_code == 403
    assert answer.json()["error"]["hint"]


def test_its_own_page_and_this_machines_names_may_enter(admin: httpx.Client, sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    for headers in ({"origin": sandbox.url}, {"host": f"localhost:{port}"}, {"host": f"sandbox.localhost:{port}"}, {"host": "127.0.0.2"}):
        assert admin.get("/vendors", headers=headers).status_code == 200, headers


@pytest.mark.parametrize(
    ("peer", "host", "opened", "status"),
    [
        ("127.0.0.1", "127.0.0.1:80", False, 200),
        ("::1", "[::1]:80", False, 200),
        ("10.0.0.5", "127.0.0.1", False, 403),
        ("10.0.0.5", "10.0.0.1:80", True, 200),
        ("10.0.0.5", "sandbox:80", True, 200),
        ("10.0.0.5", "box.internal", True, 200),
        ("10.0.0.5", "evil.example", True, 403),
        ("127.0.0.1", "sandbox:80", False, 403),
    ],
)
def test_only_this_machine_unless_it_was_opened(peer: str, host: str, opened: bool, status: int) -> None:
    door = Admin(Tenants({"parcel": VENDOR}), open_to_network=opened, host_names=["box.internal"])
    transport = httpx.ASGITransport(door, client=(peer, 1))  # type: ignore[arg-type]  # ASGI by its own names

    async def knock() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return (await client.get("/_sandbox/tenants", headers={"host": host})).status_code

    import asyncio

    assert status == asyncio.run(knock())


def test_the_vendors_are_told_with_their_evidence(admin: httpx.Client, sandbox: Sandbox) -> None:
    told = admin.get("/vendors").json()["vendors"]["parcel"]

    assert (told["title"], told["base_url"], told["https_base_url"]) == (
        "Parcel",
        sandbox.vendor_url("parcel"),
        sandbox.vendor_url("parcel", "https"),
    )
    assert told["presets"] == {"reader": ["parcels: read"]}
    assert told["scenarios"] == ["depot", "empty"]
    assert told["default_tenant"] == "parcel-demo"
    assert [operation["id"] for operation in told["operations"]] == [operation.id for operation in VENDOR.operations]
    assert {operation["evidence"]["kind"] for operation in told["operations"]} == {"assumed"}
    assert told["quirks"][0]["settings"] == {"ending": "!"}


def test_the_truth_is_read_and_changed_past_the_vendors_rules(account: Account) -> None:
    assert account.ask("GET", "/records").json() == {"parcels": 3, "senders": 1}
    assert account.ask("PATCH", "/records/senders/1", json={"name": "Ørsted"}).json() == {"id": 1, "name": "Ørsted"}
    assert account.client.get("/v1/parcels/10").json()["sender"] == "Ørsted", "documents that show the row are rendered again"

    added = account.ask("POST", "/records/parcels", json={"id": 400, "label": "y", "stamps": ["a", {"b": None}]})
    assert (added.status_code, added.json()["stamps"]) == (201, ["a", {"b": None}])
    assert account.ask("GET", "/records/parcels/400").json() == added.json()
    assert account.client.post("/v1/parcels", json={"label": "z"}).json()["id"] == 401
    assert account.ask("DELETE", "/records/parcels/400").status_code == 204
    assert account.client.get("/v1/parcels/400").status_code == 404


@pytest.mark.parametrize(
    ("query", "ids"), [("fragile=true", [11]), ("weight=0", [15]), ("weight=", [11]), ("label=a lamp&weight=3", [10]), ("weight=heavy", [])]
)
def test_records_are_narrowed_by_their_columns(account: Account, query: str, ids: list[int]) -> None:
    assert ids == [row["id"] for row in account.ask("GET", f"/records/parcels?{query}").json()["records"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/records/nothing", None, 404),
        ("GET", "/records/parcels/99", None, 404),
        ("GET", "/records/parcels/abc", None, 404),
        ("GET", f"/records/parcels/{2**80}", None, 404),
        ("GET", "/records/parcels?nothing=1", None, 422),
        ("POST", "/records/parcels", {"label": 3}, 422),
        ("POST", "/records/parcels", {"label": "x", "colour": "red"}, 422),
        ("POST", "/records/parcels", {"label": "x", "id": 2**64}, 422),
        ("POST", "/records/parcels", {"label": "x", "weight": 1e400}, 422),
        ("POST", "/records/parcels", {"label": None}, 409),
        ("POST", "/records/parcels", {"id": 10, "label": "x"}, 409),
        ("POST", "/records/parcels", [], 422),
        ("PATCH", "/records/parcels/10", {"id": 3}, 422),
        ("PATCH", "/records/parcels/99", {"label": "x"}, 404),
        ("DELETE", "/records/parcels/99", None, 404),
        ("PUT", "/records/parcels/10", {}, 405),
        ("GET", "/nothing", None, 404),
        ("GET", "/journal?limit=0", None, 422),
        ("PATCH", "/credentials/cred-9", {}, 404),
        ("POST", "/credentials", {"expires_in": 1, "expires_at": "2030-01-01"}, 422),
        ("POST", "/credentials", {"permissions": ["nothing"]}, 422),
        ("PUT", "/rate_limit", {"on": True, "window_seconds": 0}, 422),
        ("POST", "/fork", {"name": "no good name"}, 422),
        ("POST", "/fork", {"name": "demo"}, 409),
        ("DELETE", "/faults/fault-9", None, 404),
        ("PUT", "/quirks/nothing", {"on": True}, 404),
    ],
)
def test_a_mistake_is_told_with_what_to_do_and_changes_nothing(account: Account, method: str, path: str, body: Any, status: int) -> None:
    before = account.dump()

    content = None if body is None else __import__("json").dumps(body)
    answer = account.ask(method, path, content=content, headers={"content-type": "application/json"})

    assert (answer.status_code, set(answer.json()["error"])) == (status, {"code", "message", "hint"}), answer.text
    assert before == account.dump()


def test_a_tenant_that_cannot_be_made_leaves_nothing_behind(admin: httpx.Client) -> None:
    before = {tenant["id"] for tenant in admin.get("/tenants").json()["tenants"]}
    wishes: list[dict[str, Any]] = [
        {"vendor": "nobody"},
        {"vendor": "parcel", "scenario": "nothing"},
        {"vendor": "parcel", "scenario": "../parcel/depot"},
        {"vendor": "parcel", "name": "Not A Label"},
        {"vendor": "parcel", "name": "demo"},
        {"vendor": "parcel", "permissions": "nothing"},
        {"vendor": "parcel", "quirks": {"nothing": True}},
        {"vendor": "parcel", "quirks": {"shouting": {"volume": 1}}},
        {"vendor": "parcel", "options": {"shelf": 1}},
        {"vendor": "parcel", "clock": {"at": "yesterday"}},
        {"vendor": "parcel", "colour": "red"},
    ]
    for wish in wishes:
        assert admin.post("/tenants", json=wish).status_code in (404, 409, 422), wish

    assert before == {tenant["id"] for tenant in admin.get("/tenants").json()["tenants"]}


def test_its_page_shows_every_call_without_any_network(admin: httpx.Client) -> None:
    """Scripts from elsewhere would leave a blank page on a machine that is offline, as machines of CI are."""
    page = admin.get("/docs")

    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"<script|<link|https?://", page.text)
    for path, calls in admin.get("/openapi.json").json()["paths"].items():
        for method in calls:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "<code>?status=</code>" in page.text
    assert "<code>vendor</code>" in page.text


def test_it_tells_whether_a_text_holds_a_secret_and_never_the_secret(admin: httpx.Client) -> None:
    """A suite that looks for leaks need not know the secrets."""
    tenant = admin.post("/tenants", json={"vendor": "parcel"}).json()
    secret = next(iter(admin.post(f"/tenants/{tenant['id']}/credentials", json={}).json()["credential"].values()))

    said = [admin.post(f"/tenants/{tenant['id']}/leaks", json={"text": text}).json() for text in (f"sent {secret}", "sent nothing")]

    assert said == [{"leaks": True}, {"leaks": False}]


def test_its_openapi_is_valid_and_lists_every_part(admin: httpx.Client) -> None:
    document = admin.get("/openapi.json").json()

    validate(document)
    parts = {
        path.removeprefix("/_sandbox/tenants/{id}").split("/")[1]
        for path in document["paths"]
        if path.startswith("/_sandbox/tenants/{id}/")
    }
    conditions = {"clock", "quirks", "options", "faults", "rate_limit", "webhooks", "deliveries"}
    copies = {"reset", "fork", "snapshots", "export", "import"}
    assert parts == {"credentials", "leaks", "journal", "records", *conditions, *copies}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = (
    "label",
    "id",
    "weight",
    "fragile",
    "stamps",
    "seconds",
    "at",
    "frozen",
    "kind",
    "status",
    "on",
    "settings",
    "permissions",
    "expires_in",
    "shelf",
    "requests",
    "name",
)


@given(
    place=st.sampled_from(
        [
            "POST /records/parcels",
            "PATCH /records/parcels/10",
            "PUT /clock",
            "POST /clock/advance",
            "POST /faults",
            "PUT /quirks/shouting",
            "PUT /options",
            "PUT /rate_limit",
            "POST /credentials",
            "PATCH /credentials/cred-1",
        ]
    ),
    body=st.dictionaries(st.sampled_from(MEMBERS), ANYTHING, max_size=4) | ANYTHING,
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_makes_the_admin_api_fail(account: Account, place: str, body: Any) -> None:
    method, path = place.split(" ")
    content = __import__("json").dumps(body).encode("utf-8", "surrogatepass")

    answer = account.ask(method, path, content=content, headers={"content-type": "application/json"})

    assert answer.status_code < 500, answer.text
    assert account.ask("GET", "/records?dump=true").status_code == 200
    assert account.ask("GET", "").status_code == 200

"""Accounts share nothing: found by key, host or path; forked, reset and deleted without touching another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.tenancy import Account

DISTURBANCES: dict[str, tuple[str, str, dict[str, object] | None]] = {
    "create": ("POST", "/records/parcels", {"label": "a stranger"}),
    "patch": ("PATCH", "/records/parcels/10", {"label": "changed"}),
    "delete": ("DELETE", "/records/parcels/11", None),
    "credential": ("POST", "/credentials", {"permissions": "reader"}),
    "advance": ("POST", "/clock/advance", {"seconds": 3600}),
    "quirk": ("PUT", "/quirks/shouting", {"on": True}),
    "option": ("PUT", "/options", {"shelf": "B"}),
    "fault": ("POST", "/faults", {"kind": "status", "status": 500, "times": None}),
    "limit": ("PUT", "/rate_limit", {"on": True, "requests": 0}),
    "reset": ("POST", "/reset", None),
}
STEPS = st.lists(st.sampled_from(sorted(DISTURBANCES)), min_size=1, max_size=8)


def _disturb(account: Account, step: str) -> None:
    method, path, body = DISTURBANCES[step]
    account.ask(method, path, json=body)


def _everything(account: Account) -> list[object]:
    places = ("/records?dump=true", "/credentials", "/clock", "/quirks", "/options", "/faults", "/rate_limit", "/journal", "")
    return [account.ask("GET", place).content for place in places]


@given(steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_one_tenant_leaves_another_as_it_was(account: Account, other: Account, steps: list[str]) -> None:
    """Also a reset: byte for byte, everything that the admin API tells of the other stays."""
    before, answers = _everything(other), other.client.get("/v1/parcels").content
    other.ask("DELETE", "/journal")
    before = _everything(other)

    for step in steps:
        _disturb(account, step)

    assert before == _everything(other)
    assert answers == other.client.get("/v1/parcels").content
    other.ask("POST", "/reset")


@given(steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reset_undoes_everything(account: Account, steps: list[str]) -> None:
    account.ask("POST", "/reset")
    before = _everything(account)

    for step in steps:
        _disturb(account, step)
    account.ask("POST", "/reset")

    assert before == _everything(account)


def test_a_fork_has_the_same_world_and_a_key_of_its_own(account: Account, sandbox: Sandbox) -> None:
    account.client.post("/v1/parcels", json={"label": "before the fork"})
    account.ask("PUT", "/options", json={"shelf": "B"})
    fork = account.ask("POST", "/fork", json={}).json()

    assert fork["credential"]["token"] != account.token
    with httpx.Client(base_url=sandbox.vendor_url("parcel"), headers={"authorization": f"Bearer {fork['credential']['token']}"}) as client:
        assert account.client.get("/v1/parcels").content == client.get("/v1/parcels").content
        account.client.post("/v1/parcels", json={"label": "after the fork"})
        assert "after the fork" not in client.get("/v1/parcels").text
        account.admin.post(f"/tenants/{fork['id']}/reset")
        assert "before the fork" in client.get("/v1/parcels").text, "a fork's seed is the moment it was forked"
    assert account.admin.get(f"/tenants/{fork['id']}/options").json()["shelf"] == "B"


def test_a_fork_of_revoked_keys_keeps_them_revoked(account: Account, sandbox: Sandbox) -> None:
    account.ask("POST", "/credentials", json={"name": "second"})
    account.ask("DELETE", "/credentials/cred-1")
    fork = account.ask("POST", "/fork").json()

    assert fork["credential_id"] == "cred-2"
    listed = account.admin.get(f"/tenants/{fork['id']}/credentials").json()["credentials"]
    assert [(key["name"], key["revoked"]) for key in listed] == [("first", True), ("second", False)]


def test_a_deleted_tenants_key_opens_nothing_and_its_name_is_not_given_again(account: Account) -> None:
    assert account.client.get("/v1/parcels").status_code == 200
    assert account.ask("DELETE").status_code == 204

    assert account.client.get("/v1/parcels").status_code == 401
    assert account.ask("GET").status_code == 404
    created = account.admin.post("/tenants", json={"vendor": "parcel"}).json()
    assert created["name"] != account.name
    assert account.admin.delete(f"/tenants/{created['id']}").status_code == 204


def test_the_hosts_first_label_names_the_tenant_and_refuses_anothers_key(account: Account, other: Account) -> None:
    host = {"host": f"{account.name}.parcel.example"}

    assert account.client.get("/v1/hello", headers=host).json() == {"hello": account.name, "known": True}
    refused = other.client.get("/v1/parcels", headers=host)
    assert (refused.status_code, refused.json()["detail"]) == (401, "token unknown")
    assert account.journal()[-1]["why"] == f"the credential is unknown to tenant {account.id}"


def test_the_path_form_reaches_a_tenant_without_a_credential(account: Account, sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/parcel/t/{account.name}"

    assert httpx.get(f"{url}/v1/hello").json() == {"hello": account.name, "known": False}
    assert httpx.get(f"{sandbox.url}/parcel/t/{account.id}/v1/hello").json()["hello"] == account.name
    assert httpx.get(f"{url}/v1/parcels").status_code == 401
    assert httpx.get(f"{sandbox.url}/parcel/t/nobody/v1/hello").status_code == 404


def test_links_follow_the_way_the_client_came(account: Account, sandbox: Sandbox) -> None:
    def location(url: str, **headers: str) -> str:
        answer = account.client.post(f"{url}/v1/parcels", json={"label": "x"}, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"].rpartition("/v1/")[0]

    assert location(sandbox.vendor_url("parcel")) == sandbox.vendor_url("parcel")
    assert location(f"{sandbox.url}/parcel") == f"{sandbox.url}/parcel"
    assert location(f"{sandbox.url}/parcel/t/{account.name}") == f"{sandbox.url}/parcel/t/{account.name}"
    assert location(sandbox.vendor_url("parcel"), host="localhost:8443") == "http://localhost:8443"
    assert location(sandbox.vendor_url("parcel"), host="bad host<>") == sandbox.vendor_url("parcel")


def test_a_request_that_fits_nobody_is_in_the_default_tenants_journal(sandbox: Sandbox, admin: httpx.Client) -> None:
    assert httpx.get(f"{sandbox.vendor_url('parcel')}/v1/parcels", headers={"x-probe": "nobody knows me"}).status_code == 401

    exchanges = admin.get("/tenants/parcel-demo/journal").json()["exchanges"]
    assert any(exchange["request"]["headers"].get("x-probe") == "nobody knows me" for exchange in exchanges)


def test_two_sandboxes_give_the_same_tenants_the_same_keys(sandbox: Sandbox) -> None:
    with Sandbox(vendors=sandbox.vendors, fixtures=sandbox.tenants.scenarios.folders) as second:
        assert second.ready_info()["vendors"]["parcel"]["credential"] == sandbox.ready_info()["vendors"]["parcel"]["credential"]
        token = second.ready_info()["vendors"]["parcel"]["credential"]["token"]
        assert httpx.get(f"{second.vendor_url('parcel')}/v1/parcels", headers={"authorization": f"Bearer {token}"}).status_code == 200


def test_many_clients_at_once_each_see_their_own_tenant(account: Account, other: Account) -> None:
    def write_and_read(number: int) -> None:
        mine = account if number % 2 else other
        assert mine.client.post("/v1/parcels", json={"label": f"{mine.name} {number}"}).status_code == 201

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_and_read, range(40)))

    assert {f"{account.name} {number}" for number in range(1, 40, 2)} == {
        label for label in account.labels() if label.startswith(account.name)
    }
    assert {f"{other.name} {number}" for number in range(0, 40, 2)} == {label for label in other.labels() if label.startswith(other.name)}

"""Keys: without a good one nothing answers 2xx; permissions, expiry and revocation hold at once."""

from __future__ import annotations

import pytest

from mock_servers.engine.credentials import UnknownPermission, resolve_permissions
from tests.mock_servers.engine.parcel import VENDOR
from tests.mock_servers.engine.tenancy import Account


def _with(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("header", "problem"), [(None, "missing"), ("Basic Zm9vOmJhcg==", "malformed"), ("Bearer nobodys", "unknown")])
def test_a_request_without_a_good_key_is_refused_in_the_vendors_words(account: Account, header: str | None, problem: str) -> None:
    headers = {} if header is None else {"authorization": header}
    for operation in VENDOR.operations:
        request = account.client.build_request(operation.method, operation.path.replace("{id}", "10"), headers=headers)
        if header is None:
            del request.headers["authorization"]
        answer = account.client.send(request)
        if operation.needs_credential:
            assert (answer.status_code, answer.json()["detail"]) == (401, f"token {problem}")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/v1", "/v1/parcels", "/v1/parcels/10", "/nothing"])
def test_no_method_on_any_path_answers_2xx_without_a_key(account: Account, method: str, path: str) -> None:
    assert account.client.request(method, path, headers={"authorization": "Bearer x"}).status_code >= 400


def test_a_lacking_permission_is_named_and_nothing_is_written(account: Account) -> None:
    reader = account.ask("POST", "/credentials", json={"permissions": "reader"}).json()
    before = account.dump()

    answer = account.client.post("/v1/parcels", json={"label": "x"}, headers=_with(reader["credential"]["token"]))

    assert (answer.status_code, answer.json()["detail"]) == (403, "lacks parcels: write")
    assert before == account.dump()
    entry = account.journal()[-1]
    assert (entry["permission_decision"], entry["credential_id"], entry["needs"]) == ("denied", reader["id"], ["parcels: write"])
    assert "parcels.create needs parcels: write" in entry["why"]


def test_other_permissions_hold_from_the_next_request(account: Account) -> None:
    account.ask("PATCH", "/credentials/cred-1", json={"permissions": []})
    assert account.client.get("/v1/parcels").status_code == 403

    account.ask("PATCH", "/credentials/cred-1", json={"permissions": ["all parcels"]})
    assert account.client.get("/v1/parcels").status_code == 200, "one permission implies another"


def test_a_key_ends_on_the_tenants_clock(account: Account) -> None:
    key = account.ask("POST", "/credentials", json={"expires_in": 60}).json()["credential"]["token"]
    assert account.client.get("/v1/parcels", headers=_with(key)).status_code == 200

    account.ask("POST", "/clock/advance", json={"seconds": 60})

    assert account.client.get("/v1/parcels", headers=_with(key)).json()["detail"] == "token expired"
    assert "ended at 2026-03-04T09:01:00+00:00" in account.journal()[-1]["why"]
    account.ask("PATCH", "/credentials/cred-2", json={"expires_at": None})
    assert account.client.get("/v1/parcels", headers=_with(key)).status_code == 200


def test_a_revoked_key_is_refused_and_listed_without_its_secret(account: Account) -> None:
    assert account.ask("DELETE", "/credentials/cred-1").status_code == 204

    assert account.client.get("/v1/parcels").json()["detail"] == "token revoked"
    listed = account.ask("GET", "/credentials")
    assert listed.json()["credentials"][0]["revoked"] is True
    assert account.token not in listed.text


def test_a_revoked_key_counts_as_none_where_none_is_needed(account: Account) -> None:
    account.ask("DELETE", "/credentials/cred-1")

    assert account.client.get("/v1/hello").json() == {"hello": account.name, "known": False}


def test_all_keys_of_all_tenants_differ(account: Account, other: Account) -> None:
    tokens = {account.token, other.token}
    tokens |= {mine.ask("POST", "/credentials", json={}).json()["credential"]["token"] for mine in (account, other) for _ in range(3)}

    assert len(tokens) == 8


def test_the_vendors_guard_stands_before_permissions(account: Account) -> None:
    account.ask("PUT", "/options", json={"open": False})

    assert account.client.get("/v1/parcels").json()["detail"] == "closed"


def test_an_unknown_permission_or_preset_is_refused() -> None:
    for wanted in ("no such preset", ["no such permission"]):
        with pytest.raises(UnknownPermission, match="it has"):
            resolve_permissions(VENDOR, wanted)

"""A Salesforce with Asymbl's package alone, on real sockets over http and https; a fresh org for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from conformance.sandbox import Sandbox, Tenant
from mock_servers.asymbl.vendor import VENDOR
from mock_servers.engine import server
from mock_servers.engine.certificates import Authority

DATA = "/services/data/v63.0"


@dataclass(frozen=True)
class Org:
    """A tenant, and a client that has its first session."""

    tenant: Tenant
    http: httpx.Client

    @property
    def secrets(self) -> dict[str, str]:
        return dict(self.tenant.credential)

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Below the data API's root."""
        return self.http.get(f"{DATA}{path}", params=parameters or None)

    def send(self, method: str, path: str, content: Any = None, **more: Any) -> httpx.Response:
        return self.http.request(method, f"{DATA}{path}", json=content, **more)

    def create(self, sobject: str, **values: Any) -> str:
        """A new record's id."""
        answer = self.send("POST", f"/sobjects/{sobject}", values)
        assert answer.status_code == 201, answer.text
        id: str = answer.json()["id"]
        return id

    def query(self, soql: str, **headers: str) -> httpx.Response:
        return self.http.get(
            f"{DATA}/query", params={"q": soql}, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def found(self, soql: str) -> list[dict[str, Any]]:
        """The records, without what stands in `attributes`."""
        answer = self.query(soql)
        assert answer.status_code == 200, answer.text
        return [{key: value for key, value in record.items() if key != "attributes"} for record in answer.json()["records"]]

    @contextmanager
    def seen_by(self, permissions: list[str] | str) -> Iterator[Org]:
        """The same org by a credential with these permissions, or with this preset."""
        minted = self.tenant.mint(permissions)
        headers = {"Authorization": f"Bearer {minted.credential['access_token']}"}
        with httpx.Client(base_url=self.tenant.base_url, headers=headers, trust_env=False, timeout=30) as client:
            yield Org(self.tenant, client)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The truth."""
        rows: list[dict[str, Any]] = self.tenant.records(table)
        return rows

    def token(self, **form: Any) -> httpx.Response:
        """The token endpoint."""
        return self.http.post("/services/oauth2/token", data=form, headers={"Authorization": ""})

    def with_session(self, token: str) -> httpx.Response:
        """What a session is good for."""
        return self.http.get(f"{DATA}/limits", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "ca")


@pytest.fixture(scope="session")
def served(authority: Authority) -> Iterator[server.Sandbox]:
    with server.Sandbox(vendors={"asymbl": VENDOR}, authority=authority) as running:
        yield running


@pytest.fixture(scope="session")
def sandbox(served: server.Sandbox) -> Iterator[Sandbox]:
    with Sandbox(served.url) as client:
        yield client


def opened(sandbox: Sandbox, scenario: str, *, frozen: bool = True) -> Iterator[Org]:
    tenant = sandbox.create("asymbl", scenario=scenario, frozen=frozen)
    headers = {"Authorization": f"Bearer {tenant.credential['access_token']}"}
    with httpx.Client(base_url=tenant.base_url, headers=headers, trust_env=False, timeout=30) as client:
        yield Org(tenant, client)
    tenant.delete()


@pytest.fixture
def org(sandbox: Sandbox) -> Iterator[Org]:
    """An org in which nothing has been entered; its clock stands still."""
    yield from opened(sandbox, "empty")


@pytest.fixture
def agency(sandbox: Sandbox) -> Iterator[Org]:
    """The small org of the fixtures."""
    yield from opened(sandbox, "small_org")


def error_of(answer: httpx.Response) -> tuple[int, str, str, list[str] | None]:
    """(status, code, message, fields) of a refusal's only error; the line around the place is left out of the message."""
    (told,) = answer.json()
    return answer.status_code, told["errorCode"], told["message"].rpartition("\n")[2], told.get("fields")


ALL = [permission.name for permission in VENDOR.permissions]


def all_but(*names: str) -> list[str]:
    """Every permission but these."""
    assert set(names) <= set(ALL), set(names) - set(ALL)
    return [name for name in ALL if name not in names]

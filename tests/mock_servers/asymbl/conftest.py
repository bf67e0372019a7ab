"""A Salesforce with Asymbl's package alone, on real sockets over http and https; a fresh org for each test."""

from __future__ import annotations

from collections.abc import Iterator
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

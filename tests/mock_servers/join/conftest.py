"""JOIN alone, on real sockets; a fresh account for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from conformance.sandbox import Sandbox, Tenant
from mock_servers.engine import server
from mock_servers.join.vendor import VENDOR


@dataclass(frozen=True)
class Account:
    """A tenant, and a client that has its token."""

    tenant: Tenant
    http: httpx.Client

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.http.get(path, params=parameters or None)

    def post(self, path: str, content: Any) -> httpx.Response:
        return self.http.post(path, json=content)


@pytest.fixture(scope="session")
def served() -> Iterator[server.Sandbox]:
    with server.Sandbox(vendors={"join": VENDOR}) as running:
        yield running


@pytest.fixture(scope="session")
def sandbox(served: server.Sandbox) -> Iterator[Sandbox]:
    with Sandbox(served.url) as client:
        yield client


def opened(sandbox: Sandbox, scenario: str) -> Iterator[Account]:
    tenant = sandbox.create("join", scenario=scenario)
    with httpx.Client(base_url=tenant.base_url, headers={"Authorization": tenant.credential["token"]}, trust_env=False) as client:
        yield Account(tenant, client)
    tenant.delete()


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    """An account in which nothing has been entered."""
    yield from opened(sandbox, "empty")


@pytest.fixture
def company(sandbox: Sandbox) -> Iterator[Account]:
    """The small company of the fixtures."""
    yield from opened(sandbox, "small_company")

"""The engine with one invented vendor, on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mock_servers.engine.certificates import Authority
from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.clients.browsing import KINDS, Client
from tests.mock_servers.engine.parcel import VENDOR
from tests.mock_servers.engine.tenancy import Account

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "ca")


@pytest.fixture(scope="session")
def sandbox(authority: Authority) -> Iterator[Sandbox]:
    with Sandbox(vendors={"parcel": VENDOR}, fixtures=[FIXTURES], authority=authority) as running:
        yield running


@pytest.fixture(scope="session", params=sorted(KINDS))
def client(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Client]:
    """HTTPX, requests and Node's fetch in turn; they trust the sandbox's authority."""
    using = KINDS[request.param](authority.ca)
    yield using
    using.close()


@pytest.fixture(scope="session")
def admin(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.admin_url, timeout=10) as client:
        yield client


@pytest.fixture
def account(sandbox: Sandbox, admin: httpx.Client) -> Iterator[Account]:
    """A new tenant, and a client with its first credential."""
    with Account.open(sandbox, admin, frozen=True) as new:
        yield new


@pytest.fixture
def other(sandbox: Sandbox, admin: httpx.Client) -> Iterator[Account]:
    with Account.open(sandbox, admin, frozen=True) as new:
        yield new

"""All simulated vendors on real sockets, for the tests that hold for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.sandbox import Sandbox
from mock_servers.engine import server


@pytest.fixture(scope="session")
def all_vendors() -> Iterator[server.Sandbox]:
    """The process that serves every vendor that is installed."""
    with server.Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def every_vendor(all_vendors: server.Sandbox) -> Iterator[Sandbox]:
    """The same through its admin API."""
    with Sandbox(all_vendors.url) as client:
        yield client

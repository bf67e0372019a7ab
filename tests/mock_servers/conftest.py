"""All simulated vendors on real sockets, for the tests that hold for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.sandbox import Sandbox
from mock_servers.engine import server


@pytest.fixture(scope="session")
def every_vendor() -> Iterator[Sandbox]:
    """A sandbox with every vendor that is installed."""
    with server.Sandbox() as running, Sandbox(running.url) as client:
        yield client

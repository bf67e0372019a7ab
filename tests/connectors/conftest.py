"""What all connector tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.fake_http import FakeServer, running


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with running() as server:
        yield server

"""One sandbox for all tests of the suite that run in this process, with the invented vendor among the real ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.wrong.sandboxes import started


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    """URL of a sandbox in a process of its own, as for any run."""
    with started() as url:
        yield url

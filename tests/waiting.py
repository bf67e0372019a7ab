"""Waiting for what another thread or process does: as short as it takes, and on a slow machine as long as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST = 90
"""Seconds. Nobody waits so long but for a defect: a test's own limit is twice that."""
PAUSE = 0.005


def until(true: Callable[[], object]) -> None:
    """Return as soon as it is. Raises AssertionError when it never becomes so."""
    deadline = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < deadline, f"did not become true within {LONGEST} s"
        time.sleep(PAUSE)

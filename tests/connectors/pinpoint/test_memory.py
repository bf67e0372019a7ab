"""A large account is read in pages that are let go of: four times the records need no more memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors.pinpoint.connector import connect
from connectors.unified.manifest import Manifest


@contextmanager
def world(candidates: int) -> Iterator[dict[str, Any]]:
    """A sandbox in a process of its own: its memory is not the connector's."""
    command = [sys.executable, "-m", "ats_sandbox", "up", "--json", "--no-https", "--world", f"pinpoint:candidates={candidates},jobs=20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["vendors"]["pinpoint"]
        finally:
            process.terminate()


def everything(manifest: Manifest) -> dict[str, frozenset[str]]:
    return {model.name: frozenset(field.name for field in model.fields) for model in manifest.models}


def read_all(account: dict[str, Any]) -> tuple[int, int]:
    """(records of the large streams, bytes at the peak above those at the start)."""
    connector = connect(base_url=account["base_url"], credential=account["credential"], settings={"page_size": 200})
    wanted = everything(connector.manifest)
    count = sum(len(page.records) for page in connector.read("users", wanted))  # warms up what is made once
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for stream in ("candidates", "applications"):
        count += sum(len(page.records) for page in connector.read(stream, wanted))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    connector.close()
    return count, peak


def test_four_times_the_records_need_no_more_memory() -> None:
    with world(1_500) as account:
        count, peak = read_all(account)
    with world(6_000) as account:
        larger_count, larger_peak = read_all(account)

    assert larger_count > 3.5 * count > 3.5 * 6_000
    assert larger_peak < 1.25 * peak, f"{larger_count} records took {larger_peak} bytes, {count} took {peak}"

"""The Pinpoint connector reads a large world: how fast, and whether its memory stays flat."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.servers import sandbox
from connectors.pinpoint.connector import connect
from connectors.pinpoint.manifest import MANIFEST

WORLD = "pinpoint:candidates=100000,applications=300000"
WANTED = {model.name: frozenset(field.name for field in model.fields) for model in MANIFEST.models}
STREAMS = ("candidates", "applications")
SETTLED = 30
"""By this page of a thousand the allocator has what a page needs, and the rows met last are as many as are remembered."""


def figures() -> Iterator[Figure]:
    """All promised fields of all candidates and applications, page by page, each page let go of."""
    with sandbox("--world", WORLD) as (_, info):
        count, seconds, growth = _read(info["vendors"]["pinpoint"])
    detail = f"{count:,} unified records in {seconds:.0f} s: {count / seconds:,.0f}/s, sandbox and connector on one core each"
    yield Figure("memory that the connector gains from the thirtieth page of a list to its last", growth, "MB", at_most=16, detail=detail)


def _read(account: Mapping[str, Any]) -> tuple[int, float, float]:
    """(records, seconds, MB of resident memory gained after the first pages of each stream)."""
    connector = connect(base_url=account["base_url"], credential=account["credential"], settings={"page_size": 1000})
    began, count, growth = time.perf_counter(), 0, 0.0
    for stream in STREAMS:
        settled: float | None = None
        for number, page in enumerate(connector.read(stream, WANTED), start=1):
            count += len(page.records)
            if number == SETTLED:
                settled = _resident_mb()
            elif settled is not None:
                growth = max(growth, _resident_mb() - settled)
    connector.close()
    return count, time.perf_counter() - began, growth


def _resident_mb() -> float:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096 / 1e6

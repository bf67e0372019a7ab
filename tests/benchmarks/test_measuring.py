"""Benchmarks may only speak of good answers, and say whether what they found is what is wanted."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator

import pytest

from benchmarks.figures import Figure, best
from benchmarks.load import LoadFailed, Request, by_sockets, cpu_seconds
from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.conftest import FIXTURES
from tests.mock_servers.engine.parcel import VENDOR


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(vendors={"parcel": VENDOR}, fixtures=[FIXTURES]) as running:
        yield running


def test_answers_are_counted(sandbox: Sandbox) -> None:
    """By plain sockets, as where wrk is not installed."""
    journal = sandbox.call(lambda: sandbox.tenants.default("parcel").journal)
    before = journal.last_id
    key = sandbox.tenants.default_secrets("parcel")["token"]
    request = Request(f"{sandbox.vendor_url('parcel')}/v1/parcels", {"authorization": f"Bearer {key}"})

    rate, count = asyncio.run(by_sockets(request, seconds=0.2))

    assert count == sandbox.call(lambda: journal.last_id) - before > 0
    assert rate > 0


def test_a_refusal_is_no_answer(sandbox: Sandbox) -> None:
    """Fast errors must not pass for speed."""
    with pytest.raises(LoadFailed, match="401"):
        asyncio.run(by_sockets(Request(f"{sandbox.vendor_url('parcel')}/v1/parcels"), seconds=0.2))


def test_what_a_process_has_used_grows_with_its_work() -> None:
    """As this process itself counts it; what the system tells others goes in hundredths."""
    before, told = time.process_time(), cpu_seconds(os.getpid())
    while time.process_time() < before + 0.2:
        pass
    told, used = cpu_seconds(os.getpid()) - told, time.process_time() - before

    assert told == pytest.approx(used, abs=0.05)


def test_a_figure_says_whether_it_is_what_is_wanted() -> None:
    assert Figure("ratio", 1.3, "×", at_most=1.3).met is True
    assert Figure("ratio", 1.31, "×", at_most=1.3).met is False
    assert Figure("share", 19.9, "%", at_least=20).met is False
    assert Figure("told", 5, "ms").met is None
    assert Figure("share", 1, "%", at_least=20).wanted == "at least 20 %"


def test_the_best_round_counts() -> None:
    """One slow round changes nothing."""
    readings = iter([10.0, 19.0, 20.0, 22.0, 30.0, 33.0])
    done: list[str] = []

    assert best(lambda: done.append("work"), rounds=3, clock=readings.__next__) == 2
    assert len(done) == 3

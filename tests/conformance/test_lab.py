"""The core of a world and the whole of it are judged apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.execution import open_lab
from conformance.lab import Lab
from conformance.options import Options
from conformance.sandbox import Sandbox
from conformance.subjects import DEFAULT_SUBJECT, load

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def lab(sandbox: str) -> Iterator[Lab]:
    with Sandbox(sandbox) as its, closing(open_lab("join", load(DEFAULT_SUBJECT), its, FIXTURES, Options())) as opened:
        yield opened


def test_the_core_has_no_crowd_and_all_else(lab: Lab) -> None:
    whole = lab.calm.snapshot
    with lab.in_core():
        core = lab.calm.snapshot
    assert set(core.keys["Candidates"]) < set(whole.keys["Candidates"])
    assert core.keys["Jobs"] == whole.keys["Jobs"]
    assert lab.calm.snapshot is whole, "what was observed in the core would count for the whole world"


def test_connections_to_both_have_names_of_their_own(lab: Lab) -> None:
    """A connection's name is what a subject makes its ids from."""
    with lab.named("one thing"):
        outside = lab.observations.next_name()
    with lab.in_core(), lab.named("one thing"):
        assert lab.observations.next_name() not in (outside, None)


def test_pages_are_cut_by_the_core_s_own_measure(lab: Lab) -> None:
    """There is more than a page of them, as there is of all."""
    whole = lab.small_pages(lab.world())
    with lab.in_core():
        assert lab.small_pages(lab.world()) == {"page_size": 8} != whole
        assert lab.calm_pages.requests("applications.list") > 1


def test_what_was_brief_is_let_go_in_the_core_too(lab: Lab) -> None:
    with lab.in_core():
        lab.once("seen", lambda: 1, brief=True)
        lab.let_go()
        assert lab.once("seen", lambda: 2) == 2


def test_a_scenario_without_a_crowd_is_its_own_core(lab: Lab) -> None:
    lab.facts = type(lab.facts)(**{**vars(lab.facts), "scenarios": (lab.fixtures.scenario,)})
    with lab.in_core():
        assert lab.scenario == lab.fixtures.scenario

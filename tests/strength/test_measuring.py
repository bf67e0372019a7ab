"""What a measurement of strength remembers, and what it prints."""

from __future__ import annotations

from pathlib import Path

from tests.strength import remembered
from tests.strength.remembered import Catcher
from tests.strength.running import Outcome
from tests.strength.table import as_markdown


def _outcome(name: str, *, caught: str | None = None, kind: str = "by rule", stillborn: bool = False) -> Outcome:
    return Outcome(name, kind, "join", "mapping", True, caught, stillborn=stillborn, identity=(kind, name))


def test_what_was_caught_is_remembered_and_what_came_through_forgotten(tmp_path: Path) -> None:
    place = tmp_path / "remembered.json"
    remembered.write([_outcome("one", caught="FLD-1"), _outcome("two", caught="PAG-1"), _outcome("three")], place)
    remembered.write([_outcome("one", caught="DLT-1"), _outcome("two")], place)
    remembered.write([_outcome("a wrong connector", caught="FLD-2", kind="miniature")], place)

    assert remembered.read(place) == {("by rule", "one"): Catcher("join", "DLT-1")}


def test_the_table_counts_no_stillborn_and_names_who_came_through() -> None:
    text = as_markdown([_outcome("one", caught="FLD-1"), _outcome("two"), _outcome("three", stillborn=True)])

    assert "| mapping | 1 | 2 | 50.0% | 1/2 | 1/2 |" in text
    assert "- mapping: `two`" in text
    assert "three" not in text

"""The core of a scenario is the same world without its crowd."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_servers.engine.scenarios import Scenarios, UnknownScenario
from tests.mock_servers.engine.conftest import FIXTURES
from tests.mock_servers.engine.parcel import VENDOR

NAME = VENDOR.default_scenario
RECORDS = Path(FIXTURES) / VENDOR.name / NAME / "records.yaml"


def with_crowd(tmp_path: Path, crowd: str) -> Scenarios:
    folder = tmp_path / VENDOR.name / NAME
    folder.mkdir(parents=True)
    (folder / "records.yaml").write_text(RECORDS.read_text("utf-8").replace("scenario:\n", f"scenario:\n  crowd:\n{crowd}", 1), "utf-8")
    return Scenarios([tmp_path])


def test_only_a_scenario_with_a_crowd_has_a_core(tmp_path: Path) -> None:
    assert Scenarios([FIXTURES]).names(VENDOR) == ["depot", "empty"]
    with pytest.raises(UnknownScenario):
        Scenarios([FIXTURES]).get(VENDOR, "depot.core")
    assert with_crowd(tmp_path, "    parcels: [[10, 11]]\n").names(VENDOR) == ["depot", "depot.core", "empty"]


def test_the_core_is_the_same_world_without_the_rows_of_the_crowd(tmp_path: Path) -> None:
    """Ranges hold both their ends, and all else is as it was: other tables, the clock, the seed."""
    worlds = with_crowd(tmp_path, "    parcels: [[10, 11], [13, 14]]\n")
    whole, core = worlds.get(VENDOR, "depot"), worlds.get(VENDOR, "depot.core")
    every, left = whole.store.dump(), core.store.dump()
    assert {row["id"] for row in every["parcels"]} - {row["id"] for row in left["parcels"]} == {10, 11}
    assert [row for row in every["parcels"] if row["id"] not in (10, 11)] == left["parcels"]
    assert {table: rows for table, rows in every.items() if table != "parcels"} == {
        table: rows for table, rows in left.items() if table != "parcels"
    }
    assert (whole.now, whole.seed) == (core.now, core.seed)

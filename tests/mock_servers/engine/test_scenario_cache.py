"""What an earlier start built is used by the next one, and only when it is exactly what would be built now."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mock_servers.engine import scenarios
from mock_servers.engine.scenario_cache import ScenarioCache
from mock_servers.engine.scenarios import Scenario, Scenarios
from mock_servers.engine.tenants import Tenants
from mock_servers.engine.vendors import fingerprint
from tests.mock_servers.engine.conftest import FIXTURES
from tests.mock_servers.engine.parcel import VENDOR

NAME = VENDOR.default_scenario


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(FIXTURES, tmp_path / "fixtures"))


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which scenarios were built from their files."""
    built: list[str] = []
    build = scenarios._from_file

    def counting(vendor: object, name: str, file: Path) -> Scenario:
        built.append(name)
        return build(VENDOR, name, file)

    monkeypatch.setattr(scenarios, "_from_file", counting)
    return built


def start(fixtures: Path, folder: Path, code: str = "1") -> Scenario:
    """As a new process would have the scenario."""
    return Scenarios([fixtures], ScenarioCache(folder, code)).get(VENDOR, NAME)


def everything(scenario: Scenario) -> tuple[object, ...]:
    store = scenario.store
    documents = {
        (table, row["id"], column): store.document(table, row["id"], column)
        for table, rows in store.dump().items()
        for row in rows
        for column in store.document_columns(table)
    }
    return scenario.name, scenario.about, scenario.now, scenario.seed, store.dump(), store.sequences(), documents


def test_the_second_start_has_the_same_without_building_it(fixtures: Path, tmp_path: Path, builds: list[str]) -> None:
    first, second = (everything(start(fixtures, tmp_path / "cache")) for _ in range(2))

    assert first == second == everything(Scenarios([fixtures]).get(VENDOR, NAME))
    assert first[6], "the comparison is about documents, too"
    assert builds == [NAME, NAME], "once for the first start, once for the comparison"


def test_accounts_of_a_kept_scenario_are_written_apart(fixtures: Path, tmp_path: Path) -> None:
    """Forks share its database until they write."""
    start(fixtures, tmp_path / "cache")
    kept = Scenarios([fixtures], ScenarioCache(tmp_path / "cache", "1"))
    tenants = Tenants({"parcel": VENDOR}, kept)
    one, other = (tenants.create("parcel") for _ in range(2))
    before = other.store.dump()

    table = next(name for name, rows in before.items() if rows)
    one.store.delete(table, before[table][0]["id"])

    assert one.store.dump() != before
    assert other.store.dump() == kept.get(VENDOR, NAME).store.dump() == before


def touch(file: Path) -> None:
    os.utime(file, ns=(1, 1))


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("spoil", [shorten, flip, lambda file: file.write_bytes(b""), lambda file: file.write_bytes(b"[]\n"), Path.unlink])
def test_a_file_that_is_not_whole_is_not_used(fixtures: Path, tmp_path: Path, builds: list[str], spoil: Callable[[Path], object]) -> None:
    """The scenario is built, and kept anew."""
    expected = everything(start(fixtures, tmp_path / "cache"))
    (file,) = (tmp_path / "cache").iterdir()
    spoil(file)

    assert everything(start(fixtures, tmp_path / "cache")) == expected
    assert everything(start(fixtures, tmp_path / "cache")) == expected
    assert builds == [NAME, NAME]


def test_other_code_or_another_scenario_file_is_built(fixtures: Path, tmp_path: Path, builds: list[str]) -> None:
    start(fixtures, tmp_path / "cache", code="1")
    start(fixtures, tmp_path / "cache", code="2")
    touch(fixtures / "parcel" / NAME / "records.yaml")
    start(fixtures, tmp_path / "cache", code="2")

    assert builds == [NAME] * 3


def test_without_a_folder_to_write_to_it_is_built_each_time(fixtures: Path, tmp_path: Path, builds: list[str]) -> None:
    """A read-only home makes a start slower, nothing else."""
    blocked = tmp_path / "cache"
    blocked.write_text("a file is no folder")

    assert everything(start(fixtures, blocked)) == everything(start(fixtures, blocked))
    assert builds == [NAME, NAME]


def test_the_code_that_counts_is_the_engines_and_the_vendors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of either may change what a scenario becomes."""
    import mock_servers

    for name in ("engine/store.py", "parcel/vendor.py", "parcel/__init__.py", "parcel/schema.json", "parcel/README.md"):
        file = tmp_path / "mock_servers" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.setattr(mock_servers, "__path__", [str(tmp_path / "mock_servers")])
    seen = [fingerprint()]
    for name in ("engine/store.py", "parcel/vendor.py", "parcel/schema.json"):
        touch(tmp_path / "mock_servers" / name)
        seen.append(fingerprint())
    touch(tmp_path / "mock_servers" / "parcel" / "README.md")

    assert len(set(seen)) == 4
    assert fingerprint() == seen[-1]

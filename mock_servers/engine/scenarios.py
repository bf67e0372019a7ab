"""Worlds to start a tenant from: fixtures/<vendor>/<scenario>/records.yaml, read once and forked for each tenant."""

from __future__ import annotations

import gc
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import mock_servers
from mock_servers.engine import worlds
from mock_servers.engine.database import MEMORY
from mock_servers.engine.names import BadWorld
from mock_servers.engine.store import Store
from mock_servers.engine.vendors import Vendor

if TYPE_CHECKING:
    from mock_servers.engine.scenario_cache import ScenarioCache

EMPTY = "empty"
CORE = ".core"
"""Behind a scenario's name: the same world without its crowd, the rows that only make lists longer than a page."""
EMPTY_NOW = "2026-01-05T09:00:00+00:00"


def fixture_folders() -> tuple[Path, ...]:
    """`fixtures` beside every mock_servers folder on the Python path, ours first."""
    return tuple(Path(place).parent / "fixtures" for place in mock_servers.__path__)


class UnknownScenario(KeyError):
    """No such scenario of this vendor."""


class BrokenScenario(ValueError):
    """A records.yaml that cannot be loaded; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One world. `store` is its prototype: fork it, never write to it."""

    name: str
    about: str
    now: float
    """Where the tenant's clock starts, in seconds since the epoch."""
    seed: int
    store: Store


class Scenarios:
    """All worlds of all vendors, found in one or more fixture folders; an earlier folder wins."""

    def __init__(self, folders: Sequence[Path] | None = None, cache: ScenarioCache | None = None) -> None:
        self.folders = fixture_folders() if folders is None else tuple(folders)
        self._cache = cache if hasattr(sqlite3.Connection, "deserialize") else None  # a SQLite may be built without
        self._loaded: dict[tuple[str, str], Scenario] = {}

    def names(self, vendor: Vendor) -> list[str]:
        files = [file for folder in self.folders for file in (folder / vendor.name).glob("*/records.yaml")]
        cores = {file.parent.name + CORE for file in files if _CROWD.search(file.read_bytes())}
        return sorted({file.parent.name for file in files} | cores | {EMPTY})

    def get(self, vendor: Vendor, name: str) -> Scenario:
        """The scenario, read at its first use; a large world is built anew each time (see worlds.py).

        Raises:
            UnknownScenario: there is none of that name.
            BrokenScenario: its file cannot be loaded.
            BadWorld: the vendor makes no such world.
        """
        if worlds.is_world(name):
            return _build_world(vendor, name)
        key = (vendor.name, name)
        if key not in self._loaded:
            self._loaded[key] = self._load(vendor, name)
        return self._loaded[key]

    def _load(self, vendor: Vendor, name: str) -> Scenario:
        # Only a listed name is ever made into a path, so a name with dots and slashes leads nowhere.
        if name not in self.names(vendor):
            raise UnknownScenario(f"{vendor.name} has no scenario {name!r}; it has {', '.join(self.names(vendor))}")
        for folder in self.folders:
            file = folder / vendor.name / name.removesuffix(CORE) / "records.yaml"
            if file.is_file():
                return _from_file(vendor, name, file) if self._cache is None else _from_cache(self._cache, vendor, name, file)
        return _build(vendor, name, {"about": "An account in which nothing has been entered yet.", "now": EMPTY_NOW}, {})


def _build_world(vendor: Vendor, name: str) -> Scenario:
    if vendor.factory is None:
        raise BadWorld(f"{vendor.name} makes no worlds; it has scenarios")
    sizes = vendor.factory.resolve(worlds.parse(name))
    store = empty_store(vendor)
    with _no_collection():
        store.fill(vendor.factory.tables(worlds.World(sizes, store.template)))
    return Scenario(worlds.name_of(sizes), "A large account, made from pools.", worlds.NOW.timestamp(), sizes[worlds.SEED], store)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Objects by the thousand that live for a moment and hold no cycles: of a world looking through them for garbage is a tenth of
    the work, of a scenario, with all that was imported before, a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _from_cache(cache: ScenarioCache, vendor: Vendor, name: str, file: Path) -> Scenario:
    """As it was built at an earlier start; else built, and kept for the next one."""
    kept = cache.read(vendor.name, name, file)
    if kept is not None:
        about, content = kept
        return Scenario(name, about["about"], about["now"], about["seed"], empty_store(vendor, content=content))
    built = _from_file(vendor, name, file)
    about = {"about": built.about, "now": built.now, "seed": built.seed}
    cache.write(vendor.name, name, file, about, built.store.serialized())
    return built


def _from_file(vendor: Vendor, name: str, file: Path) -> Scenario:
    try:
        with _no_collection():
            content = yaml.load(file.read_text("utf-8"), Loader=_PlainLoader)  # noqa: S506 - a subclass of the safe loader
            about, tables = content["scenario"], content.get("tables", {})
            return _build(vendor, name, about, _without(tables, about.get("crowd", {})) if name.endswith(CORE) else tables)
    except (yaml.YAMLError, KeyError, ValueError, TypeError) as error:
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise BrokenScenario(f"{file}: {reason}") from error


_CROWD = re.compile(rb"^  crowd:", re.MULTILINE)
"""The member of `scenario` that names the crowd, found without reading the file as YAML: names are asked for at every start."""


def _without(tables: Mapping[str, list[dict[str, Any]]], crowd: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows that are in none of the crowd's ranges: by table, pairs of the first and the last key."""

    def belongs(table: str, row: Mapping[str, Any]) -> bool:
        key = row["id"] if "id" in row else row["Id"]
        return not any(first <= key <= last for first, last in crowd[table])

    return {table: [row for row in rows if table not in crowd or belongs(table, row)] for table, rows in tables.items()}


def _build(vendor: Vendor, name: str, about: Mapping[str, Any], tables: Mapping[str, list[dict[str, Any]]]) -> Scenario:
    rows = vendor.prepare(tables) if vendor.prepare is not None else tables
    unknown = sorted(set(rows) - set(vendor.metadata.tables))
    if unknown:
        raise ValueError(f"no such table: {', '.join(unknown)}; {vendor.name} has {', '.join(sorted(vendor.metadata.tables))}")
    store = empty_store(vendor)
    store.load((table, records) for table, records in rows.items() if records)
    return Scenario(name, about.get("about", ""), parse_moment(about["now"]), int(about.get("seed", 0)), store)


def empty_store(vendor: Vendor, path: str = MEMORY, *, content: bytes | None = None) -> Store:
    """A vendor's tables, without a row unless the file, or a database that was serialized, has some."""
    return Store(vendor.metadata, vendor.render, vendor.dependents, path, on_connect=vendor.on_connect, content=content)


def parse_moment(text: str) -> float:
    """Seconds since the epoch of an ISO date-time; one without an offset is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # which of both is known at run time only
    """YAML with JSON's idea of scalars: times stay text, and `no` is a country, not a boolean."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - filled below, as PyYAML wants it


for _tag, _pattern, _starts in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", ["~", "n", ""]),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
    ("merge", r"<<", "<"),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_starts))

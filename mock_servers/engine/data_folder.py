"""A data folder: tenants that outlive the process, each a folder of SQLite files, written in WAL mode.

    FOLDER/about.json                       version of the format; which names have been given
    FOLDER/VENDOR/TENANT/now.sqlite         rows and parts as they are; a tenant exists once this and the next are there
    FOLDER/VENDOR/TENANT/start.sqlite       what a reset goes back to
    FOLDER/VENDOR/TENANT/snapshots/NAME.sqlite

What was written is in the operating system's hands before it is answered: killing the process loses none of it. Journals
are not kept.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.clock import ClockState, wall_seconds
from mock_servers.engine.database import schema_of
from mock_servers.engine.names import UnreadableFolder
from mock_servers.engine.scenarios import empty_store
from mock_servers.engine.snapshots import PARTS, BadPart, Snapshot, decoded, dump_parts, encoded
from mock_servers.engine.store import PARTS as PARTS_TABLE
from mock_servers.engine.vendors import Vendor

if TYPE_CHECKING:
    from mock_servers.engine.tenant import Tenant

FORMAT = 1
ABOUT = "about"
SUFFIX = ".sqlite"


class Folder:
    """One tenant's place in a data folder."""

    lasting = True

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "snapshots").mkdir(parents=True, exist_ok=True)

    def now(self) -> str:
        return str(self.path / f"now{SUFFIX}")

    def start(self) -> str:
        return str(self.path / f"start{SUFFIX}")

    def snapshot(self, name: str) -> str:
        return str(self.path / "snapshots" / f"{name}{SUFFIX}")

    def forget_snapshot(self, name: str) -> None:
        _remove(Path(self.snapshot(name)))

    def encoded(self, tenant: Tenant) -> Mapping[str, bytes]:
        about = {
            "format": FORMAT,
            "tables": tables_digest(tenant.vendor),
            "scenario": tenant.scenario,
            "taken_at": tenant.clock.now(),
            "wall": wall_seconds(),
        }
        return {ABOUT: orjson.dumps(about), **{name: encoded(state) for name, state in dump_parts(tenant).items()}}

    def erase(self) -> None:
        # The tenant ends with this file: killed in the middle of it, the rest is swept up at the next start.
        _remove(Path(self.now()))
        shutil.rmtree(self.path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class FoundTenant:
    """A tenant as the folder holds it."""

    name: str
    place: Folder
    now: Snapshot
    start: Snapshot
    snapshots: Mapping[str, Snapshot]


class DataFolder:
    """All tenants of one sandbox. One process at a time. Raises UnreadableFolder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(path / "lock")
        except OSError as error:
            raise UnreadableFolder(f"{path}: {error.strerror or error}") from error
        self._about = path / "about.json"
        try:
            self._known = self._read_about()
        except UnreadableFolder:
            self.close()
            raise
        self._write_about()

    def place(self, vendor: Vendor, name: str) -> Folder:
        return Folder(self.path / vendor.name / name)

    def has(self, vendor: str) -> bool:
        """Whether there is any tenant of it."""
        return (self.path / vendor).is_dir()

    def tenants(self, vendor: Vendor) -> Iterator[FoundTenant]:
        """All that were complete when the process ended. Raises UnreadableFolder."""
        for folder in sorted((self.path / vendor.name).glob("*/")):
            place = Folder(folder)
            if Path(place.now()).exists() and Path(place.start()).exists():
                found = [(file.stem, *_read(vendor, file)) for file in (folder / "snapshots").glob(f"*{SUFFIX}")]
                taken = {name: snapshot for name, snapshot, _ in sorted(found, key=lambda kept: kept[2])}
                start = _read(vendor, Path(place.start()))[0]
                yield FoundTenant(folder.name, place, _going_on(*_read(vendor, Path(place.now()))), start, taken)
            else:
                place.erase()

    def numbers(self) -> dict[tuple[str, str], int]:
        """The highest number given to names, by vendor and stem."""
        return {(vendor, stem): number for vendor, stem, number in self._known["numbers"]}

    def keep_numbers(self, numbers: Mapping[tuple[str, str], int]) -> None:
        self._known["numbers"] = [[*key, number] for key, number in numbers.items()]
        self._write_about()

    def close(self) -> None:
        os.close(self._lock)

    def _write_about(self) -> None:
        unfinished = self._about.with_suffix(".unfinished")
        unfinished.write_bytes(orjson.dumps(self._known))
        unfinished.replace(self._about)

    def _read_about(self) -> dict[str, Any]:
        if not self._about.exists():
            if any(self.path.glob(f"*/*/now{SUFFIX}")):
                raise UnreadableFolder(f"{self.path} holds tenants, but no about.json that tells its version")
            return {"format": FORMAT, "numbers": []}
        try:
            known: dict[str, Any] = orjson.loads(self._about.read_bytes())
            if known["format"] == FORMAT and isinstance(known["numbers"], list):
                return known
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UnreadableFolder(f"{self._about} is broken: {error}") from error
        raise UnreadableFolder(f"{self.path} is of version {known['format']}; this program reads version {FORMAT}")


def tables_digest(vendor: Vendor) -> str:
    """Differs when a vendor's tables do."""
    return sha256("\n".join(schema_of(vendor.metadata)).encode()).hexdigest()[:16]


def _read(vendor: Vendor, file: Path) -> tuple[Snapshot, float]:
    """One database as a snapshot, and when by this machine's clock it was written last. Raises UnreadableFolder."""
    try:
        raw = _raw_parts(file)
        about = orjson.loads(raw[ABOUT])
        if about["format"] != FORMAT or about["tables"] != tables_digest(vendor):
            raise UnreadableFolder(
                f"{file} was written by another version of this program: its tables are not {vendor.name}'s of today; "
                "start with another folder, or export its tenants with the version that wrote it"
            )
        parts = {part.name: decoded(part, raw[part.name]) for part in PARTS if part.name in raw}
        store = empty_store(vendor, str(file))
        store.refresh_documents()
        return Snapshot(about["scenario"], about["taken_at"], store, parts), float(about["wall"])
    except (sqlite3.DatabaseError, orjson.JSONDecodeError, KeyError, TypeError, BadPart) as error:
        raise UnreadableFolder(f"{file} is broken: {type(error).__name__}: {error}") from error


def _raw_parts(file: Path) -> dict[str, bytes]:
    connection = sqlite3.connect(file)
    try:
        return dict(connection.execute(f"SELECT name, state FROM {PARTS_TABLE}"))
    finally:
        connection.close()


def _going_on(now: Snapshot, written: float) -> Snapshot:
    """A running clock went on while no process did."""
    clock: ClockState = now.parts["clock"]
    if clock.frozen:
        return now
    elapsed = max(0.0, wall_seconds() - written)
    return replace(now, parts={**now.parts, "clock": ClockState(clock.now + elapsed, frozen=False)})


def _remove(file: Path) -> None:
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        path.unlink(missing_ok=True)


def _locked(file: Path) -> int:
    """A descriptor that keeps other processes out until it is closed. Raises UnreadableFolder."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        import fcntl
    except ImportError:  # not made for Windows, where nobody keeps others out
        return descriptor
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise UnreadableFolder(f"{file.parent} is in use by another sandbox") from error
    return descriptor

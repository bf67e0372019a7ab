"""Scenarios as they were built at an earlier start: reading their YAML and rendering their documents is most of a start's work."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


class ScenarioCache:
    """A folder with one file a scenario: a line of JSON (what it was built from, what is told of it), then the SQLite database.

    A file counts only for the very code, scenario file and libraries that it was built with, and when it is whole. Nothing of
    this may fail: without a good file the scenario is built, as it is without a cache.
    """

    def __init__(self, folder: Path, code: str) -> None:
        """`code` changes with every change of the code that builds scenarios (see `vendors.fingerprint`)."""
        self._folder, self._code = folder, code

    def read(self, vendor: str, name: str, source: Path) -> tuple[Mapping[str, Any], bytes] | None:
        """(what is told of the scenario, its database), or None."""
        try:
            head, _, content = self._file(vendor, name).read_bytes().partition(b"\n")
            found = json.loads(head)
            good = found["built_from"] == self._built_from(source) and found["checksum"] == zlib.crc32(content)
            return (found["about"], content) if good else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, vendor: str, name: str, source: Path, about: Mapping[str, Any], content: bytes) -> None:
        """Keep it for the next start, whole or not at all."""
        with suppress(OSError):
            head = {"built_from": self._built_from(source), "checksum": zlib.crc32(content), "about": about}
            file = self._file(vendor, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            new = file.with_suffix(f".{os.getpid()}")
            new.write_bytes(json.dumps(head).encode() + b"\n" + content)
            new.replace(file)

    def _file(self, vendor: str, name: str) -> Path:
        return self._folder / f"{vendor}-{name}.scenario"

    def _built_from(self, source: Path) -> list[Any]:
        import orjson
        import sqlalchemy

        stat = source.stat()
        libraries = [sys.version, sqlite3.sqlite_version, sqlalchemy.__version__, orjson.__version__]
        return [self._code, str(source), stat.st_size, stat.st_mtime_ns, *libraries]

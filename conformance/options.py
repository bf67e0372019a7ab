"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from conformance.waivers import Waiver


@dataclass(frozen=True)
class Options:
    """What to run."""

    scenario: str | None = None
    """None: the one that the vendor starts with."""
    models: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    today: date | None = None
    """For waivers; from whoever starts the run."""
    docs_dir: Path | None = None
    """Folder with <vendor>/README.md, the connection guides."""
    installed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The manifests as installed, by vendor."""
    ca: str | None = None
    credentials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name to permissions: only these columns of the matrix, beside FULL, instead of all."""

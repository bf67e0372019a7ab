"""The whole suite against our connectors of all vendors: a first run, and a second one with nothing changed.

Told are the wall and, since other work on the machine hardly changes it, the processor time of all processes together: the
command, its workers and the sandbox. A run counts only if it passed and every case was judged.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.load import LoadFailed

JOBS = 2
FIRST_AT_MOST = 60.0
SECOND_AT_MOST = 0.5
"""Of the first run's processor time."""


@dataclass(frozen=True)
class Timed:
    """One run of the command."""

    wall: float
    cpu: float
    cases: int
    kept: int


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        first, second = _run(Path(folder)), _run(Path(folder))
    if first.kept or first.cases != second.cases:
        raise LoadFailed(f"the first run kept {first.kept} cases of an earlier one, the second judged {second.cases} of {first.cases}")
    what = "conform --all, 3 vendors, full matrix"
    spent = f"{first.cases} cases; {first.cpu:.0f} s of the processor, {first.cpu / JOBS:.0f} s on each of {JOBS} cores"
    yield Figure(f"`{what}`, by the clock on the wall", first.wall, "s", at_most=FIRST_AT_MOST, detail=spent)
    kept = f"{second.wall:.1f} s by the clock on the wall, {second.cpu:.1f} s of the processor; {second.kept} cases kept"
    yield Figure("the same again with nothing changed, to the first run", second.cpu / first.cpu, "×", at_most=SECOND_AT_MOST, detail=kept)


def _run(folder: Path) -> Timed:
    """Raises LoadFailed for a run that did not pass."""
    command = [sys.executable, "-m", "ats_sandbox", "conform", "--all", "--jobs", str(JOBS), "--json", "--cache", str(folder / "kept")]
    began, before = time.perf_counter(), _children()
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "ATS_SANDBOX_HOME": str(folder)}, check=False)
    wall, cpu = time.perf_counter() - began, _children() - before
    if done.returncode != 0:
        raise LoadFailed(f"conform ended with {done.returncode}: {done.stderr[-500:]}")
    cases: dict[str, Any] = json.loads(done.stdout)["summary"]["checks"]
    if cases["emitted"] != cases["expected"]:
        raise LoadFailed(f"{cases['emitted']} of {cases['expected']} cases were judged")
    return Timed(wall, cpu, cases["emitted"], cases["kept"])


def _children() -> float:
    """Processor seconds of all processes that this one has waited for, and of theirs."""
    spent = os.times()
    return spent.children_user + spent.children_system

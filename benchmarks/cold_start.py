"""From nothing to the first answer: `ats-sandbox up` beside an empty FastAPI app under uvicorn, each by its own command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from benchmarks.figures import ROUNDS, Figure
from benchmarks.load import SERVER, LoadFailed, cpu_seconds, pin
from benchmarks.servers import EMPTY_FASTAPI, SANDBOX, free_port

AT_MOST = 1.3
PAUSE = 0.002


@dataclass(frozen=True)
class Start:
    """One way to begin: a command, and the first request, which a program that tells where it is has to be heard for first."""

    command: list[str]
    request: Callable[[bytes], Request]
    listens: bool = False


def figures() -> Iterator[Figure]:
    """Bytecode is there already, as it is for an installed program; what `up` keeps from the last start is, too."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": folder, "ATS_SANDBOX_HOME": str(home)}
        (Path(folder) / "empty.py").write_text(EMPTY_FASTAPI, encoding="utf-8")
        ready = Start(SANDBOX, _main, listens=True)
        vendor = Start(SANDBOX, _jobs, listens=True)
        kept = {"first good answer of a vendor": vendor, "first answer at all": ready}
        for start in (_fastapi(folder), *kept.values()):
            _timed(start, environment)
        seen: dict[str, list[tuple[float, float]]] = {}
        for _ in range(2 * ROUNDS):
            seen.setdefault("peer", []).append(_timed(_fastapi(folder), environment))
            for name, start in kept.items():
                seen.setdefault(name, []).append(_timed(start, environment))
        seen["very first start"] = [_anew(vendor, environment, home) for _ in range(ROUNDS)]
    for name in (*kept, "very first start"):
        yield from _ratios(name, seen[name], seen["peer"], at_most=AT_MOST if name in kept else None)


def _ratios(name: str, ours: list[tuple[float, float]], peers: list[tuple[float, float]], at_most: float | None) -> Iterator[Figure]:
    for number, what in enumerate(("of the processor", "by the clock on the wall")):
        mine, theirs = (min(start[1 - number] for start in starts) for starts in (ours, peers))
        detail = f"{1000 * mine:.0f} ms to {1000 * theirs:.0f} ms"
        yield Figure(f"`up`, {name}, to an empty FastAPI app, {what}", mine / theirs, "×", at_most=at_most, detail=detail)


def _fastapi(folder: str) -> Start:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--app-dir", folder, "empty:app", "--port", str(port), "--log-level", "error"]
    return Start(command, lambda _: Request(f"http://127.0.0.1:{port}/"))


def _main(line: bytes) -> Request:
    """Where the container's health check asks."""
    return Request(json.loads(line)["admin"].rpartition("/")[0] + "/")


def _jobs(line: bytes) -> Request:
    """With a good credential: judged, limited and journalled like any other request."""
    account: dict[str, Any] = json.loads(line)["vendors"]["pinpoint"]
    return Request(f"{account['base_url']}/api/v1/jobs", headers={"X-API-KEY": account["credential"]["api_key"]})


def _anew(start: Start, environment: Mapping[str, str], home: Path) -> tuple[float, float]:
    """As on a machine where `up` never ran before."""
    shutil.rmtree(home)
    return _timed(start, environment)


def _timed(start: Start, environment: Mapping[str, str]) -> tuple[float, float]:
    """(seconds on the wall, seconds of the process) until the first 200. Raises LoadFailed for any other answer."""
    began = time.perf_counter()
    with subprocess.Popen(start.command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            pin(process.pid, SERVER)
            if process.stdout is None:
                raise AssertionError("its output is piped")
            asked = start.request(process.stdout.readline() if start.listens else b"")
            while process.poll() is None:
                try:
                    with urlopen(asked) as reply:
                        reply.read()
                        return time.perf_counter() - began, cpu_seconds(process.pid)
                except HTTPError as error:
                    raise LoadFailed(f"{asked.full_url} answered {error.code}") from error
                except URLError:
                    time.sleep(PAUSE)
            raise LoadFailed(f"{start.command[2]} ended with {process.returncode}")
        finally:
            process.terminate()

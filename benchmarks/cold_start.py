"""From nothing to the first answer: `ats-sandbox up` beside an empty FastAPI app under uvicorn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from urllib.error import URLError
from urllib.request import Request, urlopen

from benchmarks.figures import ROUNDS, Figure
from benchmarks.load import SERVER, cpu_seconds, pin
from benchmarks.servers import EMPTY_FASTAPI, SANDBOX, free_port

AT_MOST = 1.3
PAUSE = 0.002


def figures() -> Iterator[Figure]:
    """Bytecode is there already, as it is for an installed program; what `up` keeps from the last start is, too."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": folder, "ATS_SANDBOX_HOME": folder}
        peer, ours = _fastapi(environment), _sandbox(environment)
        for start in (peer, ours):
            start()
        starts = [(peer(), ours()) for _ in range(2 * ROUNDS)]
    for number, what in enumerate(("by the clock on the wall", "of the processor")):
        theirs, mine = (min(start[which][number] for start in starts) for which in (0, 1))
        detail = f"{1000 * mine:.0f} ms to {1000 * theirs:.0f} ms"
        yield Figure(f"`up` to its first 200, to an empty FastAPI app, {what}", mine / theirs, "×", at_most=AT_MOST, detail=detail)


Start = Callable[[], tuple[float, float]]
"""Starts once: (seconds on the wall, seconds of the process) until the first 200."""


def _fastapi(environment: Mapping[str, str]) -> Start:
    def start() -> tuple[float, float]:
        port = free_port()
        return _timed([sys.executable, "-c", EMPTY_FASTAPI, str(port)], environment, lambda _: Request(f"http://127.0.0.1:{port}/"))

    return start


def _sandbox(environment: Mapping[str, str]) -> Start:
    def first_request(line: bytes) -> Request:
        account = json.loads(line)["vendors"]["pinpoint"]
        return Request(f"{account['base_url']}/api/v1/jobs", headers={"X-API-KEY": account["credential"]["api_key"]})

    return lambda: _timed(SANDBOX, environment, first_request)


def _timed(command: list[str], environment: Mapping[str, str], request: Callable[[bytes], Request]) -> tuple[float, float]:
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            pin(process.pid, SERVER)
            if process.stdout is None:
                raise AssertionError("its output is piped")
            # A program that tells where it is has to be listened to first.
            asked = request(process.stdout.readline() if command == SANDBOX else b"")
            while True:
                try:
                    urlopen(asked).read()
                    return time.perf_counter() - began, cpu_seconds(process.pid)
                except URLError:
                    time.sleep(PAUSE)
        finally:
            process.terminate()

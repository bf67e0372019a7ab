"""The servers that are measured, each a process of its own on one core: the sandbox, and what it is compared with."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.load import SERVER, pin

# The limit of anything in Python on these sockets: the same server and the same settings, an answer that is ready, with as many
# headers, and no thought.
RAW = """
import sys, uvicorn
from mock_servers.engine.protocol import SandboxProtocol
body = b"x" * int(sys.argv[2])
start = {"type": "http.response.start", "status": 200,
         "headers": [(b"content-type", b"application/vnd.api+json"), (b"content-length", str(len(body)).encode()),
                     (b"date", b"Mon, 02 Mar 2026 09:00:00 GMT")]}
async def app(scope, receive, send):
    await send(start)
    await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[1]), http=SandboxProtocol, loop="uvloop", lifespan="off", log_level="error", access_log=False,
            server_header=False, date_header=False)
"""

EMPTY_FASTAPI = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def root():
    return {}
"""
"""To be served by uvicorn's own command, as everybody serves one."""


@contextmanager
def raw_bytes(size: int) -> Iterator[tuple[int, str]]:
    """(process id, URL) of a server that sends so many ready bytes."""
    port = free_port()
    with _process([sys.executable, "-c", RAW, str(port), str(size)]) as process:
        wait_for(f"http://127.0.0.1:{port}/")
        yield process.pid, f"http://127.0.0.1:{port}/"


@contextmanager
def sandbox(*arguments: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(process id, what `up --json` told)."""
    with _process([*SANDBOX, *arguments], stdout=subprocess.PIPE) as process:
        if process.stdout is None:
            raise AssertionError("its output is piped")
        yield process.pid, json.loads(process.stdout.readline())


SANDBOX = [sys.executable, "-m", "ats_sandbox", "up", "--json", "--no-https"]


@contextmanager
def _process(command: list[str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, **more) as process:
        pin(process.pid, SERVER)
        try:
            yield process
        finally:
            process.terminate()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def wait_for(url: str, pause: float = 0.02) -> None:
    while True:
        try:
            with urlopen(url) as reply:
                reply.read()
                return
        except URLError:
            time.sleep(pause)

"""Puts load on one server and tells what a request cost it: by wrk where it is installed, else by plain asyncio sockets."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
SERVER, LOAD = 0, 1
"""On which core each runs."""
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: ([0-9]+)|Socket errors: (.*)")


@dataclass(frozen=True)
class Request:
    """What is sent again and again."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    bodies: tuple[str, ...] = ()
    """Sent in turn, so that each write changes something."""


@dataclass(frozen=True)
class Cost:
    """What was measured."""

    per_second: float
    cpu_seconds: float
    """Of the server, for one request: what one core could at most answer in a second is its reciprocal, whoever else works on it."""


class LoadFailed(RuntimeError):
    """Not every answer was good, so the figures mean nothing."""


def measure(request: Request, server: int, seconds: float) -> Cost:
    """Load the server of that process id. Raises LoadFailed."""
    _run(request, min(1.0, seconds / 3))
    before = cpu_seconds(server)
    rate, count = _run(request, seconds)
    return Cost(rate, (cpu_seconds(server) - before) / count)


def cpu_seconds(process: int) -> float:
    """What the process has used so far, in user and kernel mode."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _run(request: Request, seconds: float) -> tuple[float, int]:
    """(requests a second, requests in all)."""
    return _wrk(request, seconds) if shutil.which("wrk") else asyncio.run(by_sockets(request, seconds))


def _wrk(request: Request, seconds: float) -> tuple[float, int]:
    headers = [part for name, value in request.headers.items() for part in ("-H", f"{name}: {value}")]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(request))
        script.flush()
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds:.0f}s" if seconds >= 1 else "-d1s",
            "-s",
            script.name,
            *headers,
            request.url,
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            pin(process.pid, LOAD)
            told, _ = process.communicate()
    bad, rate = _BAD.search(told), _RATE.search(told)
    if bad is not None or rate is None:
        raise LoadFailed(told)
    return float(rate[1]), int(re.search(r"([0-9]+) requests in", told)[1])  # type: ignore[index]  # wrk always says it


def _script(request: Request) -> str:
    """wrk's own language: the bodies in turn."""
    if not request.bodies:
        return f'wrk.method = "{request.method}"\n'
    bodies = ", ".join(f"[==[{body}]==]" for body in request.bodies)
    return (
        f'wrk.method = "{request.method}"\nlocal bodies = {{{bodies}}}\nlocal turn = 0\n'
        "request = function()\n  turn = turn % #bodies + 1\n  return wrk.format(nil, nil, nil, bodies[turn])\nend\n"
    )


async def by_sockets(request: Request, seconds: float) -> tuple[float, int]:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    start = f"{request.method} {target} HTTP/1.1\r\nhost: {parts.netloc}\r\n{head}"
    sent = [f"{start}content-length: {len(body.encode())}\r\n\r\n{body}".encode() for body in request.bodies] or [f"{start}\r\n".encode()]
    began = time.perf_counter()
    counts = await asyncio.gather(*(_client(str(parts.hostname), int(parts.port or 80), sent, began + seconds) for _ in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - began), sum(counts)


async def _client(host: str, port: int, sent: list[bytes], until: float) -> int:
    reader, writer = await asyncio.open_connection(host, port, limit=2**20)
    count = 0
    while count == 0 or time.perf_counter() < until:
        writer.write(sent[count % len(sent)])
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise LoadFailed(head.decode("latin-1"))
        length = re.search(rb"(?i)content-length: ([0-9]+)", head)
        await reader.readexactly(int(length[1]) if length is not None else 0)
        count += 1
    writer.close()
    return count


def pin(process: int, core: int) -> None:
    """Keep a process on one core: the server on one, the load on another, which must not be the bottleneck."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(process, {cores[core % len(cores)]})

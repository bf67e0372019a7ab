"""Plain requests to the admin API. A run makes ten thousand of them, and each through HTTPX would cost four times as much."""

from __future__ import annotations

import select
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

Unreachable = (OSError, HTTPException)
"""What `send` raises when nothing, or no HTTP, answers."""


class AdminWire:
    """Keeps one connection for each thread that sends."""

    def __init__(self, url: str, *, timeout: float) -> None:
        """url: scheme, host, port and what stands before each path. Raises ValueError for an address that is none."""
        parts = urlsplit(url)
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._root = parts.hostname or "", parts.port, parts.path
        self._timeout = timeout
        self._own = threading.local()
        self._opened: list[HTTPConnection] = []

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of the answer."""
        connection = self._connection()
        try:
            connection.request(method, self._root + path, body=body, headers={} if body is None else {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        for connection in self._opened:
            connection.close()

    def _connection(self) -> HTTPConnection:
        connection: HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._kind(self._host, self._port, timeout=self._timeout)
            self._opened.append(connection)
        elif connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
            # Nothing was asked, so what has come can only be the end: the server lets go of who is silent for long.
            with suppress(OSError):
                connection.close()
        return connection

"""A receiver of webhooks on a real socket, which keeps what it gets and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers the next requests with `answers`, then always 200; a number is a status, a function decides itself."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int | Callable[[], int]] = field(default_factory=list)
    slow_seconds: float = 0

    def take(self, request: Received) -> int:
        self.received.append(request)
        if self.slow_seconds:
            time.sleep(self.slow_seconds)
        answer = self.answers.pop(0) if self.answers else 200
        return answer if isinstance(answer, int) else answer()

    @property
    def bodies(self) -> list[Any]:
        return [request.json for request in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.take(Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            try:
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("location", f"{receiver.url}/elsewhere")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

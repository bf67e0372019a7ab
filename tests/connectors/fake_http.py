"""A server on a real socket that answers by script: what the transport and the connector are tested against."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

JSON_API = "application/vnd.api+json"


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: str | None = None
    """"before": the connection ends without a byte; "middle": half of the body is sent."""


def document(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": JSON_API, **headers})


def refusal(status: int, detail: str, code: str = "code", **headers: str) -> Answer:
    return document({"errors": [{"title": "Title", "code": code, "status": str(status), "detail": detail}]}, status, **headers)


Script = Callable[[Asked], Answer]


@dataclass
class FakeServer:
    """Answers with `script`; remembers what it was asked."""

    base_url: str = ""
    script: Script = lambda asked: document({"data": []})
    asked: list[Asked] = field(default_factory=list)

    def answer_in_turn(self, *answers: Answer) -> None:
        """One answer a request; the last again and again."""
        queue = list(answers)
        self.script = lambda asked: queue.pop(0) if len(queue) > 1 else queue[0]


@contextmanager
def running() -> Iterator[FakeServer]:
    fake = FakeServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes; waiting for an ACK between them costs 40 ms

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, self.rfile.read(length))
            fake.asked.append(asked)
            answer = fake.script(asked)
            if answer.cut == "before":
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.cut == "middle":
                self.wfile.write(answer.body[: len(answer.body) // 2])
                self.close_connection = True
                return
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 - the base class wants these names

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""Files that go in and out of actions by their address: a small HTTP server of the suite's own, which also plays "not this vendor"."""

from __future__ import annotations

import base64
import binascii
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote_to_bytes

import httpx
import trustme

from conformance.fixture_models import ServedFile


class _Quiet(ThreadingHTTPServer):
    """A client that goes away is no news."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Nobody reads it."""


class FileServer:
    """Serves the named files on a free loopback port while it is open; everything else is 404 in HTML.

    `everywhere`: instead of the 404. `https`: with a certificate of an authority that was made for this moment, and that nobody knows.
    `stumbles`: whoever asks for a file the first time is put off by 503.
    """

    def __init__(
        self, files: Mapping[str, ServedFile], *, https: bool = False, everywhere: ServedFile | None = None, stumbles: bool = False
    ) -> None:
        self.asked = 0
        """Requests that came."""
        self.heard: list[str] = []
        """The headers of each."""
        outer = self
        elsewhere = None if everywhere is None else (everywhere.content_type, content_of(everywhere))
        contents = {f"/{name}": (file.content_type, content_of(file)) for name, file in files.items()}
        put_off = set(contents) if stumbles else set()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked += 1
                outer.heard.append(str(self.headers))
                path = self.path.partition("?")[0]
                found = contents.get(path, elsewhere) if path not in put_off else None
                kind, body = found or ("text/html", b"<html><body>Nothing here.</body></html>")
                self.send_response(200 if found is not None else 503 if path in put_off else 404)
                put_off.discard(path)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  # the base class names them so

            def log_message(self, format: str, *arguments: object) -> None:
                """Nobody reads it."""

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"{'https' if https else 'http'}://127.0.0.1:{self._server.server_port}"
        if https:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
            # The handshake belongs to the thread of the request, or a client that refuses it would keep the server waiting.
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    def __enter__(self) -> FileServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def fetched(address: str) -> bytes | None:
    """What an address leads to that an answer gives: without any credential, or in the address itself (data:). None: to nothing."""
    kind, _, rest = address.partition(":")
    if kind == "data":
        head, comma, text = rest.partition(",")
        try:
            return (base64.b64decode(text, validate=True) if head.endswith(";base64") else unquote_to_bytes(text)) if comma else None
        except binascii.Error:
            return None
    try:
        reply = httpx.get(address, follow_redirects=True, trust_env=False, timeout=30)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return reply.content if reply.status_code == httpx.codes.OK else None


def content_of(file: ServedFile) -> bytes:
    """The bytes that are served."""
    return (base64.b64decode(file.base64) if file.base64 is not None else (file.text or "").encode()) * file.repeated

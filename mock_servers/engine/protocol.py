"""HTTP over sockets by uvicorn, with a way to what lies below it: closing, resetting, writing raw bytes."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_servers.engine.asgi import CONNECTION

LINGER_NOT_AT_ALL = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER: closing drops what is unsent and sends RST."""


class OpenConnection:
    """A Connection over a transport."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, raw: bytes) -> None:
        """Bytes as they are."""
        self._transport.write(raw)

    async def end(self, *, reset: bool) -> None:
        """Close it once what was written is out, in order or with a reset."""
        if not reset:
            self._transport.close()
            return
        while self._transport.get_write_buffer_size() and not self._transport.is_closing():  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.001)
        bound = self._transport.get_extra_info("socket")
        if bound is not None:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT_AT_ALL)
        self._transport.abort()


class SandboxProtocol(HttpToolsProtocol):
    """Puts its connection into scope["extensions"]."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self._extensions = {CONNECTION: OpenConnection(transport)}

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]  # ASGI leaves extensions to the server

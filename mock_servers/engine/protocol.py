"""HTTP over sockets by uvicorn, with a way to close the connection in the middle of an answer."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_servers.engine.asgi import DISCONNECT


class SandboxProtocol(HttpToolsProtocol):
    """Puts a callable into scope["extensions"] that ends the connection once what was written has been sent."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self._extensions = {DISCONNECT: transport.close}

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]  # ASGI leaves extensions to the server

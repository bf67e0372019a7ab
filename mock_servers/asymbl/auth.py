"""How Salesforce's clients prove who they are: a session id, as Bearer or OAuth token."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mock_servers.asymbl import wire
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

SCHEMES = ("bearer", "oauth")


class SessionAuthenticator:
    """A static token; the sign-ins that give others are still to come."""

    def presented(self, exchange: Exchange) -> str | None:
        header = exchange.header(b"authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() not in SCHEMES or not token.strip():
            raise ValueError("neither Bearer nor OAuth")
        return token.strip()

    def host_tenant(self, host: str) -> str | None:
        return None

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        digest = hashlib.sha256(f"{seed}/asymbl/{tenant_name}/{number}".encode()).hexdigest()
        token = f"00DHs00000B0001!{digest}"
        username = f"integration.{number}@{tenant_name}.example.com"
        return token, {"access_token": token, "username": username}

    def refuse(self, exchange: Exchange, problem: str) -> Reply:
        if problem == "malformed":
            return wire.error_reply(401, [wire.Problem("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")])
        return wire.ERRORS.error(exchange, 401)

    def forbid(self, exchange: Exchange, missing: tuple[str, ...]) -> Reply:
        return wire.ERRORS.error(exchange, 403)

"""Faults of the credential: it ends in the middle of a client's run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_servers.engine.fault_base import CARRY_ON, NOT_THIS_ONE, Fault, Memory, Outcome
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


@dataclass(frozen=True)
class ExpireCredential(Fault):
    """The credential of the request ends at this moment of the tenant's clock: before its work, or just after."""

    name = "expire_credential"

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        if exchange.credential is not None:
            exchange.credential.expires_at = exchange.now
        return CARRY_ON


@dataclass(frozen=True)
class RevokeCredential(Fault):
    """The credential of the request is revoked, with every token of it: before its work, or just after."""

    name = "revoke_credential"

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        if exchange.credential is not None:
            exchange.credential.revoked = True
        return CARRY_ON


@dataclass(frozen=True)
class ExpireToken(Fault):
    """The token of the request ends, its credential lives on: before its work, or just after. Signing in again helps.

    A request without a token is none that it can strike.
    """

    name = "expire_token"

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        if exchange.token is None:
            return NOT_THIS_ONE
        exchange.token.expires_at = exchange.now
        return CARRY_ON

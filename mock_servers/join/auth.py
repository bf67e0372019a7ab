"""How JOIN's clients prove who they are: the raw token in the Authorization header, without any scheme before it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mock_servers.engine.vendors import Reply
from mock_servers.join.quirks.refusals import MissingHeaderIs422
from mock_servers.join.wire import ERRORS

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

PERMISSION = "Access JOIN API"
PLANS_WITH_API = ("advanced", "enterprise")


class TokenAuthenticator:
    """The whole header value is the token: "Bearer x" is thus a token that nobody was ever given."""

    def presented(self, exchange: Exchange) -> str | None:
        return exchange.header(b"authorization")

    def host_tenant(self, host: str) -> str | None:
        """JOIN has one host for all customers; only the token tells them apart."""
        return None

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        token = hashlib.sha256(f"join {seed} {tenant_name} {number}".encode()).hexdigest()
        return token, {"token": token}

    def refuse(self, exchange: Exchange, problem: str) -> Reply:
        if problem == "missing":
            return self._without_header(exchange)
        reply = ERRORS.error(exchange, 401)
        sent = exchange.header(b"authorization")
        hint = "; the token is sent as it is, without a scheme before it" if sent is not None and " " in sent.strip() else ""
        return Reply(401, reply.body, why=f"the token is {problem}{hint}")

    def forbid(self, exchange: Exchange, missing: tuple[str, ...]) -> Reply:
        reply = ERRORS.error(exchange, 403, "Your role does not allow access to the JOIN API")
        return Reply(403, reply.body, why=f"the credential lacks {', '.join(missing)}")

    def _without_header(self, exchange: Exchange) -> Reply:
        quirk = exchange.quirk(MissingHeaderIs422) if exchange.tenant is not None else MissingHeaderIs422()
        if quirk is None:
            return ERRORS.error(exchange, 401, "No token was sent")
        if exchange.tenant is not None:
            exchange.acted(quirk)
        return ERRORS.error(exchange, 422, "headers.authorization: a value is required")


def guard(exchange: Exchange) -> Reply | None:
    """403 for an account whose plan has no API."""
    plan = exchange.tenant.options["plan"]
    if plan in PLANS_WITH_API:
        return None
    return ERRORS.error(exchange, 403, f"The API is not part of the plan {plan!r}")

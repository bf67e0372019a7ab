"""How Salesforce's clients prove who they are: a user and a connected app for each credential, and the sessions they sign in for.

A credential is one user with one connected app. It is found by the app's client id, by the user's name, and by every token
issued to it. Sessions end on the tenant's clock when nobody used them for as long as the org's session timeout says.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

import orjson

from mock_servers.asymbl import wire
from mock_servers.asymbl.bodies import parameters
from mock_servers.asymbl.enrolled import IDENTITY_PATH
from mock_servers.asymbl.envelope import NotAnEnvelope, read_envelope
from mock_servers.asymbl.security import API_ENABLED
from mock_servers.asymbl.sessions import ACCESS, CLIENT, USER, kind_of, lookup, random_text
from mock_servers.engine.credentials import BASE_URL
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

KEY_FILE = Path(__file__).with_name("connected_app_key.pem")
"""The private key whose certificate every connected app of the sandbox has: making one for each would cost a second."""
TOKEN_PATH, REVOKE_PATH, USERINFO_PATH = "/services/oauth2/token", "/services/oauth2/revoke", "/services/oauth2/userinfo"
AUTHORIZE_PATH = "/services/oauth2/authorize"
DATA_PATH = "/services/data"
SOAP_PATHS = ("/services/Soap/u", "/services/Soap/c")
LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})
API_SCOPES = frozenset({"api", "full"})

_SCHEMES = ("bearer", "oauth")


class SalesforceSignIn:
    """Which secret a request presents: a session's for data, the app's client id to OAuth, the user's name to SOAP."""

    def presented(self, exchange: Exchange) -> str | None:
        path = exchange.path.rstrip("/")
        if path == TOKEN_PATH:
            client_id = client_of(parameters(exchange), exchange.header(b"authorization"))
            return None if client_id is None else lookup(CLIENT, client_id)
        if path == AUTHORIZE_PATH:
            client_id = parameters(exchange).get("client_id")
            return None if client_id is None else lookup(CLIENT, client_id)
        if path == REVOKE_PATH:
            token = parameters(exchange).get("token")
            return None if token is None else lookup(kind_of(token), token)
        if path.startswith(SOAP_PATHS):
            return _presented_to_soap(exchange)
        token = session_sent(exchange, path)
        return None if token is None else lookup(ACCESS, token)

    def host_tenant(self, host: str) -> str | None:
        """The My Domain: acme.my.salesforce.com and acme--qa.sandbox.my.salesforce.com are the tenants acme and acme--qa."""
        name = host.rsplit(":", 1)[0].lower()
        if name in LOGIN_HOSTS or "." not in name or name.replace(".", "").isdigit() or name.endswith("]"):
            return None
        return name.split(".", 1)[0]

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        def drawn(purpose: str, length: int) -> str:
            return random_text(f"{seed} asymbl {tenant_name} {number} {purpose}", length)

        org_id = f"00D{random_text(f'{seed} asymbl {tenant_name} org', 12)}"
        secrets = {
            "username": f"integration{number if number > 1 else ''}@{tenant_name}.example",
            "password": drawn("password", 12),
            "security_token": drawn("security token", 24),
            "client_id": f"3MVG9{drawn('client id', 80)}",
            "client_secret": drawn("client secret", 64).upper(),
            "refresh_token": f"5Aep861{drawn('refresh token', 77)}",
            "access_token": f"{org_id}!AQ{drawn('access token', 86)}",
            "instance_url": BASE_URL,
            "private_key": private_key(),
        }
        return lookup(CLIENT, secrets["client_id"]), secrets

    def refuse(self, exchange: Exchange, problem: str) -> Reply:
        path = exchange.path.rstrip("/")
        if path == USERINFO_PATH or path.startswith(IDENTITY_PATH):
            words = b"Missing_OAuth_Token" if problem == "missing" else b"Bad_OAuth_Token"
            return Reply(403, words, b"text/html;charset=UTF-8", why=f"the session is {problem}")
        if problem == "malformed":
            return wire.error_reply(
                401, [wire.Problem("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")], "the Authorization header has no such scheme"
            )
        return wire.error_reply(401, [wire.Problem("INVALID_SESSION_ID", "Session expired or invalid")], f"the session is {problem}")

    def forbid(self, exchange: Exchange, missing: tuple[str, ...]) -> Reply:
        problem = wire.Problem("INSUFFICIENT_ACCESS", f"insufficient access: {', '.join(missing)}")
        return wire.error_reply(403, [problem])


def session_refusal(exchange: Exchange) -> Reply | None:
    """What refuses a session that is good: not meant for the API, or of a user who may not use it. All others live on by being used."""
    token = exchange.token
    if token is None:
        return wire.error_reply(401, [wire.Problem("INVALID_SESSION_ID", "Session expired or invalid")])
    if exchange.path.startswith(DATA_PATH):
        if not API_SCOPES.intersection(token.facts["scope"].split()):
            problem = wire.Problem("INVALID_SESSION_ID", "This session is not valid for use with the REST API")
            return wire.error_reply(401, [problem], f"the session's scope is {token.facts['scope']!r}")
        if not exchange.tenant.options["edition_has_api"]:
            # The code is documented, its words are assumed.
            problem = wire.Problem("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
            return wire.error_reply(403, [problem], "the org's edition has no API (option edition_has_api)")
        if not exchange.may(API_ENABLED):
            return wire.error_reply(403, [wire.Problem("API_CURRENTLY_DISABLED", "API is disabled for this User")])
    token.expires_at = exchange.now + exchange.tenant.options["session_timeout_seconds"]
    return None


# -- reading what was sent ---------------------------------------------------------------------------------------------


def client_of(sent: dict[str, str], authorization: str | None) -> str | None:
    """The client id: from the form, from HTTP Basic, or from the assertion's issuer."""
    return client_credentials(sent, authorization)[0]


def client_credentials(sent: dict[str, str], authorization: str | None) -> tuple[str | None, str | None]:
    """(client id, client secret) from wherever they were sent."""
    if "client_id" in sent:
        return sent["client_id"], sent.get("client_secret")
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "basic":
        try:
            id, colon, secret = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return None, None
        return (unquote(id), unquote(secret)) if colon else (None, None)
    if "assertion" in sent:
        return issuer(sent["assertion"]), None
    return None, None


def issuer(assertion: str) -> str | None:
    """Who an assertion says it is from; nothing is verified here."""
    parts = assertion.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    found = claims.get("iss") if isinstance(claims, dict) else None
    return found if isinstance(found, str) else None


def session_sent(exchange: Exchange, path: str) -> str | None:
    """The session's token. Raises ValueError for a header of another scheme."""
    header = exchange.header(b"authorization")
    if header is None:
        older = exchange.header(b"x-sfdc-session")
        if older is not None:
            return older
        if path.startswith(IDENTITY_PATH) or path == USERINFO_PATH:
            return dict(parse_qsl(exchange.raw_query.decode("latin-1"))).get("oauth_token")
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() not in _SCHEMES:
        raise ValueError("the scheme is neither Bearer nor OAuth")
    return token.strip()


def _presented_to_soap(exchange: Exchange) -> str | None:
    """To log in the user's name, to everything else the session."""
    try:
        call = read_envelope(exchange.body)
    except NotAnEnvelope:
        return None
    if call.operation == "login":
        return lookup(USER, call.arguments["username"]) if "username" in call.arguments else None
    return lookup(ACCESS, call.headers["sessionId"]) if "sessionId" in call.headers else None


@lru_cache(1)
def private_key() -> str:
    return KEY_FILE.read_text("ascii")

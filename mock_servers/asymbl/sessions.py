"""What signing in gives out: sessions, refresh tokens, codes; how long each lasts, and what ends with what."""

from __future__ import annotations

import hashlib
import hmac
import string
from typing import TYPE_CHECKING

from mock_servers.engine.vendors import Credential, Token

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

ACCESS, REFRESH, CODE = "access", "refresh", "code"
CLIENT, USER = "client", "user"
CODE_SECONDS = 900
APP_SCOPE = "api id openid refresh_token web"
"""What the connected apps of the sandbox may ask for."""
OPTIONS = {
    "session_timeout_seconds": 7200,
    "refresh_token_rotation": False,
    "password_flow_enabled": True,
    "security_token_required": True,
    "client_credentials_user": True,
    "jwt_preauthorised": True,
    "refresh_needs_secret": True,
}
"""session_timeout_seconds: after so long without use a session ends. refresh_token_rotation: each refresh gives a new refresh
token, the old one ends. password_flow_enabled: new orgs switch OAuth's password flow off. security_token_required: false where
the client's address is trusted. client_credentials_user: whether the connected app has a user to run as. jwt_preauthorised:
whether the app's policy admits the user without asking. refresh_needs_secret: the app's setting of that name."""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def lookup(kind: str, secret: str) -> str:
    """Under which the engine finds a secret; user names compare without case."""
    return f"{kind} {secret.lower() if kind == USER else secret}"


def kind_of(token: str) -> str:
    """An access token begins with the org's id and an exclamation mark."""
    return ACCESS if "!" in token else REFRESH


# -- issuing -----------------------------------------------------------------------------------------------------------


def first_tokens(credential: Credential, now: float) -> list[Token]:
    """A credential has its user's name, a refresh token and a session from the start."""
    secrets = credential.secrets
    return [
        Token(lookup(USER, secrets["username"]), secrets["username"], credential.id, USER, now),
        Token(lookup(REFRESH, secrets["refresh_token"]), secrets["refresh_token"], credential.id, REFRESH, now, facts={"scope": APP_SCOPE}),
        Token(
            lookup(ACCESS, secrets["access_token"]), secrets["access_token"], credential.id, ACCESS, now,
            now + OPTIONS["session_timeout_seconds"], facts={"scope": APP_SCOPE, "from": secrets["refresh_token"]},
        ),
    ]  # fmt: skip


def open_session(exchange: Exchange, credential: Credential, scope: str, *, refresh_token: str | None = None) -> Token:
    """A new session of the credential's user; it ends with the refresh token it came from."""
    org_id = credential.secrets["access_token"].partition("!")[0]
    secret = f"{org_id}!AQ{_drawn(exchange, credential, 86)}"
    facts = {"scope": scope, **({"from": refresh_token} if refresh_token is not None else {})}
    ends = exchange.now + exchange.tenant.options["session_timeout_seconds"]
    return exchange.tenant.credentials.issue(Token(lookup(ACCESS, secret), secret, credential.id, ACCESS, exchange.now, ends, facts=facts))


def new_refresh_token(exchange: Exchange, credential: Credential, scope: str) -> Token:
    secret = f"5Aep861{_drawn(exchange, credential, 77)}"
    return exchange.tenant.credentials.issue(
        Token(lookup(REFRESH, secret), secret, credential.id, REFRESH, exchange.now, facts={"scope": scope})
    )


def new_code(exchange: Exchange, user: Credential, facts: dict[str, str]) -> Token:
    """What an app can change into a session of the user, once and soon."""
    secret = f"aPrx{_drawn(exchange, user, 76)}"
    return exchange.tenant.credentials.issue(
        Token(lookup(CODE, secret), secret, user.id, CODE, exchange.now, exchange.now + CODE_SECONDS, facts=facts)
    )


def end_sessions_of(exchange: Exchange, refresh_token: str) -> None:
    """What a refresh token gave out ends with it."""
    credentials = exchange.tenant.credentials
    for copy in credentials.tokens():
        token = credentials.token(copy.lookup)
        if token is not None and token.facts.get("from") == refresh_token:
            token.revoked = True


def _drawn(exchange: Exchange, credential: Credential, length: int) -> str:
    """A text that the tenant gave out nowhere yet, and always gives out here."""
    return random_text(f"{credential.secrets['client_secret']} {exchange.now} {exchange.tenant.credentials.issued}", length)


def random_text(seed: str, length: int) -> str:
    """Letters and digits that the same seed always gives."""
    found = ""
    for block in range(length // 40 + 1):
        number = int.from_bytes(hashlib.sha256(f"{seed} {block}".encode()).digest(), "big")
        for _ in range(40):
            number, digit = divmod(number, 62)
            found += _DIGITS[digit]
    return found[:length]


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def password_fits(exchange: Exchange, credential: Credential, sent: str) -> bool:
    """Whether a password is right: with the security token behind it, unless the client's address is trusted."""
    password, security_token = credential.secrets["password"], credential.secrets["security_token"]
    trusted = not exchange.tenant.options["security_token_required"] and same(sent, password)
    return trusted or same(sent, password + security_token)


def living(exchange: Exchange, credential: Credential) -> bool:
    """Whether the credential's user is active."""
    return not credential.revoked and (credential.expires_at is None or credential.expires_at > exchange.now)


def by_secret(exchange: Exchange, name: str, value: str) -> Credential | None:
    """The tenant's credential with this secret, a dead one too."""
    return next((one for one in exchange.tenant.credentials if one.secrets[name].lower() == value.lower()), None)

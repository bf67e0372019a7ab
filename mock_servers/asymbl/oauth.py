"""OAuth 2.0: the token endpoint with its flows, one row each, and revoke."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from mock_servers.asymbl import auth, bodies, enrolled, sessions, wire
from mock_servers.engine.clock import wall_seconds
from mock_servers.engine.vendors import Credential, Refusal, Reply, Token

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_NO_STORE = ((b"cache-control", b"no-cache, no-store"), (b"pragma", b"no-cache"))
Form = dict[str, str]


def oauth_error(error: str, description: str, why: str | None = None) -> Reply:
    """400 with an object, where the data API would answer with an array."""
    body = orjson.dumps({"error": error, "error_description": description})
    return Reply(400, body, wire.JSON, _NO_STORE, why=f"400: {error}: {why if why is not None else description}")


def refuse(error: str, description: str, why: str | None = None) -> Refusal:
    return Refusal(oauth_error(error, description, why))


# -- the endpoint ------------------------------------------------------------------------------------------------------


async def token(exchange: Exchange) -> Reply:
    """POST /services/oauth2/token."""
    sent = bodies.parameters(exchange)
    flow = FLOWS.get(sent.get("grant_type", ""))
    if flow is None:
        raise refuse("unsupported_grant_type", "grant type not supported", f"grant_type is {sent.get('grant_type')!r}")
    app = _app(exchange, sent)
    answer = flow(exchange, sent, app)
    return Reply(200, orjson.dumps(answer), wire.JSON, _NO_STORE)


def _app(exchange: Exchange, sent: Form) -> Credential:
    client_id, _ = auth.client_credentials(sent, exchange.header(b"authorization"))
    if client_id is None:
        raise refuse("invalid_request", "missing required parameter: client_id")
    found = next((one for one in exchange.tenant.credentials if one.secrets["client_id"] == client_id), None)
    if found is None:
        raise refuse("invalid_client_id", "client identifier invalid")
    return found


def _check_secret(exchange: Exchange, sent: Form, app: Credential) -> None:
    secret = auth.client_credentials(sent, exchange.header(b"authorization"))[1]
    if secret is None or not sessions.same(secret, app.secrets["client_secret"]):
        raise refuse("invalid_client", "invalid client credentials", "no client secret was sent" if secret is None else None)


def _required(sent: Form, name: str) -> str:
    if not sent.get(name):
        raise refuse("invalid_request", f"missing required parameter: {name}")
    return sent[name]


def _scope(sent: Form) -> str:
    """What was asked for, all that the app may have when nothing was. `full` brings the API."""
    wanted = sent.get("scope", "").split()
    unknown = [name for name in wanted if name not in (*sessions.APP_SCOPE.split(), "full", "offline_access")]
    if unknown:
        raise refuse("invalid_scope", "the requested scope is not allowed", f"the connected app does not offer {', '.join(unknown)}")
    return " ".join(wanted) if wanted else sessions.APP_SCOPE


# -- flows -------------------------------------------------------------------------------------------------------------


def _client_credentials(exchange: Exchange, sent: Form, app: Credential) -> dict[str, Any]:
    if (urlsplit(exchange.base_url).hostname or "") in auth.LOGIN_HOSTS:
        raise refuse("invalid_grant", "request not supported on this domain")
    _check_secret(exchange, sent, app)
    if not exchange.tenant.options["client_credentials_user"]:
        raise refuse("invalid_grant", "no client credentials user enabled")
    _check_active(exchange, app)
    scope = " ".join(name for name in _scope(sent).split() if name not in ("refresh_token", "offline_access"))
    if not scope:
        raise refuse("invalid_grant", "no valid scopes defined")
    return _signed(exchange, app, sessions.open_session(exchange, app, scope))


def _refresh(exchange: Exchange, sent: Form, app: Credential) -> dict[str, Any]:
    secret = _required(sent, "refresh_token")
    if auth.client_credentials(sent, exchange.header(b"authorization"))[1] is not None or exchange.tenant.options["refresh_needs_secret"]:
        _check_secret(exchange, sent, app)
    held = exchange.tenant.credentials.token(sessions.lookup(sessions.REFRESH, secret))
    if held is None or held.revoked or held.credential_id != app.id or not sessions.living(exchange, app):
        raise refuse("invalid_grant", "expired access/refresh token", _story(held, app))
    scope = held.facts["scope"]
    answer = {}
    if exchange.tenant.options["refresh_token_rotation"]:
        held.revoked = True
        sessions.end_sessions_of(exchange, held.secret)
        held = sessions.new_refresh_token(exchange, app, scope)
        answer = {"refresh_token": held.secret}
    return {**_signed(exchange, app, sessions.open_session(exchange, app, scope, refresh_token=held.secret)), **answer}


def _story(held: Token | None, app: Credential) -> str:
    if held is None:
        return "no such refresh token was ever issued here"
    if held.credential_id != app.id:
        return f"the refresh token belongs to {held.credential_id}, the client id to {app.id}"
    return f"the refresh token or its user {app.id} was revoked or has expired"


def _password(exchange: Exchange, sent: Form, app: Credential) -> dict[str, Any]:
    username, password = _required(sent, "username"), _required(sent, "password")
    _check_secret(exchange, sent, app)
    user = sessions.by_secret(exchange, "username", username)
    allowed = exchange.tenant.options["password_flow_enabled"]
    if user is None or not allowed or not sessions.living(exchange, user) or not sessions.password_fits(exchange, user, password):
        raise refuse("invalid_grant", "authentication failure", _password_story(exchange, user, allowed=allowed))
    return _signed(exchange, app, sessions.open_session(exchange, user, "api id"))


def _password_story(exchange: Exchange, user: Credential | None, *, allowed: bool) -> str:
    if not allowed:
        return "the org blocks the password flow (option password_flow_enabled)"
    if user is None:
        return "no such user"
    return "the password, or the security token behind it, is wrong" if sessions.living(exchange, user) else f"user {user.id} is not active"


def _jwt_bearer(exchange: Exchange, sent: Form, app: Credential) -> dict[str, Any]:
    claims = _verified(exchange, _required(sent, "assertion"))
    user = sessions.by_secret(exchange, "username", str(claims.get("sub", "")))
    if user is None or not exchange.tenant.options["jwt_preauthorised"]:
        raise refuse("invalid_grant", "user hasn't approved this consumer")
    _check_active(exchange, user)
    session = sessions.open_session(exchange, user, _scope(sent))
    whole = _answer(exchange, user, session)
    return {name: whole[name] for name in ("access_token", "scope", "instance_url", "id", "token_type")}


def _verified(exchange: Exchange, assertion: str) -> dict[str, Any]:
    """The claims of an assertion that the app's certificate proves and that has not expired."""
    import jwt

    try:
        unchecked = {"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False, "verify_sub": False}
        claims: dict[str, Any] = jwt.decode(assertion, _certificate(), algorithms=["RS256"], options=unchecked)  # type: ignore[arg-type]
        expires = float(claims["exp"])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise refuse("invalid_grant", "invalid assertion", f"{type(error).__name__}: {error}") from error
    if claims.get("aud") not in {"https://login.salesforce.com", "https://test.salesforce.com", exchange.base_url, _token_url(exchange)}:
        raise refuse("invalid_grant", "audience is invalid", f"aud is {claims.get('aud')!r}")
    # Clients sign with their machine's clock, and a tenant may live in another year: either clock will do.
    if expires <= min(exchange.now, wall_seconds()):
        raise refuse("invalid_grant", "invalid assertion", "the assertion has expired")
    return claims


def _token_url(exchange: Exchange) -> str:
    return f"{exchange.base_url}{auth.TOKEN_PATH}"


@lru_cache(1)
def _certificate() -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(auth.private_key().encode("ascii"), None).public_key()


def _authorization_code(exchange: Exchange, sent: Form, app: Credential) -> dict[str, Any]:
    secret, redirect_uri = _required(sent, "code"), _required(sent, "redirect_uri")
    held = exchange.tenant.credentials.token(sessions.lookup(sessions.CODE, secret))
    if held is None or held.facts["client"] != app.id:
        raise refuse("invalid_grant", "invalid authorization code")
    if held.revoked or held.expires_at is None or held.expires_at <= exchange.now:
        raise refuse("invalid_grant", "expired authorization code")
    if held.facts["redirect_uri"] != redirect_uri:
        raise refuse("redirect_uri_mismatch", "redirect_uri must match configuration")
    _check_verifier(sent, held)
    if "code_challenge" not in held.facts or auth.client_credentials(sent, exchange.header(b"authorization"))[1] is not None:
        _check_secret(exchange, sent, app)
    held.revoked = True
    user = exchange.tenant.credentials.get(held.credential_id)
    _check_active(exchange, user)
    refresh = sessions.new_refresh_token(exchange, user, held.facts["scope"])
    session = sessions.open_session(exchange, user, held.facts["scope"], refresh_token=refresh.secret)
    return {**_signed(exchange, app, session), "refresh_token": refresh.secret}


def _check_verifier(sent: Form, held: Token) -> None:
    challenge = held.facts.get("code_challenge")
    if challenge is None:
        return
    digest = hashlib.sha256(sent.get("code_verifier", "").encode("utf-8")).digest()
    if not sessions.same(base64.urlsafe_b64encode(digest).decode("ascii").rstrip("="), challenge):
        raise refuse("invalid_grant", "invalid code verifier")


FLOWS: dict[str, Callable[[Exchange, Form, Credential], dict[str, Any]]] = {
    "client_credentials": _client_credentials,
    "refresh_token": _refresh,
    "password": _password,
    JWT_GRANT: _jwt_bearer,
    "authorization_code": _authorization_code,
}


def _check_active(exchange: Exchange, user: Credential) -> None:
    if not sessions.living(exchange, user):
        raise refuse("inactive_user", "user is inactive", f"credential {user.id} was revoked or has expired")


# -- answers -----------------------------------------------------------------------------------------------------------


def _answer(exchange: Exchange, user: Credential, session: Token) -> dict[str, Any]:
    exchange.credential = user
    return {
        "access_token": session.secret,
        "scope": session.facts["scope"],
        "instance_url": exchange.base_url,
        "id": enrolled.identity_url(exchange, user),
        "token_type": "Bearer",
    }


def _signed(exchange: Exchange, app: Credential, session: Token) -> dict[str, Any]:
    """With the moment of issue, and the proof that id and moment come from somebody who knows the client secret."""
    user = exchange.tenant.credentials.get(session.credential_id)
    whole = _answer(exchange, user, session)
    issued_at = str(int(exchange.now * 1000))
    message = f"{whole['id']}{issued_at}".encode()
    digest = hmac.new(app.secrets["client_secret"].encode(), message, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode("ascii")
    return {
        "access_token": whole["access_token"], "signature": signature, "scope": whole["scope"], "instance_url": whole["instance_url"],
        "id": whole["id"], "token_type": "Bearer", "issued_at": issued_at, "api_instance_url": exchange.base_url,
    }  # fmt: skip


async def revoke(exchange: Exchange) -> Reply:
    """GET or POST /services/oauth2/revoke: a refresh token ends with its sessions, a session with the refresh token it came from."""
    secret = bodies.parameters(exchange).get("token")
    if not secret:
        raise refuse("invalid_request", "missing required parameter: token")
    held = exchange.tenant.credentials.token(sessions.lookup(sessions.kind_of(secret), secret))
    if held is None or held.revoked:
        raise refuse("invalid_token", "invalid token")
    held.revoked = True
    if held.kind == sessions.REFRESH:
        sessions.end_sessions_of(exchange, held.secret)
    return Reply(200, b"", b"text/html;charset=UTF-8")

"""How Salesforce's clients prove who they are: a user and a connected app for each credential, and the sessions they sign in for.

A credential is one user with one connected app. It is found by the app's client id, by the user's name, and by every token
issued to it. Sessions end on the tenant's clock when nobody used them for as long as the org's session timeout says.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import string
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

import orjson

from mock_servers.asymbl import ids, wire
from mock_servers.asymbl.envelope import NotAnEnvelope, read_envelope
from mock_servers.asymbl.security import API_ENABLED
from mock_servers.engine.credentials import BASE_URL
from mock_servers.engine.vendors import Credential, Reply, Token

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row, Store

KEY_FILE = Path(__file__).with_name("connected_app_key.pem")
"""The private key whose certificate every connected app of the sandbox has: making one for each would cost a second."""
TOKEN_PATH, REVOKE_PATH, USERINFO_PATH = "/services/oauth2/token", "/services/oauth2/revoke", "/services/oauth2/userinfo"
AUTHORIZE_PATH, CODE_SECONDS = "/services/oauth2/authorize", 900
IDENTITY_PATH, DATA_PATH = "/id/", "/services/data"
SOAP_PATHS = ("/services/Soap/u", "/services/Soap/c")
ACCESS, REFRESH, CODE = "access", "refresh", "code"
CLIENT, USER = "client", "user"
LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})
APP_SCOPE = "api id openid refresh_token web"
"""What the connected apps of the sandbox may ask for."""
API_SCOPES = frozenset({"api", "full"})

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
_SCHEMES = ("bearer", "oauth")
_USER_NUMBER = 62**2 * 1000
"""Above every user that a scenario has."""


def lookup(kind: str, secret: str) -> str:
    """Under which the engine finds a secret; user names compare without case."""
    return f"{kind} {secret.lower() if kind == USER else secret}"


class SalesforceSignIn:
    """Which secret a request presents: a session's for data, the app's client id to OAuth, the user's name to SOAP."""

    def presented(self, exchange: Exchange) -> str | None:
        path = exchange.path.rstrip("/")
        if path == TOKEN_PATH:
            client_id = client_of(form(exchange), exchange.header(b"authorization"))
            return None if client_id is None else lookup(CLIENT, client_id)
        if path == AUTHORIZE_PATH:
            client_id = {**dict(parse_qsl(exchange.raw_query.decode("latin-1"))), **form(exchange)}.get("client_id")
            return None if client_id is None else lookup(CLIENT, client_id)
        if path == REVOKE_PATH:
            token = {**dict(parse_qsl(exchange.raw_query.decode("latin-1"))), **form(exchange)}.get("token")
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
        if not exchange.may(API_ENABLED):
            return wire.error_reply(403, [wire.Problem("API_CURRENTLY_DISABLED", "API is disabled for this User")])
    token.expires_at = exchange.now + exchange.tenant.options["session_timeout_seconds"]
    return None


# -- reading what was sent ---------------------------------------------------------------------------------------------


def form(exchange: Exchange) -> dict[str, str]:
    """The fields of a form in the body, {} for what is none; the last one wins."""
    content_type = (exchange.header(b"content-type") or "").partition(";")[0].strip().lower()
    if content_type not in ("application/x-www-form-urlencoded", ""):
        return {}
    try:
        return dict(parse_qsl(exchange.body.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError:
        return {}


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


@lru_cache(1)
def private_key() -> str:
    return KEY_FILE.read_text("ascii")


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


# -- the user and the org ----------------------------------------------------------------------------------------------


def org_id(credential: Credential) -> str:
    """18 characters."""
    id15 = credential.secrets["access_token"].partition("!")[0]
    return id15 + ids.checksum(id15)


def identity_url(exchange: Exchange, credential: Credential) -> str:
    return f"{exchange.base_url}{IDENTITY_PATH}{org_id(credential)}/{user_row(exchange, credential)['id']}"


def user_row(exchange: Exchange, credential: Credential) -> Row:
    """The credential's user."""
    row = exchange.store.find("User", Username=credential.secrets["username"])
    if row is None:
        raise LookupError(f"the org has no user {credential.secrets['username']}: somebody took it out of the records")
    return row


def org_row(exchange: Exchange) -> Row:
    row = next(exchange.store.where("Organization"), None)
    if row is None:
        raise LookupError("the org's own record is gone: somebody took it out of the records")
    return row


def enroll(store: Store, credential: Credential, now: float) -> None:
    """The org knows each credential's user, under an id that only its number decides; and its own id."""
    _name_the_org(store, credential, now)
    username = credential.secrets["username"]
    id = ids.made("005", _USER_NUMBER + int(credential.id.rpartition("-")[2]))
    at = wire.moment(now)
    if store.find("User", Username=username) is not None:
        return
    if store.find("User", id=id) is not None:
        store.update("User", id, Username=username, Email=username)
        return
    store.insert(
        "User",
        {
            "id": id, "Username": username, "Email": username, "FirstName": "Integration", "LastName": "User",
            "Alias": "integ", "CommunityNickname": username.partition("@")[0], "IsActive": True, "UserType": "CloudIntegrationUser",
            "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
            "CreatedDate": at, "CreatedById": id, "LastModifiedDate": at, "LastModifiedById": id, "SystemModstamp": at,
        },
    )  # fmt: skip


def _name_the_org(store: Store, credential: Credential, now: float) -> None:
    id = org_id(credential)
    if store.find("Organization", id=id) is not None:
        return
    at = wire.moment(now)
    row = next(store.where("Organization"), None)
    if row is not None:
        store.delete("Organization", row["id"])
    else:
        row = {
            "Name": "Example Staffing", "OrganizationType": "Developer Edition", "InstanceName": "HS1", "IsSandbox": False,
            "DefaultLocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "TimeZoneSidKey": "GMT", "FiscalYearStartMonth": 1,
            "CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at,
        }  # fmt: skip
    store.insert("Organization", {**row, "id": id})

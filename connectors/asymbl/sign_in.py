"""Every way to a Salesforce session: the OAuth grants, the SOAP login, and a token that the customer already has.

Part of the room for Salesforce's format (see wire.py). No value of a credential and no token ever stands in a message: an
error names the way, the vendor's code and its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import orjson

from connectors.asymbl.refusals import DayUsedUp, refused
from connectors.asymbl.settings import Credential, Way
from connectors.transport.client import Client, NotSent, Reply
from connectors.transport.retry import PASSING_STATUSES, http_date, retry_after
from connectors.unified.errors import ConnectorError, RateLimited, Unauthorized, Unavailable, WrongHost

GRANTING = "/services/oauth2/token"
ASSERTION_LIVES = timedelta(minutes=3)
CLOCKS_DIFFER = timedelta(minutes=1)
BAD_ASSERTION = "invalid assertion"
"""How Salesforce calls one that has expired. Assumed: no source names the words for certain."""
SIGNED_BY = "RS256"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Session:
    """One session at one org."""

    token: str = field(repr=False)
    home: str
    """The org's own address, which all calls go to."""
    number: int
    """Counts the sessions of a connection: what belongs to one (a query's locator) is nothing to the next."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a way led to."""

    token: str = field(repr=False)
    home: str
    refresh_token: str | None = field(default=None, repr=False)


@dataclass
class SignIn:
    """Makes sessions; the refresh token that it holds may be replaced by the vendor."""

    client: Client
    credential: Credential
    api_version: str
    audience: str | None
    _made: int = 0
    _rotated: str | None = field(default=None, repr=False)
    _now: datetime | None = None
    """The vendor's time at the token endpoint's latest answer."""

    @property
    def renewable(self) -> bool:
        """Whether there is a way to a new session once one has ended: a token alone leads nowhere."""
        return self.credential.way != "access_token"

    def session(self) -> Session:
        """A new session, asked for once: whoever needs it is patient, and what the vendor refuses is not tried again, since repeated
        wrong passwords lock a user out.

        Raises:
            Unauthorized, WrongHost: it cannot be had.
            NotSent, RateLimited: not now. What it was needed for has certainly not been done.
        """
        try:
            granted = WAYS[self.credential.way](self)
        except Unavailable as trouble:
            raise NotSent(
                f"{trouble}", http_status=trouble.http_status, vendor_code=trouble.vendor_code, retry_after=trouble.retry_after
            ) from trouble
        if granted.refresh_token is not None:
            self._rotated = granted.refresh_token
        self._made += 1
        return Session(granted.token, self._trusted(granted.home), self._made)

    def _trusted(self, home: str) -> str:
        """The org's address as the vendor's answer gives it. It may be another host, but not a less safe one."""
        if not re.fullmatch(r"https?://[^/\s?#@]+/?", home):
            raise WrongHost("the sign-in gave no usable address of the org")
        if self.client.base_url.startswith("https:") and not home.startswith("https:"):
            raise WrongHost(f"the sign-in over https leads to {home}: the session would travel in the open")
        return home.rstrip("/")

    # -- OAuth ----------------------------------------------------------------------------------------------------

    def granted(self, grant: str, **form: str | None) -> Granted:
        """One answer of the token endpoint. Raises Unauthorized, RetryLater, WrongHost."""
        sent = {"grant_type": grant, **{name: value for name, value in form.items() if value is not None}}
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        reply = self.client.send("POST", GRANTING, headers=headers, body=urlencode(sent).encode())
        self._now = http_date(reply.headers.get("date")) or self._now
        answer = _answer(reply, f"signing in by {grant.rpartition(':')[2]}")
        token, home = answer.get("access_token"), answer.get("instance_url")
        if not isinstance(token, str) or not isinstance(home, str):
            raise WrongHost("the token endpoint's answer has no access_token or no instance_url")
        rotated = answer.get("refresh_token")
        return Granted(token, home, rotated if isinstance(rotated, str) else None)

    def client_credentials(self) -> Granted:
        given = self.credential
        return self.granted("client_credentials", client_id=given["client_id"], client_secret=given["client_secret"])

    def refresh_token(self) -> Granted:
        given = self.credential
        return self.granted(
            "refresh_token",
            refresh_token=self._rotated or given["refresh_token"],
            client_id=given["client_id"],
            client_secret=given.get("client_secret"),
        )

    def password(self) -> Granted:
        given = self.credential
        return self.granted(
            "password",
            username=given["username"],
            password=self._password(),
            client_id=given["client_id"],
            client_secret=given.get("client_secret"),
        )

    def jwt_bearer(self) -> Granted:
        """By the vendor's clock: if it refuses the assertion and tells another time than was counted on, once more by that time."""
        now = self._vendors_time()
        try:
            return self.granted(JWT_BEARER, assertion=self._assertion(now))
        except Unauthorized as refusal:
            # Only an assertion gets better by another time; a user who is switched off, or not approved, does not.
            if BAD_ASSERTION not in str(refusal) or self._now is None or abs(self._now - now) < CLOCKS_DIFFER:
                raise
        return self.granted(JWT_BEARER, assertion=self._assertion(self._now))

    def _assertion(self, now: datetime) -> str:
        given = self.credential
        claims = {
            "iss": given["client_id"],
            "sub": given["username"],
            "aud": self.audience or self.client.base_url,
            "exp": int((now + ASSERTION_LIVES).timestamp()),
        }
        try:
            return jwt.encode(claims, _signing_key(given["private_key"]), algorithm=SIGNED_BY)
        except (ValueError, TypeError, jwt.PyJWTError):
            # What the library says of a key may quote it.
            raise Unauthorized("signing in by jwt-bearer: private_key is no RSA private key in PEM form") from None

    def _vendors_time(self) -> datetime:
        """By the vendor's own clock, so that ours may be wrong: the list of versions needs no session."""
        reply = self.client.send("GET", "/services/data/", headers={"accept": "application/json"})
        now = http_date(reply.headers.get("date"))
        if reply.status in PASSING_STATUSES:
            raise Unavailable(f"GET /services/data/: {reply.status}", http_status=reply.status)
        if now is None:
            raise WrongHost("GET /services/data/: the answer has no Date header", http_status=reply.status)
        return now

    def _password(self) -> str:
        return self.credential["password"] + (self.credential.get("security_token") or "")

    # -- others ---------------------------------------------------------------------------------------------------

    def soap(self) -> Granted:
        """The older login, which needs no connected app (Salesforce ends it in summer 2027)."""
        envelope = SOAP_LOGIN.format(username=escape(self.credential["username"]), password=escape(self._password()))
        headers = {"content-type": "text/xml; charset=UTF-8", "soapaction": "login"}
        reply = self.client.send("POST", f"/services/Soap/u/{self.api_version}", headers=headers, body=envelope.encode())
        text = reply.body.decode("utf-8", "replace")
        token, server = _tag(text, "sessionId"), _tag(text, "serverUrl")
        if reply.status == 200 and token and server:
            parts = urlsplit(server)
            return Granted(token, f"{parts.scheme}://{parts.netloc}")
        fault = _tag(text, "faultstring")
        if fault is not None:
            code = (_tag(text, "sf:exceptionCode") or fault.partition(":")[0]).strip()
            if code in PASSING_FAULTS:
                raise _put_off(reply, [{"errorCode": code, "message": fault}], "signing in by SOAP")
            raise Unauthorized(f"signing in by SOAP: {fault}", http_status=reply.status, vendor_code=code)
        raise _no_answer(reply, "signing in by SOAP")

    def access_token(self) -> Granted:
        return Granted(self.credential["access_token"], self.credential.get("instance_url") or self.client.base_url)


WAYS: Mapping[Way, Callable[[SignIn], Granted]] = {
    "jwt_bearer": SignIn.jwt_bearer,
    "refresh_token": SignIn.refresh_token,
    "password": SignIn.password,
    "client_credentials": SignIn.client_credentials,
    "soap": SignIn.soap,
    "access_token": SignIn.access_token,
}

PASSING_FAULTS = frozenset({"REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE"})
"""SOAP faults that say nothing against the credential."""

SOAP_LOGIN = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com">'
    "<env:Body><urn:login><urn:username>{username}</urn:username><urn:password>{password}</urn:password></urn:login></env:Body>"
    "</env:Envelope>"
)


@lru_cache(maxsize=16)
def _signing_key(pem: str) -> Any:
    """The RSA key that a text holds. To check that its numbers make a key takes longer than all the rest of a short sync.

    Raises ValueError, TypeError, jwt.PyJWTError.
    """
    return jwt.get_algorithm_by_name(SIGNED_BY).prepare_key(pem)


def _tag(text: str, name: str) -> str | None:
    """Salesforce writes these tags without attributes; clients in use cut them out like this, too."""
    found = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
    return None if found is None else unescape(found[1])


def _answer(reply: Reply, operation: str) -> Mapping[str, Any]:
    """The token endpoint's answer. Its refusals are an object, unlike those of the API itself."""
    try:
        answer = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        if reply.status == 200 and reply.content_type == "application/json":
            raise Unavailable(f"{operation}: the answer is not whole", http_status=200, operation=operation) from None
        raise _no_answer(reply, operation) from None
    if isinstance(answer, list) and reply.status != 200:
        # What stands before the token endpoint (a limit, an outage) may speak as the API does.
        raise _put_off(reply, answer, operation)
    if not isinstance(answer, dict):
        raise _no_answer(reply, operation)
    if reply.status == 200:
        return answer
    code = answer.get("error")
    if not isinstance(code, str):
        raise _no_answer(reply, operation)
    told = f"{operation}: {code}: {answer.get('error_description', 'no description')}"
    kind = RateLimited if code == "rate_limit_exceeded" else Unauthorized
    raise kind(told, http_status=reply.status, vendor_code=code, operation=operation, retry_after=retry_after(reply.headers))


def _put_off(reply: Reply, told: list[Any], operation: str) -> ConnectorError:
    """The error that the API's array of errors means before there is a session."""
    refusal = refused(reply.status, told, operation, wait=retry_after(reply.headers))
    if isinstance(refusal, DayUsedUp):
        refusal.retry_after = None  # nobody can look into it without a session, so that waiting a little is all there is
    return refusal


def _no_answer(reply: Reply, operation: str) -> Unavailable | RateLimited | WrongHost:
    facts: dict[str, Any] = {"http_status": reply.status, "operation": operation}
    if reply.status == 429:
        return RateLimited(f"{operation}: {reply.status}", retry_after=retry_after(reply.headers), **facts)
    # Also as a page: what stands before Salesforce speaks no JSON.
    if reply.status in PASSING_STATUSES:
        return Unavailable(f"{operation}: {reply.status}", retry_after=retry_after(reply.headers), **facts)
    return WrongHost(f"{operation}: {reply.status} with {reply.content_type or 'nothing'}; is this a Salesforce org's address?", **facts)

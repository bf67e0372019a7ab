"""The web server flow's first half: a login page, and the code that the app's page is given once a user has signed in there."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from mock_servers.asymbl import auth, bodies, oauth, sessions
from mock_servers.engine.vendors import Credential, Refusal, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

HTML = b"text/html;charset=UTF-8"
_ASKED = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "prompt", "login_hint")
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Login</title></head><body><main><h1>Log in</h1>{problem}
<form method="post" action="{action}">{hidden}
<label>Username <input name="username" value="{username}" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button type="submit">Log In</button></form></main></body></html>
"""
_FAILED = '<p role="alert">Please check your username and password. If you still can\'t log in, contact your administrator.</p>'


async def show_login(exchange: Exchange) -> Reply:
    """GET /services/oauth2/authorize: a page to log in at."""
    asked = _asked(exchange)
    _check(exchange, asked)
    return _page(exchange, asked)


async def log_in(exchange: Exchange) -> Reply:
    """POST /services/oauth2/authorize: back to the app's page with a code, or once more the login page.

    In a browser the password stands alone: the security token is for programs.
    """
    asked, sent = _asked(exchange), bodies.form(exchange)
    app = _check(exchange, asked)
    user = sessions.by_secret(exchange, "username", sent.get("username", ""))
    if user is None or not sessions.living(exchange, user) or not sessions.same(sent.get("password", ""), user.secrets["password"]):
        exchange.why = "401: no such user, or the password is wrong"
        return _page(exchange, asked, failed=True)
    code = sessions.new_code(exchange, user, _facts(app, asked))
    state = {"state": asked["state"]} if "state" in asked else {}
    return _back(asked["redirect_uri"], {"code": code.secret, **state})


def _asked(exchange: Exchange) -> dict[str, str]:
    """What the app asks for: in the address, or in the form that carries it on."""
    told = bodies.parameters(exchange)
    return {name: told[name] for name in _ASKED if name in told}


def _check(exchange: Exchange, asked: dict[str, str]) -> Credential:
    """The app. Raises Refusal: as an error here when nobody can be sent back, else by sending the user back with the error."""
    app = sessions.by_secret(exchange, "client_id", asked.get("client_id", ""))
    if app is None:
        raise oauth.refuse("invalid_client_id", "client identifier invalid")
    if not _may_be_sent_to(asked.get("redirect_uri", "")):
        raise oauth.refuse("redirect_uri_mismatch", "redirect_uri must match configuration")
    if asked.get("response_type") != "code":
        raise Refusal(
            _back(asked["redirect_uri"], {"error": "unsupported_response_type", "error_description": "response type not supported"})
        )
    if asked.get("code_challenge_method", "S256") != "S256":
        raise Refusal(_back(asked["redirect_uri"], {"error": "invalid_request", "error_description": "invalid code challenge method"}))
    return app


def _may_be_sent_to(address: str) -> bool:
    """Whether a user can be sent there. What is put into a header must not be able to end it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    return plain and bool(parts.scheme) and parts.scheme.lower() not in ("javascript", "data") and not parts.fragment


def _facts(app: Credential, asked: dict[str, str]) -> dict[str, str]:
    challenge = {"code_challenge": asked["code_challenge"]} if "code_challenge" in asked else {}
    return {"client": app.id, "redirect_uri": asked["redirect_uri"], "scope": asked.get("scope") or sessions.APP_SCOPE, **challenge}


def _back(redirect_uri: str, told: dict[str, str]) -> Reply:
    joint = "&" if urlsplit(redirect_uri).query else "?"
    location = f"{redirect_uri}{joint}{urlencode(told)}"
    return Reply(302, content_type=HTML, headers=((b"location", location.encode("ascii")),))


def _page(exchange: Exchange, asked: dict[str, str], *, failed: bool = False) -> Reply:
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items())
    page = _PAGE.format(
        problem=_FAILED if failed else "", action=escape(f"{exchange.base_url}{auth.AUTHORIZE_PATH}"), hidden=hidden,
        username=escape(asked.get("login_hint", "")),
    )  # fmt: skip
    # The page must stand alone: nothing of it comes from elsewhere, and nobody may put it into a frame.
    guarded = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"), (b"cache-control", b"no-store"))
    return Reply(200 if not failed else 401, page.encode("utf-8"), HTML, guarded)

"""Sign-in: every OAuth flow and SOAP login gives a session that works; each refusal has Salesforce's own body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from mock_servers.engine.clock import wall_seconds
from tests.mock_servers.asymbl.conftest import DATA, Org

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN = """<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>
<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{}</n1:username><n1:password>{}</n1:password></n1:login></env:Body></env:Envelope>"""


def app(secrets: dict[str, str]) -> dict[str, str]:
    return {"client_id": secrets["client_id"], "client_secret": secrets["client_secret"]}


def assertion(secrets: dict[str, str], key: Any = None, **claims: Any) -> str:
    told = {
        "iss": secrets["client_id"],
        "sub": secrets["username"],
        "aud": "https://login.salesforce.com",
        "exp": int(wall_seconds()) + 180,
    }
    return jwt.encode({**told, **claims}, secrets["private_key"] if key is None else key, algorithm="RS256")


def flows(secrets: dict[str, str]) -> dict[str, dict[str, str]]:
    """The form of every flow that needs no browser."""
    password = secrets["password"] + secrets["security_token"]
    return {
        "client_credentials": {"grant_type": "client_credentials", **app(secrets)},
        "refresh_token": {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"], **app(secrets)},
        "password": {"grant_type": "password", "username": secrets["username"], "password": password, **app(secrets)},
        "jwt_bearer": {"grant_type": JWT_BEARER, "assertion": assertion(secrets)},
    }


def soap_login(org: Org, username: str, password: str) -> httpx.Response:
    body = LOGIN.format(username, password)
    return httpx.post(
        f"{org.tenant.base_url}/services/Soap/u/59.0", content=body, headers={"content-type": "text/xml", "SOAPAction": "login"}
    )


def between(text: str, name: str) -> str:
    """The element's text as clients cut it out: without prefix and attributes."""
    return text.partition(f"<{name}>")[2].partition(f"</{name}>")[0]


# -- what works --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flow", ["client_credentials", "refresh_token", "password", "jwt_bearer"])
def test_every_flow_gives_a_session_that_works(org: Org, flow: str) -> None:
    """And tells whose it is, where the API is, and by which id."""
    answer = org.token(**flows(org.secrets)[flow])

    told = answer.json()
    assert answer.status_code == 200, told
    assert org.with_session(told["access_token"]).status_code == 200
    assert (told["instance_url"], told["token_type"]) == (org.tenant.base_url, "Bearer")
    org_id, user_id = told["id"].removeprefix(f"{org.tenant.base_url}/id/").split("/")
    assert told["access_token"].startswith(f"{org_id[:15]}!")
    assert user_id in [row["id"] for row in org.rows("User")]
    assert "refresh_token" not in told


def test_the_signature_proves_the_identity(org: Org) -> None:
    """HMAC-SHA256 over id and moment, by the client secret; JWT bearer has neither moment nor signature."""
    told = org.token(**flows(org.secrets)["client_credentials"]).json()

    digest = hmac.new(org.secrets["client_secret"].encode(), f"{told['id']}{told['issued_at']}".encode(), hashlib.sha256).digest()

    assert base64.b64encode(digest).decode() == told["signature"]
    assert int(told["issued_at"]) == int(org.tenant.now() * 1000)
    assert set(org.token(**flows(org.secrets)["jwt_bearer"]).json()) == {"access_token", "scope", "instance_url", "id", "token_type"}


def test_the_app_may_come_by_http_basic(org: Org) -> None:
    secrets = org.secrets
    answer = httpx.post(
        f"{org.tenant.base_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(secrets["client_id"], secrets["client_secret"]),
    )

    assert org.with_session(answer.json()["access_token"]).status_code == 200


def test_the_parameters_may_stand_in_the_address(org: Org) -> None:
    """As many programs send them."""
    answer = httpx.post(f"{org.tenant.base_url}/services/oauth2/token", params=flows(org.secrets)["password"])

    assert org.with_session(answer.json()["access_token"]).status_code == 200
    assert org.secrets["password"] not in str([entry.raw for entry in org.tenant.journal()])


@pytest.mark.parametrize("scheme", ["Bearer", "OAuth", "bearer"])
def test_both_schemes_are_understood(org: Org, scheme: str) -> None:
    answer = org.http.get(f"{DATA}/limits", headers={"Authorization": f"{scheme} {org.secrets['access_token']}"})

    assert (answer.status_code, answer.headers["sforce-limit-info"]) == (200, "api-usage=1/100000")


def test_soap_login_gives_a_session(org: Org) -> None:
    """Its members stand without prefix and attributes, as clients cut them out."""
    answer = soap_login(org, org.secrets["username"].upper(), org.secrets["password"] + org.secrets["security_token"])

    assert answer.status_code == 200
    assert org.with_session(between(answer.text, "sessionId")).status_code == 200
    assert between(answer.text, "serverUrl") == f"{org.tenant.base_url}/services/Soap/u/59.0/{between(answer.text, 'organizationId')[:15]}"
    assert (between(answer.text, "passwordExpired"), between(answer.text, "sessionSecondsValid")) == ("false", "7200")


def test_soap_logout_ends_the_session(org: Org) -> None:
    session = org.secrets["access_token"]
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com"><e:Header><p:SessionHeader>'
        f"<p:sessionId>{session}</p:sessionId></p:SessionHeader></e:Header><e:Body><p:logout/></e:Body></e:Envelope>"
    )

    answer = httpx.post(f"{org.tenant.base_url}/services/Soap/u/59.0/{session[:15]}", content=body)

    assert answer.status_code == 200
    assert org.with_session(session).status_code == 401


def test_who_the_user_is(org: Org) -> None:
    """userinfo and the identity URL agree with the user's record; the identity takes its token from the query, too."""
    told = org.token(**flows(org.secrets)["password"]).json()
    bearer = {"Authorization": f"Bearer {told['access_token']}"}

    userinfo = httpx.get(f"{org.tenant.base_url}/services/oauth2/userinfo", headers=bearer).json()
    identity = httpx.get(told["id"], params={"oauth_token": told["access_token"], "format": "json"}).json()

    (user,) = [row for row in org.rows("User") if row["Username"] == org.secrets["username"]]
    assert (userinfo["sub"], userinfo["user_id"], userinfo["preferred_username"]) == (told["id"], user["id"], org.secrets["username"])
    assert (identity["id"], identity["user_id"], identity["username"]) == (told["id"], user["id"], org.secrets["username"])
    assert identity["organization_id"] == userinfo["organization_id"] == org.rows("Organization")[0]["id"]
    assert identity["urls"]["rest"] == f"{org.tenant.base_url}/services/data/v{{version}}/"


def test_links_follow_the_host_that_the_client_uses(org: Org, served: Any) -> None:
    """Over https, or under another name, the session is for there."""
    port = served.vendor_url("asymbl").rpartition(":")[2]
    form = flows(org.secrets)["client_credentials"]

    told = httpx.post(f"http://localhost:{port}/services/oauth2/token", data=form).json()

    assert told["instance_url"] == f"http://localhost:{port}"


# -- how sessions end --------------------------------------------------------------------------------------------------


def test_a_session_ends_when_nobody_uses_it(org: Org) -> None:
    """Two hours on the tenant's clock; each use begins them anew; a refresh helps afterwards."""
    session = org.secrets["access_token"]
    org.tenant.advance(7000)
    assert org.with_session(session).status_code == 200
    org.tenant.advance(7000)
    assert org.with_session(session).status_code == 200
    org.tenant.advance(7200)

    ended = org.with_session(session)

    assert (ended.status_code, ended.json()) == (401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
    fresh = org.token(**flows(org.secrets)["refresh_token"]).json()["access_token"]
    assert org.with_session(fresh).status_code == 200


def test_revoking_a_refresh_token_ends_its_sessions(org: Org) -> None:
    session = org.token(**flows(org.secrets)["refresh_token"]).json()["access_token"]

    assert org.http.post("/services/oauth2/revoke", data={"token": org.secrets["refresh_token"]}).status_code == 200

    assert org.with_session(session).status_code == 401
    refused = org.token(**flows(org.secrets)["refresh_token"])
    assert refused.json() == {"error": "invalid_grant", "error_description": "expired access/refresh token"}


def test_rotation_gives_a_new_refresh_token_and_ends_the_old(org: Org) -> None:
    org.tenant.set_options({"refresh_token_rotation": True})

    rotated = org.token(**flows(org.secrets)["refresh_token"]).json()

    assert org.token(**flows(org.secrets)["refresh_token"]).status_code == 400
    again = org.token(grant_type="refresh_token", refresh_token=rotated["refresh_token"], **app(org.secrets))
    assert again.status_code == 200


@pytest.mark.parametrize("flow", ["client_credentials", "refresh_token", "password", "jwt_bearer"])
def test_a_revoked_credential_signs_in_no_more(org: Org, flow: str) -> None:
    """Its sessions end with it; another credential of the org is untouched."""
    other = org.tenant.mint("Asymbl ATS User")
    sessions = [org.token(**flows(dict(secrets))[flow]).json()["access_token"] for secrets in (org.secrets, other.credential)]

    org.tenant.revoke(org.tenant.credential_id)

    assert [org.with_session(session).status_code for session in sessions] == [401, 200]
    assert org.token(**flows(org.secrets)[flow]).status_code == 400


def test_an_expired_credential_is_one_too_late(org: Org) -> None:
    """It ends at its moment with all that it was given; given time again, it can sign in again."""
    minted = org.tenant.mint("Asymbl ATS User", expires_in=60)
    secrets = dict(minted.credential)
    session = org.token(**flows(secrets)["client_credentials"]).json()["access_token"]
    org.tenant.advance(60)

    assert org.with_session(session).status_code == 401
    assert org.token(**flows(secrets)["client_credentials"]).json() == {"error": "inactive_user", "error_description": "user is inactive"}
    org.tenant._call("PATCH", f"/credentials/{minted.id}", {"expires_at": None})
    assert org.with_session(session).status_code == 200


def test_a_snapshot_keeps_sessions_as_they_were(org: Org) -> None:
    """What was opened before it works after a restore, what was opened since does not."""
    before = org.token(**flows(org.secrets)["client_credentials"]).json()["access_token"]
    org.tenant._call("POST", "/snapshots", {"name": "here"})
    since = org.token(**flows(org.secrets)["client_credentials"]).json()["access_token"]

    org.tenant._call("POST", "/snapshots/here/restore")

    assert [org.with_session(session).status_code for session in (before, since)] == [200, 401]
    assert org.token(**flows(org.secrets)["refresh_token"]).status_code == 200


def test_a_fork_has_users_and_sessions_of_its_own(org: Org) -> None:
    """Under its own name; the origin's session opens nothing there."""
    org.create("Contact", LastName="Novak")

    fork = org.tenant.fork()
    try:
        secrets = dict(fork.credential)
        told = org.token(**flows(secrets)["password"]).json()
        count = org.http.get(
            f"{DATA}/query", params={"q": "SELECT COUNT() FROM Contact"}, headers={"Authorization": f"Bearer {told['access_token']}"}
        )
        assert count.json()["totalSize"] == 1
        assert secrets["username"] in [row["Username"] for row in fork.records("User")]
        assert org.secrets["username"] not in [row["Username"] for row in fork.records("User")]
        assert len({told["access_token"][:15], org.secrets["access_token"][:15]}) == 2
    finally:
        fork.delete()


def test_a_renamed_user_is_the_same_person(org: Org) -> None:
    """Sessions and identity stay."""
    told = org.token(**flows(org.secrets)["password"]).json()
    (user,) = [row for row in org.rows("User") if row["Username"] == org.secrets["username"]]
    org.tenant.update("User", user["id"], {"Username": "renamed@nowhere.example"})

    identity = httpx.get(told["id"], params={"oauth_token": told["access_token"]}).json()

    assert (identity["user_id"], identity["username"]) == (user["id"], "renamed@nowhere.example")


def test_every_minted_credential_has_its_own_user(org: Org) -> None:
    """With its own rights, whatever way it signed in."""
    other = dict(org.tenant.mint(["API Enabled"]).credential)
    told = org.token(**flows(other)["client_credentials"]).json()

    refused = org.http.post(f"{DATA}/sobjects/Contact", json={"LastName": "x"}, headers={"Authorization": f"Bearer {told['access_token']}"})

    assert refused.status_code == 404
    assert told["id"] != org.token(**flows(org.secrets)["client_credentials"]).json()["id"]


# -- refusals ----------------------------------------------------------------------------------------------------------


def _changed(form: dict[str, str], **changes: str | None) -> dict[str, str]:
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


REFUSALS = {
    "unknown grant": ("password", {"grant_type": "wish"}, "unsupported_grant_type", "grant type not supported"),
    "no grant": ("password", {"grant_type": None}, "unsupported_grant_type", "grant type not supported"),
    "unknown app": ("password", {"client_id": "3MVG9nobody"}, "invalid_client_id", "client identifier invalid"),
    "no app": ("password", {"client_id": None}, "invalid_request", "missing required parameter: client_id"),
    "wrong secret": ("client_credentials", {"client_secret": "x"}, "invalid_client", "invalid client credentials"),
    "no secret": ("client_credentials", {"client_secret": None}, "invalid_client", "invalid client credentials"),
    "wrong password": ("password", {"password": "x"}, "invalid_grant", "authentication failure"),
    "unknown user": ("password", {"username": "nobody@nowhere.example"}, "invalid_grant", "authentication failure"),
    "no username": ("password", {"username": None}, "invalid_request", "missing required parameter: username"),
    "unknown refresh token": ("refresh_token", {"refresh_token": "5Aep861x"}, "invalid_grant", "expired access/refresh token"),
    "no assertion": ("jwt_bearer", {"assertion": None}, "invalid_request", "missing required parameter: client_id"),
    "not an assertion": ("jwt_bearer", {"assertion": "a.b.c"}, "invalid_request", "missing required parameter: client_id"),
    "scope": ("client_credentials", {"scope": "everything"}, "invalid_scope", "the requested scope is not allowed"),
    "no scope left": ("client_credentials", {"scope": "refresh_token"}, "invalid_grant", "no valid scopes defined"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_bad_request_for_a_token_is_told_why(org: Org, case: str) -> None:
    """400 with an object, in Salesforce's words."""
    flow, changes, error, description = REFUSALS[case]

    refused = org.token(**_changed(flows(org.secrets)[flow], **changes))

    assert (refused.status_code, refused.json()) == (400, {"error": error, "error_description": description})
    assert refused.headers["content-type"] == "application/json;charset=UTF-8"


@pytest.mark.parametrize(
    ("option", "flow", "description"),
    [
        ("password_flow_enabled", "password", "authentication failure"),
        ("client_credentials_user", "client_credentials", "no client credentials user enabled"),
        ("jwt_preauthorised", "jwt_bearer", "user hasn't approved this consumer"),
    ],
)
def test_what_an_org_can_switch_off(org: Org, option: str, flow: str, description: str) -> None:
    org.tenant.set_options({option: False})

    assert org.token(**flows(org.secrets)[flow]).json() == {"error": "invalid_grant", "error_description": description}


def test_the_password_alone_does_from_a_trusted_address_only(org: Org) -> None:
    alone = _changed(flows(org.secrets)["password"], password=org.secrets["password"])
    assert org.token(**alone).status_code == 400

    org.tenant.set_options({"security_token_required": False})

    assert org.token(**alone).status_code == 200


@pytest.mark.parametrize(
    ("claims", "description"),
    [
        ({"sub": "nobody@nowhere.example"}, "user hasn't approved this consumer"),
        ({"aud": "https://example.com"}, "audience is invalid"),
        ({"exp": 1}, "invalid assertion"),
        ({"exp": None}, "invalid assertion"),
    ],
)
def test_an_assertion_must_hold(org: Org, claims: dict[str, Any], description: str) -> None:
    refused = org.token(grant_type=JWT_BEARER, assertion=assertion(org.secrets, **claims))

    assert refused.json() == {"error": "invalid_grant", "error_description": description}


def test_an_assertion_must_be_signed_by_the_apps_key(org: Org) -> None:
    """Neither another key nor another algorithm will do."""
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    unsigned = jwt.encode({"iss": org.secrets["client_id"], "sub": org.secrets["username"]}, "", algorithm="none")

    for forged in (assertion(org.secrets, stranger), unsigned):
        refused = org.token(grant_type=JWT_BEARER, assertion=forged)
        assert refused.json() == {"error": "invalid_grant", "error_description": "invalid assertion"}


def test_client_credentials_need_the_my_domain(org: Org, served: Any) -> None:
    """login.salesforce.com knows nobody's app."""
    form = flows(org.secrets)["client_credentials"]

    refused = org.http.post("/services/oauth2/token", data=form, headers={"host": "login.salesforce.com"})

    assert refused.json() == {"error": "invalid_grant", "error_description": "request not supported on this domain"}


def test_soap_login_fails_with_a_fault(org: Org) -> None:
    """500, and the two prefixed members that clients read."""
    failed = soap_login(org, org.secrets["username"], org.secrets["password"])

    assert failed.status_code == 500
    assert "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in failed.text
    assert between(failed.text, "faultstring") == "INVALID_LOGIN: Invalid username, password, security token; or user locked out."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
        b'<e:Envelope xmlns:e="x"><e:Body/></e:Envelope>',
        b'<e:Envelope xmlns:e="x"><e:Body><wish/></e:Body></e:Envelope>',
    ],
)
def test_what_is_no_call_is_a_fault(org: Org, body: bytes) -> None:
    failed = httpx.post(f"{org.tenant.base_url}/services/Soap/u/59.0", content=body)

    assert (failed.status_code, between(failed.text, "faultcode")) == (500, "soapenv:Client")


@pytest.mark.parametrize(
    ("header", "code", "message"),
    [
        (None, "INVALID_SESSION_ID", "Session expired or invalid"),
        ("Bearer 00D!nobody", "INVALID_SESSION_ID", "Session expired or invalid"),
        ("Bearer", "INVALID_SESSION_ID", "Session expired or invalid"),
        ("Basic Zm9vOmJhcg==", "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
    ],
)
def test_the_api_is_closed_without_a_session(org: Org, header: str | None, code: str, message: str) -> None:
    headers = {} if header is None else {"Authorization": header}

    refused = httpx.get(f"{org.tenant.base_url}{DATA}/limits", headers=headers)

    assert (refused.status_code, refused.json()) == (401, [{"message": message, "errorCode": code}])


def test_a_session_for_something_else_is_none_for_the_api(org: Org) -> None:
    """jsforce does not try to refresh on these words."""
    session = org.token(**flows(org.secrets)["client_credentials"], scope="openid").json()["access_token"]

    refused = org.with_session(session)

    assert refused.status_code == 401
    assert refused.json()[0]["message"] == "This session is not valid for use with the REST API"


def test_a_user_without_the_api_is_told_so(org: Org) -> None:
    other = org.tenant.mint(["Contact: read"]).credential

    refused = org.with_session(other["access_token"])

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "API_CURRENTLY_DISABLED")


@pytest.mark.parametrize(("token", "words"), [(None, "Missing_OAuth_Token"), ("00D!x", "Bad_OAuth_Token")])
def test_userinfo_refuses_in_words(org: Org, token: str | None, words: str) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    refused = httpx.get(f"{org.tenant.base_url}/services/oauth2/userinfo", headers=headers)

    assert (refused.status_code, refused.text) == (403, words)


def test_nobody_elses_identity_is_shown(org: Org) -> None:
    told = org.token(**flows(org.secrets)["password"]).json()
    base, _, user_id = told["id"].rpartition("/")

    refused = httpx.get(f"{base}/{user_id[:-4]}zAAA", headers={"Authorization": f"Bearer {told['access_token']}"})

    assert (refused.status_code, refused.text) == (403, "Bad_Id")


def test_the_daily_allowance_is_the_orgs(org: Org) -> None:
    """403, not 429; signing in costs nothing; the next day it is there again."""
    other = org.tenant.mint("Asymbl ATS User").credential["access_token"]
    org.tenant._call("PUT", "/rate_limit", {"on": True, "requests": 2})
    assert org.token(**flows(org.secrets)["client_credentials"]).status_code == 200
    left = org.with_session(other).json()["DailyApiRequests"]
    assert left == {"Max": 2, "Remaining": 1}
    assert org.with_session(org.secrets["access_token"]).headers["sforce-limit-info"] == "api-usage=2/2"

    over = org.with_session(other)

    assert (over.status_code, over.json()) == (
        403,
        [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}],
    )
    org.tenant.advance(24 * 3600)
    fresh = org.token(**flows(org.secrets)["client_credentials"]).json()["access_token"]
    assert org.with_session(fresh).status_code == 200


def test_no_secret_is_in_the_journal(org: Org) -> None:
    """Neither what was minted nor what was issued, in forms, XML, headers and answers."""
    issued = [org.token(**form).json()["access_token"] for form in flows(org.secrets).values()]
    soap = soap_login(org, org.secrets["username"], org.secrets["password"] + org.secrets["security_token"])
    soap_login(org, org.secrets["username"], "a-wrong-password")
    org.with_session(issued[0])

    journal = str([entry.raw for entry in org.tenant.journal()])

    assert len(org.tenant.journal()) == 7
    secrets = [org.secrets[name] for name in ("password", "security_token", "client_secret", "refresh_token", "access_token")]
    for secret in (*secrets, *issued, between(soap.text, "sessionId"), "a-wrong-password", "eyJ"):
        assert secret not in journal


# -- the web server flow -----------------------------------------------------------------------------------------------

BACK = "https://app.example/back?keep=1"


def at_login(org: Org, method: str = "POST", **changes: str | None) -> httpx.Response:
    asked = {"response_type": "code", "client_id": org.secrets["client_id"], "redirect_uri": BACK, "state": "a&b"}
    login = {"username": org.secrets["username"], "password": org.secrets["password"]} if method == "POST" else {}
    told = _changed({**asked, **login}, **changes)
    sent = {"data": told} if method == "POST" else {"params": told}
    return org.http.request(method, "/services/oauth2/authorize", headers={"Authorization": ""}, **sent)


def exchanged(org: Org, code: str, **changes: str | None) -> httpx.Response:
    return org.token(**_changed({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **app(org.secrets)}, **changes))


def test_a_user_logs_in_and_the_app_gets_a_code_for_a_session(org: Org) -> None:
    """Once; with a refresh token that works."""
    page = at_login(org, "GET")
    assert (page.status_code, "a&amp;b" in page.text) == (200, True)
    back = httpx.URL(at_login(org).headers["location"])
    assert (back.host, back.params["keep"], back.params["state"]) == ("app.example", "1", "a&b")

    told = exchanged(org, back.params["code"]).json()

    assert org.with_session(told["access_token"]).status_code == 200
    again = org.token(grant_type="refresh_token", refresh_token=told["refresh_token"], **app(org.secrets))
    assert again.status_code == 200
    assert exchanged(org, back.params["code"]).json()["error_description"] == "expired authorization code"


def test_a_code_is_bound_to_its_page_its_challenge_and_its_time(org: Org) -> None:
    """PKCE takes the place of the client secret."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"a long verifier").digest()).decode().rstrip("=")
    codes = [httpx.URL(at_login(org, code_challenge=challenge).headers["location"]).params["code"] for _ in range(3)]

    other_page = exchanged(org, codes[0], redirect_uri="https://other.example/")
    no_verifier = exchanged(org, codes[0])
    good = exchanged(org, codes[1], code_verifier="a long verifier", client_secret=None)
    org.tenant.advance(901)
    late = exchanged(org, codes[2], code_verifier="a long verifier")

    assert [one.json().get("error") for one in (other_page, no_verifier, late)] == [
        "redirect_uri_mismatch",
        "invalid_grant",
        "invalid_grant",
    ]
    assert good.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "where"),
    [
        ({"password": "wrong"}, 401, "check your username"),
        ({"username": "nobody@nowhere.example"}, 401, "check your username"),
        ({"client_id": "nobody"}, 400, "invalid_client_id"),
        ({"redirect_uri": None}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": "javascript:alert(1)"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://app.example/\r\nset-cookie: a=b"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://[app"}, 400, "redirect_uri_mismatch"),
        ({"response_type": "token"}, 302, "error=unsupported_response_type"),
        ({"code_challenge_method": "plain"}, 302, "error=invalid_request"),
    ],
)
def test_a_login_that_leads_nowhere(org: Org, changes: dict[str, str | None], status: int, where: str) -> None:
    refused = at_login(org, **changes)

    assert refused.status_code == status
    assert where in refused.text + refused.headers.get("location", "")
    assert "code=" not in refused.headers.get("location", "")

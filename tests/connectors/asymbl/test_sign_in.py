"""Every way to a session, what renews it, and that no secret is ever told."""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.asymbl.connector import connect
from connectors.asymbl.settings import credential
from connectors.unified.errors import Invalid, RateLimited, Unauthorized, Unavailable, WrongHost
from tests.connectors.asymbl.org import APP, EVERYTHING, Org, as_json, connected, only, small_org
from tests.connectors.fake_http import Answer, FakeServer, running

USER = {"username": "ada@acme.test", "password": "pass&word", "security_token": "TOKEN"}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture
def org() -> Org:
    return small_org()


def names(asymbl) -> list[str]:
    return [record.values["last_name"] for page in asymbl.read("users", only("Users")) for record in page.records]


def form(fake: FakeServer) -> dict[str, str]:
    return dict(parse_qsl(next(asked for asked in fake.asked if asked.path.endswith("/token")).body.decode()))


# --------------------------------------------------------------------------------------------------------------- ways


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (APP, {"grant_type": "client_credentials", **APP}),
        ({**APP, "refresh_token": "refresh-0"}, {"grant_type": "refresh_token", "refresh_token": "refresh-0", **APP}),
        (
            {"client_id": APP["client_id"], "refresh_token": "refresh-0"},
            {"grant_type": "refresh_token", "refresh_token": "refresh-0", "client_id": APP["client_id"]},
        ),
        ({**APP, **USER}, {"grant_type": "password", "username": "ada@acme.test", "password": "pass&wordTOKEN", **APP}),
    ],
    ids=["client_credentials", "refresh_token", "refresh_token without secret", "password"],
)
def test_a_grant_is_a_form_and_its_answer_a_session(fake, org, given, sent):
    """One sign-in serves a whole connection, and the token travels as a bearer."""
    asymbl = connected(fake, org, credential=given)

    assert sorted(names(asymbl)) == ["Byron", "Gone"]
    assert form(fake) == sent
    assert fake.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
    names(asymbl)
    assert len([asked for asked in fake.asked if asked.path.endswith("/token")]) == 1
    assert {asked.headers["authorization"] for asked in fake.asked[1:]} == {f"Bearer {next(iter(org.tokens))}"}


def test_a_signed_assertion_lives_by_the_vendors_clock(fake, org, key):
    """Ours may be wrong; the vendor refuses what is too old or too young."""
    given = {"client_id": APP["client_id"], "username": "ada@acme.test", "private_key": pem(key)}
    names(connected(fake, org, credential=given))
    sent = form(fake)
    claims = jwt.decode(sent["assertion"], key.public_key(), algorithms=["RS256"], audience=fake.base_url, options={"verify_exp": False})

    assert sent["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert claims == {"iss": APP["client_id"], "sub": "ada@acme.test", "aud": fake.base_url, "exp": 1772442180}


def test_an_assertion_by_a_wrong_clock_is_signed_again_by_the_right_one(fake, org, key):
    """The refusal tells the time. Without another time in it, or for another reason, it is just a refusal and not sent again."""
    given = {"client_id": "c", "username": "u", "private_key": pem(key)}
    refused = {"error": "invalid_grant", "error_description": "invalid assertion"}
    clocks = ["Mon, 02 Mar 2026 15:00:00 GMT"]
    org.before = lambda asked: as_json(refused, 400, Date=clocks.pop()) if clocks and asked.method == "POST" else None
    names(connected(fake, org, credential=given))
    first, second = [dict(parse_qsl(asked.body.decode())) for asked in fake.asked if asked.path.endswith("/token")]
    lives = [jwt.decode(sent["assertion"], options={"verify_signature": False})["exp"] for sent in (first, second)]
    assert lives[1] - lives[0] == 6 * 3600
    for answer in (as_json(refused, 400), as_json({"error": "inactive_user"}, 400, Date="Mon, 02 Mar 2026 15:00:00 GMT")):
        org.before = lambda asked, answer=answer: answer if asked.method == "POST" else None  # type: ignore[misc]
        tried = len(fake.asked)
        with pytest.raises(Unauthorized):
            names(connected(fake, org, credential=given))
        assert len([asked for asked in fake.asked[tried:] if asked.path.endswith("/token")]) == 1


def test_the_audience_may_be_named(fake, org, key):
    given = {"client_id": "c", "username": "u", "private_key": pem(key)}
    names(connected(fake, org, credential=given, audience="https://login.salesforce.com"))

    claims = jwt.decode(form(fake)["assertion"], options={"verify_signature": False})
    assert claims["aud"] == "https://login.salesforce.com"


def test_the_older_login_needs_no_app(fake, org):
    """XML in, XML out; the password is escaped, and the org's address is that of the server it names."""
    assert sorted(names(connected(fake, org, credential=USER))) == ["Byron", "Gone"]
    assert fake.asked[0].path == "/services/Soap/u/63.0"
    assert fake.asked[0].headers["soapaction"] == "login"


def test_a_token_alone_will_do(fake, org):
    asymbl = connected(fake, org, credential={"access_token": org.session(), "instance_url": fake.base_url})

    assert sorted(names(asymbl)) == ["Byron", "Gone"]
    assert not [asked for asked in fake.asked if "oauth2" in asked.path]


@pytest.mark.parametrize("given", [APP, USER], ids=["grant", "SOAP"])
def test_the_answers_address_is_followed(fake, org, given):
    """Signing in happens at the entry, everything else at the org's own address."""
    with running() as elsewhere:
        elsewhere.script = org
        org.instance = elsewhere.base_url
        asymbl = connected(fake, org, credential=given)
        (job, *_) = [record for page in asymbl.read("jobs", only("Jobs")) for record in page.records]

        assert len(fake.asked) == 1
        assert len(elsewhere.asked) > 1
        assert job.values["remote_url"].startswith(elsewhere.base_url)
        asymbl.close()


@pytest.mark.parametrize("home", ["ftp://x.test", "https://ada:pw@x.test", "https://x.test/path", "nonsense"])
def test_an_address_that_is_none_is_not_followed(fake, org, home):
    org.instance = home
    with pytest.raises(WrongHost):
        names(connected(fake, org))


def test_the_first_of_several_ways_is_taken_unless_another_is_named():
    everything = {**APP, **USER, "refresh_token": "r", "private_key": "k", "access_token": "t"}
    without_token = {name: value for name, value in everything.items() if name != "access_token"}

    assert credential(everything).way == credential(without_token).way == "jwt_bearer"
    assert credential({**USER, "access_token": "t"}).way == "soap"
    assert credential(everything, "access_token").way == "access_token"
    assert credential({"access_token": "t"}).way == "access_token"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "nothing"),
        ({"client_id": "c"}, "client_id"),
        ({"client_secret": "very secret"}, "client_secret"),
        ({**APP, "colour": "red"}, "colour"),
        ({"access_token": "   "}, "nothing"),
    ],
)
def test_a_credential_that_cannot_work_is_refused_at_the_door(given, named):
    with pytest.raises(Invalid, match=named) as caught:
        connect(base_url="https://acme.my.salesforce.com", credential=given)

    assert "very secret" not in str(caught.value)


@pytest.mark.parametrize("way", ["soap", "magic"])
def test_a_way_that_is_closed_is_refused_at_the_door(way):
    with pytest.raises(Invalid, match="sign_in"):
        connect(base_url="https://acme.my.salesforce.com", credential=APP, settings={"sign_in": way})


# ----------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (("invalid_grant", "authentication failure"), Unauthorized),
        (("invalid_client_id", "client identifier invalid"), Unauthorized),
        (("invalid_client", "invalid client credentials"), Unauthorized),
        (("unsupported_grant_type", "grant type not supported"), Unauthorized),
        (("inactive_user", "user is inactive"), Unauthorized),
        (("rate_limit_exceeded", "login rate exceeded"), RateLimited),
    ],
)
def test_a_refused_sign_in_is_told_in_the_vendors_words(fake, org, refusal, kind):
    org.refuse_sign_in = refusal
    with pytest.raises(kind, match=refusal[1]) as caught:
        names(connected(fake, org))

    assert caught.value.vendor_code == refusal[0]


@pytest.mark.parametrize("way", ["password", "soap"])
def test_a_password_is_handed_on_to_the_last_blank(fake, org, way):
    """A person chose it. What a machine made has no blanks at its ends, and an end of line is nobody's choice."""
    org.password = " pass word "
    pasted = {
        "username": " ada@acme.test\n",
        "password": " pass word \r\n",
        "security_token": "TOKEN\n",
        "client_id": f"{APP['client_id']} ",
    }

    assert list(connected(fake, org, credential=pasted, sign_in=way).read("users", only("Users")))


@pytest.mark.parametrize("given", [{**APP, "client_secret": "wrong"}, {**USER, "password": "wrong"}], ids=["grant", "SOAP"])
def test_a_wrong_secret_is_tried_once_and_never_told(fake, org, given):
    """Repeating it would lock the user out."""
    with pytest.raises(Unauthorized) as caught:
        names(connected(fake, org, credential=given))

    assert len(fake.asked) == 1
    assert not [secret for secret in ("wrong", "TOKEN", APP["client_secret"]) if secret in str(caught.value)]


def test_a_key_that_is_none_is_not_quoted(fake, org):
    given = {"client_id": "c", "username": "u", "private_key": "-----BEGIN secret stuff"}
    with pytest.raises(Unauthorized, match="private_key") as caught:
        names(connected(fake, org, credential=given))

    assert "secret stuff" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>hello</html>", {"Content-Type": "text/html"}),
        Answer(404, b"not here", {"Content-Type": "text/plain"}),
        as_json({"hello": "world"}),
        as_json([]),
    ],
    ids=["a web page", "nothing", "another service", "an array"],
)
def test_whoever_is_no_salesforce_is_told_apart(fake, org, answer):
    org.before = lambda asked: answer
    with pytest.raises(WrongHost):
        names(connected(fake, org))


def test_an_outage_is_waited_out(fake, org):
    waits: list[float] = []
    answers = [Answer(503, b"", {}), Answer(200, b'{"access_to', {"Content-Type": "application/json"}), Answer(cut="before")]
    org.before = lambda asked: answers.pop(0) if answers else None

    assert len(names(connected(fake, org, waits=waits))) == 2
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), (503, "SERVER_UNAVAILABLE", "Try again later")],
)
def test_trouble_in_the_apis_own_words_is_waited_out_as_well(fake, org, status, code, message):
    waits: list[float] = []
    answers = [as_json([{"message": message, "errorCode": code}], status)]
    org.before = lambda asked: answers.pop() if answers else None

    assert len(names(connected(fake, org, waits=waits))) == 2
    assert len(waits) == 1


def test_a_lasting_outage_ends(fake, org):
    org.before = lambda asked: Answer(503, b"", {})
    with pytest.raises(Unavailable):
        names(connected(fake, org))


# ------------------------------------------------------------------------------------------------------------ renewal


def test_a_session_that_ends_on_the_way_is_renewed_once_and_nothing_is_lost(fake, org):
    asymbl = connected(fake, org)
    names(asymbl)
    org.end_sessions()

    assert sorted(names(asymbl)) == ["Byron", "Gone"]
    assert [asked.path for asked in fake.asked].count("/services/oauth2/token") == 2


def test_each_end_of_a_session_is_a_cause_of_its_own(fake, org):
    asymbl = connected(fake, org)
    for _ in range(3):
        assert len(names(asymbl)) == 2
        org.end_sessions()

    assert [asked.path for asked in fake.asked].count("/services/oauth2/token") == 3


def test_a_new_session_that_is_refused_as_well_is_no_cause_for_a_third(fake, org):
    """Or client and server would go on for ever."""
    org.after = lambda asked, answer: answer
    asymbl = connected(fake, org)
    names(asymbl)
    ended = as_json([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401)
    org.before = lambda asked: None if "oauth2" in asked.path else ended
    with pytest.raises(Unauthorized):
        names(asymbl)

    assert [asked.path for asked in fake.asked].count("/services/oauth2/token") == 2


def test_a_bare_token_cannot_be_renewed_and_is_not_tried_again(fake, org):
    asymbl = connected(fake, org, credential={"access_token": "00D!dead"})
    with pytest.raises(Unauthorized) as caught:
        names(asymbl)

    assert len(fake.asked) == 1
    assert "00D!dead" not in str(caught.value)


def test_a_session_that_is_not_for_this_api_is_not_renewed(fake, org):
    """A new one would be no better. (Salesforce says so under the same code.)"""
    text = "This session is not valid for use with the REST API"
    asymbl = connected(fake, org)
    org.before = lambda asked: None if "oauth2" in asked.path else as_json([{"message": text, "errorCode": "INVALID_SESSION_ID"}], 401)
    with pytest.raises(Unauthorized, match="not valid for use"):
        names(asymbl)

    assert [asked.path for asked in fake.asked].count("/services/oauth2/token") == 1


def test_a_rotated_refresh_token_takes_the_place_of_the_old_one(fake, org):
    org.rotate = True
    asymbl = connected(fake, org, credential={**APP, "refresh_token": "refresh-0"})
    names(asymbl)
    org.end_sessions()

    assert len(names(asymbl)) == 2
    assert "refresh-0" not in fake.asked[-3].body.decode()


def test_a_write_in_an_ended_session_did_nothing_and_is_sent_again(fake, org):
    asymbl = connected(fake, org)
    names(asymbl)
    org.end_sessions()
    reply = asymbl.passthrough("POST", "/services/data/v63.0/sobjects/Contact", data={"LastName": "New"})

    assert reply.status == 201
    assert len([row for row in org.tables["Contact"].values() if row["LastName"] == "New"]) == 1


def test_no_token_stands_in_what_is_shown(fake, org):
    asymbl = connected(fake, org)
    names(asymbl)
    shown = f"{asymbl._wire._session!r} {asymbl._wire._sign_in!r} {asymbl._wire._sign_in.credential!r}"

    assert not [secret for secret in (*org.tokens, APP["client_secret"]) if secret in shown]


# -------------------------------------------------------------------------------------------------------- passthrough


def test_a_raw_call_goes_to_the_orgs_address_in_our_session(fake, org):
    asymbl = connected(fake, org)
    reply = asymbl.passthrough("GET", "/services/data/v63.0/query", params={"q": "SELECT Id FROM User LIMIT 1"})

    assert (reply.status, reply.data["totalSize"]) == (200, 1)


def test_a_raw_calls_refusal_is_an_answer(fake, org):
    asymbl = connected(fake, org, credential={"access_token": "00D!dead"})
    reply = asymbl.passthrough("GET", "/services/data/v63.0/query", params={"q": "SELECT Id FROM User"})

    assert (reply.status, reply.data[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


@pytest.mark.parametrize("path", ["//evil.test/x", "/services/../../x", "services/data"])
def test_a_raw_call_cannot_leave_the_org(fake, org, path):
    with pytest.raises(Invalid):
        connected(fake, org).passthrough("GET", path)


def test_a_raw_call_cannot_bring_another_authorization(fake, org):
    with pytest.raises(Invalid, match="authorization"):
        connected(fake, org).passthrough("GET", "/services/data", headers={"Authorization": "Basic " + base64.b64encode(b"a:b").decode()})


def test_an_api_path_left_on_the_base_url_is_taken_off(fake, org):
    fake.script = org
    asymbl = connect(base_url=f"{fake.base_url}/services/data/v63.0/", credential=APP, sleep=lambda seconds: None)

    assert len(list(asymbl.read("users", EVERYTHING))) == 1

"""Tokens: what a sign-in issues leads to its credential until it ends, on the tenant's clock, and is masked like any secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import orjson
import pytest

from mock_servers.engine.credentials import BASE_URL
from mock_servers.engine.exchange import Exchange
from mock_servers.engine.rate_limit import RateLimit
from mock_servers.engine.server import Sandbox
from mock_servers.engine.store import Store
from mock_servers.engine.vendors import Credential, Operation, RateLimitDefaults, Reply, Token
from tests.mock_servers.engine import parcel
from tests.mock_servers.engine.parcel import INVENTED

HOUR = 3600
FIXTURES = Path(__file__).parent / "fixtures"


class SignedIn(parcel.BearerTokens):
    """The parcel service once its clients sign in: the minted secret opens only the door to a token."""

    def presented(self, exchange: Exchange) -> str | None:
        return exchange.body.decode() if exchange.path == "/v1/sign-in" else super().presented(exchange)

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        lookup, secrets = super().mint(tenant_name, number, seed)
        return lookup, {**secrets, "address": BASE_URL}


def first_tokens(credential: Credential, now: float) -> list[Token]:
    return [token_of(credential, f"first-{credential.lookup}", now)]


def token_of(credential: Credential, secret: str, now: float) -> Token:
    return Token(secret, secret, credential.id, "access", now, now + HOUR)


def enroll(store: Store, credential: Credential, now: float) -> None:
    if store.find("senders", name=credential.lookup) is None:
        store.insert("senders", {"name": credential.lookup})


async def sign_in(exchange: Exchange) -> Reply:
    if exchange.credential is None:
        return parcel.Errors().error(exchange, 400, "who are you")
    credentials = exchange.tenant.credentials
    secret = f"ticket-{exchange.tenant.id}-{len(credentials.tokens())}"
    issued = credentials.issue(token_of(exchange.credential, secret, exchange.now))
    return Reply(200, orjson.dumps({"ticket": issued.secret}))


VENDOR = replace(
    parcel.VENDOR,
    operations=(*parcel.VENDOR.operations, Operation("sign_in", "POST", "/v1/sign-in", sign_in, "", INVENTED, needs_credential=False)),
    authenticator=SignedIn(),
    first_tokens=first_tokens,
    enroll=enroll,
)


@pytest.fixture(scope="module")
def signing() -> Iterator[Sandbox]:
    with Sandbox(vendors={"parcel": VENDOR}, fixtures=[FIXTURES]) as running:
        yield running


class Client:
    """One account of the vendor whose clients sign in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.admin = httpx.Client(base_url=sandbox.admin_url, timeout=10)
        self.http = httpx.Client(base_url=sandbox.vendor_url("parcel"), timeout=10)
        self.created = self.admin.post("/tenants", json={"vendor": "parcel", "clock": {"frozen": True}}).json()
        self.key: str = self.created["credential"]["token"]
        self.path = f"/tenants/{self.created['id']}"

    def sign_in(self, key: str | None = None) -> str:
        answer = self.http.post("/v1/sign-in", content=self.key if key is None else key)
        assert answer.status_code == 200, answer.text
        ticket: str = answer.json()["ticket"]
        return ticket

    def problem(self, token: str) -> str | None:
        """What is wrong with a token, None when it is good."""
        answer = self.http.get("/v1/parcels", headers={"authorization": f"Bearer {token}"})
        return None if answer.status_code == 200 else answer.json()["detail"]

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        return self.admin.request(method, self.path + path, **more)  # type: ignore[arg-type]


@pytest.fixture
def client(signing: Sandbox) -> Iterator[Client]:
    opened = Client(signing)
    yield opened
    opened.ask("DELETE", "")
    opened.http.close()
    opened.admin.close()


def test_a_token_is_its_credentials_until_it_ends(client: Client) -> None:
    """An issued token and the first one work; each ends by itself, the next sign-in helps."""
    token = client.sign_in()
    assert (client.problem(token), client.problem(f"first-{client.key}")) == (None, None)

    client.ask("POST", "/clock/advance", json={"seconds": HOUR})

    assert (client.problem(token), client.problem(f"first-{client.key}")) == ("token expired", "token expired")
    assert "by its access token, which ended at" in client.ask("GET", "/journal").json()["exchanges"][-1]["why"]
    assert client.problem(client.sign_in()) is None


def test_a_token_ends_with_its_credential(client: Client) -> None:
    """Revoked or expired, nothing that the credential was given works on; other credentials' tokens do."""
    other = client.ask("POST", "/credentials", json={}).json()["credential"]["token"]
    token, others = client.sign_in(), f"first-{other}"

    client.ask("DELETE", "/credentials/cred-1")

    assert (client.problem(token), client.problem(others)) == ("token revoked", None)
    assert client.http.post("/v1/sign-in", content=client.key).status_code == 400


def test_permissions_hold_for_tokens_already_issued(client: Client) -> None:
    token = client.sign_in()

    client.ask("PATCH", "/credentials/cred-1", json={"permissions": []})

    assert client.problem(token) == "lacks parcels: read"


def test_the_fault_expire_token_leaves_the_credential(client: Client) -> None:
    """A client whose token dies in the middle of its work can sign in again."""
    token = client.sign_in()
    client.ask("POST", "/faults", json={"kind": "expire_token"})

    assert client.problem(token) == "token expired"
    assert client.problem(client.sign_in()) is None


def test_a_reset_ends_what_was_issued_since_and_renews_the_first(client: Client) -> None:
    token = client.sign_in()
    client.ask("POST", "/clock/advance", json={"seconds": 2 * HOUR})

    client.ask("POST", "/reset", json={})

    assert (client.problem(token), client.problem(f"first-{client.key}")) == ("token unknown", None)


def test_a_fork_has_tokens_of_its_own(client: Client) -> None:
    """A token leads to one account only."""
    token = client.sign_in()

    fork = client.ask("POST", "/fork", json={}).json()

    assert client.problem(token) is None
    assert client.problem(f"first-{fork['credential']['token']}") is None
    client.admin.delete(f"/tenants/{fork['id']}")


def test_a_snapshot_holds_tokens_as_plain_data(signing: Sandbox, client: Client) -> None:
    """What is kept of a tenant brings back the tokens as they were."""
    token = client.sign_in()
    tenant = signing.tenants.get(client.created["id"])
    kept = signing.call(tenant.credentials.dump)
    assert token in [one.secret for one in kept.tokens]

    signing.call(lambda: tenant.credentials.load(kept))

    assert client.problem(token) is None


def test_every_credential_is_in_the_accounts_data_also_after_a_reset(client: Client) -> None:
    """A minted one after the reset is gone, the first is there once."""
    client.ask("POST", "/credentials", json={})
    before = [row["name"] for row in client.ask("GET", "/records/senders").json()["records"]]
    assert len(set(before)) == len(before)
    assert client.key in before

    client.ask("POST", "/reset", json={})

    after = [row["name"] for row in client.ask("GET", "/records/senders").json()["records"]]
    assert before[:-1] == after


def test_issued_tokens_are_masked_in_the_journal(client: Client) -> None:
    token = client.sign_in()
    client.http.get("/v1/parcels", params={"again": token}, headers={"authorization": f"Bearer {token}"})

    journal = client.ask("GET", "/journal").text

    assert token not in journal
    assert "again=***" in journal


def test_secrets_show_the_address_that_the_reader_uses(signing: Sandbox, client: Client) -> None:
    minted = client.ask("POST", "/credentials", json={}).json()["credential"]
    told = signing.ready_info()["vendors"]["parcel"]["credential"]

    assert {minted["address"], client.created["credential"]["address"], told["address"]} == {signing.vendor_url("parcel")}


def test_a_shared_limit_counts_all_credentials_together() -> None:
    """And looking at what is left uses nothing up."""
    limit = RateLimit(RateLimitDefaults(2, 60, INVENTED, on_by_default=True, shared=True))

    allowed = [limit.count(credential, now=0).allowed for credential in ("a", "b", "c")]

    assert allowed == [True, True, False]
    assert (limit.remaining("a", now=0), limit.remaining("a", now=60), limit.remaining("a", now=60)) == (0, 2, 2)

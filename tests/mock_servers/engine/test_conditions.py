"""Clock, quirks, options and the rate limit of one tenant."""

from __future__ import annotations

import httpx
import pytest

from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.tenancy import Account


def test_a_frozen_clock_moves_only_when_told_and_dates_the_answers(account: Account) -> None:
    assert account.ask("GET", "/clock").json() == {"now": "2026-03-04T09:00:00+00:00", "frozen": True}
    assert account.client.get("/v1/parcels").headers["date"] == "Wed, 04 Mar 2026 09:00:00 GMT"

    account.ask("POST", "/clock/advance", json={"seconds": 90})
    assert account.client.get("/v1/parcels").headers["date"] == "Wed, 04 Mar 2026 09:01:30 GMT"

    account.ask("PUT", "/clock", json={"at": "2025-01-01T00:00:00"})
    assert account.journal(limit=1)[0]["at"] == "2026-03-04T09:00:00+00:00"
    account.client.get("/v1/parcels")
    assert account.journal()[-1]["at"] == "2025-01-01T00:00:00+00:00"


def test_a_clock_can_be_let_run_and_stopped(account: Account) -> None:
    assert account.ask("PUT", "/clock", json={"frozen": False}).json()["frozen"] is False
    stopped = account.ask("PUT", "/clock", json={"frozen": True}).json()

    assert stopped == account.ask("GET", "/clock").json()
    assert stopped["now"] > "2026-03-04T09:00:00+00:00"


@pytest.mark.parametrize("seconds", [-1, 1e300, "soon", None, float("1e10")])
def test_a_clock_cannot_be_moved_out_of_time(account: Account, seconds: object) -> None:
    answers = [account.ask("POST", "/clock/advance", json={"seconds": seconds}).status_code for _ in range(26)]

    assert answers[-1] == 422
    assert account.client.get("/v1/parcels").status_code == 200


def test_due_work_is_done_in_order_before_the_answer(account: Account, sandbox: Sandbox) -> None:
    done: list[tuple[str, float]] = []
    tenant = sandbox.tenants.get(account.id)
    start = tenant.clock.now()
    for name, due in (("second", 20), ("first", 10), ("later", 1000)):
        tenant.clock.call_at(start + due, lambda name=name: done.append((name, tenant.clock.now() - start)))

    account.ask("POST", "/clock/advance", json={"seconds": 60})

    assert done == [("first", 10), ("second", 20)]


def test_a_quirk_is_switched_with_its_settings_and_seen_in_the_journal(account: Account) -> None:
    assert account.client.get("/v1/parcels/10").json()["label"] == "a lamp"

    account.ask("PUT", "/quirks/shouting", json={"on": True, "settings": {"ending": "!!"}})
    assert account.client.get("/v1/parcels/10").json()["label"] == "A LAMP!!"
    assert account.journal()[-1]["quirks"] == ["shouting"]

    account.ask("PUT", "/quirks/shouting", json={"on": False})
    assert account.client.get("/v1/parcels/10").json()["label"] == "a lamp"
    assert account.journal()[-1]["quirks"] == []


def test_the_sandbox_tells_which_quirks_anything_has_looked_at(account: Account) -> None:
    """However a quirk is set that nothing looks at, all is the same: whoever tries many of them can try those together."""
    assert account.ask("GET", "/quirks/asked").json() == {"asked": []}

    account.client.get("/v1/parcels/10")
    assert account.ask("GET", "/quirks/asked").json() == {"asked": ["shouting"]}

    account.ask("POST", "/reset")
    assert account.ask("GET", "/quirks/asked").json() == {"asked": []}


@pytest.mark.parametrize(
    "wish", [{"on": True, "settings": {"volume": 3}}, {"on": True, "settings": {"ending": 3}}, {"settings": {}}, {"on": "perhaps"}]
)
def test_a_quirk_takes_only_its_own_settings(account: Account, wish: dict[str, object]) -> None:
    assert account.ask("PUT", "/quirks/shouting", json=wish).status_code == 422
    assert account.ask("GET", "/quirks").json()["quirks"]["shouting"]["on"] is False


@pytest.mark.parametrize("wish", [{"nothing": 1}, {"open": 1}, {"shelf": None}, {"shelf": "B", "open": "yes"}])
def test_options_are_changed_all_or_not_at_all(account: Account, wish: dict[str, object]) -> None:
    before = account.ask("GET", "/options").json()

    assert account.ask("PUT", "/options", json=wish).status_code == 422
    assert before == account.ask("GET", "/options").json()


def test_the_limit_counts_in_windows_of_the_tenants_clock(account: Account) -> None:
    account.ask("PUT", "/rate_limit", json={"on": True, "requests": 2, "window_seconds": 30})

    answers = [account.client.get("/v1/parcels") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].headers["retry-after"] == "30"
    assert account.journal()[-1]["why"].startswith("429: 2 requests in 30 s are used up")

    account.ask("POST", "/clock/advance", json={"seconds": 29})
    assert account.client.get("/v1/parcels").status_code == 429
    account.ask("POST", "/clock/advance", json={"seconds": 1})
    assert account.client.get("/v1/parcels").status_code == 200


def test_each_key_has_its_own_count_and_one_switch_ends_it(account: Account) -> None:
    account.ask("PUT", "/rate_limit", json={"on": True, "requests": 1})
    second = account.ask("POST", "/credentials", json={}).json()["credential"]["token"]

    assert [account.client.get("/v1/parcels").status_code for _ in range(2)] == [200, 429]
    assert account.client.get("/v1/parcels", headers={"authorization": f"Bearer {second}"}).status_code == 200
    account.ask("PUT", "/rate_limit", json={"on": False})
    answer = account.client.get("/v1/parcels")
    assert (answer.status_code, "x-remaining" in answer.headers) == (200, False)


def test_a_tenant_can_be_opened_with_all_its_conditions(sandbox: Sandbox, admin: httpx.Client) -> None:
    wish = {
        "scenario": "empty",
        "name": "all-at-once",
        "clock": {"frozen": True, "at": "2030-01-01T00:00:00Z"},
        "quirks": {"shouting": {"ending": "?"}},
        "options": {"shelf": "C"},
        "permissions": ["parcels: write"],
    }
    with Account.open(sandbox, admin, frozen=True, **{name: value for name, value in wish.items() if name != "clock"}) as account:
        assert (account.id, account.created["scenario"]) == ("parcel-all-at-once", "empty")
        assert account.ask("GET", "/quirks").json()["quirks"] == {"shouting": {"on": True, "settings": {"ending": "?"}}}
        assert account.ask("GET", "/options").json()["shelf"] == "C"
        assert account.ask("GET", "/records").json() == {"parcels": 0, "senders": 0}
        assert account.client.get("/v1/parcels").status_code == 403
        assert admin.post("/tenants", json={"vendor": "parcel", "name": "all-at-once"}).status_code == 409
    at = admin.post("/tenants", json={"vendor": "parcel", "clock": wish["clock"]}).json()
    assert at["clock"] == {"now": "2030-01-01T00:00:00+00:00", "frozen": True}
    admin.delete(f"/tenants/{at['id']}")

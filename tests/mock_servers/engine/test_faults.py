"""Faults as a real client sees them over real sockets: counted, first set wins, before or after the work."""

from __future__ import annotations

import json
from dataclasses import asdict

import httpx
import pytest

from mock_servers.engine.faults import KINDS, Aim, Faults, FaultsState
from tests.mock_servers.engine.tenancy import Account


def test_any_error_status_comes_in_the_vendors_own_body(account: Account) -> None:
    for status in (400, 418, 500, 503, 599):
        account.fault("status", status=status, detail="by order")
        answer = account.client.get("/v1/parcels")
        assert (answer.status_code, answer.json()) == (status, {"parcel_error": status, "detail": "by order"})
    assert account.client.get("/v1/parcels").status_code == 200


@pytest.mark.parametrize(("seconds", "header"), [(7, "7"), (None, None)])
def test_a_429_has_the_hint_that_was_ordered(account: Account, seconds: int | None, header: str | None) -> None:
    account.fault("rate_limit", retry_after=seconds)

    answer = account.client.get("/v1/parcels")

    assert (answer.status_code, answer.headers.get("retry-after")) == (429, header)


def test_a_connection_is_cut_without_a_byte_and_nothing_is_done(account: Account) -> None:
    before = account.dump()
    account.fault("cut_before_headers")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        account.client.post("/v1/parcels", json={"label": "x"})

    assert before == account.dump()
    assert account.journal()[-1]["status"] is None
    assert account.client.get("/v1/parcels").status_code == 200


def test_a_lost_answer_leaves_the_work_done(account: Account) -> None:
    account.fault("lost_answer", operation="parcels.create")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        account.client.post("/v1/parcels", json={"label": "done all the same"})

    assert "done all the same" in account.labels()
    entry = account.journal(operation="parcels.create")[-1]
    assert (entry["faults"], entry["status"], entry["changes"]) == (["lost_answer"], None, [["insert", "parcels", 16]])


def _until_the_cut(account: Account) -> tuple[int, int, bytes]:
    """(status, announced length, what arrived) of an answer that breaks off."""
    received = b""
    with account.client.stream("GET", "/v1/parcels") as answer:
        try:
            for part in answer.iter_raw():
                received += part
        except httpx.RemoteProtocolError:
            return answer.status_code, int(answer.headers["content-length"]), received
    raise AssertionError("the answer was whole")


@pytest.mark.parametrize("after_bytes", [None, 0, 10, 10_000])
def test_a_body_is_cut_after_so_many_bytes_of_the_promised_length(account: Account, after_bytes: int | None) -> None:
    whole = account.client.get("/v1/parcels").content
    account.fault("cut_mid_body", after_bytes=after_bytes)
    status, length, received = _until_the_cut(account)

    assert (status, length) == (200, len(whole))
    expected = len(whole) // 2 if after_bytes is None else min(after_bytes, len(whole) - 1)
    assert received == whole[:expected]


def test_a_large_body_is_cut_in_the_middle_too(account: Account) -> None:
    """More than a socket's buffers hold, so that the cut must wait for what was written."""
    for _ in range(40):
        account.client.post("/v1/parcels", json={"label": "x" * 90_000})
    account.fault("cut_mid_body", after_bytes=3_000_000)

    _, _, received = _until_the_cut(account)

    assert len(received) == 3_000_000


def test_a_truncated_body_is_good_http_and_bad_json(account: Account) -> None:
    whole = account.client.get("/v1/parcels").content
    account.fault("truncated_body")

    answer = account.client.get("/v1/parcels")

    assert (answer.status_code, answer.content) == (200, whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"."):
        answer.json()


@pytest.mark.parametrize(("kind", "problem"), [("expire_credential", "expired"), ("revoke_credential", "revoked")])
def test_a_credential_ends_in_the_middle(account: Account, kind: str, problem: str) -> None:
    account.fault(kind, skip=1)

    answers = [account.client.get("/v1/parcels") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert answers[1].json()["detail"] == f"token {problem}"


def test_a_credential_that_ends_after_the_work_lets_this_answer_through(account: Account) -> None:
    account.fault("expire_credential", phase="after")

    assert [account.client.get("/v1/parcels").status_code for _ in range(2)] == [200, 401]


def test_after_means_that_the_work_was_done(account: Account) -> None:
    account.fault("status", status=502, phase="after")

    assert account.client.post("/v1/parcels", json={"label": "kept"}).status_code == 502
    assert "kept" in account.labels()
    assert account.journal(method="POST")[-1]["why"] == "the fault status (fault-1) struck after the work was done"


def test_rules_count_skip_and_the_first_set_wins(account: Account) -> None:
    account.fault("status", status=500, skip=1, times=2)
    account.fault("status", status=503, times=2)

    assert [account.client.get("/v1/parcels").status_code for _ in range(6)] == [503, 500, 500, 503, 200, 200]
    assert account.ask("GET", "/faults").json() == {"faults": []}


def test_a_rule_strikes_only_what_it_is_for(account: Account) -> None:
    account.fault("status", status=500, operation="parcels.g*", times=None)
    account.fault("status", status=501, method="post", times=None)
    account.fault("status", status=502, path="/v1/parcels/1?", times=None)
    account.fault("status", status=504, path="/nowhere/*", times=None)

    assert account.client.get("/v1/parcels/10").status_code == 500
    assert account.client.post("/v1/parcels", json={"label": "x"}).status_code == 501
    assert account.client.patch("/v1/parcels/10").status_code == 502
    assert account.client.get("/v1/parcels").status_code == 200
    assert account.client.get("/nowhere/at/all").status_code == 504


def test_a_rule_for_a_record_strikes_what_names_it_and_after_the_work_what_changes_it(account: Account) -> None:
    account.fault("status", status=500, record="11", times=None)
    account.fault("status", status=502, record="16", phase="after", times=None)

    assert [account.client.get(f"/v1/parcels/{id}").status_code for id in (10, 11)] == [200, 500]
    assert account.client.get("/v1/parcels").status_code == 200
    assert [account.client.post("/v1/parcels", json={"label": "x"}).status_code for _ in range(2)] == [502, 201]
    assert [rule["struck"] for rule in account.ask("GET", "/faults").json()["faults"]] == [1, 1]


def test_a_seeded_rule_strikes_the_same_requests_again(account: Account, other: Account) -> None:
    def statuses(tenant: Account, seed: int) -> list[int]:
        tenant.ask("DELETE", "/faults")
        tenant.fault("status", status=503, chance=0.4, seed=seed, times=None)
        return [tenant.client.get("/v1/parcels/10").status_code for _ in range(20)]

    first = statuses(account, 7)
    assert first == statuses(other, 7)
    assert first != statuses(account, 8)
    assert set(first) == {200, 503}


def test_a_chance_is_as_large_as_it_says() -> None:
    rule = Faults().add(KINDS["status"](status=503), Aim(chance=0.4, seed=7, times=None))

    assert 0.37 < sum(rule.draw() for _ in range(4000)) / 4000 < 0.43


def test_a_rule_ends_by_the_tenants_clock(account: Account) -> None:
    rule = account.fault("status", status=503, times=None, expires_in=60)
    assert rule["expires_at"] == "2026-03-04T09:01:00+00:00"

    account.ask("POST", "/clock/advance", json={"seconds": 59})
    assert account.client.get("/v1/parcels").status_code == 503
    account.ask("POST", "/clock/advance", json={"seconds": 1})
    assert account.client.get("/v1/parcels").status_code == 200
    assert account.ask("GET", "/faults").json() == {"faults": []}


def test_a_rule_tells_all_of_itself(account: Account) -> None:
    sent = {"kind": "latency", "seconds": 0.0, "operation": "parcels.*", "method": "get", "skip": 1, "times": 3, "chance": 0.5, "seed": 4}

    expected = sent | {"method": "GET", "id": "fault-1", "phase": "before", "remaining": 3, "struck": 0}
    assert account.fault(**sent) == expected | {"path": None, "record": None, "expires_at": None}


MARKS = [
    ("sandbox-fault-status-503", 503),
    ("sandbox-fault-rate_limit-30", 429),
    ("sandbox-fault-rate_limit", 429),
    ("sandbox-fault-revoke_credential", 401),
    ("sandbox-fault-latency-0.01", 201),
]


@pytest.mark.parametrize(("mark", "status"), MARKS)
def test_a_mark_in_data_is_a_fault_for_clients_without_the_admin_api(account: Account, mark: str, status: int) -> None:
    answer = account.client.post("/v1/parcels", json={"label": f"{mark}@example.com"})

    assert answer.status_code == status
    assert account.journal()[-1]["faults"] == [mark.removeprefix("sandbox-fault-").partition("-")[0]]


def test_a_mark_strikes_in_query_and_path_too_and_as_often_as_it_says(account: Account) -> None:
    once = {"label": "sandbox-fault-status-503-x1 of Ann"}

    assert [account.client.post("/v1/parcels", json=once).status_code for _ in range(2)] == [503, 201]
    assert account.client.get("/v1/parcels?search=sandbox-fault-status-500").status_code == 500
    assert account.client.get("/v1/parcels/sandbox-fault-status-502").status_code == 502
    assert account.client.get("/v1/parcels").status_code == 200
    assert account.client.get("/v1/parcels?search=sandbox-fault-status-500", headers={"authorization": "Bearer no"}).status_code == 401


@pytest.mark.parametrize(
    "mark",
    [
        "sandbox-fault-earthquake",
        "sandbox-fault-status",
        "sandbox-fault-status-200",
        "sandbox-fault-truncated_body-3",
        "sandbox-fault-stale",
    ],
)
def test_a_mark_that_means_nothing_is_refused_in_words(account: Account, mark: str) -> None:
    answer = account.client.post("/v1/parcels", json={"label": mark})

    assert answer.status_code == 400
    assert mark in answer.json()["detail"]


def test_rules_survive_as_plain_data() -> None:
    """What a snapshot keeps: counts, draws and remembered items, as JSON."""
    faults = Faults()
    faults.add(KINDS["status"](status=503), Aim(chance=0.5, seed=3, times=None))
    faults.add(KINDS["repeated_items"](count=2)).memory["cred-1 /v1/parcels"] = [{"id": 1}]
    faults.rules[0].draw()
    told = json.loads(json.dumps(asdict(faults.dump())))
    copy = Faults()
    copy.load(FaultsState(told["armed"], tuple(told["rules"]), told["marks"]))

    assert copy.dump() == faults.dump()
    assert [copy.rules[0].draw() for _ in range(20)] == [faults.rules[0].draw() for _ in range(20)]


def test_another_tenant_and_strangers_are_not_struck(account: Account, other: Account) -> None:
    account.fault("status", status=500, times=None)

    assert other.client.get("/v1/parcels").status_code == 200
    assert account.client.get("/v1/parcels", headers={"authorization": "Bearer stranger"}).status_code == 401


def test_a_disarmed_rule_is_gone(account: Account) -> None:
    first, second = account.fault("status", status=500), account.fault("status", status=503)
    assert account.ask("DELETE", f"/faults/{first['id']}").status_code == 204
    assert [rule["id"] for rule in account.ask("GET", "/faults").json()["faults"]] == [second["id"]]
    account.ask("DELETE", "/faults")

    assert account.client.get("/v1/parcels").status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "earthquake"},
        {"kind": "status", "status": 200},
        {"kind": "status"},
        {"kind": "status", "status": 500, "operation": "nothing.like.it"},
        {"kind": "status", "status": 500, "sattus": 1},
        {"kind": "status", "status": 500, "times": 0},
        {"kind": "status", "status": 500, "skip": -1},
        {"kind": "status", "status": 500, "phase": "during"},
        {"kind": "lost_answer", "phase": "before"},
        {"kind": "cut_mid_body", "after_bytes": -1},
        {"kind": "rate_limit", "retry_after": -1},
        {"kind": "rate_limit", "retry_after": None, "form": "date"},
        {"kind": "rate_limit", "form": "roman"},
        {"kind": "latency"},
        {"kind": "latency", "seconds": -1},
        {"kind": "latency", "seconds": 1e9},
        {"kind": "slow_body", "seconds": 0.1, "pieces": 1},
        {"kind": "slow_body", "seconds": 0.1, "phase": "before"},
        {"kind": "wrong_length", "off_by": 0},
        {"kind": "not_json", "status": 100},
        {"kind": "not_json", "content_type": "a\nb"},
        {"kind": "moved_items", "count": 0},
        {"kind": "repeated_items", "count": -1},
        {"kind": "stale", "phase": "after"},
        {"kind": "stale", "count": 1},
        {"kind": "status", "status": 500, "method": "BREW"},
        {"kind": "status", "status": 500, "path": "v1/parcels"},
        {"kind": "status", "status": 500, "chance": 0},
        {"kind": "status", "status": 500, "chance": 1.5},
        {"kind": "status", "status": 500, "expires_in": -1},
    ],
)
def test_a_rule_that_could_never_act_as_it_says_is_refused(account: Account, rule: dict[str, object]) -> None:
    answer = account.ask("POST", "/faults", json=rule)

    assert answer.status_code == 422
    assert answer.json()["error"]["hint"]

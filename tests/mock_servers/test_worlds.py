"""Large worlds: made by the sizes that were wished, the same bytes for the same seed, and answered as any other account."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.sandbox import Sandbox
from mock_servers.engine.scenarios import Scenario, Scenarios, empty_store
from mock_servers.engine.store import Store
from mock_servers.engine.vendors import installed

VENDORS = {name: vendor for name, vendor in installed().items() if vendor.factory is not None}
SIZES = "world:candidates=60,seed=3"
COUNTED = {"asymbl": ("Contact", "bpats__ATS_Applicant__c", "bpats__Job__c")}
"""The tables of what the sizes count, where they are not called so."""


def made(vendor: str, name: str = SIZES) -> Scenario:
    return Scenarios().get(VENDORS[vendor], name)


def documents(store: Store) -> dict[str, list[bytes]]:
    return {
        f"{table}.{column}": [store.document(table, row["id"], column) for row in store.where(table)]
        for table in store.metadata.tables
        for column in store.document_columns(table)
    }


def test_every_vendor_makes_worlds() -> None:
    assert set(VENDORS) == set(installed())


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(vendor: str) -> None:
    first, again, other = made(vendor).store, made(vendor).store, made(vendor, "world:candidates=60,seed=4").store

    assert first.dump() == again.dump()
    assert documents(first) == documents(again)
    assert first.dump() != other.dump()


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_documents_are_those_that_a_write_would_have_rendered(vendor: str) -> None:
    """Worlds are filled by a way of their own: what stands beside the rows must not tell."""
    filled, loaded = made(vendor).store, empty_store(VENDORS[vendor])

    loaded.load(filled.dump().items())

    assert documents(filled) == documents(loaded)


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_sizes_are_kept_and_indexes_are_all_there(vendor: str) -> None:
    scenario = made(vendor, "world:candidates=40,applications=90,jobs=7")
    store, empty = scenario.store, made(vendor, "world:candidates=0").store
    indexes = "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name"

    people, applications, jobs = COUNTED.get(vendor, ("candidates", "applications", "jobs"))

    assert [store.count(table) for table in (people, applications, jobs)] == [40, 90, 7]
    assert [empty.count(table) for table in (people, applications)] == [0, 0]
    assert store.read(indexes) == empty.read(indexes) == empty_store(VENDORS[vendor]).read(indexes)
    assert scenario.name.startswith("world:candidates=40,applications=90,jobs=7,")


def wish(sandbox: Sandbox, **more: Any) -> httpx.Response:
    return httpx.post(f"{sandbox.url}/_sandbox/tenants", json={"vendor": "pinpoint", **more}, timeout=60)


def test_an_account_is_opened_as_a_world(every_vendor: Sandbox) -> None:
    """By sizes or by name; pages far behind hold what they should, and each record once."""
    opened = wish(every_vendor, world={"candidates": 500, "applications": 2500}).json()
    named = wish(every_vendor, scenario=opened["scenario"]).json()
    with httpx.Client(base_url=opened["base_url"], headers={"X-API-KEY": opened["credential"]["api_key"]}) as http:

        def page(number: int) -> list[str]:
            reply = http.get("/api/v1/applications", params={"page[size]": 100, "page[number]": number, "filter[job_visibility]": ALL})
            return [item["id"] for item in reply.json()["data"]]

        forward = [id for number in range(1, 26) for id in page(number)]
        backward = [id for number in range(25, 0, -1) for id in reversed(page(number))]
        http.delete(f"/api/v1/applications/{forward[2200]}")
        after = page(23)

    assert (opened["name"], opened["scenario"]) == (named["name"].replace("-2", "-1"), named["scenario"])
    assert len(set(forward)) == 2500
    assert forward == backward[::-1]
    assert after == [*forward[2201:2300], forward[2300]], "what is written is seen on a page whose order was kept"
    assert page_is_empty(opened, named)


ALL = "external,internal,confidential,private_job"


def page_is_empty(*accounts: dict[str, Any]) -> bool:
    """Beyond the end there is nothing, however far."""
    for account in accounts:
        reply = httpx.get(
            f"{account['base_url']}/api/v1/applications",
            params={"page[number]": 10**12},
            headers={"X-API-KEY": account["credential"]["api_key"]},
        )
        if reply.json()["data"] != []:
            return False
    return True


@pytest.mark.parametrize(
    ("world", "told"),
    [
        ({"moods": 3}, "a world has no 'moods'; it has candidates, applications, jobs"),
        ({"candidates": -1}, "'candidates=-1' is no size"),
        ({"candidates": 10**9}, "candidates must be a whole number from 0 to"),
    ],
)
def test_a_world_that_cannot_be_is_refused(every_vendor: Sandbox, world: dict[str, int], told: str) -> None:
    before = len(httpx.get(f"{every_vendor.url}/_sandbox/tenants").json()["tenants"])
    reply = wish(every_vendor, world=world)

    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "bad_world")
    assert told in reply.json()["error"]["message"]
    assert before == len(httpx.get(f"{every_vendor.url}/_sandbox/tenants").json()["tenants"])


def test_scenario_and_world_contradict_each_other(every_vendor: Sandbox) -> None:
    reply = wish(every_vendor, world={}, scenario="small_company")

    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid")


def test_the_sizes_are_told(every_vendor: Sandbox) -> None:
    told = httpx.get(f"{every_vendor.url}/_sandbox/vendors").json()["vendors"]["pinpoint"]["world"]

    assert told["applications"] == {"text": "Of the candidates in turn, to jobs by chance.", "default": 3000}
    assert set(told) == {"candidates", "applications", "jobs", "users", "comments", "seed"}

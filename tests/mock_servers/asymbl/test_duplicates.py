"""Duplicate rules: who is there already is not saved again, unless the rule alerts and the request insists."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org

NOVAK = {"LastName": "Novak", "FirstName": "Eva", "Email": "eva@novak.example"}
ALLOW = "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true"


def create(org: Org, header: str | None = None, **values: Any) -> httpx.Response:
    headers = {} if header is None else {"Sforce-Duplicate-Rule-Header": header}
    return org.send("POST", "/sobjects/Contact", {**NOVAK, **values}, headers=headers)


def test_a_duplicate_is_refused_with_whom_it_matches(org: Org) -> None:
    """Mail and last name compare without case."""
    id = org.create("Contact", **NOVAK)

    refused = create(org, Email="EVA@novak.example", LastName="NOVAK", FirstName="E.")

    (error,) = refused.json()
    (result,) = error["duplicateResult"]["matchResults"]
    assert (refused.status_code, error["errorCode"], error["message"]) == (400, "DUPLICATES_DETECTED", "Use one of these records?")
    assert error["duplicateResult"]["allowSave"] is True
    record = {"attributes": {"type": "Contact", "url": f"{DATA}/sobjects/Contact/{id}"}, "Id": id}
    assert [one["record"] for one in result["matchRecords"]] == [record]
    assert len(org.rows("Contact")) == 1


@pytest.mark.parametrize("values", [{"Email": "other@novak.example"}, {"LastName": "Nowak"}, {"Email": None}])
def test_somebody_else_is_saved(org: Org, values: dict[str, Any]) -> None:
    org.create("Contact", **NOVAK)

    assert create(org, **values).status_code == 201


def test_an_alert_can_be_passed_by_the_header(org: Org) -> None:
    org.create("Contact", **NOVAK)

    assert create(org, ALLOW).status_code == 201
    assert create(org, "allowSave=false").status_code == 400


def test_a_block_cannot(org: Org) -> None:
    org.tenant.set_quirk("contact_duplicate_rule", on=True, settings={"action": "block"})
    org.create("Contact", **NOVAK)

    refused = create(org, ALLOW)

    assert (refused.status_code, refused.json()[0]["duplicateResult"]["allowSave"]) == (400, False)


def test_the_answer_shows_more_of_the_record_when_asked(org: Org) -> None:
    org.create("Contact", **NOVAK)

    (error,) = create(org, "includeRecordDetails=true").json()

    assert error["duplicateResult"]["matchResults"][0]["matchRecords"][0]["record"]["Email"] == NOVAK["Email"]


def test_an_org_may_have_the_rule_switched_off(org: Org) -> None:
    org.tenant.set_quirk("contact_duplicate_rule", on=False)
    org.create("Contact", **NOVAK)

    assert create(org).status_code == 201


def test_a_namesake_may_be_found_as_well(org: Org) -> None:
    """Salesforce matches fuzzily; whoever takes what it finds for the same person mixes people up."""
    org.tenant.set_quirk("contact_duplicate_rule", on=True, settings={"by_name": True})
    id = org.create("Contact", **NOVAK)

    (error,) = create(org, Email="other@novak.example").json()

    assert [one["record"]["Id"] for one in error["duplicateResult"]["matchResults"][0]["matchRecords"]] == [id]
    assert create(org, Email="other@novak.example", FirstName="Nobody").status_code == 201


def test_in_a_collection_it_is_a_result(org: Org) -> None:
    org.create("Contact", **NOVAK)

    (result,) = org.send("POST", "/composite/sobjects", {"records": [{"attributes": {"type": "Contact"}, **NOVAK}]}).json()

    assert result["success"] is False
    assert (result["errors"][0]["statusCode"], result["errors"][0]["duplicateResult"]["allowSave"]) == ("DUPLICATES_DETECTED", True)

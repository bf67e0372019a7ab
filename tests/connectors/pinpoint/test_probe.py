"""The probe tells, for each model and field, what a key can read."""

from __future__ import annotations

import pytest

from connectors.unified.errors import Unauthorized
from tests.connectors.fake_http import refusal
from tests.connectors.pinpoint.account import EVERYTHING, Account, application, candidate, connected, interview, job, user


@pytest.fixture
def account() -> Account:
    account = Account()
    account.add("/jobs", job())
    account.add("/users", user())
    account.add("/candidates", candidate("7701", ("50211",)))
    account.add("/applications", application())
    account.add("/interviews", interview())
    return account


def verdicts(pinpoint, wanted=EVERYTHING):
    return {(found.model, found.field): found for found in pinpoint.probe(wanted)}


def test_a_full_key_reads_everything_that_the_account_offers(fake, account):
    """One small request a list. What the vendor's schema lacks is told too, as unsupported."""
    found = verdicts(connected(fake, account))

    unreadable = {cell for cell, verdict in found.items() if not verdict.readable}
    assert unreadable == set()
    assert len(found) == sum(1 + len(fields) for fields in EVERYTHING.values())
    assert [asked.query["page[size]"] for asked in fake.asked] == ["1"] * 5
    assert {asked.method for asked in fake.asked} == {"GET"}


def test_a_job_boards_key_reads_jobs_and_nothing_else(fake, account):
    account.denied = {"/users", "/candidates", "/applications", "/interviews"}
    found = verdicts(connected(fake, account))

    denied = {model for (model, field), verdict in found.items() if field is None and not verdict.readable}
    assert denied == {"Users", "Candidates", "Applications", "Interviews", "Tags", "Candidate tags"}
    assert found["Candidates", "first_name"].diagnostic.missing_permissions == ("Candidate: read",)
    assert found["Candidates", "first_name"].diagnostic.field == "first_name"
    assert found["Jobs", "name"].readable


def test_a_single_field_can_be_denied(fake, account):
    account.denied = {"applications"}
    found = verdicts(connected(fake, account))

    assert {field for (model, field), verdict in found.items() if model == "Candidates" and not verdict.readable} == {
        "source",
        "social_media",
    }
    assert found["Candidates", "source"].diagnostic.missing_permissions == ("Application: read",)


def test_only_what_is_wanted_is_probed(fake, account):
    found = verdicts(connected(fake, account), {"Users": frozenset({"email"})})

    assert [asked.path for asked in fake.asked] == ["/api/v1/users"]
    assert ("Users", "email") in found
    assert ("Users", "first_name") not in found


def test_a_refused_key_is_no_verdict(fake, account):
    pinpoint = connected(fake, account)
    fake.answer_in_turn(refusal(401, "Invalid API key", "unauthorized"))

    with pytest.raises(Unauthorized):
        pinpoint.probe(EVERYTHING)

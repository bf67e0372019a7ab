"""Bulk API 2.0 brings exactly the records that REST brings, above a size, and REST steps in where it cannot."""

from __future__ import annotations

import pytest

from connectors.asymbl.bulk import Incomplete, records
from connectors.asymbl.schema import View
from connectors.unified.errors import RateLimited
from tests.connectors.asymbl.org import EVERYTHING, T2, T3, Org, Refusal, as_json, connected, number, only, small_org
from tests.connectors.asymbl.test_reading import APPLICANT, BAKER, CONTACT, JOB, MIRA, gone, keys, many, read
from tests.connectors.fake_http import Answer


@pytest.fixture
def org() -> Org:
    """Odd values of every kind."""
    org = small_org()
    org.touch(
        CONTACT,
        MIRA,
        T2,
        Title='He said "no", twice',
        MailingStreet="1 High St\r\nFlat 2,\nback",
        LastName="Ökafor – ñandú ☃ مرحبا",
        Shoe_Size__c=42.5,
        bpats__Desired_Salary__c=0.0,
        bpats__Earliest_Available_Date__c="2026-04-01",
        Birthdate="1990-02-28",
    )
    org.touch(JOB, number(JOB, 2), T2, bpats__Salary__c=10000000.0, Bench__c=0, bpats__Job_Description__c="<p>a\nb</p>")
    return org


def everything(asymbl, **how):
    """All records of all streams, by model and key."""
    return {
        (record.model, record.key): dict(record.values)
        for stream in asymbl.streams(EVERYTHING)
        for page in asymbl.read(stream.name, EVERYTHING, **how)
        for record in page.records
    }


@pytest.mark.parametrize("since", [None, "2026-02-02T12:00:00.000+0000"])
def test_both_ways_give_the_same_records(fake, org, since):
    """To the last digit, letter and null, and of the same Python types."""
    org.touch(JOB, BAKER, T3)
    rest = everything(connected(fake, org, bulk_above=None), since=since)
    assert not [asked for asked in fake.asked if "/jobs/" in asked.path]
    bulk = everything(connected(fake, org, bulk_above=0), since=since)

    assert [asked for asked in fake.asked if "/jobs/" in asked.path]
    assert rest == bulk
    assert repr(rest) == repr(bulk)


def test_deletions_come_in_bulk_as_well(fake, org):
    org.touch(APPLICANT, number(APPLICANT, 2), T3, IsDeleted=True)
    pages = read(connected(fake, org, bulk_above=0), "applications", only("Applications"), since=T2)

    assert gone(pages) == {("Applications", number(APPLICANT, 2))}


def test_the_size_of_a_list_decides(fake, org):
    """It stands on the first page that REST gives."""
    many(org, 4)
    at = read(connected(fake, org, bulk_above=7), "applications", only("Applications"))
    assert not [asked for asked in fake.asked if "/jobs/" in asked.path]
    above = read(connected(fake, org, bulk_above=6), "applications", only("Applications"))

    assert [asked for asked in fake.asked if "/jobs/" in asked.path]
    assert keys(at, "Applications") == keys(above, "Applications")


def test_a_result_comes_in_pages_and_its_job_is_deleted(fake, org):
    """The rows are people's data and would lie there for a week."""
    many(org, 4)
    waits: list[float] = []
    pages = read(connected(fake, org, bulk_above=0, bulk_page_rows=3, waits=waits), "applications", only("Applications"))

    assert [len(page.records) for page in pages] == [3, 3, 1]
    assert [page.cursor is None for page in pages] == [False, False, True]
    assert waits == [1.0, 1.5]
    assert [asked.method for asked in fake.asked if "/jobs/" in asked.path] == ["POST", "GET", "GET", "GET", "GET", "GET", "GET", "DELETE"]
    assert org._jobs == {}


def test_a_killed_bulk_read_goes_on_by_time(fake, org):
    many(org, 6, stamp=T3)
    asymbl = connected(fake, org, bulk_above=0, bulk_page_rows=4)
    first = next(iter(asymbl.read("applications", only("Applications"))))
    rest = read(asymbl, "applications", only("Applications"), cursor=first.cursor)

    assert {*keys([first], "Applications"), *keys(rest, "Applications")} == set(org.tables[APPLICANT])


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(400, "INVALIDENTITY", "Entity 'Contact' is not supported by the Bulk API."),
        Refusal(400, "API_ERROR", "Implementation restriction: view all data"),
        Refusal(400, "LIMIT_EXCEEDED", "the day's bulk jobs are used up"),
        Refusal(403, "FEATURE_NOT_ENABLED", "no bulk for you"),
        Refusal(404, "NOT_FOUND", "The requested resource does not exist"),
    ],
)
def test_where_bulk_is_refused_rest_goes_on_and_says_so(fake, org, refusal):
    org.bulk_refusal = refusal
    pages = read(connected(fake, org, bulk_above=0), "applications", only("Applications"))

    assert len(keys(pages, "Applications")) == 3
    assert [warning.code for page in pages for warning in page.warnings] == ["bulk_refused"]


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_fails_is_no_failure_of_the_read(fake, org, state):
    asked_for = org._polled
    org._polled = lambda job: {**asked_for(job), "state": state, "errorMessage": "row limit"}
    pages = read(connected(fake, org, bulk_above=0), "applications", only("Applications"))

    assert len(keys(pages, "Applications")) == 3
    assert "row limit" in next(warning.message for page in pages for warning in page.warnings)


def test_a_used_up_day_stops_bulk_as_well(fake, org):
    limit = Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    org.bulk_refusal = limit
    org.requests_left = 0
    with pytest.raises(RateLimited):
        read(connected(fake, org, bulk_above=0), "applications", only("Applications"))


@pytest.mark.parametrize("damage", ["row", "cell"])
def test_a_result_that_is_cut_off_is_asked_for_again(fake, org, damage):
    """Half of a CSV looks like a whole one; the count in the header tells."""
    many(org, 3)
    cuts = [True]

    def cut(asked, answer):
        if not asked.path.endswith("/results") or not cuts or answer.status != 200:
            return answer
        cuts.pop()
        lines = answer.body.decode().splitlines()
        lines = lines[:-1] if damage == "row" else [*lines[:-1], lines[-1].rpartition(",")[0]]
        return Answer(200, "\n".join(lines).encode(), answer.headers)

    org.after = cut
    pages = read(connected(fake, org, bulk_above=0), "applications", only("Applications"))

    assert len(keys(pages, "Applications")) == 6
    assert len([asked for asked in fake.asked if asked.path.endswith("/results")]) == 2


def test_a_result_that_never_arrives_whole_is_given_up(fake, org):
    org.after = lambda asked, answer: (
        Answer(200, answer.body, {**answer.headers, "Sforce-NumberOfRecords": "99"}) if asked.path.endswith("/results") else answer
    )
    with pytest.raises(Incomplete):
        read(connected(fake, org, bulk_above=0), "applications", only("Applications"))


def test_a_job_that_cannot_be_deleted_is_only_a_warning(fake, org):
    org.before = lambda asked: as_json([{"message": "no", "errorCode": "NO"}], 400) if asked.method == "DELETE" else None
    pages = read(connected(fake, org, bulk_above=0), "applications", only("Applications"))

    assert [warning.code for page in pages for warning in page.warnings] == ["bulk_job_left"]


def test_a_session_that_ends_while_a_job_runs_is_renewed(fake, org):
    """A job belongs to the user and not to the session."""
    many(org, 4)
    asymbl = connected(fake, org, bulk_above=0, bulk_page_rows=3)
    pages = []
    for page in asymbl.read("applications", only("Applications")):
        pages.append(page)
        org.end_sessions()

    assert len(set(keys(pages, "Applications"))) == 7


def test_an_empty_bulk_result_has_no_rows():
    view = View("Contact", ("Id", "Title"), {"Id": "id", "Title": "string"})

    assert list(records("", view)) == []
    assert list(records('"Id","Title"\n', view)) == []


def test_column_names_are_compared_without_letter_case():
    view = View("Contact", ("Id", "IsDeleted"), {"Id": "id", "IsDeleted": "boolean"})

    assert list(records('"ID","isdeleted"\n"003","true"\n', view)) == [{"Id": "003", "IsDeleted": True}]

"""Bulk API 2.0: states on the tenant's clock, CSV to the quote, locators, and what is refused."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org

COLUMNS = "LastName,Email,Title\n"


def begin(org: Org, operation: str = "insert", sobject: str = "Contact", **more: Any) -> dict[str, Any]:
    answer = org.send("POST", "/jobs/ingest", {"object": sobject, "operation": operation, **more})
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def upload(org: Org, job: dict[str, Any], text: str) -> httpx.Response:
    return org.http.put(f"/{job['contentUrl']}", content=text.encode(), headers={"content-type": "text/csv"})


def ingest(org: Org, text: str, operation: str = "insert", sobject: str = "Contact", **more: Any) -> dict[str, Any]:
    """A job from its beginning to its end."""
    job = begin(org, operation, sobject, **more)
    assert upload(org, job, text).status_code == 201
    assert org.send("PATCH", f"/jobs/ingest/{job['id']}", {"state": "UploadComplete"}).status_code == 200
    org.tenant.advance(1)
    done: dict[str, Any] = org.get(f"/jobs/ingest/{job['id']}").json()
    return done


def part(org: Org, job: dict[str, Any], name: str) -> list[list[str]]:
    answer = org.get(f"/jobs/ingest/{job['id']}/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.text)))


# -- ingest ------------------------------------------------------------------------------------------------------------


def test_a_job_goes_through_its_states_on_the_tenants_clock(org: Org) -> None:
    """Open, UploadComplete, InProgress, JobComplete; only what is complete has results."""
    job = begin(org)
    assert (job["state"], job["contentUrl"]) == ("Open", f"services/data/v63.0/jobs/ingest/{job['id']}/batches")
    upload(org, job, COLUMNS + "Novak,,\n")

    seen = [org.send("PATCH", f"/jobs/ingest/{job['id']}", {"state": "UploadComplete"}).json()["state"]]
    early = org.get(f"/jobs/ingest/{job['id']}/successfulResults")
    for seconds in (0.3, 0.8):
        org.tenant.advance(seconds)
        seen.append(org.get(f"/jobs/ingest/{job['id']}").json()["state"])

    assert seen == ["UploadComplete", "InProgress", "JobComplete"]
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")


def test_each_row_is_saved_or_told_why_not(org: Org) -> None:
    """Every value in double quotes, the id first, then the data's own columns."""
    done = ingest(org, COLUMNS + 'Novak,eva@novak.example,"Chief ""T"""\n,x@x.example,\nKlein,no-mail,\n')

    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"], done["jobType"]) == (3, 2, "V2Ingest")
    (row,) = org.rows("Contact")
    good = org.get(f"/jobs/ingest/{done['id']}/successfulResults").text
    assert good == f'"sf__Id","sf__Created","LastName","Email","Title"\n"{row["id"]}","true","Novak","eva@novak.example","Chief ""T"""\n'
    assert part(org, done, "failedResults") == [
        ["sf__Id", "sf__Error", "LastName", "Email", "Title"],
        ["", "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --", "", "x@x.example", ""],
        ["", "INVALID_EMAIL_ADDRESS:Email: invalid email address: no-mail:Email --", "Klein", "no-mail", ""],
    ]
    assert part(org, done, "unprocessedrecords") == [["LastName", "Email", "Title"]]
    assert org.tenant.journal()[1 + 1].raw["changes"][-1][:2] != ["insert", "Contact"]


def test_what_is_empty_is_left_alone_and_na_empties(org: Org) -> None:
    id = org.create("Contact", LastName="Novak", Title="CTO", Department="IT")

    done = ingest(org, f"Id,LastName,Title,Department\n{id},,#N/A,Sales\n", "update")

    assert done["numberRecordsFailed"] == 0
    (row,) = org.rows("Contact")
    assert (row["LastName"], row["Title"], row["Department"]) == ("Novak", None, "Sales")


def test_upsert_and_delete(org: Org) -> None:
    external = "bpats__ATS_Template_External_Id__c"
    text = f"{external},Name\nT1,First\nT2,Second\n"
    more = {"externalIdFieldName": external}

    created = ingest(org, text, "upsert", "bpats__ATS_Template__c", **more)
    updated = ingest(org, text.replace("First", "Changed"), "upsert", "bpats__ATS_Template__c", **more)

    assert [row[1] for row in part(org, created, "successfulResults")[1:]] == ["true", "true"]
    assert [row[1] for row in part(org, updated, "successfulResults")[1:]] == ["false", "false"]
    assert [row["Name"] for row in org.rows("bpats__ATS_Template__c")] == ["Changed", "Second"]
    ids = "".join(f"{row['id']}\n" for row in org.rows("bpats__ATS_Template__c"))
    ingest(org, f"Id\n{ids}", "delete", "bpats__ATS_Template__c")
    assert [row["IsDeleted"] for row in org.rows("bpats__ATS_Template__c")] == [True, True]


def test_a_hard_delete_needs_its_permission(org: Org) -> None:
    id = org.create("Contact", LastName="Novak")
    refused = org.send("POST", "/jobs/ingest", {"object": "Contact", "operation": "hardDelete"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "FEATURENOTENABLED")

    org.tenant.set_options({"bulk_hard_delete": True})
    ingest(org, f"Id\n{id}\n", "hardDelete")

    assert org.rows("Contact") == []


def test_other_delimiters_and_line_ends(org: Org) -> None:
    done = ingest(org, "LastName|Title\r\nNovak|a,b\r\n", columnDelimiter="PIPE", lineEnding="CRLF")

    text = org.get(f"/jobs/ingest/{done['id']}/successfulResults").text
    assert text == f'"sf__Id"|"sf__Created"|"LastName"|"Title"\r\n"{org.rows("Contact")[0]["id"]}"|"true"|"Novak"|"a,b"\r\n'


def test_a_parent_is_named_by_its_external_id(org: Org) -> None:
    template = org.create("bpats__ATS_Template__c", Name="Standard", bpats__ATS_Template_External_Id__c="T1")
    columns = "Name,bpats__Sequence__c,bpats__ATS_Template__r.bpats__ATS_Template_External_Id__c"

    done = ingest(org, f"{columns}\nScreen,1,T1\nOffer,2,T9\n", sobject="bpats__ATS_Template_Stage__c")

    assert done["numberRecordsFailed"] == 1
    assert [row["bpats__ATS_Template__c"] for row in org.rows("bpats__ATS_Template_Stage__c")] == [template]


@pytest.mark.parametrize(
    ("text", "operation", "error"),
    [
        ("LastName,Colour\nNovak,red\n", "insert", "InvalidBatch : Field name not found : Colour"),
        ("LastName\nNovak\n", "update", "InvalidBatch : Field name not found : Id"),
        ("", "insert", "InvalidBatch : The file is empty"),
        ("LastName,lastname\na,b\n", "insert", "InvalidBatch : Duplicate field name : LastName"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_job(org: Org, text: str, operation: str, error: str) -> None:
    """Its rows are in the third file."""
    done = ingest(org, text, operation)

    assert (done["state"], done["errorMessage"]) == ("Failed", error)
    assert part(org, done, "unprocessedrecords")[1:] == [line.split(",") for line in text.splitlines()[1:]]
    assert org.rows("Contact") == []


def test_a_row_with_too_many_values_fails_alone(org: Org) -> None:
    done = ingest(org, "LastName\nNovak\na,b\n")

    assert (done["state"], done["numberRecordsProcessed"], done["numberRecordsFailed"]) == ("JobComplete", 2, 1)


def test_data_may_come_with_the_job(org: Org) -> None:
    parts = {
        "job": (None, b'{"object": "Contact", "operation": "insert"}', "application/json"),
        "content": ("data", b"LastName\nNovak\n", "text/csv"),
    }

    job = org.http.post(f"{DATA}/jobs/ingest", files=parts)

    assert (job.status_code, job.json()["state"]) == (200, "UploadComplete")
    assert [row["LastName"] for row in org.rows("Contact")] == ["Novak"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Nothing", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Contact", "operation": "wish"}, "JSON_PARSER_ERROR"),
        ({"object": "Contact"}, "JSON_PARSER_ERROR"),
        ({"object": "Contact", "operation": "upsert"}, "INVALIDJOB"),
        ({"object": "Contact", "operation": "insert", "contentType": "JSON"}, "JSON_PARSER_ERROR"),
        ({"object": "Contact", "operation": "insert", "lineEnding": "CR"}, "JSON_PARSER_ERROR"),
        ([], "JSON_PARSER_ERROR"),
    ],
)
def test_a_job_must_be_well_formed(org: Org, body: Any, code: str) -> None:
    refused = org.send("POST", "/jobs/ingest", body)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


def test_a_job_takes_one_file_while_it_is_open(org: Org) -> None:
    job = begin(org)
    assert upload(org, job, "LastName\n").status_code == 201
    twice = upload(org, job, "LastName\n")
    org.send("PATCH", f"/jobs/ingest/{job['id']}", {"state": "UploadComplete"})
    late = upload(org, job, "LastName\n")
    again = org.send("PATCH", f"/jobs/ingest/{job['id']}", {"state": "UploadComplete"})

    assert [one.json()[0]["errorCode"] for one in (twice, late, again)] == ["INVALIDJOBSTATE"] * 3
    assert twice.json()[0]["message"].startswith(f"Found multiple contents for job: <{job['id']}>")
    as_json = org.http.put(f"/{begin(org)['contentUrl']}", json={})
    assert as_json.status_code == 415


def test_a_job_is_aborted_and_forgotten(org: Org) -> None:
    job = begin(org)
    path = f"/jobs/ingest/{job['id']}"
    assert org.send("DELETE", path).json()[0]["errorCode"] == "INVALIDJOBSTATE"

    aborted = org.send("PATCH", path, {"state": "Aborted"})

    assert aborted.json()["state"] == "Aborted"
    assert org.send("PATCH", path, {"state": "Aborted"}).status_code == 400
    assert [one["id"] for one in org.get("/jobs/ingest").json()["records"]] == [job["id"]]
    assert org.send("DELETE", path).status_code == 204
    assert org.get(path).status_code == 404


def test_a_job_is_its_makers_and_its_versions(org: Org) -> None:
    """Nobody else sees it, no other API version reads it, and after a week it is gone."""
    job = begin(org)
    other = org.tenant.mint("Asymbl ATS Admin").credential["access_token"]

    assert org.http.get(f"{DATA}/jobs/ingest/{job['id']}", headers={"Authorization": f"Bearer {other}"}).status_code == 404
    assert org.http.get(f"/services/data/v62.0/jobs/ingest/{job['id']}").status_code == 409
    org.tenant.set_options({"session_timeout_seconds": 30 * 24 * 3600})
    assert org.get(f"/jobs/ingest/{job['id']}").status_code == 200
    org.tenant.advance(8 * 24 * 3600)
    assert org.get(f"/jobs/ingest/{job['id']}").status_code == 404


# -- query -------------------------------------------------------------------------------------------------------------


def ask(org: Org, query: str, operation: str = "query", **more: Any) -> httpx.Response:
    return org.send("POST", "/jobs/query", {"operation": operation, "query": query, **more})


def results(org: Org, query: str, operation: str = "query", **more: Any) -> str:
    job = ask(org, query, operation, **more).json()
    org.tenant.advance(1)
    answer = org.get(f"/jobs/query/{job['id']}/results")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_query_job_goes_through_its_states(org: Org) -> None:
    org.create("Contact", LastName="Novak")
    job = ask(org, "SELECT Id FROM Contact").json()
    assert {name: job[name] for name in ("operation", "object", "state", "contentType", "apiVersion")} == {
        "operation": "query", "object": "Contact", "state": "UploadComplete", "contentType": "CSV", "apiVersion": 63.0,
    }  # fmt: skip
    early = org.get(f"/jobs/query/{job['id']}/results")
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert org.get(f"/jobs/query/{job['id']}").json()["numberRecordsProcessed"] == 0

    org.tenant.advance(1)

    done = org.get(f"/jobs/query/{job['id']}").json()
    assert (done["state"], done["jobType"], done["numberRecordsProcessed"]) == ("JobComplete", "V2Query", 1)


def test_rows_come_as_csv(org: Org) -> None:
    """Everything in double quotes, nothing for null, moments with Z, parents by their path."""
    account = org.create("Account", Name='Acme "Inc", Berlin', AnnualRevenue=5)
    id = org.create("Contact", LastName="Novak", AccountId=account, Description="two\nlines")

    text = results(org, "SELECT Id, Title, Account.Name, Account.AnnualRevenue, HasOptedOutOfEmail, CreatedDate FROM Contact")

    created = org.rows("Contact")[0]["CreatedDate"].replace("+0000", "Z")
    header = '"Id","Title","Account.Name","Account.AnnualRevenue","HasOptedOutOfEmail","CreatedDate"'
    assert text == f'{header}\n"{id}","","Acme ""Inc"", Berlin","5.0","false","{created}"\n'


def test_pages_are_linked_by_locators(org: Org) -> None:
    """The last one says null; a page has as many rows as are asked for."""
    ingest(org, "LastName\n" + "".join(f"N{number:03d}\n" for number in range(250)))
    job = ask(org, "SELECT LastName FROM Contact ORDER BY LastName").json()
    org.tenant.advance(1)
    path, locator, names, sizes = f"/jobs/query/{job['id']}/results", None, [], []

    while locator != "null":
        page = org.get(path, maxRecords=100, **({"locator": locator} if locator is not None else {}))
        locator = page.headers["sforce-locator"]
        sizes.append(int(page.headers["sforce-numberofrecords"]))
        names.extend(page.text.splitlines()[1:])

    assert sizes == [100, 100, 50]
    assert names == [f'"N{number:03d}"' for number in range(250)]
    for bad in ("x", "OTk5", "!!"):
        assert org.get(path, locator=bad).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    assert org.get(path, maxRecords=0).json()[0]["errorCode"] == "INVALID_INPUT"


def test_the_answer_is_that_of_the_moment_of_asking(org: Org) -> None:
    id = org.create("Contact", LastName="Novak")
    job = ask(org, "SELECT LastName FROM Contact").json()
    org.send("POST", "/composite/batch", {"batchRequests": [{"method": "DELETE", "url": f"v63.0/composite/sobjects?ids={id}"}]})
    org.tenant.advance(1)

    assert org.get(f"/jobs/query/{job['id']}/results").text == '"LastName"\n"Novak"\n'
    assert results(org, "SELECT LastName FROM Contact") == '"LastName"\n'
    assert results(org, "SELECT LastName, IsDeleted FROM Contact", "queryAll") == '"LastName","IsDeleted"\n"Novak","true"\n'


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("SELECT MailingAddress FROM Contact", "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query"),
        ("SELECT Account.BillingAddress FROM Contact", "FUNCTIONALITY_NOT_ENABLED", "compound data not supported"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "FUNCTIONALITY_NOT_ENABLED", "not supported in Bulk Query"),
        ("SELECT COUNT(Id) FROM Contact", "FUNCTIONALITY_NOT_ENABLED", "Aggregate functions"),
        ("SELECT LastName FROM Contact GROUP BY LastName", "FUNCTIONALITY_NOT_ENABLED", "GROUP BY"),
        ("SELECT Id FROM Contact LIMIT 1 OFFSET 1", "FUNCTIONALITY_NOT_ENABLED", "OFFSET"),
        ("SELECT TYPEOF Owner WHEN User THEN Name END FROM bpats__Job__c", "FUNCTIONALITY_NOT_ENABLED", "TYPEOF"),
        ("SELECT VersionData FROM ContentVersion", "FUNCTIONALITY_NOT_ENABLED", "binary"),
        ("SELECT FIELDS(ALL) FROM Contact LIMIT 5", "MALFORMED_QUERY", "FIELDS"),
        ("SELECT Colour FROM Contact", "INVALID_FIELD", "No such column 'Colour' on entity 'Contact'"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported"),
        ("SELECT", "MALFORMED_QUERY", "unexpected token"),
    ],
)
def test_what_bulk_does_not_read(org: Org, query: str, code: str, words: str) -> None:
    refused = ask(org, query)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)
    assert words in refused.json()[0]["message"]


@pytest.mark.parametrize("body", [{}, {"query": "SELECT Id FROM Contact"}, {"operation": "insert", "query": "SELECT Id FROM Contact"}, []])
def test_a_query_job_must_be_well_formed(org: Org, body: Any) -> None:
    refused = org.send("POST", "/jobs/query", body)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_query_jobs_are_counted_by_the_day(org: Org) -> None:
    org.tenant.set_options({"daily_bulk_jobs": 1, "session_timeout_seconds": 200_000})
    assert ask(org, "SELECT Id FROM Contact").status_code == 200

    over = ask(org, "SELECT Id FROM Contact")

    assert (over.status_code, over.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
    org.tenant.advance(24 * 3600)
    assert ask(org, "SELECT Id FROM Contact").status_code == 200


def test_a_query_job_is_aborted_and_forgotten(org: Org) -> None:
    path = f"/jobs/query/{ask(org, 'SELECT Id FROM Contact').json()['id']}"
    assert org.send("DELETE", path).status_code == 400
    assert org.send("PATCH", path, {"state": "Aborted"}).json()["state"] == "Aborted"
    assert len(org.get("/jobs/query", jobType="V2Query").json()["records"]) == 1
    assert org.get("/jobs/query", jobType="Classic").json() == {"done": True, "records": [], "nextRecordsUrl": None}

    assert org.send("DELETE", path).status_code == 204

    assert org.get(path).status_code == 404


def test_jobs_are_no_records(org: Org) -> None:
    """A dump of the org's truth does not change by reading it in bulk."""
    before = org.tenant.dump()

    results(org, "SELECT Id FROM Contact")

    assert before == org.tenant.dump()

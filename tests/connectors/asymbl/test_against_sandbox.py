"""The connector against the simulated org, over HTTP and by what the admin API shows: neither side knows how the other is made."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from conformance.sandbox import Sandbox, Tenant
from connectors.asymbl.connector import AsymblConnector, connect
from connectors.asymbl.settings import NEEDED
from connectors.unified.actions import ACTIONS
from connectors.unified.connector import Record
from connectors.unified.errors import PermissionMissing, Unauthorized
from mock_servers.engine import server
from mock_servers.engine.vendors import installed
from tests.connectors.asymbl.org import EVERYTHING

CONTACT, JOB, APPLICANT = "Contact", "bpats__Job__c", "bpats__ATS_Applicant__c"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with server.Sandbox(vendors={"asymbl": installed()["asymbl"]}) as running, Sandbox(running.url) as client:
        yield client


@pytest.fixture
def tenant(sandbox: Sandbox) -> Iterator[Tenant]:
    made = sandbox.create("asymbl", scenario="small_org")
    yield made
    made.delete()


def opened(tenant: Tenant, credential: Mapping[str, str] | None = None, **settings: Any) -> AsymblConnector:
    """Waiting moves the tenant's clock."""
    return connect(
        base_url=tenant.base_url,
        credential=dict(tenant.credential) if credential is None else credential,
        settings={"seed": 1, **settings},
        sleep=tenant.advance,
    )


def everything(
    asymbl: AsymblConnector, since: Mapping[str, str | None] | None = None
) -> tuple[dict[tuple[str, str], Record], dict[str, str | None]]:
    """(records by model and key, watermarks by stream)."""
    records: dict[tuple[str, str], Record] = {}
    marks: dict[str, str | None] = {}
    for stream in asymbl.streams(EVERYTHING):
        for page in asymbl.read(stream.name, EVERYTHING, since=(since or {}).get(stream.name)):
            records |= {(record.model, record.key): record for record in page.records}
            marks[stream.name] = page.watermark
    return records, marks


def act(asymbl: AsymblConnector, action: str, **values: Any) -> Any:
    return asymbl.act(action, ACTIONS[action].model_validate(values))


def job_of(tenant: Tenant) -> str:
    return str(next(row["id"] for row in tenant.records(JOB) if not row["IsDeleted"]))


# ---------------------------------------------------------------------------------------------------------- signing in


@pytest.mark.parametrize("way", NEEDED)
def test_every_way_to_sign_in_leads_to_the_same_records(tenant, way):
    """A way has only its own fields, and whatever the vendor asks for besides them."""
    besides = {"client_secret", "security_token", "instance_url"}
    given = {name: value for name, value in tenant.credential.items() if name in NEEDED[way] or name in besides}
    if way in ("soap", "access_token"):
        given.pop("client_secret", None)
    records, _ = everything(opened(tenant, given, sign_in=way))

    assert records == everything(opened(tenant))[0]
    assert len(records) > 500


def test_a_session_that_ends_in_the_middle_of_a_list_loses_nothing(tenant):
    """And no place in a list is carried into another session."""
    whole, _ = everything(opened(tenant))
    asymbl = opened(tenant, page_size=200)
    records = {}
    for stream in asymbl.streams(EVERYTHING):
        for page in asymbl.read(stream.name, EVERYTHING):
            records |= {(record.model, record.key): record for record in page.records}
            tenant.advance(3 * 3600)

    # Formulas count the days that have gone by.
    counted = {"custom_fields", "integration_fields", "remote_data"}

    def still(records: dict[tuple[str, str], Record]) -> dict[tuple[str, str], dict[str, Any]]:
        return {key: {name: value for name, value in one.values.items() if name not in counted} for key, one in records.items()}

    assert still(records) == still(whole)
    followed = [entry for entry in tenant.journal() if entry.operation == "query.more"]
    assert {entry.status for entry in followed} <= {200, 401}
    assert [entry.operation for entry in tenant.journal()].count("oauth.token") > 2


def test_a_session_that_is_over_before_the_write_is_renewed_and_written_once(tenant):
    asymbl = opened(tenant)
    everything(asymbl)
    tenant.advance(3 * 3600)
    before = len(tenant.records(CONTACT))
    person = {"first_name": "Nele", "last_name": "Neu", "email_address": "nele.late@example.test"}
    act(asymbl, "Create application", candidate=person, application={"job_id": job_of(tenant)})

    assert len(tenant.records(CONTACT)) == before + 1


def test_a_revoked_credential_ends_the_sync(tenant):
    minted = tenant.mint("all")
    asymbl = opened(tenant, minted.credential)
    everything(asymbl)
    tenant.revoke(minted.id)
    with pytest.raises(Unauthorized):
        everything(asymbl)


# ---------------------------------------------------------------------------------------------------------------- bulk


def test_rest_and_bulk_give_the_same_records(tenant):
    """Odd numbers, texts, times and nulls among them."""
    rest, marks = everything(opened(tenant, bulk_above=None))
    bulk, bulk_marks = everything(opened(tenant, bulk_above=0, bulk_page_rows=100))

    assert rest == bulk
    assert repr(sorted(rest.items(), key=repr)) == repr(sorted(bulk.items(), key=repr))
    assert marks == bulk_marks
    assert "bulk.query.results" in {entry.operation for entry in tenant.journal()}


def test_changes_come_alike_both_ways(tenant):
    """Among them a deletion."""
    _, marks = everything(opened(tenant))
    tenant.advance(600)
    asymbl = opened(tenant)
    contact = next(row["id"] for row in tenant.records(CONTACT) if row["FirstName"] == "Ada" and not row["IsDeleted"])
    asymbl.passthrough("PATCH", f"/services/data/v63.0/sobjects/Contact/{contact}", data={"Title": "Countess"})
    rest, _ = everything(opened(tenant, bulk_above=None), marks)
    bulk, _ = everything(opened(tenant, bulk_above=0), marks)

    assert rest == bulk
    assert rest["Candidates", contact].values["title"] == "Countess"


def test_the_bulk_jobs_are_deleted(tenant):
    asymbl = opened(tenant, bulk_above=0)
    everything(asymbl)
    jobs = asymbl.passthrough("GET", "/services/data/v63.0/jobs/query")

    assert jobs.data["records"] == []


# --------------------------------------------------------------------------------------------------------- permissions


def test_a_hidden_field_is_reported_by_name_and_not_null(tenant, sandbox):
    permissions = [name for name in sandbox.vendors()["asymbl"].permissions if name not in ("Contact.Title: read", "Contact.Title: edit")]
    asymbl = opened(tenant, tenant.mint(permissions).credential)
    pages = list(asymbl.read("candidates", EVERYTHING))

    assert [(one.model, one.field, one.missing_permissions) for page in pages for one in page.diagnostics] == [
        ("Candidates", "title", ("Contact.Title: read",))
    ]
    assert not [record for page in pages for record in page.records if "title" in record.values]


def test_a_missing_right_to_create_is_named_and_nothing_is_written(tenant, sandbox):
    permissions = [name for name in sandbox.vendors()["asymbl"].permissions if name != f"{APPLICANT}: create"]
    asymbl = opened(tenant, tenant.mint(permissions).credential)
    before = len(tenant.records(CONTACT))
    person = {"first_name": "Nele", "last_name": "Neu", "email_address": "nele@example.test"}
    with pytest.raises(PermissionMissing) as caught:
        act(asymbl, "Create application", candidate=person, application={"job_id": job_of(tenant)})

    assert caught.value.missing_permissions == (f"{APPLICANT}: create",)
    assert len(tenant.records(CONTACT)) == before


def test_fields_are_explored_without_a_sync(tenant):
    asymbl = opened(tenant)
    found = {one.key: one for one in asymbl.explore("Candidates", samples=5)}

    assert found["bpats__Desired_Salary__c"].type == "CUSTOM"
    assert {len(one.samples) for one in found.values()} == {5}
    assert not [entry for entry in tenant.journal() if entry.writes]


# ------------------------------------------------------------------------------------------------------------- actions


def test_an_application_its_files_and_its_next_stage(tenant):
    """The whole way of a candidate, as the org's own tables show it."""
    asymbl, job = opened(tenant), job_of(tenant)
    stages = sorted(
        (row for row in tenant.records("bpats__ATS_Stage__c") if row["bpats__Job__c"] == job and not row["IsDeleted"]),
        key=lambda row: row["bpats__Sequence__c"],
    )
    person = {"first_name": "Nele", "last_name": "Neu", "email_address": "nele@example.test", "title": "Welder"}
    file = {"name": "cv.pdf", "type": "CV", "content_type": "application/pdf", "data": base64.b64encode(b"%PDF-1.4 nele").decode()}
    made = act(asymbl, "Create candidate", candidate=person, application={"job_id": job}, attachments=[file], source={"name": "LinkedIn"})
    applicant, contact = made.created["Applications"], made.created["Candidates"]
    act(asymbl, "Move application to stage", application_id=applicant, stage_id=stages[1]["id"])
    files = act(asymbl, "Get candidate attachments", candidate_id=contact).data["results"]
    (row,) = [row for row in tenant.records(APPLICANT) if row["id"] == applicant]

    assert made.warnings == ()
    assert (row["bpats__ATS_Applicant__c"], row["bpats__Job__c"], row["bpats__Source__c"]) == (contact, job, "LinkedIn")
    assert row["bpats__Stage__c"] == stages[1]["id"]
    assert [(one["file_name"], base64.b64decode(one["data_url"].partition(",")[2])) for one in files] == [("cv.pdf", b"%PDF-1.4 nele")]
    assert {(record.model, record.key) for record in made.records} == {("Candidates", contact), ("Applications", applicant)}


def test_what_an_action_returns_is_what_the_next_sync_brings(tenant):
    asymbl = opened(tenant)
    person = {"first_name": "Nele", "last_name": "Neu", "email_address": "nele@example.test"}
    made = act(asymbl, "Create application", candidate=person, application={"job_id": job_of(tenant)})
    synced, _ = everything(asymbl)

    assert {(record.model, record.key): record for record in made.records}.items() <= synced.items()


def test_a_create_whose_answer_was_lost_is_made_once(tenant):
    tenant.fault("lost_answer", operation="composite.run", times=1)
    before = len(tenant.records(APPLICANT))
    person = {"first_name": "Nele", "last_name": "Neu", "email_address": "nele@example.test"}
    made = act(opened(tenant), "Create application", candidate=person, application={"job_id": job_of(tenant)})

    assert len(tenant.records(APPLICANT)) == before + 1
    assert made.created["Applications"] in {row["id"] for row in tenant.records(APPLICANT)}


def test_the_standard_duplicate_rule_alerts_and_is_overruled_for_another_address(tenant):
    """Same e-mail is found before; the rule is about people who are alike."""
    twin = next(row for row in tenant.records(CONTACT) if row["Email"] and row["FirstName"] and not row["IsDeleted"])
    tenant_before = len(tenant.records(CONTACT))
    person = {"first_name": twin["FirstName"], "last_name": twin["LastName"], "email_address": f"other.{twin['Email']}"}
    made = act(opened(tenant), "Create application", candidate=person, application={"job_id": job_of(tenant)})

    assert made.created["Candidates"] != twin["id"]
    assert len(tenant.records(CONTACT)) == tenant_before + 1

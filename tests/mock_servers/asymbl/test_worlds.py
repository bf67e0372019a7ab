"""Large orgs are orgs: what the package demands of records holds for all of them, queries find them, and they can be gone on with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.sandbox import Sandbox
from mock_servers.asymbl import ids
from mock_servers.asymbl.package import APPLICANT, JOB, STAGE, relationship_key
from mock_servers.asymbl.schema import whole_schema
from mock_servers.asymbl.vendor import VENDOR
from mock_servers.engine.names import BadWorld
from mock_servers.engine.scenarios import Scenarios
from mock_servers.engine.store import Store
from tests.mock_servers.asymbl.conftest import Org, error_of, opened

WORLD = "world:candidates=50,applications=220,jobs=6,users=3,seed=5"


@pytest.fixture(scope="module")
def store() -> Store:
    return Scenarios().get(VENDOR, WORLD).store


@pytest.fixture
def large(sandbox: Sandbox) -> Iterator[Org]:
    yield from opened(sandbox, WORLD)


def test_an_applications_stage_is_its_jobs_and_nobody_applies_twice_for_one(store: Store) -> None:
    """The lookup filter and the unique key, which a create would have enforced."""
    job_of_stage = {stage["id"]: stage["bpats__Job__c"] for stage in store.where(STAGE)}
    applicants = list(store.where(APPLICANT))
    keys = {relationship_key(row["bpats__ATS_Applicant__c"], row["bpats__Job__c"]) for row in applicants}

    assert all(job_of_stage[row["bpats__Stage__c"]] == row["bpats__Job__c"] for row in applicants)
    assert {row["bpats__Contact_Job_Relationship__c"] for row in applicants} == keys
    assert len(keys) == 220


@pytest.mark.parametrize("table", ["Contact", APPLICANT, JOB, STAGE, "User", "Account"])
def test_what_a_record_names_exists_and_what_it_picks_can_be_picked(store: Store, table: str) -> None:
    """References lead somewhere, ids are well formed, restricted picklists hold their values, and what is required is there."""
    sobject = whole_schema()[table]
    rows = list(store.where(table))
    there = {id for (id,) in store.read(" UNION ".join(f'SELECT id FROM "{name}"' for name in ("Contact", JOB, STAGE, "User", "Account")))}
    there |= {row["id"] for name in ("RecordType", "Profile") for row in store.where(name)}

    assert rows
    assert all(ids.normalised(row["id"]) == row["id"] for row in rows)
    for field in sobject.fields.values():
        values = {row[field.column] for row in rows if field.column in row and row[field.column] is not None}
        if field.type == "reference":
            assert values <= there, field.name
        elif field.type == "picklist" and field.restricted:
            assert values <= set(field.values), field.name
        if field.name in sobject.required_names and field.column in store.template(table):
            assert all(row[field.column] is not None for row in rows), field.name


def test_queries_find_them_page_by_page(large: Org) -> None:
    query = f"SELECT Id, bpats__ATS_Applicant__r.Name, bpats__Stage__r.bpats__Job__c, bpats__Job__c FROM {APPLICANT} ORDER BY Name"
    first = large.query(query, sforce_query_options="batchSize=200").json()
    second = large.http.get(first["nextRecordsUrl"]).json()
    records = [*first["records"], *second["records"]]

    assert (first["totalSize"], len(first["records"]), second["done"]) == (220, 200, True)
    assert len({record["Id"] for record in records}) == 220
    assert all(record["bpats__ATS_Applicant__r"]["Name"].strip() for record in records)
    assert all(record["bpats__Stage__r"]["bpats__Job__c"] == record["bpats__Job__c"] for record in records)


def test_what_is_entered_later_goes_on_from_there(large: Org) -> None:
    """Numbers go on, ids do not meet, and a second application for the same job is refused."""
    taken = large.found(f"SELECT bpats__ATS_Applicant__c, bpats__Job__c, bpats__Stage__c FROM {APPLICANT} LIMIT 1")[0]
    contact = large.create("Contact", LastName="Newcomer")
    new = large.create(APPLICANT, **{**taken, "bpats__ATS_Applicant__c": contact})

    assert large.found(f"SELECT Name FROM {APPLICANT} WHERE Id = '{new}'") == [{"Name": "APP-00221"}]
    assert large.found("SELECT COUNT() FROM Contact") == []
    assert large.query("SELECT COUNT() FROM Contact").json()["totalSize"] == 51
    assert error_of(large.send("POST", f"/sobjects/{APPLICANT}", taken))[1] == "DUPLICATE_VALUE"


def test_an_org_without_people_or_users_is_made_too() -> None:
    store = Scenarios().get(VENDOR, "world:candidates=0,jobs=0,users=0").store
    ownerless = Scenarios().get(VENDOR, "world:candidates=2,jobs=3,users=0").store
    (user,) = ownerless.where("User")

    assert [store.count(table) for table in ("Contact", APPLICANT, JOB, "User")] == [0, 0, 0, 1]
    assert {row["OwnerId"] for table in ("Contact", APPLICANT, JOB) for row in ownerless.where(table)} == {user["id"]}


def test_more_applications_than_there_can_be_are_refused() -> None:
    with pytest.raises(BadWorld, match="a contact applies once for a job"):
        Scenarios().get(VENDOR, "world:candidates=2,jobs=2,applications=5")

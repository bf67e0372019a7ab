"""What a user may not see is reported by name and never becomes a null; probe and explorer ask without a sync."""

from __future__ import annotations

import pytest

from connectors.asymbl.columns import CELLS, SOBJECTS, guarded, home_of, may_read, may_see
from connectors.unified.connector import Explorer
from connectors.unified.errors import NotSupported, PermissionMissing, Unauthorized
from tests.connectors.asymbl.org import EVERYTHING, Org, as_json, connected, number, only, small_org
from tests.connectors.asymbl.test_reading import APPLICANT, BAKER, CONTACT, JOB, MIRA, STAGE, keys, queries, read, values

STREAM_OF = {
    "Users": "users",
    "Jobs": "jobs",
    "Candidates": "candidates",
    "Application Stages": "stages",
    "Applications": "applications",
    "Job-specific application stages": "stages",
    "Job hiring team members": "jobs",
}

HIDEABLE = sorted(
    {
        (model, field, *home_of(SOBJECTS[model], column))
        for model, cells in CELLS.items()
        for field, cell in cells.items()
        for column in cell.columns
        if guarded(*home_of(SOBJECTS[model], column)) and "index" not in field and not (model.startswith("Job-") and field == "job_id")
    }
)


@pytest.fixture
def org() -> Org:
    return small_org()


def denied(pages) -> dict[tuple[str, str | None], tuple[str, ...]]:
    return {(one.model, one.field): one.missing_permissions for page in pages for one in page.diagnostics if one.reason == "not_permitted"}


@pytest.mark.parametrize(("model", "field", "sobject", "column"), HIDEABLE, ids=lambda value: value)
def test_a_hidden_column_denies_its_field_and_nothing_else(fake, org, model, field, sobject, column):
    """The field is left out of every record, not null, and the diagnostic names the permission."""
    asymbl = connected(fake, org)
    before = read(asymbl, STREAM_OF[model])
    org.hidden.add(f"{sobject}.{column}")
    asymbl.streams(EVERYTHING)
    pages = read(asymbl, STREAM_OF[model])

    assert denied(pages)[model, field] == (may_see(sobject, column),)
    assert keys(pages, model) == keys(before, model) != []
    for key in keys(pages, model):
        assert field not in values(pages, model, key)
        kept = {name for name in values(pages, model, key) if (model, name) not in denied(pages)}
        unchanged = kept - {"custom_fields", "integration_fields", "remote_data"}
        assert {name: values(before, model, key)[name] for name in unchanged} == {
            name: values(pages, model, key)[name] for name in unchanged
        }


@pytest.mark.parametrize(
    ("hidden", "stream", "expected"),
    [
        ("User", "users", {("Users", None): ("User: read",)}),
        ("User.UserType", "users", {("Users", None): ("User.UserType: read",)}),
        (CONTACT, "candidates", {("Candidates", None): ("Contact: read",)}),
        (APPLICANT, "candidates", {("Candidates", None): (f"{APPLICANT}: read",)}),
        (f"{APPLICANT}.bpats__ATS_Applicant__c", "candidates", {("Candidates", None): (may_see(APPLICANT, "bpats__ATS_Applicant__c"),)}),
        (APPLICANT, "applications", {("Applications", None): (f"{APPLICANT}: read",)}),
        (
            STAGE,
            "stages",
            {("Application Stages", None): (f"{STAGE}: read",), ("Job-specific application stages", None): (f"{STAGE}: read",)},
        ),
        (f"{STAGE}.bpats__Job__c", "stages", {("Job-specific application stages", None): (may_see(STAGE, "bpats__Job__c"),)}),
        (STAGE, "applications", {("Applications", "outcome"): (f"{STAGE}: read",)}),
        ("bpats__Work_Site_Location__c", "jobs", {("Jobs", "location"): ("bpats__Work_Site_Location__c: read",)}),
    ],
)
def test_a_hidden_object_denies_what_hangs_on_it(fake, org, hidden, stream, expected):
    org.hidden.add(hidden)
    pages = read(connected(fake, org), stream)

    assert denied(pages) == expected
    assert not [record for page in pages for record in page.records if (record.model, None) in expected]


def test_two_reasons_are_both_named(fake, org):
    org.hidden |= {CONTACT, APPLICANT}

    assert denied(read(connected(fake, org), "candidates")) == {("Candidates", None): ("Contact: read", f"{APPLICANT}: read")}


def test_the_source_of_an_application_is_part_of_a_candidates(fake, org):
    """Without it nobody could say that there is no source."""
    org.hidden.add(f"{APPLICANT}.bpats__Source__c")
    pages = read(connected(fake, org), "candidates")

    assert denied(pages) == {("Candidates", "source"): (may_see(APPLICANT, "bpats__Source__c"),)}


@pytest.mark.parametrize(
    ("hidden", "missing", "left"),
    [
        (f"{JOB}.bpats__Delivery_Lead__c", (may_see(JOB, "bpats__Delivery_Lead__c"),), 2),
        (CONTACT, ("Contact: read",), 3),
        ("Contact.Email", ("Contact.Email: read",), 3),
        ("User", ("User: read",), 0),
        ("User.UserType", ("User.UserType: read",), 0),
        ("User.Email", ("User.Email: read",), 3),
        (f"{JOB}.bpats__Hiring_Manager__c", (may_see(JOB, "bpats__Hiring_Manager__c"),), 3),
    ],
)
def test_a_team_that_is_seen_in_part_is_delivered_in_part_and_reported(fake, org, hidden, missing, left):
    """And nobody is taken off it meanwhile."""
    org.hidden.add(hidden)
    org.touch(JOB, BAKER, "2026-02-20T00:00:00.000+0000")
    asymbl = connected(fake, org)
    pages = read(asymbl, "jobs")

    assert denied(pages)["Job hiring team members", None] == missing
    assert len(keys(pages, "Job hiring team members")) == left
    assert not [page for page in read(asymbl, "jobs", since="2026-02-19T00:00:00.000+0000") if page.complete]


def test_a_column_that_describe_shows_and_a_query_refuses_is_given_up(fake, org):
    """Permissions may change in between; the rest is read all the same."""
    org.unqueryable.add("Contact.Title")
    pages = read(connected(fake, org), "candidates")

    assert denied(pages) == {("Candidates", "title"): ("Contact.Title: read",)}
    assert len(keys(pages, "Candidates")) == 2


def test_what_is_granted_is_there_with_the_next_sync(fake, org):
    """An object is described once a sync, which begins with asking for the streams."""
    asymbl = connected(fake, org)
    org.hidden.add("Contact.Title")
    for stream in asymbl.streams(EVERYTHING):
        read(asymbl, stream.name)
    described = [asked.path for asked in fake.asked if asked.path.endswith("/describe")]
    org.hidden.clear()
    asymbl.streams(EVERYTHING)

    assert len(described) == len(set(described)) == 6

    assert values(read(asymbl, "candidates"), "Candidates", MIRA)["title"] == "Baker"


def test_an_api_that_the_user_may_not_call_is_a_permission(fake, org):
    off = as_json([{"message": "API is disabled for this User", "errorCode": "API_CURRENTLY_DISABLED"}], 403)
    org.before = lambda asked: None if "oauth2" in asked.path else off
    asymbl = connected(fake, org)
    with pytest.raises(PermissionMissing) as caught:
        read(asymbl, "users")

    assert caught.value.missing_permissions == ("API Enabled",)
    with pytest.raises(PermissionMissing):
        read(asymbl, "jobs")
    assert len([asked for asked in fake.asked if "oauth2" not in asked.path]) == 1
    assert {one.diagnostic.missing_permissions for one in asymbl.probe(EVERYTHING) if one.diagnostic} == {("API Enabled",)}


# -------------------------------------------------------------------------------------------------------------- probe


def test_a_probe_speaks_of_every_model_and_field_and_writes_nothing(fake, org):
    told = connected(fake, org).probe(EVERYTHING)

    assert {(one.model, one.field) for one in told} >= {(model, field) for model, fields in EVERYTHING.items() for field in (None, *fields)}
    assert all(one.readable for one in told)
    assert {asked.method for asked in fake.asked if "oauth2" not in asked.path} == {"GET"}
    assert all("LIMIT 1" in query for query in queries(fake))


def test_a_probe_names_what_lacks(fake, org):
    org.hidden |= {"Contact.Title", STAGE}
    told = {(one.model, one.field): one for one in connected(fake, org).probe(EVERYTHING)}

    def missing(model, field):
        return told[model, field].diagnostic and told[model, field].diagnostic.missing_permissions

    assert missing("Candidates", None) is None
    assert missing("Candidates", "title") == ("Contact.Title: read",)
    assert missing("Candidates", "first_name") is None
    assert missing("Application Stages", None) == missing("Application Stages", "id") == (may_read(STAGE),)
    assert missing("Applications", "outcome") == (may_read(STAGE),)
    assert missing("Jobs", None) is None


def test_a_probe_believes_the_query_more_than_describe(fake, org):
    org.unqueryable.add("Contact.Title")
    told = {(one.model, one.field): one.readable for one in connected(fake, org).probe(only("Candidates"))}

    assert (told["Candidates", "title"], told["Candidates", None]) == (False, True)


def test_a_probe_with_a_refused_credential_has_no_verdict(fake, org):
    with pytest.raises(Unauthorized):
        connected(fake, org, credential={"access_token": "00D!dead"}).probe(EVERYTHING)


# ----------------------------------------------------------------------------------------------------------- explorer


def test_fields_are_explored_live_with_the_latest_values(fake, org):
    """No sync is needed, and what an admin makes is there at once."""
    asymbl = connected(fake, org)
    org.tables[CONTACT][MIRA]["CreatedDate"] = "2026-02-20T00:00:00.000+0000"
    found = {one.key: one for one in asymbl.explore("Candidates", samples=2)}

    assert isinstance(asymbl, Explorer)
    assert (found["Shoe_Size__c"].label, found["Shoe_Size__c"].type, found["Shoe_Size__c"].data_type) == ("Shoe Size", "CUSTOM", "double")
    assert found["Shoe_Size__c"].samples == (42.0, None)
    assert (found["Title"].type, found["Title"].samples) == ("DEFAULT", ("Baker", None))
    org.extra["Contact"] = "Badge__c:boolean"
    assert "Badge__c" in {one.key for one in asymbl.explore("Candidates", samples=0)}


def test_only_candidates_are_explored_not_clients(fake, org):
    found = {one.key: one.samples for one in connected(fake, org).explore("Candidates", samples=9)}

    assert "Cleo" not in found["FirstName"]


def test_jobs_are_explored_too(fake, org):
    found = {one.key: one for one in connected(fake, org).explore("Jobs", samples=3)}

    assert (found["Bench__c"].type, set(found["Bench__c"].samples)) == ("CUSTOM", {3, None})
    assert len(org.tables[JOB]) == len(found["Name"].samples) == 2


def test_what_may_not_be_seen_is_not_explored(fake, org):
    asymbl = connected(fake, org)
    org.hidden.add("Contact.Shoe_Size__c")
    assert "Shoe_Size__c" not in {one.key for one in asymbl.explore("Candidates", samples=1)}

    org.hidden.add(JOB)
    with pytest.raises(PermissionMissing) as caught:
        asymbl.explore("Jobs", samples=1)
    assert caught.value.missing_permissions == (may_read(JOB),)


def test_without_applications_fields_are_explored_without_values(fake, org):
    """Whoever may not see who applied may not tell candidates from clients."""
    org.hidden.add(APPLICANT)

    assert {one.samples for one in connected(fake, org).explore("Candidates", samples=2)} == {()}


def test_other_models_have_no_explorer(fake, org):
    with pytest.raises(NotSupported, match="Jobs and Candidates"):
        connected(fake, org).explore("Users", samples=1)


def test_the_number_of_ids_is_right():
    """The checksum of ids is the facts' own: three groups of five, a bit for each capital letter."""
    assert number("bpats__Job__c", 1) == "a0MA00000000001MAA"

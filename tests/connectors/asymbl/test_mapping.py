"""Each cell of the mapping tables, against records as a query gives them."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.asymbl.described import FieldInfo
from connectors.asymbl.mapping import TABLES, Context, JobStage, Seen, TeamMember, filled
from connectors.asymbl.schema import View
from connectors.transport.mapping import Withheld
from connectors.unified.connector import Ref
from connectors.unified.values import to_instant

HOME = "https://acme.my.salesforce.com"
HIRED = frozenset({"hired", "placed", "placement"})


def info(name: str, *, custom: bool = True) -> FieldInfo:
    return FieldInfo(name, f"The {name}", "string", custom, createable=True, updateable=True, restricted=False)


def value(model: str, field: str, row: dict[str, Any], **context: Any) -> Any:
    view = View("X", (), {}, customs=context.pop("customs", ()), picked=context.pop("picked", ()), own=context.pop("own", ()))
    seen = Seen({"Id": "a01", **row}, Context(HOME, view, **{"hired_stages": HIRED, "currency": None, **context}))
    found = filled(model, seen, wanted={field})
    return found.withheld[field] if field in found.withheld else found.values[field]


# ------------------------------------------------------------------------------------------------------------- users


@pytest.mark.parametrize(("column", "field"), [("FirstName", "first_name"), ("LastName", "last_name"), ("Email", "email")])
def test_users_are_taken_as_they_are(column, field):
    assert value("Users", field, {column: "ada@acme.test"}) == "ada@acme.test"
    assert value("Users", field, {column: None}) is None


@pytest.mark.parametrize(("active", "status"), [(True, "ACTIVE"), (False, "INACTIVE")])
def test_a_user_who_left_is_inactive(active, status):
    assert value("Users", "status", {"IsActive": active}) == status


# -------------------------------------------------------------------------------------------------------------- jobs


@pytest.mark.parametrize(
    ("title", "name", "expected"), [("Baker", "J-1", "Baker"), (None, "J-1", "J-1"), (" ", "J-1", "J-1"), (None, None, None)]
)
def test_a_job_is_called_by_its_title(title, name, expected):
    assert value("Jobs", "name", {"bpats__Job_Title__c": title, "Name": name}) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Permanent", "FULL_TIME"),
        ("Direct Hire", "FULL_TIME"),
        ("Contract", "CONTRACT"),
        ("Contract to Hire", "CONTRACT"),
        ("Consulting", "CONTRACT"),
        ("Temporary", "TEMPORARY"),
        ("Ehrenamt", "Ehrenamt"),
        (None, None),
    ],
)
def test_the_type_of_a_job_is_read_by_its_words(kind, expected):
    """One without a known word is passed on as it is."""
    assert value("Jobs", "employment_type", {"bpats__Type__c": kind}) == expected


@pytest.mark.parametrize(
    ("closed", "active", "label", "expected"),
    [
        (True, True, "Open", "CLOSED"),
        (False, True, "On Hold", "OPEN"),
        (False, False, "Open", "OPEN"),
        (False, False, "draft", "DRAFT"),
        (False, False, "Filled", "CLOSED"),
        (False, False, "Cancelled", "CLOSED"),
        (False, False, "On Hold", "On Hold"),
        (False, False, None, None),
    ],
)
def test_the_checkboxes_decide_before_the_status(closed, active, label, expected):
    row = {"bpats__Is_Closed__c": closed, "bpats__Is_Active__c": active, "bpats__Status__c": label}

    assert value("Jobs", "status", row) == expected


@pytest.mark.parametrize(("posted", "expected"), [(True, "PUBLIC"), (False, "INTERNAL")])
def test_a_posted_job_is_public(posted, expected):
    assert value("Jobs", "visibility", {"bpats__Post_Externally__c": posted}) == expected


@pytest.mark.parametrize(
    ("salary", "rate", "expected"),
    [(50000.0, 17.5, 50000), (0.0, 17.5, 0), (None, 17.5, 17.5), (None, None, None), (50000.5, None, 50000.5)],
)
def test_the_salary_counts_before_the_rate(salary, rate, expected):
    """Zero is a salary."""
    assert value("Jobs", "salary_amount", {"bpats__Salary__c": salary, "bpats__Pay_Rate__c": rate}) == expected


def test_the_currency_is_the_records_own_where_it_has_one():
    assert value("Jobs", "salary_currency", {"CurrencyIsoCode": "CHF"}, currency="EUR") == "CHF"
    assert value("Jobs", "salary_currency", {}, currency="EUR") == "EUR"
    assert isinstance(value("Jobs", "salary_currency", {}), Withheld)


def site(**parts: Any) -> dict[str, Any]:
    return {"bpats__Work_Site_Location__c": "a0W", "bpats__Location__c": "Somewhere", "bpats__Work_Site_Location__r": parts}


def test_a_job_is_at_its_work_site_else_where_the_text_says():
    plant = value("Jobs", "location", site(Name="Plant", bpats__Country_Code__c="US", bpats__State_Code__c="NY"))
    abroad = value("Jobs", "location", site(Name="Plant", bpats__Country_Code__c="Other", bpats__State_Code__c=None))
    unshared = value("Jobs", "location", {**site(), "bpats__Work_Site_Location__r": None})
    text = value("Jobs", "location", {"bpats__Work_Site_Location__c": None, "bpats__Location__c": "Ulm or remote"})

    assert {name: part for name, part in plant.items() if part is not None} == {"raw": "Plant", "country": "US", "state": "NY"}
    assert {name: part for name, part in abroad.items() if part is not None} == {"raw": "Plant", "country": "Other"}
    assert unshared["raw"] == "Somewhere"
    assert text["raw"] == "Ulm or remote"
    assert value("Jobs", "location", {"bpats__Work_Site_Location__c": None, "bpats__Location__c": None}) is None


@pytest.mark.parametrize(
    ("posted", "start", "expected"),
    [
        ("2026-01-15", "2026-02-01", "2026-01-15T00:00:00.000Z"),
        (None, "2026-02-01", "2026-02-01T00:00:00.000Z"),
        (None, None, "2026-01-01T08:00:00.000Z"),
    ],
)
def test_a_job_opens_when_it_is_posted(posted, start, expected):
    row = {"bpats__Posted_Date__c": posted, "bpats__Start_Date__c": start, "CreatedDate": "2026-01-01T08:00:00.000+0000"}

    assert to_instant(value("Jobs", "opened_at", row)) == expected


@pytest.mark.parametrize(
    ("model", "field", "column"),
    [
        ("Jobs", "job_code", "bpats__Job_Number__c"),
        ("Jobs", "description", "bpats__Job_Description__c"),
        ("Jobs", "remote_created_at", "CreatedDate"),
        ("Jobs", "remote_updated_at", "LastModifiedDate"),
        ("Candidates", "first_name", "FirstName"),
        ("Candidates", "last_name", "LastName"),
        ("Candidates", "title", "Title"),
        ("Candidates", "remote_created_at", "CreatedDate"),
        ("Candidates", "remote_updated_at", "LastModifiedDate"),
        ("Application Stages", "name", "Name"),
        ("Applications", "rejection_reason_name", "bpats__Asymbl_Rejection_Reason__c"),
        ("Applications", "remote_created_at", "CreatedDate"),
        ("Applications", "remote_updated_at", "LastModifiedDate"),
    ],
)
def test_some_cells_are_columns_as_they_are(model, field, column):
    assert TABLES[model][field] == column
    assert value(model, field, {column: "x"}) == "x"
    assert value(model, field, {column: None}) is None


# ------------------------------------------------------------------------------------------------ custom and whole


@pytest.mark.parametrize("model", ["Jobs", "Candidates", "Applications"])
def test_custom_fields_have_their_names_and_the_values_as_they_are(model):
    """What is null is there as null; numbers and truth values stay what they are."""
    row = {"A__c": 42.0, "B__c": False, "C__c": None, "D__c": "x;y"}
    customs = tuple(info(name) for name in row)

    assert value(model, "custom_fields", row, customs=customs) == row


@pytest.mark.parametrize("model", ["Jobs", "Candidates", "Applications"])
def test_integration_fields_have_labels_and_tell_who_made_them(model):
    picked = (info("A__c"), info("Title", custom=False))
    found = value(model, "integration_fields", {"A__c": 1, "Title": None}, picked=picked)

    assert found == [
        {"id": "A__c", "key": "A__c", "type": "CUSTOM", "value": 1, "label": "The A__c"},
        {"id": "Title", "key": "Title", "type": "DEFAULT", "value": None, "label": "The Title"},
    ]


@pytest.mark.parametrize(
    ("model", "sobject"),
    [
        ("Users", "User"),
        ("Jobs", "bpats__Job__c"),
        ("Candidates", "Contact"),
        ("Application Stages", "bpats__ATS_Stage__c"),
        ("Applications", "bpats__ATS_Applicant__c"),
    ],
)
def test_the_whole_record_stands_under_its_resource_without_its_parents(model, sobject):
    row = {"Name": "x", "bpats__Stage__r": {"Name": "Hired"}, "CreatedDate": None}

    assert value(model, "remote_data", row, own=("Id", "Name", "CreatedDate")) == {
        f"/sobjects/{sobject}": {"Id": "a01", "Name": "x", "CreatedDate": None}
    }


@pytest.mark.parametrize(
    ("model", "sobject"), [("Jobs", "bpats__Job__c"), ("Candidates", "Contact"), ("Applications", "bpats__ATS_Applicant__c")]
)
def test_the_page_of_a_record(model, sobject):
    assert value(model, "remote_url", {}) == f"{HOME}/lightning/r/{sobject}/a01/view"


# ------------------------------------------------------------------------------------------------------------ people


def test_telephone_numbers_come_with_their_kind_and_blank_ones_do_not_come():
    row = {"Phone": "1", "MobilePhone": "2", "HomePhone": " ", "OtherPhone": None}

    assert value("Candidates", "phone_numbers", row) == [{"phone_number": "1", "type": "WORK"}, {"phone_number": "2", "type": "MOBILE"}]
    assert value("Candidates", "phone_numbers", {"HomePhone": "3", "OtherPhone": "4"}) == [
        {"phone_number": "3", "type": "HOME"},
        {"phone_number": "4", "type": "OTHER"},
    ]


def test_an_address_is_listed_and_none_is_an_empty_list():
    assert value("Candidates", "email_addresses", {"Email": "m@x.test"}) == [{"email_address": "m@x.test", "type": "PERSONAL"}]
    assert value("Candidates", "email_addresses", {"Email": None}) == []


@pytest.mark.parametrize(("lead", "expected"), [("Web", "Web"), (None, "Indeed"), (" ", "Indeed")])
def test_a_source_is_the_contacts_own_else_that_of_the_newest_application(lead, expected):
    assert value("Candidates", "source", {"LeadSource": lead}, sources={"a01": "Indeed"}) == expected
    assert value("Candidates", "source", {"LeadSource": None}, sources={"a02": "Indeed"}) is None


def test_where_a_person_lives():
    row = {
        "MailingStreet": "1 High St\r\nFlat 2\nBack door",
        "MailingCity": "Ulm",
        "MailingState": "BW",
        "MailingPostalCode": "89073",
        "MailingCountry": "Germany",
    }

    assert value("Candidates", "location", row) == {
        "city": "Ulm",
        "country": "DE",
        "raw": None,
        "state": "BW",
        "street_1": "1 High St",
        "street_2": "Flat 2, Back door",
        "zip_code": "89073",
    }
    assert value("Candidates", "location", {**row, "MailingCountryCode": "AT"})["country"] == "AT"
    assert value("Candidates", "location", {**row, "MailingCountry": "Atlantis"})["country"] == "Atlantis"
    assert value("Candidates", "location", dict.fromkeys(row)) is None


# ------------------------------------------------------------------------------------------------------ applications


@pytest.mark.parametrize(
    ("status", "kind", "name", "expected"),
    [
        ("Active", "Hired", "The end", "HIRED"),
        ("Active", "Placement", None, "HIRED"),
        ("Active", "Interview", "hired", "HIRED"),
        ("Active", None, " Placed ", "HIRED"),
        ("Active", None, "Not hired", "PENDING"),
        ("Active", None, "Pending", "PENDING"),
        ("Active", "Offer", "Offer", "PENDING"),
        ("Rejected", "Hired", "Hired", "DECLINED"),
        (None, None, None, "PENDING"),
    ],
)
def test_the_outcome_is_the_status_then_the_stage(status, kind, name, expected):
    row = {"bpats__Applicant_Status__c": status, "bpats__Stage__r": {"bpats__Stage_Type__c": kind, "Name": name}}

    assert value("Applications", "outcome", row) == expected


def test_the_cards_sentence_can_be_read_the_other_way():
    """As the names of two stages that count as hired."""
    row = {"bpats__Applicant_Status__c": "Active", "bpats__Stage__r": {"bpats__Stage_Type__c": None, "Name": "Pending"}}

    assert value("Applications", "outcome", row) == "PENDING"
    assert value("Applications", "outcome", row, hired_stages=frozenset({"hired", "pending"})) == "HIRED"


def test_a_stage_that_is_not_shared_hires_nobody():
    assert value("Applications", "outcome", {"bpats__Applicant_Status__c": "Active", "bpats__Stage__r": None}) == "PENDING"


@pytest.mark.parametrize(
    ("field", "column", "model"),
    [
        ("current_stage_id", "bpats__Stage__c", "Application Stages"),
        ("job_id", "bpats__Job__c", "Jobs"),
        ("candidate_id", "bpats__ATS_Applicant__c", "Candidates"),
    ],
)
def test_lookups_are_references_and_may_be_lost(field, column, model):
    """Salesforce empties the lookup when the record behind it is deleted."""
    assert value("Applications", field, {column: "a06"}) == Ref(model, "a06")
    assert value("Applications", field, {column: None}) is None


# ------------------------------------------------------------------------------------------------------- join models


def test_stages_and_team_members_name_what_they_join():
    stage = filled("Job-specific application stages", JobStage("j", "s", 2), wanted={"index", "job_id", "stage_id"})
    member = filled("Job hiring team members", TeamMember("j", "u", ("RECRUITER",)), wanted={"roles", "job_id", "user_id"})

    assert stage.values == {"index": 2, "job_id": Ref("Jobs", "j"), "stage_id": Ref("Application Stages", "s")}
    assert member.values == {"roles": ["RECRUITER"], "job_id": Ref("Jobs", "j"), "user_id": Ref("Users", "u")}

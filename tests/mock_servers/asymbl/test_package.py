"""What Asymbl's package does by itself, and the rules that it adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.mock_servers.asymbl.conftest import Org, error_of

JOB, APPLICANT, STAGE = "bpats__Job__c", "bpats__ATS_Applicant__c", "bpats__ATS_Stage__c"
TEMPLATE, TEMPLATE_STAGE, TRACKING = "bpats__ATS_Template__c", "bpats__ATS_Template_Stage__c", "bpats__ATS_Stage_Tracking__c"


def template(org: Org, name: str, *stages: str, **more: Any) -> str:
    id = org.create(TEMPLATE, Name=name, bpats__Is_Active__c=True, bpats__Filter_Criteria__c="[]", **more)
    # Entered from the last to the first, so that only the sequence tells the order.
    for number, stage in reversed(list(enumerate(stages, start=1))):
        org.create(TEMPLATE_STAGE, Name=stage, bpats__ATS_Template__c=id, bpats__Sequence__c=number, bpats__Stage_Type__c="Application")
    return id


@dataclass(frozen=True)
class Applying:
    """A job with two stages, and a contact."""

    org: Org
    job: str
    stages: list[str]
    contact: str

    def apply(self, **more: Any) -> str:
        values = {"bpats__ATS_Applicant__c": self.contact, "bpats__Job__c": self.job, "bpats__Stage__c": self.stages[0], **more}
        return self.org.create(APPLICANT, **values)

    def refused(self, **more: Any) -> tuple[int, str, str, list[str] | None]:
        values = {"bpats__ATS_Applicant__c": self.contact, "bpats__Job__c": self.job, "bpats__Stage__c": self.stages[0], **more}
        return error_of(self.org.send("POST", f"/sobjects/{APPLICANT}", values))


@pytest.fixture
def applying(org: Org) -> Applying:
    template(org, "Standard", "Application", "Interview", bpats__Is_Default__c=True)
    job = org.create(JOB, Name="Welder")
    stages = [row["Id"] for row in org.found(f"SELECT Id FROM {STAGE} WHERE bpats__Job__c = '{job}' ORDER BY bpats__Sequence__c")]
    return Applying(org, job, stages, org.create("Contact", LastName="Novak", Email="n@example.org"))


def stage_names(org: Org, job: str) -> list[str]:
    return [row["Name"] for row in org.found(f"SELECT Name FROM {STAGE} WHERE bpats__Job__c = '{job}' ORDER BY bpats__Sequence__c")]


# -- stages --------------------------------------------------------------------------------------------------------------


def test_a_new_job_gets_the_default_templates_stages(org: Org) -> None:
    """Copies in their order, each knowing where it comes from."""
    default = template(org, "Standard", "Application", "Interview", "Offer", bpats__Is_Default__c=True)
    template(org, "Other", "Longlist")

    job = org.create(JOB, Name="Welder")

    assert stage_names(org, job) == ["Application", "Interview", "Offer"]
    assert org.found(f"SELECT bpats__ATS_Template__c FROM {JOB}") == [{"bpats__ATS_Template__c": default}]
    assert None not in {row["bpats__ATS_Template_Stage__c"] for row in org.rows(STAGE)}


def test_a_job_may_name_its_template_or_match_its_filters(org: Org) -> None:
    template(org, "Standard", "Application", bpats__Is_Default__c=True)
    named, matching = template(org, "Named", "Longlist"), template(org, "Contracts", "Sourcing", bpats__Priority__c=1)
    criterion = {"bpats__Target_Field__c": "bpats__Type__c", "bpats__Operator__c": "equals", "bpats__Value__c": "Contract"}
    org.create("bpats__ATS_Template_Filter__c", bpats__Related_Object__c=matching, **criterion)

    assert stage_names(org, org.create(JOB, Name="a", bpats__ATS_Template__c=named)) == ["Longlist"]
    assert stage_names(org, org.create(JOB, Name="b", bpats__Type__c="Contract")) == ["Sourcing"]
    assert stage_names(org, org.create(JOB, Name="c", bpats__Type__c="Permanent")) == ["Application"]


def test_without_a_template_a_job_has_no_stages(org: Org) -> None:
    assert stage_names(org, org.create(JOB, Name="Welder")) == []


def test_templates_may_be_left_alone(org: Org) -> None:
    """A quirk: the copying can be switched off."""
    template(org, "Standard", "Application", bpats__Is_Default__c=True)
    org.tenant.set_quirk("stages_from_template", on=False)

    assert stage_names(org, org.create(JOB, Name="Welder")) == []


def test_an_active_template_needs_filter_criteria(org: Org) -> None:
    status, code, _, fields = error_of(org.send("POST", f"/sobjects/{TEMPLATE}", {"Name": "x", "bpats__Is_Active__c": True}))

    assert (status, code, fields) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", ["bpats__Filter_Criteria__c"])


# -- applications --------------------------------------------------------------------------------------------------------


def test_a_stage_of_another_job_is_refused(applying: Applying) -> None:
    """On create and on a move, in the words of a lookup filter."""
    other = applying.org.create(JOB, Name="Baker")
    stage = applying.org.found(f"SELECT Id FROM {STAGE} WHERE bpats__Job__c = '{other}' LIMIT 1")[0]["Id"]
    expected = (400, "FIELD_FILTER_VALIDATION_EXCEPTION", "Value does not exist or does not match filter criteria.", ["bpats__Stage__c"])

    assert expected == applying.refused(bpats__Stage__c=stage)
    id = applying.apply()
    assert expected == error_of(applying.org.send("PATCH", f"/sobjects/{APPLICANT}/{id}", {"bpats__Stage__c": stage}))


def test_a_contact_applies_once_for_a_job(applying: Applying) -> None:
    """The key is made of both ids; it is free again when the first application is deleted."""
    first = applying.apply()

    status, code, message, _ = applying.refused()

    assert (status, code) == (400, "DUPLICATE_VALUE")
    assert message == f"duplicate value found: bpats__Contact_Job_Relationship__c duplicates value on record with id: {first[:15]}"
    applying.org.send("DELETE", f"/sobjects/{APPLICANT}/{first}")
    assert applying.apply()


def test_an_application_needs_a_stage(applying: Applying) -> None:
    """Unless the tenant lets a trigger fill it."""
    assert applying.refused(bpats__Stage__c=None)[:2] == (400, "REQUIRED_FIELD_MISSING")
    applying.org.tenant.set_quirk("first_stage_filled", on=True)
    id = applying.apply(bpats__Stage__c=None)

    assert applying.org.found(f"SELECT bpats__Stage__c FROM {APPLICANT} WHERE Id = '{id}'") == [{"bpats__Stage__c": applying.stages[0]}]


def test_a_new_application_has_its_dates_and_formulas(applying: Applying) -> None:
    """Status Active, today's dates, values from contact and job; formulas are never written."""
    id = applying.apply()
    applying.org.tenant.advance(2 * 24 * 3600 - 7200)

    names = (
        "Name, bpats__Applicant_Status__c, bpats__Initial_Application_Date__c, bpats__Current_Stage_Date__c, bpats__Applicant_Email__c, "
        "bpats__Days_in_Current_Stage__c, Job_Status__c"
    )
    session = applying.org.token(
        grant_type="refresh_token", **{name: applying.org.secrets[name] for name in ("client_id", "client_secret", "refresh_token")}
    ).json()["access_token"]
    applying.org.http.headers["Authorization"] = f"Bearer {session}"
    (row,) = applying.org.found(f"SELECT {names} FROM {APPLICANT}")

    assert list(row.values()) == ["APP-00001", "Active", "2026-01-05", "2026-01-05", "n@example.org", 2.0, None]
    answer = applying.org.send("PATCH", f"/sobjects/{APPLICANT}/{id}", {"bpats__Applicant_Email__c": "x@example.org"})
    assert error_of(answer)[:2] == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_a_move_leaves_one_row_of_tracking(applying: Applying) -> None:
    """From where, to where, from when to when; the date of the current stage moves on."""
    id = applying.apply()
    applying.org.tenant.advance(3600)

    applying.org.send("PATCH", f"/sobjects/{APPLICANT}/{id}", {"bpats__Stage__c": applying.stages[1]})
    applying.org.send("PATCH", f"/sobjects/{APPLICANT}/{id}", {"bpats__Salary__c": 1})

    (row,) = applying.org.rows(TRACKING)
    moved = (row["bpats__ATS_Applicant__c"], row["bpats__ATS_Stage__c"], row["bpats__ATS_Stage_Moved_To__c"])
    assert moved == (id, *applying.stages)
    assert (row["bpats__Start_Date__c"], row["bpats__End_Date__c"]) == ("2026-01-05T09:00:00.000+0000", "2026-01-05T10:00:00.000+0000")
    assert (row["bpats__Duration_in_Minutes__c"], row["bpats__Type__c"]) == (60.0, "Log")


def test_parents_that_go_leave_the_application_behind(applying: Applying) -> None:
    """Contact and job are lookups that are emptied, and the key with them; the stage is still restricted."""
    id = applying.apply()

    for sobject, parent in (("Contact", applying.contact), (JOB, applying.job)):
        assert applying.org.send("DELETE", f"/sobjects/{sobject}/{parent}").status_code == 204

    (row,) = [row for row in applying.org.rows(APPLICANT) if row["id"] == id]
    names = ("bpats__ATS_Applicant__c", "bpats__Job__c", "bpats__Contact_Job_Relationship__c", "IsDeleted")
    assert [row[name] for name in names] == [None, None, None, False]


def test_a_job_board_application_stays_one(applying: Applying) -> None:
    """No contact and no application comes of it by itself."""
    values = {"bpats__Email__c": "x@example.org", "bpats__First_Name__c": "X", "bpats__Last_Name__c": "Y", "bpats__Job__c": applying.job}
    applying.org.create("bpats__Job_Board_Application__c", **values)

    assert (applying.org.rows(APPLICANT), len(applying.org.rows("Contact"))) == ([], 1)
    assert applying.org.rows("bpats__Job_Board_Application__c")[0]["Name"] == "JBA-0001"


# -- jobs and contacts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "active", "closed"), [("Open", True, False), ("Draft", False, False), ("Filled", False, True), ("Cancelled", False, True)]
)
def test_checkboxes_follow_the_status(org: Org, status: str, active: bool, closed: bool) -> None:
    org.create(JOB, Name="x", bpats__Status__c=status)

    (row,) = org.rows(JOB)
    assert (row["bpats__Is_Active__c"], row["bpats__Is_Closed__c"]) == (active, closed)


def test_a_contact_without_an_account_joins_the_pool(org: Org) -> None:
    pool = org.create("Account", Name="Candidate Pool")

    org.create("Contact", LastName="Novak")

    assert [row["AccountId"] for row in org.rows("Contact")] == [pool]


def test_a_past_interview_is_not_moved(org: Org) -> None:
    id = org.create("bpats__Interview__c", Name="x", bpats__Interview_Date__c="2026-01-04T09:00:00Z")

    answer = org.send("PATCH", f"/sobjects/bpats__Interview__c/{id}", {"bpats__Interview_Date__c": "2026-02-01T09:00:00Z"})

    assert error_of(answer)[:2] == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")


def test_numbers_go_on_where_the_scenario_stopped(agency: Org) -> None:
    """An auto number is above every number that a record has."""
    taken = {row["Name"] for row in agency.rows(APPLICANT)}
    job = agency.create(JOB, Name="Welder", bpats__Status__c="Open")
    stage = agency.found(f"SELECT Id FROM {STAGE} WHERE bpats__Job__c = '{job}' LIMIT 1")[0]["Id"]

    id = agency.create(APPLICANT, bpats__Job__c=job, bpats__Stage__c=stage)

    (row,) = agency.found(f"SELECT Name FROM {APPLICANT} WHERE Id = '{id}'")
    assert row["Name"] > max(taken)

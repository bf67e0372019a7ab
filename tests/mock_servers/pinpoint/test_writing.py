"""Creating, changing and deleting: what is sent is what is kept, what is not sent stays, and a refusal leaves nothing behind."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mock_servers.pinpoint.conftest import Account, details, to

PDF = "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.4 a small one").decode()
MIRA = {"first_name": "Mira", "last_name": "Okafor", "email": "mira@example.test"}
IDA = {"first_name": "Ida", "last_name": "Novak", "email": "ida@example.test"}


def apply(company: Account, attributes: dict[str, Any], job: int = 301, **rest: Any) -> Any:
    reply = company.create("applications", attributes, job=to("jobs", job), **rest)
    assert reply.status_code == 201, reply.text
    return reply.json()["data"]


# -- applying ---------------------------------------------------------------------------------------------------------


def test_an_application_stands_in_the_jobs_own_applied_stage(company: Account) -> None:
    """Without a stage: the first of the basic type applied, of this very job."""
    made = apply(company, IDA, job=305)

    stage = company.row("stages", made["attributes"]["stage_id"])
    assert (stage["basic_type"], stage["stageable_type"], stage["stageable_id"]) == ("applied", "Job", 305)


def test_an_application_may_begin_in_another_stage_of_the_job(company: Account) -> None:
    """A stage of the job is taken; one of another job is not, and nothing is created."""
    before = len(company.tenant.records("applications"))

    refused = company.create("applications", IDA, job=to("jobs", 301), stage=to("stages", 4023))
    taken = company.create("applications", IDA, job=to("jobs", 301), stage=to("stages", 4014))

    assert (refused.status_code, details(refused)) == (422, ["Stage is invalid"])
    assert taken.json()["data"]["attributes"]["stage_id"] == "4014"
    assert len(company.tenant.records("applications")) == before + 1
    assert not any(row["email"] == "ida@example.test" and row["stage_id"] == 4023 for row in company.tenant.records("applications"))


def test_the_email_address_is_the_person(company: Account) -> None:
    """A known address, in whatever case, attaches to that person and updates them; a new one makes a new person."""
    people = len(company.tenant.records("candidates"))

    known = apply(company, {**MIRA, "email": "MIRA@Example.TEST", "town": "York"}, job=305)
    new = apply(company, IDA, job=305)

    assert known["attributes"]["candidate_id"] == "7001"
    assert company.row("candidates", 7001)["town"] == "York"
    assert company.row("candidates", 7001)["email"] == "mira@example.test"
    assert len(company.tenant.records("candidates")) == people + 1
    assert company.row("candidates", new["attributes"]["candidate_id"])["first_name"] == "Ida"


def test_one_person_under_several_jobs(company: Account) -> None:
    """As a job board uses it: each job shows the application, the person lists all of them."""
    ids = [apply(company, IDA, job=job)["id"] for job in (301, 305)]

    person = company.row("applications", ids[0])["candidate_id"]
    document = company.get(f"/candidates/{person}", include="applications")
    assert [one["id"] for one in document["data"]["relationships"]["applications"]["data"]] == ids


def test_a_known_person_may_be_named(company: Account) -> None:
    """The candidate relationship binds the application, whatever the e-mail address says."""
    made = company.create("applications", IDA, job=to("jobs", 305), candidate=to("candidates", 7001)).json()["data"]

    assert made["attributes"]["candidate_id"] == "7001"
    assert company.row("candidates", 7001)["email"] == "mira@example.test"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("phone", "Phone can't be blank"),
        ("phone_iso2", "Phone iso2 can't be blank"),
        ("address1", "Address1 can't be blank"),
        ("town", "Town can't be blank"),
        ("postcode", "Postcode can't be blank"),
        ("country", "Country can't be blank"),
        ("summary", "Summary can't be blank"),
        ("cv_base64_data", "Cv can't be blank"),
    ],
)
def test_a_job_gets_what_it_requires(account: Account, missing: str, said: str) -> None:
    """Each thing that the job requires is missed by itself; with all of them the application is taken."""
    times = {"created_at": "2026-01-01T00:00:00+00:00", "updated_at": "2026-01-01T00:00:00+00:00"}
    demands = {"require_phone": True, "ask_for_address": True, "resume_requirement": "required", "personal_summary_requirement": "required"}
    account.tenant.insert("jobs", {"id": 1, "title": "Pilot", "status": "open", "visibility": "external", **demands, **times})
    stage = {"id": 2, "name": "New", "basic_type": "applied", "position": 1, "stageable_type": "Job", "stageable_id": 1}
    account.tenant.insert("stages", {**stage, **times})
    whole = {
        **IDA,
        "phone": "01632 960002",
        "phone_iso2": "GB",
        "address1": "1 High St",
        "town": "York",
        "postcode": "YO1",
        "country": "GB",
        "summary": "Here I am",
        "cv_base64_data": PDF,
        "cv_base64_filename": "ida.pdf",
    }
    without = {
        name: value for name, value in whole.items() if name != missing and not (missing == "cv_base64_data" and name.startswith("cv"))
    }

    refused = account.create("applications", without, job=to("jobs", 1))
    taken = account.create("applications", whole, job=to("jobs", 1))

    assert (refused.status_code, details(refused)) == (422, [said])
    assert taken.status_code == 201, taken.text
    assert len(account.tenant.records("applications")) == 1


def test_answers_are_sideposted(company: Account) -> None:
    """Pairs of temp-id in relationships and included; each answer carries the field of its question's type."""
    questions = {row["question_type"]: row for row in company.tenant.records("questions") if row["job_id"] == 301}
    short, choice = questions["short_text"], questions["multiple_choice"]
    included = [
        {"type": "answers", "temp-id": "a", "attributes": {"text_answer": "Leeds"}, "relationships": {"question": {"data": to("questions", short["id"])}}},
        {
            "type": "answers",
            "temp-id": "b",
            "attributes": {},
            "relationships": {
                "question": {"data": to("questions", choice["id"])},
                "answer_options": {"data": [{"type": "answer_options", "temp-id": "o", "method": "create"}]},
            },
        },
        {"type": "answer_options", "temp-id": "o", "attributes": {"text": choice["multiple_choice_options"][0]}},
    ]  # fmt: skip
    links = [{"type": "answers", "temp-id": temp, "method": "create"} for temp in "ab"]

    reply = company.create("applications", IDA, included, job=to("jobs", 301), answers=links)

    document = reply.json()
    assert reply.status_code == 201, reply.text
    answers = {item["attributes"]["title"]: item["attributes"] for item in document["included"] if item["type"] == "answers"}
    assert answers[short["title"]]["text_answer"] == "Leeds"
    assert answers[short["title"]]["boolean_answer"] is None
    assert answers[short["title"]]["multiple_choice_answer"] == []
    assert answers[choice["title"]]["multiple_choice_answer"] == choice["multiple_choice_options"][:1]
    assert len(document["data"]["relationships"]["answers"]["data"]) == 2


def test_a_refused_sidepost_takes_all_back(company: Account) -> None:
    """The application was fine, its answer was not: neither is there afterwards, nor the person."""
    before = company.tenant.dump()
    included = [
        {
            "type": "answers",
            "temp-id": "a",
            "attributes": {"text_answer": "?"},
            "relationships": {"question": {"data": to("questions", 999)}},
        }
    ]

    reply = company.create(
        "applications", IDA, included, job=to("jobs", 301), answers=[{"type": "answers", "temp-id": "a", "method": "create"}]
    )

    assert (reply.status_code, details(reply)) == (422, ["Question must exist"])
    assert company.tenant.dump() == before


# -- changing ---------------------------------------------------------------------------------------------------------

CHANGES = {
    "town": st.sampled_from(["York", "Hull", None]),
    "preferred_name": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    "linkedin_url": st.just("https://www.linkedin.com/in/x"),
    "channel": st.sampled_from(["social", "event"]),
    "channel_source": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    "start_on": st.dates().map(str),
    "external_system_reference": st.none() | st.just("ours-1"),
    "is_demo": st.booleans(),
}


@given(sent=st.fixed_dictionaries({}, optional=CHANGES))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_update_changes_what_is_sent_and_nothing_else(company: Account, sent: dict[str, Any]) -> None:
    """Any part of the attributes: they change, all others stay; the answer shows the record as it is now."""
    before = company.row("applications", 5001)

    reply = company.update("applications", 5001, sent)

    after = company.row("applications", 5001)
    assert reply.status_code == 200, reply.text
    assert {name: after[name] for name in sent} == sent
    unsent = after.keys() - sent.keys() - {"updated_at", "state_province"}
    assert {name: after[name] for name in unsent} == {name: before[name] for name in unsent}
    assert {name: reply.json()["data"]["attributes"][name] for name in sent} == sent


def test_moving_to_rejected_and_back(company: Account) -> None:
    """The rejected stage sets rejected_at, leaving it clears that; the furthest stage stays where it was."""
    reached = company.row("applications", 5001)["furthest_stage_id"]

    rejected = company.update("applications", 5001, stage=to("stages", 4011)).json()["data"]["attributes"]
    back = company.update("applications", 5001, stage=to("stages", 4012)).json()["data"]["attributes"]

    assert (rejected["stage_id"], rejected["rejected_at"]) == ("4011", "2026-03-02T09:00:00+00:00")
    assert (back["stage_id"], back["rejected_at"]) == ("4012", None)
    assert company.row("applications", 5001)["furthest_stage_id"] == reached


def test_what_identifies_an_application_cannot_be_changed(company: Account) -> None:
    """stage_id, job_id and all else that is read only: 400, and nothing changes."""
    before = company.tenant.dump()

    for name, value in (
        ("stage_id", "4012"),
        ("job_id", "302"),
        ("candidate_id", "7002"),
        ("full_name", "X"),
        ("uuid", "x"),
        ("concealed", True),
    ):
        reply = company.update("applications", 5001, {name: value})
        assert (reply.status_code, details(reply)) == (400, [f"data.attributes.{name} cannot be written"])

    assert company.tenant.dump() == before


def test_numbers_and_flags_may_be_sent_as_text(company: Account) -> None:
    """As Graphiti reads them: "true" is true, "40000" a number; a word is neither."""
    taken = company.update("jobs", 301, {"remote": "true", "compensation_minimum": "40000", "headcount_maximum": "3"})
    refused = company.update("jobs", 301, {"headcount_maximum": "three"})

    shown = taken.json()["data"]["attributes"]
    assert (shown["remote"], shown["compensation_minimum"], shown["headcount_maximum"]) == (True, 40000, 3)
    assert (refused.status_code, details(refused)) == (400, ["data.attributes.headcount_maximum should be type integer"])


@pytest.mark.parametrize(
    ("type", "id", "attributes"),
    [
        ("departments", 11, {"name": "Crafts", "external_system_reference": "c"}),
        ("locations", 31, {"city": "Hull", "province": None}),
        ("structure_custom_group_ones", 1401, {"name": "Otherbrand"}),
        ("structure_links", 41, {"accepts_speculative_applications": False}),
        ("users", 2, {"time_zone": "UTC", "access_group_id": 1431}),
        ("custom_fields", 61, {"description": "Where it is booked", "required": True}),
        ("jobs", 301, {"external_benefits_header": "What you get", "notify": True, "referral_amount": 500}),
        ("interviews", 301, {"summary": "<p>Went well</p>"}),
        ("job_seekers", 5001, {"town": "Manila", "summary": "Still here"}),
        ("candidates", 7001, {"blocked": True, "middle_name": "Ada"}),
        ("candidate_assessments", 1561, {"result_url": "https://results.example.test/1"}),
        ("requisitions", 1454, {"archive": True}),
    ],
)
def test_every_resource_that_can_be_changed_keeps_what_was_sent(company: Account, type: str, id: int, attributes: dict[str, Any]) -> None:
    """PUT answers 200 with the changed record; a later GET shows the same."""
    reply = company.update(type, id, attributes)

    assert reply.status_code == 200, reply.text
    shown = reply.json()["data"]["attributes"]
    assert {name: shown[name] for name in attributes if name in shown} == {
        name: value for name, value in attributes.items() if name in shown
    }
    assert shown["updated_at"] == "2026-03-02T09:00:00+00:00"
    assert company.get(f"/{type}/{id}")["data"]["attributes"] == shown


def test_documents_show_what_they_depend_on(company: Account) -> None:
    """Ready documents are made again: a renamed field, a changed job and a changed question show in what names them."""
    company.update("custom_fields", 61, {"name": "Account"})
    company.update("jobs", 301, {"title": "Staff Engineer"})

    values = company.get("/custom_attributes", filter__custom_attributable_id="301", filter__custom_attributable_type="Job")["data"]
    assert "Account" in {item["attributes"]["field_name"] for item in values}
    assert company.get("/job_postings/1301")["data"]["attributes"]["title"] == "Staff Engineer"


# -- tags, comments, custom attributes --------------------------------------------------------------------------------


def test_tags_come_and_go_in_pairs(company: Account) -> None:
    """Written as tag and context, read as name and context; a tag that is there is not added twice."""
    tag = {"tag": "Vet", "context": "custom_green"}
    query = "extra_fields[applications]=tags"

    company.update("applications", 5001, {"add_tag_with_context": tag})
    twice = company.update("applications", 5001, {"add_tags_with_context": [tag]}, query=query).json()["data"]["attributes"]["tags"]
    gone = company.update("applications", 5001, {"remove_tag_with_context": tag}, query=query).json()["data"]["attributes"]["tags"]

    assert twice.count({"name": "Vet", "context": "custom_green"}) == 1
    assert {"name": "Vet", "context": "custom_green"} not in gone


def test_a_comment_is_the_system_users_unless_one_is_named(company: Account) -> None:
    """The author is the company's system user; a user may be named instead."""
    times = {"created_at": "2026-01-01T00:00:00+00:00", "updated_at": "2026-01-01T00:00:00+00:00"}
    company.tenant.insert("users", {"id": 99, "email": "system@example.test", "user_type": "system", **times})

    own = company.create("comments", {"body_text": "Hello"}, commentable=to("applications", 5001)).json()["data"]["attributes"]
    named = company.create("comments", {"body_text": "Hello"}, commentable=to("candidates", 7001), user=to("users", 2)).json()["data"][
        "attributes"
    ]

    assert (own["user_id"], own["commentable_type"]) == ("99", "Application")
    assert (named["user_id"], named["commentable_type"]) == ("2", "Candidate")


@pytest.mark.parametrize(
    ("field_type", "sent", "read"),
    [
        ("varchar", {"varchar_value": "A1"}, "A1"),
        ("integer", {"integer_value": 7}, "7"),
        ("decimal", {"decimal_value": "1.50"}, "1.50"),
        ("date", {"date_value": "2026-04-01"}, "2026-04-01"),
        ("boolean", {"boolean_value": False}, "false"),
        ("single_select", {"single_select_value": "b"}, "b"),
        ("multi_select", {"multi_select_value": ["a", "b", "c"]}, "a, b, and c"),
        ("users", {"users_value": ["2"]}, "Björn Þórsson"),
    ],
)
def test_values_of_custom_fields_are_typed_when_written_and_text_when_read(
    company: Account, field_type: str, sent: dict[str, Any], read: str
) -> None:
    """One attribute for each type; a list is read as an English one; options show as what was chosen."""
    options = {"options": ["a", "b", "c"]} if field_type.endswith("select") else {}
    field = company.create("custom_fields", {"name": "New", "field_type": field_type, "resource_type": "job", **options}).json()["data"]

    links = {"custom_field": to("custom_fields", field["id"]), "custom_attributable": to("jobs", 301)}
    made = company.create("custom_attributes", sent, **links).json()["data"]["attributes"]

    assert field["attributes"]["unique_reference"] == f"custom_field_{field['id']}"
    assert (made["value"], made["field_name"]) == (read, "New")
    assert made["option_value"] == ("b" if field_type == "single_select" else None)


# -- deleting ---------------------------------------------------------------------------------------------------------


def test_a_deleted_application_takes_all_that_hangs_on_it(company: Account) -> None:
    """Answers, comments, interviews, files and results go; the person stays."""
    reply = company.delete("applications", 5001)

    assert (reply.status_code, reply.json()) == (200, {"meta": {}})
    truth = company.tenant.dump()
    assert not [row for row in truth["answers"] if (row["answerable_type"], row["answerable_id"]) == ("applications", 5001)]
    assert not [row for row in truth["comments"] if (row["commentable_type"], row["commentable_id"]) == ("Application", 5001)]
    assert not [row for row in truth["interviews"] if (row["interviewable_type"], row["interviewable_id"]) == ("Application", 5001)]
    assert not [row for row in truth["attachments"] if (row["owner_type"], row["owner_id"]) == ("applications", 5001)]
    for table in ("candidate_assessments", "candidate_surveys", "scorecard_ratings", "one_way_video_interviews"):
        assert not [row for row in truth[table] if row["application_id"] == 5001], table
    assert not [row for row in truth["structured_section_responses"] if row["answerable_id"] == 5001]
    # The job seeker of the same number is somebody else's.
    assert [row for row in truth["interviews"] if row["interviewable_type"] == "JobSeeker"]
    assert company.row("candidates", 7001)


def test_a_deleted_record_is_gone_and_its_id_is_not_used_again(company: Account) -> None:
    """404 afterwards, also for a second DELETE; the next record gets another id."""
    made = company.create("divisions", {"name": "North"}).json()["data"]["id"]

    assert company.delete("divisions", made).status_code == 200
    assert company.ask(f"/divisions/{made}").status_code == 404
    assert company.delete("divisions", made).status_code == 404
    assert company.create("divisions", {"name": "South"}).json()["data"]["id"] != made


@pytest.mark.parametrize(
    ("type", "id", "status"), [("structure_links", 41, 409), ("departments", 11, 422), ("users", 1, 422), ("locations", 31, 422)]
)
def test_what_jobs_need_cannot_be_deleted(company: Account, type: str, id: int, status: int) -> None:
    """409 as documented for structure links, 422 elsewhere; the record stays."""
    in_use = company.tenant.dump()

    assert company.delete(type, id).status_code == status
    assert company.tenant.dump() == in_use

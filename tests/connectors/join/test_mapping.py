"""Each cell of the mapping tables, against records made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.join.jobs import Catalogue, JobInContext
from connectors.join.mapping import JobStage, Stage
from connectors.join.people import Candidate, Person, Tag, TeamMember, split_name, tags_of
from connectors.join.questions import Question
from connectors.join.records import Recorder
from connectors.unified.connector import Ref
from tests.connectors.join.account import SIGNATURE, T1, T2, Raw, application, candidate, job, question, stage, without

CATALOGUE = Catalogue(
    {1203: "Backend"}, {1: ("Full-time", "full-time"), 4: ("Working student", None), 2: ("Part-time", None)}, {3: "Senior"}
)


def value(model: str, field: str, source: Any) -> Any:
    recorder = Recorder({model: frozenset({field})})
    recorder.add(model, "1", source)
    page = recorder.page(cursor=None)
    assert page.diagnostics == ()
    return page.records[0].values[field]


def withheld(model: str, field: str, source: Any) -> str:
    """The reason told for a field that is left out."""
    recorder = Recorder({model: frozenset({field})})
    recorder.add(model, "1", source)
    page = recorder.page(cursor=None)
    assert dict(page.records[0].values) == {}
    (told,) = page.diagnostics
    assert (told.model, told.field) == (model, field)
    return told.reason


def of_job(raw: Raw) -> JobInContext:
    return JobInContext(raw, CATALOGUE)


def salary(**changes: Any) -> Raw:
    said: Raw = {"from": 90000, "to": 110000, "currency": "CHF", "frequency": "PER_YEAR", "isShownOnJobAd": True}
    return {"salary": {**said, **changes}}


OFFICE = {"id": 1, "name": None, "streetName": None, "streetNumber": None, "postalCode": None, "city": None, "countryIso": None}
PLACE = {"city": None, "country": None, "raw": None, "state": None, "street_1": None, "street_2": None, "zip_code": None}

JOB_CELLS: list[tuple[str, Raw, Any]] = [
    ("name", {"title": "مهندس"}, "مهندس"),
    ("description", {}, "<p>Build</p><p>services</p>"),
    ("description", {"description": "a\nb"}, "a\nb"),
    ("description", {"description": None}, None),
    ("employment_type", {}, "FULL_TIME"),
    ("employment_type", {"employmentTypeId": 2}, "PART_TIME"),
    ("employment_type", {"employmentTypeId": 4}, "Working student"),
    ("employment_type", {"employmentTypeId": None}, None),
    ("status", {"status": "ONLINE"}, "OPEN"),
    ("status", {"status": "OFFLINE"}, "CLOSED"),
    ("status", {"status": "ARCHIVED"}, "ARCHIVED"),
    ("status", {"status": "DRAFT"}, "DRAFT"),
    ("visibility", {"status": "ONLINE"}, "PUBLIC"),
    ("visibility", {"status": "OFFLINE"}, "UNLISTED"),
    ("category", {}, "Backend"),
    ("category", {"categoryId": None}, None),
    ("post_url", {}, "https://join.example/companies/examplecorp/16010001"),
    ("post_url", {"status": "OFFLINE"}, None),
    ("experience_level", {}, "Senior"),
    ("experience_level", {"seniorityId": None}, None),
    ("salary_amount_from", {}, 90000),
    ("salary_amount_to", {}, 110000),
    ("salary_amount", {}, None),
    ("salary_amount", salary(to=None), 90000),
    ("salary_amount", salary(to=90000), 90000),
    ("salary_amount", salary(**{"from": None}), None),
    ("salary_amount", salary(**{"from": 0, "to": None}), 0),
    ("salary_amount_from", {"salary": None}, None),
    ("salary_amount_to", {"salary": {"from": 18, "currency": "USD", "frequency": "PER_HOUR"}}, None),
    ("salary_amount", {"salary": None}, None),
    ("salary_currency", {}, "CHF"),
    ("salary_currency", {"salary": None}, None),
    ("salary_period", {}, "YEAR"),
    ("salary_period", salary(frequency="PER_HOUR"), "HOUR"),
    ("salary_period", salary(frequency="PER_DAY"), "DAY"),
    ("salary_period", salary(frequency="PER_WEEK"), "WEEK"),
    ("salary_period", salary(frequency="PER_MONTH"), "MONTH"),
    ("salary_period", {"salary": None}, None),
    (
        "location",
        {},
        {**PLACE, "city": "Zurich", "country": "CH", "raw": "HQ", "street_1": "Example Street 5", "zip_code": "8000"},
    ),
    ("location", {"office": {**OFFICE, "city": "Wien", "countryIso": "AT"}}, {**PLACE, "city": "Wien", "country": "AT", "raw": "Wien, AT"}),
    ("location", {"office": OFFICE}, None),
    ("location", {"office": None}, None),
    ("custom_fields", {}, {"externalId": "REQ-77"}),
    ("custom_fields", {"externalId": None}, {}),
    ("opened_at", {}, T1),
    ("opened_at", {"status": "DRAFT"}, None),
    ("remote_created_at", {}, T1),
    ("remote_updated_at", {}, T2),
    ("contact_id", {}, Ref("Users", "rea.muster@example.com")),
    ("contact_id", {"contact": {"name": "Rea", "email": None}}, None),
    ("contact_id", {"contact": {"name": "Rea"}}, None),
    ("contact_id", {"contact": None}, None),
]


@pytest.mark.parametrize(("field", "changes", "expected"), JOB_CELLS)
def test_a_job_says(field, changes, expected):
    found = value("Jobs", field, of_job(job(**changes)))

    assert (found, type(found)) == (expected, type(expected))


def test_money_stays_in_major_units():
    """18 means 18 USD an hour; JOIN's public pages have cents, its API has not."""
    made = of_job(job(**salary(**{"from": 18, "to": 22.5, "currency": "USD", "frequency": "PER_HOUR"})))

    assert (value("Jobs", "salary_amount_from", made), value("Jobs", "salary_amount_to", made)) == (18, 22.5)


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("description", "description"),
        ("employment_type", "employmentTypeId"),
        ("status", "status"),
        ("category", "categoryId"),
        ("post_url", "url"),
        ("experience_level", "seniorityId"),
        ("salary_amount", "salary"),
        ("salary_amount_from", "salary"),
        ("salary_currency", "salary"),
        ("salary_period", "salary"),
        ("location", "office"),
        ("contact_id", "contact"),
        ("opened_at", "createdAt"),
    ],
)
def test_what_a_job_does_not_show_is_not_null(field, key):
    assert withheld("Jobs", field, of_job(without(job(), key))) == "unsupported"


@pytest.mark.parametrize(
    ("field", "changes"),
    [("category", {"categoryId": 9}), ("employment_type", {"employmentTypeId": 9}), ("experience_level", {"seniorityId": 9})],
)
def test_an_id_that_joins_own_list_lacks_is_not_null(field, changes):
    """A parent category's id, for instance, is no sub-category."""
    assert withheld("Jobs", field, of_job(job(**changes))) == "unsupported"


def test_integration_fields_are_what_no_unified_field_holds():
    fields = {item["id"]: item["value"] for item in value("Jobs", "integration_fields", of_job(job()))}

    assert fields == {"externalId": "REQ-77", "language": "en", "workplaceType": "HYBRID", "remoteType": None}


def test_a_jobs_remote_data_is_joins_own_record():
    assert value("Jobs", "remote_data", of_job(job()))["/jobs"]["title"] == "Backend Engineer"


# -- people ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Rea van Muster", ("Rea van", "Muster")), ("Rea", ("Rea", None)), (" ", (None, None)), (None, (None, None))],
)
def test_a_contacts_one_name_is_split_at_its_last_space(name, expected):
    assert split_name(name) == expected


@pytest.mark.parametrize(("field", "expected"), [("first_name", "Rea"), ("last_name", None), ("email", "rea@example.com")])
def test_a_user_says(field, expected):
    assert value("Users", field, Person("rea@example.com", "Rea", None)) == expected


def test_a_team_member_joins_job_and_user():
    member = TeamMember("1", "rea@example.com", ("RECRUITER",))

    assert value("Job hiring team members", "roles", member) == ["RECRUITER"]
    assert value("Job hiring team members", "job_id", member) == Ref("Jobs", "1")
    assert value("Job hiring team members", "user_id", member) == Ref("Users", "rea@example.com")


CANDIDATE_CELLS: list[tuple[str, Raw, Any]] = [
    ("first_name", {}, "Ira"),
    ("last_name", {"lastName": None}, None),
    ("source", {}, "LinkedIn"),
    ("phone_numbers", {}, [{"phone_number": "+41790000000", "type": None}]),
    ("phone_numbers", {"phoneNumber": None}, []),
    ("email_addresses", {}, [{"email_address": "ira@example.org", "type": None}]),
    ("email_addresses", {"email": None}, []),
    ("location", {}, {**PLACE, "country": "CH", "raw": "Switzerland"}),
    ("location", {"country": None}, None),
    ("location", {"country": {"name": None, "iso3166": None}}, None),
    ("remote_created_at", {}, T1),
]


@pytest.mark.parametrize(("field", "changes", "expected"), CANDIDATE_CELLS)
def test_a_candidate_says(field, changes, expected):
    made = Candidate(candidate(**changes), {"id": 1, "createdAt": T1, "source": {"product": "LinkedIn", "isPremium": False}})

    assert value("Candidates", field, made) == expected


@pytest.mark.parametrize(
    ("field", "key"), [("first_name", "firstName"), ("phone_numbers", "phoneNumber"), ("email_addresses", "email"), ("location", "country")]
)
def test_what_a_candidate_does_not_show_is_not_empty(field, key):
    assert withheld("Candidates", field, Candidate(without(candidate(), key), {"createdAt": T1, "source": None})) == "unsupported"


def test_an_earliest_application_without_source_is_not_a_candidate_without():
    assert withheld("Candidates", "source", Candidate(candidate(), {"createdAt": T1})) == "unsupported"


def test_tags_are_trimmed_texts_each_once():
    tags = tags_of(candidate())

    assert [tag.text for tag in tags] == ["python", "referral"]
    assert tags_of(candidate(tags=None)) == []
    assert value("Tags", "name", tags[0]) == "python"
    assert value("Candidate tags", "candidate_id", tags[0]) == Ref("Candidates", "41000001")
    assert value("Candidate tags", "tag_id", Tag("1", "a/b")) == Ref("Tags", "a/b")


# -- applications and stages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "APPLIED"}, "PENDING"),
        ({"state": "OFFER"}, "PENDING"),
        ({"state": "Qualified"}, "PENDING"),
        ({"state": "HIRED"}, "HIRED"),
        ({"state": "Hired"}, "HIRED"),
        ({"state": "REJECTED"}, "DECLINED"),
        ({"state": "ACTIVE", "hiringState": "REJECTED"}, "DECLINED"),
        ({"state": None}, None),
    ],
)
def test_an_applications_outcome(changes, expected):
    """`hiringState` is another reader's name for `state`; either may come."""
    assert value("Applications", "outcome", application(**changes)) == expected


def test_an_application_refers_to_job_candidate_and_stage():
    assert value("Applications", "job_id", application()) == Ref("Jobs", "16010001")
    assert value("Applications", "candidate_id", application()) == Ref("Candidates", "41000001")
    assert value("Applications", "current_stage_id", application()) == Ref("Application Stages", "7003")
    assert value("Applications", "current_stage_id", application(currentStage=None)) is None


@pytest.mark.parametrize(("field", "key"), [("outcome", "state"), ("current_stage_id", "currentStage")])
def test_what_an_application_does_not_show_is_not_null(field, key):
    assert withheld("Applications", field, without(application(), key)) == "unsupported"


def test_links_are_kept_without_their_signatures():
    """They open the files, and are others in every answer."""
    link = f"https://join.example/v2/attachments/a1?sig={SIGNATURE}"
    answers = [{"question": "CV?", "file": link}, {"question": "Other?", "file": {"url": link}}, {"question": "None?", "file": None}]
    kept = value("Applications", "remote_data", application(attachments=[{"type": "CV", "url": link}], screeningQuestions=answers))

    assert SIGNATURE not in repr(kept)
    assert kept["/applications"]["attachments"] == [{"type": "CV", "url": "https://join.example/v2/attachments/a1"}]
    assert kept["/applications"]["candidate"] == candidate()


def test_a_stage_has_its_lowest_place():
    assert value("Application Stages", "name", Stage(stage(), 1)) == "Interview"
    assert value("Application Stages", "global_index", Stage(stage(index=4), 1)) == 1
    assert value("Application Stages", "global_index", Stage(stage(index=None), None)) is None


def test_a_jobs_stage_joins_both():
    pair = JobStage("1", "7003", 0)

    assert value("Job-specific application stages", "index", pair) == 0
    assert value("Job-specific application stages", "job_id", pair) == Ref("Jobs", "1")
    assert value("Job-specific application stages", "stage_id", pair) == Ref("Application Stages", "7003")


# -- questions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("TEXT", {"type": "TEXT", "display_type": "SINGLE_LINE"}),
        ("LONG_TEXT", {"type": "TEXT", "display_type": "MULTI_LINE"}),
        ("INTEGER", {"type": "NUMBER", "display_type": "FIELD"}),
        ("DATE", {"type": "DATE"}),
        ("BOOLEAN", {"type": "BOOLEAN"}),
        ("FILE", {"type": "FILE"}),
    ],
)
def test_a_questions_format(kind, expected):
    assert value("Screening questions", "format", Question("1", 0, question(3301, kind))) == expected


@pytest.mark.parametrize("kind", ["SINGLE_SELECT", "MULTI_SELECT"])
def test_a_choice_has_its_options(kind):
    asked = Question("1", 0, question(3301, kind, options=["A", "B/C"]))

    assert value("Screening questions", "format", asked) == {
        "type": kind,
        "options": [
            {"id": Ref("Screening questions", "3301/A"), "name": "A", "remote_id": "A"},
            {"id": Ref("Screening questions", "3301/B/C"), "name": "B/C", "remote_id": "B/C"},
        ],
    }


def test_an_unknown_type_of_question_is_passed_on_raw():
    asked = question(3301, "HOLOGRAM")

    assert value("Screening questions", "format", Question("1", 0, asked)) == {"type": "UNKNOWN", "raw_question": asked}


def test_a_question_is_read_under_either_name():
    """As answers show it, or as a job is created with it; what a job shows is not known."""
    created = {"id": 1, "name": "Why?", "type": "TEXT", "required": True}

    assert value("Screening questions", "title", Question("1", 0, question(1, question="Why?"))) == "Why?"
    assert value("Screening questions", "title", Question("1", 0, created)) == "Why?"
    assert value("Screening questions", "description", Question("1", 0, created)) is None
    assert value("Job-specific screening questions", "required", Question("1", 0, created)) is True
    assert value("Job-specific screening questions", "required", Question("1", 0, question(1, isRequired=False))) is False


def test_a_question_that_does_not_say_whether_it_is_required_is_not_optional():
    assert withheld("Job-specific screening questions", "required", Question("1", 0, without(question(1), "isRequired"))) == "unsupported"


def test_a_question_without_an_id_has_one_of_job_and_text():
    nameless = without(question(1), "id")
    keys = [Question(of, index, nameless).key for of, index in (("1", 0), ("1", 4), ("2", 0))]

    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


def test_preconditions_are_read_in_their_assumed_form():
    plain = Question("1", 2, question(3302, preconditionQuestionId=None, preconditionAnswers=None))
    by_option = Question("1", 2, question(3302, preconditionQuestionId=3301, preconditionAnswers=["A", True]))

    assert value("Job-specific screening questions", "precondition_question_id", plain) is None
    assert value("Job-specific screening questions", "precondition_options", plain) is None
    assert value("Job-specific screening questions", "precondition_question_id", by_option) == Ref("Screening questions", "3301")
    assert value("Job-specific screening questions", "precondition_options", by_option) == [Ref("Screening questions", "3301/A"), True]
    assert value("Job-specific screening questions", "index", by_option) == 2
    assert value("Job-specific screening questions", "job_id", by_option) == Ref("Jobs", "1")
    assert value("Job-specific screening questions", "question_id", by_option) == Ref("Screening questions", "3302")

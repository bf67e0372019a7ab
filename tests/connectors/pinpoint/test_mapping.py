"""Each cell of the mapping tables, against resources made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.pinpoint import mapping
from connectors.pinpoint.applying import written_country
from connectors.pinpoint.jobs import JobQuestion, job_stages
from connectors.pinpoint.wire import Document, Resource, resource
from connectors.unified.connector import Ref
from tests.connectors.pinpoint.account import T1, T2, T3, Raw, application, candidate, interview, job, question, raw, stage, user

HOME = "https://acme.test"


def shown(item: Raw, *beside: Raw, hide: tuple[str, ...] = ()) -> Resource:
    """As a list with all includes would show it, but for those hidden."""

    def rendered(one: Raw) -> dict[str, Any]:
        relationships = {}
        for name, target in one["relations"].items():
            links = [{"type": type_, "id": id_} for type_, id_ in (target if isinstance(target, list) else [target] if target else [])]
            linked = links if isinstance(target, list) else links[0] if links else None
            relationships[name] = {"meta": {"included": False}} if name in hide else {"data": linked}
        return {"type": one["type"], "id": one["id"], "attributes": {**one["attributes"], **one["extra"]}, "relationships": relationships}

    return resource(rendered(item), Document(HOME, {(one["type"], one["id"]): rendered(one) for one in beside}))


def value(model: str, field: str, item: Any) -> Any:
    found = mapping.filled(model, item, wanted={field})
    assert not found.withheld, found.withheld
    return found.values[field]


def withheld(model: str, field: str, item: Any) -> str:
    found = mapping.filled(model, item, wanted={field})
    assert field not in found.values
    return found.withheld[field].reason


JOB_CELLS = [
    ("name", {"title": "مهندس"}, "مهندس"),
    ("description", {}, "<p>Bread.</p>\n<h3>Duties</h3><p>Ovens.</p>\n<p>Rolls.</p>"),
    ("description", {"description": None}, "<p>Ovens.</p>\n<p>Rolls.</p>"),
    ("description", {"description": None, "key_responsibilities": None, "benefits": " "}, None),
    ("confidential", {"visibility": "external"}, False),
    ("confidential", {"visibility": "internal"}, False),
    ("confidential", {"visibility": "confidential"}, True),
    ("confidential", {"visibility": "private_job"}, True),
    ("visibility", {"visibility": "external"}, "PUBLIC"),
    ("visibility", {"visibility": "internal"}, "INTERNAL"),
    ("visibility", {"visibility": "confidential"}, "CONFIDENTIAL"),
    ("visibility", {"visibility": "private_job"}, "UNLISTED"),
    ("employment_type", {"employment_type": None}, None),
    ("employment_type", {"employment_type": "zero_hours"}, "zero_hours"),
    ("employment_type", {"employment_type": "permanent"}, "permanent"),
    ("employment_type", {"employment_type": "fixed_term_full_time"}, "FULL_TIME"),
    ("employment_type", {"employment_type": "part_time_term_time"}, "PART_TIME"),
    ("employment_type", {"employment_type": "contract_to_hire"}, "CONTRACT"),
    ("employment_type", {"employment_type": "seasonal_part_time"}, "SEASONAL"),
    ("employment_type", {"employment_type": "internship"}, "INTERNSHIP"),
    ("status", {"status": "open"}, "OPEN"),
    ("status", {"status": "filled"}, "CLOSED"),
    ("status", {"status": "cancelled"}, "CLOSED"),
    ("status", {"status": "hold"}, "CLOSED"),
    ("status", {"status": "closed"}, "CLOSED"),
    ("status", {"status": "draft"}, "DRAFT"),
    ("status", {"status": "pending_approval"}, "DRAFT"),
    ("status", {"status": "preview"}, "DRAFT"),
    ("status", {"status": "archived"}, "ARCHIVED"),
    ("post_url", {}, "https://acme.test/en/jobs/310"),
    ("post_url", {"status": "closed"}, None),
    ("post_url", {"visibility": "internal"}, None),
    ("salary_amount_from", {"compensation_minimum": 0}, 0),
    ("salary_amount_from", {"compensation_minimum": None}, None),
    ("salary_amount_from", {"compensation_minimum": "25000.0"}, 25000),
    ("salary_amount_to", {}, 50000.5),
    ("salary_currency", {}, "EUR"),
    ("salary_period", {}, "YEAR"),
    ("salary_period", {"compensation_frequency": None}, None),
    ("remote_url", {}, "https://acme.test/admin/jobs/310"),
    ("opened_at", {}, T1),
    ("closed_at", {"closed_at": T3, "filled_at": T2}, T3),
    ("closed_at", {"filled_at": T2}, T2),
    ("closed_at", {}, None),
    ("remote_created_at", {}, T1),
    ("remote_updated_at", {}, T2),
    ("department", {}, None),
    ("contact_id", {}, None),
    ("custom_fields", {}, {}),
    ("location", {}, None),
    (
        "location",
        {"custom_town": "York", "custom_county": "North Yorkshire", "custom_country": "United Kingdom"},
        {
            "city": "York",
            "country": "GB",
            "raw": None,
            "state": "North Yorkshire",
            "street_1": None,
            "street_2": None,
            "zip_code": None,
        },
    ),
]


@pytest.mark.parametrize(("field", "attributes", "expected"), JOB_CELLS)
def test_a_job_says(field, attributes, expected):
    found = value("Jobs", field, shown(job(**attributes)))

    assert (found, type(found)) == (expected, type(expected))


def test_a_jobs_location_is_that_of_its_record():
    place = raw("locations", "6", name="HQ", city="Leeds", country_code="GB", postal_code="LS1", province="", street_address="1 High St")

    assert value("Jobs", "location", shown(job("310", {"location": ("locations", "6")}, custom_town="York"), place)) == {
        "city": "Leeds",
        "country": "GB",
        "raw": "HQ",
        "state": None,
        "street_1": "1 High St",
        "street_2": None,
        "zip_code": "LS1",
    }


@pytest.mark.parametrize(
    ("manager", "recruiter", "contact"), [("1", "2", "2"), ("1", None, "1"), (None, "2", "2")], ids=["both", "manager", "recruiter"]
)
def test_a_jobs_contact_is_the_recruiter_first(manager, recruiter, contact):
    people = {
        name: ("users", id_) if id_ else None for name, id_ in (("hiring_manager_user", manager), ("recruitment_manager_user", recruiter))
    }

    assert value("Jobs", "contact_id", shown(job("310", people), user("1"), user("2"))) == Ref("Users", contact)


@pytest.mark.parametrize("relation", ["custom_field", "custom_fields"])
def test_custom_attributes_are_values_by_name_and_integration_fields_by_id(relation):
    """The vendor's examples spell the relation to the field in both numbers."""
    attribute = raw("custom_attributes", "70", {relation: ("custom_fields", "8")}, field_name="Shift", value="Early")
    made = shown(job("310", {"custom_attributes": [("custom_attributes", "70")]}), attribute)

    assert value("Jobs", "custom_fields", made) == {"Shift": "Early"}
    fields = {item["id"]: item for item in value("Jobs", "integration_fields", made)}
    assert fields["8"] == {"id": "8", "key": "Shift", "type": "CUSTOM", "value": "Early", "label": "Shift"}
    assert fields["requisition_id"] == {"id": "requisition_id", "key": "requisition_id", "type": "DEFAULT", "value": "R-1", "label": None}
    assert set(fields) == {"8", "requisition_id", "reporting_to", "workplace_type", "deadline_at", "external_system_reference"}


@pytest.mark.parametrize(
    ("field", "relation"),
    [
        ("department", "department"),
        ("location", "location"),
        ("custom_fields", "custom_attributes"),
        ("integration_fields", "custom_attributes"),
        ("contact_id", "recruitment_manager_user"),
    ],
)
def test_a_relation_that_is_not_shown_is_not_null(field, relation):
    assert withheld("Jobs", field, shown(job(), hide=(relation,))) == "unsupported"


def test_remote_data_is_the_vendors_resource_under_its_path():
    assert value("Jobs", "remote_data", shown(job()))["/jobs"]["attributes"]["title"] == "Baker"


def test_stages_are_ranked_by_position_and_not_by_text():
    stages = [stage("10", "b", 10), stage("9", "a", 2), stage("8", "c", 10)]
    made = shown(job("310", {"stages": [("stages", item["id"]) for item in stages]}), *stages)

    assert [placed.stage.id for placed in job_stages(made)] == ["9", "8", "10"]


FORMATS = [
    ("short_text", {}, {"type": "TEXT", "display_type": "SINGLE_LINE"}),
    ("long_text", {}, {"type": "TEXT", "display_type": "MULTI_LINE"}),
    ("url", {}, {"type": "TEXT", "display_type": "URL"}),
    ("boolean", {}, {"type": "BOOLEAN"}),
    ("date", {}, {"type": "DATE"}),
    ("document", {}, {"type": "FILE"}),
    ("number", {}, {"type": "NUMBER"}),
]


@pytest.mark.parametrize(("kind", "attributes", "expected"), FORMATS)
def test_a_questions_format(kind, attributes, expected):
    assert value("Screening questions", "format", shown(question("91", kind, **attributes))) == expected


@pytest.mark.parametrize(
    ("most", "required", "kind"),
    [(1, None, "SINGLE_SELECT"), (None, 1, "SINGLE_SELECT"), (2, 1, "MULTI_SELECT"), (None, None, "MULTI_SELECT")],
)
def test_a_choice_is_single_when_one_option_is_allowed(most, required, kind):
    numbers = {"max_num_required_answer_options": most, "num_required_answer_options": required}
    made = shown(question("91", "multiple_choice", multiple_choice_options=["A", "B/C"], **numbers))

    assert value("Screening questions", "format", made) == {
        "type": kind,
        "options": [
            {"id": Ref("Screening questions", "91/A"), "name": "A", "remote_id": "A"},
            {"id": Ref("Screening questions", "91/B/C"), "name": "B/C", "remote_id": "B/C"},
        ],
    }


def test_an_unknown_type_of_question_is_passed_on_raw():
    made = value("Screening questions", "format", shown(question("91", "date_range")))

    assert made["type"] == "UNKNOWN"
    assert made["raw_question"]["question_type"] == "date_range"


@pytest.mark.parametrize(
    ("values", "expected"),
    [([True], [True]), (["A"], [Ref("Screening questions", "90/A")]), (None, None)],
    ids=["boolean", "option", "none"],
)
def test_a_precondition_names_options_or_booleans(values, expected):
    asked = shown(question("91", "boolean", precondition_question_id="90", precondition_values=values))

    assert value("Job-specific screening questions", "precondition_options", JobQuestion(shown(job()), asked, 0)) == expected


def test_a_question_without_conditions_in_its_schema_does_not_claim_to_have_none():
    placed = JobQuestion(shown(job()), shown(question("91", "boolean")), 0)

    assert withheld("Job-specific screening questions", "precondition_question_id", placed) == "unsupported"
    assert withheld("Job-specific screening questions", "precondition_options", placed) == "unsupported"


CANDIDATE_CELLS = [
    ("first_name", {}, "Mira"),
    ("last_name", {"last_name": None}, None),
    ("email_addresses", {}, [{"email_address": "mira@example.test", "type": None}]),
    ("email_addresses", {"email": None}, []),
    ("email_addresses", {"email": "not an address"}, [{"email_address": "not an address", "type": None}]),
    ("phone_numbers", {}, [{"phone_number": "+441632960001", "type": None}]),
    ("phone_numbers", {"phone": ""}, []),
    (
        "location",
        {},
        {"city": "Leeds", "country": "GB", "raw": None, "state": None, "street_1": "1 High St", "street_2": None, "zip_code": "LS1"},
    ),
    ("location", {"address1": "", "town": None, "postcode": " ", "country": None}, None),
    ("source", {}, None),
    ("social_media", {}, []),
    ("remote_created_at", {}, T1),
    ("remote_updated_at", {}, T2),
]


@pytest.mark.parametrize(("field", "attributes", "expected"), CANDIDATE_CELLS)
def test_a_candidate_says(field, attributes, expected):
    assert value("Candidates", field, shown(candidate(**attributes))) == expected


@pytest.mark.parametrize("field", ["source", "social_media"])
def test_without_applications_nothing_is_claimed_about_where_a_person_came_from(field):
    assert withheld("Candidates", field, shown(candidate(), hide=("applications",))) == "unsupported"


@pytest.mark.parametrize(
    ("attributes", "kind", "expected"),
    [
        ({}, "review", "PENDING"),
        ({}, "rejected", "DECLINED"),
        ({}, "hired", "HIRED"),
        ({"rejected_at": T1}, "review", "DECLINED"),
        ({"hired_at": T1}, "offer", "HIRED"),
        ({"hired_at": T1, "rejected_at": T1}, "review", "HIRED"),
    ],
)
def test_an_applications_outcome(attributes, kind, expected):
    made = shown(application(relations={"stage": ("stages", "1")}, **attributes), stage("1", "x", 1, kind))

    assert value("Applications", "outcome", made) == expected


@pytest.mark.parametrize(
    ("field", "attribute", "model"),
    [("current_stage_id", "stage_id", "Application Stages"), ("job_id", "job_id", "Jobs"), ("candidate_id", "candidate_id", "Candidates")],
)
@pytest.mark.parametrize("id_", ["12", 12])
def test_ids_come_as_text_or_numbers(field, attribute, model, id_):
    assert value("Applications", field, shown(application(**{attribute: id_}))) == Ref(model, "12")


def test_an_older_account_does_not_tell_whose_an_application_is():
    made = application()
    del made["attributes"]["candidate_id"]

    assert withheld("Applications", "candidate_id", shown(made)) == "unsupported"


ANSWERS = [
    ("short_text", {"text_answer": "Hi"}, "TEXT", {"content": "Hi"}),
    ("long_text", {"text_answer": None}, "TEXT", {"content": None}),
    ("url", {"url_answer": "https://x.test"}, "TEXT", {"content": "https://x.test"}),
    ("boolean", {"boolean_answer": False}, "BOOLEAN", {"checked": False}),
    ("number", {"number_answer": "7.0"}, "NUMBER", {"number": 7}),
    ("date", {"date_answer": "2026-03-04"}, "DATE", {"date": "2026-03-04T00:00:00.000Z"}),
    ("date", {"date_answer": None}, "DATE", {"date": None}),
    ("multiple_choice", {"multiple_choice_answer": ["A", "B"]}, "MULTI_SELECT", {"choices": ["A", "B"]}),
    ("date_range", {"date_from_answer": "2026-03-04", "date_to_answer": None}, "UNKNOWN", {"raw": {"from": "2026-03-04", "to": None}}),
]


@pytest.mark.parametrize(("kind", "attributes", "type_", "answer"), ANSWERS)
def test_an_answer_by_its_questions_type(kind, attributes, type_, answer):
    given = raw("answers", "5", {"question": ("questions", "91")}, title="Why?", question_type=kind, **attributes)
    made = shown(application(relations={"answers": [("answers", "5")]}), given, question("91", kind))

    assert value("Applications", "screening_question_answers", made) == [
        {"question": {"remote_id": "91", "title": "Why?", "type": type_}, "answer": answer}
    ]


def test_a_single_choice_is_one_text():
    given = raw(
        "answers", "5", {"question": ("questions", "91")}, title=None, question_type="multiple_choice", multiple_choice_answer=["A"]
    )
    asked = question("91", "multiple_choice", max_num_required_answer_options=1)
    made = shown(application(relations={"answers": [("answers", "5")]}), given, asked)

    assert value("Applications", "screening_question_answers", made) == [
        {"question": {"remote_id": "91", "title": "Question 91", "type": "SINGLE_SELECT"}, "answer": {"choice": "A"}}
    ]


def test_answers_are_ordered_by_number_and_files_left_out():
    given = [
        raw("answers", id_, {"question": ("questions", "91")}, title=id_, question_type=kind, text_answer="x")
        for id_, kind in (("10", "short_text"), ("9", "short_text"), ("8", "document"))
    ]
    made = shown(application(relations={"answers": [("answers", item["id"]) for item in given]}), *given, question("91", "short_text"))

    assert [item["question"]["title"] for item in value("Applications", "screening_question_answers", made)] == ["9", "10"]


@pytest.mark.parametrize(("email", "expected"), [("uma@acme.test", "uma@acme.test"), ("nonsense", "nonsense"), (None, None)])
def test_a_users_address_is_what_the_vendor_has(email, expected):
    """What is no address is refused aloud by the hub; here it would become a null without a word."""
    assert value("Users", "email", shown(user(email=email))) == expected


def test_an_interview_is_named_by_its_stage():
    made = shown(interview(relations={"stage": ("stages", "4402")}), stage("4402", "Phone screen", 4))

    assert value("Interviews", "title", made) == "Phone screen"
    assert (value("Interviews", "starting_at", made), value("Interviews", "ending_at", made)) == (T2, T3)


@pytest.mark.parametrize(("code", "written"), [("GB", "United Kingdom"), ("US", "US"), ("ZZ", "ZZ")])
def test_a_country_is_written_by_name_but_the_us_by_code(code, written):
    assert written_country(code) == written

"""What each action sends, what it says about the rest, and that nothing is ever written twice."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.unified.actions import ACTIONS
from connectors.unified.connector import Ref
from connectors.unified.errors import AlreadyExists, Invalid, JobClosed, NotFound, NotSupported, OutcomeUnknown, PermissionMissing
from tests.connectors.fake_http import Answer, Asked, document, refusal
from tests.connectors.pinpoint.account import T1, Account, application, candidate, connected, job, question, raw

PDF = base64.b64encode(b"%PDF-1").decode()


@pytest.fixture
def account() -> Account:
    account = Account(lists={"/applications": [], "/candidates": [], "/comments": [], "/custom_fields": [], "/custom_attributes": []})
    questions = [
        question("91", "boolean"),
        question("92", "multiple_choice", multiple_choice_options=["Python", "Go"], max_num_required_answer_options=2),
        question("93", "multiple_choice", multiple_choice_options=["Yes", "No"], max_num_required_answer_options=1),
        question("94", "document"),
        question("95", "number"),
        question("96", "date"),
        question("97", "short_text"),
        question("98", "url"),
        question("99", "date_range"),
        question("90", "hologram"),
    ]
    account.add("/jobs", job("310", {"questions": [("questions", item["id"]) for item in questions]}))
    account.beside(*questions)
    return account


def created(**attributes: Any) -> Answer:
    shown = application("50300", **attributes)
    return document(
        {"data": {"type": "applications", "id": "50300", "attributes": shown["attributes"], "relationships": {}}, "meta": {}}, 201
    )


def accepts(account: Account, method: str = "POST", path: str = "/applications", answer: Answer | None = None) -> list[Asked]:
    """Lets a write succeed; the requests it sees."""
    seen: list[Asked] = []

    def write(asked: Asked) -> Answer:
        seen.append(asked)
        return answer if answer is not None else created()

    account.writes[method, path] = write
    return seen


def act(pinpoint, action: str, **values: Any):
    return pinpoint.act(action, ACTIONS[action].model_validate(values))


PERSON = {"first_name": "Mira", "last_name": "Okafor", "email_address": "mira@example.test"}


def create(pinpoint, action: str = "Create application", person: dict[str, Any] | None = None, **values: Any):
    return act(pinpoint, action, **{"candidate": {**PERSON, **(person or {})}, "application": {"job_id": "310"}, **values})


def codes(result) -> list[str]:
    return [warning.code for warning in result.warnings]


# --- create ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["Create candidate", "Create application"])
def test_an_application_is_sent_in_the_vendors_words(fake, account, action):
    seen = accepts(account)
    result = create(
        connected(fake, account),
        action,
        person={
            "phone_number": "+441632960001",
            "location": {"city": "Leeds", "country": "GB"},
            "social_links": [{"url": "https://www.linkedin.com/in/mira"}],
        },
        application={"job_id": "310", "stage_id": "4401"},
        attachments=[{"name": "mira.pdf", "type": "CV", "content_type": "application/pdf", "data": PDF}],
        source={"name": "ExampleBoard", "unified_key": "JOB_BOARD"},
    )

    assert len(seen) == 1
    assert (seen[0].headers["content-type"], seen[0].headers["accept"]) == ("application/vnd.api+json", "application/vnd.api+json")
    sent = seen[0].json["data"]
    reference = sent["attributes"].pop("external_system_reference")
    assert reference.startswith("ats-")
    assert sent == {
        "type": "applications",
        "attributes": {
            "first_name": "Mira",
            "last_name": "Okafor",
            "email": "mira@example.test",
            "phone": "+441632960001",
            "phone_iso2": "GB",
            "town": "Leeds",
            "country": "United Kingdom",
            "linkedin_url": "https://www.linkedin.com/in/mira",
            "channel": "job_board",
            "channel_source": "ExampleBoard",
            "cv_base64_filename": "mira.pdf",
            "cv_base64_data": f"data:application/pdf;base64,{PDF}",
        },
        "relationships": {"job": {"data": {"type": "jobs", "id": "310"}}, "stage": {"data": {"type": "stages", "id": "4401"}}},
    }
    assert result.warnings == ()
    assert dict(result.created) == {"Applications": "50300", "Candidates": "7701"}


def test_the_records_are_those_of_the_answer(fake, account):
    accepts(account, answer=created(linkedin_url="https://linkedin.com/in/mira", town="Leeds"))
    result = create(connected(fake, account))
    records = {record.model: record for record in (*result.records, *result.if_new)}

    assert [record.model for record in result.records] == ["Applications"]
    assert records["Applications"].values["job_id"] == Ref("Jobs", "310")
    assert records["Applications"].values["outcome"] == "PENDING"
    assert records["Candidates"].key == "7701"
    assert records["Candidates"].values["email_addresses"] == [{"email_address": "mira@example.test", "type": None}]
    assert records["Candidates"].values["social_media"][0]["link"] == "https://linkedin.com/in/mira"
    # What the answer does not show is left to the next sync, not made null.
    assert not {"source", "remote_data", "remote_created_at"} & set(records["Candidates"].values)
    assert not {"screening_question_answers", "remote_data"} & set(records["Applications"].values)


def test_a_narrow_key_reads_nothing(fake, account):
    """A job board's key may write applications and read jobs: creating without answers is one request."""
    accepts(account)
    account.denied = {"/applications", "/candidates"}
    create(connected(fake, account))

    assert [asked.method for asked in fake.asked] == ["POST"]


def test_one_cv_is_sent_and_every_other_file_named_in_a_warning(fake, account):
    seen = accepts(account)
    files = [("letter.txt", "COVER_LETTER"), ("cv1.pdf", "CV"), ("cv2.pdf", "CV"), ("photo.png", "OTHER")]
    result = create(connected(fake, account), attachments=[{"name": name, "type": kind, "data": PDF} for name, kind in files])

    assert seen[0].json["data"]["attributes"]["cv_base64_filename"] == "cv1.pdf"
    assert "cover_letter_base64_data" not in seen[0].json["data"]["attributes"]
    assert codes(result) == ["attachment_discarded"] * 3
    assert [
        name for name in ("letter.txt", "cv2.pdf", "photo.png") if not any(name in warning.message for warning in result.warnings)
    ] == []


def test_a_data_url_is_fetched_without_the_key(fake, account):
    seen = accepts(account)
    pinpoint = connected(fake, account)
    fetched: list[Asked] = []

    def script(asked: Asked) -> Answer:
        if asked.path == "/files/cv":
            fetched.append(asked)
            return Answer(200, b"%PDF-1", {"Content-Type": "application/pdf"})
        return account(asked)

    fake.script = script
    create(pinpoint, attachments=[{"name": "cv", "type": "CV", "data_url": f"{fake.base_url}/files/cv"}])

    assert seen[0].json["data"]["attributes"]["cv_base64_data"] == f"data:application/pdf;base64,{PDF}"
    assert "x-api-key" not in fetched[0].headers


def test_a_file_that_cannot_be_fetched_stops_the_action_before_it_writes(fake, account):
    seen = accepts(account)
    pinpoint = connected(fake, account)
    fake.script = lambda asked: Answer(404) if asked.path == "/gone" else account(asked)

    with pytest.raises(Invalid, match=r"cv\.pdf.*404"):
        create(pinpoint, attachments=[{"name": "cv.pdf", "type": "CV", "data_url": f"{fake.base_url}/gone"}])
    assert seen == []


@pytest.mark.parametrize(
    ("source", "sent", "warned"),
    [
        ({"name": "Board"}, {"channel_source": "Board"}, []),
        ({"id": "17"}, {"channel_source": "17"}, []),
        ({"name": "Board", "id": "17"}, {"channel_source": "Board"}, ["source_id_ignored"]),
        ({"unified_key": "REFERRAL"}, {"channel": "employee_referral"}, []),
        ({"unified_key": "SOCIAL", "id": "17"}, {"channel": "social", "channel_source": "17"}, []),
        ({"unified_key": "TELEPATHY"}, {"channel_source": "TELEPATHY"}, ["source_key_unknown"]),
        ({"unified_key": "TELEPATHY", "name": "Board"}, {"channel_source": "Board"}, ["source_key_unknown"]),
    ],
)
def test_every_part_of_a_source_shows(fake, account, source, sent, warned):
    """In what is sent, or in a warning."""
    seen = accepts(account)
    result = create(connected(fake, account), source=source)
    attributes = seen[0].json["data"]["attributes"]

    assert {name: attributes[name] for name in ("channel", "channel_source") if name in attributes} == sent
    assert codes(result) == warned


def test_nobody_is_mailed_where_the_connection_says_so(fake, account):
    seen = accepts(account)
    create(connected(fake, account, skip_notifications=True))

    assert seen[0].json["data"]["attributes"]["skip_notifications_on_create"] is True


def test_the_united_states_are_written_by_code(fake, account):
    seen = accepts(account)
    create(connected(fake, account), person={"location": {"country": "US"}})

    assert seen[0].json["data"]["attributes"]["country"] == "US"


def test_what_has_no_place_is_warned_of(fake, account):
    accepts(account)
    result = create(
        connected(fake, account),
        person={
            "title": "Baker",
            "location": {"country": "GB", "zip_code": "LS1"},
            "social_links": [{"url": "https://x.test/mira"}, {"url": "https://notlinkedin.com/in/x"}],
        },
        gdpr_consent={"given": True},
    )

    assert codes(result) == ["input_unsupported"] * 3 + ["social_link_discarded"] * 2
    assert [
        name for name in ("candidate.title", "candidate.location.zip_code", "gdpr_consent.given") if name not in repr(result.warnings)
    ] == []


def test_remote_fields_are_merged_last(fake, account):
    seen = accepts(account)
    create(connected(fake, account), remote_fields={"pinpoint": {"candidate": {"preferred_name": "Mi", "first_name": "M."}}})
    attributes = seen[0].json["data"]["attributes"]

    assert (attributes["preferred_name"], attributes["first_name"]) == ("Mi", "M.")


ANSWERS = [
    ("91", True, {"boolean_answer": True}),
    ("91", False, {"boolean_answer": False}),
    ("95", 7, {"number_answer": "7"}),
    ("96", "2026-03-04", {"date_answer": "2026-03-04"}),
    ("96", "2026-03-04T10:00:00Z", {"date_answer": "2026-03-04"}),
    ("97", "Hi", {"text_answer": "Hi"}),
    ("98", "https://x.test", {"url_answer": "https://x.test"}),
    ("99", {"from": "2026-03-04", "to": "2026-03-05"}, {"date_from_answer": "2026-03-04", "date_to_answer": "2026-03-05"}),
    (
        "94",
        {"name": "a.pdf", "content_type": "application/pdf", "data": PDF},
        {"document_base64_filename": "a.pdf", "document_base64_data": f"data:application/pdf;base64,{PDF}"},
    ),
]


@pytest.mark.parametrize(("question_id", "answer", "attributes"), ANSWERS)
def test_an_answer_is_written_by_its_questions_type(fake, account, question_id, answer, attributes):
    seen = accepts(account)
    create(connected(fake, account), screening_question_answers=[{"question_id": question_id, "answer": answer}])
    sent = seen[0].json
    (link,) = sent["data"]["relationships"]["answers"]["data"]
    (part,) = sent["included"]

    assert (link["type"], link["method"], link["temp-id"]) == ("answers", "create", part["temp-id"])
    assert part["attributes"] == attributes
    assert part["relationships"] == {"question": {"data": {"type": "questions", "id": question_id}}}


@pytest.mark.parametrize(
    ("question_id", "answer", "texts"), [("92", ["92/Python", "Go"], ["Python", "Go"]), ("93", "93/Yes", ["Yes"]), ("93", "No", ["No"])]
)
def test_options_are_named_by_id_or_text(fake, account, question_id, answer, texts):
    seen = accepts(account)
    create(connected(fake, account), screening_question_answers=[{"question_id": question_id, "answer": answer}])
    included = {item["temp-id"]: item for item in seen[0].json["included"]}
    (part,) = [item for item in included.values() if item["type"] == "answers"]

    options = [included[link["temp-id"]] for link in part["relationships"]["answer_options"]["data"]]
    assert [option["attributes"]["text"] for option in options] == texts
    assert all(link["method"] == "create" for link in part["relationships"]["answer_options"]["data"])


@pytest.mark.parametrize(
    ("question_id", "answer"),
    [
        ("91", "yes"),
        ("92", ["Cobol"]),
        ("93", ["Yes", "No"]),
        ("94", "a.pdf"),
        ("95", "7"),
        ("95", True),
        ("96", "tomorrow"),
        ("97", 7),
        ("99", "x"),
    ],
)
def test_an_answer_of_the_wrong_type_stops_the_action_before_it_writes(fake, account, question_id, answer):
    seen = accepts(account)

    with pytest.raises(Invalid, match=f"question {question_id}"):
        create(connected(fake, account), screening_question_answers=[{"question_id": question_id, "answer": answer}])
    assert seen == []


def test_answers_without_a_question_are_left_out_with_a_warning(fake, account):
    seen = accepts(account)
    answers = [{"question_id": "1", "answer": "x"}, {"question_id": "90", "answer": "x"}]
    result = create(connected(fake, account), screening_question_answers=answers)

    assert "included" not in seen[0].json
    assert codes(result) == ["question_unknown", "question_type_unsupported"]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refusal(422, "Phone can't be blank", "unprocessable_entity"), Invalid, "Phone can't be blank"),
        (refusal(422, "Job is not open", "unprocessable_entity"), JobClosed, "not open"),
        (refusal(422, "Candidate has already applied to this job", "unprocessable_entity"), AlreadyExists, "already applied"),
        (refusal(404, "Record not found", "not_found"), NotFound, "Record not found"),
        (refusal(400, "Malformed query params", "bad_request"), Invalid, "Malformed"),
    ],
)
def test_a_refusal_carries_the_vendors_words(fake, account, answer, error, words):
    seen = accepts(account, answer=answer)

    with pytest.raises(error, match=words):
        create(connected(fake, account))
    assert len(seen) == 1


def test_a_missing_permission_is_named(fake, account):
    accepts(account, answer=refusal(403, "No permission", "forbidden"))

    with pytest.raises(PermissionMissing) as raised:
        create(connected(fake, account))
    assert raised.value.missing_permissions == ("Application: write",)


def test_an_answer_without_the_person_is_completed_by_reading(fake, account):
    made = application("50300", relations={"candidate": ("candidates", "7701")})
    del made["attributes"]["candidate_id"]
    account.add("/applications", made)
    account.add("/candidates", candidate())
    accepts(account, answer=document({"data": {"type": "applications", "id": "50300", "attributes": made["attributes"]}}, 201))

    assert create(connected(fake, account)).created["Candidates"] == "7701"


def test_where_reading_is_denied_the_missing_person_is_said(fake, account):
    made = application("50300")["attributes"]
    del made["candidate_id"]
    accepts(account, answer=document({"data": {"type": "applications", "id": "50300", "attributes": made}}, 201))
    account.denied = {"/applications"}
    result = create(connected(fake, account))

    assert dict(result.created) == {"Applications": "50300"}
    assert codes(result) == ["candidate_unknown"]


# --- lost answers ----------------------------------------------------------------------------------------------------


def loses(account: Account, *, happened: bool, times: int = 1, path: str = "/applications") -> list[Asked]:
    """The answer to the first writes is lost, whether or not the work was done."""
    seen: list[Asked] = []

    def write(asked: Asked) -> Answer:
        seen.append(asked)
        attributes = asked.json["data"]["attributes"]
        if len(seen) > times:
            return created(external_system_reference=attributes.get("external_system_reference"))
        if happened and path == "/applications":
            account.add(path, application("50300", external_system_reference=attributes["external_system_reference"]))
        elif happened:
            account.add(path, raw("comments", "1", body_text=attributes["body_text"], created_at=T1))
        return Answer(cut="before")

    account.writes["POST", path] = write
    return seen


def test_a_lost_answer_is_looked_up_and_what_happened_is_adopted(fake, account):
    """The person is not sent twice."""
    seen = loses(account, happened=True)
    result = create(connected(fake, account))

    assert len(seen) == 1
    assert dict(result.created) == {"Applications": "50300", "Candidates": "7701"}


def test_what_certainly_did_not_happen_is_sent_again_with_the_same_reference(fake, account):
    seen = loses(account, happened=False)
    create(connected(fake, account))

    references = [asked.json["data"]["attributes"]["external_system_reference"] for asked in seen]
    assert len(references) == 2
    assert len(set(references)) == 1


def test_whoever_may_not_look_does_not_send_again(fake, account):
    seen = loses(account, happened=False)
    account.denied = {"/applications"}

    with pytest.raises(OutcomeUnknown):
        create(connected(fake, account))
    assert len(seen) == 1


def test_a_reference_that_cannot_be_looked_up_is_not_sent_again(fake, account):
    """A comma would ask for either of two."""
    seen = loses(account, happened=False)

    with pytest.raises(OutcomeUnknown):
        create(connected(fake, account), remote_fields={"pinpoint": {"candidate": {"external_system_reference": "a,b"}}})
    assert len(seen) == 1


def test_two_calls_have_two_references(fake, account):
    seen = accepts(account)
    pinpoint = connected(fake, account)
    create(pinpoint)
    create(pinpoint)

    assert len({asked.json["data"]["attributes"]["external_system_reference"] for asked in seen}) == 2


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_note_is_written_once(fake, account, happened):
    seen = loses(account, happened=happened, path="/comments")
    act(connected(fake, account), "Add note to application", application_id="50211", content="Hello")

    assert len(seen) == (1 if happened else 2)


def test_a_throttled_write_is_sent_again(fake, account):
    """A refusal by rate limit certainly did nothing."""
    answers = [refusal(429, "Rate limit exceeded", **{"Retry-After": "3"}), created()]
    account.writes["POST", "/applications"] = lambda asked: answers.pop(0)
    waits: list[float] = []
    create(connected(fake, account, waits=waits))

    assert answers == []
    assert waits[0] >= 3


# --- change ----------------------------------------------------------------------------------------------------------


def moved(**attributes: Any) -> Answer:
    return document({"data": {"type": "applications", "id": "50211", "attributes": application(**attributes)["attributes"]}})


def test_a_move_sends_the_stage_and_nothing_else(fake, account):
    seen = accepts(account, "PUT", "/applications/50211", moved(stage_id="4405"))
    pinpoint = connected(fake, account)
    result = act(pinpoint, "Move application to stage", application_id="50211", stage_id="4405")

    assert seen[0].json == {
        "data": {
            "id": "50211",
            "type": "applications",
            "attributes": {},
            "relationships": {"stage": {"data": {"type": "stages", "id": "4405"}}},
        }
    }
    assert result.records[0].values["current_stage_id"] == Ref("Application Stages", "4405")
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        (moved(stage_id="4405"), {}),
        (moved(stage_id="4405", rejected_at=T1), {}),
        (moved(stage_id="4405", hired_at=T1), {"outcome": "HIRED"}),
    ],
    ids=["nothing is told", "rejected once, and perhaps hired now", "hired"],
)
def test_a_moves_outcome_is_told_only_if_it_is_known(fake, account, answer, known):
    """The answer does not say of what kind the new stage is, and not every account sets the times by itself."""
    accepts(account, "PUT", "/applications/50211", answer)
    result = act(connected(fake, account), "Move application to stage", application_id="50211", stage_id="4405")

    assert {name: value for name, value in result.records[0].values.items() if name == "outcome"} == known


def test_a_chosen_stages_outcome_is_not_guessed(fake, account):
    accepts(account)
    applying = ({"job_id": "310", "stage_id": "4405"}, {"job_id": "310"})
    chosen, first = (create(connected(fake, account), application=where).records for where in applying)

    assert ["outcome" in records[-1].values for records in (chosen, first)] == [False, True]


@pytest.mark.parametrize(("stage_now", "sent"), [("4405", 1), ("4402", 2)])
def test_a_lost_move_is_looked_up(fake, account, stage_now, sent):
    account.add("/applications", application("50211", stage_id=stage_now))
    answers = [Answer(cut="before"), moved(stage_id="4405")]
    account.writes["PUT", "/applications/50211"] = lambda asked: answers.pop(0)
    act(connected(fake, account), "Move application to stage", application_id="50211", stage_id="4405")

    assert len([asked for asked in fake.asked if asked.method == "PUT"]) == sent


def test_a_note_is_a_comment_on_the_application(fake, account):
    comment = document({"data": {"type": "comments", "id": "1", "attributes": {}}}, 201)
    seen = accepts(account, "POST", "/comments", comment)
    act(connected(fake, account), "Add note to application", application_id="50211", content="Hello\nthere")

    assert seen[0].json == {
        "data": {
            "type": "comments",
            "attributes": {"body_text": "Hello\nthere"},
            "relationships": {"commentable": {"data": {"type": "applications", "id": "50211"}}},
        }
    }


RESULT = {
    "application_id": "50211",
    "label": "Score",
    "url": "https://results.test/1",
    "details": {"custom_field_name_prefix": "Test: ", "attributes": [{"key": "points", "value": "82"}, {"key": "grade", "value": "A"}]},
}


def result_account(account: Account) -> dict[str, list[Asked]]:
    made = {
        "/comments": document({"data": {"type": "comments", "id": "1", "attributes": {}}}, 201),
        "/custom_fields": document({"data": {"type": "custom_fields", "id": "9", "attributes": {"field_type": "text"}}}, 201),
        "/custom_attributes": document({"data": {"type": "custom_attributes", "id": "70", "attributes": {}}}, 201),
    }
    return {path: accepts(account, "POST", path, answer) for path, answer in made.items()}


def test_a_result_is_a_comment_and_custom_fields(fake, account):
    """The field that is there is used, the missing one is made."""
    seen = result_account(account)
    account.add("/custom_fields", raw("custom_fields", "8", name="Test: points", field_type="integer", resource_type="application"))
    result = act(connected(fake, account), "Add result link to application", **RESULT)

    assert seen["/comments"][0].json["data"]["attributes"]["body_text"] == "Score: https://results.test/1\npoints: 82\ngrade: A"
    assert [asked.json["data"]["attributes"] for asked in seen["/custom_fields"]] == [
        {"name": "Test: grade", "field_type": "text", "resource_type": "application"}
    ]
    written = [asked.json["data"] for asked in seen["/custom_attributes"]]
    assert [item["attributes"] for item in written] == [{"integer_value": 82}, {"text_value": "A"}]
    assert [item["relationships"]["custom_field"]["data"]["id"] for item in written] == ["8", "9"]
    assert all(item["relationships"]["custom_attributable"]["data"] == {"type": "applications", "id": "50211"} for item in written)
    assert result.warnings == ()


def test_a_value_that_is_there_is_changed(fake, account):
    seen = result_account(account)
    account.add("/custom_fields", raw("custom_fields", "8", name="Test: points", field_type="text", resource_type="application"))
    account.add("/custom_attributes", raw("custom_attributes", "70", {"custom_field": ("custom_fields", "8")}, value="81"))
    changed = accepts(
        account, "PUT", "/custom_attributes/70", document({"data": {"type": "custom_attributes", "id": "70", "attributes": {}}})
    )
    details = {"custom_field_name_prefix": "Test: ", "attributes": [{"key": "points", "value": "82"}]}
    act(connected(fake, account), "Add result link to application", **{**RESULT, "details": details})

    assert changed[0].json["data"] == {"type": "custom_attributes", "id": "70", "attributes": {"text_value": "82"}}
    assert seen["/custom_attributes"] == []


def test_without_the_permission_the_comment_holds_the_details(fake, account):
    seen = result_account(account)
    account.denied = {"/custom_fields"}
    result = act(connected(fake, account), "Add result link to application", **RESULT)

    assert "points: 82" in seen["/comments"][0].json["data"]["attributes"]["body_text"]
    assert codes(result) == ["details_in_comment_only"] * 2
    assert "Custom Field: read" in result.warnings[0].message


def test_a_result_without_details_is_a_comment_only(fake, account):
    result_account(account)
    act(connected(fake, account), "Add result link to application", application_id="50211", label="Score", url="https://results.test/1")

    assert [(asked.method, asked.path) for asked in fake.asked] == [("POST", "/api/v1/comments")]


def test_a_value_that_its_field_cannot_hold_is_a_warning(fake, account):
    result_account(account)
    account.add("/custom_fields", raw("custom_fields", "8", name="Test: points", field_type="integer", resource_type="application"))
    details = {"custom_field_name_prefix": "Test: ", "attributes": [{"key": "points", "value": "many"}]}
    result = act(connected(fake, account), "Add result link to application", **{**RESULT, "details": details})

    assert codes(result) == ["details_in_comment_only"]


# --- attachments -----------------------------------------------------------------------------------------------------


def test_an_applications_files(fake, account):
    """The rendition of a CV is dropped when the CV is there; both spellings of the name are read."""
    account.add(
        "/applications",
        application(
            attachments=[
                {"context": "cv", "filename": "mira.docx", "url": "https://files.test/1"},
                {"context": "pdf_cv", "filename": "mira.pdf", "url": "https://files.test/2"},
                {"context": "cover_letter", "name": "letter.txt", "url": "/rails/3"},
                {"context": "document", "filename": "x", "url": "https://files.test/4"},
                {"context": "document", "filename": "x", "url": "https://files.test/5"},
            ]
        ),
    )
    result = act(connected(fake, account), "Get application attachments", application_id="50211")
    rows = result.data["results"]

    assert [(row["type"], row["file_name"], row["data_url"]) for row in rows] == [
        ("CV", "mira.docx", "https://files.test/1"),
        ("COVER_LETTER", "letter.txt", f"{fake.base_url}/rails/3"),
        ("OTHER", "x", "https://files.test/4"),
        ("OTHER", "x", "https://files.test/5"),
    ]
    assert [row["content_type"] for row in rows][1:3] == ["text/plain", "application/octet-stream"]
    assert len({row["remote_id"] for row in rows}) == 4
    assert rows[0]["id"] == Ref("Attachments", "applications/50211/cv/mira.docx")
    assert set(rows[0]) == {"id", "remote_id", "type", "data_url", "file_name", "content_type", "remote_created_at", "remote_updated_at"}


def test_a_rendition_is_the_cv_when_there_is_no_other(fake, account):
    account.add("/applications", application(attachments=[{"context": "pdf_cv", "filename": "mira.pdf", "url": "https://files.test/2"}]))
    rows = act(connected(fake, account), "Get application attachments", application_id="50211").data["results"]

    assert [(row["type"], row["content_type"]) for row in rows] == [("CV", "application/pdf")]


def with_files() -> tuple[Any, list[Any]]:
    person = candidate()
    person["extra"]["attachments"] = [{"context": "document", "filename": "id.png", "url": "https://files.test/9"}]
    cv = {"context": "cv", "filename": "cv.pdf", "url": "https://files.test/1"}
    other = {"context": "cv", "filename": "cv.pdf", "url": "https://files.test/2"}
    shared = {"context": "document", "filename": "id.png", "url": "https://files.test/9"}
    return person, [application("1", attachments=[cv]), application("2", attachments=[other, shared])]


def test_a_persons_files_are_theirs_and_those_of_all_applications(fake, account):
    person, applications = with_files()
    account.add("/candidates", person)
    account.add("/applications", *applications, application("3", candidate_id="7702"))
    rows = act(connected(fake, account), "Get candidate attachments", candidate_id="7701").data["results"]

    assert [(row["data_url"], row["application_id"]) for row in rows] == [
        ("https://files.test/9", None),
        ("https://files.test/1", Ref("Applications", "1")),
        ("https://files.test/2", Ref("Applications", "2")),
    ]
    assert {row["candidate_id"] for row in rows} == {Ref("Candidates", "7701")}


def test_an_account_that_does_not_know_private_jobs_is_asked_without_them(fake, account):
    """As lists are; whatever an action reads is not for newer accounts only."""
    account.unknown = {"private_job"}
    person, applications = with_files()
    account.add("/candidates", person)
    account.add("/applications", *applications)
    pinpoint = connected(fake, account)
    answers = [Answer(cut="before"), moved(stage_id="4405")]
    account.writes["PUT", "/applications/1"] = lambda asked: answers.pop(0)
    accepts(account, answer=created(candidate_id=None))
    account.add("/applications", application("50300", {"candidate": ("candidates", "7701")}))

    assert len(act(pinpoint, "Get application attachments", application_id="1").data["results"]) == 1
    assert len(act(pinpoint, "Get candidate attachments", candidate_id="7701").data["results"]) == 3
    assert act(pinpoint, "Move application to stage", application_id="1", stage_id="4405").records
    assert create(pinpoint).created["Candidates"] == "7701"


def test_files_of_applications_that_may_not_be_read_refuse_the_whole(fake, account):
    """A list without them would look complete and not be."""
    person, applications = with_files()
    account.add("/candidates", person)
    account.add("/applications", *applications)
    account.denied = {"/applications"}

    with pytest.raises(PermissionMissing) as refused:
        act(connected(fake, account), "Get candidate attachments", candidate_id="7701")

    assert refused.value.missing_permissions == ("Application: read",)


def test_what_is_not_promised_is_refused(fake, account):
    attachment = {"name": "a.pdf", "type": "CV", "data": PDF}

    with pytest.raises(NotSupported):
        act(connected(fake, account), "Add attachment to application", application_id="1", attachment=attachment)
    assert fake.asked == []

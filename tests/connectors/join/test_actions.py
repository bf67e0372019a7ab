"""What each action sends, what it says about the rest, and that no application is ever made twice."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from connectors.unified.actions import ACTIONS
from connectors.unified.connector import Ref
from connectors.unified.errors import (
    AlreadyExists,
    ConnectorError,
    Invalid,
    JobClosed,
    NotFound,
    NotSupported,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    UnexpectedReply,
)
from tests.connectors.fake_http import Answer, Asked
from tests.connectors.join.account import (
    SIGNATURE,
    T2,
    TOKEN,
    Account,
    answered,
    application,
    candidate,
    connected,
    encoded,
    file,
    job,
    refused,
)

PDF = encoded(b"%PDF-1")
PERSON = {"first_name": "Nina", "last_name": "O'Hara", "email_address": "nina@example.org"}
LOST = Answer(cut="before")


@pytest.fixture
def account() -> Account:
    return Account(jobs=[job()], applications=[application()])


def act(join, action: str, **values: Any):
    return join.act(action, ACTIONS[action].model_validate(values))


def create(join, action: str = "Create application", person: dict[str, Any] | None = None, **values: Any):
    return act(join, action, **{"candidate": {**PERSON, **(person or {})}, "application": {"job_id": "16010001"}, **values})


def files(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "CV", "data": PDF} for name in names]


def told(result) -> list[tuple[str, str]]:
    return [(warning.code, warning.message) for warning in result.warnings]


def codes(result) -> list[str]:
    return [code for code, _ in told(result)]


def in_turn(account: Account, *answers: Answer | Callable[[Asked], Answer]) -> None:
    """One answer a create; afterwards the account answers itself."""
    queue = list(answers)

    def script(asked: Asked) -> Answer:
        if not queue:
            return account.create(asked)
        found = queue.pop(0)
        return found(asked) if callable(found) else found

    account.on_create = script


def done_but_lost(account: Account, answer: Answer = LOST) -> Callable[[Asked], Answer]:
    """The work is done and nobody hears of it."""

    def script(asked: Asked) -> Answer:
        assert account.create(asked).status == 201
        return answer

    return script


def made_by_us(account: Account) -> list[int]:
    return [row["id"] for row in account.applications if row["id"] != 51230001]


# -- what is sent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["Create candidate", "Create application"])
def test_person_application_and_files_travel_in_one_call(fake, account, action):
    join = connected(fake, account)

    def script(asked: Asked) -> Answer:
        return Answer(200, b"letter", {"Content-Type": "text/plain"}) if asked.path == "/files/letter" else account(asked)

    fake.script = script
    result = create(
        join,
        action,
        attachments=[
            {"name": "cv.pdf", "type": "CV", "data": PDF},
            {"name": "letter.txt", "type": "COVER_LETTER", "data_url": f"{fake.base_url}/files/letter"},
            {"name": "x.pdf", "type": "OTHER", "data_url": f"data:application/pdf;base64,{PDF}"},
        ],
        source={"id": "AGENCY"},
    )
    (sent,) = account.creates
    reference = sent.pop("integrationExternalId")

    assert sent == {
        "jobId": 16010001,
        "candidate": {"email": "nina@example.org", "firstName": "Nina", "lastName": "O'Hara"},
        "source": "AGENCY",
        "documents": [
            {"type": "CV", "name": "cv.pdf", "data": PDF},
            {"type": "COVER_LETTER", "name": "letter.txt", "data": encoded(b"letter")},
            {"type": "OTHER", "name": "x.pdf", "data": PDF},
        ],
    }
    (write,) = account.writes
    assert (write.headers["authorization"], write.headers["content-type"]) == (TOKEN, "application/json")
    assert account.applications[-1]["integrationExternalId"] == reference
    assert dict(result.created) == {
        "Applications": str(account.applications[-1]["id"]),
        "Candidates": str(account.applications[-1]["candidate"]["id"]),
    }
    assert told(result) == []


def test_the_token_does_not_follow_to_where_a_file_lies(fake, account):
    join = connected(fake, account)
    fetched: list[Asked] = []

    def script(asked: Asked) -> Answer:
        if asked.path != "/files/cv":
            return account(asked)
        fetched.append(asked)
        return Answer(200, b"%PDF-1")

    fake.script = script
    create(join, attachments=[{"name": "cv.pdf", "type": "CV", "data_url": f"{fake.base_url}/files/cv"}])

    assert [one.headers.get("authorization") for one in fetched] == [None]


def test_a_file_that_cannot_be_fetched_stops_the_create_before_it_is_sent(fake, account):
    join = connected(fake, account)
    fake.script = lambda asked: Answer(404) if asked.path == "/files/cv" else account(asked)

    with pytest.raises(Invalid, match="404"):
        create(join, attachments=[{"name": "cv.pdf", "type": "CV", "data_url": f"{fake.base_url}/files/cv"}])
    assert account.writes == []


def test_nothing_that_was_not_given_is_sent(fake, account):
    create(connected(fake, account))

    assert set(account.creates[0]) == {"jobId", "candidate", "integrationExternalId"}


def test_the_new_records_are_those_of_a_sync(fake, account):
    result = create(connected(fake, account))
    application_key, candidate_key = result.created["Applications"], result.created["Candidates"]
    records = {record.model: record for record in result.records}

    assert records["Applications"].key == application_key
    assert records["Applications"].values["candidate_id"] == Ref("Candidates", candidate_key)
    assert set(records) == {"Applications", "Job-specific application stages"}
    # What is made of all applications is as a sync would deliver it only where this is the first.
    assert [(record.model, record.key) for record in result.if_new] == [("Application Stages", "7003"), ("Candidates", candidate_key)]


def test_a_create_that_cannot_be_read_back_stands(fake, account):
    join = connected(fake, account)
    fake.script = lambda asked: refused(404, "gone") if asked.method == "GET" else account(asked)
    result = create(join)

    assert set(result.created) == {"Applications", "Candidates"}
    assert codes(result) == ["not_read_back"]


def test_an_answer_that_names_only_the_candidate_is_completed_by_looking(fake, account):
    """candidateId is all that was ever seen in it."""
    in_turn(account, lambda asked: answered({"candidateId": account.create(asked) and account.applications[-1]["candidate"]["id"]}, 201))
    result = create(connected(fake, account))

    assert len(account.creates) == 1
    assert result.created["Applications"] == str(account.applications[-1]["id"])
    assert told(result) == []


def test_where_nobody_can_look_the_missing_name_is_a_warning(fake, account):
    join = connected(fake, account)
    in_turn(account, answered({"candidateId": 5}, 201))
    fake.script = lambda asked: refused(404, "no such path") if asked.method == "GET" else account(asked)
    result = create(join)

    assert (dict(result.created), codes(result), len(account.creates)) == ({"Candidates": "5"}, ["not_read_back"], 1)


def test_a_job_id_that_is_no_number_is_not_sent(fake, account):
    with pytest.raises(Invalid, match="whole numbers"):
        create(connected(fake, account), application={"job_id": "../jobs"})
    assert fake.asked == []


# -- the source --------------------------------------------------------------------------------------------------------

SOURCES: list[tuple[dict[str, str], str | None, str | None]] = [
    ({"id": "SOCIAL_MEDIA"}, "SOCIAL_MEDIA", None),
    ({"id": "events"}, "EVENTS", None),
    ({"unified_key": "REFERRAL"}, "REFERRALS", None),
    ({"unified_key": "JOB_BOARD"}, "JOB_BOARDS", None),
    ({"unified_key": "CAREER_PAGE"}, "ORGANIC", None),
    ({"name": "LinkedIn"}, "JOB_BOARDS", None),
    ({"name": "Sourcing Tools"}, "SOURCING_TOOLS", None),
    ({"name": "Internal application"}, "INTERNAL_APPLICATION", None),
    ({"id": "AGENCY", "unified_key": "REFERRAL", "name": "LinkedIn"}, "AGENCY", None),
    ({"unified_key": "REFERRAL", "name": "LinkedIn"}, "REFERRALS", None),
    ({"name": "Nachtschwärmer & Söhne"}, "OTHER", "Nachtschwärmer & Söhne"),
    ({"id": "17"}, "OTHER", "17"),
    ({"unified_key": "TELEPATHY"}, "OTHER", "TELEPATHY"),
    ({"unified_key": "JOB_BOARD", "name": "Stellenmarkt Süd"}, "JOB_BOARDS", "Stellenmarkt Süd"),
    ({"id": "17", "name": "LinkedIn"}, "JOB_BOARDS", "17"),
    ({"name": " "}, None, None),
]


@pytest.mark.parametrize(("source", "written", "noted"), SOURCES)
def test_a_source_is_one_of_joins_list_and_what_does_not_fit_is_noted(fake, account, source, written, noted):
    result = create(connected(fake, account), source=source)
    (sent,) = account.creates

    assert sent.get("source") == written
    assert [content for _, content in account.notes] == ([] if noted is None else [{"content": f"Source: {noted}"}])
    assert [path for path, _ in account.notes] == ([] if noted is None else [f"/v2/candidates/{result.created['Candidates']}/notes"])
    assert codes(result) == ([] if noted is None else ["source_not_writable"])
    assert all(str(noted) in message and str(written) in message for _, message in told(result))


@pytest.mark.parametrize("answer", [refused(404, "no notes here"), refused(503, "down"), LOST])
def test_a_note_that_fails_undoes_nothing_and_is_not_repeated(fake, account, answer):
    join = connected(fake, account)
    fake.script = lambda asked: account(asked) if not asked.path.endswith("/notes") else answer
    result = create(join, source={"name": "A poster"})

    assert len(account.creates) == 1
    assert [asked.path.endswith("/notes") for asked in fake.asked].count(True) == 1
    assert [(code, "failed" in message) for code, message in told(result)] == [("source_not_writable", True)]


# -- refused files: the whole create again, without them ---------------------------------------------------------------


def test_a_refused_file_is_left_out_of_the_whole_create_with_one_warning(fake, account):
    in_turn(account, refused(422, "body.documents.1.name: the file type of virus.exe is not supported"))
    result = create(connected(fake, account), attachments=files("cv.pdf", "virus.exe", "letter.pdf"))
    first, second = account.creates

    assert [document["name"] for document in second["documents"]] == ["cv.pdf", "letter.pdf"]
    assert {**second, "documents": None} == {**first, "documents": None}
    assert [(code, "'virus.exe'" in message) for code, message in told(result)] == [("attachment_refused", True)]
    assert len(made_by_us(account)) == 1


def test_each_cause_brings_one_more_try_and_one_warning_each(fake, account):
    in_turn(
        account,
        refused(422, "body.documents.0.name: not supported"),
        refused(503, "down for a moment"),
        refused(400, "The file huge.pdf is too large"),
    )
    result = create(connected(fake, account), attachments=files("a.exe", "huge.pdf", "cv.pdf"))

    assert [[document["name"] for document in sent["documents"]] for sent in account.creates] == [
        ["a.exe", "huge.pdf", "cv.pdf"],
        ["huge.pdf", "cv.pdf"],
        ["huge.pdf", "cv.pdf"],
        ["cv.pdf"],
    ]
    assert [next(name for name in ("a.exe", "huge.pdf") if repr(name) in message) for _, message in told(result)] == ["a.exe", "huge.pdf"]
    assert len({sent["integrationExternalId"] for sent in account.creates}) == 1
    assert len(made_by_us(account)) == 1


@pytest.mark.parametrize(
    ("names", "words", "left"),
    [
        (["cv.pdf", "my cv.pdf"], "'my cv.pdf' is refused", ["cv.pdf"]),
        (["cv", "x.pdf"], "mycv: x.pdf is refused", ["cv"]),
        (["cv.pdf", "cv.pdf.exe"], "cv.pdf.exe: not supported", ["cv.pdf"]),
        (["same.pdf", "same.pdf"], "body.documents.1.data: the document is empty (same.pdf)", ["same.pdf"]),
        ([f"{n}.pdf" for n in range(11)], "documents.10.name: no", [f"{n}.pdf" for n in range(10)]),
        ([f"{n}.pdf" for n in range(11)], "documents[1]: no", ["0.pdf", *(f"{n}.pdf" for n in range(2, 11))]),
    ],
)
def test_only_the_named_file_is_left_out(fake, account, names, words, left):
    in_turn(account, refused(422, words))
    result = create(connected(fake, account), attachments=files(*names))

    assert [document["name"] for document in account.creates[1]["documents"]] == left
    assert codes(result) == ["attachment_refused"]


@pytest.mark.parametrize("answer", [refused(422, "An attachment could not be processed"), refused(413, "Payload too large"), Answer(413)])
def test_where_no_file_is_named_all_are_left_out(fake, account, answer):
    """The person is worth more than their files."""
    in_turn(account, answer)
    result = create(connected(fake, account), attachments=files("a.pdf", "b.pdf"))

    assert "documents" not in account.creates[1]
    assert codes(result) == ["attachment_refused"] * 2
    assert len(made_by_us(account)) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(422, "body.candidate.email: no valid profile address"), Invalid),
        (refused(400, "Job 16010001 is OFFLINE and takes no applications"), JobClosed),
        (refused(400, "Job 16010001 is closed; its documents are not taken"), JobClosed),
        (refused(404, "Job 16010001 was not found"), NotFound),
        (refused(400, "Application for this candidate and job already exists"), AlreadyExists),
        (refused(409, "Application for this candidate and job already exists"), AlreadyExists),
        (refused(422, "Application for this candidate and job already exists"), AlreadyExists),
        (refused(403, "Your role does not allow this"), PermissionMissing),
        (answered({"message": "body.source: must be one of a list"}, 422), Invalid),
    ],
)
def test_a_refusal_that_is_not_about_files_is_final(fake, account, answer, error):
    in_turn(account, answer)

    with pytest.raises(error):
        create(connected(fake, account), attachments=files("cv.pdf"))
    assert len(account.creates) == 1


def test_a_refused_file_type_is_no_closed_job(fake, account):
    in_turn(account, refused(422, "We do not accept files of this kind: cv.exe"))
    result = create(connected(fake, account), attachments=files("cv.exe"))

    assert codes(result) == ["attachment_refused"]


# -- lost answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [LOST, Answer(201, b'{"id": 1', {"Content-Type": "application/json"}), refused(504, "timeout")])
def test_a_create_whose_answer_was_lost_is_found_by_its_reference(fake, account, answer):
    in_turn(account, done_but_lost(account, answer))
    result = create(connected(fake, account))

    assert len(account.creates) == 1
    assert result.created["Applications"] == str(made_by_us(account)[0])
    assert told(result) == []


def test_it_is_found_by_email_and_job_where_the_account_shows_no_references(fake, account):
    def forgets(asked: Asked) -> Answer:
        done_but_lost(account)(asked)
        account.applications[-1]["integrationExternalId"] = None
        return LOST

    in_turn(account, forgets)
    result = create(connected(fake, account), person={"email_address": "NINA@example.org"})

    assert len(account.creates) == 1
    assert result.created["Applications"] == str(made_by_us(account)[0])


def test_nobody_elses_application_is_taken_for_ours(fake, account):
    """Not that of another integration, nor that of the same person to another job."""
    account.applications += [
        application(1, person=candidate(8, email="nina@example.org"), on=2),
        application(2, createdAt=T2, person=candidate(9, email="nina@example.org"), integrationExternalId="another-1"),
    ]
    in_turn(account, LOST, LOST)

    with pytest.raises(OutcomeUnknown):
        create(connected(fake, account))
    assert len(account.creates) == 2


def test_what_did_not_happen_is_sent_again_once_under_the_same_reference(fake, account):
    in_turn(account, LOST)
    create(connected(fake, account), attachments=files("cv.pdf"))
    first, second = account.creates

    assert first == second
    assert len(made_by_us(account)) == 1


def test_a_failure_that_does_not_pass_is_not_tried_for_ever(fake, account):
    in_turn(account, *[refused(503, "down")] * 5)

    with pytest.raises(OutcomeUnknown):
        create(connected(fake, account))
    assert len(account.creates) == 2


def test_already_exists_after_a_lost_answer_is_our_own_success(fake, account):
    """The first create arrived late: after we had looked."""
    late: list[Asked] = []

    def keeps_for_later(asked: Asked) -> Answer:
        late.append(asked)
        return LOST

    def was_quicker(asked: Asked) -> Answer:
        account.create(late[0])
        return account.create(asked)

    in_turn(account, keeps_for_later, was_quicker)
    result = create(connected(fake, account))

    assert len(account.creates) == 2
    assert [str(id) for id in made_by_us(account)] == [result.created["Applications"]]


def test_who_cannot_look_does_not_send_again(fake, account):
    join = connected(fake, account)
    in_turn(account, done_but_lost(account))
    fake.script = lambda asked: refused(503, "down") if asked.method == "GET" else account(asked)

    with pytest.raises(OutcomeUnknown, match="nor could it be looked up"):
        create(join)
    assert len(account.creates) == 1


def test_a_throttled_create_did_nothing_and_is_sent_again_when_join_says(fake, account):
    in_turn(account, *[refused(429, "Too many requests", **{"x-ratelimit-reset": "3"})] * 2)
    waits: list[float] = []
    create(connected(fake, account, waits=waits))

    assert len(account.creates) == 3
    assert [3 <= wait < 4.1 for wait in waits] == [True, True]
    assert [asked.method for asked in fake.asked].count("GET") == 1, "nothing had to be looked up"


def test_a_limit_that_does_not_end_says_that_nothing_happened(fake, account):
    in_turn(account, *[refused(429, "Too many requests", **{"x-ratelimit-reset": "1"})] * 20)

    with pytest.raises(RateLimited):
        create(connected(fake, account))
    assert made_by_us(account) == []


def test_two_calls_have_two_references(fake, account):
    join = connected(fake, account)
    create(join)
    create(join, person={"email_address": "other@example.org"})

    assert len({sent["integrationExternalId"] for sent in account.creates}) == 2


# -- files -------------------------------------------------------------------------------------------------------------


def attached(fake, account: Account, *paths: str, kind: str = "CV") -> list[dict[str, str]]:
    return [{"type": kind, "url": f"{fake.base_url}{path}?sig={SIGNATURE}"} for path in paths]


def test_files_have_names_and_types_from_their_downloads(fake, account):
    """JOIN's own record has a type and a link only, and the link wants the token, too."""
    account.files = {
        "/v2/attachments/a1": file("ira-cv.pdf"),
        "/v2/attachments/a2": Answer(
            200,
            b"PNG",
            {
                "Content-Type": "image/png; charset=binary",
                "Content-Disposition": "attachment; filename=\"_.png\"; filename*=UTF-8''%E4%BD%9C.png",
            },
        ),
        "/v2/attachments/plain%20name.txt": file(None, b"text", None),
        "/v2/attachments/a4": file("answer.pdf"),
    }
    account.applications = [
        application(
            1,
            attachments=[
                *attached(fake, account, "/v2/attachments/a1", kind="JOIN_CV"),
                *attached(fake, account, "/v2/attachments/a2", kind="PORTFOLIO"),
                *attached(fake, account, "/v2/attachments/plain%20name.txt", kind="COVER_LETTER"),
            ],
            screeningQuestions=[
                {"question": "Papers?", "type": "FILE", "answer": None, "file": f"{fake.base_url}/v2/attachments/a4?sig={SIGNATURE}"},
                {"question": "Why?", "type": "TEXT", "answer": "x", "file": None},
            ],
        )
    ]
    join = connected(fake, account)
    # The fake server hands paths on as they came, still encoded.
    results = act(join, "Get application attachments", application_id="1").data["results"]

    assert [(row["type"], row["file_name"], row["content_type"]) for row in results] == [
        ("CV", "ira-cv.pdf", "application/pdf"),
        ("OTHER", "作.png", "image/png"),
        ("COVER_LETTER", "plain name.txt", "application/octet-stream"),
        ("OTHER", "answer.pdf", "application/pdf"),
    ]
    assert base64.b64decode(results[1]["data_url"].partition(",")[2]) == b"PNG"
    assert results[1]["data_url"].startswith("data:image/png;base64,")
    assert all(row["id"] == Ref("Attachments", row["remote_id"]) for row in results)
    assert len({row["remote_id"] for row in results}) == 4


def test_a_files_id_outlives_its_signature(fake, account):
    account.files = {"/v2/attachments/a1": file("cv.pdf")}
    account.applications = [application(1, attachments=attached(fake, account, "/v2/attachments/a1"))]
    join = connected(fake, account)
    ids = []
    for more in ("", "&expires=1", "&expires=2"):
        account.applications[0]["attachments"][0]["url"] += more
        (row,) = act(join, "Get application attachments", application_id="1").data["results"]
        ids.append(row["remote_id"])

    assert len(set(ids)) == 1


def test_a_candidates_files_are_those_of_all_their_applications_each_once(fake, account):
    """There is no candidates endpoint: every page of applications is looked through."""
    account.files = {f"/v2/attachments/a{n}": file(f"{n}.pdf") for n in (1, 2)}
    others = [application(1000 + n, createdAt=T2, person=candidate(900 + n)) for n in range(60)]
    account.applications = [
        application(1, person=candidate(7), attachments=attached(fake, account, "/v2/attachments/a1")),
        application(
            2, createdAt=T2, person=candidate(7), on=2, attachments=attached(fake, account, "/v2/attachments/a1", "/v2/attachments/a2")
        ),
        *others,
    ]
    # Every answer signs its links anew.
    account.applications[1]["attachments"][0]["url"] += "&made=later"
    join = connected(fake, account)
    results = act(join, "Get candidate attachments", candidate_id="7").data["results"]

    assert [(row["file_name"], row["application_id"], row["candidate_id"]) for row in results] == [
        ("1.pdf", Ref("Applications", "2"), Ref("Candidates", "7")),
        ("2.pdf", Ref("Applications", "2"), Ref("Candidates", "7")),
    ]
    assert [asked.path for asked in fake.asked].count("/v2/attachments/a1") == 1
    assert act(join, "Get application attachments", application_id="1").data["results"][0]["remote_id"] == results[0]["remote_id"]


def test_whom_no_application_shows_is_not_found(fake, account):
    join = connected(fake, account)

    with pytest.raises(NotFound):
        act(join, "Get candidate attachments", candidate_id="999")
    with pytest.raises(NotFound):
        act(join, "Get application attachments", application_id="999")
    with pytest.raises(Invalid, match="whole numbers"):
        act(join, "Get application attachments", application_id="../jobs")


def test_the_token_goes_to_joins_own_host_only(fake, account):
    account.applications = [application(1, attachments=[{"type": "CV", "url": "https://elsewhere.example/v2/attachments/a1?sig=x"}])]
    join = connected(fake, account)

    with pytest.raises(UnexpectedReply, match="another host"):
        act(join, "Get application attachments", application_id="1")
    assert [asked.path for asked in fake.asked] == ["/v2/applications/1"]


@pytest.mark.parametrize(
    "answer", [refused(403, "The signature of this link is expired"), refused(404, "gone"), LOST, refused(401, "token")]
)
def test_no_error_holds_the_token_or_a_signature(fake, account, answer):
    account.files = {"/v2/attachments/a1": answer}
    account.applications = [application(1, attachments=attached(fake, account, "/v2/attachments/a1"))]

    with pytest.raises(ConnectorError) as raised:
        act(connected(fake, account), "Get application attachments", application_id="1")
    shown = repr(raised.value) + str(raised.value) + repr(vars(raised.value))
    assert SIGNATURE not in shown
    assert TOKEN not in shown


def test_what_is_not_promised_is_refused(fake, account):
    with pytest.raises(NotSupported, match="Create candidate"):
        act(connected(fake, account), "Add note to application", application_id="1", content="Hello")
    assert fake.asked == []

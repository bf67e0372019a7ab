"""What each action sends, what it leaves as it is, and that nothing is ever written twice."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.unified.actions import ACTIONS
from connectors.unified.connector import Ref
from connectors.unified.errors import (
    AlreadyExists,
    Conflict,
    Invalid,
    NotFound,
    NotSupported,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    Unavailable,
)
from tests.connectors.asymbl.org import EVERYTHING, T2, Org, Refusal, as_json, connected, number, small_org
from tests.connectors.asymbl.test_reading import APPLICANT, BAKER, CLIENT, CONTACT, JOB, MILLER, MIRA, STAGE, YAN
from tests.connectors.fake_http import Answer, Asked, FakeServer, running

PDF = base64.b64encode(b"%PDF-1").decode()
PERSON = {"first_name": "Nele", "last_name": "Neu", "email_address": "nele@example.test"}


@pytest.fixture
def org() -> Org:
    return small_org()


def act(asymbl, action: str, **values: Any):
    return asymbl.act(action, ACTIONS[action].model_validate(values))


def create(asymbl, action: str = "Create application", person: dict[str, Any] | None = None, job: str = BAKER, **values: Any):
    return act(asymbl, action, **{"candidate": {**PERSON, **(person or {})}, "application": {"job_id": job}, **values})


def codes(result) -> list[str]:
    return [warning.code for warning in result.warnings]


def writes(fake: FakeServer) -> list[Asked]:
    return [asked for asked in fake.asked if asked.method in ("POST", "PATCH", "PUT", "DELETE") and "oauth2" not in asked.path]


def made(org: Org, sobject: str) -> list[dict[str, Any]]:
    """The records that the org did not have before."""
    return [row for row in org.tables[sobject].values() if row.get("CreatedDate") == org.now]


def lose_answers(org: Org, path: str, times: int = 1, *, before: bool = False) -> None:
    """The org does the work (or not), and nobody hears of it."""
    left = [None] * times

    def lost(asked: Asked, answer: Answer) -> Answer:
        if asked.path.endswith(path) and asked.method in ("POST", "PATCH") and left:
            left.pop()
            return Answer(cut="before")
        return answer

    def undone(asked: Asked) -> Answer | None:
        return lost(asked, Answer()) if asked.path.endswith(path) and asked.method in ("POST", "PATCH") and left else None

    if before:
        org.before = undone
    else:
        org.after = lost


# ------------------------------------------------------------------------------------------------------------- create


@pytest.mark.parametrize("action", ["Create candidate", "Create application"])
def test_a_new_person_and_application_are_made_together(fake, org, action):
    """Both or neither, in one request, in the vendor's words."""
    result = create(
        connected(fake, org),
        action,
        person={
            "title": "Baker",
            "phone_number": "+49 731 1",
            "location": {"country": "DE", "city": "Ulm", "zip_code": "89073"},
            "availability_date": "2026-04-01T00:00:00Z",
            "salary_expectations": {"period": "YEAR", "amount": 50000},
        },
        application={"job_id": BAKER, "stage_id": number(STAGE, 2)},
        source={"name": "LinkedIn"},
    )
    (sent,) = writes(fake)

    assert sent.path == "/services/data/v63.0/composite"
    assert sent.json["allOrNone"] is True
    contact, application = sent.json["compositeRequest"]
    assert (contact["method"], contact["url"]) == ("POST", "/services/data/v63.0/sobjects/Contact")
    assert contact["body"] == {
        "FirstName": "Nele",
        "LastName": "Neu",
        "Email": "nele@example.test",
        "Title": "Baker",
        "Phone": "+49 731 1",
        "MailingCity": "Ulm",
        "MailingPostalCode": "89073",
        "MailingCountry": "Germany",
        "bpats__Earliest_Available_Date__c": "2026-04-01",
        "bpats__Desired_Salary__c": 50000.0,
        "LeadSource": "LinkedIn",
    }
    assert application["body"] == {
        "bpats__ATS_Applicant__c": "@{contact.id}",
        "bpats__Job__c": BAKER,
        "bpats__Stage__c": number(STAGE, 2),
        "bpats__Source__c": "LinkedIn",
    }
    (person,), (applied,) = made(org, CONTACT), made(org, APPLICANT)
    assert applied["bpats__ATS_Applicant__c"] == person["Id"]
    assert dict(result.created) == {"Candidates": person["Id"], "Applications": applied["Id"]}
    assert result.warnings == ()


def test_the_records_are_as_a_sync_delivers_them(fake, org):
    """All of their fields, read back."""
    asymbl = connected(fake, org)
    result = create(asymbl)
    synced = {
        (record.model, record.key): record.values
        for stream in ("candidates", "applications")
        for page in asymbl.read(stream, EVERYTHING)
        for record in page.records
    }

    assert {record.model for record in result.records} == {"Candidates", "Applications"}
    for record in result.records:
        assert record.values == synced[record.model, record.key]


def test_a_stage_that_is_not_given_is_the_jobs_first(fake, org):
    """By sequence, not by age."""
    org.put(STAGE, 9, Name="Very first", bpats__Job__c=BAKER, bpats__Sequence__c=1.0)
    create(connected(fake, org))

    assert made(org, APPLICANT)[0]["bpats__Stage__c"] == number(STAGE, 9)


def test_a_job_without_stages_is_for_the_org_to_refuse(fake, org):
    job = org.put(JOB, 7, Name="Bare")
    with pytest.raises(Invalid, match="bpats__Stage__c"):
        create(connected(fake, org), job=job)

    assert made(org, CONTACT) == []


def test_a_month_of_salary_is_sent_twelvefold(fake, org):
    create(connected(fake, org), person={"salary_expectations": {"period": "MONTH", "amount": 4000.5}})

    assert made(org, CONTACT)[0]["bpats__Desired_Salary__c"] == 48006.0


def test_with_country_lists_the_code_is_written(fake, org):
    org.extra["Contact"] = "MailingCountryCode:picklist"
    org.picklists[CONTACT, "MailingCountryCode"] = ("DE", "US")
    create(connected(fake, org), person={"location": {"country": "DE"}})

    (sent,) = writes(fake)
    assert sent.json["compositeRequest"][0]["body"]["MailingCountryCode"] == "DE"
    assert "MailingCountry" not in sent.json["compositeRequest"][0]["body"]


# ------------------------------------------------------------------------------------------------------ known people


@pytest.mark.parametrize("email", ["yan@example.test", "YAN@Example.Test"])
def test_a_known_contact_is_reused_and_not_touched(fake, org, email):
    """Letter case makes no other person."""
    before = dict(org.tables[CONTACT][YAN])
    result = create(connected(fake, org), person={"email_address": email, "title": "Boss", "phone_number": "1"}, job=MILLER)

    assert made(org, CONTACT) == []
    assert org.tables[CONTACT][YAN] == before
    assert made(org, APPLICANT)[0]["bpats__ATS_Applicant__c"] == YAN
    assert result.created["Candidates"] == YAN
    assert [(asked.method, asked.path) for asked in writes(fake)] == [("POST", f"/services/data/v63.0/sobjects/{APPLICANT}")]


def test_a_client_who_applies_is_that_same_contact(fake, org):
    result = create(connected(fake, org), person={"email_address": "ada@acme.test"})

    assert result.created["Candidates"] == CLIENT


def test_the_oldest_of_several_is_taken(fake, org):
    org.put(CONTACT, 8, LastName="Twin", Email="Yan@example.test", CreatedDate="2020-01-01T00:00:00.000+0000")
    result = create(connected(fake, org), person={"email_address": "yan@example.test"}, job=MILLER)

    assert result.created["Candidates"] == number(CONTACT, 8)


def test_quotes_in_an_address_are_no_way_into_the_query(fake, org):
    create(connected(fake, org), person={"email_address": "o'neill\\@example.test"})

    assert made(org, CONTACT)[0]["Email"] == "o'neill\\@example.test"


def test_whoever_has_applied_already_is_told_before_anything_is_written(fake, org):
    with pytest.raises(AlreadyExists, match=number(APPLICANT, 3)):
        create(connected(fake, org), person={"email_address": "yan@example.test"}, attachments=[attachment()])

    assert writes(fake) == []


def test_a_race_for_the_same_application_is_told_the_same(fake, org):
    """Between looking and writing somebody else was faster."""
    looked = []

    def race(asked: Asked) -> Answer | None:
        if "bpats__ATS_Applicant__c = " in asked.query.get("q", "") and not looked:
            looked.append(asked)
            return as_json({"totalSize": 0, "done": True, "records": []})
        return None

    org.before = race
    with pytest.raises(AlreadyExists):
        create(connected(fake, org), person={"email_address": "yan@example.test"})


# --------------------------------------------------------------------------------------------------- duplicate rules


def test_a_rule_that_finds_the_same_address_finds_the_person(fake, org):
    """For example one that was not there a moment ago."""
    org.duplicates = lambda row: ([YAN], True)
    org.tables[CONTACT][YAN]["Email"] = None

    def comes_later(asked: Asked) -> None:
        if asked.path.endswith("/composite"):
            org.tables[CONTACT][YAN]["Email"] = "nele@example.test"

    org.before = comes_later
    result = create(connected(fake, org), job=MILLER)

    assert result.created["Candidates"] == YAN
    assert made(org, CONTACT) == []


def test_a_rule_that_finds_somebody_alike_is_overruled(fake, org):
    """It is the e-mail that tells people apart."""
    org.duplicates = lambda row: ([YAN], True)
    result = create(connected(fake, org))

    assert result.created["Candidates"] == made(org, CONTACT)[0]["Id"]
    assert len(made(org, APPLICANT)) == 1
    first, second = writes(fake)
    assert "httpHeaders" not in first.json["compositeRequest"][0]
    assert second.json["compositeRequest"][0]["httpHeaders"] == {"Sforce-Duplicate-Rule-Header": "allowSave=true"}


def test_a_rule_that_blocks_is_a_conflict(fake, org):
    org.duplicates = lambda row: ([YAN], False)
    with pytest.raises(Conflict, match="Use one of these records"):
        create(connected(fake, org))

    assert len(writes(fake)) == 1


# ------------------------------------------------------------------------------------------------------------ sources


@pytest.mark.parametrize(
    ("source", "listed", "internal"),
    [
        ({"name": "LinkedIn"}, "LinkedIn", None),
        ({"name": "linkedin"}, "LinkedIn", None),
        ({"unified_key": "LINKED_IN"}, "LinkedIn", None),
        ({"id": "Indeed"}, "Indeed", None),
        ({"id": "Indeed", "unified_key": "LINKEDIN", "name": "Website"}, "Indeed", None),
        ({"id": "x-7", "unified_key": "JOB_BOARD", "name": "LinkedIn"}, "LinkedIn", None),
        ({"id": "x-7", "unified_key": "JOB_BOARD", "name": "ExampleBoard"}, None, "ExampleBoard"),
        ({"unified_key": "JOB_BOARD"}, None, "JOB_BOARD"),
        ({"id": "x-7"}, None, "x-7"),
        ({"name": "Old"}, None, "Old"),
        ({"name": " "}, None, None),
    ],
)
def test_a_source_is_a_value_of_the_list_or_kept_as_the_internal_one(fake, org, source, listed, internal):
    """Its id, key and name are three names of one thing. Values that are switched off in the list are none."""
    result = create(connected(fake, org), source=source)
    (application,) = made(org, APPLICANT)

    assert (application["bpats__Source__c"], application["bpats__Internal_Source__c"]) == (listed, internal)
    assert result.warnings == ()


@pytest.mark.parametrize(("hide", "need"), [("hidden", "read"), ("locked", "edit")])
def test_a_source_whose_list_is_out_of_reach_is_kept_elsewhere_and_that_is_said(fake, org, hide, need):
    getattr(org, hide).add(f"{APPLICANT}.bpats__Source__c")
    result = create(connected(fake, org), source={"name": "LinkedIn"})
    (application,) = made(org, APPLICANT)

    assert (application["bpats__Source__c"], application["bpats__Internal_Source__c"]) == (None, "LinkedIn")
    assert [warning.code for warning in result.warnings] == ["input_not_permitted"]
    assert f"{APPLICANT}.bpats__Source__c: {need}" in result.warnings[0].message


def test_no_source_asks_for_no_list(fake, org):
    create(connected(fake, org), person={"email_address": "yan@example.test"}, job=MILLER)
    before_the_write = fake.asked[
        : next(index for index, asked in enumerate(fake.asked) if asked.method == "POST" and APPLICANT in asked.path)
    ]

    assert not [asked for asked in before_the_write if asked.path.endswith("describe")]


# -------------------------------------------------------------------------------------------------------- permissions


def test_an_optional_column_that_may_not_be_written_is_left_out_and_named(fake, org):
    org.locked.add("Contact.Title")
    org.hidden.add("Contact.bpats__Desired_Salary__c")
    result = create(connected(fake, org), person={"title": "Boss", "salary_expectations": {"period": "YEAR", "amount": 1}})

    assert made(org, CONTACT)[0]["Title"] is None
    assert codes(result) == ["input_not_permitted", "input_not_permitted"]
    assert "Contact.Title: edit" in result.warnings[0].message
    assert "Contact.bpats__Desired_Salary__c: read" in result.warnings[1].message


@pytest.mark.parametrize(
    ("locked", "hidden", "missing"),
    [
        ({"Contact: create"}, set(), ("Contact: create",)),
        (set(), {CONTACT}, ("Contact: read",)),
        ({f"{APPLICANT}: create"}, set(), (f"{APPLICANT}: create",)),
        ({"Contact.Email"}, set(), ("Contact.Email: edit",)),
        (set(), {STAGE}, (f"{STAGE}: read",)),
        (set(), {"Contact.Email"}, ("Contact.Email: read",)),
    ],
)
def test_what_makes_an_application_must_be_allowed(fake, org, locked, hidden, missing):
    org.locked |= locked
    org.hidden |= hidden
    with pytest.raises(PermissionMissing) as caught:
        create(connected(fake, org))

    assert caught.value.missing_permissions == missing
    assert made(org, CONTACT) == made(org, APPLICANT) == []


def test_a_stage_of_another_job_leaves_nothing_behind(fake, org):
    """The contact is undone with it, and the refusal says what is wrong, not that something was undone."""
    with pytest.raises(Invalid, match="one of its own job's"):
        create(connected(fake, org), application={"job_id": BAKER, "stage_id": number(STAGE, 3)})

    assert made(org, CONTACT) == []


# ------------------------------------------------------------------------------------------------------- lost answers


@pytest.mark.parametrize("email", ["nele@example.test", "yan@example.test"], ids=["new", "known"])
def test_a_create_whose_answer_was_lost_is_found_and_not_sent_again(fake, org, email):
    lose_answers(org, "/composite" if email.startswith("nele") else APPLICANT)
    waits: list[float] = []
    result = create(connected(fake, org, waits=waits), person={"email_address": email}, job=MILLER)

    assert len(made(org, APPLICANT)) == 1
    assert result.created["Applications"] == made(org, APPLICANT)[0]["Id"]
    assert len(writes(fake)) == 1
    assert len(waits) == 1


def test_a_create_that_never_arrived_is_sent_once_more(fake, org):
    lose_answers(org, "/composite", before=True)
    create(connected(fake, org))

    assert len(made(org, CONTACT)) == len(made(org, APPLICANT)) == 1
    assert len(writes(fake)) == 2


def test_a_second_loss_is_looked_into_as_well(fake, org):
    lose_answers(org, "/composite", times=2, before=True)
    with pytest.raises(OutcomeUnknown):
        create(connected(fake, org))

    assert len(writes(fake)) == 2
    assert made(org, APPLICANT) == []


@pytest.mark.parametrize("fresh", [True, False], ids=["no session yet", "one that has ended"])
def test_a_sign_in_that_fails_for_now_is_no_lost_write(fake, org, fresh):
    """Nothing has been sent, so that waiting is enough."""
    waits: list[float] = []
    asymbl = connected(fake, org, waits=waits)
    outages = [Answer(cut="before"), Answer(503, b"", {})]
    if not fresh:
        asymbl.passthrough("GET", "/services/data")
        org.end_sessions()
    org.before = lambda asked: outages.pop() if outages and "oauth2" in asked.path else None
    move(asymbl)

    assert len(waits) == 2
    assert len(writes(fake)) == (1 if fresh else 2)


def test_a_write_that_the_days_limit_refused_was_not_done(fake, org):
    """Not even when the question whether it is true gets lost."""
    used_up = as_json([{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)
    org.before = lambda asked: used_up if asked.method == "PATCH" else Answer(cut="before") if asked.path.endswith("limits") else None
    with pytest.raises(RateLimited):
        move(connected(fake, org))


def test_whoever_cannot_look_does_not_send_again(fake, org):
    lost: list[Asked] = []

    def before(asked: Asked) -> Answer | None:
        if lost and "q" in asked.query:
            return as_json([{"message": "no", "errorCode": "INSUFFICIENT_ACCESS"}], 403)
        if asked.path.endswith("/composite"):
            lost.append(asked)
            return Answer(cut="before")
        return None

    org.before = before
    with pytest.raises(OutcomeUnknown, match="looking whether it did"):
        create(connected(fake, org))

    assert len(lost) == 1


def test_half_an_answer_to_a_write_is_a_lost_one(fake, org):
    """The application is there, only its id did not arrive."""
    org.after = lambda asked, answer: Answer(200, answer.body[:20], answer.headers) if asked.path.endswith("/composite") else answer
    create(connected(fake, org))

    assert len(made(org, APPLICANT)) == 1
    assert len(writes(fake)) == 1


def test_a_locked_row_is_waited_for_because_nothing_was_done(fake, org):
    locked = [as_json([{"message": "unable to obtain exclusive access to this record", "errorCode": "UNABLE_TO_LOCK_ROW"}], 400)]
    org.before = lambda asked: locked.pop() if locked and asked.method == "PATCH" else None
    act(connected(fake, org), "Move application to stage", application_id=number(APPLICANT, 3), stage_id=number(STAGE, 2))

    assert org.tables[APPLICANT][number(APPLICANT, 3)]["bpats__Stage__c"] == number(STAGE, 2)


PASSING = {
    "a locked row": Refusal(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
    "too many at once": Refusal(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    "a day that is not used up": Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "a failure that nobody explains": Refusal(503, "SERVER_UNAVAILABLE", "The server is too busy, try again later."),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_passing_trouble_inside_a_good_answer_is_waited_out(fake, org, trouble):
    """A composite is answered 200 whatever its parts say; all of it was undone, so nothing is there twice."""
    waits: list[float] = []
    left = [trouble]

    def inside(path: str) -> None:
        if left and path.endswith(APPLICANT):
            raise left.pop()

    org.inside = inside
    create(connected(fake, org, waits=waits))

    assert [len(made(org, sobject)) for sobject in (CONTACT, APPLICANT)] == [1, 1]
    assert len(waits) == 1


def test_a_used_up_day_inside_a_good_answer_is_told_at_once(fake, org):
    """It is looked into first, as everywhere."""
    org.requests_left = 0

    def inside(path: str) -> None:
        raise Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    org.inside = inside
    with pytest.raises(RateLimited):
        create(connected(fake, org))

    assert len(writes(fake)) == 1


# -------------------------------------------------------------------------------------------------------------- files


def attachment(**values: Any) -> dict[str, Any]:
    return {"name": "mira.pdf", "type": "CV", "content_type": "application/pdf", "data": PDF, **values}


def versions(fake: FakeServer) -> list[dict[str, Any]]:
    return [asked.json for asked in writes(fake) if asked.path.endswith("/sobjects/ContentVersion")]


def test_files_hang_on_the_contact(fake, org):
    result = create(connected(fake, org), attachments=[attachment(), attachment(name="letter", type="COVER_LETTER")])

    contact = result.created["Candidates"]
    assert versions(fake) == [
        {"Title": "mira", "PathOnClient": "mira.pdf", "VersionData": PDF, "FirstPublishLocationId": contact},
        {"Title": "letter", "PathOnClient": "letter.pdf", "VersionData": PDF, "FirstPublishLocationId": contact},
    ]
    assert {row["LinkedEntityId"] for row in org.tables["ContentDocumentLink"].values()} == {contact}


@pytest.mark.parametrize(
    ("name", "content_type", "sent", "title"),
    [
        ("Dr. Smith CV", "application/pdf", "Dr. Smith CV.pdf", "Dr. Smith CV"),
        ("CV v1.2", "application/pdf", "CV v1.2.pdf", "CV v1.2"),
        ("CV v1.2.PDF", "application/pdf", "CV v1.2.PDF", "CV v1.2"),
        ("CV", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "CV.docx", "CV"),
        ("cv.docx", "application/msword", "cv.docx", "cv"),
        ("cv.final", "application/octet-stream", "cv.final", "cv.final"),
        ("Dr. Smith CV", None, "Dr. Smith CV", "Dr. Smith CV"),
    ],
)
def test_a_files_extension_is_what_tells_its_type(fake, org, name, content_type, sent, title):
    """And not whatever stands behind a dot: Salesforce tells a file's type by the end of its name and by nothing else."""
    create(connected(fake, org), attachments=[attachment(name=name, content_type=content_type)])
    told = versions(fake)[0]

    assert (told["PathOnClient"], told["Title"]) == (sent, title)


def test_a_file_is_fetched_without_our_session(fake, org):
    with running() as store:
        store.script = lambda asked: Answer(200, b"hello", {"Content-Type": "text/plain; charset=utf-8"})
        address = f"{store.base_url}/cv"
        create(connected(fake, org), attachments=[{"name": "cv", "type": "CV", "data_url": address}])

    assert "authorization" not in store.asked[0].headers
    assert versions(fake)[0]["PathOnClient"] == "cv.txt"
    assert versions(fake)[0]["VersionData"] == base64.b64encode(b"hello").decode()


@pytest.mark.parametrize("status", [404, 503])
def test_a_file_that_cannot_be_had_does_not_turn_a_person_away(fake, org, status):
    """It is named in a warning, and the other files are there."""
    with running() as store:
        store.script = lambda asked: Answer(status)
        broken = {"name": "gone.pdf", "type": "OTHER", "data_url": f"{store.base_url}/cv"}
        result = create(connected(fake, org), attachments=[broken, attachment()])

    assert [version["Title"] for version in versions(fake)] == ["mira"]
    assert codes(result) == ["attachment_failed"]
    assert "gone.pdf" in result.warnings[0].message


def test_a_file_that_is_too_large_is_left_out(fake, org):
    result = create(connected(fake, org, max_file_bytes=5), attachments=[attachment()])

    assert versions(fake) == []
    assert "max_file_bytes" in result.warnings[0].message


@pytest.mark.parametrize(("status", "kind"), [(404, Invalid), (503, Unavailable)])
def test_a_file_alone_that_cannot_be_had_is_a_failure(fake, org, status, kind):
    with running() as store:
        store.script = lambda asked: Answer(status)
        file = {"name": "cv.pdf", "type": "CV", "data_url": f"{store.base_url}/cv"}
        with pytest.raises(kind):
            act(connected(fake, org), "Add attachment to application", application_id=number(APPLICANT, 1), attachment=file)

    assert writes(fake) == []


def test_a_refused_file_does_not_undo_the_application(fake, org):
    """Or the caller would send it all again."""
    org.locked.add("ContentVersion: create")
    result = create(connected(fake, org), attachments=[attachment()])

    assert len(made(org, APPLICANT)) == 1
    assert codes(result) == ["attachment_failed"]
    assert "ContentVersion: create" in result.warnings[0].message


@pytest.mark.parametrize(
    ("locked", "hidden", "missing"),
    [
        ("ContentVersion.PathOnClient", "", "ContentVersion.PathOnClient: edit"),
        ("", "ContentVersion.PathOnClient", "ContentVersion.PathOnClient: read"),
        ("ContentVersion: create", "", "ContentVersion: create"),
        ("", "ContentVersion", "ContentVersion: read"),
    ],
)
def test_what_a_file_needs_is_named(fake, org, locked, hidden, missing):
    """Salesforce has other words for what may not be written and for what may not even be seen."""
    org.locked.add(locked)
    org.hidden.add(hidden)
    with pytest.raises(PermissionMissing) as caught:
        act(connected(fake, org), "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())

    assert caught.value.missing_permissions == (missing,)


def test_an_attachment_goes_to_the_applications_contact(fake, org):
    result = act(connected(fake, org), "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())

    assert versions(fake)[0]["FirstPublishLocationId"] == MIRA
    assert result.warnings == ()


def test_an_application_without_contact_takes_no_files(fake, org):
    org.tables[APPLICANT][number(APPLICANT, 1)]["bpats__ATS_Applicant__c"] = None
    with pytest.raises(Invalid, match="contact"):
        act(connected(fake, org), "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())


def test_an_unknown_application_is_not_found(fake, org):
    with pytest.raises(NotFound):
        act(connected(fake, org), "Add attachment to application", application_id=number(APPLICANT, 99), attachment=attachment())


@pytest.mark.parametrize(("before", "sent"), [(False, 1), (True, 2)], ids=["done", "not done"])
def test_an_upload_whose_answer_was_lost_is_looked_for(fake, org, before, sent):
    """By name, size and checksum on the contact."""
    lose_answers(org, "ContentVersion", before=before)
    act(connected(fake, org), "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())

    assert len(versions(fake)) == sent
    assert len(org.tables["ContentVersion"]) == 1


def test_another_file_of_that_name_is_not_taken_for_it(fake, org):
    asymbl = connected(fake, org)
    other = base64.b64encode(b"%PDF-2").decode()
    act(asymbl, "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment(data=other))
    lose_answers(org, "ContentVersion", before=True)
    act(asymbl, "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())

    assert len(org.tables["ContentVersion"]) == 2


def test_files_of_both_kinds_are_fetched(fake, org):
    """Under names with extensions, with their types, times and owners; the primary one is the CV."""
    asymbl = connected(fake, org)
    act(asymbl, "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())
    (version,) = org.tables["ContentVersion"].values()
    version |= {"bpats__Is_Primary__c": True}
    body = base64.b64encode(b"old").decode()
    org.put("Attachment", 1, ParentId=MIRA, Name="note.txt", BodyLength=3, Body=body, CreatedDate=T2)
    org.put("Attachment", 2, ParentId=YAN, Name="not.txt", BodyLength=3, Body=body)
    result = act(asymbl, "Get candidate attachments", candidate_id=MIRA)
    file, older = result.data["results"]

    assert file == {
        "id": Ref("Attachments", version["ContentDocumentId"]),
        "remote_id": version["ContentDocumentId"],
        "type": "CV",
        "data_url": f"data:application/pdf;base64,{PDF}",
        "file_name": "mira.pdf",
        "content_type": "application/pdf",
        "remote_created_at": "2026-02-01T10:00:00.000+0000",
        "remote_updated_at": org.now,
        "application_id": None,
        "candidate_id": Ref("Candidates", MIRA),
    }
    assert (older["file_name"], older["type"], older["content_type"]) == ("note.txt", "OTHER", "text/plain")
    assert (older["data_url"], older["remote_created_at"]) == (f"data:text/plain;base64,{body}", T2)
    assert result.warnings == ()


def test_only_the_latest_version_of_a_file_is_shown(fake, org):
    asymbl = connected(fake, org)
    act(asymbl, "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())
    (version,) = org.tables["ContentVersion"].values()
    org.put("ContentVersion", 9, **{**{name: version[name] for name in ("Title", "ContentDocumentId", "VersionData")}, "IsLatest": False})

    assert len(act(asymbl, "Get candidate attachments", candidate_id=MIRA).data["results"]) == 1


def test_a_contact_without_files_has_an_empty_list_and_an_unknown_one_is_not_found(fake, org):
    assert act(connected(fake, org), "Get candidate attachments", candidate_id=YAN).data == {"results": []}
    with pytest.raises(NotFound):
        act(connected(fake, org), "Get candidate attachments", candidate_id=number(CONTACT, 99))


def test_what_is_too_large_to_be_fetched_is_said(fake, org):
    org.put("Attachment", 1, ParentId=YAN, Name="film.mp4", BodyLength=10**9, Body=PDF)
    result = act(connected(fake, org), "Get candidate attachments", candidate_id=YAN)

    assert (result.data["results"], codes(result)) == ([], ["attachment_too_large"])


def test_a_mark_that_may_not_be_seen_is_said(fake, org):
    """Or a resume would pass for any other file."""
    asymbl = connected(fake, org)
    act(asymbl, "Add attachment to application", application_id=number(APPLICANT, 1), attachment=attachment())
    org.hidden.add("ContentVersion.bpats__Is_Primary__c")
    result = act(asymbl, "Get candidate attachments", candidate_id=MIRA)

    assert [file["type"] for file in result.data["results"]] == ["OTHER"]
    assert codes(result) == ["resume_unknown"]
    assert "ContentVersion.bpats__Is_Primary__c: read" in result.warnings[0].message


def test_older_files_that_may_not_be_seen_are_said(fake, org):
    org.hidden.add("Attachment")

    assert codes(act(connected(fake, org), "Get candidate attachments", candidate_id=YAN)) == ["older_attachments_hidden"]


# --------------------------------------------------------------------------------------------------------------- move


def move(asymbl, application: str = number(APPLICANT, 3), stage: str = number(STAGE, 2)):
    return act(asymbl, "Move application to stage", application_id=application, stage_id=stage)


def test_a_move_sends_the_stage_and_nothing_else(fake, org):
    result = move(connected(fake, org), number(APPLICANT, 1), number(STAGE, 1))
    (sent,) = writes(fake)

    assert (sent.method, sent.path) == ("PATCH", f"/services/data/v63.0/sobjects/{APPLICANT}/{number(APPLICANT, 1)}")
    assert sent.json == {"bpats__Stage__c": number(STAGE, 1)}
    (record,) = result.records
    assert (record.values["current_stage_id"], record.values["outcome"]) == (Ref("Application Stages", number(STAGE, 1)), "PENDING")


def test_a_stage_of_another_job_is_refused(fake, org):
    with pytest.raises(Invalid, match="one of its own job's"):
        move(connected(fake, org), stage=number(STAGE, 3))


@pytest.mark.parametrize("gone", [False, True], ids=["never there", "in the recycle bin"])
def test_an_application_that_is_not_there_is_not_found(fake, org, gone):
    if gone:
        org.touch(APPLICANT, number(APPLICANT, 3), T2, IsDeleted=True)
    with pytest.raises(NotFound):
        move(connected(fake, org), number(APPLICANT, 3 if gone else 99))


def test_a_move_needs_the_right_to_edit(fake, org):
    org.locked.add(f"{APPLICANT}: edit")
    with pytest.raises(PermissionMissing) as caught:
        move(connected(fake, org))

    assert caught.value.missing_permissions == (f"{APPLICANT}: edit",)


def test_applications_that_may_not_be_seen_are_not_just_not_found(fake, org):
    org.hidden.add(APPLICANT)
    org.before = lambda asked: (
        as_json([{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}], 404) if asked.method == "PATCH" else None
    )
    with pytest.raises(PermissionMissing) as caught:
        move(connected(fake, org))

    assert caught.value.missing_permissions == (f"{APPLICANT}: read",)


def test_files_that_may_not_be_opened_are_a_missing_permission(fake, org):
    org.hidden.add("ContentVersion.VersionData")
    with pytest.raises(PermissionMissing) as caught:
        act(connected(fake, org), "Get candidate attachments", candidate_id=MIRA)

    assert caught.value.missing_permissions == ("ContentVersion.VersionData: read",)


@pytest.mark.parametrize(("before", "sent"), [(False, 1), (True, 2)], ids=["done", "not done"])
def test_a_move_whose_answer_was_lost_is_looked_for(fake, org, before, sent):
    lose_answers(org, number(APPLICANT, 3), before=before)
    move(connected(fake, org))

    assert org.tables[APPLICANT][number(APPLICANT, 3)]["bpats__Stage__c"] == number(STAGE, 2)
    assert len(writes(fake)) == sent


def test_what_cannot_be_read_back_is_a_warning_and_no_failure(fake, org):
    """The move stands."""
    org.before = lambda asked: as_json([{"message": "no", "errorCode": "NO"}], 400) if "q" in asked.query else None

    assert codes(move(connected(fake, org))) == ["not_read_back"]


def test_other_actions_are_not_promised(fake, org):
    with pytest.raises(NotSupported):
        act(connected(fake, org), "Add note to application", application_id="x", content="y")

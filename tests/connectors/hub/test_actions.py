"""Actions: what a connector is given, what it is spared, and how the outcome is told."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.hub.subject import InProcessConnection
from connectors.unified.actions import AddNote, CreateCandidate, MoveApplication
from connectors.unified.connector import ActionResult, Record, Ref, Warning
from connectors.unified.errors import (
    AlreadyExists,
    Conflict,
    ConnectorError,
    Invalid,
    JobClosed,
    NotFound,
    NotSupported,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    Unauthorized,
    Unavailable,
    UnexpectedReply,
    WrongHost,
)
from connectors.unified.service import ActionOutcome
from tests.connectors.hub.conftest import Connect
from tests.connectors.hub.invented import PROMISED, SECRET, Ticking, World

CREATE = "Create application"
UNKNOWN = "HWUTwvyx2wLoSUHphiWVrp28"


@pytest.fixture
def synced(connection: InProcessConnection) -> InProcessConnection:
    connection.sync()
    return connection


def id_of(connection: InProcessConnection, model: str, remote_id: str) -> str:
    return next(str(row["id"]) for row in connection.read(model) if row["remote_id"] == remote_id)


def application(connection: InProcessConnection, **changes: Any) -> dict[str, Any]:
    """The smallest create, with more members by keyword."""
    person = {"first_name": "Zoë", "last_name": "Zett", "email_address": "zoe@example.org"}
    return {"candidate": person, "application": {"job_id": id_of(connection, "Jobs", "310")}, **changes}


def given(world: World) -> Any:
    """What the connector was told last."""
    return world.acted[-1][1]


def answered(connection: InProcessConnection, world: World, remote_id: str, answer: Any) -> tuple[ActionOutcome, Any]:
    """The outcome of a create with one answer, and that answer as the connector got it."""
    answers = [{"question_id": id_of(connection, "Screening questions", remote_id), "answer": answer}]
    outcome = connection.act(CREATE, application(connection, screening_question_answers=answers))
    return outcome, given(world).screening_question_answers if outcome.ok else None


# -------------------------------------------------------------------------------------------------------------- ids


def test_unified_ids_become_the_vendors(synced: InProcessConnection, world: World) -> None:
    """In every member that is an id."""
    job, stage = id_of(synced, "Jobs", "310"), id_of(synced, "Application Stages", "4402")
    synced.act(CREATE, application(synced, application={"job_id": job, "stage_id": stage}))
    assert (given(world).application.job_id, given(world).application.stage_id) == ("310", "4402")

    synced.act("Move application to stage", {"application_id": id_of(synced, "Applications", "600"), "stage_id": stage})
    assert given(world) == MoveApplication(application_id="600", stage_id="4402")


def test_a_job_may_be_named_by_the_vendors_id(synced: InProcessConnection, world: World) -> None:
    """Also one that no sync has seen."""
    assert synced.act(CREATE, application(synced, application={"job_id": "remote:999"})).ok
    assert given(world).application.job_id == "999"


@pytest.mark.parametrize(
    ("action", "values", "named"),
    [
        ("Move application to stage", {"application_id": UNKNOWN, "stage_id": UNKNOWN}, "application_id"),
        ("Move application to stage", {"application_id": "remote:600", "stage_id": UNKNOWN}, "application_id"),
        ("Get candidate attachments", {"candidate_id": UNKNOWN}, "candidate_id"),
        ("Add note to application", {"application_id": "600", "content": "x"}, "application_id"),
    ],
)
def test_an_unknown_id_is_refused_by_its_name(
    synced: InProcessConnection, world: World, action: str, values: dict[str, Any], named: str
) -> None:
    """Before the vendor hears of it."""
    outcome = synced.act(action, values)

    assert (outcome.ok, outcome.code) == (False, "PLATFORM.INPUT_INVALID")
    assert named in str(outcome.message)
    assert not world.acted


def test_an_id_of_another_model_is_unknown(synced: InProcessConnection, world: World) -> None:
    """A user's id does not name a stage."""
    stage = id_of(synced, "Users", "7")
    outcome = synced.act(CREATE, application(synced, application={"job_id": "remote:310", "stage_id": stage}))

    assert outcome.code == "PLATFORM.INPUT_INVALID"
    assert "application.stage_id" in str(outcome.message)


# ------------------------------------------------------------------------------------------------------------ input


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"candidate": {"first_name": "Z"}}, "candidate.last_name"),
        ({"shoe_size": 44}, "shoe_size"),
        ({"candidate": {"first_name": "Z", "last_name": "Z", "email_address": "nonsense"}}, "candidate.email_address"),
        ({"attachments": [{"name": "cv", "type": "CV"}]}, "attachments.0"),
    ],
)
def test_input_that_is_wrong_is_refused_by_its_place(
    synced: InProcessConnection, world: World, changes: dict[str, Any], named: str
) -> None:
    """Nothing is dropped in silence."""
    outcome = synced.act(CREATE, application(synced, **changes))

    assert outcome.code == "PLATFORM.INPUT_INVALID"
    assert named in str(outcome.message)
    assert not world.acted


OWN = {"invented": {"candidate": {"shoe_size": 43}, "job": {}}, "other": {"candidate": {}}}


def test_the_vendors_own_words_are_sent_where_the_connector_takes_them(synced: InProcessConnection, world: World) -> None:
    """The rest is left out with a warning for each part: for another vendor, or for what this one has no place for."""
    outcome = synced.act(CREATE, application(synced, remote_fields=OWN))

    assert given(world).remote_fields == {"invented": {"candidate": {"shoe_size": 43}}}
    assert outcome.warnings == (
        "input_not_supported: remote_fields.invented.job was not sent: this connector cannot use it",
        "input_not_supported: remote_fields.other was not sent: this connector cannot use it",
    )


def test_where_the_connector_takes_none_no_own_words_are_sent(synced: InProcessConnection, world: World) -> None:
    ids = {"application_id": id_of(synced, "Applications", "600"), "stage_id": id_of(synced, "Application Stages", "4403")}
    outcome = synced.act("Move application to stage", {**ids, "remote_fields": OWN})

    assert given(world).remote_fields == {}
    assert outcome.warnings == ("input_not_supported: remote_fields was not sent: this connector cannot use it",)


def test_inputs_that_are_not_promised_are_not_sent_and_warned_of(synced: InProcessConnection, world: World) -> None:
    """One warning each; what is promised stays."""
    person = {
        "first_name": "Z",
        "last_name": "Z",
        "email_address": "z@example.org",
        "title": "Miller",
        "location": {"city": "Ulm", "country": "DE", "street_1": "Way 1"},
    }
    cv = {"name": "cv.pdf", "type": "CV", "content_type": "application/pdf", "data": base64.b64encode(b"x").decode()}
    outcome = synced.act(CREATE, application(synced, candidate=person, attachments=[cv, cv], gdpr_consent={"given": True}))
    sent = given(world)

    assert {
        "input_not_supported: candidate.title was not sent: this connector cannot use it",
        "input_not_supported: candidate.location.street_1 was not sent: this connector cannot use it",
        "input_not_supported: attachments.content_type was not sent: this connector cannot use it",
        "input_not_supported: gdpr_consent was not sent: this connector cannot use it",
    } == set(outcome.warnings)
    assert len(outcome.warnings) == 4
    assert (sent.candidate.title, sent.candidate.location.street_1, sent.candidate.location.city) == (None, None, "Ulm")
    assert [(file.content_type, file.type, file.data) for file in sent.attachments] == [(None, "CV", "eA==")] * 2
    assert sent.gdpr_consent is None


def test_a_member_that_must_be_there_goes_with_its_neighbours(synced: InProcessConnection, world: World) -> None:
    """An amount without its period could not be understood."""
    person = {
        "first_name": "Z",
        "last_name": "Z",
        "email_address": "z@example.org",
        "salary_expectations": {"period": "YEAR", "amount": 1},
    }
    outcome = synced.act(CREATE, application(synced, candidate=person))

    assert not outcome.warnings
    assert given(world).candidate.salary_expectations.period == "YEAR"


def test_a_default_that_was_given_needs_no_warning(synced: InProcessConnection, world: World) -> None:
    """The note's only content type is not promised, nor does it change anything."""
    id = id_of(synced, "Applications", "600")
    outcome = synced.act("Add note to application", {"application_id": id, "content": "x", "content_type": "PLAIN_TEXT"})

    assert not outcome.warnings
    assert given(world) == AddNote(application_id="600", content="x")


# ---------------------------------------------------------------------------------------------------------- answers


def test_a_text_is_handed_on(synced: InProcessConnection, world: World) -> None:
    """With the vendor's id of the question."""
    _, answers = answered(synced, world, "51", "because")

    assert [(answer.question_id, answer.answer) for answer in answers] == [("51", "because")]


def test_options_are_named_by_the_vendors_id(synced: InProcessConnection, world: World) -> None:
    """Translated by the stored question."""
    format = next(row["format"] for row in synced.read("Screening questions") if row["remote_id"] == "52")
    _, answers = answered(synced, world, "52", [option["id"] for option in format["options"]])

    assert answers[0].answer == ["red", "blue"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("51", 7), ("51", "longer than ten characters"), ("51", None), ("52", "red"), ("52", ["red"]), ("52", [UNKNOWN])],
)
def test_an_answer_that_does_not_fit_fails_the_request(synced: InProcessConnection, world: World, question: str, answer: Any) -> None:
    """The message says where it stands."""
    outcome, _ = answered(synced, world, question, answer)

    assert outcome.code == "PLATFORM.INPUT_INVALID"
    assert "screening_question_answers.0.answer" in str(outcome.message)
    assert not world.acted


def test_an_unknown_question_only_warns(synced: InProcessConnection, world: World) -> None:
    """The rest of the create goes on without it."""
    answers = [{"question_id": UNKNOWN, "answer": "x"}]
    outcome = synced.act(CREATE, application(synced, screening_question_answers=answers))

    assert outcome.ok
    assert [warning.partition(":")[0] for warning in outcome.warnings] == ["question_unknown"]
    assert given(world).screening_question_answers == ()


def test_a_question_that_takes_no_answer_only_warns(synced: InProcessConnection, world: World) -> None:
    """A block of text is no question."""
    outcome, answers = answered(synced, world, "53", "fine")

    assert [warning.partition(":")[0] for warning in outcome.warnings] == ["question_not_answerable"]
    assert answers == ()


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        ({"type": "BOOLEAN"}, [True, False], [0, "true", None]),
        ({"type": "NUMBER", "min": 1, "max": 5}, [1, 2.5], [0, 6, "3", True, float("nan")]),
        ({"type": "DATE"}, ["2026-01-31", "2026-01-31T10:00:00Z"], ["31.01.2026", "2026-02-30", 20260131]),
        ({"type": "FILE"}, [{"name": "a.pdf", "data": "eA=="}], ["a.pdf", {"name": "a.pdf"}, {"name": "a.pdf", "data": "?"}]),
        ({"type": "TEXT"}, ["", "x" * 10_000], [["x"]]),
    ],
)
def test_each_type_of_question_has_its_answers(
    connection: InProcessConnection, world: World, format: dict[str, Any], good: list[Any], bad: list[Any]
) -> None:
    """What fits is handed on unchanged, what does not is refused."""
    world.put("Screening questions", "60", title="?", format=format)
    connection.sync()
    for answer in good:
        outcome, answers = answered(connection, world, "60", answer)
        assert outcome.ok, outcome
        assert answers[0].answer == answer
    for answer in bad:
        assert answered(connection, world, "60", answer)[0].code == "PLATFORM.INPUT_INVALID", answer


# ----------------------------------------------------------------------------------------------------------- source


def test_source_writing_names_us_unless_a_source_is_given(connect: Connect, world: World) -> None:
    """The setting speaks only where the caller is silent."""
    connection = connect(settings={"source_name": "Our Board"})
    connection.sync()
    connection.act(CREATE, application(connection))
    assert given(world).source.name == "Our Board"

    connection.act(CREATE, application(connection, source={"name": "Friend"}))
    assert given(world).source.name == "Friend"


def test_without_source_writing_no_source_is_invented(synced: InProcessConnection, world: World) -> None:
    """Nothing is written that nobody asked for."""
    synced.act(CREATE, application(synced))

    assert given(world).source is None


# ---------------------------------------------------------------------------------------------------------- outcome


def test_a_create_answers_with_the_new_row(synced: InProcessConnection, world: World, clock: Ticking) -> None:
    """Which is stored at once, so that its id works before any sync."""
    values = {"outcome": "PENDING", "candidate_id": Ref("Candidates", "950"), "job_id": Ref("Jobs", "310"), "current_stage_id": None}
    world.answer = ActionResult(
        created={"Applications": "650", "Candidates": "950"},
        records=(Record("Applications", "650", values),),
        warnings=(Warning("attachment_discarded", "only one CV"),),
    )
    outcome = synced.act(CREATE, application(synced))

    assert outcome.warnings == ("attachment_discarded: only one CV",)
    assert (outcome.data["remote_id"], outcome.data["job_id"]) == ("650", id_of(synced, "Jobs", "310"))
    assert outcome.data in synced.read("Applications")
    world.answer = ActionResult()
    assert synced.act("Add note to application", {"application_id": outcome.data["id"], "content": "x"}).ok
    assert given(world).application_id == "650"
    assert synced.act("Get candidate attachments", {"candidate_id": outcome.data["candidate_id"]}).ok
    assert given(world).candidate_id == "950"


def test_a_create_that_shows_no_record_still_answers_with_its_ids(synced: InProcessConnection, world: World) -> None:
    """They are all that is known, and they work."""
    world.answer = ActionResult(created={"Candidates": "950"})
    outcome = synced.act("Create candidate", application(synced))
    assert (outcome.data["remote_id"], outcome.data["first_name"]) == ("950", None)

    synced.act("Get candidate attachments", {"candidate_id": outcome.data["id"]})
    assert given(world).candidate_id == "950"


def test_what_holds_only_for_a_new_record_never_overwrites_a_known_one(synced: InProcessConnection, world: World) -> None:
    """A create that meets a person who is there already shows less of them than a sync does."""
    meagre = tuple(Record("Candidates", key, dict.fromkeys(PROMISED["Candidates"]) | {"first_name": "New"}) for key in ("900", "950"))
    world.answer = ActionResult(created={"Candidates": "950"}, if_new=meagre)
    synced.act("Create candidate", application(synced))

    assert {row["remote_id"]: row["first_name"] for row in synced.read("Candidates")} == {"900": "Zoë", "901": "Yan", "950": "New"}


def test_the_answers_data_has_unified_ids(synced: InProcessConnection, world: World) -> None:
    """As in the attachment reads."""
    world.answer = ActionResult(data={"results": [{"candidate_id": Ref("Candidates", "900"), "name": "cv.pdf"}]})
    id = id_of(synced, "Candidates", "900")

    assert synced.act("Get candidate attachments", {"candidate_id": id}).data == {"results": [{"candidate_id": id, "name": "cv.pdf"}]}


def test_what_an_answer_does_not_show_stays_as_it_is_stored(synced: InProcessConnection, world: World) -> None:
    """An answer may show three fields of a record; the others are not empty for that."""
    before = next(row for row in synced.read("Applications") if row["remote_id"] == "600")
    moved = Record("Applications", "600", {"current_stage_id": Ref("Application Stages", "4403")})
    world.answer = ActionResult(records=(moved,))
    synced.act("Move application to stage", {"application_id": before["id"], "stage_id": id_of(synced, "Application Stages", "4403")})
    after = next(row for row in synced.read("Applications") if row["remote_id"] == "600")

    assert after == {**before, "current_stage_id": id_of(synced, "Application Stages", "4403"), "changed_at": after["changed_at"]}
    assert after["changed_at"] > before["changed_at"]


def test_an_answer_that_tells_nothing_new_changes_nothing(synced: InProcessConnection, world: World) -> None:
    """Not even changed_at."""
    before = synced.read("Applications")
    world.answer = ActionResult(records=(Record("Applications", "600", {"outcome": "PENDING"}),))
    synced.act("Add note to application", {"application_id": before[0]["id"], "content": "hello"})

    assert synced.read("Applications") == before


def test_a_record_made_during_an_interrupted_sync_survives_its_end(synced: InProcessConnection, world: World) -> None:
    """The sync had passed the place where the record would have been."""
    synced.interrupt_after(10)
    synced.sync()
    made = Record("Applications", "650", dict.fromkeys(PROMISED["Applications"]))
    world.answer = ActionResult(created={"Applications": "650"}, records=(made,))
    synced.act(CREATE, application(synced))
    synced.sync()

    assert "650" in {row["remote_id"] for row in synced.read("Applications")}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermissionMissing("no", missing_permissions=("write",)), "INTEGRATION.PERMISSION_MISSING"),
        (Unauthorized("no"), "INTEGRATION.AUTHENTICATION_INVALID"),
        (WrongHost("no"), "REMOTE.UNKNOWN_HTTP_ERROR"),
        (Invalid("no"), "REMOTE.INPUT_INVALID"),
        (NotFound("no"), "REMOTE.INPUT_INVALID"),
        (Conflict("no"), "REMOTE.INPUT_INVALID"),
        (JobClosed("no"), "ATS.JOB_CLOSED"),
        (AlreadyExists("no"), "ATS.APPLICATION_ALREADY_EXISTS"),
        (RateLimited("no"), "REMOTE.RATE_LIMIT_EXCEEDED"),
        (Unavailable("no"), "REMOTE.SERVICE_UNAVAILABLE"),
        (OutcomeUnknown("no"), "REMOTE.SERVICE_UNAVAILABLE"),
        (NotSupported("no"), "INTEGRATION.ACTION_NOT_AVAILABLE"),
        (UnexpectedReply("no"), "REMOTE.UNKNOWN_HTTP_ERROR"),
    ],
)
def test_each_error_has_its_unified_code(synced: InProcessConnection, world: World, error: ConnectorError, code: str) -> None:
    """Clients branch on nothing else."""
    world.answer = error
    outcome = synced.act(CREATE, application(synced))

    assert (outcome.ok, outcome.code) == (False, code)
    assert "no" in str(outcome.message)
    assert all(permission in str(outcome.message) for permission in error.missing_permissions)


def test_no_secret_gets_into_what_an_action_says(synced: InProcessConnection, world: World) -> None:
    """Neither into messages nor into warnings."""
    world.answer = Invalid(f"bad token {SECRET}")
    assert SECRET not in repr(synced.act(CREATE, application(synced)))
    world.answer = ActionResult(warnings=(Warning("odd", f"sent {SECRET}"),))
    assert SECRET not in repr(synced.act(CREATE, application(synced)))


def test_actions_that_are_not_there_are_refused_with_their_reason(connect: Connect, world: World) -> None:
    """Not promised, turned off, too early."""
    connection = connect(scope_config={"actions": {CREATE: "OPTED_OUT"}})
    person = {"first_name": "Z", "last_name": "Z", "email_address": "z@example.org"}
    values = {"candidate": person, "application": {"job_id": "remote:310"}}

    assert connection.act("Create candidate", values).code == "INTEGRATION.SETUP_SYNC_PENDING"
    connection.sync()
    assert connection.act(CREATE, values).code == "INTEGRATION.ACTION_DISABLED"
    assert connection.act("Add result link to application", {}).code == "INTEGRATION.ACTION_NOT_AVAILABLE"
    assert connection.act("Fly", {}).code == "INTEGRATION.ACTION_NOT_AVAILABLE"
    assert not world.acted
    assert connection.act("Create candidate", values).ok


def test_a_create_is_handed_over_as_its_own_input(synced: InProcessConnection, world: World) -> None:
    """Validated, and of the class that the action's table names."""
    synced.act("Create candidate", application(synced))

    assert isinstance(given(world), CreateCandidate)

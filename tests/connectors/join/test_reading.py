"""Reading an account: two lists feed eleven models, nothing is lost, and what is not shown is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.hub.hub import Hub
from connectors.join.manifest import API
from connectors.unified.connector import Page, Record, Ref
from connectors.unified.errors import Invalid, NotSupported, RateLimited, Unauthorized, Unavailable, WrongHost
from connectors.unified.service import Target
from tests.connectors.fake_http import Answer
from tests.connectors.join.account import (
    EVERYTHING,
    T1,
    T2,
    T3,
    TOKEN,
    Account,
    answered,
    application,
    candidate,
    connected,
    job,
    only,
    question,
    refused,
    stage,
    without,
)


@pytest.fixture
def account() -> Account:
    return Account()


def read(join, stream: str, wanted=EVERYTHING, **where: Any) -> list[Page]:
    return list(join.read(stream, wanted, **where))


def records(pages: list[Page], model: str) -> dict[str, Mapping[str, Any]]:
    """By key; a record met twice fails."""
    found: list[Record] = [record for page in pages for record in page.records if record.model == model]
    assert len({record.key for record in found}) == len(found)
    return {record.key: record.values for record in found}


def warnings(pages: list[Page]) -> list[tuple[str, str]]:
    return [(warning.code, warning.message) for page in pages for warning in page.warnings]


def gaps(pages: list[Page]) -> dict[str, str]:
    """Model to reason, of the models that are said not to be all there."""
    return {told.model: told.reason for page in pages for told in page.diagnostics if told.field is None}


def hub_of(fake, account: Account) -> tuple[Hub, str]:
    """A hub, and its one connection to the account."""
    fake.script = account
    hub = Hub()
    return hub, hub.connect(Target(vendor="join", base_url=fake.base_url, credential={"token": TOKEN}))


# -- jobs and the people in them ---------------------------------------------------------------------------------------


def member(email: str | None, role: str, first: str | None = "Rea", last: str | None = "Muster") -> dict[str, Any]:
    return {"id": 9001, "firstName": first, "lastName": last, "email": email, "role": role}


def test_jobs_are_asked_for_in_full_and_in_every_status(fake, account):
    account.jobs = [job(1), job(2, status="OFFLINE"), job(3, status="ARCHIVED"), job(4, status="DRAFT")]
    pages = read(connected(fake, account), "jobs", only("Jobs"))
    asked = [one for one in fake.asked if one.path == "/v2/jobs"]

    assert set(records(pages, "Jobs")) == {"1", "2", "3", "4"}
    assert [(one.query["content"], one.query["status"]) for one in asked] == [("true", "ONLINE,OFFLINE,ARCHIVED,DRAFT")]
    assert all(one.headers["authorization"] == TOKEN for one in fake.asked)


def test_where_the_status_filter_is_refused_the_usual_list_is_read(fake, account):
    account.jobs, account.understands_status = [job(1), job(2, status="OFFLINE")], False

    assert set(records(read(connected(fake, account), "jobs", only("Jobs")), "Jobs")) == {"1", "2"}


def test_where_the_status_filter_finds_nothing_the_usual_list_is_read(fake, account):
    """A filter that reads the four words as one must not make all jobs look deleted."""
    join = connected(fake, account)
    fake.script = lambda asked: answered([]) if "status" in asked.query else answered([job(1)])

    assert set(records(read(join, "jobs", {"Jobs": frozenset({"name"})}), "Jobs")) == {"1"}


@pytest.mark.parametrize(
    ("field", "lists"),
    [
        ("name", []),
        ("category", ["/v2/categories"]),
        ("employment_type", ["/v2/employmentTypes"]),
        ("experience_level", ["/v2/seniorityLevels"]),
    ],
)
def test_reference_data_is_read_only_for_the_fields_that_need_it(fake, account, field, lists):
    account.jobs = [job()]
    pages = read(connected(fake, account), "jobs", {"Jobs": frozenset({field})})

    assert [asked.path for asked in fake.asked if asked.path != "/v2/jobs"] == lists
    assert all(asked.query["language"] == "en" for asked in fake.asked if asked.path in lists)
    assert set(records(pages, "Jobs")["16010001"]) == {field}


def test_a_person_in_contact_and_team_is_one_user_with_both_roles(fake, account):
    """They share an e-mail, in whatever case; the team knows first and last name apart."""
    account.jobs = [job(1, hiringTeam=[member("rea.muster@example.com", "HIRING_MANAGER", "Rea", "van Muster")])]
    pages = read(connected(fake, account), "jobs", only("Users", "Job hiring team members"))

    assert records(pages, "Users") == {
        "rea.muster@example.com": {"first_name": "Rea", "last_name": "van Muster", "email": "rea.muster@example.com"}
    }
    assert records(pages, "Job hiring team members") == {
        "1/rea.muster@example.com": {
            "roles": ["HIRING_MANAGER", "RECRUITER"],
            "job_id": Ref("Jobs", "1"),
            "user_id": Ref("Users", "rea.muster@example.com"),
        }
    }
    assert warnings(pages) == []


def test_a_team_member_without_a_name_does_not_take_the_contacts(fake, account):
    account.jobs = [job(1, hiringTeam=[member("rea.muster@example.com", "REVIEWER", None, None)])]

    assert records(read(connected(fake, account), "jobs"), "Users")["rea.muster@example.com"]["first_name"] == "Rea van"


def test_everybody_without_an_email_is_reported_with_the_job(fake, account):
    """They cannot be connected; they are not dropped in silence."""
    account.jobs = [
        job(1, contact={"name": "Kim Contact", "email": None}, hiringTeam=[member(" ", "REVIEWER", "Toni", "Team")]),
        job(2, contact={"name": "Kim Contact"}),
        job(3, contact=None),
    ]
    pages = read(connected(fake, account), "jobs")

    assert records(pages, "Users") == {}
    assert records(pages, "Job hiring team members") == {}
    assert sorted(message.partition(" has no")[0] for code, message in warnings(pages) if code == "user_without_email") == [
        "job 1: its contact Kim Contact",
        "job 1: its hiring team member Toni Team",
        "job 2: its contact Kim Contact",
    ]


def test_a_role_that_means_nothing_to_us_is_reported(fake, account):
    account.jobs = [job(1, contact=None, hiringTeam=[member("a@example.com", "COFFEE_MAKER")])]
    pages = read(connected(fake, account), "jobs")

    assert records(pages, "Job hiring team members")["1/a@example.com"]["roles"] == []
    assert [(code, "COFFEE_MAKER" in message) for code, message in warnings(pages)] == [("team_role_unknown", True)]


@pytest.mark.parametrize(
    ("key", "models"),
    [
        ("contact", {"Users", "Job hiring team members"}),
        ("hiringTeam", {"Users", "Job hiring team members"}),
        ("screeningQuestions", {"Screening questions", "Job-specific screening questions"}),
    ],
)
def test_a_key_that_jobs_do_not_have_is_said_of_its_models(fake, account, key, models):
    """The keys are assumed. Absent they do not mean that there is no team or question, and nothing counts as deleted."""
    account.jobs = [job(1), without(job(2), key)]

    assert gaps(read(connected(fake, account), "jobs")) == dict.fromkeys(models, "unsupported")


@pytest.mark.parametrize(
    ("bare", "models"),
    [
        (without(application(2), "currentStage"), {"Application Stages", "Job-specific application stages"}),
        (application(2, person=without(candidate(8), "tags")), {"Tags", "Candidate tags"}),
    ],
)
def test_a_key_that_applications_do_not_have_is_said_of_its_models(fake, account, bare, models):
    account.applications = [application(1), bare]

    assert gaps(read(connected(fake, account), "applications")) == dict.fromkeys(models, "unsupported")


def test_an_account_without_jobs_lacks_nothing(fake, account):
    pages = read(connected(fake, account), "jobs")

    assert (gaps(pages), [page.records for page in pages]) == ({}, [()])


def test_questions_are_read_in_their_order(fake, account):
    account.jobs = [job(1, screeningQuestions=[question(3302, "DATE"), question(3301, "SINGLE_SELECT", options=["A"])])]
    pages = read(connected(fake, account), "jobs")

    assert {key: values["index"] for key, values in records(pages, "Job-specific screening questions").items()} == {
        "1/3302": 0,
        "1/3301": 1,
    }
    assert records(pages, "Screening questions")["3302"]["title"] == "Question 3302"


# -- applications, and all that only they show -------------------------------------------------------------------------


def test_a_candidate_is_dated_by_the_earliest_application_and_described_by_the_latest_changed(fake, account):
    account.applications = [
        application(1, createdAt=T1, lastUpdatedAt=T3, source={"product": "indeed (Limited)"}, person=candidate(7, tags=["new"])),
        application(2, createdAt=T2, lastUpdatedAt=T2, source={"product": "LinkedIn"}, on=2, person=candidate(7, tags=["old"])),
    ]
    pages = read(connected(fake, account), "applications")
    person = records(pages, "Candidates")["7"]

    assert (person["source"], person["remote_created_at"]) == ("indeed (Limited)", T1)
    assert set(records(pages, "Candidate tags")) == {"7/new"}
    assert set(records(pages, "Applications")) == {"1", "2"}


def test_tags_are_known_by_their_trimmed_texts(fake, account):
    account.applications = [application(1, person=candidate(7)), application(2, person=candidate(8, tags=["referral"]))]
    pages = read(connected(fake, account), "applications")

    assert set(records(pages, "Tags")) == {"python", "referral"}
    assert set(records(pages, "Candidate tags")) == {"7/python", "7/referral", "8/referral"}


def test_stages_come_from_applications_only_and_belong_to_the_jobs_seen_in_them(fake, account):
    """A job without applications has none; a stage that several jobs share has its lowest place as global index."""
    account.jobs = [job(1), job(2), job(3)]
    account.applications = [
        application(11, on=1, currentStage=stage(7, "Interview", 3)),
        application(12, on=2, currentStage=stage(7, "Interview", 1), person=candidate(8)),
        application(13, on=2, currentStage=stage(8, "Offer", None), person=candidate(9)),
        application(14, on=2, currentStage=None, person=candidate(10)),
    ]
    join = connected(fake, account)
    pages = read(join, "applications")

    assert {key: (values["name"], values["global_index"]) for key, values in records(pages, "Application Stages").items()} == {
        "7": ("Interview", 1),
        "8": ("Offer", None),
    }
    assert {key: values["index"] for key, values in records(pages, "Job-specific application stages").items()} == {
        "1/7": 3,
        "2/7": 1,
        "2/8": None,
    }
    assert {record.model for page in read(join, "jobs") for record in page.records} & {"Application Stages"} == set()


def test_a_stage_stays_when_the_application_moves_on(fake, account):
    account.jobs, account.applications = [job(1)], [application(11, on=1, currentStage=stage(7, "Interview", 0))]
    hub, id = hub_of(fake, account)
    hub.sync(id)
    account.applications = [application(11, on=1, lastUpdatedAt=T2, currentStage=stage(8, "Offer", 1))]
    hub.sync(id)

    rows = hub.read(id, "Job-specific application stages", include_deleted=True)
    assert {(row["index"], row["remote_deleted_at"]) for row in rows} == {(0, None), (1, None)}


# -- pages -------------------------------------------------------------------------------------------------------------


def many(count: int) -> list[dict[str, Any]]:
    return [application(1000 + n, createdAt=f"2026-03-01T10:00:{n % 60:02}.000Z", person=candidate(5000 + n)) for n in range(count)]


def test_pages_are_of_fifty_at_most_and_the_end_is_a_shorter_one(fake, account):
    account.applications = many(120)
    pages = read(connected(fake, account), "applications", only("Applications"))

    assert len(records(pages, "Applications")) == 120
    assert max(int(asked.query["pageSize"]) for asked in fake.asked) == 50
    assert pages[-1].cursor is None
    assert all(page.cursor is not None for page in pages[:-1])


def test_nothing_is_lost_when_rows_vanish_and_come_between_pages(fake, account):
    """What moves up from a page that is not read yet onto one that is done would be missed by page numbers alone."""
    account.applications = many(120)
    stay = {str(row["id"]) for row in account.applications}
    events = {2: lambda: _vanish(account, 3, stay), 3: lambda: account.applications.append(application(9999, createdAt=T3))}
    account.on_page = lambda path, number: events.pop(number, lambda: None)()
    pages = read(connected(fake, account), "applications", only("Applications"))

    assert stay <= set(records(pages, "Applications"))
    assert gaps(pages) == {}


def _vanish(account: Account, count: int, stay: set[str]) -> None:
    newest = sorted(account.applications, key=lambda row: (row["createdAt"], row["id"]), reverse=True)[:count]
    for row in newest:
        account.applications.remove(row)
        stay.discard(str(row["id"]))


@pytest.mark.parametrize(("stream", "models"), [("jobs", {"Jobs", "Users"}), ("applications", {"Applications", "Candidates"})])
def test_a_list_that_never_rests_is_not_called_complete(fake, account, stream, models):
    """Otherwise a full sync would take what it missed for deleted."""
    account.applications = many(400)
    account.jobs = [job(1000 + n, createdAt=f"2026-03-01T10:00:{n % 60:02}.000Z") for n in range(400)]
    rows = account.jobs if stream == "jobs" else account.applications

    def lose_one(path: str, number: int) -> None:
        if number > 1:
            rows.remove(max(rows, key=lambda row: (row["createdAt"], row["id"])))

    account.on_page = lose_one
    pages = read(connected(fake, account, page_size=10), stream, only(*models))

    assert gaps(pages) == dict.fromkeys(models, "not_yet_synced")


def test_nothing_is_lost_when_rows_vanish_while_nobody_reads(fake, account):
    """A read that goes on after a crash finds other rows on the pages that were delivered, and delivers these as well."""
    account.applications = many(120)
    stay = {str(row["id"]) for row in account.applications}
    join = connected(fake, account)
    first = next(iter(join.read("applications", EVERYTHING)))
    _vanish(account, 4, stay)
    rest = read(join, "applications", cursor=first.cursor)

    assert stay <= {record.key for page in (first, *rest) for record in page.records if record.model == "Applications"}
    assert len(records(rest, "Candidates")) == 116


def test_nothing_is_lost_when_a_page_was_read_twice_before_the_crash(fake, account):
    """The pages of a read and its steps are not the same number: where a row vanishes, one page takes two steps."""
    account.applications = many(120)
    stay = {str(row["id"]) for row in account.applications}
    events = {2: lambda: _vanish(account, 1, stay)}
    account.on_page = lambda path, number: events.pop(number, lambda: None)()
    join = connected(fake, account)
    reading = iter(join.read("applications", EVERYTHING))
    before = [next(reading) for _ in range(3)]
    rest = read(join, "applications", cursor=before[-1].cursor)

    assert stay <= {record.key for page in (*before, *rest) for record in page.records if record.model == "Applications"}


# -- full and delta ----------------------------------------------------------------------------------------------------


def test_a_delta_request_reads_everything_and_says_so(fake, account):
    account.jobs, account.applications = [job(1)], [application(11, on=1), application(12, on=1, person=candidate(8))]
    hub, id = hub_of(fake, account)
    hub.sync(id)
    del account.applications[0]
    fake.asked.clear()
    outcome = hub.sync(id, "DELTA")

    assert outcome.state == "SUCCEEDED"
    assert outcome.mode == "FULL"
    assert [row["remote_id"] for row in hub.read(id, "Applications")] == ["12"]
    assert all("updatedAtGte" not in asked.query for asked in fake.asked)


def test_a_deletion_leaves_no_trace_and_is_found_by_a_full_sync(fake, account):
    account.jobs, account.applications = [job(1)], [application(11, on=1), application(12, on=1, person=candidate(8))]
    hub, id = hub_of(fake, account)
    hub.sync(id)
    del account.applications[0]
    hub.sync(id)

    gone = {row["remote_id"] for row in hub.read(id, "Applications", include_deleted=True) if row["remote_deleted_at"] is not None}
    assert gone == {"11"}


# -- trouble -----------------------------------------------------------------------------------------------------------


def test_a_429_is_waited_out_for_as_long_as_join_says(fake, account):
    account.jobs = [job(1)]
    waits: list[float] = []
    join = connected(fake, account, waits=waits)
    answers = [refused(429, "Too many requests", **{"x-ratelimit-reset": "7"})]
    fake.script = lambda asked: answers.pop(0) if answers else account(asked)
    pages = read(join, "jobs")

    assert set(records(pages, "Jobs")) == {"1"}
    assert len(waits) == 1
    assert 7 <= waits[0] < 8.1


@pytest.mark.parametrize(
    ("headers", "least"), [({"retry-after": "5"}, 5.0), ({}, 0.0), ({"x-ratelimit-reset": "soon", "retry-after": "5"}, 5.0)]
)
def test_without_a_readable_reset_another_hint_or_our_own_patience_serves(fake, account, headers, least):
    waits: list[float] = []
    join = connected(fake, account, waits=waits)
    answers = [refused(429, "Too many requests", **headers)]
    fake.script = lambda asked: answers.pop(0) if answers else account(asked)
    read(join, "jobs")

    assert waits[0] >= least


def test_a_limit_that_never_ends_stops_the_stream(fake, account):
    join = connected(fake, account)
    fake.script = lambda asked: refused(429, "Too many requests", **{"x-ratelimit-reset": "1"})

    with pytest.raises(RateLimited):
        read(join, "jobs")


def test_a_passing_failure_is_read_again(fake, account):
    account.applications = [application(1)]
    join = connected(fake, account)
    answers = [refused(503, "down"), Answer(cut="before"), Answer(200, b'[{"id": 1', {"Content-Type": "application/json"})]
    fake.script = lambda asked: answers.pop(0) if answers else account(asked)

    assert set(records(read(join, "applications"), "Applications")) == {"1"}


def test_a_role_without_the_api_is_a_denial_of_every_model(fake, account):
    join = connected(fake, account)
    fake.script = lambda asked: refused(403, "Your role does not allow this", "ForbiddenError")
    pages = read(join, "jobs", only("Users", "Jobs", "Tags"))

    assert gaps(pages) == {"Users": "not_permitted", "Jobs": "not_permitted"}
    assert pages[-1].cursor is None
    assert {told.missing_permissions for told in pages[-1].diagnostics} == {(API,)}


@pytest.mark.parametrize("message", ["Maintenance is planned", "Ask your admin for an explanation", "No right to use the Planner"])
def test_a_word_with_a_plan_in_it_shuts_nobody_out(fake, account, message):
    """It is a missing right, and no cause to call the token bad."""
    join = connected(fake, account)
    fake.script = lambda asked: refused(403, message)

    assert gaps(read(join, "jobs", only("Jobs"))) == {"Jobs": "not_permitted"}


@pytest.mark.parametrize(
    "answer",
    [
        refused(401, "The token is not valid"),
        refused(403, "The API is not part of your plan"),
        refused(422, "headers.authorization: required"),
        answered({"message": "unauthorized"}, 401),
    ],
)
def test_a_token_that_lets_nobody_in_stops_the_read(fake, account, answer):
    """JOIN says so in more ways than 401."""
    join = connected(fake, account)
    fake.script = lambda asked: answer

    with pytest.raises(Unauthorized):
        read(join, "jobs")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(200, b"<html></html>", {"Content-Type": "text/html"}), WrongHost),
        (answered({"items": []}), WrongHost),
        (answered([1]), WrongHost),
        (refused(500, "broken"), Unavailable),
        (refused(422, "query.page: wrong"), Invalid),
    ],
)
def test_what_is_no_list_of_joins_is_an_error(fake, account, answer, error):
    join = connected(fake, account)
    fake.script = lambda asked: answer

    with pytest.raises(error):
        read(join, "applications")


def test_only_streams_that_feed_something_wanted_are_read(fake, account):
    join = connected(fake, account)

    assert [stream.name for stream in join.streams(only("Tags"))] == ["applications"]
    assert [(stream.name, stream.delta) for stream in join.streams(EVERYTHING)] == [("jobs", False), ("applications", False)]
    with pytest.raises(NotSupported, match="jobs, applications"):
        read(join, "users")


# -- probe -------------------------------------------------------------------------------------------------------------


def test_a_probe_asks_one_row_of_each_list(fake, account):
    found = connected(fake, account).probe(EVERYTHING)

    assert all(verdict.readable for verdict in found)
    assert {(verdict.model, verdict.field) for verdict in found} == {
        (model, field) for model, fields in EVERYTHING.items() for field in (None, *fields)
    }
    assert [(asked.method, asked.path, asked.query["pageSize"]) for asked in fake.asked] == [
        ("GET", "/v2/jobs", "1"),
        ("GET", "/v2/applications", "1"),
    ]


def test_a_probe_names_the_permission_that_lacks(fake, account):
    join = connected(fake, account)
    fake.script = lambda asked: refused(403, "Your role does not allow this") if asked.path == "/v2/applications" else account(asked)
    found = {(verdict.model, verdict.field): verdict for verdict in join.probe(only("Jobs", "Tags"))}

    assert found["Jobs", "name"].readable
    assert not found["Tags", "name"].readable
    assert found["Tags", "name"].diagnostic.missing_permissions == (API,)
    assert found["Tags", "name"].diagnostic.field == "name"

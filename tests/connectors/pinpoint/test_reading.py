"""Reading an account: all of it, only what is wanted, only what is allowed, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.unified.connector import Page, Record, Ref
from connectors.unified.errors import Invalid, RateLimited, Unauthorized, Unavailable, WrongHost
from tests.connectors.fake_http import Answer, document, refusal
from tests.connectors.pinpoint.account import (
    EVERYTHING,
    T1,
    T2,
    T3,
    Account,
    application,
    candidate,
    connected,
    interview,
    job,
    only,
    question,
    raw,
    stage,
    user,
)


@pytest.fixture
def account() -> Account:
    return Account(lists={path: [] for path in ("/jobs", "/users", "/candidates", "/applications", "/interviews")})


def records(pages: list[Page], model: str | None = None) -> dict[str, Mapping[str, Any]]:
    """By key; a model's record met twice fails."""
    found: list[Record] = [record for page in pages for record in page.records if model in (None, record.model)]
    assert len({(record.model, record.key) for record in found}) == len(found)
    return {record.key: record.values for record in found}


def read(pinpoint, stream: str, wanted=EVERYTHING, **where: Any) -> list[Page]:
    return list(pinpoint.read(stream, wanted, **where))


def rich_job() -> tuple[Any, list[Any]]:
    """A job with everything that can hang on one, and what only includes show of it."""
    beside = [
        raw("departments", "5", name="Kitchen"),
        raw(
            "locations",
            "6",
            name="HQ",
            city="Leeds",
            country_code="GB",
            postal_code="LS1",
            province="West Yorkshire",
            street_address="1 High St",
        ),
        stage("4403", "Hired", 9, "hired"),
        stage("4401", "Rejected", 1, "rejected"),
        stage("4402", "Phone screen", 4),
        question("91", "boolean", required=True),
        question("92", "short_text", precondition_question_id="91", precondition_values=[True]),
        raw("custom_attributes", "70", {"custom_field": ("custom_fields", "8")}, field_name="Shift", value="Early"),
        raw("custom_fields", "8", name="Shift"),
    ]
    relations = {
        "department": ("departments", "5"),
        "location": ("locations", "6"),
        "hiring_manager_user": ("users", "1"),
        "recruitment_manager_user": ("users", "2"),
        "questions": [("questions", "92"), ("questions", "91")],
        "stages": [("stages", "4401"), ("stages", "4402"), ("stages", "4403")],
        "custom_attributes": [("custom_attributes", "70")],
    }
    return job("310", relations), beside


def with_a_rich_job(account: Account) -> None:
    made, beside = rich_job()
    account.add("/jobs", made)
    account.beside(*beside)
    account.add("/users", user("1"), user("2"))


def test_one_list_feeds_every_model_of_a_job(fake, account):
    """One request brings the job, its stages, questions, people and roles."""
    made, beside = rich_job()
    account.add("/jobs", made)
    account.add("/users", user("1"), user("2"))
    account.beside(*beside)
    pages = read(connected(fake, account), "jobs")

    assert len(fake.asked) == 1
    assert set(records(pages, "Application Stages")) == {"4401", "4402", "4403"}
    assert {key: values["index"] for key, values in records(pages, "Job-specific application stages").items()} == {
        "310/4401": 0,
        "310/4402": 1,
        "310/4403": 2,
    }
    questions = records(pages, "Job-specific screening questions")
    assert {key: values["index"] for key, values in questions.items()} == {"310/92": 0, "310/91": 1}
    assert questions["310/92"]["precondition_question_id"] == Ref("Screening questions", "91")
    assert questions["310/92"]["precondition_options"] == [True]
    assert records(pages, "Job hiring team members") == {
        "310/1": {"roles": ["HIRING_MANAGER"], "job_id": Ref("Jobs", "310"), "user_id": Ref("Users", "1")},
        "310/2": {"roles": ["RECRUITER"], "job_id": Ref("Jobs", "310"), "user_id": Ref("Users", "2")},
    }
    assert records(pages, "Job user role assignments")["310/2/recruitment_manager_user"] == {
        "job_user_id": Ref("Job hiring team members", "310/2"),
        "role_id": Ref("Roles", "recruitment_manager_user"),
    }
    assert records(pages, "Roles")["hiring_manager_user"] == {
        "remote_label": "Public Hiring Manager Profile",
        "scope": "JOB",
        "unified_type": "HIRING_MANAGER",
    }
    assert records(pages, "Jobs")["310"]["remote_url"] == f"{fake.base_url}/admin/jobs/310"


def test_a_user_in_both_relations_is_one_team_member_with_two_roles(fake, account):
    account.add("/jobs", job("310", {"hiring_manager_user": ("users", "1"), "recruitment_manager_user": ("users", "1")}))
    account.add("/users", user("1"))
    pages = read(connected(fake, account), "jobs")

    assert records(pages, "Job hiring team members")["310/1"]["roles"] == ["HIRING_MANAGER", "RECRUITER"]
    assert set(records(pages, "Job user role assignments")) == {"310/1/hiring_manager_user", "310/1/recruitment_manager_user"}


def test_confidential_jobs_are_asked_for(fake, account):
    account.add("/jobs", job("1"), job("2", visibility="confidential"), job("3", visibility="private_job"), job("4", visibility="internal"))

    assert set(records(read(connected(fake, account), "jobs"), "Jobs")) == {"1", "2", "3", "4"}


@pytest.mark.parametrize(
    ("wanted", "include"),
    [
        ({"Jobs": frozenset({"name"})}, None),
        ({"Jobs": frozenset({"department"})}, "department"),
        ({"Jobs": frozenset({"contact_id"})}, "hiring_manager_user,recruitment_manager_user"),
        ({"Application Stages": frozenset({"name"})}, "stages"),
        ({"Jobs": frozenset({"name"}), "Screening questions": frozenset({"title"})}, "questions"),
    ],
)
def test_only_what_wanted_cells_need_is_asked_for(fake, account, wanted, include):
    account.add("/jobs", job())
    pages = read(connected(fake, account), "jobs", wanted)

    assert [asked.query.get("include") for asked in fake.asked] == [include]
    assert {record.model for page in pages for record in page.records} <= set(wanted)
    assert all(set(record.values) <= wanted[record.model] for page in pages for record in page.records)


def test_the_streams_are_those_that_feed_what_is_wanted(fake, account):
    pinpoint = connected(fake, account)

    assert [stream.name for stream in pinpoint.streams(only("Tags"))] == ["candidates", "applications"]
    assert [(stream.name, stream.delta) for stream in pinpoint.streams(EVERYTHING)] == [
        ("users", False),
        ("jobs", True),
        ("candidates", True),
        ("applications", True),
        ("interviews", True),
    ]
    assert fake.asked == []


def test_people_get_source_and_links_from_their_applications(fake, account):
    """The first application's source; the latest link, though a later application has none."""
    account.add("/candidates", candidate("7701", ("9", "10", "11")))
    account.add(
        "/applications",
        application("10", created_at=T2, channel_source="Later", linkedin_url="https://linkedin.com/in/new"),
        application("9", created_at=T1, channel_source=None, channel="job_board", linkedin_url="https://linkedin.com/in/old"),
        application("11", created_at=T3, channel_source="Last"),
    )
    person = records(read(connected(fake, account), "candidates"), "Candidates")["7701"]

    assert person["source"] == "job_board"
    assert person["social_media"] == [{"link": "https://linkedin.com/in/new", "type": "LINKEDIN", "username": None}]


def test_tags_are_gathered_from_people_and_applications_alike(fake, account):
    """The record of a tag is the same from both, so that it does not change with the list read last."""
    tag = {"context": "rejection", "name": "Under-qualified"}
    account.add("/candidates", candidate("7701", tags=[tag, tag]))
    account.add("/applications", application("1", tags=[tag]), application("2", tags=[tag, {"context": "x", "name": "y"}]))
    pinpoint = connected(fake, account)
    people, applications = read(pinpoint, "candidates"), read(pinpoint, "applications")

    key = "rejection:Under-qualified"
    assert records(people, "Tags") == {key: {"name": "Under-qualified", "remote_data": {"/candidates": tag}}}
    assert records(applications, "Tags")[key] == records(people, "Tags")[key]
    assert set(records(applications, "Candidate tags")) == {f"7701/{key}", "7701/x:y"}
    assert records(people, "Candidate tags")[f"7701/{key}"] == {"candidate_id": Ref("Candidates", "7701"), "tag_id": Ref("Tags", key)}


def test_interviews_of_job_seekers_are_skipped(fake, account):
    account.beside(stage("4402", "Phone screen", 4))
    account.add("/interviews", interview("1", relations={"stage": ("stages", "4402")}), interview("2", "JobSeeker"))
    found = records(read(connected(fake, account), "interviews"), "Interviews")

    assert set(found) == {"1"}
    assert (found["1"]["title"], found["1"]["application_id"]) == ("Phone screen", Ref("Applications", "50211"))


# --- pages -----------------------------------------------------------------------------------------------------------


def many(count: int) -> list[Any]:
    return [user(str(number)) for number in range(1, count + 1)]


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35])
def test_every_record_arrives_once(fake, account, count, counts):
    """Also where the vendor does not say how many there are."""
    account.add("/users", *many(count))
    account.counts = counts

    assert len(records(read(connected(fake, account, page_size=10), "users"), "Users")) == count


def test_an_account_that_refuses_to_count_is_read_whole(fake, account):
    account.add("/users", *many(35))
    account.unknown = {"stats"}

    assert len(records(read(connected(fake, account, page_size=10), "users"), "Users")) == 35


def test_a_deletion_while_reading_takes_no_other_record_with_it(fake, account):
    account.add("/users", *many(35))
    account.on_page = lambda path, number: account.lists[path].pop(0) and None
    found = records(read(connected(fake, account, page_size=10), "users"), "Users")

    assert {item["id"] for item in account.lists["/users"]} <= set(found)


def test_a_read_goes_on_behind_any_page(fake, account):
    """As after a crash: the cursor is enough, and no record is missing."""
    account.add("/applications", *[application(str(number), updated_at=T2) for number in range(1, 36)])
    pinpoint = connected(fake, account, page_size=10)
    whole = read(pinpoint, "applications")
    cursors = [page.cursor for page in whole]

    assert cursors[-1] is None
    for number, cursor in enumerate(cursors[:-1]):
        rest = read(pinpoint, "applications", cursor=cursor)
        assert set(records(whole[: number + 1], "Applications")) | set(records(rest, "Applications")) == set(records(whole, "Applications"))
        assert rest[-1].watermark == whole[-1].watermark


def test_a_cursor_that_is_none_of_ours_is_refused(fake, account):
    with pytest.raises(Invalid, match="cursor"):
        read(connected(fake, account), "users", cursor="{}")


# --- delta -----------------------------------------------------------------------------------------------------------


def test_a_delta_read_brings_what_changed(fake, account):
    """It goes back by the overlap, because a change may be seen later than it is dated."""
    account.add("/applications", application("1", updated_at=T1), application("2", updated_at=T2), application("3", updated_at=T3))
    pinpoint = connected(fake, account, delta_overlap_seconds=90)
    pages = read(pinpoint, "applications", since=T2)

    assert set(records(pages, "Applications")) == {"2", "3"}
    assert fake.asked[0].query["filter[updated_at][gt]"] == "2026-02-02T09:58:30+00:00"
    assert fake.asked[0].query["sort"] == "updated_at,id"
    assert pages[-1].watermark == T3


def test_a_delta_read_without_changes_keeps_the_watermark(fake, account):
    assert read(connected(fake, account), "jobs", since=T3)[-1].watermark == T3


def test_a_whole_read_promises_only_what_it_has_surely_seen(fake, account):
    """A record that changes behind a page that is done must be read again next time, so the watermark stays before its change."""
    account.add("/applications", *[application(str(number), updated_at=T1) for number in range(1, 26)])

    def change(path: str, number: int) -> None:
        if number == 2:
            for item in account.lists[path][20:22]:
                item["attributes"]["updated_at"] = T2
            account.lists[path][12]["attributes"]["updated_at"] = T3

    account.on_page = change
    pages = read(connected(fake, account, page_size=10), "applications")

    assert pages[-1].watermark == T1


JOINED = ("Job-specific application stages", "Job-specific screening questions", "Job hiring team members", "Job user role assignments")


def test_a_changed_job_tells_of_what_else_hung_on_it(fake, account):
    """Whoever left the team, and stages and questions taken off the job, have no record that could be deleted."""
    with_a_rich_job(account)
    pages = read(connected(fake, account), "jobs", since=T1)

    assert {ref for page in pages for ref in page.complete} == {Ref(model, "310") for model in JOINED}


def test_a_whole_read_needs_no_letting_go(fake, account):
    with_a_rich_job(account)

    assert not any(page.complete for page in read(connected(fake, account), "jobs"))


@pytest.mark.parametrize(("refused", "kept"), [("stages", JOINED[:1]), ("questions", JOINED[1:2]), ("team", JOINED[2:])])
def test_nothing_is_let_go_that_is_not_seen(fake, account, refused, kept):
    team = {"hiring_manager_user", "recruitment_manager_user", "jobs.hiring_user_id", "jobs.recruitment_manager_user_id"}
    account.unknown = team if refused == "team" else {refused}
    with_a_rich_job(account)
    pages = read(connected(fake, account), "jobs", since=T1)

    assert {ref.model for page in pages for ref in page.complete} == set(JOINED) - set(kept)


def test_users_are_read_whole_whatever_was_read_before(fake, account):
    account.add("/users", *many(3))
    pages = read(connected(fake, account), "users", since=T3)

    assert len(records(pages, "Users")) == 3
    assert "filter[updated_at][gt]" not in fake.asked[0].query


def test_an_older_account_without_delta_is_read_whole_with_a_warning(fake, account):
    account.add("/jobs", job("1", updated_at=T1), job("2", updated_at=T2))
    account.unknown = {"updated_at][gt"}
    pages = read(connected(fake, account), "jobs", since=T3)

    assert set(records(pages, "Jobs")) == {"1", "2"}
    assert [warning.code for page in pages for warning in page.warnings] == ["delta_unsupported"]


# --- denials ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stream", "path", "permission"),
    [
        ("users", "/users", "User: read"),
        ("jobs", "/jobs", "Job: read"),
        ("candidates", "/candidates", "Candidate: read"),
        ("applications", "/applications", "Application: read"),
        ("interviews", "/interviews", "Interview: read"),
    ],
)
def test_a_denied_list_ends_with_a_diagnostic_for_each_model(fake, account, stream, path, permission):
    account.denied = {path}
    pinpoint = connected(fake, account)
    pages = read(pinpoint, stream)

    (fed,) = [item.feeds for item in pinpoint.streams(EVERYTHING) if item.name == stream]
    assert records(pages) == {}
    assert pages[-1].cursor is None
    assert {(item.model, item.field, item.reason, item.missing_permissions, item.http_status) for item in pages[-1].diagnostics} == {
        (model, None, "not_permitted", (permission,), 403) for model in fed
    }
    assert all(item.vendor_code == "forbidden" and permission in str(item.remedy) for item in pages[-1].diagnostics)


def test_only_wanted_models_are_diagnosed(fake, account):
    account.denied = {"/jobs"}
    pages = read(connected(fake, account), "jobs", only("Roles"))

    assert [item.model for item in pages[-1].diagnostics] == ["Roles"]
    assert records(pages) == {}


def test_constants_alone_cost_one_small_request(fake, account):
    account.add("/jobs", job())
    pages = read(connected(fake, account), "jobs", only("Roles"))

    assert set(records(pages)) == {"hiring_manager_user", "recruitment_manager_user"}
    assert [asked.query["page[size]"] for asked in fake.asked] == ["1"]


def test_a_denied_include_costs_its_own_fields_only(fake, account):
    """The person arrives; source and links are left out, not null, and say which permission they need."""
    account.add("/candidates", candidate("7701", ("1",)))
    account.add("/applications", application("1"))
    account.denied = {"applications"}
    pages = read(connected(fake, account), "candidates")

    person = records(pages, "Candidates")["7701"]
    assert person["first_name"] == "Mira"
    assert not {"source", "social_media"} & set(person)
    assert {(item.model, item.field, item.reason, item.missing_permissions) for page in pages for item in page.diagnostics} == {
        ("Candidates", "source", "not_permitted", ("Application: read",)),
        ("Candidates", "social_media", "not_permitted", ("Application: read",)),
    }


def test_one_denied_include_of_many_leaves_the_others(fake, account):
    made, beside = rich_job()
    account.add("/jobs", made)
    account.add("/users", user("1"), user("2"))
    account.beside(*beside)
    account.denied = {"department", "questions"}
    pages = read(connected(fake, account), "jobs")

    values = records(pages, "Jobs")["310"]
    assert "department" not in values
    assert values["location"]["city"] == "Leeds"
    assert records(pages, "Screening questions") == {}
    assert {(item.model, item.field, item.missing_permissions) for page in pages for item in page.diagnostics} == {
        ("Jobs", "department", ("Department: read",)),
        ("Screening questions", None, ("Question: read",)),
        ("Job-specific screening questions", None, ("Question: read",)),
    }


def test_users_that_may_not_be_included_are_known_by_their_ids(fake, account):
    """The job itself tells the ids of its people when asked, so nothing is lost."""
    made = job("310", {"hiring_manager_user": ("users", "1")})
    made["extra"] = {"hiring_user_id": 1, "recruitment_manager_user_id": None}
    account.add("/jobs", made)
    account.denied = {"hiring_manager_user", "recruitment_manager_user"}
    pages = read(connected(fake, account), "jobs")

    assert set(records(pages, "Job hiring team members")) == {"310/1"}
    assert records(pages, "Jobs")["310"]["contact_id"] == Ref("Users", "1")
    assert [item for page in pages for item in page.diagnostics] == []


def test_a_denial_in_the_middle_keeps_what_was_read(fake, account):
    account.add("/users", *many(35))
    account.on_page = lambda path, number: account.denied.add(path) if number == 3 else None
    pages = read(connected(fake, account, page_size=10), "users")

    assert len(records(pages, "Users")) > 0
    assert [item.missing_permissions for item in pages[-1].diagnostics] == [("User: read",)]


# --- older accounts, masks and silences ------------------------------------------------------------------------------


def test_an_older_account_says_what_it_does_not_offer(fake, account):
    """A refused visibility is a warning, since such jobs cannot exist there; everything else arrives."""
    account.add("/jobs", job("1"))
    account.unknown = {"private_job"}
    pages = read(connected(fake, account), "jobs")

    assert set(records(pages, "Jobs")) == {"1"}
    assert [warning.code for page in pages for warning in page.warnings] == ["visibility_unsupported"]


def test_only_what_is_refused_is_given_up(fake, account):
    """Two things are unknown at once; what lies between them is still read."""
    account.add("/applications", application("1", tags=[{"context": "a", "name": "b"}]))
    account.unknown = {"private_job", "applications.tags"}
    pages = read(connected(fake, account), "applications")

    assert {"outcome", "screening_question_answers"} <= set(records(pages, "Applications")["1"])
    assert {(item.model, item.field, item.reason) for page in pages for item in page.diagnostics} == {
        ("Tags", None, "unsupported"),
        ("Candidate tags", None, "unsupported"),
    }
    assert [warning.code for page in pages for warning in page.warnings] == ["visibility_unsupported"]


def test_an_account_without_a_list_reports_its_models_as_unsupported(fake, account):
    del account.lists["/candidates"]
    pages = read(connected(fake, account), "candidates", only("Candidates"))

    assert [(item.model, item.reason, item.http_status) for item in pages[-1].diagnostics] == [("Candidates", "unsupported", 404)]


def test_silence_of_the_vendor_is_made_heard(fake, account):
    """Tags were asked for and did not come: that is not "no tags"."""
    person = candidate("7701")
    del person["extra"]["tags"]
    account.add("/candidates", person)
    pages = read(connected(fake, account), "candidates", only("Tags", "Candidates"))

    assert [(item.model, item.reason) for page in pages for item in page.diagnostics] == [("Tags", "unsupported")]


def test_an_attribute_that_is_not_there_is_not_null(fake, account):
    """Said once for the field, not for each record."""
    made = [job(str(number)) for number in range(1, 25)]
    for item in made:
        del item["attributes"]["opened_at"]
    account.add("/jobs", *made)
    pages = read(connected(fake, account, page_size=10), "jobs", only("Jobs"))

    assert all("opened_at" not in values for values in records(pages, "Jobs").values())
    assert [(item.field, item.reason) for page in pages for item in page.diagnostics] == [("opened_at", "unsupported")]


def test_what_blind_screening_hides_is_never_passed_on(fake, account):
    hidden = "Hidden due to blind screening"
    account.add("/candidates", candidate("7701", ("1",), email=hidden), candidate("7702", ("2",)))
    account.add(
        "/applications",
        application("1", concealed=True, channel=hidden, channel_source=None, last_name=hidden),
        application("2", linkedin_url="https://linkedin.com/in/x"),
    )
    pinpoint = connected(fake, account)
    people, applications = read(pinpoint, "candidates"), read(pinpoint, "applications")

    assert {(item.field, item.reason) for page in people for item in page.diagnostics} == {
        ("source", "masked"),
        ("social_media", "masked"),
        ("email_addresses", "masked"),
    }
    assert all("7701" in str(item.detail) for page in people for item in page.diagnostics)
    assert records(people, "Candidates")["7702"]["source"] == "ExampleBoard"
    assert hidden not in repr([page.records for page in (*people, *applications)])


# --- errors ----------------------------------------------------------------------------------------------------------


def test_a_broken_reply_is_asked_for_again(fake, account):
    account.add("/users", user())
    waits: list[float] = []
    pinpoint = connected(fake, account, waits=waits)
    whole = document({"data": [], "meta": {}})
    fake.answer_in_turn(
        refusal(503, "x"),
        Answer(200, b'{"data": [', {"Content-Type": "application/json"}),
        Answer(200, b"hello", {"Content-Type": "text/plain"}),
        Answer(200, whole.body, whole.headers, cut="middle"),
        whole,
    )

    assert records(read(pinpoint, "users")) == {}
    assert (len(fake.asked), len(waits)) == (5, 4)


def test_the_vendors_pause_is_kept(fake, account):
    waits: list[float] = []
    pinpoint = connected(fake, account, waits=waits)
    fake.answer_in_turn(refusal(429, "Rate limit exceeded", **{"Retry-After": "7"}), document({"data": []}))
    read(pinpoint, "users")

    assert len(waits) == 1
    assert waits[0] >= 7


HTML = Answer(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401, "Invalid API key", "unauthorized"), Unauthorized),
        (refusal(403, "Integration not enabled", "forbidden"), Unauthorized),
        (HTML, WrongHost),
        (Answer(404, b"<html>", {"Content-Type": "text/html"}), WrongHost),
        (Answer(302, b"", {"Location": "https://www.acme.test/"}), WrongHost),
        (document({"hello": "world"}), WrongHost),
        (document({"message": "no route"}, 404), WrongHost),
        (refusal(500, "Sorry"), Unavailable),
        (refusal(429, "Rate limit exceeded"), RateLimited),
        (Answer(200, b"{", {"Content-Type": "application/json"}), Unavailable),
    ],
)
def test_what_stops_a_read_says_what_to_do(fake, account, answer, error):
    """Wrong host, refused key, switched-off API and outage are told apart, and the key is in no message."""
    pinpoint = connected(fake, account)
    fake.answer_in_turn(answer)

    with pytest.raises(error) as raised:
        read(pinpoint, "users")
    assert "pinpoint-test-key" not in str(raised.value)

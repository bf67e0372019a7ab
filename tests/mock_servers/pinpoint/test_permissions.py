"""Keys, permissions, the account's API switch, and what is hidden from whom."""

from __future__ import annotations

from typing import Any

import pytest

from mock_servers.engine.vendors import Operation
from mock_servers.pinpoint.endpoints import OPERATIONS
from tests.mock_servers.pinpoint.conftest import Account, client_of, details, to

KEYED = [operation for operation in OPERATIONS if operation.needs_credential]
FORBIDDEN = "API key does not have permission to access this resource"
EVERYTHING = "external,internal,confidential,private_job"


def attempt(account: Account, operation: Operation) -> Any:
    path = operation.path.replace("{id}", "999999")
    return account.http.request(operation.method, path, json={} if operation.method in ("POST", "PUT") else None)


def with_key(account: Account, permissions: list[str] | str) -> Any:
    return client_of(account.tenant, account.tenant.mint(permissions).credential["api_key"])


@pytest.mark.parametrize("operation", KEYED, ids=lambda operation: operation.id)
def test_each_operation_needs_its_own_permission_and_no_other(library: Account, operation: Operation) -> None:
    """With all but that one: 403 in the vendor's words. With that one alone: whatever else may be wrong, it is not refused."""
    every = {name for one in OPERATIONS for name in one.needs}

    with with_key(library, sorted(every - set(operation.needs))) as without:
        refused = attempt(without, operation)
    with with_key(library, list(operation.needs)) as alone:
        reached = attempt(alone, operation)

    assert (refused.status_code, details(refused)) == (403, [FORBIDDEN])
    assert reached.status_code in (200, 400, 404)


def test_writing_does_not_bring_reading(company: Account) -> None:
    """A key that only comments can comment, and read not even its own comment."""
    with with_key(company, "result_writer") as narrow:
        made = narrow.create("comments", {"body_text": "82/100"}, commentable=to("applications", 5001))
        assert made.status_code == 201, made.text
        assert narrow.ask(f"/comments/{made.json()['data']['id']}").status_code == 403
        assert narrow.ask("/applications/5001").status_code == 403


def test_a_job_boards_key_imports_jobs_and_pushes_people_and_no_more(company: Account) -> None:
    """Application: write and Job: read. It cannot read back what it pushed, nor anything about people."""
    with with_key(company, "job_board") as board:
        assert [job["id"] for job in board.get("/jobs", filter__status="open", include="stages")["data"]]
        pushed = board.create("applications", {"first_name": "Ida", "last_name": "Novak", "email": "ida@example.test"}, job=to("jobs", 301))
        assert pushed.status_code == 201, pushed.text
        for path in ("/applications", f"/applications/{pushed.json()['data']['id']}", "/candidates", "/users", "/interviews", "/comments"):
            assert board.ask(path).status_code == 403


def test_the_journal_says_which_permission_was_missing(company: Account) -> None:
    """The vendor's words hide it; the person who debugs is told."""
    with with_key(company, ["Job: read"]) as narrow:
        narrow.ask("/candidates")

    entry = company.tenant.journal()[-1].raw
    assert entry["permission_decision"] == "denied"
    assert "Candidate: read" in entry["why"]


def test_with_the_api_switched_off_every_key_is_told_so(company: Account) -> None:
    """403 "Integration not enabled", before any permission; switched on again, all is as before."""
    company.tenant.set_options({"api_enabled": False})
    off = company.ask("/jobs")
    company.tenant.set_options({"api_enabled": True})

    assert (off.status_code, details(off)) == (403, ["Integration not enabled"])
    assert company.ask("/jobs").status_code == 200


@pytest.mark.parametrize("key", ["", "short", "é", "x" * 5000, "Bearer abc"])
def test_a_key_that_is_none_is_told_one_sentence(company: Account, key: str) -> None:
    """Whatever is in the header: 401 "Invalid API key"; without the header the other sentence."""
    with client_of(company.tenant, "") as stranger:
        wrong = stranger.http.get("/api/v1/jobs", headers={b"x-api-key": key.encode()})
        del stranger.http.headers["x-api-key"]
        missing = stranger.http.get("/api/v1/jobs")

    assert (wrong.status_code, details(wrong)) == (401, ["Invalid API key"])
    assert (missing.status_code, details(missing)) == (401, ["X-API-KEY header not provided"])


def test_the_header_is_found_in_any_case(company: Account) -> None:
    """The documentation's own examples write it small."""
    key = company.tenant.credential["api_key"]

    with client_of(company.tenant, "") as stranger:
        assert stranger.http.get("/api/v1/jobs", headers={"x-Api-kEY": key}).status_code == 200


# -- confidential ------------------------------------------------------------------------------------------------------


def secrets(account: Account) -> tuple[set[int], set[int], set[int]]:
    """(confidential jobs, applications to them, interviews of those)."""
    truth = account.tenant.dump()
    jobs = {row["id"] for row in truth["jobs"] if row["visibility"] == "confidential"}
    applications = {row["id"] for row in truth["applications"] if row["job_id"] in jobs}
    interviews = {
        row["id"] for row in truth["interviews"] if row["interviewable_type"] == "Application" and row["interviewable_id"] in applications
    }
    return jobs, applications, interviews


def test_confidential_jobs_and_what_hangs_on_them_are_left_out(library: Account) -> None:
    """By default they are missing from lists and totals; naming the visibility brings exactly them."""
    jobs, applications, interviews = secrets(library)
    assert jobs
    assert applications

    for path, name, secret in (
        ("/jobs", "visibility", jobs),
        ("/applications", "job_visibility", applications),
        ("/interviews", "job_visibility", interviews),
    ):
        usual = library.ids(path)
        asked = library.ids(path, **{f"filter__{name}": "confidential"})
        total = library.get(path, page__size=0, stats__total="count")["meta"]["stats"]["total"]["count"]
        assert secret.isdisjoint(usual)
        assert secret <= set(asked)
        assert total == len(usual)


def test_one_confidential_record_is_not_found_unless_asked_for(library: Account) -> None:
    """404 by default, 200 with the filter, for jobs, applications and interviews alike."""
    jobs, applications, interviews = secrets(library)

    for path, name, ids in (
        ("jobs", "visibility", jobs),
        ("applications", "job_visibility", applications),
        ("interviews", "job_visibility", interviews),
    ):
        for id in ids:
            assert library.ask(f"/{path}/{id}").status_code == 404
            assert library.ask(f"/{path}/{id}", f"filter[{name}]={EVERYTHING}").status_code == 200


def test_an_interview_without_a_job_is_not_hidden(library: Account) -> None:
    """Interviews of job seekers hang on no job, whatever visibilities are asked for."""
    of_seekers = {row["id"] for row in library.tenant.records("interviews") if row["interviewable_type"] == "JobSeeker"}

    assert of_seekers <= set(library.ids("/interviews"))
    assert of_seekers <= set(library.ids("/interviews", filter__job_visibility="confidential"))


def test_what_is_hidden_can_still_be_written_to(company: Account) -> None:
    """Hiding is a default of reading: a write names its record, and its answer shows it."""
    _, applications, _ = secrets(company)

    reply = company.update("applications", min(applications), {"town": "Leeds"})

    assert (reply.status_code, reply.json()["data"]["attributes"]["town"]) == (200, "Leeds")


def test_blind_screening_conceals_the_person_everywhere_in_applications(library: Account) -> None:
    """In lists, alone and included: names, address and source are null, attachments are left out."""
    blind = {row["id"] for row in library.tenant.records("jobs") if row["blind_screening"]}
    concealed = [row["id"] for row in library.tenant.records("applications") if row["job_id"] in blind]
    listed = {
        int(item["id"]): item for item in library.get("/applications", page__size=1000, extra_fields__applications="attachments")["data"]
    }

    for id in concealed:
        alone = library.get(f"/applications/{id}")["data"]["attributes"]
        assert listed[id]["attributes"] == {**alone, "attachments": []}
        assert (alone["concealed"], alone["channel"]) == (True, "Hidden due to blind screening")
        assert {
            alone[name] for name in ("first_name", "last_name", "full_name", "email", "phone", "linkedin_url", "channel_source", "town")
        } == {None}
    assert concealed


def test_without_words_a_concealed_channel_is_null_like_the_rest(company: Account) -> None:
    """`channel_in_words` off: only `concealed` tells."""
    company.tenant.set_quirk("blind_screening", on=True, settings={"channel_in_words": False})

    concealed = [item["attributes"] for item in company.get("/applications", page__size=1000)["data"] if item["attributes"]["concealed"]]

    assert concealed
    assert {shown["channel"] for shown in concealed} == {None}


def test_who_has_only_concealed_applications_can_be_concealed_as_a_person(company: Account) -> None:
    """Each of their texts is the vendor's words; whoever has another application is shown."""
    blind = {row["id"] for row in company.tenant.records("jobs") if row["blind_screening"]}
    jobs_of: dict[int, set[int]] = {}
    for row in company.tenant.records("applications"):
        jobs_of.setdefault(row["candidate_id"], set()).add(row["job_id"])
    company.tenant.set_quirk("blind_people", on=True)

    shown = {int(item["id"]): item["attributes"] for item in company.get("/candidates", page__size=1000)["data"]}

    hidden = {id for id, attributes in shown.items() if attributes["town"] == "Hidden due to blind screening"}
    assert hidden == {id for id, jobs in jobs_of.items() if jobs <= blind and id in shown}
    assert all(shown[id]["email"] == shown[id]["first_name"] == "Hidden due to blind screening" for id in hidden)
    assert hidden

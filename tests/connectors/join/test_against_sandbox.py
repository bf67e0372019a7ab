"""The connector against the simulated JOIN, with each open question answered the other way: neither side knows how the other is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.sandbox import Sandbox, Tenant
from connectors.join.connector import JoinConnector, connect
from connectors.unified.actions import ACTIONS
from connectors.unified.connector import ActionResult, Page, Record
from connectors.unified.errors import AlreadyExists, JobClosed
from mock_servers.engine import server
from mock_servers.join.vendor import VENDOR
from tests.connectors.join.account import EVERYTHING

Keyed = dict[tuple[str, str], Record]
OPEN_JOB, CLOSED_JOB = 16010001, 16010012
PDF = "JVBERi0xLjQK"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with server.Sandbox(vendors={"join": VENDOR}) as running, Sandbox(running.url) as client:
        yield client


@pytest.fixture
def tenant(sandbox: Sandbox) -> Iterator[Tenant]:
    made = sandbox.create("join", scenario="small_company")
    yield made
    made.delete()


def opened(tenant: Tenant) -> JoinConnector:
    """Waiting moves the tenant's clock."""
    return connect(base_url=tenant.base_url, credential=tenant.credential, sleep=tenant.advance)


def pages(join: JoinConnector) -> list[Page]:
    return [page for stream in join.streams(EVERYTHING) for page in join.read(stream.name, EVERYTHING)]


def records(found: list[Page]) -> Keyed:
    """Without the vendor's own records, which a quirk may change."""
    return {
        (record.model, record.key): replace(
            record, values={name: _own(value) for name, value in record.values.items() if name != "remote_data"}
        )
        for page in found
        for record in page.records
    }


def _own(value: Any) -> Any:
    return {**value, "raw_question": None} if isinstance(value, dict) and "raw_question" in value else value


@pytest.fixture(scope="module")
def usual(sandbox: Sandbox) -> Keyed:
    """What the account holds, as read from an unchanged tenant."""
    tenant = sandbox.create("join", scenario="small_company")
    found = records(pages(opened(tenant)))
    tenant.delete()
    assert {model for model, _ in found} == set(EVERYTHING)
    return found


SAME: list[tuple[str, Any]] = [
    ("flat_errors", True),
    ("error_types", False),
    ("unknown_input_refused", True),
    ("oversized_page_refused", False),
    ("pagination_headers", True),
    ("online_jobs_only", True),
    ("jobs_status_filter", False),
    ("application_filters", False),
    ("hiring_state_key", True),
    ("state_in_words", True),
    ("lower_case_countries", True),
    ("job_questions", {"as_created": True}),
    ("conditional_questions", False),
]
"""Ways in which the real JOIN may differ that must not change what is read, but for what SAME_BUT says."""
SAME_BUT: dict[str, tuple[set[str], set[str]]] = {
    # (models of which rows are missing, fields whose values or absence differ)
    "jobs_status_filter": (
        {"Jobs", "Users", "Job hiring team members", "Screening questions", "Job-specific screening questions"},
        set(),
    ),
    "conditional_questions": (set(), {"precondition_question_id", "precondition_options"}),
}


@pytest.mark.parametrize(("quirk", "wish"), SAME, ids=[name for name, _ in SAME])
def test_another_answer_to_an_open_question_changes_nothing_that_is_read(
    tenant: Tenant, usual: Keyed, quirk: str, wish: bool | Mapping[str, Any]
) -> None:
    """Keys, cases, words and unknown parameters: the same records arrive."""
    tenant.set_quirk(quirk, on=wish is not False, settings=wish if isinstance(wish, Mapping) else {})
    found = records(pages(opened(tenant)))
    may_miss, may_differ = SAME_BUT.get(quirk, (set(), set()))

    assert found.keys() <= usual.keys()
    assert {model for model, key in usual.keys() - found.keys()} <= may_miss
    differing = {
        (model, name, key)
        for (model, key), record in found.items()
        for name, value in usual[model, key].values.items()
        if record.values.get(name) != value and name not in may_differ
    }
    assert differing == set()


def test_without_a_status_filter_only_drafts_cannot_be_reached(tenant: Tenant, usual: Keyed) -> None:
    """Then what JOIN lists unasked is all there is."""
    tenant.set_quirk("jobs_status_filter", on=False)
    missing = usual.keys() - records(pages(opened(tenant))).keys()

    assert {usual[cell].values["status"] for cell in missing if cell[0] == "Jobs"} == {"DRAFT"}


def test_stages_of_one_job_each_are_as_many_as_pairs(tenant: Tenant, usual: Keyed) -> None:
    """Nothing in the connector supposes that jobs share their stages."""
    tenant.set_quirk("stage_ids_per_job", on=True)
    found = records(pages(opened(tenant)))

    def count(cells: Keyed, model: str) -> int:
        return sum(1 for name, _ in cells if name == model)

    assert count(found, "Job-specific application stages") == count(usual, "Job-specific application stages")
    assert count(found, "Application Stages") == count(found, "Job-specific application stages")
    assert count(usual, "Application Stages") < count(usual, "Job-specific application stages")


@pytest.mark.parametrize(
    ("quirk", "gone", "told"),
    [
        ("job_url", set(), {("Jobs", "post_url")}),
        ("job_hiring_team", {"Job hiring team members", "Users"}, {("Job hiring team members", None), ("Users", None)}),
        (
            "job_questions",
            {"Screening questions", "Job-specific screening questions"},
            {("Screening questions", None), ("Job-specific screening questions", None)},
        ),
    ],
)
def test_a_key_that_jobs_do_not_have_is_told(
    tenant: Tenant, usual: Keyed, quirk: str, gone: set[str], told: set[tuple[str, str | None]]
) -> None:
    """The keys are assumed; where they are absent, nothing is taken as blank."""
    tenant.set_quirk(quirk, on=False)
    found = pages(opened(tenant))

    assert {model for model, _ in usual.keys() - records(found).keys()} <= gone
    assert {(one.model, one.field) for page in found for one in page.diagnostics} == told
    blank = [record.key for page in found for record in page.records if record.values.get("post_url", "left out") is None]
    assert {usual["Jobs", key].values["post_url"] for key in blank} == {None}


# -- creating ----------------------------------------------------------------------------------------------------------


def create(tenant: Tenant, email: str = "nina@example.org", job: int = OPEN_JOB, **values: Any) -> ActionResult:
    person = {"first_name": "Nina", "last_name": "O'Hara", "email_address": email}
    given = {"candidate": person, "application": {"job_id": str(job)}, **values}
    return opened(tenant).act("Create application", ACTIONS["Create application"].model_validate(given))


@pytest.mark.parametrize(
    ("quirk", "wish"),
    [
        ("creates_answer_200", True),
        ("create_answers_application", True),
        ("consent_requested", False),
        ("source_shown_raw", True),
        ("unknown_input_refused", True),
        ("flat_errors", True),
    ],
)
def test_another_way_to_answer_a_create_is_understood(tenant: Tenant, quirk: str, wish: bool) -> None:
    """One refused file among two, so that refusals are read, too."""
    tenant.set_quirk(quirk, on=wish)
    files = [{"name": "cv.pdf", "type": "CV", "data": PDF}, {"name": "tool.exe", "type": "OTHER", "data": PDF}]
    result = create(tenant, attachments=files, source={"id": "AGENCY"})
    made = tenant.records("applications")[-1]

    assert dict(result.created) == {"Applications": str(made["id"]), "Candidates": str(made["candidate_id"])}
    assert [row["file_name"] for row in tenant.records("attachments") if row["application_id"] == made["id"]] == ["cv.pdf"]
    assert [warning.code for warning in result.warnings] == ["attachment_refused"]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_whatever_the_status_of_a_duplicate_and_of_a_closed_job(tenant: Tenant, status: int) -> None:
    tenant.set_quirk("duplicate_refused", on=True, settings={"status": status})
    tenant.set_quirk("closed_job_refused", on=True, settings={"status": status})
    create(tenant)

    with pytest.raises(AlreadyExists):
        create(tenant)
    with pytest.raises(JobClosed):
        create(tenant, job=CLOSED_JOB)


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_whatever_the_status_of_a_refused_file(tenant: Tenant, status: int) -> None:
    tenant.set_quirk("file_limits", on=True, settings={"status": status})
    result = create(tenant, attachments=[{"name": "tool.exe", "type": "OTHER", "data": PDF}])

    assert [warning.code for warning in result.warnings] == ["attachment_refused"]
    assert "Applications" in result.created


@pytest.mark.parametrize("kind", ["lost_answer", "cut_before_headers", "cut_mid_body", "truncated_body"])
def test_whatever_becomes_of_the_answer_there_is_one_application(tenant: Tenant, kind: str) -> None:
    before = len(tenant.records("applications"))
    tenant.fault(kind, operation="applications.create")
    result = create(tenant)

    assert len(tenant.records("applications")) == before + 1
    assert result.created["Applications"] == str(tenant.records("applications")[-1]["id"])

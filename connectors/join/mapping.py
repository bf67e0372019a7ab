"""JOIN's records to unified ones, as tables: unified field → dotted path in JOIN's record, or a plain function of it.

Sources of the rules: shared knowledge of JOIN's v2 answers as seen in public clients; what nobody outside JOIN knows is
marked "assumed" in the manifest or in the README's list of assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.join import jobs, people, questions
from connectors.join.jobs import JobInContext
from connectors.join.people import Candidate, Person, Tag, TeamMember
from connectors.join.questions import Question
from connectors.join.values import Raw, shown
from connectors.transport.mapping import Table
from connectors.unified.connector import Ref

OUTCOMES = {"HIRED": "HIRED", "REJECTED": "DECLINED"}
"""Every other hiring state is open."""


def outcome(application: Raw) -> str | None:
    # Live answers say `state`, a later reader of the docs `hiringState`; either may come, with the same values.
    state = application["hiringState"] if "hiringState" in application else shown(application, "state")
    return None if state is None else OUTCOMES.get(str(state).upper(), "PENDING")


def current_stage_id(application: Raw) -> Ref | None:
    stage = shown(application, "currentStage")
    return None if stage is None else Ref("Application Stages", str(stage["id"]))


def application_data(application: Raw) -> dict[str, Any]:
    """JOIN's own record, its links without their signatures: those open the files, and are others in every answer."""
    changed: dict[str, Any] = {}
    if application.get("attachments") is not None:
        changed["attachments"] = [{**one, "url": unsigned(one.get("url"))} for one in application["attachments"]]
    if application.get("screeningQuestions") is not None:
        changed["screeningQuestions"] = [{**one, "file": unsigned(one.get("file"))} for one in application["screeningQuestions"]]
    return {"/applications": {**application, **changed}}


def unsigned(link: Any) -> Any:
    """A file's link without its query, as text or within an object (which of them JOIN sends for answers is not known)."""
    if isinstance(link, str):
        return link.partition("?")[0]
    return {**link, "url": unsigned(link.get("url"))} if isinstance(link, dict) else link


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as applications show it."""

    raw: Raw
    lowest_index: int | None


@dataclass(frozen=True, slots=True)
class JobStage:
    """A stage in which an application of a job was seen."""

    job: str
    stage: str
    index: int | None


# -- one table a model -------------------------------------------------------------------------------------------------

JOBS: Table[JobInContext] = {
    "name": "raw.title",
    "description": jobs.description,
    "employment_type": jobs.employment_type,
    "status": jobs.status,
    "visibility": jobs.visibility,
    "category": jobs.category,
    "post_url": jobs.post_url,
    "experience_level": jobs.experience_level,
    "salary_amount": jobs.salary_amount,
    "salary_amount_from": "raw.salary.from",
    "salary_amount_to": "raw.salary.to",
    "salary_currency": "raw.salary.currency",
    "salary_period": jobs.salary_period,
    "location": jobs.location,
    "custom_fields": jobs.custom_fields,
    "integration_fields": jobs.integration_fields,
    "opened_at": jobs.opened_at,
    "remote_created_at": "raw.createdAt",
    "remote_updated_at": "raw.lastUpdatedAt",
    "contact_id": jobs.contact_id,
    "remote_data": lambda job: {"/jobs": dict(job.raw)},
}

USERS: Table[Person] = {"first_name": "first_name", "last_name": "last_name", "email": "email"}

TEAM_MEMBERS: Table[TeamMember] = {
    "job_id": lambda member: Ref("Jobs", member.job),
    "user_id": lambda member: Ref("Users", member.user),
    "roles": lambda member: list(member.roles),
}

QUESTIONS: Table[Question] = {"title": "title", "description": "raw.description", "format": questions.question_format}

JOB_QUESTIONS: Table[Question] = {
    "index": "index",
    "required": "required",
    "precondition_question_id": questions.precondition_question,
    "precondition_options": questions.precondition_options,
    "job_id": lambda question: Ref("Jobs", question.job),
    "question_id": lambda question: Ref("Screening questions", question.key),
}

APPLICATIONS: Table[Raw] = {
    "outcome": outcome,
    "current_stage_id": current_stage_id,
    "job_id": lambda application: Ref("Jobs", str(application["job"]["id"])),
    "candidate_id": lambda application: Ref("Candidates", str(application["candidate"]["id"])),
    "remote_data": application_data,
}

CANDIDATES: Table[Candidate] = {
    "first_name": "raw.firstName",
    "last_name": "raw.lastName",
    "source": "earliest.source.product",
    "phone_numbers": people.phone_numbers,
    "email_addresses": people.email_addresses,
    "location": people.location,
    "remote_created_at": "earliest.createdAt",
    "remote_data": lambda candidate: {"/applications": dict(candidate.raw)},
}

STAGES: Table[Stage] = {"name": "raw.name", "global_index": "lowest_index", "remote_data": lambda stage: {"/applications": dict(stage.raw)}}

JOB_STAGES: Table[JobStage] = {
    "index": "index",
    "job_id": lambda pair: Ref("Jobs", pair.job),
    "stage_id": lambda pair: Ref("Application Stages", pair.stage),
}

TAGS: Table[Tag] = {"name": "text"}

CANDIDATE_TAGS: Table[Tag] = {
    "candidate_id": lambda tag: Ref("Candidates", tag.candidate),
    "tag_id": lambda tag: Ref("Tags", tag.text),
}

TABLES: dict[str, Table[Any]] = {
    "Users": USERS,
    "Jobs": JOBS,
    "Candidates": CANDIDATES,
    "Application Stages": STAGES,
    "Applications": APPLICATIONS,
    "Screening questions": QUESTIONS,
    "Tags": TAGS,
    "Candidate tags": CANDIDATE_TAGS,
    "Job-specific application stages": JOB_STAGES,
    "Job-specific screening questions": JOB_QUESTIONS,
    "Job hiring team members": TEAM_MEMBERS,
}
"""By model. A test demands that each table's keys are the manifest's fields but for those the hub makes."""

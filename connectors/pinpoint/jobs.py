"""What a job says, and what hangs on it: its stages, its questions and its people, at their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.pinpoint.questions import OPTIONS, option_key
from connectors.pinpoint.values import address, by_number, present, tidy
from connectors.pinpoint.wire import Resource
from connectors.transport.mapping import Withheld
from connectors.unified.connector import Ref

STATUSES = {
    "open": "OPEN",
    "closed": "CLOSED",
    "filled": "CLOSED",
    "cancelled": "CLOSED",
    "hold": "CLOSED",
    "draft": "DRAFT",
    "pending_approval": "DRAFT",
    "preview": "DRAFT",
    "archived": "ARCHIVED",
}

VISIBILITIES = {"external": "PUBLIC", "internal": "INTERNAL", "confidential": "CONFIDENTIAL", "private_job": "UNLISTED"}
SECRET_VISIBILITIES = ("confidential", "private_job")

EMPLOYMENT_TYPES = {
    "full_time": "FULL_TIME",
    "permanent_full_time": "FULL_TIME",
    "fixed_term_full_time": "FULL_TIME",
    "part_time": "PART_TIME",
    "permanent_part_time": "PART_TIME",
    "fixed_term_part_time": "PART_TIME",
    "part_time_term_time": "PART_TIME",
    "contract_temp": "CONTRACT",
    "contract": "CONTRACT",
    "fixed_term_contract": "CONTRACT",
    "contract_to_hire": "CONTRACT",
    "seasonal_full_time": "SEASONAL",
    "seasonal_part_time": "SEASONAL",
    "internship": "INTERNSHIP",
}
"""Only what is clear; every other type is passed on as it came."""

DESCRIPTION_PARTS = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")
FURTHER_ATTRIBUTES = ("requisition_id", "reporting_to", "workplace_type", "deadline_at", "external_system_reference")
"""What a job says beyond the unified model: delivered as integration fields."""

JOB_ROLES = {"hiring_manager_user": "HIRING_MANAGER", "recruitment_manager_user": "RECRUITER"}
ROLE_LABELS = {"hiring_manager_user": "Public Hiring Manager Profile", "recruitment_manager_user": "Recruitment Manager"}
JOB_ROLE_ATTRIBUTES = {"hiring_manager_user": "hiring_user_id", "recruitment_manager_user": "recruitment_manager_user_id"}
"""The same people as extra fields of the job, for keys that may not include users."""


def description(job: Resource) -> str | None:
    """The parts that are there, as HTML; each after the first under its own header, where it has one."""
    parts: list[str] = []
    for name in DESCRIPTION_PARTS:
        html, header = tidy(job.get(name)), tidy(job.get(f"{name}_header"))
        if html is not None:
            parts.append(f"<h3>{header}</h3>{html}" if header and parts else html)
    return "\n".join(parts) if parts else None


def confidential(job: Resource) -> Any:
    visibility = present(job, "visibility")
    return visibility in SECRET_VISIBILITIES if isinstance(visibility, str) else visibility


def department(job: Resource) -> Any:
    if not job.shows("department"):
        return Withheld("unsupported", "the department is not shown")
    found = job.one("department")
    return found.get("name") if found else None


def post_url(job: Resource) -> Any:
    """The public page exists only for open external jobs, though the vendor gives an address for all."""
    return present(job, "url") if job.get("status") == "open" and job.get("visibility") == "external" else None


def salary_period(job: Resource) -> Any:
    period = present(job, "compensation_frequency")
    return period.upper() if isinstance(period, str) else period


def job_location(job: Resource) -> Any:
    """The place that the job hangs on, else the one typed into the job itself."""
    if not job.shows("location"):
        return Withheld("unsupported", "the location is not shown")
    place = job.one("location")
    if place is None:
        return address(city=job.get("custom_town"), state=job.get("custom_county"), country=job.get("custom_country"))
    return address(
        city=place.get("city"),
        country=place.get("country_code"),
        raw=place.get("name"),
        state=place.get("province"),
        street_1=place.get("street_address"),
        zip_code=place.get("postal_code"),
    )


def custom_fields(job: Resource) -> Any:
    if not job.shows("custom_attributes"):
        return Withheld("unsupported", "the custom attributes are not shown")
    return {attribute.get("field_name"): attribute.get("value") for attribute in job.many("custom_attributes")}


def integration_fields(job: Resource) -> Any:
    """Attributes that the unified model has no field for, and the custom attributes with the ids of their fields."""
    if not job.shows("custom_attributes"):
        return Withheld("unsupported", "the custom attributes are not shown")
    plain = [
        {"id": name, "key": name, "type": "DEFAULT", "value": job.get(name), "label": None}
        for name in FURTHER_ATTRIBUTES
        if name in job.attributes
    ]
    custom = [
        {
            "id": _custom_field_id(attribute),
            "key": attribute.get("field_name"),
            "type": "CUSTOM",
            "value": attribute.get("value"),
            "label": attribute.get("field_name"),
        }
        for attribute in job.many("custom_attributes")
    ]
    return plain + custom


def _custom_field_id(attribute: Resource) -> Any:
    """The vendor's examples spell the relation in both numbers; where it is not shown the field's name has to do."""
    ids = attribute.ids("custom_field") or attribute.ids("custom_fields")
    return ids[0] if ids else attribute.get("field_name")


def closed_at(job: Resource) -> Any:
    """Older accounts show no closing time, but the time of filling."""
    closed = present(job, "closed_at")
    return closed if isinstance(closed, str) else job.get("filled_at") or closed


def job_user(job: Resource, relation: str) -> str | Withheld | None:
    """The id of the user in a relation of the job."""
    if job.shows(relation):
        return next(iter(job.ids(relation)), None)
    attribute = JOB_ROLE_ATTRIBUTES[relation]
    if attribute in job.attributes:
        value = job.get(attribute)
        return None if value is None else str(value)
    return Withheld("unsupported", f"the job shows no {relation}")


def contact(job: Resource) -> Any:
    recruiter, manager = job_user(job, "recruitment_manager_user"), job_user(job, "hiring_manager_user")
    found = manager if recruiter is None else recruiter
    return Ref("Users", found) if isinstance(found, str) else found


@dataclass(frozen=True, slots=True)
class JobStage:
    """A stage at its place in a job."""

    job: Resource
    stage: Resource
    index: int


@dataclass(frozen=True, slots=True)
class JobQuestion:
    """A question at its place in a job's form."""

    job: Resource
    question: Resource
    index: int


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A user of a job, with every relation between the two."""

    job: Resource
    user_id: str
    relations: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.job.id}/{self.user_id}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One relation of a team member."""

    member: TeamMember
    relation: str


def job_stages(job: Resource) -> tuple[JobStage, ...]:
    """The job's stages in their order. The vendor's positions may start anywhere and have gaps."""
    ordered = sorted(job.many("stages"), key=lambda stage: (stage.get("position") is None, stage.get("position") or 0, by_number(stage.id)))
    return tuple(JobStage(job, stage, index) for index, stage in enumerate(ordered))


def job_questions(job: Resource) -> tuple[JobQuestion, ...]:
    """The job's questions in the order of the form, which is the order of the links."""
    return tuple(JobQuestion(job, question, index) for index, question in enumerate(job.many("questions")))


def shows_team(job: Resource) -> bool:
    """Whether the answer tells everybody on the team; nobody is an answer, too."""
    return not any(isinstance(job_user(job, relation), Withheld) for relation in JOB_ROLES)


def team_members(job: Resource) -> tuple[TeamMember, ...]:
    """Each user once, however many relations to the job."""
    relations: dict[str, list[str]] = {}
    for relation in JOB_ROLES:
        user_id = job_user(job, relation)
        if isinstance(user_id, str):
            relations.setdefault(user_id, []).append(relation)
    return tuple(TeamMember(job, user_id, tuple(found)) for user_id, found in relations.items())


def precondition_options(placed: JobQuestion) -> Any:
    """Options of the question that this one hangs on, or booleans."""
    values = present(placed.question, "precondition_values")
    if values is None or isinstance(values, Withheld):
        return values
    owner = placed.question.get("precondition_question_id")
    return [value if isinstance(value, bool) else Ref(OPTIONS, option_key(str(owner), str(value))) for value in values]

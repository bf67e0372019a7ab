"""The unified models, flat, by the names on the cards; look one up in MODELS.

A row has every field of its model whether a connector promises it or not: null means that nothing is there, and the
diagnostics say why. Enums written `Kind | str` are open: a value without a clear mapping is passed through as it came.
"""

from __future__ import annotations

from functools import cache
from typing import ClassVar, Literal, get_args

from connectors.unified.actions import Email
from connectors.unified.values import (
    AS_INSTANT,
    AS_JSON,
    Answer,
    EmailAddress,
    Instant,
    IntegrationField,
    JsonObject,
    Location,
    Number,
    PhoneNumber,
    QuestionFormat,
    SocialMedia,
    UnifiedId,
    Value,
)

EmploymentType = Literal["FULL_TIME", "PART_TIME", "CONTRACT", "SEASONAL", "INTERNSHIP"]
JobStatus = Literal["OPEN", "CLOSED", "DRAFT", "ARCHIVED"]
Visibility = Literal["PUBLIC", "INTERNAL", "UNLISTED", "CONFIDENTIAL"]
RemoteWorkStatus = Literal["REMOTE", "HYBRID", "TEMPORARY", "ON_SITE"]
SalaryPeriod = Literal["YEAR", "MONTH", "TWO_WEEKS", "WEEK", "DAY", "HOUR"]
Outcome = Literal["PENDING", "HIRED", "DECLINED"]
Activity = Literal["ACTIVE", "INACTIVE"]
QuestionCategory = Literal["EEO", "DEMOGRAPHIC"]
RoleScope = Literal["SYSTEM", "JOB"]
HiringTeamRole = Literal["HIRING_MANAGER", "RECRUITER", "COORDINATOR", "SOURCER", "INTERVIEWER"]
RoleType = Literal["HIRING_MANAGER", "RECRUITER", "COORDINATOR", "SOURCER", "INTERVIEWER", "ADMIN"]

IDENTITY = ("id", "remote_id", "changed_at", "remote_deleted_at")
"""What the hub makes; connectors never deliver these, and no scope config turns them off."""


class Row(Value):
    """Base of all flat unified models."""

    card: ClassVar[str]
    """The name on the cards."""
    internal_id: ClassVar[str]
    """The unified API's own name, as in its webhooks."""
    key: ClassVar[tuple[str, ...]] = ("remote_id",)
    """What tells two records apart: join models have no id at the vendor and use those that they join."""
    references: ClassVar[dict[str, str]] = {}
    """Field to the card name of the model that it points at. A select question's options have no rows of their own: a
    reference to one names the model of its question, and the key "question/text"."""
    drops_invalid_items: ClassVar[frozenset[str]] = frozenset()
    """Lists that lose an invalid item instead of becoming null as a whole."""

    id: UnifiedId
    changed_at: Instant
    remote_deleted_at: Instant | None = None

    @classmethod
    def has_remote_id(cls) -> bool:
        """False for join models."""
        return cls.key == ("remote_id",)

    @classmethod
    @cache
    def fields(cls) -> tuple[str, ...]:
        """The fields that a connector fills, in order."""
        return tuple(name for name in cls.model_fields if name not in IDENTITY)

    @classmethod
    def instants(cls) -> frozenset[str]:
        """The fields that hold date-times."""
        fields = cls.model_fields.items()
        return frozenset(name for name, field in fields if AS_INSTANT in field.metadata or Instant in get_args(field.annotation))

    @classmethod
    @cache
    def json_objects(cls) -> frozenset[str]:
        """The fields that hold any JSON object, such as the vendor's own data."""
        fields = cls.model_fields.items()
        return frozenset(name for name, field in fields if AS_JSON in field.metadata or JsonObject in get_args(field.annotation))


class User(Row):
    card = "Users"
    internal_id = "ats_users"

    remote_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: Email | None = None
    status: Activity | None = None
    remote_data: JsonObject | None = None


class Job(Row):
    card = "Jobs"
    internal_id = "ats_jobs"
    references: ClassVar = {"contact_id": "Users"}

    remote_id: str
    name: str | None = None
    job_code: str | None = None
    description: str | None = None
    """Usually HTML."""
    confidential: bool | None = None
    weekly_hours: Number | None = None
    employment_type: EmploymentType | str | None = None
    status: JobStatus | str | None = None
    visibility: Visibility | str | None = None
    category: str | None = None
    department: str | None = None
    post_url: str | None = None
    """The public posting."""
    experience_level: str | None = None
    remote_work_status: RemoteWorkStatus | str | None = None
    salary_amount: Number | None = None
    salary_amount_from: Number | None = None
    salary_amount_to: Number | None = None
    salary_currency: str | None = None
    salary_period: SalaryPeriod | str | None = None
    """The span that the amount is for, not how often it is paid."""
    location: Location | None = None
    custom_fields: JsonObject | None = None
    integration_fields: list[IntegrationField] | None = None
    remote_url: str | None = None
    """The job inside the vendor's product."""
    opened_at: Instant | None = None
    closed_at: Instant | None = None
    remote_created_at: Instant | None = None
    remote_updated_at: Instant | None = None
    contact_id: UnifiedId | None = None
    remote_data: JsonObject | None = None


class Candidate(Row):
    card = "Candidates"
    internal_id = "ats_candidates"
    drops_invalid_items = frozenset({"email_addresses"})

    remote_id: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    title: str | None = None
    confidential: bool | None = None
    source: str | None = None
    phone_numbers: list[PhoneNumber] | None = None
    email_addresses: list[EmailAddress] | None = None
    social_media: list[SocialMedia] | None = None
    location: Location | None = None
    custom_fields: JsonObject | None = None
    integration_fields: list[IntegrationField] | None = None
    remote_url: str | None = None
    remote_created_at: Instant | None = None
    remote_updated_at: Instant | None = None
    remote_data: JsonObject | None = None


class ApplicationStage(Row):
    card = "Application Stages"
    internal_id = "ats_application_stages"

    remote_id: str | None = None
    name: str | None = None
    status: Activity | None = None
    custom_fields: JsonObject | None = None
    global_index: int | None = None
    """The order in the whole account, where a vendor has none for each job. A card promises it; no published shape has it."""
    remote_data: JsonObject | None = None


class Application(Row):
    card = "Applications"
    internal_id = "ats_applications"
    references: ClassVar = {"current_stage_id": "Application Stages", "job_id": "Jobs", "candidate_id": "Candidates"}

    remote_id: str | None = None
    outcome: Outcome | None = None
    """DECLINED: rejected, or withdrawn by either side."""
    rejection_reason_name: str | None = None
    rejected_at: Instant | None = None
    current_stage_id: UnifiedId | None = None
    job_id: UnifiedId | None = None
    candidate_id: UnifiedId | None = None
    screening_question_answers: list[Answer] | None = None
    custom_fields: JsonObject | None = None
    integration_fields: list[IntegrationField] | None = None
    remote_url: str | None = None
    remote_created_at: Instant | None = None
    remote_updated_at: Instant | None = None
    remote_data: JsonObject | None = None


class ScreeningQuestion(Row):
    card = "Screening questions"
    internal_id = "ats_screening_questions"

    remote_id: str | None = None
    title: str | None = None
    description: str | None = None
    category: QuestionCategory | None = None
    format: QuestionFormat | None = None


class CandidateTag(Row):
    card = "Candidate tags"
    internal_id = "ats_join_candidates_tags"
    key = ("candidate_id", "tag_id")
    references: ClassVar = {"candidate_id": "Candidates", "tag_id": "Tags"}

    candidate_id: UnifiedId | None = None
    tag_id: UnifiedId | None = None


class TagRow(Row):
    card = "Tags"
    internal_id = "ats_tags"

    remote_id: str | None = None
    name: str | None = None
    remote_data: JsonObject | None = None


class Interview(Row):
    card = "Interviews"
    internal_id = "ats_interviews"
    references: ClassVar = {"application_id": "Applications", "stage_id": "Application Stages"}

    remote_id: str | None = None
    title: str | None = None
    starting_at: Instant | None = None
    ending_at: Instant | None = None
    video_conferencing_url: str | None = None
    application_id: UnifiedId | None = None
    stage_id: UnifiedId | None = None
    canceled: bool | None = None
    """None: unknown."""
    location: Location | None = None
    remote_created_at: Instant | None = None
    remote_updated_at: Instant | None = None
    remote_data: JsonObject | None = None


class Role(Row):
    card = "Roles"
    internal_id = "ats_roles"

    remote_id: str | None = None
    remote_label: str | None = None
    scope: RoleScope | None = None
    unified_type: RoleType | None = None
    """None: a role of the vendor's own making."""
    remote_data: JsonObject | None = None


class JobStage(Row):
    card = "Job-specific application stages"
    internal_id = "ats_join_jobs_application_stages"
    key = ("job_id", "stage_id")
    references: ClassVar = {"job_id": "Jobs", "stage_id": "Application Stages"}

    index: int | None = None
    job_id: UnifiedId | None = None
    stage_id: UnifiedId | None = None


class JobScreeningQuestion(Row):
    card = "Job-specific screening questions"
    internal_id = "ats_join_jobs_screening_questions"
    key = ("job_id", "question_id")
    references: ClassVar = {
        "job_id": "Jobs",
        "question_id": "Screening questions",
        "precondition_question_id": "Screening questions",
        "precondition_options": "Screening questions",
    }

    index: int | None = None
    required: bool | None = None
    precondition_question_id: UnifiedId | None = None
    precondition_options: list[UnifiedId] | list[bool] | None = None
    """Ids of options where the precondition is a select question, booleans where it is a yes/no question."""
    job_id: UnifiedId | None = None
    question_id: UnifiedId | None = None


class JobRoleAssignment(Row):
    card = "Job user role assignments"
    internal_id = "ats_join_user_job_role_assignments"
    key = ("job_user_id", "role_id")
    references: ClassVar = {"job_user_id": "Job hiring team members", "role_id": "Roles"}

    job_user_id: UnifiedId | None = None
    role_id: UnifiedId | None = None


class HiringTeamMember(Row):
    card = "Job hiring team members"
    internal_id = "ats_join_jobs_users"
    key = ("job_id", "user_id")
    references: ClassVar = {"job_id": "Jobs", "user_id": "Users"}

    roles: list[HiringTeamRole] | None = None
    job_id: UnifiedId | None = None
    user_id: UnifiedId | None = None


MODELS: dict[str, type[Row]] = {
    model.card: model
    for model in (
        User,
        Job,
        Candidate,
        ApplicationStage,
        Application,
        ScreeningQuestion,
        TagRow,
        Interview,
        Role,
        CandidateTag,
        JobStage,
        JobScreeningQuestion,
        JobRoleAssignment,
        HiringTeamMember,
    )
}
"""Card name to model, in the order of the cards."""

REFERENCES: dict[str, dict[str, str]] = {name: dict(model.references) for name, model in MODELS.items()}
"""Card name to {field: the card name of the model that it points at}."""

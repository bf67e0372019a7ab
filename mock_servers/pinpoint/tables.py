"""What a Pinpoint account stores. Column names are Pinpoint's attribute names; foreign keys end in _id.

Times are TEXT as sent on the wire ("2026-03-04T09:15:00+00:00"), dates "YYYY-MM-DD"; ids are integers here and
strings of digits on the wire. Rows of records.yaml have exactly these columns.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

METADATA = MetaData()


def table(name: str, *columns: Column[Any], indexes: tuple[str, ...] = (), document: bool = True) -> Table:
    """A table with the columns that every Pinpoint resource has, its own, an index each, and its ready document."""
    own = [
        Column("id", Integer, primary_key=True),
        *columns,
        Column("created_at", String, nullable=False),
        Column("updated_at", String, nullable=False),
    ]
    if document:
        own.append(Column("doc", LargeBinary))
    listed = [Index(f"{name}_{'_'.join(index.split())}", *index.split()) for index in indexes]
    return Table(name, METADATA, *own, *listed)


def texts(*names: str) -> list[Column[Any]]:
    return [Column(name, String) for name in names]


def flags(*names: str, default: bool | None = False) -> list[Column[Any]]:
    return [Column(name, Boolean, default=default) for name in names]


def ids(*names: str) -> list[Column[Any]]:
    return [Column(name, Integer) for name in names]


departments = table("departments", Column("name", String, nullable=False), *texts("external_system_reference"))
divisions = table("divisions", Column("name", String, nullable=False), *texts("external_system_reference"))
locations = table(
    "locations",
    Column("name", String, nullable=False),
    *texts("city", "country_code", "postal_code", "province", "street_address", "external_system_reference"),
    *ids("equality_monitoring_template_id"),
)
structure_links = table(
    "structure_links",
    *flags("accepts_speculative_applications"),
    *ids("department_id", "division_id", "location_id", "structure_custom_group_one_id"),
)
users = table(
    "users",
    Column("email", String, nullable=False),
    *texts("first_name", "last_name", "time_zone", "user_type", "last_sign_in_at"),
    *ids("access_group_id"),
)
hiring_workflows = table("hiring_workflows", Column("name", String, nullable=False), *texts("external_system_reference"))
jobs = table(
    "jobs",
    Column("title", String, nullable=False),
    *texts(
        "uuid",
        "description",
        "benefits",
        "benefits_header",
        "key_responsibilities",
        "key_responsibilities_header",
        "skills_knowledge_expertise",
        "skills_knowledge_expertise_header",
        "external_benefits_header",
        "external_key_responsibilities_header",
        "external_skills_knowledge_expertise_header",
        "about_company_theme_section",
        "about_company_theme_section_header",
        "draft_job_additional_information",
        "diversity_monitoring_requirement",
        "referral_currency",
        "referral_details",
        "linkedin_company_id",
        "reporting_to",
        "compensation",
        "compensation_currency",
        "compensation_frequency",
        "country_code",
        "opened_at",
        "closed_at",
        "filled_at",
        "deadline_on",
        "deadline_at",
        "external_system_reference",
        "requisition_id",
        "employment_type",
        "workplace_type",
        "visibility",
        "status",
        "experience_level",
        "custom_town",
        "custom_county",
        "custom_country",
        "company_name_override",
    ),
    *[Column(name, Float) for name in ("compensation_minimum", "compensation_maximum", "referral_amount")],
    *flags("is_compensation_visible", default=True),
    *flags(
        "ask_for_address",
        "ask_for_date_of_birth",
        "ask_for_linkedin_profile",
        "ask_for_middle_name",
        "require_phone",
        "blind_screening",
        "diversity_monitoring",
        "headcount_maximum_enabled",
        "notify",
        "referrals_enabled",
        "monster",
        "talentdotcom",
        "ziprecruiter",
        "linkedin",
        "is_remote_with_location_restrictions",
        "remote",
    ),
    *[
        Column(name, String, default="optional")
        for name in ("resume_requirement", "cover_letter_requirement", "personal_summary_requirement")
    ],
    *ids(
        "department_id",
        "division_id",
        "location_id",
        "structure_link_id",
        "hiring_manager_user_id",
        "recruitment_manager_user_id",
        "creator_user_id",
        "selected_hiring_workflow_id",
        "structure_custom_group_one_id",
        "company_id",
        "headcount_maximum",
        "on_hold_in_seconds",
    ),
    indexes=("updated_at id", "created_at id", "status", "visibility"),
)
stages = table(
    "stages",
    Column("name", String, nullable=False),
    *texts("external_name", "description", "basic_type", "stageable_type", "external_system_reference"),
    *flags("visible", default=True),
    *ids("position", "stageable_id"),
    indexes=("stageable_type stageable_id",),
)
"""basic_type is applied, review, interview, offer, hired or rejected; stageable_type is "Job" or "HiringWorkflow"."""
questions = table(
    "questions",
    Column("title", String, nullable=False),
    *texts("additional_information", "question_type"),
    *flags("required", "banked"),
    Column("multiple_choice_options", JSON, default=[]),
    *ids("num_required_answer_options", "max_num_required_answer_options", "job_id", "position", "precondition_question_id"),
    *ids("structured_section_id", "scorecard_section_id"),
    Column("precondition_values", JSON),
    indexes=("job_id", "structured_section_id"),
)
"""job_id NULL: a banked question on no job. precondition_* are assumed: see the quirk conditional_questions.
precondition_values holds option texts, or booleans."""
candidates = table(
    "candidates",
    *texts(
        "first_name",
        "middle_name",
        "last_name",
        "preferred_name",
        "email",
        "phone",
        "phone_iso2",
        "date_of_birth",
        "address1",
        "address2",
        "town",
        "state_province",
        "postcode",
        "country",
        "locale",
        "external_system_reference",
    ),
    *flags("blocked"),
    Column("tags", JSON, default=[]),
    indexes=("updated_at id", "created_at id", "email"),
)
"""tags: [{"context": ..., "name": ...}]. One person per e-mail address, whatever its case."""
Index("candidates_email_any_case", candidates.c.email.collate("NOCASE"))
applications = table(
    "applications",
    *ids("candidate_id", "job_id", "stage_id", "furthest_stage_id", "job_posting_id"),
    *texts(
        "uuid",
        "external_system_reference",
        "hired_at",
        "rejected_at",
        "locale",
        "start_on",
        "first_name",
        "last_name",
        "preferred_name",
        "email",
        "phone",
        "phone_iso2",
        "date_of_birth",
        "linkedin_url",
        "summary",
        "preferred_pronouns",
        "channel",
        "channel_source",
        "address1",
        "address2",
        "town",
        "state_province",
        "postcode",
        "country",
        "country_code",
        "national_identifier",
        "stage_entered_at",
    ),
    *flags("internal_candidate", "is_demo"),
    Column("ai_score", JSON),
    Column("average_rating", Float),
    Column("tags", JSON, default=[]),
    indexes=("updated_at id", "created_at id", "job_id", "candidate_id", "stage_id", "email"),
)
attachments = table(
    "attachments",
    *texts("owner_type", "context", "filename", "content_type"),
    *ids("owner_id"),
    Column("content_base64", String),
    indexes=("owner_type owner_id",),
    document=False,
)
"""owner_type is "applications", "candidates", "job_seekers", "answers" or "offers"; context "cv", "pdf_cv", "cover_letter", "document"."""
answers = table(
    "answers",
    *ids("question_id", "answerable_id", "structured_section_response_id"),
    *texts("answerable_type", "text_answer", "date_answer", "url_answer", "number_answer", "date_from_answer", "date_to_answer"),
    *flags("boolean_answer", default=None),
    Column("multiple_choice_answer", JSON, default=[]),
    indexes=("answerable_type answerable_id", "question_id", "structured_section_response_id"),
)
"""answerable_type is "applications", "job_seekers" or "candidate_surveys"; an answer in a structured section hangs on its
response instead. A document answer's file is the attachment owned by the answer."""
interviews = table(
    "interviews",
    *texts("start_at", "end_at", "interviewable_type", "status", "summary", "presence"),
    *ids("interviewable_id", "stage_id"),
    indexes=("updated_at id", "interviewable_type interviewable_id"),
)
"""interviewable_type is "Application" or "JobSeeker"."""
interview_parts = table(
    "interview_parts",
    *ids("interview_id", "company_id", "position"),
    *texts("conferencing_join_url", "conferencing_provider_name"),
    Column("interviewing_user_ids", JSON, default=[]),
    indexes=("interview_id",),
)
comments = table(
    "comments",
    Column("body_text", String, nullable=False),
    *texts("commentable_type", "category"),
    *ids("commentable_id", "user_id"),
    *flags("private_comment"),
    indexes=("commentable_type commentable_id",),
)
"""commentable_type is "Application", "JobSeeker" or "Candidate"."""
custom_fields = table(
    "custom_fields",
    Column("name", String, nullable=False),
    *texts("description", "field_type", "resource_type", "sample_value", "unique_reference"),
    *flags("required"),
    *ids("position"),
    Column("options", JSON, default=[]),
)
custom_attributes = table(
    "custom_attributes",
    *ids("custom_field_id", "custom_attributable_id"),
    *texts("custom_attributable_type"),
    Column("value", JSON),
    indexes=("custom_attributable_type custom_attributable_id", "custom_field_id"),
)
"""custom_attributable_type is "Application", "Candidate", "Job", "JobSeeker", "Offer" or "Position"; value is typed as the field's type
(text, integer, decimal text, date text, bool, option text, list of option texts, list of user ids)."""
job_seekers = table(
    "job_seekers",
    *ids("candidate_id"),
    *texts(
        "first_name",
        "last_name",
        "preferred_name",
        "email",
        "phone",
        "phone_iso2",
        "date_of_birth",
        "address1",
        "address2",
        "town",
        "state_province",
        "postcode",
        "country",
        "summary",
        "locale",
        "channel",
        "channel_source",
        "pipeline_source",
        "external_system_reference",
    ),
    Column("average_rating", Float),
    Column("tags", JSON, default=[]),
    indexes=("updated_at id", "candidate_id"),
)

"""The table of Pinpoint's resources: what each shows, accepts, filters and sorts by. Read it beside the vendor's reference."""

from __future__ import annotations

from typing import Any

from mock_servers.engine.evidence import Documented, SeenInCode
from mock_servers.pinpoint import cells, clauses, tables
from mock_servers.pinpoint.quirks import CHECKED, OPENAPI, OPENAPI_2024
from mock_servers.pinpoint.resource import Attribute, Filter, Kind, Listed, Made, Many, Nowhere, One, OneOfSeveral, Relation, Resource

DOCS = Documented(OPENAPI, CHECKED)
OLD_DOCS = Documented(f"{OPENAPI_2024} and v1.0.27", CHECKED)

VISIBILITIES = ("external", "internal", "confidential", "private_job")
JOB_STATUSES = ("open", "closed", "archived", "draft", "pending_approval", "hold", "cancelled", "filled", "preview")
WORKPLACE_TYPES = ("onsite", "hybrid", "remote")
EMPLOYMENT_TYPES = (
    *("full_time", "part_time", "contract_temp", "freelance", "internship", "permanent", "fixed_term_contract", "zero_hours"),
    *("permanent_full_time", "permanent_part_time", "fixed_term_full_time", "fixed_term_part_time", "flexible"),
    *("seasonal_full_time", "seasonal_part_time", "contract", "temporary", "contract_to_hire", "volunteer", "apprentice"),
    *("programme", "secondment", "term_time", "part_time_term_time", "bank"),
)
FREQUENCIES = ("hour", "day", "week", "month", "year")
BASIC_TYPES = ("applied", "review", "interview", "offer", "hired", "rejected")
CHANNELS = (
    *("undetermined", "other", "direct", "recruiter", "manual", "invited", "employee_referral", "web_traffic_referral"),
    *("paid_search", "organic_search", "social", "paid_social", "email", "job_board", "paid_job_board", "chrome_extension"),
    *("in_store", "event"),
)
QUESTION_TYPES = ("short_text", "long_text", "boolean", "multiple_choice", "document", "date", "url", "number", "date_range")
FIELD_TYPES = ("varchar", "text", "integer", "decimal", "date", "boolean", "single_select", "multi_select", "users")
FIELD_RESOURCES = ("job", "application", "job_seeker", "offer", "candidate", "position")
CUSTOM_VALUES = {
    "varchar_value": Kind.TEXT,
    "text_value": Kind.TEXT,
    "integer_value": Kind.INTEGER,
    "decimal_value": Kind.DECIMAL,
    "date_value": Kind.DATE,
    "boolean_value": Kind.FLAG,
    "single_select_value": Kind.TEXT,
    "multi_select_value": Kind.LIST,
    "users_value": Kind.LIST,
}

CLASS_OF_TYPE = {
    "applications": "Application",
    "candidates": "Candidate",
    "hiring_workflows": "HiringWorkflow",
    "job_seekers": "JobSeeker",
    "jobs": "Job",
}
"""The class names by which polymorphic columns know what they point at."""
TYPE_OF_CLASS = {**{name: type for type, name in CLASS_OF_TYPE.items()}, "applications": "applications", "job_seekers": "job_seekers"}


def of(kind: Kind, *names: str, **rest: Any) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, kind, **rest) for name in names)


def texts(*names: str, **rest: Any) -> tuple[Attribute, ...]:
    return of(Kind.TEXT, *names, **rest)


def times(*names: str, **rest: Any) -> tuple[Attribute, ...]:
    return of(Kind.TIME, *names, **rest)


def extra(name: str, kind: Kind, cell: Any, **rest: Any) -> Attribute:
    return Attribute(name, kind, extra_cell=cell, **rest)


def write_only(kind: Kind, *names: str, create: bool = True, update: bool = True, newer: bool = False) -> tuple[Attribute, ...]:
    return of(kind, *names, readable=False, create=create, update=update, newer=newer)


def ranges(*names: str, newer: bool = False) -> tuple[Filter, ...]:
    return tuple(Filter(name, Kind.TIME, ranges_only=True, newer=newer) for name in names)


BOTH: dict[str, Any] = {"create": True, "update": True}
ADDED = times("created_at", "updated_at")
SINCE = ranges("created_at", "updated_at")
REFERENCE = texts("external_system_reference", newer=True, **BOTH)
BY_REFERENCE = Filter("external_system_reference")
ADDRESS = ("address1", "address2", "town", "state_province", "postcode", "country")
TAGGING = (
    *write_only(Kind.OBJECT, "add_tag_with_context", "remove_tag_with_context"),
    *write_only(Kind.LIST, "add_tags_with_context"),
)
CV = (*write_only(Kind.TEXT, "cv_base64_data", "cv_base64_filename"), *write_only(Kind.TEXT, "cv_signed_id", newer=True))


def custom_attributes(owner: str) -> Relation:
    find = Many("custom_attributable_id", "custom_attributable_type", owner)
    return Relation("custom_attributes", ("custom_attributes",), find, many=True, **BOTH)


def nowhere(*names: str, many: bool = True, newer: bool = False) -> tuple[Relation, ...]:
    return tuple(Relation(name, (), Nowhere(), many=many, newer=newer) for name in names)


def named_group(type: str, table: Any, permission: str, column: str) -> Resource:
    """Departments and divisions are alike."""
    return Resource(
        type,
        table,
        (*texts("name", **BOTH), *REFERENCE, *ADDED),
        OLD_DOCS,
        filters=(BY_REFERENCE, *ranges("created_at", "updated_at", newer=True)),
        permission=permission,
        operations="LGCUX",
        required=("name",),
        held_by=(("jobs", column), ("structure_links", column)),
    )


USERS = Resource(
    "users",
    tables.users,
    (
        *texts("email", "first_name", "last_name", "time_zone", **BOTH),
        *of(Kind.ID, "access_group_id", newer=True, **BOTH),
        *times("last_sign_in_at", newer=True),
        *write_only(Kind.TEXT, "user_type"),
        *write_only(Kind.FLAG, "send_invitation", update=False),
        *ADDED,
    ),
    OLD_DOCS,
    filters=(
        Filter("email", newer=True, clause=clauses.any_case("email")),
        Filter("employee", Kind.FLAG, clauses.is_employee),
        Filter("hiring_manager_job_id", Kind.ID, clauses.manages_job("hiring_manager_user_id"), newer=True),
        Filter("recruitment_manager_job_id", Kind.ID, clauses.manages_job("recruitment_manager_user_id"), newer=True),
    ),
    sort_keys=("id",),
    permission="User",
    operations="LGCUX",
    required=("first_name", "last_name", "email", "user_type"),
    held_by=(("jobs", "hiring_manager_user_id"), ("jobs", "recruitment_manager_user_id")),
)

LOCATIONS = Resource(
    "locations",
    tables.locations,
    (*texts("name", "city", "country_code", "postal_code", "province", "street_address", **BOTH), *REFERENCE, *ADDED),
    OLD_DOCS,
    relations=nowhere("equality_monitoring_template", many=False),
    filters=(BY_REFERENCE, *ranges("created_at", "updated_at", newer=True)),
    permission="Location",
    operations="LGCUX",
    required=("name",),
    held_by=(("jobs", "location_id"), ("structure_links", "location_id")),
)

STRUCTURE_LINKS = Resource(
    "structure_links",
    tables.structure_links,
    (
        *of(Kind.FLAG, "accepts_speculative_applications", **BOTH),
        *of(Kind.ID, "department_id", "division_id", "location_id", "structure_custom_group_one_id"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("department", ("departments",), One("department_id"), create=True),
        Relation("division", ("divisions",), One("division_id"), create=True),
        Relation("location", ("locations",), One("location_id"), create=True),
        *nowhere("structure_custom_group_one", many=False),
    ),
    filters=SINCE,
    permission="Structure Link",
    operations="LGCUX",
    held_by=(("jobs", "structure_link_id"),),
)

HIRING_WORKFLOWS = Resource(
    "hiring_workflows",
    tables.hiring_workflows,
    (*texts("name"), *ADDED),
    OLD_DOCS,
    relations=(Relation("stages", ("stages",), Many("stageable_id", "stageable_type", "HiringWorkflow", ("position", "id")), many=True),),
    filters=(BY_REFERENCE, *SINCE),
    permission="Hiring Workflow",
    operations="LG",
)

JOB_TEXTS = (
    *texts("title", "description", **BOTH),
    *texts("benefits", "benefits_header", "key_responsibilities", "key_responsibilities_header", **BOTH),
    *texts("skills_knowledge_expertise", "skills_knowledge_expertise_header", **BOTH),
    *texts("external_key_responsibilities_header", cell=cells.constant(None), newer=True, **BOTH),
    *texts("reporting_to", "compensation", **BOTH),
)
JOBS = Resource(
    "jobs",
    tables.jobs,
    (
        *JOB_TEXTS,
        Attribute("compensation_minimum", Kind.NUMBER, cells.whole("compensation_minimum"), **BOTH),
        Attribute("compensation_maximum", Kind.NUMBER, cells.whole("compensation_maximum"), **BOTH),
        *texts("compensation_currency", **BOTH),
        *texts("compensation_frequency", choices=FREQUENCIES, **BOTH),
        *of(Kind.FLAG, "is_compensation_visible", newer=True, **BOTH),
        *of(Kind.FLAG, "compensation_visible", cell=lambda store, row: row["is_compensation_visible"]),
        *texts("country_code", "uuid", newer=True),
        *ADDED,
        *times("opened_at"),
        *times("closed_at", "filled_at", newer=True),
        *of(Kind.DATE, "deadline_on", newer=True, **BOTH),
        *times("deadline_at", **BOTH),
        *REFERENCE,
        *texts("requisition_id", **BOTH),
        *of(Kind.FLAG, "ask_for_address", "ask_for_date_of_birth", "ask_for_linkedin_profile", "ask_for_middle_name", newer=True, **BOTH),
        *texts("cover_letter_requirement", "personal_summary_requirement", "resume_requirement", newer=True, **BOTH),
        *of(Kind.FLAG, "require_phone", "blind_screening", newer=True, **BOTH),
        *texts("employment_type", choices=EMPLOYMENT_TYPES, **BOTH),
        *texts("employment_type_text", cell=cells.employment_type_text),
        *texts("workplace_type", choices=WORKPLACE_TYPES, **BOTH),
        *texts("workplace_type_text", cell=cells.workplace_type_text),
        *texts("visibility", choices=VISIBILITIES, **BOTH),
        *texts("status", choices=JOB_STATUSES, **BOTH),
        *texts("application_form_url", cell=cells.application_form_url),
        *texts("url", cell=cells.job_url),
        *texts("path", cell=cells.job_path),
        *texts("experience_level", "custom_town", "custom_county", "custom_country", "company_name_override", newer=True, **BOTH),
        *of(Kind.FLAG, "remote", **BOTH),
        *of(Kind.ID, "selected_hiring_workflow_id", newer=True, create=True),
        *write_only(Kind.TEXT, "hiring_manager_user_email", "recruitment_manager_user_email"),
        extra("hiring_user_id", Kind.ID, cells.foreign_key("hiring_manager_user_id")),
        extra("recruitment_manager_user_id", Kind.ID, cells.foreign_key("recruitment_manager_user_id")),
        extra("users_emails_with_job_level_visibility", Kind.LIST, cells.visible_to_emails),
        extra("assigned_onboarding_process_id", Kind.ID, lambda exchange, row: None),
        extra("assigned_onboarding_process_name", Kind.TEXT, lambda exchange, row: None),
        extra("assigned_onboarding_candidate_owner_user_id", Kind.ID, lambda exchange, row: None),
        extra("assigned_onboarding_candidate_owner_user_email", Kind.TEXT, lambda exchange, row: None),
    ),
    OLD_DOCS,
    relations=(
        Relation("department", ("departments",), One("department_id")),
        Relation("division", ("divisions",), One("division_id")),
        Relation("location", ("locations",), One("location_id")),
        Relation("structure_link", ("structure_links",), One("structure_link_id"), **BOTH),
        Relation("hiring_manager_user", ("users",), One("hiring_manager_user_id"), **BOTH),
        Relation("recruitment_manager_user", ("users",), One("recruitment_manager_user_id"), **BOTH),
        Relation("creator_user", ("users",), One("creator_user_id")),
        *nowhere("structure_custom_group_one", "company", many=False),
        Relation("applications", ("applications",), Many("job_id"), many=True),
        *nowhere("job_postings", newer=True),
        Relation("questions", ("questions",), Many("job_id", order=("position", "id")), many=True),
        custom_attributes("Job"),
        Relation("stages", ("stages",), Many("stageable_id", "stageable_type", "Job", ("position", "id")), many=True),
    ),
    filters=(
        Filter("uuid", newer=True),
        Filter("external_system_reference", newer=True),
        Filter("requisition_id"),
        Filter("employment_type", choices=EMPLOYMENT_TYPES),
        Filter("workplace_type", choices=WORKPLACE_TYPES),
        Filter("visibility", choices=VISIBILITIES),
        Filter("status", choices=JOB_STATUSES),
        Filter("remote", Kind.FLAG),
        Filter("department_id", Kind.ID),
        Filter("department_name", clause=clauses.through("department_id", tables.departments, "name")),
        Filter("division_id", Kind.ID),
        Filter("division_name", clause=clauses.through("division_id", tables.divisions, "name")),
        Filter("location_id", Kind.ID),
        Filter("location_name", clause=clauses.through("location_id", tables.locations, "name")),
        Filter("structure_custom_group_one_id", Kind.ID, clauses.custom_group),
        Filter("structure_custom_group_one_name", clause=clauses.never),
        Filter("search", clause=clauses.contains_any("title")),
        Filter("non_rejected_applications", Kind.FLAG, clauses.has_open_applications),
        Filter("hiring_manager_user_id", Kind.ID),
        Filter("recruitment_manager_user_id", Kind.ID),
        *ranges("created_at"),
        *ranges("updated_at", newer=True),
    ),
    sort_keys=("id", "created_at", "updated_at", "opened_at"),
    permission="Job",
    operations="LGCUX",
    visibility_filter="visibility",
    required=("title", "status", "selected_hiring_workflow_id", "structure_link"),
)

STAGES = Resource(
    "stages",
    tables.stages,
    (
        *texts("name", "external_name", "description"),
        *of(Kind.FLAG, "visible"),
        *of(Kind.INTEGER, "position"),
        *texts("basic_type"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("stageable", ("jobs", "hiring_workflows"), OneOfSeveral("stageable_type", "stageable_id")),
        Relation("applications", ("applications",), Many("stage_id"), many=True),
    ),
)

QUESTIONS = Resource(
    "questions",
    tables.questions,
    (
        *texts("title", "additional_information", "question_type"),
        *of(Kind.FLAG, "required"),
        *of(Kind.LIST, "multiple_choice_options"),
        *of(Kind.INTEGER, "num_required_answer_options", "max_num_required_answer_options"),
        *of(Kind.FLAG, "banked", newer=True),
        *of(Kind.ID, "precondition_question_id", cell=cells.precondition_question_id),
        *of(Kind.LIST, "precondition_values"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=nowhere("scorecard_section", many=False, newer=True),
    filters=(Filter("banked", Kind.FLAG), *SINCE),
    permission="Question",
    operations="L",
    newer_operations="L",
)

CANDIDATES = Resource(
    "candidates",
    tables.candidates,
    (
        *texts("first_name", "middle_name", "last_name", "preferred_name", update=True),
        *texts("full_name", cell=cells.full_name),
        *texts("email", "phone", "phone_iso2", update=True),
        *of(Kind.DATE, "date_of_birth", update=True),
        *texts(*ADDRESS, "locale", update=True),
        *of(Kind.FLAG, "blocked", update=True),
        *texts("external_system_reference", update=True),
        *ADDED,
        extra("attachments", Kind.LIST, cells.attachments_of("candidates")),
        extra("tags", Kind.LIST, cells.column("tags")),
        *write_only(Kind.LIST, "documents_base64", create=False),
    ),
    DOCS,
    relations=(
        Relation("applications", ("applications",), Many("candidate_id"), many=True),
        *nowhere("hris_references"),
        Relation("job_seekers", ("job_seekers",), Many("candidate_id"), many=True),
        *nowhere("skills"),
        custom_attributes("Candidate"),
    ),
    filters=(BY_REFERENCE, Filter("blocked", Kind.FLAG), Filter("phone"), *SINCE),
    permission="Candidate",
    operations="LGU",
    newer_operations="LGU",
)

APPLICATIONS = Resource(
    "applications",
    tables.applications,
    (
        *texts("uuid", newer=True),
        *ADDED,
        *of(Kind.ID, "candidate_id", newer=True),
        *REFERENCE,
        *times("hired_at", **BOTH),
        *of(Kind.FLAG, "internal_candidate"),
        *of(Kind.ID, "job_id"),
        *of(Kind.ID, "job_posting_id", newer=True),
        *texts("locale", **BOTH),
        *of(Kind.ID, "stage_id"),
        *times("rejected_at"),
        *texts("phone_iso2", **BOTH),
        *of(Kind.DATE, "start_on", **BOTH),
        *of(Kind.FLAG, "is_demo", **BOTH),
        *texts("first_name", "last_name", "preferred_name", "email", "phone", **BOTH),
        *of(Kind.DATE, "date_of_birth", **BOTH),
        *texts("linkedin_url", **BOTH),
        *texts("summary", create=True),
        *texts("preferred_pronouns", **BOTH),
        *texts("channel", "channel_source", newer_to_write=True, **BOTH),
        *texts(*ADDRESS, **BOTH),
        *texts("country_code", cell=cells.country_part("alpha2")),
        *texts("country_code_alpha3", cell=cells.country_part("alpha3")),
        *texts("country_name", cell=cells.country_part("name")),
        *texts("full_name", cell=cells.full_name),
        *texts("national_identifier"),
        *of(Kind.FLAG, "concealed", cell=cells.constant(False)),
        *of(Kind.OBJECT, "ai_score", newer=True),
        extra("attachments", Kind.LIST, cells.attachments_of("applications")),
        extra("average_rating", Kind.NUMBER, cells.column("average_rating")),
        extra("tags", Kind.LIST, cells.column("tags")),
        extra("days_in_current_stage", Kind.INTEGER, cells.days_in_current_stage, newer=True),
        *CV,
        *write_only(Kind.TEXT, "cover_letter_base64_data", "cover_letter_base64_filename", newer=True),
        *write_only(Kind.LIST, "documents_base64", newer=True),
        *write_only(Kind.FLAG, "create_pdf_application", newer=True),
        *write_only(Kind.FLAG, "skip_notifications_on_create", update=False),
        *write_only(Kind.LIST, "equality_monitoring_option_ids", newer=True),
        *TAGGING,
    ),
    OLD_DOCS,
    relations=(
        Relation("job", ("jobs",), One("job_id"), create=True),
        *nowhere("job_posting", many=False, newer=True),
        Relation("stage", ("stages",), One("stage_id"), **BOTH),
        Relation("furthest_stage", ("stages",), One("furthest_stage_id"), newer=True),
        Relation("candidate", ("candidates",), One("candidate_id"), newer=True, create=True),
        *nowhere("hris_reference", many=False, newer=True),
        *nowhere("onboarding_application", many=False),
        *nowhere("document_requests", newer=True),
        *nowhere("offers"),
        Relation("answers", ("answers",), Many("answerable_id", "answerable_type", "applications"), many=True, create=True),
        custom_attributes("Application"),
        *nowhere("structured_section_responses", newer=True),
        *nowhere("scorecard_ratings", "scorecard_notes", "scorecard_answers"),
        *nowhere("user_scorecards", newer=True),
        Relation("comments", ("comments",), Many("commentable_id", "commentable_type", "Application"), many=True, **BOTH),
    ),
    filters=(
        Filter("uuid", newer=True),
        Filter("candidate_id", Kind.ID, newer=True),
        BY_REFERENCE,
        Filter("internal_candidate", Kind.FLAG),
        Filter("job_id", Kind.ID),
        Filter("job_posting_id", Kind.ID, newer=True),
        Filter("locale"),
        Filter("stage_id", Kind.ID),
        Filter("stage_basic_type", clause=clauses.through("stage_id", tables.stages, "basic_type"), choices=BASIC_TYPES),
        Filter("candidate_email", clause=clauses.through("candidate_id", tables.candidates, "email", any_case=True)),
        Filter("candidate_phone", clause=clauses.through("candidate_id", tables.candidates, "phone")),
        Filter("job_visibility", clause=clauses.job_visibility, choices=VISIBILITIES),
        Filter("concealed", Kind.FLAG, clauses.concealed, newer=True),
        *SINCE,
    ),
    permission="Application",
    operations="LGCUX",
    newer_operations="X",
    visibility_filter="job_visibility",
    required=("first_name", "last_name", "email", "job"),
)

ANSWERS = Resource(
    "answers",
    tables.answers,
    (
        *texts("title", cell=cells.of_question("title")),
        *texts("additional_information", cell=cells.of_question("additional_information")),
        *texts("question_type", cell=cells.of_question("question_type")),
        *texts("text_answer", **BOTH),
        *of(Kind.FLAG, "boolean_answer", **BOTH),
        *of(Kind.DATE, "date_answer", **BOTH),
        *texts("url_answer", **BOTH),
        *of(Kind.LIST, "multiple_choice_answer"),
        *of(Kind.OBJECT, "document_answer", cell=cells.document_answer),
        *of(Kind.DECIMAL, "number_answer", newer=True, **BOTH),
        *of(Kind.DATE, "date_from_answer", "date_to_answer", newer=True, **BOTH),
        *ADDED,
        *write_only(Kind.TEXT, "document_base64_data", "document_base64_filename"),
        *write_only(Kind.TEXT, "document_signed_id", newer=True),
    ),
    OLD_DOCS,
    relations=(
        Relation("question", ("questions",), One("question_id"), create=True),
        Relation("answer_options", ("answer_options",), Made(cells.chosen_options), many=True, **BOTH),
        Relation("answerable", ("applications", "job_seekers"), OneOfSeveral("answerable_type", "answerable_id"), create=True),
    ),
    permission="Answer",
    operations="GCUX",
    newer_operations="GCUX",
    required=("question", "answerable"),
)

ANSWER_OPTIONS = Resource("answer_options", None, texts("text", **BOTH), OLD_DOCS)

INTERVIEWS = Resource(
    "interviews",
    tables.interviews,
    (
        *times("start_at", "end_at"),
        *of(Kind.ID, "interviewable_id"),
        *texts("interviewable_type", "status"),
        *texts("summary", newer=True, update=True),
        *texts("presence", newer=True),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("stage", ("stages",), One("stage_id")),
        Relation("interview_parts", ("interview_parts",), Many("interview_id", order=("position", "id")), many=True),
        Relation("interviewable", ("applications", "job_seekers"), OneOfSeveral("interviewable_type", "interviewable_id")),
    ),
    filters=(
        *ranges("start_at", "created_at"),
        *ranges("updated_at", newer=True),
        Filter("interviewable_id", Kind.ID),
        Filter("interviewable_type", choices=("Application", "JobSeeker")),
        Filter("presence", choices=("attended", "no_show"), newer=True),
        Filter("job_visibility", clause=clauses.interview_visibility, choices=VISIBILITIES),
    ),
    sort_keys=("id", "created_at", "updated_at", "start_at"),
    permission="Interview",
    operations="LGU",
    newer_operations="U",
    visibility_filter="job_visibility",
)

INTERVIEW_PARTS = Resource(
    "interview_parts",
    tables.interview_parts,
    (
        *of(Kind.ID, "company_id", "interview_id"),
        *of(Kind.INTEGER, "position"),
        *texts("conferencing_join_url", "conferencing_provider_name"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("interview", ("interviews",), One("interview_id")),
        Relation("interviewing_users", ("users",), Listed("interviewing_user_ids"), many=True),
    ),
)

COMMENTS = Resource(
    "comments",
    tables.comments,
    (
        *texts("body_text", create=True),
        *of(Kind.ID, "commentable_id"),
        *texts("commentable_type"),
        *of(Kind.ID, "user_id"),
        *of(Kind.FLAG, "private_comment"),
        *write_only(Kind.TEXT, "category", update=False, newer=True),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("user", ("users",), One("user_id"), create=True),
        Relation(
            "commentable", ("applications", "job_seekers", "candidates"), OneOfSeveral("commentable_type", "commentable_id"), create=True
        ),
    ),
    filters=(Filter("commentable_id", Kind.ID), Filter("commentable_type", choices=("Application", "JobSeeker", "Candidate")), *SINCE),
    permission="Comment",
    operations="LGCX",
    newer_operations="X",
    required=("body_text", "commentable"),
)

CUSTOM_FIELDS = Resource(
    "custom_fields",
    tables.custom_fields,
    (
        *texts("name", "description", **BOTH),
        *texts("field_type", choices=FIELD_TYPES, create=True),
        *texts("resource_type", choices=FIELD_RESOURCES, create=True),
        *of(Kind.LIST, "options", **BOTH),
        *of(Kind.INTEGER, "position", **BOTH),
        *of(Kind.FLAG, "required", **BOTH),
        *texts("sample_value", **BOTH),
        *texts("unique_reference"),
        *ADDED,
    ),
    OLD_DOCS,
    filters=(Filter("resource_type", choices=FIELD_RESOURCES), Filter("template_custom_field_id", Kind.ID, clauses.never), *SINCE),
    permission="Custom Field",
    operations="LGCUX",
    required=("name", "field_type", "resource_type"),
)

CUSTOM_ATTRIBUTES = Resource(
    "custom_attributes",
    tables.custom_attributes,
    (
        *texts("value", cell=cells.custom_value),
        *texts("field_name", cell=cells.field_name),
        *ADDED,
        *(Attribute(name, kind, readable=False, **BOTH) for name, kind in CUSTOM_VALUES.items()),
    ),
    OLD_DOCS,
    relations=(
        Relation("custom_field", ("custom_fields",), One("custom_field_id"), create=True),
        Relation(
            "custom_attributable",
            ("applications", "candidates", "jobs", "job_seekers"),
            OneOfSeveral("custom_attributable_type", "custom_attributable_id"),
            create=True,
        ),
    ),
    filters=(
        Filter("custom_attributable_id", Kind.ID),
        Filter("custom_attributable_type", choices=("Application", "Candidate", "Job", "JobSeeker", "JobTemplate", "Offer", "Position")),
        *SINCE,
    ),
    permission="Custom Attribute",
    operations="LGCUX",
    required=("custom_field", "custom_attributable"),
)

JOB_SEEKERS = Resource(
    "job_seekers",
    tables.job_seekers,
    (
        *texts("first_name", "last_name", **BOTH),
        *texts("full_name", cell=cells.full_name),
        *texts("email", "phone", "phone_iso2", "summary", "locale", **BOTH),
        *texts("channel", "channel_source", newer_to_write=True, **BOTH),
        *texts("pipeline_source"),
        *of(Kind.ID, "candidate_id", newer=True),
        *REFERENCE,
        *ADDED,
        extra("attachments", Kind.LIST, cells.attachments_of("job_seekers")),
        extra("average_rating", Kind.NUMBER, lambda exchange, row: None),
        extra("tags", Kind.LIST, cells.column("tags")),
        *CV,
        *TAGGING,
    ),
    OLD_DOCS,
    relations=(
        Relation("answers", ("answers",), Many("answerable_id", "answerable_type", "job_seekers"), many=True, create=True),
        Relation("candidate", ("candidates",), One("candidate_id"), newer=True),
        Relation("comments", ("comments",), Many("commentable_id", "commentable_type", "JobSeeker"), many=True, create=True),
        custom_attributes("JobSeeker"),
        *nowhere("structured_section_responses", "user_scorecards", newer=True),
    ),
    filters=(
        Filter("candidate_id", Kind.ID, newer=True),
        Filter("external_system_reference", newer=True),
        Filter("search", clause=clauses.contains_any("first_name", "last_name", "email"), newer=True),
        *ranges("created_at", "updated_at", newer=True),
    ),
    permission="Job Seeker",
    operations="LGCUX",
    newer_operations="CUX",
    required=("first_name", "last_name", "email"),
)

RESOURCES: dict[str, Resource] = {
    resource.type: resource
    for resource in (
        USERS,
        named_group("departments", tables.departments, "Department", "department_id"),
        named_group("divisions", tables.divisions, "Division", "division_id"),
        LOCATIONS,
        STRUCTURE_LINKS,
        HIRING_WORKFLOWS,
        JOBS,
        STAGES,
        QUESTIONS,
        CANDIDATES,
        APPLICATIONS,
        ANSWERS,
        ANSWER_OPTIONS,
        INTERVIEWS,
        INTERVIEW_PARTS,
        COMMENTS,
        CUSTOM_FIELDS,
        CUSTOM_ATTRIBUTES,
        JOB_SEEKERS,
    )
}

PERMISSION_EVIDENCE = SeenInCode("the permissions that published integrators of Pinpoint name in their set-up guides")

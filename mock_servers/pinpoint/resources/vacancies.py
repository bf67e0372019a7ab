"""Vacancies: hiring workflows, jobs with their stages and postings, questions, and how applicants are rated."""

from __future__ import annotations

from mock_servers.pinpoint import cells, clauses, tables, tables_around
from mock_servers.pinpoint.resource import Attribute, Filter, Kind, Listed, Many, One, OneOfSeveral, Relation, Resource
from mock_servers.pinpoint.resources.vocabulary import (
    ADDED,
    BOTH,
    BY_REFERENCE,
    DOCS,
    EMPLOYMENT_TYPES,
    FREQUENCIES,
    JOB_STATUSES,
    OLD_DOCS,
    POSTING_STATUSES,
    REFERENCE,
    SINCE,
    VISIBILITIES,
    WORKPLACE_TYPES,
    custom_attributes,
    extra,
    nowhere,
    of,
    ranges,
    texts,
    times,
    write_only,
)

HIRING_WORKFLOWS = Resource(
    "hiring_workflows",
    tables.hiring_workflows,
    (*texts("name"), *texts("external_system_reference", newer=True), *ADDED),
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
    *texts("external_benefits_header", "external_key_responsibilities_header", newer=True, **BOTH),
    *texts("external_skills_knowledge_expertise_header", newer=True, **BOTH),
    *texts("about_company_theme_section", "about_company_theme_section_header", newer=True, **BOTH),
    *texts("reporting_to", "compensation", **BOTH),
)

REFERRALS = (
    *of(Kind.FLAG, "referrals_enabled", newer=True, **BOTH),
    Attribute("referral_amount", Kind.NUMBER, cells.whole("referral_amount"), newer=True, **BOTH),
    *texts("referral_currency", "referral_details", newer=True, **BOTH),
)
BOARDS = (
    *of(Kind.FLAG, "monster", "talentdotcom", "ziprecruiter", "linkedin", newer=True, **BOTH),
    *texts("linkedin_company_id", newer=True, **BOTH),
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
        *of(Kind.INTEGER, "on_hold_in_seconds", newer=True),
        *of(Kind.DATE, "deadline_on", newer=True, **BOTH),
        *times("deadline_at", **BOTH),
        *REFERENCE,
        *texts("requisition_id", **BOTH),
        *of(Kind.FLAG, "ask_for_address", "ask_for_date_of_birth", "ask_for_linkedin_profile", "ask_for_middle_name", newer=True, **BOTH),
        *texts("cover_letter_requirement", "personal_summary_requirement", "resume_requirement", newer=True, **BOTH),
        *of(Kind.FLAG, "require_phone", "blind_screening", "diversity_monitoring", "notify", newer=True, **BOTH),
        *texts("diversity_monitoring_requirement", "draft_job_additional_information", newer=True, **BOTH),
        *of(Kind.INTEGER, "headcount_maximum", newer=True, **BOTH),
        *of(Kind.FLAG, "headcount_maximum_enabled", newer=True, **BOTH),
        *REFERRALS,
        *BOARDS,
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
        *of(Kind.FLAG, "is_remote_with_location_restrictions", newer=True, **BOTH),
        *of(Kind.ID, "selected_hiring_workflow_id", newer=True, create=True),
        *write_only(Kind.TEXT, "hiring_manager_user_email", "recruitment_manager_user_email"),
        *write_only(Kind.ID, "onboarding_process_id"),
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
        Relation("structure_custom_group_one", ("structure_custom_group_ones",), One("structure_custom_group_one_id")),
        Relation("company", ("companies",), One("company_id")),
        Relation("applications", ("applications",), Many("job_id"), many=True),
        Relation("job_postings", ("job_postings",), Many("job_id"), many=True, newer=True),
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
        Filter("structure_custom_group_one_id", Kind.ID),
        Filter(
            "structure_custom_group_one_name",
            clause=clauses.through("structure_custom_group_one_id", tables_around.structure_custom_group_ones, "name"),
        ),
        Filter("search", clause=clauses.contains_any("title")),
        Filter("non_rejected_applications", Kind.FLAG, clauses.has_open_applications),
        Filter("hiring_manager_user_id", Kind.ID),
        Filter("recruitment_manager_user_id", Kind.ID),
        *ranges("created_at"),
        *ranges("updated_at", newer=True),
    ),
    older_sort_keys=("opened_at",),
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
        *texts("external_system_reference", newer=True),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("stageable", ("jobs", "hiring_workflows"), OneOfSeveral("stageable_type", "stageable_id")),
        Relation("applications", ("applications",), Many("stage_id"), many=True),
    ),
)

JOB_TEMPLATES = Resource(
    "job_templates",
    tables_around.job_templates,
    (*texts("title"), *ADDED),
    OLD_DOCS,
    filters=SINCE,
    permission="Job Template",
    operations="L",
)


def posted(*names: str, kind: Kind = Kind.TEXT) -> tuple[Attribute, ...]:
    """What a posting may say itself, and otherwise has from its job."""
    return tuple(Attribute(name, kind, cells.or_of_the_job(name)) for name in names)


JOB_POSTINGS = Resource(
    "job_postings",
    tables_around.job_postings,
    (
        *texts("name", "status"),
        *of(Kind.FLAG, "default_for_job"),
        *posted(
            *("title", "description", "benefits", "benefits_header", "key_responsibilities", "key_responsibilities_header"),
            *("skills_knowledge_expertise", "skills_knowledge_expertise_header", "reporting_to"),
            *("compensation", "compensation_currency", "compensation_frequency", "employment_type", "workplace_type"),
        ),
        *posted("compensation_minimum", "compensation_maximum", kind=Kind.NUMBER),
        *of(Kind.FLAG, "compensation_visible", cell=cells.or_of_the_job("is_compensation_visible")),
        *texts("employment_type_text", cell=cells.posting_employment_type_text),
        *texts("workplace_type_text", cell=cells.posting_workplace_type_text),
        *posted("deadline_at", kind=Kind.TIME),
        *texts("path", cell=cells.posting_path),
        *texts("url", cell=cells.posting_url),
        *texts("application_form_url", cell=cells.posting_form_url),
        *ADDED,
    ),
    DOCS,
    relations=(
        Relation("job", ("jobs",), One("job_id")),
        Relation("location", ("locations",), One("location_id")),
    ),
    filters=(
        Filter("default_for_job", Kind.FLAG),
        Filter("employment_type", clause=clauses.or_of_the_job("employment_type"), choices=EMPLOYMENT_TYPES),
        Filter("workplace_type", clause=clauses.or_of_the_job("workplace_type"), choices=WORKPLACE_TYPES),
        Filter("status", choices=POSTING_STATUSES),
        Filter("job_id", Kind.ID),
        *(
            Filter(f"{level}_id", Kind.ID, clauses.of_the_job(f"{level}_id"))
            for level in ("department", "division", "structure_custom_group_one")
        ),
        Filter("location_id", Kind.ID, clauses.or_of_the_job("location_id")),
        Filter("location_city_state_name", clause=clauses.posting_place),
        *SINCE,
    ),
    permission="Job Posting",
    operations="LG",
    newer_operations="LG",
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
    relations=(Relation("scorecard_section", ("scorecard_sections",), One("scorecard_section_id"), newer=True),),
    filters=(
        Filter("banked", Kind.FLAG),
        Filter("questionable_id", Kind.OBJECT, clauses.questionable),
        Filter("structured_section_id", Kind.ID),
        *SINCE,
    ),
    permission="Question",
    operations="L",
    newer_operations="L",
)

STRUCTURED_SECTIONS = Resource(
    "structured_sections",
    tables_around.structured_sections,
    (*texts("title", "internal_name", "description"), *ADDED),
    DOCS,
    relations=(Relation("questions", ("questions",), Many("structured_section_id", order=("position", "id")), many=True),),
    filters=SINCE,
    permission="Structured Section",
    operations="LG",
    newer_operations="LG",
)

SCORECARDS = Resource(
    "scorecards",
    tables_around.scorecards,
    (
        *texts("name", "interview_guidance"),
        *of(Kind.FLAG, "is_active"),
        *of(Kind.ID, "scorecardable_id"),
        *texts("scorecardable_type"),
        *ADDED,
    ),
    DOCS,
    relations=(
        Relation("scorecard_sections", ("scorecard_sections",), Many("scorecard_id", order=("position", "id")), many=True),
        Relation("scorecard_notes", ("scorecard_notes",), Many("scorecard_id"), many=True),
        Relation("user_scorecards", ("user_scorecards",), Many("scorecard_id"), many=True),
        Relation("stages", ("stages",), Listed("stage_ids"), many=True),
    ),
    filters=SINCE,
    permission="Scorecard",
    operations="LG",
    newer_operations="LG",
)
SCORECARD_SECTIONS = Resource(
    "scorecard_sections",
    tables_around.scorecard_sections,
    (*texts("name", "additional_details", "position"), *ADDED),
    DOCS,
    relations=(Relation("scorecard", ("scorecards",), One("scorecard_id")), *nowhere("scorecard_options")),
)
USER_SCORECARDS = Resource(
    "user_scorecards",
    tables_around.user_scorecards,
    (
        *texts("name", "status", "sentiment", "summary"),
        *of(Kind.FLAG, "locked"),
        *times("completed_at"),
        *ADDED,
    ),
    DOCS,
    relations=(
        Relation("scorecard", ("scorecards",), One("scorecard_id")),
        Relation("user", ("users",), One("user_id")),
        Relation("scorecard_answers", ("scorecard_answers",), Many("user_scorecard_id"), many=True),
        Relation("scorecard_ratings", ("scorecard_ratings",), Many("user_scorecard_id"), many=True),
        Relation("scorecard_note", ("scorecard_notes",), Many("user_scorecard_id")),
    ),
)
_RATED = (Relation("user", ("users",), One("user_id")), Relation("user_scorecard", ("user_scorecards",), One("user_scorecard_id")))
SCORECARD_RATINGS = Resource(
    "scorecard_ratings",
    tables_around.scorecard_ratings,
    (*of(Kind.INTEGER, "score"), *of(Kind.ID, "user_id"), *ADDED),
    OLD_DOCS,
    relations=(*_RATED, *nowhere("scorecard_option", many=False)),
)
SCORECARD_NOTES = Resource(
    "scorecard_notes", tables_around.scorecard_notes, (*texts("body"), *of(Kind.ID, "user_id"), *ADDED), OLD_DOCS, relations=_RATED
)
SCORECARD_ANSWERS = Resource(
    "scorecard_answers",
    tables_around.scorecard_answers,
    (*texts("text_answer"), *of(Kind.FLAG, "boolean_answer"), *of(Kind.ID, "question_id", "user_id"), *ADDED),
    OLD_DOCS,
    relations=(*_RATED, Relation("question", ("questions",), One("question_id"))),
)

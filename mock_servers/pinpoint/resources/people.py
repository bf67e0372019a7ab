"""People: candidates, their applications and job seekers, what they answered, interviews and comments."""

from __future__ import annotations

from mock_servers.pinpoint import cells, clauses, tables, tables_around
from mock_servers.pinpoint.resource import Filter, Kind, Listed, Made, Many, One, OneOfSeveral, Relation, Resource
from mock_servers.pinpoint.resources.vocabulary import (
    ADDED,
    ADDRESS,
    ANSWERABLE,
    BASIC_TYPES,
    BOTH,
    BY_REFERENCE,
    CV,
    DOCS,
    OLD_DOCS,
    REFERENCE,
    SINCE,
    TAGGING,
    VISIBILITIES,
    custom_attributes,
    extra,
    nowhere,
    of,
    ranges,
    texts,
    times,
    write_only,
)

COMMENTABLE_CLASSES = ("Application", "Candidate", "JobSeeker", "Task", "Job", "ReferenceCheckSubmission", "PinpointCheckOrder")
"""The last four cannot be commented on through the API."""


def structured_section_responses(owner: str) -> Relation:
    find = Many("answerable_id", "answerable_type", owner, order=("position", "id"))
    return Relation("structured_section_responses", ("structured_section_responses",), find, many=True, newer=True, **BOTH)


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
        Relation("hris_references", ("hris_exports",), Many("candidate_id"), many=True),
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
        *write_only(Kind.FLAG, "skip_notifications_on_create"),
        *write_only(Kind.LIST, "equality_monitoring_option_ids", update=False, newer=True),
        *TAGGING,
    ),
    OLD_DOCS,
    relations=(
        Relation("job", ("jobs",), One("job_id"), create=True),
        Relation("job_posting", ("job_postings",), One("job_posting_id"), newer=True, create=True),
        Relation("stage", ("stages",), One("stage_id"), **BOTH),
        Relation("furthest_stage", ("stages",), One("furthest_stage_id"), newer=True),
        Relation("candidate", ("candidates",), One("candidate_id"), newer=True, **BOTH),
        Relation("hris_reference", ("hris_exports",), Many("application_id"), newer=True),
        Relation("onboarding_application", ("onboarding_applications",), Many("application_id")),
        Relation("document_requests", ("document_requests",), Many("application_id"), many=True, newer=True),
        Relation("offers", ("offers",), Many("application_id"), many=True),
        Relation("answers", ("answers",), Many("answerable_id", "answerable_type", "applications"), many=True, create=True),
        custom_attributes("Application"),
        structured_section_responses("applications"),
        Relation("scorecard_ratings", ("scorecard_ratings",), Many("application_id"), many=True),
        Relation("scorecard_notes", ("scorecard_notes",), Many("application_id"), many=True),
        Relation("scorecard_answers", ("scorecard_answers",), Many("application_id"), many=True),
        Relation("user_scorecards", ("user_scorecards",), Many("rated_id", "rated_type", "Application"), many=True, newer=True),
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
        extra("attachments", Kind.LIST, cells.attachments_of("answers")),
        *write_only(Kind.TEXT, "document_base64_data", "document_base64_filename"),
        *write_only(Kind.TEXT, "document_signed_id", newer=True),
    ),
    OLD_DOCS,
    relations=(
        Relation("question", ("questions",), One("question_id"), create=True),
        Relation("answer_options", ("answer_options",), Made(cells.chosen_options), many=True, **BOTH),
        Relation("answerable", ANSWERABLE, OneOfSeveral("answerable_type", "answerable_id"), create=True),
    ),
    permission="Answer",
    operations="GCUX",
    newer_operations="GCUX",
    required=("question",),
)
ANSWER_OPTIONS = Resource("answer_options", None, (*texts("text", **BOTH), *ADDED), OLD_DOCS)

STRUCTURED_SECTION_RESPONSES = Resource(
    "structured_section_responses",
    tables_around.structured_section_responses,
    (*of(Kind.INTEGER, "position"), *of(Kind.DATE, "date_from_answer", "date_to_answer"), *ADDED),
    DOCS,
    relations=(
        Relation("structured_section", ("structured_sections",), One("structured_section_id"), **BOTH),
        Relation("answerable", ("applications", "job_seekers"), OneOfSeveral("answerable_type", "answerable_id"), **BOTH),
        Relation("answers", ("answers",), Many("structured_section_response_id"), many=True, **BOTH),
    ),
    permission="Structured Section",
    operations="CUX",
    newer_operations="CUX",
    required=("structured_section", "answerable"),
)

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
    newer_stats=True,
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
    filters=(Filter("commentable_id", Kind.ID), Filter("commentable_type", choices=COMMENTABLE_CLASSES), *SINCE),
    permission="Comment",
    operations="LGCX",
    newer_operations="X",
    required=("body_text", "commentable"),
)


JOB_SEEKERS = Resource(
    "job_seekers",
    tables.job_seekers,
    (
        *texts("first_name", "last_name", "preferred_name", **BOTH),
        *texts("full_name", cell=cells.full_name),
        *texts("email", "phone", "phone_iso2", "summary", "locale", **BOTH),
        *of(Kind.DATE, "date_of_birth", **BOTH),
        *texts(*ADDRESS, **BOTH),
        *texts("channel", "channel_source", newer_to_write=True, **BOTH),
        *texts("pipeline_source"),
        *of(Kind.ID, "candidate_id", newer=True),
        *REFERENCE,
        *ADDED,
        extra("attachments", Kind.LIST, cells.attachments_of("job_seekers")),
        extra("average_rating", Kind.NUMBER, cells.column("average_rating")),
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
        structured_section_responses("job_seekers"),
        Relation("user_scorecards", ("user_scorecards",), Many("rated_id", "rated_type", "JobSeeker"), many=True, newer=True),
    ),
    filters=(
        Filter("candidate_id", Kind.ID, newer=True),
        Filter("external_system_reference", newer=True),
        Filter("search", clause=clauses.contains_any("first_name", "last_name", "email"), newer=True),
        *ranges("created_at", "updated_at", newer=True),
    ),
    permission="Talent Pipeline",
    operations="LGCUX",
    newer_operations="CUX",
    required=("first_name", "last_name", "email"),
)

HRIS_EXPORTS = Resource("hris_exports", tables_around.hris_exports, (*texts("hris_reference", "hris_system"), *ADDED), DOCS)

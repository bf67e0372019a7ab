"""What happens to an application: assessments and checks, surveys, offers, onboarding."""

from __future__ import annotations

from mock_servers.pinpoint import cells, clauses, tables, tables_around
from mock_servers.pinpoint.resource import Attribute, Filter, Kind, Many, One, OneOfSeveral, Relation, Resource
from mock_servers.pinpoint.resources.vocabulary import (
    ADDED,
    BOTH,
    DOCS,
    OLD_DOCS,
    SINCE,
    VISIBILITIES,
    custom_attributes,
    extra,
    nowhere,
    of,
    ranges,
    texts,
    times,
)


def about_application(*, create: bool = False) -> Relation:
    return Relation("application", ("applications",), One("application_id"), create=create)


BY_APPLICATION = Filter("application_id", Kind.ID)
BY_JOB = Filter("job_id", Kind.ID, clauses.through("application_id", tables.applications, "job_id"))
ASSESSMENT_STATUSES = ("pending", "completed", "abandoned", "failed", "cancelled", "archived", "not_started")
ASSESSMENT_PROVIDERS = (
    *("example_assessment", "alva_labs", "bryq", "canditech", "cappfinity", "codility", "criteria", "hacker_rank", "outmatch"),
    *("predictive_index", "test_gorilla", "shl"),
)
CANDIDATE_ASSESSMENTS = Resource(
    "candidate_assessments",
    tables_around.candidate_assessments,
    (
        *texts("assessment_name", **BOTH),
        *texts("status", choices=ASSESSMENT_STATUSES, **BOTH),
        *texts("result", "result_url", "external_uid", **BOTH),
        *texts("provider_code", create=True),
        *of(Kind.OBJECT, "result_details"),
        *of(Kind.ID, "application_id"),
        *ADDED,
    ),
    DOCS,
    relations=(about_application(create=True),),
    filters=(
        BY_APPLICATION,
        Filter("status", choices=ASSESSMENT_STATUSES),
        Filter("provider_code", choices=ASSESSMENT_PROVIDERS),
        Filter("external_uid"),
        *SINCE,
    ),
    sort_keys=("created_at", "updated_at"),
    permission="Candidate Assessment",
    operations="LGCU",
    newer_operations="LGCU",
    required=("assessment_name", "provider_code", "application"),
)
BACKGROUND_CHECKS = Resource(
    "background_checks",
    tables_around.background_checks,
    (
        *texts("name", "status", "result", "result_url", "external_uid", **BOTH),
        *of(Kind.FLAG, "is_completed", **BOTH),
        *texts("provider_code", create=True),
        *of(Kind.OBJECT, "result_details"),
        *of(Kind.ID, "application_id"),
        *ADDED,
    ),
    DOCS,
    relations=(about_application(create=True),),
    filters=(BY_APPLICATION, Filter("status"), Filter("provider_code"), Filter("external_uid"), *SINCE),
    permission="Background Check",
    operations="LGCU",
    newer_operations="LGCU",
    required=("name", "provider_code", "application"),
)

CANDIDATE_SURVEYS = Resource(
    "candidate_surveys",
    tables_around.candidate_surveys,
    (*of(Kind.INTEGER, "rating"), *texts("comment"), *times("responded_at"), *ADDED),
    OLD_DOCS,
    relations=(
        about_application(),
        Relation("answers", ("answers",), Many("answerable_id", "answerable_type", "candidate_surveys"), many=True),
    ),
    filters=(BY_APPLICATION, BY_JOB, Filter("responded", Kind.FLAG, clauses.has("responded_at")), *ranges("responded_at"), *SINCE),
    sort_keys=("id", "created_at", "updated_at", "responded_at"),
    permission="Candidate Survey",
    operations="LG",
)

REFERENCE_CHECKS = Resource(
    "reference_checks",
    tables_around.reference_checks,
    (
        *texts("reference_check_template_name", "reference_type", "status", "referee_name", "referee_email"),
        *of(Kind.ID, "reference_check_request_id", "reference_checkable_id"),
        *texts("reference_checkable_type"),
        *times("candidate_consented_at", "referee_details_last_edited_at", "referee_details_submitted_at", "reference_submitted_at"),
        *texts("referee_details_last_edited_by", "referee_details_submitted_by", "reference_submitted_by"),
        *ADDED,
    ),
    DOCS,
    relations=(
        Relation("reference_checkable", ("applications",), OneOfSeveral("reference_checkable_type", "reference_checkable_id")),
        Relation("reference_check_answers", ("reference_check_answers",), Many("reference_check_id"), many=True),
        Relation("reference_check_field_answers", ("reference_check_field_answers",), Many("reference_check_id"), many=True),
    ),
    filters=(
        Filter("application_id", Kind.ID, clauses.checked_application),
        Filter("job_id", Kind.ID, clauses.checked_job),
        Filter("status"),
        Filter("reference_checkable_id", Kind.ID),
        Filter("reference_checkable_type", choices=("Application",)),
        *SINCE,
    ),
    permission="Reference Check",
    operations="LG",
    newer_operations="LG",
)
REFERENCE_CHECK_ANSWERS = Resource(
    "reference_check_answers",
    tables_around.reference_check_answers,
    (*texts("title", "additional_information", "question_type", "value"), *of(Kind.ID, "reference_check_question_id"), *ADDED),
    DOCS,
)
REFERENCE_CHECK_FIELD_ANSWERS = Resource(
    "reference_check_field_answers",
    tables_around.reference_check_field_answers,
    (*texts("name", "additional_information", "field_type", "value"), *of(Kind.ID, "reference_check_id")),
    DOCS,
)

ONE_WAY_VIDEO_INTERVIEWS = Resource(
    "one_way_video_interviews",
    tables_around.one_way_video_interviews,
    (
        *texts("interview_name", "interview_description", "interview_stage", "status"),
        *of(Kind.INTEGER, "num_questions"),
        *of(Kind.NUMBER, "time_to_complete_hours", "total_time_spent_mins"),
        *times("sent_at", "responded_at"),
        *of(Kind.ID, "application_id"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(about_application(),),
    filters=(
        BY_APPLICATION,
        BY_JOB,
        Filter("job_visibility", clause=clauses.visibility_of_application, choices=VISIBILITIES),
        Filter("status", choices=("Completed", "Incomplete")),
        *SINCE,
    ),
    permission="One Way Video Interview",
    operations="LG",
    visibility_filter="job_visibility",
)

OFFERS = Resource(
    "offers",
    tables_around.offers,
    (
        *of(Kind.ID, "application_id", "creator_id", "manager_id", "stage_id"),
        *texts("comment", "job_title", "paid_days_off", "result", "status", "signature_type", "work_address"),
        Attribute("salary_amount", Kind.NUMBER, cells.whole("salary_amount")),
        *texts("salary_currency", "salary_period"),
        *of(Kind.DATE, "start_on"),
        *times("expires_at", "result_at", "sent_at"),
        *ADDED,
        extra("attachments", Kind.LIST, cells.attachments_of("offers")),
    ),
    OLD_DOCS,
    relations=(
        Relation("creator", ("users",), One("creator_id")),
        Relation("manager", ("users",), One("manager_id")),
        Relation("stage", ("stages",), One("stage_id")),
        custom_attributes("Offer", writable=False),
    ),
)
DOCUMENT_REQUESTS = Resource(
    "document_requests",
    tables_around.document_requests,
    (*texts("status"), *times("sent_at"), *ADDED, extra("attachments", Kind.LIST, cells.attachments_of("document_requests"))),
    DOCS,
    relations=nowhere("answers"),
)

ONBOARDING_APPLICATIONS = Resource(
    "onboarding_applications",
    tables_around.onboarding_applications,
    (*times("start_at"), *texts("status"), *ADDED),
    OLD_DOCS,
    relations=(
        about_application(),
        Relation("onboarding_answers", ("onboarding_answers",), Many("onboarding_application_id"), many=True),
    ),
    filters=(BY_APPLICATION, *ranges("start_at"), *SINCE),
    permission="Onboarding Application",
    operations="LG",
)
ONBOARDING_ANSWERS = Resource(
    "onboarding_answers",
    tables_around.onboarding_answers,
    (
        *texts("title", "additional_information", "reporting_name", "response_type", "onboarding_stage_name"),
        *of(Kind.ID, "onboarding_application_id"),
        *of(Kind.FLAG, "approved", "boolean_answer", "checkbox_answer"),
        *texts("text_answer", "url_answer", "docu_sign_answer"),
        *of(Kind.DATE, "date_answer"),
        *of(Kind.LIST, "multiple_choice_answer"),
        *of(Kind.OBJECT, "document_answer", "image_answer", cell=cells.constant(None)),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(Relation("document_request", ("document_requests",), One("document_request_id")),),
)

"""What stands around jobs and applications in a Pinpoint account; columns as in tables.py."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Integer, String

from mock_servers.pinpoint.tables import flags, ids, table, texts

# -- the company -------------------------------------------------------------------------------------------------------

access_groups = table(
    "access_groups",
    Column("name", String, nullable=False),
    *texts("description"),
    *flags("create_as_referral", "wizard_enabled"),
    Column("wizard_requirements", JSON, default={}),
    Column("role_ids", JSON, default=[]),
)
roles = table("roles", *texts("slug", "description"))
companies = table("companies", Column("name", String, nullable=False), *texts("industry", "location", "website"))
structure_custom_group_ones = table(
    "structure_custom_group_ones", Column("name", String, nullable=False), *texts("title", "external_system_reference")
)
"""title: what the account calls this level, e.g. "Brand"."""
equality_monitoring_templates = table("equality_monitoring_templates", *texts("name"))
equality_monitoring_categories = table(
    "equality_monitoring_categories", *texts("name"), *flags("enabled", default=True), *ids("equality_monitoring_template_id")
)
equality_monitoring_options = table(
    "equality_monitoring_options",
    *texts("name"),
    *ids("equality_monitoring_category_id", "position"),
    indexes=("equality_monitoring_category_id",),
)
positions = table("positions", *texts("identifier", "name", "archived_at", "discarded_at"), *ids("parent_position_id"))
position_openings = table(
    "position_openings",
    *ids("position_id", "job_id", "requisition_id"),
    *texts("status", "open_on", "close_on", "target_open_date", "target_fill_date", "target_start_date", "filled_at"),
    *flags("current"),
    indexes=("position_id",),
)
requisition_templates = table(
    "requisition_templates", *texts("name"), *flags("has_enforced_maximum_headcount"), *ids("enforced_maximum_headcount")
)
requisition_template_fields = table(
    "requisition_template_fields",
    *ids("requisition_template_id", "position"),
    *texts("label", "description", "field_type", "mapped_job_form_field", "requirement_level"),
    *flags("required"),
    Column("options", JSON, default=[]),
    indexes=("requisition_template_id",),
)
requisitions = table(
    "requisitions",
    *ids("requisition_template_id", "creator_id", "job_id"),
    *texts("identifier", "name", "status"),
)
"""status is draft, pending, approved, rejected or archived (assumed)."""
requisition_details = table(
    "requisition_details",
    *ids("requisition_id", "requisition_template_field_id", "integer_value"),
    *texts("varchar_value", "text_value", "decimal_value", "date_value", "single_select_value"),
    *flags("boolean_value", default=None),
    Column("multi_select_value", JSON, default=[]),
    indexes=("requisition_id", "requisition_template_field_id"),
)

# -- about jobs --------------------------------------------------------------------------------------------------------

job_templates = table("job_templates", Column("title", String, nullable=False))
job_postings = table(
    "job_postings",
    *ids("job_id", "location_id"),
    *texts("uuid", "name", "title", "description", "status", "employment_type", "workplace_type", "deadline_at"),
    *texts("compensation", "compensation_currency", "compensation_frequency"),
    *[Column(name, Float) for name in ("compensation_minimum", "compensation_maximum")],
    *flags("default_for_job"),
    indexes=("job_id",),
)
"""status is active or inactive. What a posting does not say itself it takes from its job."""
structured_sections = table("structured_sections", *texts("title", "internal_name", "description"))
structured_section_responses = table(
    "structured_section_responses",
    *ids("structured_section_id", "answerable_id", "position"),
    *texts("answerable_type", "date_from_answer", "date_to_answer"),
    indexes=("answerable_type answerable_id",),
)
"""answerable_type is "applications" or "job_seekers"."""
scorecards = table(
    "scorecards",
    *texts("name", "interview_guidance", "scorecardable_type"),
    *ids("scorecardable_id"),
    *flags("is_active", default=True),
    Column("stage_ids", JSON, default=[]),
)
scorecard_sections = table(
    "scorecard_sections", *ids("scorecard_id"), *texts("name", "additional_details", "position"), indexes=("scorecard_id",)
)
user_scorecards = table(
    "user_scorecards",
    *ids("scorecard_id", "user_id", "rated_id"),
    *texts("rated_type", "name", "status", "sentiment", "summary", "completed_at"),
    *flags("locked"),
    indexes=("rated_type rated_id", "scorecard_id"),
)
"""rated_type is "Application" or "JobSeeker"."""
scorecard_ratings = table(
    "scorecard_ratings", *ids("user_scorecard_id", "user_id", "score", "application_id"), indexes=("application_id", "user_scorecard_id")
)
scorecard_notes = table(
    "scorecard_notes",
    *ids("user_scorecard_id", "user_id", "application_id", "scorecard_id"),
    *texts("body"),
    indexes=("application_id", "user_scorecard_id", "scorecard_id"),
)
scorecard_answers = table(
    "scorecard_answers",
    *ids("user_scorecard_id", "user_id", "question_id", "application_id"),
    *texts("text_answer"),
    *flags("boolean_answer", default=None),
    indexes=("application_id", "user_scorecard_id"),
)

# -- about applications ------------------------------------------------------------------------------------------------

hris_exports = table(
    "hris_exports",
    *ids("application_id", "candidate_id"),
    *texts("hris_reference", "hris_system"),
    indexes=("application_id", "candidate_id"),
)
offers = table(
    "offers",
    *ids("application_id", "creator_id", "manager_id", "stage_id"),
    *texts("comment", "job_title", "paid_days_off", "result", "result_at", "expires_at", "sent_at", "signature_type", "start_on", "status"),
    *texts("salary_currency", "salary_period", "work_address"),
    Column("salary_amount", Float),
    indexes=("application_id",),
)
document_requests = table("document_requests", *ids("application_id"), *texts("status", "sent_at"), indexes=("application_id",))
onboarding_applications = table(
    "onboarding_applications", *ids("application_id"), *texts("start_at", "status"), indexes=("application_id",)
)
onboarding_answers = table(
    "onboarding_answers",
    *ids("onboarding_application_id", "document_request_id"),
    *texts("title", "additional_information", "reporting_name", "response_type", "onboarding_stage_name"),
    *texts("text_answer", "date_answer", "url_answer", "docu_sign_answer"),
    *flags("approved", "boolean_answer", "checkbox_answer", default=None),
    Column("multiple_choice_answer", JSON, default=[]),
    indexes=("onboarding_application_id",),
)
candidate_assessments = table(
    "candidate_assessments",
    *ids("application_id"),
    *texts("assessment_name", "status", "result", "result_url", "external_uid", "provider_code"),
    Column("result_details", JSON),
    indexes=("application_id",),
)
background_checks = table(
    "background_checks",
    *ids("application_id"),
    *texts("name", "status", "result", "result_url", "external_uid", "provider_code"),
    *flags("is_completed"),
    Column("result_details", JSON),
    indexes=("application_id",),
)
candidate_surveys = table(
    "candidate_surveys", *ids("application_id", "rating"), *texts("comment", "responded_at"), indexes=("application_id",)
)
reference_checks = table(
    "reference_checks",
    *ids("reference_checkable_id", "reference_check_request_id"),
    *texts("reference_checkable_type", "reference_check_template_name", "reference_type", "status", "referee_name", "referee_email"),
    *texts("candidate_consented_at", "referee_details_last_edited_at", "referee_details_last_edited_by"),
    *texts("referee_details_submitted_at", "referee_details_submitted_by", "reference_submitted_at", "reference_submitted_by"),
    indexes=("reference_checkable_type reference_checkable_id",),
)
"""reference_checkable_type is "Application"."""
reference_check_answers = table(
    "reference_check_answers",
    *ids("reference_check_id", "reference_check_question_id"),
    *texts("title", "additional_information", "question_type", "value"),
    indexes=("reference_check_id",),
)
reference_check_field_answers = table(
    "reference_check_field_answers",
    *ids("reference_check_id"),
    *texts("name", "additional_information", "field_type", "value"),
    indexes=("reference_check_id",),
)
one_way_video_interviews = table(
    "one_way_video_interviews",
    *ids("application_id"),
    *texts("interview_name", "interview_description", "interview_stage", "status", "sent_at", "responded_at"),
    Column("num_questions", Integer),
    *[Column(name, Float) for name in ("time_to_complete_hours", "total_time_spent_mins")],
    indexes=("application_id",),
)

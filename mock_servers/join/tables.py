"""What a JOIN account stores: the rows of records.yaml have exactly these columns; foreign keys end in _id.

Ids are integers here and on the wire. Times are TEXT in the form that JOIN sends: "2026-03-04T09:15:00.000Z".
What the wire calls `index` is the column `position`, because index is a reserved word.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, func, text

METADATA = MetaData()


def _table(name: str, *columns: Column[Any], documents: tuple[str, ...] = (), indexes: tuple[str, ...] = ()) -> Table:
    """A table with an integer id, its own columns, its ready documents, and an index for each group of columns."""
    listed = [Index(f"{name}_{'_'.join(group.split())}", *group.split()) for group in indexes]
    ready = [Column(document, LargeBinary) for document in documents]
    return Table(name, METADATA, Column("id", Integer, primary_key=True), *columns, *ready, *listed)


def _texts(*names: str, required: bool = False) -> list[Column[Any]]:
    return [Column(name, String, nullable=not required) for name in names]


def _numbers(*names: str) -> list[Column[Any]]:
    return [Column(name, Integer) for name in names]


# -- reference data: `names` is {"en": "Part-time", "de": "Teilzeit"} ---------------------------------------------------

categories = _table("categories", Column("names", JSON, default={}), *_texts("slug"), *_numbers("parent_id"), indexes=("parent_id",))
"""parent_id NULL: a category. Else a sub-category, and only those are what a job's category_id means."""
employment_types = _table("employment_types", Column("names", JSON, default={}), *_texts("slug"))
seniority_levels = _table("seniority_levels", Column("names", JSON, default={}), *_texts("slug"))
offices = _table(
    "offices",
    *_texts("name", "street_name", "street_number", "postal_code", "city", "country_iso"),
    Column("is_default", Boolean, default=False),
    documents=("doc",),
)

# -- jobs and their pipelines ------------------------------------------------------------------------------------------

jobs = _table(
    "jobs",
    *_texts("external_id"),
    *_texts("title", required=True),
    *_texts("description"),
    Column("status", String, nullable=False, default="ONLINE"),
    *_texts("language", "workplace_type", "remote_type"),
    Column("remote", Boolean, default=False),
    *_numbers("category_id", "employment_type_id", "seniority_id", "office_id"),
    *[Column(name, JSON) for name in ("salary", "contact")],
    *[Column(name, JSON, default=[]) for name in ("hiring_team", "screening_questions")],
    Column("cv", String, default="REQUIRED"),
    Column("cover_letter", String, default="OPTIONAL"),
    *_texts("url_path"),
    *_texts("created_at", "last_updated_at", required=True),
    documents=("doc", "doc_full"),
    indexes=("created_at id", "last_updated_at", "status", "office_id"),
)
"""status ONLINE, OFFLINE, ARCHIVED or DRAFT. salary {from, to, currency, frequency, isShownOnJobAd}, major units.
contact {name, email, position}. hiring_team [{id, firstName, lastName, email, role}], role HIRING_MANAGER, JOB_ADMIN or
REVIEWER. screening_questions [{id, question, description?, type, isRequired, options, preconditionQuestionId?,
preconditionAnswers?}] in the order of the form; type TEXT, LONG_TEXT, INTEGER, DATE, BOOLEAN, SINGLE_SELECT, MULTI_SELECT
or FILE. `doc` is the summary of a listing, `doc_full` what content=true and reading one job give. url_path NULL: the id."""
stages = _table("stages", *_texts("name", required=True))
job_stages = _table("job_stages", *_numbers("job_id", "stage_id", "position"), indexes=("job_id stage_id", "stage_id"))
"""The pipeline of each job: never served by itself. One stage may stand in many jobs, at another position in each."""

# -- people ------------------------------------------------------------------------------------------------------------

candidates = _table(
    "candidates",
    *_texts("first_name", "last_name", "email", "phone_number"),
    *[Column(name, JSON) for name in ("country", "tags", "professional_links")],
    *_texts("created_at"),
)
"""country {name, iso3166}; tags a list of texts; professional_links [{type, url}]; each may be NULL."""
Index("candidates_email", func.lower(candidates.c.email))
applications = _table(
    "applications",
    *_numbers("job_id", "candidate_id", "stage_id"),
    Column("state", String, default="APPLIED"),
    Column("qualified", String, default="PENDING"),
    *_texts("source_product"),
    Column("source_is_premium", Boolean, default=False),
    Column("consent", JSON),
    *_texts("integration_external_id"),
    Column("manual", Boolean, default=False),
    Column("screening_answers", JSON, default=[]),
    *_texts("created_at", "last_updated_at", required=True),
    documents=("doc",),
    indexes=("created_at id", "last_updated_at", "job_id", "candidate_id job_id", "stage_id", "integration_external_id"),
)
"""stage_id: where the application is. state APPLIED, ACTIVE, OFFER, HIRED or REJECTED. consent {id, consentStatus}.
manual: added by a recruiter or through the API, not by the person. screening_answers [{question, type, answer, file,
isSkipped}]: answer is text or null; file is null or the id of one of the application's attachments whose type is
SCREENING_ANSWER (those are reached through the answer and are not listed under `attachments`)."""
Index("applications_manual", applications.c.candidate_id, sqlite_where=text("manual = 1"))
attachments = _table(
    "attachments",
    *_numbers("application_id"),
    *_texts("type", "file_name", "content_type", "content_base64", "created_at"),
    indexes=("application_id",),
)
"""type CV, COVER_LETTER, JOIN_CV, PORTFOLIO, CERTIFICATES, REFERENCES, TRANSCRIPT, WORK_SAMPLES, OTHER or SCREENING_ANSWER."""
notes = _table("notes", *_numbers("candidate_id"), *_texts("content", "created_at"), indexes=("candidate_id",))

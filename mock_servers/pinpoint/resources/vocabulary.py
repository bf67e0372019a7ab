"""The words of the table of resources: values that Pinpoint knows, and short forms for attributes, relationships and filters."""

from __future__ import annotations

from typing import Any

from mock_servers.engine.evidence import Documented
from mock_servers.pinpoint.quirks import CHECKED, OPENAPI, OPENAPI_2024
from mock_servers.pinpoint.resource import Attribute, Filter, Kind, Many, Nowhere, Relation

DOCS = Documented(OPENAPI, CHECKED)
OLD_DOCS = Documented(f"{OPENAPI_2024} and v1.0.27", CHECKED)
VISIBILITIES = ("external", "internal", "confidential", "private_job")
JOB_STATUSES = ("open", "closed", "archived", "draft", "pending_approval", "hold", "cancelled", "filled", "preview")
POSTING_STATUSES = ("inactive", "active")
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
    "job_templates": "JobTemplate",
    "jobs": "Job",
    "offers": "Offer",
    "positions": "Position",
}
"""The class names by which polymorphic columns know what they point at."""
ANSWERABLE = ("applications", "job_seekers", "candidate_surveys")
"""What answers hang on; their column holds the type itself."""
TYPE_OF_CLASS = {**{name: type for type, name in CLASS_OF_TYPE.items()}, **{type: type for type in ANSWERABLE}}


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


def custom_attributes(owner: str, *, writable: bool = True) -> Relation:
    find = Many("custom_attributable_id", "custom_attributable_type", owner)
    return Relation("custom_attributes", ("custom_attributes",), find, many=True, create=writable, update=writable)


def nowhere(*names: str, many: bool = True, newer: bool = False) -> tuple[Relation, ...]:
    return tuple(Relation(name, (), Nowhere(), many=many, newer=newer) for name in names)

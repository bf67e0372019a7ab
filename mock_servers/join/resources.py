"""JOIN's lists as tables: what each may be filtered by, in which order it comes, and which document it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, func, select

from mock_servers.join import tables, wire
from mock_servers.join.quirks.lists import ApplicationFilters, JobListFilters, JobsStatusFilter

JOB_STATUSES = ("ONLINE", "OFFLINE", "ARCHIVED", "DRAFT")
STATES = ("APPLIED", "ACTIVE", "OFFER", "HIRED", "REJECTED")
SOURCES = ("ORGANIC", "REFERRALS", "JOB_BOARDS", "SOCIAL_MEDIA", "AGENCY", "SOURCING_TOOLS", "EVENTS", "INTERNAL_APPLICATION", "OTHER")
DOCUMENT_TYPES = ("CV", "COVER_LETTER", "PORTFOLIO", "CERTIFICATES", "OTHER", "REFERENCES", "TRANSCRIPT", "WORK_SAMPLES")
LARGEST_ID = 2**53 - 1
"""More than any client could hold exactly."""

Clause = Callable[[Column[Any], ColumnElement[Any]], ColumnElement[bool]]


@dataclass(frozen=True)
class Kind:
    """A way to filter: what a value must look like, and how it selects."""

    parse: Callable[[str], Any]
    """Raises ValueError with words for the refusal."""
    clause: Clause
    schema: dict[str, Any]
    several: bool = False
    """Whether it takes more than one value, repeated or separated by commas."""


@dataclass(frozen=True)
class Filter:
    """One query parameter of a list."""

    parameter: str
    column: Column[Any]
    kind: Kind
    needs: type[JobListFilters | ApplicationFilters | JobsStatusFilter] | None = None
    """Works only while this quirk is on (and names the parameter, if it has names)."""


@dataclass(frozen=True)
class Listing:
    """One list endpoint."""

    table: str
    order: tuple[ColumnElement[Any], ...]
    filters: tuple[Filter, ...]


def _time(text: str) -> str:
    try:
        return wire.since(text)
    except ValueError:
        raise ValueError("must be an ISO 8601 date-time") from None


def _text(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def number(text: str) -> int:
    """A positive whole number that JSON can hold exactly."""
    if not (text.isascii() and text.isdigit() and len(text) <= 16) or not 1 <= int(text) <= LARGEST_ID:
        raise ValueError("must be a positive integer")
    return int(text)


def _country(text: str) -> str:
    if not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise ValueError("must be a country code of two letters")
    return text.upper()


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"must be one of {', '.join(values)}")
        return text

    return parse


def _equal(column: Column[Any], value: ColumnElement[Any]) -> ColumnElement[bool]:
    return column == value


def _not_before(column: Column[Any], value: ColumnElement[Any]) -> ColumnElement[bool]:
    return column >= value


def _holds(column: Column[Any], value: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.instr(func.lower(column), func.lower(value)) > 0


def _job_has_external_id(column: Column[Any], value: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.in_(select(tables.jobs.c.id).where(tables.jobs.c.external_id == value))


def _same_country(column: Column[Any], value: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.upper(column) == value


SINCE = Kind(_time, _not_before, {"type": "string", "format": "date-time"})
TEXT = Kind(_text, _equal, {"type": "string", "minLength": 1})
PART = Kind(_text, _holds, {"type": "string", "minLength": 1})
NUMBER = Kind(number, _equal, {"type": "integer", "minimum": 1, "maximum": LARGEST_ID})
COUNTRY = Kind(_country, _same_country, {"type": "string", "pattern": "^[A-Za-z]{2}$"})
STATE = Kind(_one_of(STATES), _equal, {"type": "string", "enum": list(STATES)})
STATUS = Kind(
    _one_of(JOB_STATUSES), _equal, {"type": "array", "items": {"type": "string", "enum": list(JOB_STATUSES)}, "minItems": 1}, several=True
)
JOB_EXTERNAL_ID = Kind(_text, _job_has_external_id, TEXT.schema)

_jobs, _applications, _offices = tables.jobs.c, tables.applications.c, tables.offices.c

JOBS = Listing(
    "jobs",
    order=(_jobs.created_at.desc(), _jobs.id.desc()),
    filters=(
        Filter("status", _jobs.status, STATUS, needs=JobsStatusFilter),
        Filter("updatedAtGte", _jobs.last_updated_at, SINCE, needs=JobListFilters),
        Filter("externalId", _jobs.external_id, TEXT, needs=JobListFilters),
        Filter("title", _jobs.title, PART, needs=JobListFilters),
    ),
)
APPLICATIONS = Listing(
    "applications",
    order=(_applications.created_at.desc(), _applications.id.desc()),
    filters=(
        Filter("updatedAtGte", _applications.last_updated_at, SINCE),
        Filter("jobExternalId", _applications.job_id, JOB_EXTERNAL_ID),
        Filter("jobId", _applications.job_id, NUMBER, needs=ApplicationFilters),
        Filter("createdAtGte", _applications.created_at, SINCE, needs=ApplicationFilters),
        Filter("state", _applications.state, STATE, needs=ApplicationFilters),
        Filter("hiringState", _applications.state, STATE, needs=ApplicationFilters),
        Filter("integrationExternalId", _applications.integration_external_id, TEXT, needs=ApplicationFilters),
    ),
)
OFFICES = Listing(
    "offices",
    order=(_offices.id,),
    filters=(Filter("countryCode", _offices.country_iso, COUNTRY), Filter("cityNameLike", _offices.city, PART)),
)

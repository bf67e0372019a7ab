"""Filters that are more than one column compared: each makes a SQL condition of the values asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, false, func, not_, or_, select

from mock_servers.pinpoint import tables

Values = Select[Any]
Clause = Callable[[Table, Values], ColumnElement[bool]]


def through(fk: str, other: Table, column: str, *, any_case: bool = False) -> Clause:
    """The record that a foreign key points at has one of these values in a column."""

    def clause(table: Table, values: Values) -> ColumnElement[bool]:
        its: ColumnElement[Any] = other.c[column].collate("NOCASE") if any_case else other.c[column]
        return table.c[fk].in_(select(other.c.id).where(its.in_(values)))

    return clause


def any_case(column: str) -> Clause:
    return lambda table, values: table.c[column].collate("NOCASE").in_(values)


def never(table: Table, values: Values) -> ColumnElement[bool]:
    """For what no account here has: nothing matches."""
    return false()


def contains_any(*columns: str) -> Clause:
    """One of the columns contains one of these texts."""

    def clause(table: Table, values: Values) -> ColumnElement[bool]:
        wanted = values.subquery()
        found = [func.instr(func.lower(table.c[column]), func.lower(wanted.c.value)) > 0 for column in columns]
        return exists(select(1).select_from(wanted).where(or_(*found)))

    return clause


def job_visibility(table: Table, values: Values) -> ColumnElement[bool]:
    """Applications whose job has one of these visibilities."""
    return table.c.job_id.in_(select(tables.jobs.c.id).where(tables.jobs.c.visibility.in_(values)))


def visibility_of_application(table: Table, values: Values) -> ColumnElement[bool]:
    """What hangs on applications whose job has one of these visibilities."""
    return table.c.application_id.in_(select(tables.applications.c.id).where(job_visibility(tables.applications, values)))


def interview_visibility(table: Table, values: Values) -> ColumnElement[bool]:
    """Interviews whose job has one of these visibilities; those of job seekers hang on no job."""
    applications = select(tables.applications.c.id).where(job_visibility(tables.applications, values))
    return or_(table.c.interviewable_type != "Application", table.c.interviewable_id.in_(applications))


def concealed(table: Table, values: Values) -> ColumnElement[bool]:
    return table.c.job_id.in_(select(tables.jobs.c.id).where(func.coalesce(tables.jobs.c.blind_screening, 0).in_(values)))


def is_employee(table: Table, values: Values) -> ColumnElement[bool]:
    return (func.coalesce(table.c.user_type, "employee") == "employee").in_(values)


def manages_job(column: str) -> Clause:
    """Users who have this role on one of these jobs."""
    return lambda table, values: table.c.id.in_(select(tables.jobs.c[column]).where(tables.jobs.c.id.in_(values)))


def interviews(table: Table, values: Values) -> ColumnElement[bool]:
    """Those of these users who take part in an interview. Assumed: only the filter's name is documented."""
    parts = tables.interview_parts
    interviewers = func.json_each(parts.c.interviewing_user_ids).table_valued("value")
    takes_part = exists(select(1).select_from(parts, interviewers).where(interviewers.c.value == table.c.id))
    return and_(table.c.id.in_(values), takes_part)


def or_of_the_job(column: str) -> Clause:
    """Postings that say one of these values themselves, or say nothing and have it from their job."""

    def clause(table: Table, values: Values) -> ColumnElement[bool]:
        its = select(tables.jobs.c.id).where(tables.jobs.c[column].in_(values))
        return or_(table.c[column].in_(values), and_(table.c[column].is_(None), table.c.job_id.in_(its)))

    return clause


def of_the_job(column: str) -> Clause:
    """Postings whose job has one of these values."""
    return lambda table, values: table.c.job_id.in_(select(tables.jobs.c.id).where(tables.jobs.c[column].in_(values)))


def posting_place(table: Table, values: Values) -> ColumnElement[bool]:
    """Postings whose place is called so: a location's city, its city and province with a comma between, or its name."""
    places = tables.locations.c
    spelt = (places.city, places.city + ", " + places.province, places.name)
    here = select(places.id).where(or_(*(words.in_(values) for words in spelt)))
    its = select(tables.jobs.c.id).where(tables.jobs.c.location_id.in_(here))
    return or_(table.c.location_id.in_(here), and_(table.c.location_id.is_(None), table.c.job_id.in_(its)))


def has(column: str) -> Clause:
    """Whether a column has a value at all."""
    return lambda table, values: table.c[column].isnot(None).in_(values)


def questionable(table: Table, values: Values) -> ColumnElement[bool]:
    """Questions of these jobs: here nothing else carries questions directly."""
    return table.c.job_id.in_(values)


def checked_application(table: Table, values: Values) -> ColumnElement[bool]:
    """Reference checks of these applications."""
    return and_(table.c.reference_checkable_type == "Application", table.c.reference_checkable_id.in_(values))


def checked_job(table: Table, values: Values) -> ColumnElement[bool]:
    """Reference checks of applications to these jobs."""
    applications = select(tables.applications.c.id).where(tables.applications.c.job_id.in_(values))
    return and_(table.c.reference_checkable_type == "Application", table.c.reference_checkable_id.in_(applications))


def has_open_applications(table: Table, values: Values) -> ColumnElement[bool]:
    """Jobs with (or without) applications that are not rejected."""
    applications = tables.applications
    open_ones = exists(select(1).where(and_(applications.c.job_id == table.c.id, applications.c.rejected_at.is_(None))))
    return open_ones.in_(values)


# -- what is hidden unless asked for --------------------------------------------------------------------------------

Hidden = tuple[str, ...]
"""Visibilities, of which there are so few that they stand in the statement itself."""


def job_shown(table: Table, hidden: Hidden) -> ColumnElement[bool]:
    return and_(*(func.coalesce(table.c.visibility, "") != visibility for visibility in hidden))


def application_shown(table: Table, hidden: Hidden) -> ColumnElement[bool]:
    return func.coalesce(table.c.job_id, 0).not_in(_hidden_jobs(hidden))


def interview_shown(table: Table, hidden: Hidden) -> ColumnElement[bool]:
    applications = select(tables.applications.c.id).where(tables.applications.c.job_id.in_(_hidden_jobs(hidden)))
    return not_(and_(table.c.interviewable_type == "Application", table.c.interviewable_id.in_(applications)))


def of_application_shown(table: Table, hidden: Hidden) -> ColumnElement[bool]:
    applications = select(tables.applications.c.id).where(tables.applications.c.job_id.in_(_hidden_jobs(hidden)))
    return func.coalesce(table.c.application_id, 0).not_in(applications)


def _hidden_jobs(hidden: Hidden) -> Select[Any]:
    return select(tables.jobs.c.id).where(or_(*(tables.jobs.c.visibility == visibility for visibility in hidden)))

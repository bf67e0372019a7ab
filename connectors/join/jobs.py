"""A job's cells: what a word, an id or an office of JOIN's means in the unified model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.join.people import contact_email
from connectors.join.values import Raw, looked_up, shown, translated
from connectors.unified.connector import Ref


@dataclass(frozen=True, slots=True)
class Catalogue:
    """JOIN's reference data by id, in English."""

    categories: Mapping[int, str]
    """Sub-categories: a job's categoryId is one of those."""
    employment_types: Mapping[int, tuple[str, str | None]]
    """(name, slug)."""
    seniority_levels: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class JobInContext:
    """A job with what it takes to read it; the mapping's functions get this."""

    raw: Raw
    catalogue: Catalogue


EMPLOYMENT_TYPES = {"full-time": "FULL_TIME", "part-time": "PART_TIME", "internship": "INTERNSHIP"}
"""By slug of the English name; every other type passes through under its English name."""
STATUSES = {"ONLINE": "OPEN", "OFFLINE": "CLOSED", "ARCHIVED": "ARCHIVED", "DRAFT": "DRAFT"}
VISIBILITIES = {"ONLINE": "PUBLIC", "OFFLINE": "UNLISTED", "ARCHIVED": "UNLISTED", "DRAFT": "UNLISTED"}
PERIODS = {"PER_HOUR": "HOUR", "PER_DAY": "DAY", "PER_WEEK": "WEEK", "PER_MONTH": "MONTH", "PER_YEAR": "YEAR"}
INTEGRATION_FIELDS = ("externalId", "language", "workplaceType", "remoteType")
"""Attributes of a job that no unified field holds."""


def employment_type(job: JobInContext) -> str | None:
    found: tuple[str, str | None] | None = looked_up(job.catalogue.employment_types, shown(job.raw, "employmentTypeId"), "employment type")
    if found is None:
        return None
    name, slug = found
    return EMPLOYMENT_TYPES.get(slug if slug is not None else name.lower().replace(" ", "-"), name)


def category(job: JobInContext) -> str | None:
    found: str | None = looked_up(job.catalogue.categories, shown(job.raw, "categoryId"), "sub-category")
    return found


def experience_level(job: JobInContext) -> str | None:
    found: str | None = looked_up(job.catalogue.seniority_levels, shown(job.raw, "seniorityId"), "seniority level")
    return found


def description(job: JobInContext) -> str | None:
    text = shown(job.raw, "description")
    # Real descriptions hold the two characters backslash and n where JOIN's own editor broke a line.
    return None if text is None else str(text).replace("\\n", "")


def status(job: JobInContext) -> str | None:
    return translated(STATUSES, shown(job.raw, "status"))


def visibility(job: JobInContext) -> str | None:
    return translated(VISIBILITIES, shown(job.raw, "status"))


def post_url(job: JobInContext) -> str | None:
    """Assumed key. A job that is not online has no public page."""
    url: str | None = shown(job.raw, "url") if shown(job.raw, "status") == "ONLINE" else None
    return url


def opened_at(job: JobInContext) -> str | None:
    """JOIN has no publishing date; a job that is no draft is taken as opened when it was made."""
    created: str | None = shown(job.raw, "createdAt")
    return None if shown(job.raw, "status") == "DRAFT" else created


def salary_amount(job: JobInContext) -> float | None:
    """The one amount of a salary that is no range. Amounts are in major units: 18 means 18 USD."""
    salary = shown(job.raw, "salary")
    if salary is None or (salary.get("to") is not None and salary.get("to") != salary.get("from")):
        return None
    amount: float | None = salary.get("from")
    return amount


def salary_period(job: JobInContext) -> str | None:
    salary = shown(job.raw, "salary")
    return None if salary is None else translated(PERIODS, shown(salary, "frequency"))


def location(job: JobInContext) -> dict[str, str | None] | None:
    office = shown(job.raw, "office")
    if office is None:
        return None
    city, country = office.get("city"), office.get("countryIso")
    country = None if country is None else country.upper()
    street = " ".join(part for part in (office.get("streetName"), office.get("streetNumber")) if part)
    place = ", ".join(part for part in (city, country) if part)
    place_of_work = {
        "city": city,
        "country": country,
        "raw": office.get("name") or place or None,
        "state": None,
        "street_1": street or None,
        "street_2": None,
        "zip_code": office.get("postalCode"),
    }
    return place_of_work if any(value is not None for value in place_of_work.values()) else None


def integration_fields(job: JobInContext) -> list[dict[str, Any]]:
    return [{"id": key, "key": key, "type": "DEFAULT", "value": job.raw.get(key), "label": key} for key in INTEGRATION_FIELDS]


def custom_fields(job: JobInContext) -> dict[str, Any]:
    """JOIN knows no custom fields; what comes nearest is the free text that the creating system may keep on a job."""
    return {name: job.raw[name] for name in ("externalId",) if job.raw.get(name) is not None}


def contact_id(job: JobInContext) -> Ref | None:
    shown(job.raw, "contact")
    email = contact_email(job.raw)
    return None if email is None else Ref("Users", email)

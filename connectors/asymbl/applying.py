"""What a candidate and an application are made of: the unified input as columns, and a warning for all that has no place there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.asymbl.columns import APPLICANT, CONTACT, may_see, may_write
from connectors.asymbl.described import Described, FieldInfo
from connectors.transport import countries
from connectors.unified.actions import CreateCandidate, Source
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import PermissionMissing

MONTHS = 12
LISTED, INTERNAL = "bpats__Source__c", "bpats__Internal_Source__c"
"""The source of an application: one of the account's list, or any text."""
ESSENTIAL = frozenset({"FirstName", "LastName", "Email", "bpats__ATS_Applicant__c", "bpats__Job__c", "bpats__Stage__c"})
"""Columns without which a record would not be what was asked for; any other that may not be written is left out with a warning."""


@dataclass(frozen=True, slots=True)
class Written:
    """Columns to be written, and what could not be."""

    values: Mapping[str, Any]
    warnings: tuple[Notice, ...] = ()


def availability(given: CreateCandidate) -> str | None:
    """The column holds a date, the input may be a time."""
    date = given.candidate.availability_date
    return None if date is None else date.partition("T")[0]


def desired_salary(given: CreateCandidate) -> float | None:
    """For a year, which is what Asymbl's column is about."""
    wish = given.candidate.salary_expectations
    if wish is None:
        return None
    return wish.amount * MONTHS if wish.period == "MONTH" else wish.amount


def place(given: CreateCandidate, part: str) -> str | None:
    location = given.candidate.location
    found: str | None = None if location is None else getattr(location, part)
    return found


PERSON: Mapping[str, tuple[str, Callable[[CreateCandidate], Any]]] = {
    "FirstName": ("candidate.first_name", lambda given: given.candidate.first_name),
    "LastName": ("candidate.last_name", lambda given: given.candidate.last_name),
    "Email": ("candidate.email_address", lambda given: given.candidate.email_address),
    "Title": ("candidate.title", lambda given: given.candidate.title),
    "Phone": ("candidate.phone_number", lambda given: given.candidate.phone_number),
    "MailingCity": ("candidate.location.city", lambda given: place(given, "city")),
    "MailingPostalCode": ("candidate.location.zip_code", lambda given: place(given, "zip_code")),
    "bpats__Earliest_Available_Date__c": ("candidate.availability_date", availability),
    "bpats__Desired_Salary__c": ("candidate.salary_expectations.amount", desired_salary),
}
"""Column of a contact to the input that it is written from."""


def contact(given: CreateCandidate, described: Described) -> Written:
    """A new contact. Raises PermissionMissing when what makes it this person may not be written."""
    values = {column: (name, value) for column, (name, cell) in PERSON.items() if (value := cell(given)) is not None}
    code = place(given, "country")
    if code is not None:
        # With country lists the code is what counts, and a name that is none of theirs is refused.
        listed = described.fields.get("MailingCountryCode")
        by_code = listed is not None and code in listed.values
        column, text = ("MailingCountryCode", code) if by_code else ("MailingCountry", countries.name_of(code))
        values[column] = ("candidate.location.country", text)
    lead = described.fields.get("LeadSource")
    matched = None if lead is None else matching(given.source, lead)
    if matched is not None:
        values["LeadSource"] = ("source", matched)
    return permitted(CONTACT, described, values)


def application(given: CreateCandidate, described: Described | None, *, person: str, stage: str | None) -> Written:
    """A new application. `described` may be left out when there is no source to be written. Raises PermissionMissing."""
    values: dict[str, tuple[str, Any]] = {
        "bpats__ATS_Applicant__c": ("candidate", person),
        "bpats__Job__c": ("application.job_id", given.application.job_id),
    }
    if stage is not None:
        values["bpats__Stage__c"] = ("application.stage_id", stage)
    if described is None or given.source is None:
        return Written({column: value for column, (_, value) in values.items()})
    sourced, kept_elsewhere = application_source(given.source, described)
    written = permitted(APPLICANT, described, {**values, **sourced})
    return Written(written.values, (*written.warnings, *kept_elsewhere))


def application_source(source: Source, described: Described) -> tuple[dict[str, tuple[str, Any]], tuple[Notice, ...]]:
    """One of the account's list if any of the source's three names is one; else the first of them, as the internal source.

    With a warning if the list itself is out of reach, so that nobody knows whether it has the source.
    """
    texts = [text for text in (source.name, source.unified_key, source.id) if text is not None and text.strip()]
    if not texts:
        return {}, ()
    reachable = _writable(described, LISTED)
    matched = matching(source, described.fields[LISTED]) if reachable else None
    if matched is not None:
        return {LISTED: ("source", matched)}, ()
    told = f"source was kept as the internal source: the list of sources needs {_lacking(APPLICANT, described, LISTED)!r}"
    return {INTERNAL: ("source", texts[0])}, () if reachable else (Notice("input_not_permitted", told),)


def matching(source: Source | None, info: FieldInfo) -> str | None:
    """The value of a picklist that the source means: its id decides before its key, and that before its name."""
    if source is None:
        return None
    listed = {plain(value): value for value in info.values}
    texts = (text for text in (source.id, source.unified_key, source.name) if text is not None)
    return next((listed[plain(text)] for text in texts if plain(text) in listed), None)


def plain(text: str) -> str:
    """Without case and separators: LINKED_IN is LinkedIn."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def permitted(sobject: str, described: Described, values: Mapping[str, tuple[str, Any]]) -> Written:
    """What of the columns this user may write; the rest is a warning, or a refusal if it is essential."""
    refused = {column: name for column, (name, _) in values.items() if not _writable(described, column)}
    essential = sorted(refused.keys() & ESSENTIAL)
    if essential:
        needs = tuple(_lacking(sobject, described, column) for column in essential)
        raise PermissionMissing(f"{sobject}: {', '.join(essential)} may not be written", missing_permissions=needs)
    kept = {column: value for column, (_, value) in values.items() if column not in refused}
    return Written(kept, tuple(_left_out(sobject, described, refused)))


def _writable(described: Described, column: str) -> bool:
    info = described.fields.get(column)
    return info is not None and info.createable


def _lacking(sobject: str, described: Described, column: str) -> str:
    """A column that may not be seen cannot be written either; what the user would need besides shows when it can be seen."""
    return may_write(sobject, column) if column in described.fields else may_see(sobject, column)


def _left_out(sobject: str, described: Described, refused: Mapping[str, str]) -> Iterator[Notice]:
    for column, name in refused.items():
        yield Notice("input_not_permitted", f"{name} was left out: the user needs {_lacking(sobject, described, column)!r}")

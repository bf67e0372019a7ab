"""People: those around a job, whom JOIN shows nowhere else, and those who apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.join.values import Raw, shown
from connectors.unified.connector import Warning

# -- around a job ------------------------------------------------------------------------------------------------------

TEAM_ROLES = {"HIRING_MANAGER": "HIRING_MANAGER", "JOB_ADMIN": "RECRUITER", "REVIEWER": "INTERVIEWER"}
CONTACT_ROLE = "RECRUITER"


def normal_email(text: str | None) -> str | None:
    """The one identifier that contacts and hiring teams share, or None when blank."""
    email = text.strip().lower() if text is not None else ""
    return email or None


def contact_email(job: Raw) -> str | None:
    contact = job.get("contact")
    return None if contact is None else normal_email(contact.get("email"))


def split_name(name: str | None) -> tuple[str | None, str | None]:
    """(first, last) of a contact's one name, split at its last space; a mononym is a first name."""
    words = (name or "").split()
    if not words:
        return None, None
    if len(words) == 1:
        return words[0], None
    return " ".join(words[:-1]), words[-1]


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the jobs show it."""

    email: str
    """In its normal form: the same person is spelt differently from job to job."""
    first_name: str | None
    last_name: str | None

    @property
    def named(self) -> bool:
        return bool(self.first_name or self.last_name)


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One user in one job's hiring team."""

    job: str
    user: str
    roles: tuple[str, ...]


def contact_of(job: Raw) -> Iterator[tuple[str, Person]]:
    """The job's contact under a user's key, if it can be connected."""
    email = contact_email(job)
    if email is not None:
        first, last = split_name(job["contact"].get("name"))
        yield email, Person(email, first, last)


def team_of(job: Raw) -> Iterator[tuple[str, Person]]:
    """The hiring team's members under users' keys, if they can be connected."""
    for member in job.get("hiringTeam") or []:
        email = normal_email(member.get("email"))
        if email is not None:
            yield email, Person(email, member.get("firstName"), member.get("lastName"))


def roles_of(job: Raw) -> dict[str, set[str]]:
    """User key to unified roles in this job."""
    roles: dict[str, set[str]] = {}
    for member in job.get("hiringTeam") or []:
        email = normal_email(member.get("email"))
        if email is not None:
            found = roles.setdefault(email, set())
            role = TEAM_ROLES.get(str(member.get("role")))
            if role is not None:
                found.add(role)
    contact = contact_email(job)
    if contact is not None:
        roles.setdefault(contact, set()).add(CONTACT_ROLE)
    return roles


def unknown_roles(job: Raw) -> Iterable[Warning]:
    """JOIN's words for roles are assumed; one that means nothing to us is told, since the unified list is closed."""
    for role in sorted({str(member.get("role")) for member in job.get("hiringTeam") or []} - set(TEAM_ROLES)):
        yield Warning("team_role_unknown", f"job {job['id']}: the hiring team's role {role!r} has no unified role and was left out")


def without_email(job: Raw) -> Iterable[Warning]:
    """One word about each who cannot be connected."""
    people = [("contact", job["contact"].get("name"), job["contact"].get("email"))] if job.get("contact") else []
    people += [
        ("hiring team member", " ".join(part for part in (member.get("firstName"), member.get("lastName")) if part), member.get("email"))
        for member in job.get("hiringTeam") or []
    ]
    for role, name, email in people:
        if normal_email(email) is None:
            who = f"job {job['id']}: its {role} {name or '(no name)'}"
            yield Warning("user_without_email", f"{who} has no e-mail in JOIN and cannot be connected as a user")


# -- who applies -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person, with what only all of their applications together tell."""

    raw: Raw
    earliest: Raw
    """The application with the lowest createdAt, then id."""


def phone_numbers(candidate: Candidate) -> list[dict[str, str | None]]:
    number = shown(candidate.raw, "phoneNumber")
    return [] if number is None or not number.strip() else [{"phone_number": number, "type": None}]


def email_addresses(candidate: Candidate) -> list[dict[str, str | None]]:
    email = shown(candidate.raw, "email")
    return [] if email is None or not email.strip() else [{"email_address": email, "type": None}]


def location(candidate: Candidate) -> dict[str, str | None] | None:
    country = shown(candidate.raw, "country")
    if country is None or not (country.get("iso3166") or country.get("name")):
        return None
    iso = country.get("iso3166")
    return {
        "city": None,
        "country": None if iso is None else iso.upper(),
        "raw": country.get("name"),
        "state": None,
        "street_1": None,
        "street_2": None,
        "zip_code": None,
    }


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag on a candidate. JOIN's tags are plain texts without ids: the trimmed text is the key."""

    candidate: str
    text: str


def tags_of(candidate: Raw) -> list[Tag]:
    """The candidate's distinct tags, trimmed, in JOIN's order; blank ones are no tags."""
    texts = dict.fromkeys(text.strip() for text in candidate.get("tags") or [])
    return [Tag(str(candidate["id"]), text) for text in texts if text]

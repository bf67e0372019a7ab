"""JOIN's records to unified ones, as tables: unified field → dotted path in JOIN's record, or a plain function of it.

Sources of the rules: shared knowledge of JOIN's v2 answers as seen in public clients; what nobody outside JOIN knows is
marked "assumed" in the manifest or in the README's list of assumptions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.transport.mapping import Table
from connectors.unified.connector import Ref

Raw = Mapping[str, Any]


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


# ------------------------------------------------------------------------------------------------------------ jobs

EMPLOYMENT_TYPES = {"full-time": "FULL_TIME", "part-time": "PART_TIME", "internship": "INTERNSHIP"}
"""By slug of the English name; every other type passes through under its English name."""
STATUSES = {"ONLINE": "OPEN", "OFFLINE": "CLOSED", "ARCHIVED": "ARCHIVED", "DRAFT": "DRAFT"}
VISIBILITIES = {"ONLINE": "PUBLIC", "OFFLINE": "UNLISTED", "ARCHIVED": "UNLISTED", "DRAFT": "UNLISTED"}
PERIODS = {"PER_HOUR": "HOUR", "PER_DAY": "DAY", "PER_WEEK": "WEEK", "PER_MONTH": "MONTH", "PER_YEAR": "YEAR"}
INTEGRATION_FIELDS = ("externalId", "language", "workplaceType", "remoteType")
"""Attributes of a job that no unified field holds."""


def employment_type(job: JobInContext) -> str | None:
    found: tuple[str, str | None] | None = _looked_up(job.catalogue.employment_types, shown(job.raw, "employmentTypeId"), "employment type")
    if found is None:
        return None
    name, slug = found
    return EMPLOYMENT_TYPES.get(slug if slug is not None else name.lower().replace(" ", "-"), name)


def category(job: JobInContext) -> str | None:
    found: str | None = _looked_up(job.catalogue.categories, shown(job.raw, "categoryId"), "sub-category")
    return found


def experience_level(job: JobInContext) -> str | None:
    found: str | None = _looked_up(job.catalogue.seniority_levels, shown(job.raw, "seniorityId"), "seniority level")
    return found


def description(job: JobInContext) -> str | None:
    text = shown(job.raw, "description")
    # Real descriptions hold the two characters backslash and n where JOIN's own editor broke a line.
    return None if text is None else str(text).replace("\\n", "")


def status(job: JobInContext) -> str | None:
    return _translated(STATUSES, shown(job.raw, "status"))


def visibility(job: JobInContext) -> str | None:
    return _translated(VISIBILITIES, shown(job.raw, "status"))


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
    return None if salary is None else _translated(PERIODS, shown(salary, "frequency"))


def job_location(job: JobInContext) -> dict[str, str | None] | None:
    office = shown(job.raw, "office")
    if office is None:
        return None
    city, country = office.get("city"), office.get("countryIso")
    country = None if country is None else country.upper()
    street = " ".join(part for part in (office.get("streetName"), office.get("streetNumber")) if part)
    place = ", ".join(part for part in (city, country) if part)
    location = {
        "city": city,
        "country": country,
        "raw": office.get("name") or place or None,
        "state": None,
        "street_1": street or None,
        "street_2": None,
        "zip_code": office.get("postalCode"),
    }
    return location if any(value is not None for value in location.values()) else None


def integration_fields(job: JobInContext) -> list[dict[str, Any]]:
    return [{"id": key, "key": key, "type": "DEFAULT", "value": job.raw.get(key), "label": key} for key in INTEGRATION_FIELDS]


def custom_fields(job: JobInContext) -> dict[str, Any]:
    """JOIN knows no custom fields; what comes nearest is the free text that the creating system may keep on a job."""
    return {name: job.raw[name] for name in ("externalId",) if job.raw.get(name) is not None}


def contact_id(job: JobInContext) -> Ref | None:
    shown(job.raw, "contact")
    email = contact_email(job.raw)
    return None if email is None else Ref("Users", email)


JOBS: Table[JobInContext] = {
    "name": "raw.title",
    "description": description,
    "employment_type": employment_type,
    "status": status,
    "visibility": visibility,
    "category": category,
    "post_url": post_url,
    "experience_level": experience_level,
    "salary_amount": salary_amount,
    "salary_amount_from": "raw.salary.from",
    "salary_amount_to": "raw.salary.to",
    "salary_currency": "raw.salary.currency",
    "salary_period": salary_period,
    "location": job_location,
    "custom_fields": custom_fields,
    "integration_fields": integration_fields,
    "opened_at": opened_at,
    "remote_created_at": "raw.createdAt",
    "remote_updated_at": "raw.lastUpdatedAt",
    "contact_id": contact_id,
    "remote_data": lambda job: {"/jobs": dict(job.raw)},
}

# -------------------------------------------------------------------------------------------- people around a job

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


USERS: Table[Person] = {"first_name": "first_name", "last_name": "last_name", "email": "email"}


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One user in one job's hiring team."""

    job: str
    user: str
    roles: tuple[str, ...]


TEAM_MEMBERS: Table[TeamMember] = {
    "job_id": lambda member: Ref("Jobs", member.job),
    "user_id": lambda member: Ref("Users", member.user),
    "roles": lambda member: list(member.roles),
}

# ------------------------------------------------------------------------------------------------------- questions

QUESTION_FORMATS: dict[str, dict[str, Any]] = {
    "TEXT": {"type": "TEXT", "display_type": "SINGLE_LINE"},
    "LONG_TEXT": {"type": "TEXT", "display_type": "MULTI_LINE"},
    "INTEGER": {"type": "NUMBER", "display_type": "FIELD"},
    "DATE": {"type": "DATE"},
    "BOOLEAN": {"type": "BOOLEAN"},
    "FILE": {"type": "FILE"},
}


@dataclass(frozen=True, slots=True)
class Question:
    """A screening question where it stands in its job."""

    job: str
    index: int
    raw: Raw

    @property
    def title(self) -> str | None:
        """Read as answers show it, else as a job is created with it (both seen in code; what a job shows is not known)."""
        found: str | None = self.raw["question"] if "question" in self.raw else shown(self.raw, "name")
        return found

    @property
    def required(self) -> bool | None:
        found: bool | None = self.raw["isRequired"] if "isRequired" in self.raw else shown(self.raw, "required")
        return found

    @property
    def key(self) -> str:
        """JOIN's id; where it shows none, job and text make one that stays the same."""
        if self.raw.get("id") is not None:
            return str(self.raw["id"])
        text = self.raw.get("question", self.raw.get("name"))
        return hashlib.sha256(f"{self.job}:{text}".encode()).hexdigest()[:24]


def option_key(question: str, text: str) -> str:
    return f"{question}/{text}"


def question_format(question: Question) -> dict[str, Any]:
    kind = question.raw.get("type")
    if kind in ("SINGLE_SELECT", "MULTI_SELECT"):
        return {"type": kind, "options": [_option(question.key, text) for text in question.raw.get("options") or []]}
    known = QUESTION_FORMATS.get(str(kind))
    return dict(known) if known is not None else {"type": "UNKNOWN", "raw_question": dict(question.raw)}


def _option(question: str, text: str) -> dict[str, Any]:
    return {"id": Ref("Screening questions", option_key(question, text)), "name": text, "remote_id": text}


def precondition_question(question: Question) -> Ref | None:
    other = question.raw.get("preconditionQuestionId")
    return None if other is None else Ref("Screening questions", str(other))


def precondition_options(question: Question) -> list[Any] | None:
    answers = question.raw.get("preconditionAnswers")
    if answers is None:
        return None
    other = str(question.raw.get("preconditionQuestionId"))
    return [answer if isinstance(answer, bool) else Ref("Screening questions", option_key(other, answer)) for answer in answers]


QUESTIONS: Table[Question] = {"title": "title", "description": "raw.description", "format": question_format}

JOB_QUESTIONS: Table[Question] = {
    "index": "index",
    "required": "required",
    "precondition_question_id": precondition_question,
    "precondition_options": precondition_options,
    "job_id": lambda question: Ref("Jobs", question.job),
    "question_id": lambda question: Ref("Screening questions", question.key),
}

# ---------------------------------------------------------------------------------------------------- applications

OUTCOMES = {"HIRED": "HIRED", "REJECTED": "DECLINED"}
"""Every other hiring state is open."""


def outcome(application: Raw) -> str | None:
    # Live answers say `state`, a later reader of the docs `hiringState`; either may come, with the same values.
    state = application["hiringState"] if "hiringState" in application else shown(application, "state")
    return None if state is None else OUTCOMES.get(str(state).upper(), "PENDING")


def current_stage_id(application: Raw) -> Ref | None:
    stage = shown(application, "currentStage")
    return None if stage is None else Ref("Application Stages", str(stage["id"]))


def application_data(application: Raw) -> dict[str, Any]:
    """JOIN's own record, its links without their signatures: those open the files, and are others in every answer."""
    changed: dict[str, Any] = {}
    if application.get("attachments") is not None:
        changed["attachments"] = [{**one, "url": unsigned(one.get("url"))} for one in application["attachments"]]
    if application.get("screeningQuestions") is not None:
        changed["screeningQuestions"] = [{**one, "file": unsigned(one.get("file"))} for one in application["screeningQuestions"]]
    return {"/applications": {**application, **changed}}


def unsigned(link: Any) -> Any:
    """A file's link without its query, as text or within an object (which of them JOIN sends for answers is not known)."""
    if isinstance(link, str):
        return link.partition("?")[0]
    return {**link, "url": unsigned(link.get("url"))} if isinstance(link, dict) else link


APPLICATIONS: Table[Raw] = {
    "outcome": outcome,
    "current_stage_id": current_stage_id,
    "job_id": lambda application: Ref("Jobs", str(application["job"]["id"])),
    "candidate_id": lambda application: Ref("Candidates", str(application["candidate"]["id"])),
    "remote_data": application_data,
}


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


def candidate_location(candidate: Candidate) -> dict[str, str | None] | None:
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


CANDIDATES: Table[Candidate] = {
    "first_name": "raw.firstName",
    "last_name": "raw.lastName",
    "source": "earliest.source.product",
    "phone_numbers": phone_numbers,
    "email_addresses": email_addresses,
    "location": candidate_location,
    "remote_created_at": "earliest.createdAt",
    "remote_data": lambda candidate: {"/applications": dict(candidate.raw)},
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as applications show it."""

    raw: Raw
    lowest_index: int | None


STAGES: Table[Stage] = {"name": "raw.name", "global_index": "lowest_index", "remote_data": lambda stage: {"/applications": dict(stage.raw)}}


@dataclass(frozen=True, slots=True)
class JobStage:
    """A stage in which an application of a job was seen."""

    job: str
    stage: str
    index: int | None


JOB_STAGES: Table[JobStage] = {
    "index": "index",
    "job_id": lambda pair: Ref("Jobs", pair.job),
    "stage_id": lambda pair: Ref("Application Stages", pair.stage),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag on a candidate. JOIN's tags are plain texts without ids: the trimmed text is the key."""

    candidate: str
    text: str


TAGS: Table[Tag] = {"name": "text"}

CANDIDATE_TAGS: Table[Tag] = {
    "candidate_id": lambda tag: Ref("Candidates", tag.candidate),
    "tag_id": lambda tag: Ref("Tags", tag.text),
}


def tags_of(candidate: Raw) -> list[Tag]:
    """The candidate's distinct tags, trimmed, in JOIN's order; blank ones are no tags."""
    texts = dict.fromkeys(text.strip() for text in candidate.get("tags") or [])
    return [Tag(str(candidate["id"]), text) for text in texts if text]


TABLES: dict[str, Table[Any]] = {
    "Users": USERS,
    "Jobs": JOBS,
    "Candidates": CANDIDATES,
    "Application Stages": STAGES,
    "Applications": APPLICATIONS,
    "Screening questions": QUESTIONS,
    "Tags": TAGS,
    "Candidate tags": CANDIDATE_TAGS,
    "Job-specific application stages": JOB_STAGES,
    "Job-specific screening questions": JOB_QUESTIONS,
    "Job hiring team members": TEAM_MEMBERS,
}
"""By model. A test demands that each table's keys are the manifest's fields but for those the hub makes."""


def shown(raw: Raw, key: str) -> Any:
    """The value, which may be null. Raises Unknown where JOIN's answer has no such key at all: absent is not blank."""
    if key not in raw:
        raise Unknown(f"JOIN's answer has no {key!r}")
    return raw[key]


def _translated(table: Mapping[str, str], value: str | None) -> str | None:
    """The unified word, or JOIN's own where the table has none (the unified enums are open)."""
    return None if value is None else table.get(value, value)


def _looked_up(catalogue: Mapping[int, Any], id: int | None, what: str) -> Any:
    """None for None; an id that the catalogue lacks is no blank value and must not become one."""
    if id is None:
        return None
    if id not in catalogue:
        raise Unknown(f"{what} {id} is not in JOIN's own list")
    return catalogue[id]


class Unknown(LookupError):
    """What JOIN may have but does not tell: it must not become a blank value."""

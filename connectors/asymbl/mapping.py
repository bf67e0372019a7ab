"""How Salesforce's records become unified ones: one table a model, each cell a path into the record or a function.

Which columns a cell is made of stands in columns.py: only those are selected, and a cell whose columns are hidden is not
filled at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.asymbl.columns import APPLICANT, CONTACT, JOB
from connectors.asymbl.schema import View
from connectors.asymbl.values import Row, address, below, day, number, tidy
from connectors.transport.mapping import Filled, Table, Withheld, fill
from connectors.unified.connector import Ref


@dataclass(frozen=True, slots=True)
class Context:
    """What it takes to read a record beside the record itself."""

    home: str
    """The org's address."""
    view: View
    hired_stages: frozenset[str]
    """In lower case."""
    currency: str | None
    sources: Mapping[str, str] = field(default_factory=dict)
    """Contact to the source of its newest application that has one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A record with what it takes to read it; the mapping's functions get this."""

    row: Row
    context: Context


# ------------------------------------------------------------------------------------------------------ all models


def page_of(sobject: str) -> Any:
    """A cell: the address of the record's page. Assumed from how Salesforce addresses its own pages."""
    return lambda seen: f"{seen.context.home}/lightning/r/{sobject}/{seen.row['Id']}/view"


def custom_fields(seen: Seen) -> dict[str, Any]:
    get = seen.row.get
    return {info.name: get(info.name) for info in seen.context.view.customs}


def integration_fields(seen: Seen) -> list[dict[str, Any]]:
    get = seen.row.get
    return [
        {
            "id": info.name,
            "key": info.name,
            "type": "CUSTOM" if info.custom else "DEFAULT",
            "value": get(info.name),
            "label": info.label,
        }
        for info in seen.context.view.picked
    ]


def whole(sobject: str) -> Any:
    """A cell: every column of the record that this user sees, under the path of its own resource."""
    path = f"/sobjects/{sobject}"

    def cell(seen: Seen) -> dict[str, Any]:
        own = seen.context.view.own
        return {path: dict(zip(own, map(seen.row.get, own), strict=True))}

    return cell


def refers(column: str, model: str) -> Any:
    """A cell: a lookup as a reference."""

    def cell(seen: Seen) -> Ref | None:
        key = seen.row.get(column)
        return None if key is None else Ref(model, key)

    return cell


# ------------------------------------------------------------------------------------------------------------ jobs

EMPLOYMENT_WORDS: tuple[tuple[str, str], ...] = (
    ("contract", "CONTRACT"),
    ("consult", "CONTRACT"),
    ("temp", "TEMPORARY"),
    ("permanent", "FULL_TIME"),
    ("direct", "FULL_TIME"),
)
"""A word in the job's type to the unified one; the first that fits counts. Assumed: Asymbl's list of types is not public."""

STATUSES = {"open": "OPEN", "draft": "DRAFT", "closed": "CLOSED", "filled": "CLOSED", "cancelled": "CLOSED", "canceled": "CLOSED"}
"""A job's status in lower case, where neither checkbox decides. Assumed: Asymbl's list is not public."""


def job_name(seen: Seen) -> str | None:
    return tidy(seen.row.get("bpats__Job_Title__c")) or tidy(seen.row.get("Name"))


def employment_type(seen: Seen) -> str | None:
    kind = tidy(seen.row.get("bpats__Type__c"))
    return None if kind is None else next((unified for word, unified in EMPLOYMENT_WORDS if word in kind.lower()), kind)


def status(seen: Seen) -> str | None:
    """The checkboxes come first: triggers keep them in step with the status, whose words each org may change."""
    if seen.row.get("bpats__Is_Closed__c"):
        return "CLOSED"
    if seen.row.get("bpats__Is_Active__c"):
        return "OPEN"
    label = tidy(seen.row.get("bpats__Status__c"))
    return None if label is None else STATUSES.get(label.lower(), label)


def salary_amount(seen: Seen) -> float | int | None:
    salary = seen.row.get("bpats__Salary__c")
    return number(seen.row.get("bpats__Pay_Rate__c") if salary is None else salary)


def salary_currency(seen: Seen) -> Any:
    if "CurrencyIsoCode" in seen.row:
        return seen.row["CurrencyIsoCode"]
    if seen.context.currency is not None:
        return seen.context.currency
    return Withheld("unsupported", "an org with a single currency writes it on no record; the setting currency names it")


def job_location(seen: Seen) -> dict[str, str | None] | None:
    if seen.row.get("bpats__Work_Site_Location__c") is None:
        return address(raw=seen.row.get("bpats__Location__c"))
    site = below(seen.row, "bpats__Work_Site_Location__r")
    return address(
        raw=site.get("Name") or seen.row.get("bpats__Location__c"),
        # Asymbl knows the United States and "Other", which is passed on as what it is not: a code.
        country=site.get("bpats__Country_Code__c"),
        state=site.get("bpats__State_Code__c"),
    )


def opened_at(seen: Seen) -> str | None:
    row = seen.row
    return day(row.get("bpats__Posted_Date__c") or row.get("bpats__Start_Date__c") or row.get("CreatedDate"))


JOBS: Table[Seen] = {
    "name": job_name,
    "job_code": "bpats__Job_Number__c",
    "description": "bpats__Job_Description__c",
    "employment_type": employment_type,
    "status": status,
    "visibility": lambda seen: "PUBLIC" if seen.row.get("bpats__Post_Externally__c") else "INTERNAL",
    "salary_amount": salary_amount,
    "salary_currency": salary_currency,
    "location": job_location,
    "custom_fields": custom_fields,
    "integration_fields": integration_fields,
    "remote_url": page_of(JOB),
    "opened_at": opened_at,
    "remote_created_at": "CreatedDate",
    "remote_updated_at": "LastModifiedDate",
    "remote_data": whole(JOB),
}


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A user whom a job names, once or in several places."""

    job: str
    user: str
    roles: tuple[str, ...]


TEAM_MEMBERS: Table[TeamMember] = {
    "roles": lambda member: list(member.roles),
    "job_id": lambda member: Ref("Jobs", member.job),
    "user_id": lambda member: Ref("Users", member.user),
}

# ---------------------------------------------------------------------------------------------------------- people

PHONES: tuple[tuple[str, str], ...] = (("Phone", "WORK"), ("MobilePhone", "MOBILE"), ("HomePhone", "HOME"), ("OtherPhone", "OTHER"))


def phone_numbers(seen: Seen) -> list[dict[str, str]]:
    return [{"phone_number": found, "type": kind} for column, kind in PHONES if (found := tidy(seen.row.get(column)))]


def email_addresses(seen: Seen) -> list[dict[str, str]]:
    found = tidy(seen.row.get("Email"))
    return [] if found is None else [{"email_address": found, "type": "PERSONAL"}]


def source(seen: Seen) -> str | None:
    return tidy(seen.row.get("LeadSource")) or seen.context.sources.get(seen.row["Id"])


def mailing_address(seen: Seen) -> dict[str, str | None] | None:
    row = seen.row
    return address(
        city=row.get("MailingCity"),
        country=row.get("MailingCountryCode") or row.get("MailingCountry"),
        state=row.get("MailingState"),
        street=row.get("MailingStreet"),
        zip_code=row.get("MailingPostalCode"),
    )


CANDIDATES: Table[Seen] = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "title": "Title",
    "source": source,
    "phone_numbers": phone_numbers,
    "email_addresses": email_addresses,
    "location": mailing_address,
    "custom_fields": custom_fields,
    "integration_fields": integration_fields,
    "remote_url": page_of(CONTACT),
    "remote_created_at": "CreatedDate",
    "remote_updated_at": "LastModifiedDate",
    "remote_data": whole(CONTACT),
}

USERS: Table[Seen] = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "Email",
    "status": lambda seen: "ACTIVE" if seen.row.get("IsActive") else "INACTIVE",
    "remote_data": whole("User"),
}

# ---------------------------------------------------------------------------------------------------- applications


def outcome(seen: Seen) -> str:
    """A rejection counts before the stage: who was rejected keeps the stage in which that happened."""
    if str(seen.row.get("bpats__Applicant_Status__c") or "").strip().lower() == "rejected":
        return "DECLINED"
    stage = below(seen.row, "bpats__Stage__r")
    named = {str(stage.get(column) or "").strip().lower() for column in ("bpats__Stage_Type__c", "Name")}
    return "HIRED" if named & seen.context.hired_stages else "PENDING"


APPLICATIONS: Table[Seen] = {
    "outcome": outcome,
    "rejection_reason_name": "bpats__Asymbl_Rejection_Reason__c",
    "current_stage_id": refers("bpats__Stage__c", "Application Stages"),
    "job_id": refers("bpats__Job__c", "Jobs"),
    "candidate_id": refers("bpats__ATS_Applicant__c", "Candidates"),
    "custom_fields": custom_fields,
    "integration_fields": integration_fields,
    "remote_url": page_of(APPLICANT),
    "remote_created_at": "CreatedDate",
    "remote_updated_at": "LastModifiedDate",
    "remote_data": whole(APPLICANT),
}

STAGES: Table[Seen] = {"name": "Name", "remote_data": whole("bpats__ATS_Stage__c")}


@dataclass(frozen=True, slots=True)
class JobStage:
    """A stage in its job's order."""

    job: str
    stage: str
    index: int


JOB_STAGES: Table[JobStage] = {
    "index": lambda placed: placed.index,
    "job_id": lambda placed: Ref("Jobs", placed.job),
    "stage_id": lambda placed: Ref("Application Stages", placed.stage),
}

TABLES: Mapping[str, Table[Any]] = {
    "Users": USERS,
    "Jobs": JOBS,
    "Candidates": CANDIDATES,
    "Application Stages": STAGES,
    "Applications": APPLICATIONS,
    "Job-specific application stages": JOB_STAGES,
    "Job hiring team members": TEAM_MEMBERS,
}
"""Keyed by the names of the card; a test holds the keys against the manifest."""


def filled(model: str, item: Any, *, wanted: Collection[str]) -> Filled:
    """The wanted values of one record."""
    return fill(TABLES[model], item, tree=item.row if isinstance(item, Seen) else {}, wanted=wanted)

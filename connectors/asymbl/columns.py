"""Which of Salesforce's columns each promised cell is made of, and the permission that each column hangs on. Data, a row each.

Salesforce hides single fields from a user (field-level security), so a cell can be read only if all of its columns are
visible; if one is not, the cell is reported as denied with that column's permission, never delivered as null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

USER = "User"
CONTACT = "Contact"
JOB = "bpats__Job__c"
STAGE = "bpats__ATS_Stage__c"
APPLICANT = "bpats__ATS_Applicant__c"
WORK_SITE = "bpats__Work_Site_Location__c"
VERSION = "ContentVersion"
DOCUMENT = "ContentDocument"
LINK = "ContentDocumentLink"
ATTACHMENT = "Attachment"

API_ENABLED = "API Enabled"
"""The system permission without which a user cannot call any API."""


def may_read(sobject: str) -> str:
    """The name of an object permission."""
    return f"{sobject}: read"


def may_create(sobject: str) -> str:
    """The name of an object permission."""
    return f"{sobject}: create"


def may_edit(sobject: str) -> str:
    """The name of an object permission."""
    return f"{sobject}: edit"


def may_see(sobject: str, column: str) -> str:
    """The name of a field permission."""
    return f"{sobject}.{column}: read"


def may_write(sobject: str, column: str) -> str:
    """The name of a field permission."""
    return f"{sobject}.{column}: edit"


# Parent path in a query to the lookup that it goes through and the object at its end.
PARENTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    JOB: {
        "bpats__Work_Site_Location__r": ("bpats__Work_Site_Location__c", WORK_SITE),
        "bpats__Hiring_Manager__r": ("bpats__Hiring_Manager__c", CONTACT),
    },
    APPLICANT: {"bpats__Stage__r": ("bpats__Stage__c", STAGE)},
}

LOOKUPS: Mapping[str, str] = {
    "bpats__Job__c": JOB,
    "bpats__Stage__c": STAGE,
    "bpats__ATS_Applicant__c": CONTACT,
    "FirstPublishLocationId": CONTACT,
}
"""The references that actions write, and the object at the other end."""

ALWAYS_VISIBLE: Mapping[str, frozenset[str]] = {
    USER: frozenset({"LastName", "Email"}),
    CONTACT: frozenset({"LastName"}),
    STAGE: frozenset({"bpats__Sequence__c"}),
    APPLICANT: frozenset({"bpats__Stage__c"}),
}
"""Columns without field-level security besides the system's own: required ones cannot be hidden."""
SYSTEM = frozenset({"Id", "Name", "OwnerId", "CreatedDate", "LastModifiedDate", "SystemModstamp", "IsDeleted"})


@dataclass(frozen=True, slots=True)
class Cell:
    """What a unified field is made of."""

    columns: tuple[str, ...] = ()
    """All of them are needed; a parent's as "bpats__Stage__r.Name"."""
    if_there: tuple[str, ...] = ()
    """Columns that only some accounts have (several currencies, country lists); their absence means nothing."""
    customs: bool = False
    """All custom fields that no other cell is made of, or those that the connection picks."""
    whole: bool = False
    """Every visible column of the record."""


def _of(*columns: str, if_there: tuple[str, ...] = ()) -> Cell:
    return Cell(columns, if_there)


CUSTOMS = Cell(customs=True)
WHOLE = Cell(whole=True)

TEAM = ("OwnerId", "bpats__Delivery_Lead__c", "bpats__Sales_Lead__c", "bpats__Hiring_Manager__c")
"""The columns of a job that name people, in the order of their weight."""

SOBJECTS: Mapping[str, str] = {
    "Users": USER,
    "Jobs": JOB,
    "Candidates": CONTACT,
    "Application Stages": STAGE,
    "Applications": APPLICANT,
    "Job-specific application stages": STAGE,
    "Job hiring team members": JOB,
}
"""Model to the object whose records it is read from."""

CELLS: Mapping[str, Mapping[str, Cell]] = {
    "Users": {
        "first_name": _of("FirstName"),
        "last_name": _of("LastName"),
        "email": _of("Email"),
        "status": _of("IsActive"),
        "remote_data": WHOLE,
    },
    "Jobs": {
        "name": _of("bpats__Job_Title__c", "Name"),
        "job_code": _of("bpats__Job_Number__c"),
        "description": _of("bpats__Job_Description__c"),
        "employment_type": _of("bpats__Type__c"),
        "status": _of("bpats__Status__c", "bpats__Is_Active__c", "bpats__Is_Closed__c"),
        "visibility": _of("bpats__Post_Externally__c"),
        "salary_amount": _of("bpats__Salary__c", "bpats__Pay_Rate__c"),
        "salary_currency": _of(if_there=("CurrencyIsoCode",)),
        "location": _of(
            "bpats__Location__c",
            "bpats__Work_Site_Location__c",
            "bpats__Work_Site_Location__r.Name",
            "bpats__Work_Site_Location__r.bpats__Country_Code__c",
            "bpats__Work_Site_Location__r.bpats__State_Code__c",
        ),
        "custom_fields": CUSTOMS,
        "integration_fields": CUSTOMS,
        "remote_url": _of("Id"),
        "opened_at": _of("bpats__Posted_Date__c", "bpats__Start_Date__c", "CreatedDate"),
        "remote_created_at": _of("CreatedDate"),
        "remote_updated_at": _of("LastModifiedDate"),
        "remote_data": WHOLE,
    },
    "Candidates": {
        "first_name": _of("FirstName"),
        "last_name": _of("LastName"),
        "title": _of("Title"),
        "source": _of("LeadSource"),
        "phone_numbers": _of("Phone", "MobilePhone", "HomePhone", "OtherPhone"),
        "email_addresses": _of("Email"),
        "location": _of(
            "MailingStreet",
            "MailingCity",
            "MailingState",
            "MailingPostalCode",
            "MailingCountry",
            if_there=("MailingStateCode", "MailingCountryCode"),
        ),
        "custom_fields": CUSTOMS,
        "integration_fields": CUSTOMS,
        "remote_url": _of("Id"),
        "remote_created_at": _of("CreatedDate"),
        "remote_updated_at": _of("LastModifiedDate"),
        "remote_data": WHOLE,
    },
    "Application Stages": {"name": _of("Name"), "remote_data": WHOLE},
    "Applications": {
        "outcome": _of("bpats__Applicant_Status__c", "bpats__Stage__c", "bpats__Stage__r.Name", "bpats__Stage__r.bpats__Stage_Type__c"),
        "rejection_reason_name": _of("bpats__Asymbl_Rejection_Reason__c"),
        "current_stage_id": _of("bpats__Stage__c"),
        "job_id": _of("bpats__Job__c"),
        "candidate_id": _of("bpats__ATS_Applicant__c"),
        "custom_fields": CUSTOMS,
        "integration_fields": CUSTOMS,
        "remote_url": _of("Id"),
        "remote_created_at": _of("CreatedDate"),
        "remote_updated_at": _of("LastModifiedDate"),
        "remote_data": WHOLE,
    },
    "Job-specific application stages": {
        "index": _of("bpats__Sequence__c", "bpats__Job__c"),
        "job_id": _of("bpats__Job__c"),
        "stage_id": _of("Id"),
    },
    "Job hiring team members": {"roles": _of("Id"), "job_id": _of("Id"), "user_id": _of("Id")},
}
"""Model to field to what it is made of. A test holds the names against the manifest's."""

NEEDED_BESIDES: Mapping[tuple[str, str], tuple[str, ...]] = {
    # The newest application's source stands in where the person has none of their own.
    ("Candidates", "source"): (may_see(APPLICANT, "bpats__Source__c"),),
}
"""Field permissions on other objects than the record's own and its parents."""


def guarded(sobject: str, column: str) -> bool:
    """Whether field-level security can hide a column."""
    return column not in SYSTEM and column not in ALWAYS_VISIBLE.get(sobject, frozenset())


def home_of(sobject: str, column: str) -> tuple[str, str]:
    """(object, column) at the end of a path that starts at an object."""
    parent, dot, rest = column.partition(".")
    return (PARENTS[sobject][parent][1], rest) if dot and parent in PARENTS.get(sobject, {}) else (sobject, column)


def permissions_for(model: str, field: str) -> tuple[str, ...]:
    """What a cell needs beyond reading its own object."""
    sobject, cell = SOBJECTS[model], CELLS[model].get(field, Cell())
    needs: list[str] = []
    for owner, column in (home_of(sobject, column) for column in cell.columns):
        if owner != sobject:
            needs.append(may_read(owner))
        if guarded(owner, column):
            needs.append(may_see(owner, column))
    return tuple(dict.fromkeys((*needs, *NEEDED_BESIDES.get((model, field), ()))))


def mapped(sobject: str) -> frozenset[str]:
    """The columns of an object that some cell is made of; what is left are the fields that customers look for elsewhere."""
    cells = [cell for model, owner in SOBJECTS.items() if owner == sobject for cell in CELLS[model].values()]
    own = {column for cell in cells for column in (*cell.columns, *cell.if_there) if "." not in column}
    return frozenset(own | set(TEAM) if sobject == JOB else own)

"""What Asymbl's package does by itself: stages copied per job, one application per contact and job, dates, tracking, filters.

Job Board Applications are plain records here: none ever becomes an application by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import quirks, saving, soql, wire
from mock_servers.asymbl.automation import Triggers
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

APPLICANT, JOB, STAGE = "bpats__ATS_Applicant__c", "bpats__Job__c", "bpats__ATS_Stage__c"
TEMPLATE, TEMPLATE_STAGE, TEMPLATE_FILTER = "bpats__ATS_Template__c", "bpats__ATS_Template_Stage__c", "bpats__ATS_Template_Filter__c"
TRACKING, INTERVIEW = "bpats__ATS_Stage_Tracking__c", "bpats__Interview__c"
_COPIED = ("Name", "bpats__Sequence__c", "bpats__Stage_Type__c", "bpats__Interview_Stage__c", "bpats__Block_Multiple_Candidates__c")


def _today(exchange: Exchange) -> str:
    return str(soql.asked_by(exchange).running.calendar().today.isoformat())


def _changed(row: Row, old: Row | None, *names: str) -> bool:
    return old is None or any(row.get(name) != old.get(name) for name in names)


# -- lookup filters ------------------------------------------------------------------------------------------------------

LOOKUP_FILTERS: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    APPLICANT: (("bpats__Stage__c", STAGE, "bpats__Job__c", "bpats__Job__c"),),
    JOB: (("bpats__Work_Site_Location__c", "bpats__Work_Site_Location__c", "bpats__Account__c", "bpats__Account__c"),),
    "bpats__Placement__c": (("bpats__Work_Site_Location__c", "bpats__Work_Site_Location__c", "bpats__Account__c", "bpats__Account__c"),),
}
"""By object: (reference, its object, field there, field here): what the reference names must have the same value there as here."""


def check_filters(exchange: Exchange, event: str, row: Row, old: Row | None, sobject: str) -> None:
    """Refuse a reference that its lookup filter does not let through. Raises ApiError."""
    if event not in {"insert", "update"}:
        return
    for reference, target, there, here in LOOKUP_FILTERS[sobject]:
        id = row.get(reference)
        if id is None or not _changed(row, old, reference, here):
            continue
        named = exchange.store.find(target, id=id)
        if named is None or named[there] != row.get(here):
            message = "Value does not exist or does not match filter criteria."
            raise refuse(400, "FIELD_FILTER_VALIDATION_EXCEPTION", message, [reference])


def _filter_applicant(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    check_filters(exchange, event, row, old, APPLICANT)


def _filter_job(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    check_filters(exchange, event, row, old, JOB)


def _filter_placement(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    check_filters(exchange, event, row, old, "bpats__Placement__c")


# -- applications --------------------------------------------------------------------------------------------------------


def relationship_key(contact: str | None, job: str | None) -> str | None:
    """What makes a second application of a contact for a job a duplicate (its form is assumed)."""
    return f"{contact}-{job}" if contact is not None and job is not None else None


def _before_applicant(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """Key, stage and dates."""
    if event == "delete":
        return
    if event == "insert" and row.get("bpats__Stage__c") is None:
        _first_stage(exchange, row)
    row["bpats__Contact_Job_Relationship__c"] = relationship_key(row.get("bpats__ATS_Applicant__c"), row.get("bpats__Job__c"))
    dates = exchange.quirk(quirks.ApplicantDates)
    if dates is None or not _changed(row, old, "bpats__Stage__c"):
        return
    exchange.acted(dates)
    if event == "insert" and row.get("bpats__Initial_Application_Date__c") is None:
        row["bpats__Initial_Application_Date__c"] = _today(exchange)
    if event == "update" or row.get("bpats__Current_Stage_Date__c") is None:
        row["bpats__Current_Stage_Date__c"] = _today(exchange)


def _first_stage(exchange: Exchange, row: Row) -> None:
    """Where the tenant has it so: an application without a stage begins at its job's first."""
    quirk = exchange.quirk(quirks.FirstStageFilled)
    if quirk is not None and row.get("bpats__Job__c") is not None:
        stages = [one for one in exchange.store.where(STAGE, bpats__Job__c=row["bpats__Job__c"]) if not one["IsDeleted"]]
        if stages:
            exchange.acted(quirk)
            row["bpats__Stage__c"] = min(stages, key=lambda one: (one["bpats__Sequence__c"] or 0, one["id"]))["id"]
    if row.get("bpats__Stage__c") is None:
        message = "Required fields are missing: [bpats__Stage__c]"
        raise refuse(400, "REQUIRED_FIELD_MISSING", message, ["bpats__Stage__c"])


def _after_applicant(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """A move leaves a row that tells how long the application was where it came from."""
    quirk = exchange.quirk(quirks.StageTracking)
    if quirk is None or event != "update" or old is None or not _changed(row, old, "bpats__Stage__c"):
        return
    exchange.acted(quirk)
    rows = [one for one in exchange.store.where(TRACKING, bpats__ATS_Applicant__c=row["id"]) if not one["IsDeleted"]]
    start = max((one["bpats__End_Date__c"] for one in rows if one["bpats__End_Date__c"] is not None), default=row["CreatedDate"])
    end = wire.moment(exchange.now)
    minutes = max(0, int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() // 60))
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    saving.insert(
        exchange,
        org_of(exchange).schema[TRACKING],
        {
            "bpats__ATS_Applicant__c": row["id"],
            "bpats__ATS_Stage__c": old.get("bpats__Stage__c"),
            "bpats__ATS_Stage_Moved_To__c": row.get("bpats__Stage__c"),
            "bpats__Start_Date__c": start,
            "bpats__End_Date__c": end,
            "bpats__Duration_in_Minutes__c": float(minutes),
            "bpats__Duration__c": f"{days} Days {hours} Hours {minutes % 60} Minutes",
            "bpats__Type__c": "Log",
        },
    )


# -- jobs ----------------------------------------------------------------------------------------------------------------


def _before_job(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """The two checkboxes follow the status; a new job gets its template."""
    if event not in {"insert", "update"}:
        return
    follows = exchange.quirk(quirks.JobStateFollowsStatus)
    if follows is not None and row.get("bpats__Status__c") is not None and _changed(row, old, "bpats__Status__c"):
        exchange.acted(follows)
        row["bpats__Is_Active__c"] = row["bpats__Status__c"] in follows.active
        row["bpats__Is_Closed__c"] = row["bpats__Status__c"] in follows.closed
    copies = exchange.quirk(quirks.StagesFromTemplate)
    if event == "insert" and copies is not None and row.get("bpats__ATS_Template__c") is None:
        row["bpats__ATS_Template__c"] = _template_for(exchange, row)


def _template_for(exchange: Exchange, job: Row) -> str | None:
    """Of the active templates the one whose filters all match, by priority; else the default one."""
    templates = [one for one in exchange.store.where(TEMPLATE, bpats__Is_Active__c=True) if not one["IsDeleted"]]
    templates.sort(key=lambda one: (one["bpats__Priority__c"] is None, one["bpats__Priority__c"] or 0, one["id"]))
    filters: dict[str, list[Row]] = {}
    for one in exchange.store.where(TEMPLATE_FILTER):
        if one["bpats__Related_Object__c"] is not None and not one["IsDeleted"]:
            filters.setdefault(one["bpats__Related_Object__c"], []).append(one)
    for template in templates:
        if template["id"] in filters and all(_matches(job, one) for one in filters[template["id"]]):
            return str(template["id"])
    return next((str(one["id"]) for one in templates if one["bpats__Is_Default__c"]), None)


def _matches(job: Row, one: Row) -> bool:
    """The operators' names are assumed; one that is not known matches nothing."""
    wanted = str(one["bpats__Value__c"] or "").lower()
    value = job.get(str(one["bpats__Target_Field__c"]))
    told = "" if value is None else str(value).lower()
    match str(one["bpats__Operator__c"] or "equals").lower():
        case "equals" | "=":
            return told == wanted
        case "not equals" | "!=":
            return told != wanted
        case "contains":
            return wanted in told
        case _:
            return False


def _after_job(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """A new job's stages are copies of its template's."""
    copies, template = exchange.quirk(quirks.StagesFromTemplate), row.get("bpats__ATS_Template__c")
    if event != "insert" or copies is None or template is None:
        return
    exchange.acted(copies)
    stages = [one for one in exchange.store.where(TEMPLATE_STAGE, bpats__ATS_Template__c=template) if not one["IsDeleted"]]
    stages.sort(key=lambda one: (one["bpats__Sequence__c"] or 0, one["id"]))
    for number, stage in enumerate(stages, start=1):
        copied: dict[str, Any] = {name: stage[name] for name in _COPIED}
        if copied["bpats__Sequence__c"] is None:
            copied["bpats__Sequence__c"] = float(number)
        links = {"bpats__Job__c": row["id"], "bpats__ATS_Template_Stage__c": stage["id"], "OwnerId": row.get("OwnerId")}
        saving.insert(exchange, org_of(exchange).schema[STAGE], {**copied, **links})


# -- contacts, and rules of single objects -------------------------------------------------------------------------------


def _before_contact(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """A new contact without an account joins the candidate pool."""
    pool = exchange.quirk(quirks.CandidatePool)
    if event != "insert" or pool is None or row.get("AccountId") is not None:
        return
    account = next((one for one in exchange.store.where("Account", Name=pool.account_name) if not one["IsDeleted"]), None)
    if account is not None:
        exchange.acted(pool)
        row["AccountId"] = account["id"]


def _before_template(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    if event == "delete" or not row.get("bpats__Is_Active__c") or row.get("bpats__Filter_Criteria__c") is not None:
        return
    if _changed(row, old, "bpats__Is_Active__c", "bpats__Filter_Criteria__c"):
        message = "Filter criteria are required for an active template."
        raise refuse(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", message, ["bpats__Filter_Criteria__c"])


def _before_interview(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    before = old.get("bpats__Interview_Date__c") if old is not None else None
    if event != "update" or before is None or not _changed(row, old, "bpats__Interview_Date__c"):
        return
    if before < wire.moment(exchange.now):
        message = "The date of an interview that lies in the past cannot be changed."
        raise refuse(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", message, ["bpats__Interview_Date__c"])


TRIGGERS = {
    APPLICANT: Triggers((_before_applicant, _filter_applicant), (_after_applicant,)),
    JOB: Triggers((_before_job, _filter_job), (_after_job,)),
    "bpats__Placement__c": Triggers((_filter_placement,)),
    "Contact": Triggers((_before_contact,)),
    TEMPLATE: Triggers((_before_template,)),
    INTERVIEW: Triggers((_before_interview,)),
}
FILLED = {APPLICANT: frozenset({"bpats__Stage__c"})}
"""Required fields that a create may leave out, because a trigger fills them or refuses in the same words."""

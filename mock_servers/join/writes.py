"""What JOIN's other endpoints that write do: jobs, offices, notes, tags, and deletes where a tenant has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mock_servers.engine.vendors import Handler, Reply
from mock_servers.join import applying, bodies, tables, wire
from mock_servers.join.endpoints import delete_application, record
from mock_servers.join.quirks.documents import LiteralNewlines
from mock_servers.join.quirks.writes import DeleteEndpoints, JobLimit, OldStatusPaths, TagReplacement
from mock_servers.join.requests import Parameters, body, path_id
from mock_servers.join.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

_SIMPLE = {
    "title": "title",
    "categoryId": "category_id",
    "employmentTypeId": "employment_type_id",
    "officeId": "office_id",
    "language": "language",
    "externalId": "external_id",
    "workplaceType": "workplace_type",
    "remoteType": "remote_type",
    "seniorityId": "seniority_id",
    "cv": "cv",
    "coverLetter": "cover_letter",
}
"""Members of a job's body that are stored as they are sent."""
_REFERENCES = (
    ("categoryId", "categories"),
    ("employmentTypeId", "employment_types"),
    ("seniorityId", "seniority_levels"),
    ("officeId", "offices"),
)
COUNTED = ("ONLINE", "OFFLINE")
"""Statuses that count against the plan's limit of jobs."""

# -- jobs --------------------------------------------------------------------------------------------------------------


async def create_job(exchange: Exchange) -> Reply:
    """Goes live at once, unless it says OFFLINE."""
    Parameters(exchange).done()
    sent = body(exchange, bodies.JobBody)
    _check_references(exchange, sent)
    _check_limit(exchange, None, sent.status)
    now = wire.moment(exchange.now)
    id = exchange.store.next_id("jobs")
    values = _job_values(exchange, id, sent)
    slug = re.sub(r"[^a-z0-9]+", "-", sent.title.lower()).strip("-")
    path = f"{id}-{slug}" if slug else str(id)
    exchange.store.insert("jobs", {**values, "id": id, "status": sent.status, "url_path": path, "created_at": now, "last_updated_at": now})
    applying.create_pipeline(exchange, id)
    return wire.created(exchange, {"id": id})


async def change_job(exchange: Exchange) -> Reply:
    """Only what is named changes; the description only as a whole."""
    Parameters(exchange).done()
    id = path_id(exchange)
    record(exchange, "jobs", id)
    sent = body(exchange, bodies.JobChanges)
    _check_references(exchange, sent)
    exchange.store.update("jobs", id, **_job_values(exchange, id, sent), last_updated_at=wire.moment(exchange.now))
    return wire.answer(200, {"id": id})


async def change_status(exchange: Exchange) -> Reply:
    Parameters(exchange).done()
    id = path_id(exchange)
    record(exchange, "jobs", id)
    return _set_status(exchange, id, body(exchange, bodies.StatusBody).status)


def old_status_path(status: str) -> Handler:
    """The deprecated way to change a job's status, by path."""

    async def handler(exchange: Exchange) -> Reply:
        quirk = exchange.quirk(OldStatusPaths)
        if quirk is None:
            raise wire.not_served(exchange, OldStatusPaths)
        exchange.acted(quirk)
        Parameters(exchange).done()
        id = path_id(exchange)
        record(exchange, "jobs", id)
        return _set_status(exchange, id, status)

    return handler


def _set_status(exchange: Exchange, id: int, status: str) -> Reply:
    _check_limit(exchange, exchange.store.get("jobs", id)["status"], status)
    exchange.store.update("jobs", id, status=status, last_updated_at=wire.moment(exchange.now))
    return wire.answer(200, {"id": id})


def _check_limit(exchange: Exchange, before: str | None, after: str) -> None:
    quirk = exchange.quirk(JobLimit)
    if quirk is None or before in COUNTED or after not in COUNTED:
        return
    status = tables.jobs.c.status
    counted = exchange.store.query("counted jobs", lambda: select(func.count()).where(status.in_(COUNTED)))[0][0]
    if counted >= quirk.jobs:
        exchange.acted(quirk)
        raise refuse(exchange, quirk.status, f"Your plan allows {quirk.jobs} jobs that are online or offline")


def _check_references(exchange: Exchange, sent: bodies.JobChanges) -> None:
    for member, table in _REFERENCES:
        id = getattr(sent, member)
        if member not in sent.model_fields_set or id is None:
            continue
        row = exchange.store.find(table, id=id)
        if row is None:
            raise refuse(exchange, 422, f"body.{member}: {id} was not found")
        if table == "categories" and row["parent_id"] is None:
            raise refuse(exchange, 422, f"body.{member}: {id} is a category; a job belongs to a sub-category")


def _job_values(exchange: Exchange, id: int, sent: bodies.JobChanges) -> dict[str, Any]:
    """The columns of a job that a body sets."""
    named = sent.model_fields_set
    values: dict[str, Any] = {column: getattr(sent, member) for member, column in _SIMPLE.items() if member in named}
    if "workplaceType" in named:
        values["remote"] = sent.workplaceType == "REMOTE"
    if "description" in named:
        values["description"] = _description(exchange, sent.description)
    if "salary" in named:
        values["salary"] = _salary(sent.salary)
    if "contact" in named:
        values["contact"] = None if sent.contact is None else {key: getattr(sent.contact, key) for key in ("name", "email", "position")}
    if "hiringTeam" in named:
        values["hiring_team"] = [_member(exchange, id, number, one) for number, one in enumerate(sent.hiringTeam or (), start=1)]
    if "questions" in named:
        values["screening_questions"] = [_question(id, number, one) for number, one in enumerate(sent.questions or (), start=1)]
    return values


def _description(exchange: Exchange, sent: str) -> str:
    quirk = exchange.quirk(LiteralNewlines)
    if quirk is None or "\n" not in sent:
        return sent
    exchange.acted(quirk)
    return sent.replace("\n", "\\n")


def _salary(sent: bodies.SalaryBody | None) -> dict[str, Any] | None:
    if sent is None:
        return None
    amounts = {"from": sent.from_, "to": sent.to}
    whole = {key: int(amount) if amount is not None and amount == int(amount) else amount for key, amount in amounts.items()}
    return {**whole, "currency": sent.currency, "frequency": sent.frequency, "isShownOnJobAd": sent.isShownOnJobAd}


def _member(exchange: Exchange, job_id: int, number: int, sent: bodies.MemberBody) -> dict[str, Any]:
    """A member of the hiring team: known from another job under the same e-mail, else new with an id of its own."""
    for job in exchange.store.where("jobs"):
        for one in job["hiring_team"] or ():
            if isinstance(one.get("email"), str) and one["email"].lower() == sent.email.lower():
                return {**one, "role": sent.role}
    return {
        "id": _id_within(job_id, number),
        "firstName": sent.firstName,
        "lastName": sent.lastName,
        "email": sent.email,
        "role": sent.role,
    }


def _question(job_id: int, number: int, sent: bodies.QuestionBody) -> dict[str, Any]:
    return {
        "id": _id_within(job_id, number),
        "question": sent.name,
        "type": sent.type,
        "isRequired": sent.required,
        "options": sent.options,
    }


def _id_within(job_id: int, number: int) -> int:
    """An id for what lives inside a job and has no table: unlike that of any other job's."""
    return job_id * 1000 + number


# -- offices, notes, tags ----------------------------------------------------------------------------------------------


async def create_office(exchange: Exchange) -> Reply:
    Parameters(exchange).done()
    sent = body(exchange, bodies.OfficeBody)
    if sent.isDefault:
        for other in list(exchange.store.where("offices", is_default=True)):
            exchange.store.update("offices", other["id"], is_default=False)
    made = exchange.store.insert(
        "offices",
        {
            "name": sent.name, "street_name": sent.streetName, "street_number": sent.streetNumber, "postal_code": sent.postalCode,
            "city": sent.city, "country_iso": sent.countryIso, "is_default": sent.isDefault,
        },
    )  # fmt: skip
    return wire.created(exchange, {"id": made["id"]})


async def create_note(exchange: Exchange) -> Reply:
    Parameters(exchange).done()
    candidate = record(exchange, "candidates", path_id(exchange))
    sent = body(exchange, bodies.NoteBody)
    now = wire.moment(exchange.now)
    made = exchange.store.insert("notes", {"candidate_id": candidate["id"], "content": sent.content, "created_at": now})
    _touch_applications(exchange, candidate["id"])
    return wire.created(exchange, {"id": made["id"], "content": sent.content, "createdAt": now})


async def replace_tags(exchange: Exchange) -> Reply:
    """The sent list is the whole set afterwards."""
    quirk = exchange.quirk(TagReplacement)
    if quirk is None or quirk.verb.upper() not in (exchange.method, "BOTH"):
        raise wire.not_served(exchange, TagReplacement)
    exchange.acted(quirk)
    Parameters(exchange).done()
    candidate = record(exchange, "candidates", path_id(exchange))
    tags = list(dict.fromkeys(body(exchange, bodies.TagsBody).tags))
    exchange.store.update("candidates", candidate["id"], tags=tags)
    _touch_applications(exchange, candidate["id"])
    return wire.answer(200, {"id": candidate["id"], "tags": tags})


def _touch_applications(exchange: Exchange, candidate_id: int) -> None:
    """Whatever changes about a person shows as a change of their applications: there is nothing else to poll."""
    now = wire.moment(exchange.now)
    for application in list(exchange.store.where("applications", candidate_id=candidate_id)):
        exchange.store.update("applications", application["id"], last_updated_at=now)


# -- deletes -----------------------------------------------------------------------------------------------------------


def delete(table: str) -> Handler:
    """What is deleted is gone with all that hangs on it, and nothing tells of it afterwards."""

    async def handler(exchange: Exchange) -> Reply:
        quirk = exchange.quirk(DeleteEndpoints)
        if quirk is None:
            raise wire.not_served(exchange, DeleteEndpoints)
        exchange.acted(quirk)
        Parameters(exchange).done()
        row = record(exchange, table, path_id(exchange))
        _delete_with_all(exchange, table, row["id"])
        return Reply(204)

    return handler


def _delete_with_all(exchange: Exchange, table: str, id: int) -> None:
    store = exchange.store
    if table == "applications":
        delete_application(exchange, id)
        return
    owner, parts = ("candidate_id", "notes") if table == "candidates" else ("job_id", "job_stages")
    for application in list(store.where("applications", **{owner: id})):
        delete_application(exchange, application["id"])
    for part in list(store.where(parts, **{owner: id})):
        store.delete(parts, part["id"])
    store.delete(table, id)

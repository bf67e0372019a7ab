"""What happens when somebody applies: the person is found by e-mail, the job's requirements hold, the stage decides the outcome."""

from __future__ import annotations

from typing import Any

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.store import Row
from mock_servers.pinpoint import rules, uploads, wire
from mock_servers.pinpoint.countries import e164
from mock_servers.pinpoint.payload import Draft, malformed
from mock_servers.pinpoint.quirks import (
    ChannelChecked,
    ClosedJobsRefuseApplications,
    DuplicatesRefused,
    ForeignStageRefused,
    JobRequirementsEnforced,
    PdfRendition,
    RequiredAnswersNotEnforced,
    StageMovesSetOutcome,
)
from mock_servers.pinpoint.resources import CHANNELS

PERSON = (
    *("first_name", "last_name", "preferred_name", "email", "phone", "phone_iso2", "date_of_birth", "locale"),
    *("address1", "address2", "town", "state_province", "postcode", "country"),
)
"""What an application tells of the person behind it."""
OUTCOMES = {"rejected": "rejected_at", "hired": "hired_at"}
FILES = (
    ("cv", "cv_base64_data", "cv_base64_filename"),
    ("cover_letter", "cover_letter_base64_data", "cover_letter_base64_filename"),
)

# -- before ---------------------------------------------------------------------------------------------------------


def prepare(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    """Complete an application's row and find what is wrong with it."""
    _check_person(exchange, draft, row, problems)
    for _, data, filename in FILES:
        uploads.check(draft.sent, data, filename, problems)
    job = None if row.get("job_id") is None else exchange.store.find("jobs", id=row["job_id"])
    if job is None:
        return
    if new:
        _check_job(exchange, draft, job, problems)
        row["uuid"] = uploads.uuid_of(exchange, "applications")
        row.setdefault("channel", exchange.tenant.options["default_channel"])
        row.setdefault("locale", "en")
    _settle_stage(exchange, draft, row, job, problems, new)
    _tag(draft, row)
    if new and not problems:
        row["candidate_id"] = _person(exchange, draft, row)


def prepare_job_seeker(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    """A person in the talent pipeline, without a job."""
    _check_person(exchange, draft, row, problems)
    uploads.check(draft.sent, "cv_base64_data", "cv_base64_filename", problems)
    _tag(draft, row)
    if new and not problems:
        row.setdefault("channel", exchange.tenant.options["default_channel"])
        row["pipeline_source"] = "invited"
        row["candidate_id"] = _person(exchange, draft, row)


def _check_person(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem]) -> None:
    rules.check_email(draft.sent.get("email"), problems)
    if draft.sent.get("phone") is not None:
        row["phone"] = e164(row["phone"], row.get("phone_iso2"))
    rules.keep_address_rules(exchange, row)
    channel, checked = draft.sent.get("channel"), exchange.quirk(ChannelChecked)
    if channel is not None and channel not in CHANNELS and checked is not None:
        exchange.acted(checked)
        problems.append(wire.not_listed("channel"))


def _check_job(exchange: Exchange, draft: Draft, job: Row, problems: list[wire.Problem]) -> None:
    closed = exchange.quirk(ClosedJobsRefuseApplications)
    if closed is not None and job["status"] not in closed.accepting:
        exchange.acted(closed)
        problems.append(wire.Problem("job", "is not accepting applications", "closed", relationship=True))
    enforced = exchange.quirk(JobRequirementsEnforced)
    if enforced is not None:
        missing = [name for name in _demanded(job) if not draft.sent.get(name)]
        if missing:
            exchange.acted(enforced)
            problems += [wire.blank(name) for name in missing]
    if exchange.quirk(RequiredAnswersNotEnforced) is None:
        _check_answers(exchange, draft, job, problems)
    refused, email = exchange.quirk(DuplicatesRefused), draft.sent.get("email")
    if refused is not None and isinstance(email, str):
        others = exchange.store.where("applications", job_id=job["id"])
        if any(str(other["email"]).lower() == email.lower() for other in others):
            exchange.acted(refused)
            problems.append(wire.Problem("email", "has already been taken", "taken"))


def _demanded(job: Row) -> list[str]:
    """The attributes that this job's applications must bring."""
    demanded = []
    if job["require_phone"]:
        demanded += ["phone", "phone_iso2"]
    if job["ask_for_address"]:
        demanded += ["address1", "town", "country", "postcode"]
    if job["resume_requirement"] == "required":
        demanded += ["cv_base64_data"]
    if job["cover_letter_requirement"] == "required":
        demanded += ["cover_letter_base64_data"]
    if job["personal_summary_requirement"] == "required":
        demanded += ["summary"]
    return demanded


def _check_answers(exchange: Exchange, draft: Draft, job: Row, problems: list[wire.Problem]) -> None:
    pointers = [child.draft.pointers.get("question") for child in draft.children.get("answers", ())]
    answered = {pointer.id for pointer in pointers if pointer is not None}
    for question in exchange.store.where("questions", job_id=job["id"], required=True):
        if question["id"] not in answered:
            problems.append(wire.Problem("answers", f"to {question['title']!r} can't be blank", "blank", relationship=True))


def _settle_stage(exchange: Exchange, draft: Draft, row: Row, job: Row, problems: list[wire.Problem], new: bool) -> None:
    """The job's applied stage by default; another job's is refused; entering one of the last two is the outcome."""
    own = list(exchange.store.where("stages", stageable_type="Job", stageable_id=job["id"]))
    if new and row.get("stage_id") is None:
        row["stage_id"] = next((stage["id"] for stage in own if stage["basic_type"] == "applied"), None)
    if not new and "stage" not in draft.pointers:
        return
    if not new and row.get("stage_id") is None:
        problems.append(wire.must_exist("stage"))
        return
    foreign = exchange.quirk(ForeignStageRefused)
    if row["stage_id"] is not None and row["stage_id"] not in {stage["id"] for stage in own} and foreign is not None:
        exchange.acted(foreign)
        problems.append(wire.Problem("stage", "must belong to the job", "invalid", relationship=True))
        return
    _enter(exchange, row, new)


def _enter(exchange: Exchange, row: Row, new: bool) -> None:
    now = uploads.now_text(exchange)
    before = None if new else exchange.store.get("applications", row["id"])
    if before is not None and before["stage_id"] == row["stage_id"]:
        return
    row["stage_entered_at"] = now
    stage = None if row["stage_id"] is None else exchange.store.find("stages", id=row["stage_id"])
    furthest = None if row.get("furthest_stage_id") is None else exchange.store.find("stages", id=row["furthest_stage_id"])
    if stage is not None and (furthest is None or (stage["position"] or 0) > (furthest["position"] or 0)):
        row["furthest_stage_id"] = stage["id"]
    outcome = exchange.quirk(StageMovesSetOutcome)
    if outcome is None or stage is None:
        return
    for basic_type, column in OUTCOMES.items():
        wanted = (row.get(column) or now) if stage["basic_type"] == basic_type else (row.get(column) if new else None)
        if row.get(column) != wanted:
            exchange.acted(outcome)
            row[column] = wanted


def _tag(draft: Draft, row: Row) -> None:
    """Tags are written as {tag, context} and kept as {name, context}."""
    tags = list(row.get("tags") or [])
    added = [draft.sent["add_tag_with_context"]] if draft.sent.get("add_tag_with_context") is not None else []
    added += draft.sent.get("add_tags_with_context") or []
    for item in added:
        tag = _kept_tag(item)
        if tag not in tags:
            tags.append(tag)
    if draft.sent.get("remove_tag_with_context") is not None:
        gone = _kept_tag(draft.sent["remove_tag_with_context"])
        tags = [tag for tag in tags if tag != gone]
    row["tags"] = tags


def _kept_tag(item: Any) -> dict[str, str]:
    if not isinstance(item, dict) or not isinstance(item.get("tag"), str) or not isinstance(item.get("context"), str):
        raise malformed("a tag should have tag and context")
    return {"context": item["context"], "name": item["tag"]}


def _person(exchange: Exchange, draft: Draft, row: Row) -> int:
    """The candidate of that e-mail address, brought up to date, or a new one."""
    told = {name: row[name] for name in PERSON if row.get(name) is not None and (name in draft.sent or name == "locale")}
    table = {column.name for column in exchange.store.columns("candidates")}
    told = {name: value for name, value in told.items() if name in table}
    known = _known(exchange, draft, row)
    if known is None:
        now = uploads.now_text(exchange)
        made = exchange.store.insert("candidates", {**told, "created_at": now, "updated_at": now})
        return int(made["id"])
    if any(known[name] != value for name, value in told.items()):
        exchange.store.update("candidates", known["id"], **told, updated_at=uploads.now_text(exchange))
    return int(known["id"])


def _known(exchange: Exchange, draft: Draft, row: Row) -> Row | None:
    pointer = draft.pointers.get("candidate")
    if pointer is not None:
        return exchange.store.find("candidates", id=pointer.id)
    email = str(row["email"]).lower()
    return next((one for one in exchange.store.where("candidates") if one["email"] is not None and one["email"].lower() == email), None)


# -- after ----------------------------------------------------------------------------------------------------------


def finish(exchange: Exchange, draft: Draft, row: Row, new: bool) -> None:
    """Store the uploads."""
    for context, data_name, filename_name in FILES:
        data, filename = draft.sent.get(data_name), draft.sent.get(filename_name)
        if data is None or filename is None:
            continue
        for old in list(exchange.store.where("attachments", owner_type="applications", owner_id=row["id"], context=context)):
            exchange.store.delete("attachments", old["id"])
        uploads.add(exchange, "applications", int(row["id"]), context, filename, data)
        rendition = exchange.quirk(PdfRendition)
        if rendition is not None and context == "cv" and not filename.lower().endswith(".pdf"):
            exchange.acted(rendition)
            uploads.add(exchange, "applications", int(row["id"]), "pdf_cv", f"{filename.rpartition('.')[0]}.pdf", "data:application/pdf;base64,JVBERi0x")
    uploads.add_documents(exchange, "applications", int(row["id"]), draft.sent.get("documents_base64"))

"""Applications, job seekers and the people behind them: what Pinpoint demands of an application, and what it makes of one."""

from __future__ import annotations

import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import bindparam, select

from mock_servers.engine.store import Row
from mock_servers.pinpoint import countries, tables
from mock_servers.pinpoint.files import keep, uploads
from mock_servers.pinpoint.payload import Draft
from mock_servers.pinpoint.quirks import (
    ChannelChecked,
    ClosedJobsRefuseApplications,
    DuplicatesRefused,
    ForeignStageRefused,
    JobRequirementsEnforced,
    RequiredAnswersNotEnforced,
    StageMovesSetOutcome,
    UsAddresses,
)
from mock_servers.pinpoint.resources.vocabulary import CHANNELS
from mock_servers.pinpoint.saving import Saving, is_blank
from mock_servers.pinpoint.wire import Problem, blank, not_listed

PERSON = ("first_name", "last_name", "preferred_name", "email", "phone", "phone_iso2", "date_of_birth", "locale")
ADDRESS = ("address1", "address2", "town", "state_province", "postcode", "country")
FILES = ("cv", "cover_letter")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def prepare_application(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    """Checks and completes an application before it is stored."""
    prepare_person_fields(saving, values, before)
    draft.files = uploads(saving, draft.sent, FILES)
    if before is not None:
        _stage(saving, values, saving.store.find("jobs", id=before["job_id"]), before)
        _tags(saving, draft, values, before)
        return
    job = saving.store.find("jobs", id=values["job_id"]) if values.get("job_id") is not None else None
    _check_posting(saving, values)
    if job is not None:
        _check_open(saving, job)
        _check_requirements(saving, draft, job)
        _check_answers(saving, draft, job)
        _check_duplicate(saving, values, job)
    _stage(saving, values, job, None)
    _tags(saving, draft, values, None)
    saving.refuse_problems()
    values["id"] = saving.store.next_id("applications")
    values["uuid"] = str(uuid5(NAMESPACE_URL, f"pinpoint/applications/{values['id']}"))
    values.setdefault("channel", saving.exchange.tenant.options["default_channel"])
    values.setdefault("locale", "en")
    values["candidate_id"] = person(saving, values)


def finish_application(saving: Saving, draft: Draft, row: Row) -> None:
    keep(saving, "applications", row["id"], draft.files)


def prepare_job_seeker(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    """Somebody in the talent pipeline, without a job."""
    prepare_person_fields(saving, values, before)
    _tags(saving, draft, values, before)
    draft.files = uploads(saving, draft.sent, FILES)
    if before is not None:
        return
    saving.refuse_problems()
    values["candidate_id"] = person(saving, values)


def finish_job_seeker(saving: Saving, draft: Draft, row: Row) -> None:
    keep(saving, "job_seekers", row["id"], draft.files)


def prepare_candidate(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    prepare_person_fields(saving, values, before)
    draft.files = uploads(saving, draft.sent, FILES)
    email = values.get("email")
    other = candidate_by_email(saving, email) if email is not None else None
    if other is not None and (before is None or other != before["id"]):
        saving.problems.append(Problem("email", "has already been taken", "taken"))


def finish_candidate(saving: Saving, draft: Draft, row: Row) -> None:
    keep(saving, "candidates", row["id"], draft.files)


# -- people ---------------------------------------------------------------------------------------------------------


def person(saving: Saving, values: Row) -> int:
    """The person who applies: known by the relationship or the e-mail address and then updated, or new."""
    sent = {name: values[name] for name in (*PERSON, *ADDRESS) if values.get(name) is not None}
    known = values.get("candidate_id")
    if known is None:
        known = candidate_by_email(saving, values["email"])
    if known is None:
        return int(saving.store.insert("candidates", {**sent, "created_at": saving.now, "updated_at": saving.now})["id"])
    sent.pop("email")
    saving.store.update("candidates", known, **sent, updated_at=saving.now)
    return int(known)


def candidate_by_email(saving: Saving, email: str) -> int | None:
    """The e-mail address is a person's identity, whatever its case."""
    column = tables.candidates.c.email
    statement = lambda: select(tables.candidates.c.id).where(column.collate("NOCASE") == bindparam("email", required=True)).order_by("id")  # noqa: E731
    found = saving.store.query("candidate by email", statement, email=email)
    return int(found[0][0]) if found else None


def prepare_person_fields(saving: Saving, values: Row, before: Row | None) -> None:
    """E-mail, phone, address and channel as Pinpoint checks and keeps them."""
    email, channel = values.get("email"), values.get("channel")
    if not is_blank(email) and not _EMAIL.fullmatch(str(email)):
        saving.problems.append(Problem("email", "is invalid", "invalid"))
    checked = saving.exchange.quirk(ChannelChecked)
    if checked is not None and channel is not None and channel not in CHANNELS:
        saving.exchange.acted(checked)
        saving.problems.append(not_listed("channel"))
    if values.get("phone") is not None:
        iso2 = values.get("phone_iso2", None if before is None else before["phone_iso2"])
        values["phone"] = countries.e164(values["phone"], iso2)
    _address(saving, values, before)


def _address(saving: Saving, values: Row, before: Row | None) -> None:
    if not values.keys() & set(ADDRESS):
        return
    country = values.get("country", None if before is None else before.get("country"))
    found = countries.find(country) if country is not None else None
    if "country" in values and before is not None and "country_code" in before:
        values["country_code"] = None
    quirk = saving.exchange.quirk(UsAddresses)
    if quirk is None:
        return
    dropped = "address2" if found is not None and found.alpha2 == "US" else "state_province"
    kept = before.get(dropped) if before is not None else None
    if values.get(dropped) is not None:
        saving.exchange.acted(quirk)
        saving.exchange.unread.append(f"{dropped}: not kept for this country")
    if values.get(dropped) is not None or kept is not None:
        values[dropped] = None


# -- what a job demands ---------------------------------------------------------------------------------------------


def _check_posting(saving: Saving, values: Row) -> None:
    """A posting of another job can make no sense (assumed)."""
    posting = saving.store.find("job_postings", id=values["job_posting_id"]) if values.get("job_posting_id") is not None else None
    if posting is not None and values.get("job_id") not in (None, posting["job_id"]):
        saving.problems.append(Problem("job_posting", "is invalid", "invalid", relationship=True))


def _check_open(saving: Saving, job: Row) -> None:
    quirk = saving.exchange.quirk(ClosedJobsRefuseApplications)
    if quirk is not None and job["status"] not in quirk.accepting:
        saving.exchange.acted(quirk)
        saving.problems.append(Problem("job", "is not accepting applications", "not_accepting", relationship=True))


def _check_requirements(saving: Saving, draft: Draft, job: Row) -> None:
    quirk = saving.exchange.quirk(JobRequirementsEnforced)
    if quirk is None:
        return
    demanded: list[str] = []
    if job["require_phone"]:
        demanded += ["phone", "phone_iso2"]
    if job["ask_for_address"]:
        demanded += ["address1", "town", "postcode", "country"]
    if job["personal_summary_requirement"] == "required":
        demanded.append("summary")
    missing = [name for name in demanded if is_blank(draft.sent.get(name))]
    for context, column in (("cv", "resume_requirement"), ("cover_letter", "cover_letter_requirement")):
        if job[column] == "required" and is_blank(draft.sent.get(f"{context}_base64_data")):
            missing.append(context)
    if missing:
        saving.exchange.acted(quirk)
        saving.problems.extend(blank(name) for name in missing)


def _check_answers(saving: Saving, draft: Draft, job: Row) -> None:
    lenient = saving.exchange.quirk(RequiredAnswersNotEnforced)
    answered = {child.draft.pointers.get("question") for child in draft.children.get("answers", [])}
    ids = {pointer.id for pointer in answered if pointer is not None}
    missing = [question for question in saving.store.where("questions", job_id=job["id"], required=True) if question["id"] not in ids]
    if missing and lenient is not None:
        saving.exchange.acted(lenient)
    elif missing:
        saving.problems.extend(Problem("answers", f"must answer {question['title']!r}", "blank", relationship=True) for question in missing)


def _check_duplicate(saving: Saving, values: Row, job: Row) -> None:
    quirk = saving.exchange.quirk(DuplicatesRefused)
    known = candidate_by_email(saving, values["email"]) if quirk is not None and values.get("email") is not None else None
    if quirk is not None and known is not None and saving.store.find("applications", candidate_id=known, job_id=job["id"]) is not None:
        saving.exchange.acted(quirk)
        saving.problems.append(Problem("email", quirk.words, "taken"))


# -- stages ---------------------------------------------------------------------------------------------------------


def _stage(saving: Saving, values: Row, job: Row | None, before: Row | None) -> None:
    """Enter the wanted stage, or on create the job's first one of the basic type applied."""
    if before is not None and values.get("stage_id", before["stage_id"]) == before["stage_id"]:
        return
    stages = (
        {} if job is None else {stage["id"]: stage for stage in saving.store.where("stages", stageable_type="Job", stageable_id=job["id"])}
    )
    wanted = values.get("stage_id")
    if wanted is None:
        applied = sorted(
            (s for s in stages.values() if s["basic_type"] == "applied"), key=lambda stage: (stage["position"] or 0, stage["id"])
        )
        if before is not None:
            saving.problems.append(Problem("stage", "must exist", "blank", relationship=True))
        elif applied:
            _enter(saving, values, applied[0], None)
        return
    quirk = saving.exchange.quirk(ForeignStageRefused)
    if wanted not in stages and job is not None and quirk is not None:
        saving.exchange.acted(quirk)
        saving.problems.append(Problem("stage", "is invalid", "invalid", relationship=True))
        return
    stage = saving.store.find("stages", id=wanted)
    if stage is not None:
        _enter(saving, values, stage, before)


def _enter(saving: Saving, values: Row, stage: Row, before: Row | None) -> None:
    values["stage_id"], values["stage_entered_at"] = stage["id"], saving.now
    reached = None if before is None or before["furthest_stage_id"] is None else saving.store.find("stages", id=before["furthest_stage_id"])
    if stage["basic_type"] != "rejected" and (reached is None or (reached["position"] or 0) < (stage["position"] or 0)):
        values["furthest_stage_id"] = stage["id"]
    quirk = saving.exchange.quirk(StageMovesSetOutcome)
    if quirk is None:
        return
    for basic_type, column in (("rejected", "rejected_at"), ("hired", "hired_at")):
        if stage["basic_type"] == basic_type:
            saving.exchange.acted(quirk)
            values.setdefault(column, saving.now)
        elif before is not None and before[column] is not None:
            saving.exchange.acted(quirk)
            values.setdefault(column, None)


# -- tags -----------------------------------------------------------------------------------------------------------


def _tags(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    """Tags are written as `tag` and read as `name`."""
    single = draft.sent.get("add_tag_with_context")
    added = [*([] if single is None else [single]), *(draft.sent.get("add_tags_with_context") or [])]
    removed = draft.sent.get("remove_tag_with_context")
    if not added and removed is None:
        return
    tags = list(before["tags"]) if before is not None and before["tags"] is not None else []
    for item in added:
        tag = _tag(saving, "add_tag_with_context", item)
        if tag is not None and tag not in tags:
            tags.append(tag)
    if removed is not None:
        gone = _tag(saving, "remove_tag_with_context", removed)
        tags = [tag for tag in tags if tag != gone]
    values["tags"] = tags


def _tag(saving: Saving, attribute: str, item: Any) -> Row | None:
    tag, context = (item.get("tag"), item.get("context")) if isinstance(item, dict) else (None, None)
    if not isinstance(tag, str) or not isinstance(context, str) or not tag or not context:
        saving.problems.append(Problem(attribute, "must have tag and context", "invalid"))
        return None
    return {"context": context, "name": tag}

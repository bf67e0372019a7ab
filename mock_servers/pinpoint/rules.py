"""What is special about writing each resource, beyond what its row in resources.py says."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mock_servers.engine.store import Row
from mock_servers.pinpoint import applying
from mock_servers.pinpoint.cells import LEVELS
from mock_servers.pinpoint.files import Upload, keep, uploads
from mock_servers.pinpoint.payload import Draft
from mock_servers.pinpoint.quirks import OneValuePerField
from mock_servers.pinpoint.resources.vocabulary import CUSTOM_VALUES
from mock_servers.pinpoint.rules_around import RULES_AROUND
from mock_servers.pinpoint.saving import Rule, Saving, is_blank
from mock_servers.pinpoint.wire import Problem, blank, must_exist

# -- answers --------------------------------------------------------------------------------------------------------

ANSWER_FIELDS = {
    "short_text": {"text_answer"},
    "long_text": {"text_answer"},
    "boolean": {"boolean_answer"},
    "date": {"date_answer"},
    "url": {"url_answer"},
    "number": {"number_answer"},
    "date_range": {"date_from_answer", "date_to_answer"},
    "document": {"document_base64_data", "document_base64_filename", "document_signed_id"},
    "multiple_choice": set[str](),
}
"""What an answer to a question of this type may carry. Other question types take anything."""


def prepare_answer(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    if before is None and values.get("answerable_id") is None and values.get("structured_section_response_id") is None:
        saving.problems.append(must_exist("answerable"))
    question_id = before["question_id"] if before is not None else values.get("question_id")
    question = saving.store.find("questions", id=question_id) if question_id is not None else None
    if question is None:
        return
    fitting = ANSWER_FIELDS.get(question["question_type"])
    for name, value in draft.sent.items():
        if fitting is not None and name not in fitting and value is not None:
            saving.problems.append(Problem(name, "must be blank", "present"))
    if "answer_options" in draft.children:
        values["multiple_choice_answer"] = _chosen(saving, draft, question, before)
    draft.files = _document(saving, draft.sent)


def _chosen(saving: Saving, draft: Draft, question: Row, before: Row | None) -> list[str]:
    chosen = list(before["multiple_choice_answer"]) if before is not None and before["multiple_choice_answer"] is not None else []
    dropped = {number for child in draft.children["answer_options"] if child.method == "destroy" for number in [_place(child.id, before)]}
    chosen = [text for number, text in enumerate(chosen, start=1) if number not in dropped]
    offered = question["multiple_choice_options"] if question["multiple_choice_options"] is not None else []
    for child in draft.children["answer_options"]:
        text = child.draft.sent.get("text")
        if child.method == "create" and text not in offered:
            saving.problems.append(Problem("answer_options", "is invalid", "invalid", relationship=True))
        elif child.method == "create" and text not in chosen:
            chosen.append(text)
    return chosen


def _place(option_id: int | None, before: Row | None) -> int | None:
    """Which of the answer's options an id means: option ids are the answer's id and two digits."""
    if option_id is None or before is None or option_id // 100 != before["id"]:
        return None
    return option_id % 100


def _document(saving: Saving, sent: dict[str, Any]) -> list[Upload]:
    item = {"data": sent.get("document_base64_data"), "filename": sent.get("document_base64_filename")}
    if not any(item.values()):
        return []
    for part, name in (("data", "document_base64_data"), ("filename", "document_base64_filename")):
        if is_blank(item[part]):
            saving.problems.append(blank(name))
            return []
    return uploads(saving, {"documents_base64": [item]}, ())


def finish_answer(saving: Saving, draft: Draft, row: Row) -> None:
    if draft.files:
        for attachment in list(saving.store.where("attachments", owner_type="answers", owner_id=row["id"])):
            saving.store.delete("attachments", attachment["id"])
    keep(saving, "answers", row["id"], draft.files)


# -- comments -------------------------------------------------------------------------------------------------------


def prepare_comment(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    """Documented: the author is the company's system user, unless one is named. Not every account here has that user."""
    if values.get("user_id") is None:
        system = saving.store.find("users", user_type="system")
        values["user_id"] = None if system is None else system["id"]


# -- custom fields and attributes -----------------------------------------------------------------------------------


def prepare_custom_field(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    resource_type = values.get("resource_type", None if before is None else before["resource_type"])
    name = values.get("name")
    same = list(saving.store.where("custom_fields", name=name, resource_type=resource_type)) if name is not None else []
    if any(before is None or field["id"] != before["id"] for field in same):
        saving.problems.append(Problem("name", "has already been taken", "taken"))
    if before is None:
        values["id"] = saving.store.next_id("custom_fields")
        values["unique_reference"] = f"custom_field_{values['id']}"
        values.setdefault("position", saving.store.count("custom_fields") + 1)


def prepare_custom_attribute(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    field_id = before["custom_field_id"] if before is not None else values.get("custom_field_id")
    field = saving.store.find("custom_fields", id=field_id) if field_id is not None else None
    if field is None:
        return
    owner = {
        name: before[name] if before is not None else values.get(name) for name in ("custom_attributable_type", "custom_attributable_id")
    }
    _check_owner(saving, field, owner, before)
    sent = [name for name in CUSTOM_VALUES if draft.sent.get(name) is not None]
    if len(sent) != 1 and not (before is not None and not sent):
        saving.problems.append(Problem("value", "must be given exactly once", "invalid") if sent else blank("value"))
    elif sent:
        values["value"] = _checked_value(saving, field, sent[0], draft.sent[sent[0]])


FIELD_OF_CLASS = {
    "Application": "application",
    "Candidate": "candidate",
    "Job": "job",
    "JobSeeker": "job_seeker",
    "Offer": "offer",
    "Position": "position",
}
"""Which resource_type of custom fields belongs to which class."""


def _check_owner(saving: Saving, field: Row, owner: Row, before: Row | None) -> None:
    if owner["custom_attributable_type"] is not None and FIELD_OF_CLASS.get(owner["custom_attributable_type"]) != field["resource_type"]:
        saving.problems.append(Problem("custom_field", "is not a field of this record", "invalid", relationship=True))
    quirk = saving.exchange.quirk(OneValuePerField)
    if quirk is None or before is not None or owner["custom_attributable_id"] is None:
        return
    if saving.store.find("custom_attributes", custom_field_id=field["id"], **owner) is not None:
        saving.exchange.acted(quirk)
        saving.problems.append(Problem("custom_field", "has already been taken", "taken", relationship=True))


def _checked_value(saving: Saving, field: Row, name: str, value: Any) -> Any:
    if name != f"{field['field_type']}_value":
        saving.problems.append(Problem(name, f"does not fit a field of type {field['field_type']}", "invalid"))
    options = field["options"] if field["options"] is not None else []
    match field["field_type"]:
        case "varchar" if len(str(value)) > 255:
            saving.problems.append(Problem(name, "is too long (maximum is 255 characters)", "too_long"))
        case "single_select" if value not in options:
            saving.problems.append(Problem(name, "is not included in the list", "inclusion"))
        case "multi_select" if not isinstance(value, list) or any(text not in options for text in value):
            saving.problems.append(Problem(name, "is not included in the list", "inclusion"))
        case "users" if not isinstance(value, list) or not all(_is_user(saving, id) for id in value):
            saving.problems.append(Problem(name, "must be ids of users", "invalid"))
        case "users":
            return [int(id) for id in value]
        case _:
            pass
    return value


def _is_user(saving: Saving, id: Any) -> bool:
    text = str(id)
    return text.isascii() and text.isdigit() and saving.store.find("users", id=int(text)) is not None


# -- jobs -----------------------------------------------------------------------------------------------------------

OPEN_JOB_NEEDS = ("description", "employment_type", "external_key_responsibilities_header", "key_responsibilities", "visibility")
"""Documented: what an open job must have beside what every job must have."""


def prepare_job(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    _managers_by_email(saving, draft, values)
    status = values.get("status")
    if before is None and status == "open":
        saving.problems.extend(blank(name) for name in OPEN_JOB_NEEDS if is_blank(draft.sent.get(name)))
    stamps = {"open": "opened_at", "closed": "closed_at", "filled": "filled_at"}
    if status in stamps and (before is None or before[stamps[status]] is None):
        values.setdefault(stamps[status], saving.now)
    if values.get("structure_link_id") is not None:
        link = saving.store.get("structure_links", values["structure_link_id"])
        values.update({name: link[name] for name in LEVELS})
    if before is None:
        workflow = values.get("selected_hiring_workflow_id")
        if workflow is not None and saving.store.find("hiring_workflows", id=workflow) is None:
            saving.problems.append(must_exist("selected_hiring_workflow_id"))
        values["id"] = saving.store.next_id("jobs")
        values["uuid"] = str(uuid5(NAMESPACE_URL, f"pinpoint/jobs/{values['id']}"))
        values.setdefault("visibility", "external")


def _managers_by_email(saving: Saving, draft: Draft, values: Row) -> None:
    for role in ("hiring_manager_user", "recruitment_manager_user"):
        email = draft.sent.get(f"{role}_email")
        user = saving.store.find("users", email=email) if email is not None else None
        if user is not None:
            values[f"{role}_id"] = user["id"]
        elif email is not None:
            saving.problems.append(must_exist(role))


def finish_job(saving: Saving, draft: Draft, row: Row) -> None:
    """A new job gets stages of its own, copied from its workflow's; an open one (assumed) a posting."""
    if row["status"] == "open" and saving.store.find("job_postings", job_id=row["id"]) is None:
        _post(saving, row)
    if saving.store.find("stages", stageable_type="Job", stageable_id=row["id"]) is not None:
        return
    for stage in list(saving.store.where("stages", stageable_type="HiringWorkflow", stageable_id=row["selected_hiring_workflow_id"])):
        own = {"stageable_type": "Job", "stageable_id": row["id"], "created_at": saving.now, "updated_at": saving.now}
        saving.store.insert("stages", {**{name: value for name, value in stage.items() if name != "id"}, **own})


def _post(saving: Saving, job: Row) -> None:
    id = saving.store.next_id("job_postings")
    uuid = str(uuid5(NAMESPACE_URL, f"pinpoint/job_postings/{id}"))
    times = {"created_at": saving.now, "updated_at": saving.now}
    posting = {"id": id, "uuid": uuid, "job_id": job["id"], "name": "Default", "status": "active", "default_for_job": True}
    saving.store.insert("job_postings", {**posting, **times})


# -- users ----------------------------------------------------------------------------------------------------------


def prepare_user(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    group = values.get("access_group_id")
    if group is not None and saving.store.find("access_groups", id=group) is None:
        saving.problems.append(must_exist("access_group"))
    email = values.get("email")
    if email is None:
        return
    if "@" not in email:
        saving.problems.append(Problem("email", "is invalid", "invalid"))
    other = saving.store.find("users", email=email)
    if other is not None and (before is None or other["id"] != before["id"]):
        saving.problems.append(Problem("email", "has already been taken", "taken"))


RULES: dict[str, Rule] = {
    "answers": Rule(prepare_answer, finish_answer),
    "applications": Rule(applying.prepare_application, applying.finish_application),
    "candidates": Rule(applying.prepare_candidate, applying.finish_candidate),
    "comments": Rule(prepare_comment),
    "custom_attributes": Rule(prepare_custom_attribute),
    "custom_fields": Rule(prepare_custom_field),
    "job_seekers": Rule(applying.prepare_job_seeker, applying.finish_job_seeker),
    "jobs": Rule(prepare_job, finish_job),
    "users": Rule(prepare_user),
    **RULES_AROUND,
}

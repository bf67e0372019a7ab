"""What single resource types do when they are written, beyond storing what was sent."""

from __future__ import annotations

from typing import Any

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.store import Row, Store
from mock_servers.pinpoint import uploads, wire
from mock_servers.pinpoint.countries import e164
from mock_servers.pinpoint.payload import Draft, malformed
from mock_servers.pinpoint.quirks import UsAddresses
from mock_servers.pinpoint.resources import CUSTOM_VALUES

LONGEST_VARCHAR = 255
FIELD_TYPE_OF = {name: name.removesuffix("_value") for name in CUSTOM_VALUES}

# -- people ---------------------------------------------------------------------------------------------------------


def candidate(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    if "email" in draft.sent:
        check_email(draft.sent["email"], problems)
    if draft.sent.get("phone") is not None:
        row["phone"] = e164(row["phone"], row["phone_iso2"])
    keep_address_rules(exchange, row)


def candidate_files(exchange: Exchange, draft: Draft, row: Row, new: bool) -> None:
    uploads.add_documents(exchange, "candidates", int(row["id"]), draft.sent.get("documents_base64"))


def check_email(email: Any, problems: list[wire.Problem]) -> None:
    """An address needs something before and behind one @."""
    if isinstance(email, str) and email.strip():
        name, at, domain = email.rpartition("@")
        if not at or not name or "." not in domain or any(character.isspace() for character in email):
            problems.append(wire.Problem("email", "is invalid", "invalid"))


def keep_address_rules(exchange: Exchange, row: Row) -> None:
    """US addresses have a state and no second line; others the other way round."""
    quirk = exchange.quirk(UsAddresses)
    if quirk is None or row.get("country") is None:
        return
    column = "address2" if row["country"] == "US" else "state_province"
    if row.get(column) is not None:
        exchange.acted(quirk)
        row[column] = None


def user(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    email = draft.sent.get("email")
    check_email(email, problems)
    if isinstance(email, str):
        others = [other for other in exchange.store.where("users") if other["email"].lower() == email.lower()]
        if any(other["id"] != row.get("id") for other in others):
            problems.append(wire.Problem("email", "has already been taken", "taken"))
    if draft.sent.get("send_invitation"):
        exchange.why = "an invitation would be sent"


# -- comments, answers ----------------------------------------------------------------------------------------------


def comment(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    """Without a user the author is the account's system user, which no endpoint shows (documented)."""
    row.setdefault("private_comment", False)


def answer(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    """Chosen options come as sideposted answer_options and must be among the question's."""
    question = None if row.get("question_id") is None else exchange.store.find("questions", id=row["question_id"])
    if "answer_options" in draft.children:
        texts = [child.draft.sent.get("text") for child in draft.children["answer_options"] if child.method != "destroy"]
        known = [] if question is None or question["multiple_choice_options"] is None else question["multiple_choice_options"]
        if any(text not in known for text in texts):
            problems.append(wire.Problem("answer_options", "is not included in the list", "inclusion", relationship=True))
        row["multiple_choice_answer"] = texts
    uploads.check(draft.sent, "document_base64_data", "document_base64_filename", problems)


def answer_file(exchange: Exchange, draft: Draft, row: Row, new: bool) -> None:
    data, name = draft.sent.get("document_base64_data"), draft.sent.get("document_base64_filename")
    if data is None or name is None:
        return
    for old in list(exchange.store.where("attachments", owner_type="answers", owner_id=row["id"])):
        exchange.store.delete("attachments", old["id"])
    uploads.add(exchange, "answers", int(row["id"]), "document", name, data)


# -- custom fields --------------------------------------------------------------------------------------------------


def custom_field(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    options = draft.sent.get("options")
    if options is not None and not all(isinstance(option, str) for option in options):
        raise malformed("data.attributes.options should hold texts")
    if new and row.get("field_type") in ("single_select", "multi_select") and not options:
        problems.append(wire.blank("options"))


def unique_reference(exchange: Exchange, draft: Draft, row: Row, new: bool) -> None:
    if new and row["unique_reference"] is None:
        exchange.store.update("custom_fields", row["id"], unique_reference=f"custom_field_{row['id']}")


def custom_attribute(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    """Exactly one value, and the one that the field's type takes."""
    sent = [name for name in CUSTOM_VALUES if name in draft.sent]
    if len(sent) > 1 or (new and not sent):
        problems.append(wire.Problem("value", "must be given exactly once", "invalid"))
        return
    field = None if row.get("custom_field_id") is None else exchange.store.find("custom_fields", id=row["custom_field_id"])
    if field is None or not sent:
        return
    name, value = sent[0], draft.sent[sent[0]]
    if FIELD_TYPE_OF[name] != field["field_type"]:
        problems.append(wire.Problem(name, f"cannot be set on a field of type {field['field_type']}", "invalid"))
    elif isinstance(value, str) and name == "varchar_value" and len(value) > LONGEST_VARCHAR:
        problems.append(wire.Problem(name, f"is too long (maximum is {LONGEST_VARCHAR} characters)", "too_long"))
    elif not _is_option(field, name, value):
        problems.append(wire.not_listed(name))
    row["value"] = value


def _is_option(field: Row, name: str, value: Any) -> bool:
    if name not in ("single_select_value", "multi_select_value") or value is None:
        return True
    chosen = value if isinstance(value, list) else [value]
    return all(one in (field["options"] or []) for one in chosen)


# -- jobs -----------------------------------------------------------------------------------------------------------

NEEDED_WHEN_OPEN = ("description", "employment_type", "external_key_responsibilities_header", "key_responsibilities", "visibility")
MANAGERS = {"hiring_manager_user_email": "hiring_manager_user_id", "recruitment_manager_user_email": "recruitment_manager_user_id"}


def job(exchange: Exchange, draft: Draft, row: Row, problems: list[wire.Problem], new: bool) -> None:
    if new and draft.sent.get("status") == "open":
        problems += [wire.blank(name) for name in NEEDED_WHEN_OPEN if not draft.sent.get(name)]
    for name, column in MANAGERS.items():
        if draft.sent.get(name) is not None:
            found = [one for one in exchange.store.where("users") if one["email"].lower() == draft.sent[name].lower()]
            if found:
                row[column] = found[0]["id"]
            else:
                problems.append(wire.Problem(name, "must belong to a user", "invalid"))
    if new:
        row["uuid"] = uploads.uuid_of(exchange, "jobs")
        _follow_structure(exchange, row)
        if row.get("status") == "open":
            row["opened_at"] = row["updated_at"]
        workflow = row.get("selected_hiring_workflow_id")
        if workflow is not None and exchange.store.find("hiring_workflows", id=workflow) is None:
            problems.append(wire.must_exist("selected_hiring_workflow"))
    elif row.get("status") in ("closed", "archived", "filled", "cancelled") and row.get("closed_at") is None and "status" in draft.sent:
        row["closed_at"] = uploads.now_text(exchange)


def _follow_structure(exchange: Exchange, row: Row) -> None:
    """A job hangs on one structure link, which names its department, division and location."""
    link = None if row.get("structure_link_id") is None else exchange.store.find("structure_links", id=row["structure_link_id"])
    if link is not None:
        row.update({name: link[name] for name in ("department_id", "division_id", "location_id")})


def job_stages(exchange: Exchange, draft: Draft, row: Row, new: bool) -> None:
    """A new job gets stages of its own, copied from its workflow."""
    if not new:
        return
    template = exchange.store.where("stages", stageable_type="HiringWorkflow", stageable_id=row["selected_hiring_workflow_id"])
    for stage in list(template):
        copied = {name: stage[name] for name in ("name", "external_name", "description", "basic_type", "visible", "position")}
        own = {"stageable_type": "Job", "stageable_id": row["id"], "created_at": row["created_at"], "updated_at": row["created_at"]}
        exchange.store.insert("stages", {**copied, **own})


# -- deleting -------------------------------------------------------------------------------------------------------

HANGING: dict[str, tuple[tuple[str, str, str | None, str | None], ...]] = {
    "jobs": (("applications", "job_id", None, None), ("stages", "stageable_id", "stageable_type", "Job"), ("questions", "job_id", None, None),
             ("custom_attributes", "custom_attributable_id", "custom_attributable_type", "Job")),
    "applications": (("answers", "answerable_id", "answerable_type", "applications"), ("attachments", "owner_id", "owner_type", "applications"),
                     ("comments", "commentable_id", "commentable_type", "Application"),
                     ("custom_attributes", "custom_attributable_id", "custom_attributable_type", "Application"),
                     ("interviews", "interviewable_id", "interviewable_type", "Application")),
    "job_seekers": (("answers", "answerable_id", "answerable_type", "job_seekers"), ("comments", "commentable_id", "commentable_type", "JobSeeker"),
                    ("custom_attributes", "custom_attributable_id", "custom_attributable_type", "JobSeeker"),
                    ("interviews", "interviewable_id", "interviewable_type", "JobSeeker")),
    "answers": (("attachments", "owner_id", "owner_type", "answers"),),
    "interviews": (("interview_parts", "interview_id", None, None),),
    "custom_fields": (("custom_attributes", "custom_field_id", None, None),),
}  # fmt: skip
"""Table to (table, column, class column, class) of the records that go along."""


def delete_with_dependents(store: Store, table: str, id: int) -> None:
    for other, column, class_column, class_name in HANGING.get(table, ()):
        owner = {} if class_column is None else {class_column: class_name}
        for row in list(store.where(other, **{column: id}, **owner)):
            delete_with_dependents(store, other, row["id"])
    store.delete(table, id)

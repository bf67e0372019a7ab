"""What is special about writing what stands around applications: results of tests and checks, requisitions, sections."""

from __future__ import annotations

from mock_servers.engine.store import Row
from mock_servers.pinpoint.payload import Draft
from mock_servers.pinpoint.quirks import ResultsBecomeTags
from mock_servers.pinpoint.resources.company import DETAIL_VALUES
from mock_servers.pinpoint.saving import Prepare, Rule, Saving
from mock_servers.pinpoint.wire import Problem, blank, must_exist, not_listed

# -- assessments and background checks ---------------------------------------------------------------------------------


def prepare_result(label: str, context: str) -> Prepare:
    """A result of somebody outside; `label` is the attribute that names the test, `context` that of its tags."""

    def prepare(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
        code = values.get("provider_code")
        if before is None and code is not None and code not in saving.exchange.tenant.options["provider_codes"]:
            saving.problems.append(not_listed("provider_code"))
        after = {**(before if before is not None else {}), **values}
        if not saving.problems and _complete(after) and not (before is not None and _complete(before)):
            _tag_application(saving, after, label, context)

    return prepare


def _complete(row: Row) -> bool:
    return bool(row.get("is_completed")) or row.get("status") == "completed"


def _tag_application(saving: Saving, row: Row, label: str, context: str) -> None:
    quirk = saving.exchange.quirk(ResultsBecomeTags)
    application = saving.store.find("applications", id=row["application_id"])
    if quirk is None or application is None or row.get("result") is None:
        return
    saving.exchange.acted(quirk)
    tag = {"context": context, "name": f"{row[label]}: {row['result']}"}
    tags = application["tags"] if application["tags"] is not None else []
    if tag not in tags:
        saving.store.update("applications", application["id"], tags=[*tags, tag], updated_at=saving.now)


# -- requisitions ------------------------------------------------------------------------------------------------------


def prepare_requisition(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    email = draft.sent.get("creator_email")
    if email is not None:
        user = saving.store.find("users", email=email)
        if user is None:
            saving.problems.append(must_exist("creator"))
        else:
            values["creator_id"] = user["id"]
    if before is None:
        values["status"] = "pending"
    if draft.sent.get("archive") is not None:
        values["status"] = "archived" if draft.sent["archive"] else "pending"


def prepare_requisition_detail(saving: Saving, draft: Draft, values: Row, before: Row | None) -> None:
    field_id = values.get("requisition_template_field_id")
    field = saving.store.find("requisition_template_fields", id=field_id) if field_id is not None else None
    if field is None:
        return
    requisition = saving.store.find("requisitions", id=values.get("requisition_id"))
    if requisition is not None and field["requisition_template_id"] != requisition["requisition_template_id"]:
        saving.problems.append(Problem("requisition_template_field", "is invalid", "invalid", relationship=True))
    sent = [name for name in DETAIL_VALUES if draft.sent.get(name) is not None]
    if not sent:
        saving.problems.append(blank("value"))
    for name in sent:
        if name != f"{field['field_type']}_value":
            saving.problems.append(Problem(name, f"does not fit a field of type {field['field_type']}", "invalid"))


RULES_AROUND: dict[str, Rule] = {
    "background_checks": Rule(prepare_result("name", "background_check")),
    "candidate_assessments": Rule(prepare_result("assessment_name", "assessment")),
    "requisition_details": Rule(prepare_requisition_detail),
    "requisitions": Rule(prepare_requisition),
}

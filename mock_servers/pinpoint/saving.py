"""Writes records: the rules that hold for every resource, and the order in which a record and what was sent with it are saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_servers.engine.store import NotFound, Row
from mock_servers.engine.vendors import Refusal
from mock_servers.pinpoint.cells import wire_time
from mock_servers.pinpoint.payload import Child, Draft, Pointer
from mock_servers.pinpoint.quirks import NullMetaOnDelete
from mock_servers.pinpoint.resource import Many, One, OneOfSeveral, Relation, Resource
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.resources.vocabulary import CLASS_OF_TYPE
from mock_servers.pinpoint.wire import Problem, blank, invalid, must_exist, not_listed, refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

Prepare = Callable[["Saving", Draft, Row, "Row | None"], None]
"""(saving, draft, values to be stored, the row before or None): adds problems, completes the values."""
Finish = Callable[["Saving", Draft, Row], None]
"""(saving, draft, the stored row): saves what stands in other tables."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is special about writing one resource."""

    prepare: Prepare | None = None
    finish: Finish | None = None


NO_RULE = Rule()

HANGS_ON_APPLICATIONS = (
    *("offers", "document_requests", "onboarding_applications", "candidate_assessments", "background_checks", "candidate_surveys"),
    *("one_way_video_interviews", "hris_exports", "scorecard_ratings", "scorecard_notes", "scorecard_answers"),
)
# What goes with a record that is deleted: (table, column of its id, column of its class, class).
CASCADES: dict[str, tuple[tuple[str, str, str | None, str | None], ...]] = {
    "applications": (
        *((table, "application_id", None, None) for table in HANGS_ON_APPLICATIONS),
        ("reference_checks", "reference_checkable_id", "reference_checkable_type", "Application"),
        ("user_scorecards", "rated_id", "rated_type", "Application"),
        ("structured_section_responses", "answerable_id", "answerable_type", "applications"),
        ("answers", "answerable_id", "answerable_type", "applications"),
        ("custom_attributes", "custom_attributable_id", "custom_attributable_type", "Application"),
        ("comments", "commentable_id", "commentable_type", "Application"),
        ("interviews", "interviewable_id", "interviewable_type", "Application"),
        ("attachments", "owner_id", "owner_type", "applications"),
    ),
    "job_seekers": (
        ("user_scorecards", "rated_id", "rated_type", "JobSeeker"),
        ("structured_section_responses", "answerable_id", "answerable_type", "job_seekers"),
        ("answers", "answerable_id", "answerable_type", "job_seekers"),
        ("custom_attributes", "custom_attributable_id", "custom_attributable_type", "JobSeeker"),
        ("comments", "commentable_id", "commentable_type", "JobSeeker"),
        ("interviews", "interviewable_id", "interviewable_type", "JobSeeker"),
        ("attachments", "owner_id", "owner_type", "job_seekers"),
    ),
    "jobs": (
        ("applications", "job_id", None, None),
        ("job_postings", "job_id", None, None),
        ("questions", "job_id", None, None),
        ("stages", "stageable_id", "stageable_type", "Job"),
        ("custom_attributes", "custom_attributable_id", "custom_attributable_type", "Job"),
    ),
    "interviews": (("interview_parts", "interview_id", None, None),),
    "answers": (("attachments", "owner_id", "owner_type", "answers"),),
    "custom_fields": (("custom_attributes", "custom_field_id", None, None),),
    "structured_section_responses": (("answers", "structured_section_response_id", None, None),),
    "candidate_surveys": (("answers", "answerable_id", "answerable_type", "candidate_surveys"),),
    "reference_checks": (
        ("reference_check_answers", "reference_check_id", None, None),
        ("reference_check_field_answers", "reference_check_id", None, None),
    ),
    "onboarding_applications": (("onboarding_answers", "onboarding_application_id", None, None),),
    "offers": (
        ("custom_attributes", "custom_attributable_id", "custom_attributable_type", "Offer"),
        ("attachments", "owner_id", "owner_type", "offers"),
    ),
    "requisitions": (("requisition_details", "requisition_id", None, None),),
}


class Saving:
    """One request's writing. It runs inside the engine's transaction, so a refusal leaves nothing behind."""

    def __init__(self, exchange: Exchange, rules: dict[str, Rule]) -> None:
        self.exchange, self.store, self._rules = exchange, exchange.store, rules
        self.now = wire_time(int(exchange.now))
        self.problems: list[Problem] = []

    # -- the three kinds of writing ---------------------------------------------------------------------------------

    def create(self, draft: Draft, preset: Row | None = None) -> int:
        """A new record, with what was sent along; `preset` are columns that its parent decides."""
        resource, rule = draft.resource, self._rules.get(draft.resource.type, NO_RULE)
        values = {**self._values(draft), **(preset if preset is not None else {})}
        self._require(draft, values)
        if rule.prepare is not None:
            rule.prepare(self, draft, values, None)
        self.refuse_problems()
        row = self.store.insert(resource.stored.name, {**values, "created_at": self.now, "updated_at": self.now})
        if rule.finish is not None:
            rule.finish(self, draft, row)
        self._children(draft, row)
        return int(row["id"])

    def update(self, type: str, before: Row, draft: Draft) -> None:
        """A partial update of a row: what was not sent stays as it is."""
        resource, rule = draft.resource, self._rules.get(type, NO_RULE)
        values = self._values(draft)
        for name in resource.required:
            if name in draft.sent and is_blank(draft.sent[name]):
                self.problems.append(blank(name))
        if rule.prepare is not None:
            rule.prepare(self, draft, values, before)
        self.refuse_problems()
        changed = {name: value for name, value in values.items() if before[name] != value}
        if changed or self._carries_more(draft):
            before = self.store.change(resource.stored.name, before, {**changed, "updated_at": self.now})
        if rule.finish is not None:
            rule.finish(self, draft, before)
        self._children(draft, before)

    def delete(self, type: str, id: int) -> None:
        self.existing(type, id)
        for table, column in RESOURCES[type].held_by:
            holder = self.store.find(table, **{column: id})
            if holder is not None and RESOURCES[type].conflict_when_held:
                raise refuse(409, why=f"{table} {holder['id']} points at {type} {id}")
            if holder is not None:
                self.problems.append(Problem("base", f"Cannot delete record because dependent {table} exist", "restrict_dependent_destroy"))
                self.refuse_problems()
        self.remove(type, id)

    def remove(self, table: str, id: int) -> None:
        """A row, and first of all what hangs on it."""
        for child, column, class_column, name in CASCADES.get(table, ()):
            found = self.store.where(child, **{column: id}, **({} if class_column is None else {class_column: name}))
            for row in list(found):
                self.remove(child, row["id"])
        self.store.delete(table, id)

    # -- for rules --------------------------------------------------------------------------------------------------

    def existing(self, type: str, id: int) -> Row:
        """Raises Refusal (404)."""
        try:
            return self.store.get(RESOURCES[type].stored.name, id)
        except NotFound as error:
            raise refuse(404, why=f"no {type} {id}") from error

    def refuse_problems(self) -> None:
        if self.problems:
            raise self.refusal()

    def refusal(self) -> Refusal:
        return invalid(self.exchange, self.problems)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _values(self, draft: Draft) -> Row:
        """The columns that attributes and relationships set."""
        columns = draft.resource.stored.c
        values = {name: value for name, value in draft.sent.items() if name in columns}
        for name, value in values.items():
            choices = draft.resource.by_name[name].choices
            if choices and value is not None and value not in choices:
                self.problems.append(not_listed(name))
        self._check_keys(draft.resource, values)
        for name, pointer in draft.pointers.items():
            values.update(self._pointed(draft.resource.relation_by_name[name], pointer))
        return values

    def _check_keys(self, resource: Resource, values: Row) -> None:
        """Foreign keys that were sent as attributes point at something, too."""
        for relation in resource.relations:
            match relation.find:
                case One(column) if values.get(column) is not None:
                    targets = relation.targets
                case OneOfSeveral(type_column, column) if values.get(column) is not None:
                    targets = tuple(type for type in relation.targets if CLASS_OF_TYPE.get(type) == values.get(type_column))
                case _:
                    continue
            if not any(self.store.find(RESOURCES[type].stored.name, id=values[column]) is not None for type in targets):
                self.problems.append(must_exist(relation.name))

    def _pointed(self, relation: Relation, pointer: Pointer | None) -> Row:
        if pointer is not None and self.store.find(RESOURCES[pointer.type].stored.name, id=pointer.id) is None:
            self.problems.append(must_exist(relation.name))
            return {}
        match relation.find:
            case One(column):
                return {column: None if pointer is None else pointer.id}
            case OneOfSeveral(type_column, id_column):
                if pointer is None:
                    return {type_column: None, id_column: None}
                name = pointer.type if type_column == "answerable_type" else CLASS_OF_TYPE[pointer.type]
                return {type_column: name, id_column: pointer.id}
            case _:
                raise LookupError(f"{relation.name} is not written by a linkage")

    def _require(self, draft: Draft, values: Row) -> None:
        for name in draft.resource.required:
            relation = draft.resource.relation_by_name.get(name)
            if relation is None:
                if is_blank(draft.sent.get(name)):
                    self.problems.append(blank(name))
            elif not _is_pointed(relation, values) and must_exist(name) not in self.problems:
                self.problems.append(must_exist(name))

    def _carries_more(self, draft: Draft) -> bool:
        hidden = any(not draft.resource.by_name[name].readable for name in draft.sent)
        return hidden or any(draft.children.values())

    def _children(self, draft: Draft, row: Row) -> None:
        for name, children in draft.children.items():
            relation = draft.resource.relation_by_name[name]
            if isinstance(relation.find, Many):
                for child in children:
                    self._child(name, relation.find, child, row)

    def _child(self, name: str, link: Many, child: Child, parent: Row) -> None:
        owner = {link.column: parent["id"], **({} if link.type_column is None else {link.type_column: link.type_value})}
        if child.method == "create":
            self.create(child.draft, owner)
            return
        id = -1 if child.id is None else child.id
        existing = self.store.find(RESOURCES[child.type].stored.name, id=id)
        if existing is None or any(existing[column] != value for column, value in owner.items()):
            self.problems.append(must_exist(name))
            raise self.refusal()
        if child.method == "update":
            self.update(child.type, existing, child.draft)
        else:
            self.remove(child.type, id)


def is_blank(value: Any) -> bool:
    """Rails' notion: nothing, or nothing but white space."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def _is_pointed(relation: Relation, values: Row) -> bool:
    match relation.find:
        case One(column):
            return values.get(column) is not None
        case OneOfSeveral(_, id_column):
            return values.get(id_column) is not None
        case _:
            return True


def delete_meta(exchange: Exchange) -> dict[str, Any] | None:
    quirk = exchange.quirk(NullMetaOnDelete)
    if quirk is None:
        return {}
    exchange.acted(quirk)
    return None

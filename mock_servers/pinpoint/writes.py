"""Writes records as resources.py describes them; what one type does beyond that stands in `rules.py` and `applicants.py`.

A handler runs in one transaction that a refusal undoes, so rules may be checked while writing: all or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.store import NotFound, Row
from mock_servers.pinpoint import applicants, rules, wire
from mock_servers.pinpoint.cells import wire_time
from mock_servers.pinpoint.payload import Child, Draft, Pointer
from mock_servers.pinpoint.reads import fetch
from mock_servers.pinpoint.resource import Many, One, OneOfSeveral, Relation, Resource
from mock_servers.pinpoint.resources import CLASS_OF_TYPE, RESOURCES

Owner = tuple[Relation, int]
"""The relationship by which a parent holds a sideposted record, and the parent's id."""

BEFORE: dict[str, Callable[[Exchange, Draft, Row, list[wire.Problem], bool], None]] = {
    "applications": applicants.prepare,
    "candidates": rules.candidate,
    "comments": rules.comment,
    "custom_attributes": rules.custom_attribute,
    "custom_fields": rules.custom_field,
    "job_seekers": applicants.prepare_job_seeker,
    "jobs": rules.job,
    "answers": rules.answer,
    "users": rules.user,
}
"""Completes the row and adds the problems it finds; the last argument: whether the record is new."""

AFTER: dict[str, Callable[[Exchange, Draft, Row, bool], None]] = {
    "applications": applicants.finish,
    "candidates": rules.candidate_files,
    "answers": rules.answer_file,
    "jobs": rules.job_stages,
    "custom_fields": rules.unique_reference,
}
"""What can be done only when the record has its id."""


class Writer:
    """Creates, changes and deletes within one request."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange, self._store = exchange, exchange.store
        self._now = wire_time(int(exchange.now))

    def create(self, draft: Draft, owner: Owner | None = None) -> int:
        """The new record's id. Raises Refusal (422) naming every rule that failed."""
        resource = draft.resource
        problems = self._missing(draft, owner)
        row: Row = {"created_at": self._now, "updated_at": self._now}
        self._take(draft, row, problems)
        if owner is not None:
            self._own(resource, row, *owner)
        self._complete(draft, row, problems, new=True)
        made = self._store.insert(resource.stored.name, {name: value for name, value in row.items() if name in resource.stored.c})
        self._finish(draft, made, new=True)
        return int(made["id"])

    def update(self, draft: Draft, id: int) -> None:
        """Change what was sent. Raises Refusal (422)."""
        resource = draft.resource
        before = self._store.get(resource.stored.name, id)
        row, problems = dict(before), list[wire.Problem]()
        problems += [wire.blank(name) for name in resource.required if name in draft.sent and _is_blank(draft.sent[name])]
        self._take(draft, row, problems)
        self._complete(draft, row, problems, new=False)
        changes = {name: value for name, value in row.items() if name in before and value != before[name]}
        touched = bool(changes or draft.sent or draft.pointers or draft.children)
        if touched:
            changes["updated_at"] = self._now
        after = self._store.update(resource.stored.name, id, **changes)
        self._finish(draft, after, new=False)

    def delete(self, resource: Resource, id: int) -> None:
        """Remove a record and what cannot be without it. Raises Refusal (409)."""
        for table, column in resource.held_by:
            if self._store.find(table, **{column: id}) is not None:
                raise wire.refuse(409, why=f"{resource.type} {id} is in use by {table}")
        rules.delete_with_dependents(self._store, resource.type, id)

    # -- steps --------------------------------------------------------------------------------------------------

    def _missing(self, draft: Draft, owner: Owner | None) -> list[wire.Problem]:
        problems = []
        for name in draft.resource.required:
            if name in draft.resource.relation_by_name:
                held = owner is not None and isinstance(draft.resource.relation_by_name[name].find, OneOfSeveral)
                if not held and draft.pointers.get(name) is None:
                    problems.append(wire.must_exist(name))
            elif _is_blank(draft.sent.get(name)):
                problems.append(wire.blank(name))
        return problems

    def _take(self, draft: Draft, row: Row, problems: list[wire.Problem]) -> None:
        """Sent attributes and linkages into columns."""
        table = draft.resource.stored
        for name, value in draft.sent.items():
            attribute = draft.resource.by_name[name]
            if attribute.choices and value is not None and value not in attribute.choices:
                problems.append(wire.not_listed(name))
            elif name in table.c:
                row[name] = value
        for name, pointer in draft.pointers.items():
            self._point(draft.resource.relation_by_name[name], pointer, row, problems)

    def _point(self, relation: Relation, pointer: Pointer | None, row: Row, problems: list[wire.Problem]) -> None:
        if pointer is not None and fetch(self._store, pointer.type, pointer.id) is None:
            problems.append(wire.must_exist(relation.name))
            return
        match relation.find:
            case One(column):
                row[column] = None if pointer is None else pointer.id
            case OneOfSeveral(type_column, id_column) if pointer is not None:
                row[type_column], row[id_column] = class_of(type_column, pointer.type), pointer.id

    def _own(self, resource: Resource, row: Row, relation: Relation, parent: int) -> None:
        if isinstance(relation.find, Many):
            row[relation.find.column] = parent
            if relation.find.type_column is not None:
                row[relation.find.type_column] = relation.find.type_value

    def _complete(self, draft: Draft, row: Row, problems: list[wire.Problem], *, new: bool) -> None:
        rule = BEFORE.get(draft.resource.type)
        if rule is not None:
            rule(self._exchange, draft, row, problems, new)
        if problems:
            raise wire.invalid(self._exchange, problems)

    def _finish(self, draft: Draft, row: Row, *, new: bool) -> None:
        rule = AFTER.get(draft.resource.type)
        if rule is not None:
            rule(self._exchange, draft, row, new)
        for name, children in draft.children.items():
            relation = draft.resource.relation_by_name[name]
            if relation.targets != ("answer_options",):  # stored inside the answer, see rules.answer
                for child in children:
                    self._child(relation, child, int(row["id"]))

    def _child(self, relation: Relation, child: Child, parent: int) -> None:
        if child.method == "create":
            self.create(child.draft, (relation, parent))
            return
        resource = RESOURCES[child.type]
        try:
            row = self._store.get(resource.stored.name, child.id)
        except NotFound:
            raise wire.invalid(self._exchange, [wire.must_exist(relation.name)]) from None
        find = relation.find
        if not isinstance(find, Many) or row[find.column] != parent or (find.type_column is not None and row[find.type_column] != find.type_value):
            raise wire.invalid(self._exchange, [wire.must_exist(relation.name)])
        if child.method == "update":
            self.update(child.draft, int(row["id"]))
        else:
            self.delete(resource, int(row["id"]))


def class_of(type_column: str, type: str) -> str:
    """How a polymorphic column names a type: answers by its plural, all others by its class."""
    return type if type_column == "answerable_type" else CLASS_OF_TYPE[type]


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())

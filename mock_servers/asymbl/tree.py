"""/composite/tree: parents with their children in one request, created whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import bodies, records, wire
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.security import Visible
from mock_servers.asymbl.subrequests import undone_on_refusal
from mock_servers.asymbl.wire import ApiError, refuse
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MOST_RECORDS, DEEPEST, MOST_TYPES = 200, 5, 5
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """One record of a tree."""

    sobject: str
    reference_id: str
    fields: Record
    children: tuple[tuple[str, str, list[Any]], ...]
    """(type of the children, field that leads to the parent, what was sent)"""


async def create_tree(exchange: Exchange) -> Reply:
    """POST /composite/tree/X: all records with their children, or none of them."""
    sobject = exchange.params["sobject"]
    visible = records.seen(exchange, sobject)
    sent = bodies.json_object(exchange.body).get("records")
    if not isinstance(sent, list) or not sent:
        raise refuse(400, "JSON_PARSER_ERROR", "The request may be missing the required field records at [line:1, column:1]")
    _check_tree(sent)
    tree = Tree(exchange)
    tree.grow(visible.name, sent, None)
    if tree.problems:
        exchange.why = f"400: nothing was created, because of {', '.join(tree.problems)}"
        answer = {"hasErrors": True, "results": [{"referenceId": id, "errors": found} for id, found in tree.problems.items()]}
        return wire.answer(400, answer)
    made = [{"referenceId": reference_id, "id": id} for reference_id, id in tree.made.items()]
    return wire.answer(201, {"hasErrors": False, "results": made})


def _check_tree(sent: list[Any]) -> None:
    nodes = list(_nodes(sent, 1))
    if len(nodes) > MOST_RECORDS:
        raise refuse(400, "INVALID_INPUT", f"The request can't hold more than {MOST_RECORDS} records")
    if max(depth for depth, _ in nodes) > DEEPEST:
        raise refuse(400, "INVALID_INPUT", f"The request can't be deeper than {DEEPEST} levels")
    if len({type for _, type in nodes}) > MOST_TYPES:
        raise refuse(400, "INVALID_INPUT", f"The request can't hold records of more than {MOST_TYPES} types")


def _nodes(sent: list[Any], depth: int) -> Iterator[tuple[int, str]]:
    """(depth, type) of every record; no deeper than is needed to see that it is too deep."""
    for record in sent:
        attributes = record.get("attributes") if isinstance(record, dict) else None
        if (
            not isinstance(attributes, dict)
            or not isinstance(attributes.get("type"), str)
            or not isinstance(attributes.get("referenceId"), str)
        ):
            raise refuse(400, "INVALID_INPUT", "Include a type and a reference ID for each record in the request")
        yield depth, attributes["type"].lower()
        if depth <= DEEPEST:
            for value in record.values():
                if isinstance(value, dict) and isinstance(value.get("records"), list):
                    yield from _nodes(value["records"], depth + 1)


class Tree:
    """Records made level by level; what is wrong with any of them is collected."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._seen: set[str] = set()
        self.made: dict[str, str] = {}
        self.problems: dict[str, list[dict[str, Any]]] = {}

    def grow(self, sobject: str, sent: list[Any], parent: tuple[str, str] | None) -> None:
        """Create these records, each below `parent` (field, id), then what hangs on them."""
        for record in sent:
            reference_id = record["attributes"]["referenceId"]
            try:
                self._check(sobject, record)
                node = self._node(record)
                fields = dict(node.fields) if parent is None else {**node.fields, parent[0]: parent[1]}
                with undone_on_refusal(self._exchange):
                    id = records.create(self._exchange, node.sobject, fields)
            except ApiError as error:
                self.problems.setdefault(reference_id, []).extend(one.as_result() for one in error.problems)
                continue
            self.made[reference_id] = id
            for child_type, field, children in node.children:
                self.grow(child_type, children, (field, id))

    def _check(self, sobject: str, record: Record) -> None:
        attributes = record["attributes"]
        if attributes["referenceId"] in self._seen:
            raise refuse(400, "INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {attributes['referenceId']}", [])
        self._seen.add(attributes["referenceId"])
        if attributes["type"].lower() != sobject.lower():
            raise refuse(400, "INVALID_INPUT", f"The record's type {attributes['type']} is not {sobject}", [])

    def _node(self, record: Record) -> Node:
        visible = records.seen(self._exchange, record["attributes"]["type"])
        fields: dict[str, Any] = {}
        children = []
        for name, value in record.items():
            if name == "attributes":
                continue
            if isinstance(value, dict) and isinstance(value.get("records"), list):
                children.append((*self._child(visible, name), value["records"]))
            else:
                fields[name] = value
        return Node(visible.name, record["attributes"]["referenceId"], fields, tuple(children))

    def _child(self, visible: Visible, relationship: str) -> tuple[str, str]:
        """(child object, its reference) that a relationship name means."""
        for child in org_of(self._exchange).schema.children(visible.name):
            if child.name is not None and child.name.lower() == relationship.lower():
                return child.sobject, child.field.name
        raise refuse(400, "INVALID_FIELD", f"No such column '{relationship}' on sobject of type {visible.name}", [])

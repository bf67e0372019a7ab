"""Compound documents: records, those that `include` reaches from them, and the linkage between both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mock_servers.engine.store import Row
from mock_servers.pinpoint.presenter import Presenter, linkage
from mock_servers.pinpoint.query import Query
from mock_servers.pinpoint.quirks import IncludesNeedPermission
from mock_servers.pinpoint.reads import Found, related
from mock_servers.pinpoint.resource import Listed, Made, Many, Nowhere, One, OneOfSeveral, Relation, Resource
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.resources.vocabulary import TYPE_OF_CLASS
from mock_servers.pinpoint.wire import Tree, refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


@dataclass(slots=True)
class Node:
    """One record of the answer, and what has been included of it."""

    type: str
    id: str
    row: Row
    document: bytes
    linkages: dict[str, bytes] = field(default_factory=dict)
    made: bool = False


class Compound:
    """Collects the records of one answer; each appears once, however often it is reached."""

    def __init__(self, exchange: Exchange, query: Query) -> None:
        self._exchange, self._store, self._query = exchange, exchange.store, query
        self._presenter = Presenter(exchange, query)
        self._nodes: dict[tuple[str, str], Node] = {}

    def documents(self, resource: Resource, records: Iterable[Found]) -> tuple[list[bytes], list[bytes] | None]:
        """The records themselves, and the included ones; None when none were asked for."""
        self._check_permissions([resource], self._query.include)
        primary = [self._node(resource.type, row, document) for row, document in records]
        main = {(node.type, node.id) for node in primary}
        self._walk(primary, self._query.include)
        shown = [self._show(node) for node in primary]
        if not self._query.included:
            return shown, None
        return shown, [self._show(node) for key, node in self._nodes.items() if key not in main]

    def _walk(self, nodes: list[Node], tree: Tree) -> None:
        by_type: dict[str, list[Node]] = defaultdict(list)
        for node in nodes:
            by_type[node.type].append(node)
        for type, its_nodes in by_type.items():
            for name, subtree in tree.items():
                relation = RESOURCES[type].relation_by_name.get(name)
                if relation is not None:
                    self._walk(self._include(its_nodes, relation), subtree)

    def _include(self, nodes: list[Node], relation: Relation) -> list[Node]:
        """Link the nodes to what they are related to, and return that, each record once."""
        targets = self._targets(nodes, relation)
        for node in nodes:
            links = [linkage(target.type, target.id) for target in targets.get(node.id, ())]
            if relation.many:
                node.linkages[relation.name] = b'{"data":[' + b",".join(links) + b"]}"
            else:
                node.linkages[relation.name] = b'{"data":' + (links[0] if links else b"null") + b"}"
        return list({id(target): target for found in targets.values() for target in found}.values())

    def _targets(self, nodes: list[Node], relation: Relation) -> dict[str, list[Node]]:
        """{node id: its related nodes in their order}."""
        match relation.find:
            case One(column):
                by_id = self._by_id(relation.targets[0], {node.row[column] for node in nodes} - {None})
                return {node.id: [by_id[node.row[column]]] for node in nodes if node.row[column] in by_id}
            case OneOfSeveral(type_column, id_column):
                return self._one_of_several(nodes, relation, type_column, id_column)
            case Many() as many:
                return self._many(nodes, relation, many)
            case Listed(column):
                lists = {node.id: [int(id) for id in node.row[column]] if node.row[column] is not None else [] for node in nodes}
                by_id = self._by_id(relation.targets[0], {id for ids in lists.values() for id in ids})
                return {node: [by_id[id] for id in ids if id in by_id] for node, ids in lists.items()}
            case Made(make):
                return {node.id: [self._made(relation.targets[0], id, values) for id, values in make(node.row)] for node in nodes}
            case Nowhere():
                return {}

    def _one_of_several(self, nodes: list[Node], relation: Relation, type_column: str, id_column: str) -> dict[str, list[Node]]:
        targets: dict[str, list[Node]] = {}
        for type in relation.targets:
            pointing = [node for node in nodes if TYPE_OF_CLASS.get(node.row[type_column]) == type]
            by_id = self._by_id(type, {node.row[id_column] for node in pointing} - {None})
            targets.update({node.id: [by_id[node.row[id_column]]] for node in pointing if node.row[id_column] in by_id})
        return targets

    def _many(self, nodes: list[Node], relation: Relation, many: Many) -> dict[str, list[Node]]:
        resource = RESOURCES[relation.targets[0]]
        owner = (many.type_column, many.type_value) if many.type_column is not None and many.type_value is not None else None
        ids = [node.row["id"] for node in nodes]
        targets: dict[str, list[Node]] = defaultdict(list)
        for row, document in related(self._store, resource, many.column, ids, owner=owner, order=many.order):
            targets[str(row[many.column])].append(self._node(resource.type, row, document))
        return targets

    def _by_id(self, type: str, ids: set[Any]) -> dict[Any, Node]:
        if not ids:
            return {}
        records = related(self._store, RESOURCES[type], "id", sorted(ids), owner=None, order=("id",))
        return {row["id"]: self._node(type, row, document) for row, document in records}

    def _node(self, type: str, row: Row, document: bytes) -> Node:
        key = (type, str(row["id"]))
        if key not in self._nodes:
            self._nodes[key] = Node(type, key[1], row, document)
        return self._nodes[key]

    def _made(self, type: str, id: str, values: dict[str, Any]) -> Node:
        return self._nodes.setdefault((type, id), Node(type, id, values, b"", made=True))

    def _show(self, node: Node) -> bytes:
        if node.made:
            return self._presenter.show_made(node.type, node.id, node.row, node.linkages)
        return self._presenter.show(node.type, node.row, node.document, node.linkages)

    def _check_permissions(self, resources: list[Resource], tree: Tree) -> None:
        quirk = self._exchange.quirk(IncludesNeedPermission)
        if quirk is None:
            return
        for name, subtree in tree.items():
            relations = [resource.relation_by_name[name] for resource in resources if name in resource.relation_by_name]
            targets = [RESOURCES[type] for relation in relations for type in relation.targets]
            for target in targets:
                if target.permission is not None and not self._exchange.may(f"{target.permission}: read"):
                    self._exchange.acted(quirk)
                    detail = self._exchange.tenant.options["forbidden_text"]
                    raise refuse(403, detail, why=f"include={name} needs '{target.permission}: read'")
            self._check_permissions(targets, subtree)


def ready(exchange: Exchange, resource: Resource, query: Query) -> bool:
    """Whether stored documents can go out as they are."""
    if query.included:
        return False
    if query.fields or query.extra or query.locale is not None:
        return Presenter(exchange, query).ready(resource.type)
    return exchange.tenant.quirks.derived(("ready", resource.type), lambda: Presenter(exchange, query).ready(resource.type))

"""The SELECT list of a statement: which columns it needs, and where each value stands in a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mock_servers.asymbl.schema import Field
from mock_servers.asymbl.security import Access, Visible
from mock_servers.asymbl.soql import functions
from mock_servers.asymbl.soql.functions import evaluated
from mock_servers.asymbl.soql.names import Statement, Value, object_named
from mock_servers.asymbl.soql.rows import Address, Leaf, Parent, Part, TypeOfPart
from mock_servers.asymbl.soql.tree import Call, Path, Selected, TypeOf
from mock_servers.asymbl.wire import refuse

ADDRESS_PARTS = (
    "city", "country", "countryCode", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "stateCode", "street",
)  # fmt: skip
"""The members of a compound address, in the order in which they are sent."""


@dataclass
class Selecting:
    """The columns of a SELECT and where each stands in the raw row; the row's id is column 0."""

    statement: Statement
    columns: list[str]
    paths: list[str] = field(default_factory=list)
    """What is selected, canonical, in order."""
    flat: list[tuple[int, str]] = field(default_factory=list)
    """(column, type) of each path."""
    parents: dict[tuple[str, ...], Parent] = field(default_factory=dict)
    simple: bool = True
    """Whether all of it can stand in a flat table."""

    def place(self, sql: str) -> int:
        """The column of this SQL; what is needed twice is fetched once."""
        if sql not in self.columns:
            self.columns.append(sql)
        return self.columns.index(sql)

    def add(self, parts: list[Part], one: Selected) -> None:
        """A field or a way to show one, put where it belongs among these parts. Raises ApiError."""
        expression = one.expression
        showing = isinstance(expression, Call) and expression.key in functions.SHOWING
        if isinstance(expression, Call) and not showing:
            if expression.key in functions.DATE_FUNCTIONS:
                raise refuse(
                    400,
                    "MALFORMED_QUERY",
                    f"Field must be grouped or aggregated: {expression.arguments[0] if expression.arguments else ''}",
                )
            evaluated(self.statement, expression)
        if one.alias is not None and not showing:
            raise self.statement.error(one.alias_at or 0, "MALFORMED_QUERY", "only aggregate expressions use field aliasing")
        value = evaluated(self.statement, expression)
        shown = ".".join(value.path) if one.alias is None else one.alias
        if shown.lower() in {path.lower() for path in self.paths}:
            raise refuse(400, "INVALID_FIELD", f"duplicate field selected: {shown}")
        self.paths.append(shown)
        home, key = (parts, one.alias) if one.alias is not None else (self._home(parts, value), value.path[-1])
        part = self._leaf(value, str(key))
        home.append(part)

    def _home(self, parts: list[Part], value: Value) -> list[Part]:
        """The list into which a value's part belongs: the record itself, or one of its parents."""
        for depth in range(1, len(value.path)):
            climbed = value.path[:depth]
            if climbed not in self.parents:
                self.parents[climbed] = parent = self._parent(climbed)
                parts.append(parent)
            parts = self.parents[climbed].parts
        return parts

    def _parent(self, climbed: tuple[str, ...]) -> Parent:
        statement = self.statement
        if climbed in statement.joins:
            here = _sobject_at(statement.access, statement.visible, climbed)
            return Parent(climbed[-1], here.name, self.place(f"{statement.joins[climbed][0]}.id"))
        above = _sobject_at(statement.access, statement.visible, climbed[:-1])
        reference = above.parent_field(climbed[-1])
        if reference is None:
            raise AssertionError(f"{above.name} has no parent {climbed[-1]}")
        alias = statement.joins[climbed[:-1]][0] if len(climbed) > 1 else statement.alias
        kinds = {prefix: one.name for prefix, one in statement.kinds(reference).items()}
        return Parent(climbed[-1], None, self.place(statement.column(above.sobject, reference, alias)), kinds)

    def _leaf(self, value: Value, key: str) -> Part:
        if value.type == "address":
            self.simple = False
            self.flat.append((0, "compound"))
            return self._address(value, key)
        index = self.place(value.sql)
        shown = {"boolean": "boolean", "base64": "blob"}.get(value.type, "plain")
        self.flat.append((index, value.type))
        return Leaf(key, index, shown, f"{value.owner}/{value.field.name}" if shown == "blob" else None, self._id_place(value))

    def _address(self, value: Value, key: str) -> Address:
        at = Path(value.path[:-1], (0,) * (len(value.path) - 1))
        prefix = value.field.name.removesuffix("Address")
        here = _sobject_at(self.statement.access, self.statement.visible, value.path[:-1])
        parts = []
        for name in ADDRESS_PARTS:
            part = f"{prefix}{name[0].upper()}{name[1:]}"
            if here.sobject.field(part) is None:
                continue
            visible = here.field(part) is not None
            path = Path((*at.names, part), (*at.ats, 0))
            parts.append((name, self.place(self.statement.value(path).sql if visible else "NULL")))
        return Address(key, tuple(parts))

    def _id_place(self, value: Value) -> int:
        parent = self.parents.get(value.path[:-1])
        return parent.id_index if parent is not None else 0

    # -- TYPEOF ------------------------------------------------------------------------------------------------------

    def typeof(self, one: TypeOf) -> TypeOfPart:
        """A parent that shows other fields for each kind that it may be. Raises ApiError."""
        statement, self.simple = self.statement, False
        reference = statement.visible.parent_field(one.relationship.names[-1])
        if reference is None or len(one.relationship.names) > 1 or not reference.polymorphic:
            message = f"TYPEOF needs a relationship to several objects: '{one.relationship}'"
            raise statement.error(one.relationship.at, "INVALID_FIELD", message)
        kinds = statement.kinds(reference)
        id_index = self.place(statement.column(statement.visible.sobject, reference, statement.alias))
        branches = []
        for named, paths in one.whens:
            prefix = next((prefix for prefix, kind in kinds.items() if kind.name.lower() == str(named).lower()), None)
            visible = object_named(statement.access, str(named), named.at, statement.text)
            if prefix is None:
                raise statement.error(named.at, "INVALID_FIELD", f"{visible.name} is no object to which {one.relationship} leads")
            branches.append(self._branch(reference, prefix, visible, paths, id_index))
        otherwise = None
        if one.otherwise:
            names = {prefix: kind.name for prefix, kind in kinds.items()}
            otherwise = Parent(str(reference.relationship), None, id_index, names)
            for path in one.otherwise:
                value = statement.value(Path((str(reference.relationship), *path.names), (path.at, *path.ats)))
                otherwise.parts.append(Leaf(value.path[-1], self.place(value.sql), "boolean" if value.type == "boolean" else "plain"))
        return TypeOfPart(str(reference.relationship), id_index, branches, otherwise)

    def _branch(self, reference: Field, prefix: str, visible: Visible, paths: Sequence[Path], id_index: int) -> Parent:
        statement, relationship = self.statement, str(reference.relationship)
        branch = Parent(relationship, visible.name, id_index, only=prefix)
        link = statement.column(statement.visible.sobject, reference, statement.alias)
        alias = statement.join((f"{relationship}:{visible.name}",), visible.sobject, link)
        inner = Statement(statement.access, visible, statement.text, statement.binds, alias, all_rows=True)
        for path in paths:
            value = inner.value(path)
            if len(value.path) > 1 or value.type == "address":
                raise statement.error(path.at, "MALFORMED_QUERY", f"TYPEOF takes plain fields only: '{path}'")
            branch.parts.append(Leaf(value.path[-1], self.place(value.sql), "boolean" if value.type == "boolean" else "plain"))
        statement.joins.update(inner.joins)
        return branch


def _sobject_at(access: Access, visible: Visible, climbed: tuple[str, ...]) -> Visible:
    for name in climbed:
        reference = visible.parent_field(name)
        above = access.get(reference.to[0]) if reference is not None else None
        if above is None:
            raise AssertionError(f"{visible.name} has no visible parent {name}")
        visible = above
    return visible

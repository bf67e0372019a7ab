"""From tree to plan: what is selected, grouped and ordered, checked as Salesforce checks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_servers.asymbl.schema import ID_TYPES, TEXT_TYPES, Field
from mock_servers.asymbl.security import Access, Visible
from mock_servers.asymbl.soql import functions, restrictions
from mock_servers.asymbl.soql.conditions import Compiler
from mock_servers.asymbl.soql.functions import evaluated, folded
from mock_servers.asymbl.soql.grouping import grouped_plan
from mock_servers.asymbl.soql.names import Binds, Running, Statement, Value, child_named, object_named
from mock_servers.asymbl.soql.plans import Plan
from mock_servers.asymbl.soql.rows import Address, Kids, Leaf, Parent, Part, TypeOfPart, make_records
from mock_servers.asymbl.soql.tree import Call, Child, Ordering, Path, Query, Selected, TypeOf
from mock_servers.asymbl.wire import refuse

MOST_OFFSET = 2000
MOST_FIELDS_LIMIT = 200
MOST_SUBQUERIES = 20
MOST_DEPTH = 5
MOST_SEMIJOINS = 2
ADDRESS_PARTS = (
    "city", "country", "countryCode", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "stateCode", "street",
)  # fmt: skip
"""The members of a compound address, in the order in which they are sent."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What the tenant's quirks decide about the meaning of statements."""

    two_valued: bool = True
    nulls_first_descending: bool = True


@dataclass
class Selecting:
    """The columns of a SELECT and where each stands in the raw row; the row's id is column 0."""

    statement: Statement
    columns: list[str]
    paths: list[str] = field(default_factory=list)
    flat: list[tuple[int, str]] = field(default_factory=list)
    parents: dict[tuple[str, ...], Parent] = field(default_factory=dict)
    simple: bool = True

    def place(self, sql: str) -> int:
        """The column of this SQL; what is needed twice is fetched once."""
        if sql not in self.columns:
            self.columns.append(sql)
        return self.columns.index(sql)


def plan_of(access: Access, query: Query, text: str, *, all_rows: bool, habits: Habits, restricted: bool = True) -> Plan:
    """Compile a whole statement; restricted: objects that must not be queried freely are not. Raises ApiError."""
    source = query.sources[0].path
    if len(source.names) > 1:
        raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{source}'")
    visible = object_named(access, source.names[0], source.at, text)
    if restricted:
        restrictions.check(visible, query)
    statement = Statement(access, visible, text, Binds(), "t", all_rows=all_rows)
    _name_sources(statement, query)
    return _Planner(statement, query, habits, depth=0).plan()


def _name_sources(statement: Statement, query: Query) -> None:
    first = query.sources[0]
    for name in (first.alias, first.path.names[-1]):
        if name is not None:
            statement.aliases[name.lower()] = ()
    for source in query.sources[1:]:
        start = statement.aliases.get(source.path.names[0].lower())
        if start is None or len(source.path.names) < 2 or source.alias is None:
            raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{source.path}'")
        statement.aliases[source.alias.lower()] = (*start, *source.path.names[1:])


class _Planner:
    def __init__(self, statement: Statement, query: Query, habits: Habits, depth: int) -> None:
        self.statement, self.query, self.habits, self.depth = statement, query, habits, depth
        self.semijoins = 0

    def plan(self, link: Field | None = None) -> Plan:
        """The plan; with `link`, a subquery whose rows hang on :parents by that reference."""
        query, statement = self.query, self.statement
        conditions = self._conditions(link)
        if _is_count(query):
            return self._counting(conditions)
        if query.group or any(isinstance(one, Selected) and functions.is_aggregate(one.expression) for one in query.select):
            if link is not None:
                raise refuse(400, "MALFORMED_QUERY", "Aggregate functions are not supported in subqueries")
            return grouped_plan(statement, query, conditions, two_valued=self.habits.two_valued)
        selecting = Selecting(statement, [f"{statement.alias}.id"])
        children: list[Plan] = []
        parts = self._parts(selecting, children)
        order = ", ".join([*(self._ordering(one) for one in query.order), f"{statement.alias}.id"])
        if link is not None:
            selecting.columns.append(statement.column(statement.visible.sobject, link, statement.alias))
        return Plan(
            "rows",
            statement.visible.name,
            tuple(selecting.paths),
            f"SELECT {', '.join(selecting.columns)}",
            statement.from_sql(),
            " AND ".join(conditions) or "1",
            f"ORDER BY {order}",
            query.limit,
            self._offset(link),
            statement.binds.values,
            make_records(statement.visible.name, parts),
            tuple(selecting.flat),
            tuple(children),
            query.views,
            statement.alias,
            selecting.simple and not children,
        )

    # -- WHERE, LIMIT, OFFSET ----------------------------------------------------------------------------------------

    def _conditions(self, link: Field | None) -> list[str]:
        statement, query = self.statement, self.query
        found = statement.rows_sql()
        if link is not None:
            reference = statement.column(statement.visible.sobject, link, statement.alias)
            found.insert(0, f"{reference} IN (SELECT value FROM json_each(:parents))")
        if query.where is not None:
            compiler = Compiler(statement, subquery=self._semijoin, two_valued=self.habits.two_valued)
            found.append(compiler.sql(query.where))
        if query.scope is not None and query.scope.lower() != "everything":
            if query.scope.lower() not in {"mine", "mine_and_my_groups", "my_team_territory", "my_territory", "team", "delegated"}:
                raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{query.scope}'")
            if "ownerid" in statement.visible.fields:
                found.append(f'{statement.alias}."OwnerId" = {statement.binds.add(_user)}')
        return found

    def _offset(self, link: Field | None) -> int:
        offset = self.query.offset or 0
        if offset > MOST_OFFSET:
            raise refuse(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MOST_OFFSET}")
        return offset

    def _semijoin(self, outer: Statement, query: Query, value: Value) -> str:
        """The ids that an inner SELECT gives."""
        self.semijoins += 1
        if self.semijoins > MOST_SEMIJOINS:
            raise refuse(400, "MALFORMED_QUERY", f"Maximum {MOST_SEMIJOINS} semi join sub-selects are allowed")
        source = query.sources[0].path
        visible = object_named(outer.access, source.names[-1], source.at, outer.text)
        restrictions.check_inner(visible, query, outer.visible)
        if query.order or query.limit is not None or query.offset is not None:
            raise refuse(400, "MALFORMED_QUERY", "missing value at 'ORDER'" if query.order else "missing value at 'LIMIT'")
        inner = Statement(outer.access, visible, outer.text, outer.binds, f"s{self.semijoins}_", all_rows=outer.all_rows)
        _name_sources(inner, query)
        only = query.select[0]
        if len(query.select) != 1 or not isinstance(only, Selected) or not isinstance(only.expression, Path) or query.group:
            raise refuse(400, "MALFORMED_QUERY", "Semi join sub-selects must select exactly one id or reference field")
        chosen = inner.value(only.expression)
        if chosen.type not in ID_TYPES:
            message = f"The selected field '{chosen.field.name}' in the subquery is not an ID field"
            raise refuse(400, "MALFORMED_QUERY", message)
        conditions = [*inner.rows_sql(), f"{chosen.sql} IS NOT NULL"]
        if query.where is not None:
            restrictions.check_no_or(query.where)
            conditions.append(Compiler(inner, two_valued=self.habits.two_valued).sql(query.where))
        return f"SELECT {chosen.sql} {inner.from_sql()} WHERE {' AND '.join(conditions)}"

    def _counting(self, conditions: list[str]) -> Plan:
        statement, query = self.statement, self.query
        for one in query.order:
            self._ordering(one)
        return Plan(
            "count", statement.visible.name, (), "SELECT 1", statement.from_sql(), " AND ".join(conditions) or "1", "", query.limit,
            self._offset(None),
            statement.binds.values, make_records(statement.visible.name, []), views=query.views,
        )  # fmt: skip

    # -- ORDER BY ----------------------------------------------------------------------------------------------------

    def _ordering(self, one: Ordering) -> str:
        if functions.is_aggregate(one.expression):
            raise refuse(400, "MALFORMED_QUERY", f"Ordered field must be grouped or aggregated: {one.expression}")
        value = evaluated(self.statement, one.expression)
        if isinstance(one.expression, Path) and not value.field.sortable:
            message = f"field '{value.field.name}' can not be sorted in a query call"
            raise self.statement.error(one.expression.ats[-1], "INVALID_FIELD", message)
        return ordering_sql(value, one, self.habits)

    # -- SELECT ------------------------------------------------------------------------------------------------------

    def _parts(self, selecting: Selecting, children: list[Plan]) -> list[Part]:
        parts: list[Part] = []
        for one in self._expanded():
            if isinstance(one, Child):
                parts.append(self._child(one, children))
            elif isinstance(one, TypeOf):
                selecting.simple = False
                parts.append(self._typeof(selecting, one))
            else:
                self._field(selecting, parts, one)
        return parts

    def _expanded(self) -> list[Selected | TypeOf | Child]:
        """The SELECT list with FIELDS() written out, and nothing in it twice."""
        found: list[Selected | TypeOf | Child] = []
        for one in self.query.select:
            if isinstance(one, Selected) and isinstance(one.expression, Call) and one.expression.key == "FIELDS":
                found.extend(self._all_fields(one.expression))
            else:
                found.append(one)
        return found

    def _all_fields(self, call: Call) -> list[Selected]:
        which = str(call.arguments[0]).upper() if len(call.arguments) == 1 else ""
        if which not in {"ALL", "STANDARD", "CUSTOM"}:
            raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{call.arguments[0] if call.arguments else ')'}'")
        if which != "STANDARD" and (self.query.limit is None or self.query.limit > MOST_FIELDS_LIMIT):
            raise refuse(400, "MALFORMED_QUERY", f"The SOQL FIELDS function must have a LIMIT of at most {MOST_FIELDS_LIMIT}")
        wanted = [one for one in self.statement.visible.fields.values() if which == "ALL" or one.custom == (which == "CUSTOM")]
        return [Selected(Path((one.name,), (call.at,))) for one in wanted]

    def _field(self, selecting: Selecting, parts: list[Part], one: Selected) -> None:
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
        if shown.lower() in {path.lower() for path in selecting.paths}:
            raise refuse(400, "INVALID_FIELD", f"duplicate field selected: {shown}")
        selecting.paths.append(shown)
        home, key = (parts, one.alias) if one.alias is not None else (self._home(selecting, parts, value), value.path[-1])
        part = self._leaf(selecting, value, str(key))
        home.append(part)

    def _home(self, selecting: Selecting, parts: list[Part], value: Value) -> list[Part]:
        """The list into which a value's part belongs: the record itself, or one of its parents."""
        for depth in range(1, len(value.path)):
            climbed = value.path[:depth]
            if climbed not in selecting.parents:
                selecting.parents[climbed] = parent = self._parent(selecting, climbed)
                parts.append(parent)
            parts = selecting.parents[climbed].parts
        return parts

    def _parent(self, selecting: Selecting, climbed: tuple[str, ...]) -> Parent:
        statement = self.statement
        if climbed in statement.joins:
            here = _sobject_at(statement.access, statement.visible, climbed)
            return Parent(climbed[-1], here.name, selecting.place(f"{statement.joins[climbed][0]}.id"))
        above = _sobject_at(statement.access, statement.visible, climbed[:-1])
        reference = above.parent_field(climbed[-1])
        if reference is None:
            raise AssertionError(f"{above.name} has no parent {climbed[-1]}")
        alias = statement.joins[climbed[:-1]][0] if len(climbed) > 1 else statement.alias
        kinds = {prefix: one.name for prefix, one in statement.kinds(reference).items()}
        return Parent(climbed[-1], None, selecting.place(statement.column(above.sobject, reference, alias)), kinds)

    def _leaf(self, selecting: Selecting, value: Value, key: str) -> Part:
        if value.type == "address":
            selecting.simple = False
            selecting.flat.append((0, "compound"))
            return self._address(selecting, value, key)
        index = selecting.place(value.sql)
        shown = {"boolean": "boolean", "base64": "blob"}.get(value.type, "plain")
        selecting.flat.append((index, value.type))
        return Leaf(key, index, shown, f"{value.owner}/{value.field.name}" if shown == "blob" else None, _id_place(selecting, value))

    def _address(self, selecting: Selecting, value: Value, key: str) -> Address:
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
            parts.append((name, selecting.place(self.statement.value(path).sql if visible else "NULL")))
        return Address(key, tuple(parts))

    def _child(self, one: Child, children: list[Plan]) -> Kids:
        query, statement = one.query, self.statement
        if self.depth + 1 >= MOST_DEPTH:
            raise refuse(400, "MALFORMED_QUERY", f"SOQL statements cannot query nested relationships of more than {MOST_DEPTH} levels")
        if len(children) >= MOST_SUBQUERIES:
            raise refuse(400, "MALFORMED_QUERY", f"Too many subqueries: at most {MOST_SUBQUERIES}")
        source = query.sources[0].path
        if len(source.names) > 2 or (len(source.names) == 2 and source.names[0].lower() not in statement.aliases):
            raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{source}'")
        if query.offset is not None and self.query.limit != 1:
            raise refuse(400, "MALFORMED_QUERY", "OFFSET cannot be used in a subquery unless the parent query has LIMIT 1")
        visible, link = child_named(statement.access, statement.visible, source.names[-1], source.ats[-1], statement.text)
        inner = Statement(statement.access, visible, statement.text, Binds(), "c", all_rows=statement.all_rows)
        _name_sources(inner, query)
        children.append(_Planner(inner, query, self.habits, self.depth + 1).plan(link))
        return Kids(str(link.children), len(children) - 1)

    # -- TYPEOF ------------------------------------------------------------------------------------------------------

    def _typeof(self, selecting: Selecting, one: TypeOf) -> TypeOfPart:
        statement = self.statement
        reference = statement.visible.parent_field(one.relationship.names[-1])
        if reference is None or len(one.relationship.names) > 1 or not reference.polymorphic:
            message = f"TYPEOF needs a relationship to several objects: '{one.relationship}'"
            raise statement.error(one.relationship.at, "INVALID_FIELD", message)
        kinds = statement.kinds(reference)
        id_index = selecting.place(statement.column(statement.visible.sobject, reference, statement.alias))
        branches = []
        for named, paths in one.whens:
            prefix = next((prefix for prefix, kind in kinds.items() if kind.name.lower() == str(named).lower()), None)
            visible = object_named(statement.access, str(named), named.at, statement.text)
            if prefix is None:
                raise statement.error(named.at, "INVALID_FIELD", f"{visible.name} is no object to which {one.relationship} leads")
            branches.append(self._branch(selecting, reference, prefix, visible, paths, id_index))
        otherwise = None
        if one.otherwise:
            names = {prefix: kind.name for prefix, kind in kinds.items()}
            otherwise = Parent(str(reference.relationship), None, id_index, names)
            for path in one.otherwise:
                value = statement.value(Path((str(reference.relationship), *path.names), (path.at, *path.ats)))
                otherwise.parts.append(Leaf(value.path[-1], selecting.place(value.sql), "boolean" if value.type == "boolean" else "plain"))
        return TypeOfPart(str(reference.relationship), id_index, branches, otherwise)

    def _branch(
        self, selecting: Selecting, reference: Field, prefix: str, visible: Visible, paths: Sequence[Path], id_index: int
    ) -> Parent:
        statement, relationship = self.statement, str(reference.relationship)
        branch = Parent(relationship, visible.name, id_index, only=prefix)
        link = statement.column(statement.visible.sobject, reference, statement.alias)
        alias = statement.join((f"{relationship}:{visible.name}",), visible.sobject, link)
        inner = Statement(statement.access, visible, statement.text, statement.binds, alias, all_rows=True)
        for path in paths:
            value = inner.value(path)
            if len(value.path) > 1 or value.type == "address":
                raise statement.error(path.at, "MALFORMED_QUERY", f"TYPEOF takes plain fields only: '{path}'")
            branch.parts.append(Leaf(value.path[-1], selecting.place(value.sql), "boolean" if value.type == "boolean" else "plain"))
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


def _id_place(selecting: Selecting, value: Value) -> int:
    parent = selecting.parents.get(value.path[:-1])
    return parent.id_index if parent is not None else 0


def _is_count(query: Query) -> bool:
    """SELECT COUNT() FROM …, which stands alone."""
    counting = [
        one for one in query.select if isinstance(one, Selected) and isinstance(one.expression, Call)
        and one.expression.key == "COUNT" and not one.expression.arguments
    ]  # fmt: skip
    if not counting:
        return False
    if len(query.select) > 1:
        raise refuse(400, "MALFORMED_QUERY", "unexpected token: ','")
    if counting[0].alias is not None:
        raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{counting[0].alias}'")
    if query.group:
        raise refuse(400, "MALFORMED_QUERY", "unexpected token: 'GROUP'")
    return True


def ordering_sql(value: Value, one: Ordering, habits: Habits) -> str:
    """One item of ORDER BY: texts without case first, as written second; where nulls go."""
    direction = "DESC" if one.descending else "ASC"
    first = one.nulls_first if one.nulls_first is not None else habits.nulls_first_descending or not one.descending
    nulls = "NULLS FIRST" if first else "NULLS LAST"
    if value.type not in TEXT_TYPES:
        return f"{value.sql} {direction} {nulls}"
    return f"{folded(value)} {direction} {nulls}, {value.sql} {direction}"


def _user(running: Running) -> Any:
    return running.user
